"""Files that are small to write and large to read, given to every command that reads events.

``python -m tests.bombs [MIB [NAME …]]`` prints how much memory each command took with each, at
most, and ends with 1 where one took more than `MOST` or ended with a traceback; "…" marks what was
ended after a minute. MIB says how large the files are once unpacked: 256 unless told. With names,
only those commands and files are tried.
"""

import gzip
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from orderkit.events import samples
from orderkit.events.entries import LIMIT

#: MB that a command may take, whatever it is given.
MOST: Final = 300
_MIB: Final = 2**20
_SETTINGS: Final = ("--settings", str(samples.SETTINGS))
_FORMULA: Final = ("formula", "UPPER(id)", "--event")
#: Seconds after which a command is ended; what it took until then counts.
PATIENCE: Final = 60.0
#: What each command is called with; {} is the file.
COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "events": ("events", "{}"),
    "suggest": ("suggest", "{}"),
    "check": ("check", "{}", *_SETTINGS),
    "explain": ("explain", "{}", *_SETTINGS),
    "profile": ("profile", "{}", *_SETTINGS),
    "formula": (*_FORMULA, "{}"),
    "verify": ("verify", "{}", *_SETTINGS, "--pack", "pack", "--update"),
    "map": ("map", "{}", *_SETTINGS),
    "send": ("send", "{}", *_SETTINGS, "--to", "dry-run"),
    "handover": ("handover", "{}", *_SETTINGS, "-o", "handover.html"),
    "lab": ("lab", "lab", "--events", "{}", "--copy-only"),
}


