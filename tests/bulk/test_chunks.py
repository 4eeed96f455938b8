"""Mapping by chunks: the same bytes as one event after the other, however the work is shared."""

import contextlib
import gzip
import io
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from orderkit import load_settings
from orderkit.bulk import chunks, pool
from orderkit.bulk.chunks import blocks, cut, streamed
from orderkit.bulk.mapped import map_chunk, packed
from orderkit.bulk.outputs import write_chunks
from orderkit.errors import OrderkitError
from orderkit.events import samples
from orderkit.events.entries import Reading
from orderkit.events.files import opened
from orderkit.events.jsontext import dumps
from orderkit.events.reader import open_events
from orderkit.mapping.mapper import Mapper
from tests.cli.test_commands import SETTINGS, run

GOOD = samples.EVENTS.read_bytes().splitlines()
ODD = [
    *GOOD,
    *samples.DAMAGED.read_bytes().splitlines(),
    *(b"", b"   ", b"\r", b"\x0b", b"\t", GOOD[0] + b"\r", b"  " + GOOD[1] + b" \x0c"),
    *(b"{", b"}", b"[]", b"[1]", b"3", b"null", b"nonsense", b'{"id": "\xff"}', b'{"id": NaN}'),
    *(b'{"event_name": "page_view"}', b"{}", GOOD[2].replace(b"450.0", b"0.1234567890123456789")),
]


def expected(path: Path) -> tuple[bytes, bytes]:
    """Payload and reject lines as they follow from one event after the other."""
    mapper = Mapper(load_settings(samples.SETTINGS))
    payloads, rejects = [], []
    with open_events(path) as entries:
        for entry in entries:
            head = {"index": entry.index} | ({} if entry.line is None else {"line": entry.line})
            if entry.event is None:
                assert entry.error
                rejects.append(head | {"outcome": "unreadable"})
                continue
            mapped = mapper.map(entry.event)
            if mapped.outcome == "mapped":
                payloads.append(dumps(mapped.payload) + b"\n")
            elif mapped.outcome == "rejected":
                rejects.append(head | mapped.as_json() | {"event": entry.event})
    return b"".join(payloads), b"".join(dumps(reject) + b"\n" for reject in rejects)


def by_chunks(path: Path) -> tuple[bytes, bytes]:
    """The same by chunks; of an unreadable line, what `expected` keeps."""
    settings = packed(load_settings(samples.SETTINGS))
    payloads, rejects = io.BytesIO(), io.BytesIO()
    with opened(str(path)) as file:
        mapped = (map_chunk(settings, chunk) for chunk, _position in cut(file, Reading()))
        write_chunks(mapped, payloads.write, rejects.write)
    kept = []
    for line in rejects.getvalue().splitlines(keepends=True):
        head, unreadable, _rest = line.partition(b',"outcome":"unreadable"')
        kept.append(head + unreadable + b"}\n" if unreadable else line)
    return payloads.getvalue(), b"".join(kept)


@pytest.mark.parametrize("size", [7, 100, 1_700, 5_000, 2**20])
@pytest.mark.parametrize("first", [b"", b"\xef\xbb\xbf", b"\n\n", b"{nonsense\n", b"[1]\n"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
def test_chunks_of_any_size_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, first: bytes, end: bytes
) -> None:
    """Wherever a file is cut, payloads and rejects with their numbers are those of no cut."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(first + b"\n".join([GOOD[0], *ODD, *ODD]) + end)
    monkeypatch.setattr(chunks, "CHUNK", size)
    monkeypatch.setattr(chunks, "RANGE", 3 * size)
    assert by_chunks(path) == expected(path)
    stream = tmp_path / "events.ndjson.gz"
    stream.write_bytes(gzip.compress(path.read_bytes(), 1))
    assert by_chunks(stream) == expected(path)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        b"[" + b",".join(GOOD) + b"]",
        b"[\n" + b",\n".join([*GOOD, b"3", b"null"]) + b"\n]",
        dumps(samples.sample_events()["created"], indent=True),
        GOOD[0],
        b"\n".join([b"{", *GOOD]),
    ],
)
def test_other_forms_give_the_same_bytes(tmp_path: Path, text: bytes) -> None:
    """JSON documents, and what only the following lines tell, are mapped as they are read."""
    path = tmp_path / "events.json"
    path.write_bytes(text)
    assert by_chunks(path) == expected(path)


def test_blocks_hold_each_line_once() -> None:
    """However a file's bytes are parted, each line is in one part, and whole."""
    chance = random.Random(1)  # noqa: S311 - no secret
    text = b"\n".join(b"x" * chance.choice([0, 1, 2, 50]) for _line in range(200))
    for size in (1, 2, 3, 10, 100):
        parts = [
            b"".join(blocks(io.BytesIO(text), start, min(start + size, len(text))))
            for start in range(0, len(text), size)
        ]
        assert b"".join(parts) == text
        assert all(part.endswith(b"\n") for part in parts[:-1] if part and part not in parts[-1:])


def test_a_stream_is_answered_at_once() -> None:
    """A line that came is passed on before the next one comes; half a line waits for its rest."""
    reading, writing = os.pipe()
    with open(reading, "rb") as content:  # noqa: PTH123 - of a number
        pieces = streamed(content)
        with open(writing, "wb", buffering=0) as pipe:  # noqa: PTH123 - of a number
            for written, piece in ((b"a\nb", b"a\n"), (b"c\n\nd\ne", b"bc\n\nd\n")):
                pipe.write(written)
                assert next(pieces) == piece
        assert list(pieces) == [b"e"]


def test_many_processes_give_the_same_files(tmp_path: Path) -> None:
    """`--jobs` changes neither payloads nor rejects, nor what is told and ended with."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join(ODD * 120))
    assert path.stat().st_size > chunks.RANGE
    made = []
    for jobs in ("1", "2"):
        out, rejects = tmp_path / f"out{jobs}", tmp_path / f"rejects{jobs}"
        done = run(
            *("map", str(path), *SETTINGS, "--jobs", jobs),
            *("-o", str(out), "--rejects", str(rejects)),
        )
        made.append((done.returncode, done.stderr, out.read_bytes(), rejects.read_bytes()))
    assert made[0] == made[1]
    assert made[0][0] == 1
    assert len(made[0][2].splitlines()) > 1_000


def test_standard_input_is_shared_out_too(tmp_path: Path) -> None:
    """What comes through a pipe is cut and mapped by many processes, in order."""
    text = "".join(f"{line.decode()}\n" for line in GOOD * 200)
    alone, shared = (run("map", "-", *SETTINGS, "--jobs", n, stdin=text) for n in ("1", "3"))
    assert alone.stdout == shared.stdout
    assert len(shared.stdout.splitlines()) == 1_400
    assert not list(tmp_path.iterdir())


def _square(number: int) -> int:
    return number * number


def _die(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _place(path: str, number: int) -> int:
    with pool.placed(path, number) as put:
        if number == 13:
            raise ValueError("no luck")
        put(b"%d," % number * (number % 7))
    return number


@pytest.fixture(params=["as it is", "beside a thread"])
def company(request: pytest.FixtureRequest) -> Iterator[None]:
    """This process as it is, or one of which no copy may be made."""
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    if request.param == "beside a thread":
        thread.start()
    yield
    end.set()
    if thread.ident:
        thread.join()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="tells threads on Linux only")
def test_only_a_process_of_one_thread_is_copied() -> None:
    """Where there is another thread, whose locks a copy would hold for ever, processes are new."""
    code = (
        "import threading; from orderkit.bulk.pool import _context as c; e = threading.Event(); "
        "print(c().get_start_method()); threading.Thread(target=e.wait).start(); "
        "print(c().get_start_method()); e.set()"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert said.stdout.split() == ["fork", "spawn"]


@pytest.mark.usefixtures("company")
def test_each_writes_where_its_bytes_belong(tmp_path: Path) -> None:
    """What processes write themselves stands in order; one that fails does not keep the others."""
    path = tmp_path / "out"
    path.touch()
    numbers = range(12)
    assert list(pool.in_order(partial(_place, str(path)), numbers, 3)) == list(numbers)
    assert path.read_bytes() == b"".join(b"%d," % n * (n % 7) for n in numbers)
    with pytest.raises(ValueError, match="no luck"):
        list(pool.in_order(partial(_place, str(path)), range(40), 3))


@pytest.mark.usefixtures("company")
def test_results_come_in_order() -> None:
    """What many processes made comes in the order of the items, few of which are under way."""
    taken = []

    def items() -> "list[int]":
        return [taken.append(n) or n for n in range(20)]

    assert list(pool.in_order(_square, items(), 2)) == [n * n for n in range(20)]


def test_few_items_are_under_way() -> None:
    """An endless source is taken from only as results are."""
    taken = 0

    def endless() -> "object":
        nonlocal taken
        while True:
            taken += 1
            yield taken

    made = pool.in_order(_square, endless(), 2)  # type: ignore[arg-type]
    assert [next(made) for _ in range(3)] == [1, 4, 9]
    assert taken <= 3 + 5
    made.close()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("company")
def test_a_worker_that_dies_is_told() -> None:
    """A process killed from outside ends the work with what to do, and nothing hangs."""
    with pytest.raises(OrderkitError, match="worker process ended"):
        list(pool.in_order(_die, range(20), 2))


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    """Ctrl-C ends the run with one word: no worker, no partial file and no traceback is left."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join(GOOD * 10_000))
    out = tmp_path / "out.ndjson"
    command = [sys.executable, "-c", "from orderkit.cli import main; main()"]
    with subprocess.Popen(
        [*command, "map", str(path), *SETTINGS, "--jobs", "2", "-o", str(out)],
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        while not any(file.stat().st_size for file in tmp_path.glob(".*.partial")):
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
        assert process.stderr is not None
        said = process.stderr.read()  # which ends when the last worker has ended
    assert (process.returncode, said.split()) == (130, [b"stopped"])
    assert [entry.name for entry in tmp_path.iterdir()] == ["events.ndjson"]


@pytest.mark.skipif(os.name == "nt", reason="terminals as POSIX has them")
@pytest.mark.parametrize("name", ["events.ndjson", "-"])
def test_progress_is_shown_on_a_terminal(tmp_path: Path, name: str) -> None:
    """A terminal shows events, events a second and, where it is known, a share; a pipe nothing."""
    import pty

    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join(GOOD * 200))
    command = [sys.executable, "-c", "from orderkit.cli import main; main()", "map"]
    names = [str(path) if name != "-" else name, *SETTINGS, "-o", str(tmp_path / "out")]
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with (
        path.open("rb") as file,
        subprocess.Popen([*command, *names], stdin=file, stderr=theirs, env=environment) as process,
    ):
        os.close(theirs)
        shown = b""
        # Where the other side is closed, some systems give an end and some an error.
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 10_000):
                shown += piece
        os.close(ours)
    assert process.returncode == 0
    assert re.search(rb"1,400 events, [\d,]+ a second", shown)
    assert (b"100%" in shown) == (name != "-")
    assert shown.endswith(b"1,400 mapped\r\n")
    assert run("map", str(path), *SETTINGS, "-o", str(tmp_path / "out")).stderr == "1,400 mapped\n"