def _pieces(first: bytes, piece: bytes, last: bytes, size: int) -> Iterator[bytes]:
    """`first`, then so much of `piece` that all is about `size`, then `last`."""
    block = piece * max(_MIB // len(piece), 1)
    yield first
    for _ in range(max(size // len(block), 1)):
        yield block
    yield last


def _plain(first: bytes, piece: bytes, last: bytes = b"") -> Callable[[BinaryIO, int], None]:
    def write(file: BinaryIO, size: int) -> None:
        file.writelines(_pieces(first, piece, last, size))

    return write


def _packed(first: bytes, piece: bytes, last: bytes = b"") -> Callable[[BinaryIO, int], None]:
    def write(file: BinaryIO, size: int) -> None:
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
            packed.writelines(_pieces(first, piece, last, size))

    return write


def _zipped(name: str, first: bytes, piece: bytes, last: bytes) -> Callable[[BinaryIO, int], None]:
    def write(file: BinaryIO, size: int) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            with archive.open(name, "w", force_zip64=True) as member:
                member.writelines(_pieces(first, piece, last, size))

    return write


def _small(kind: Callable[[BinaryIO, int], None]) -> Callable[[BinaryIO, int], None]:
    """The same, as large as the limit lets through."""
    return lambda file, size: kind(file, min(size, LIMIT - 2 * _MIB))


_TEXT: Final = b'{"event_name":"booking_created","id":"'
_LIST: Final = b'{"event_name":"booking_created","id":['
_KEYS: Final = b",".join(b'"k%d":0' % at for at in range(10_000)) + b","
_SHEET: Final = b'<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>'
BOMBS: Final[dict[str, Callable[[BinaryIO, int], None]]] = {
    "one line.ndjson": _plain(_TEXT, b"x", b'"}\n'),
    "no line end.ndjson": _plain(b"", b"x"),
    "one cell.csv": _plain(b'id,name\n1,"', b"x", b'"\n'),
    "open cell.csv": _plain(b'id,name\n1,"', b"a" * 79 + b"\n"),
    "many columns.csv": _plain(b"", b"a,", b"\n1\n"),
    "blank lines.ndjson": _plain(b"", b" " * 79 + b"\n"),
    "deep.json": _plain(b"", b"[", b""),
    "deep objects.json": _plain(b"", b'{"a":', b""),
    "list of nothing.ndjson": _small(_plain(_LIST, b"[],", b"0]}\n")),
    "list of numbers.ndjson": _small(_plain(_LIST, b"0,", b"0]}\n")),
    "wide text.ndjson": _small(_plain(_TEXT + "😀".encode(), b"x", b'"}\n')),
    "one allowed cell.csv": _small(_plain(b'id,name\n1,"', b"x", b'"\n')),
    "many keys.ndjson": _small(_plain(b'{"event_name":"booking_created",', _KEYS, b'"z":0}\n')),
    "document of nothing.json": _small(_plain(b"[", b"{},", b"{}]")),
    "pretty document.json": _small(_plain(b"[\n", b'{\n"a": 1\n},\n', b"{}]\n")),
    "one line.ndjson.gz": _packed(_TEXT, b"x", b'"}\n'),
    "zeros.ndjson.gz": _packed(b"", b"\0"),
    "one cell.csv.gz": _packed(b'id,name\n1,"', b"x", b'"\n'),
    "sheet.xlsx": _zipped("xl/worksheets/sheet1.xml", _SHEET, b"x", b"</t></is></c></row>"),
    "list in an entry.har": _small(_plain(b'{"log":{"entries":[{"request":[', b"[],", b"0]}]}}")),
    "entry.har": _plain(b'{"log":{"entries":[{"request":{"postData":{"text":"', b"x", b'"}}}]}}'),
    "script.js": _plain(b"cact('trigger','x',{a:'", b"x", b"'});"),
    "list in script.js": _small(_plain(b"cact('trigger','x',{a:[", b"[],", b"0]});")),
    "query.txt": _plain(b"https://collect.example/events?event_name=x&", b"a=1&", b"\n"),
}


def tried(command: Iterable[str], file: Path, folder: Path) -> tuple[float, int, str]:
    """The most MB that a command took with a file, what it ended with, and what it said of it."""
    called = [part.replace("{}", str(file)) for part in command]
    program = "from orderkit.cli import main; main()"
    environment = {
        **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
        "HOME": str(folder),
    }
    with (folder / "errors").open("w+b") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *called],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        most, until = 0.0, time.monotonic() + PATIENCE
        while process.poll() is None:
            most = max(most, _megabytes(process.pid))
            if time.monotonic() > until:
                process.kill()
            time.sleep(0.005)
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")
    return most, process.returncode, said[-2_000:]


def _megabytes(process: int) -> float:
    """The most that a process has taken since it began its program; Linux tells it."""
    with suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        if found := re.search(r"VmHWM:\s*(\d+) kB", status):
            return int(found[1]) * 1024 / 1e6
    return 0.0


def main(arguments: list[str]) -> int:
    """Try every bomb on every command; 1 where one is too much."""
    size = int(arguments[0] if arguments else 256) * _MIB
    commands = {name: COMMANDS[name] for name in COMMANDS if name in arguments} or COMMANDS
    bombs = {name: BOMBS[name] for name in BOMBS if name in arguments} or BOMBS
    wrong = 0
    print(f"{'':26}" + "".join(f"{name:>9}" for name in commands))
    with TemporaryDirectory() as place:
        folder = Path(place)
        for name, write in bombs.items():
            file = folder / name
            with file.open("wb") as target:
                write(target, size)
            cells = []
            for command in commands.values():
                most, ended, said = tried(command, file, folder)
                late = ended == -signal.SIGKILL
                bad = most > MOST or "Traceback" in said or not (late or ended in (0, 1, 2))
                wrong += bad
                cells.append(f"{most:.0f}{'…' if late else ''}{'!' if bad else ''}")
                if bad:
                    print(name, command[0], f"{most:.0f} MB, ended with {ended}", said[-300:])
            print(f"{name:26}" + "".join(f"{cell:>9}" for cell in cells), flush=True)
            file.unlink()
    print(f"{wrong} of {len(bombs) * len(commands)} above {MOST} MB, or with a traceback")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
