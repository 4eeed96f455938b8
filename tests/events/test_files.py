"""Packed files, addresses, and files that appear only when they are whole."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orderkit.errors import EventsError
from orderkit.events import samples
from orderkit.events.files import opened, remove, unpacked_suffix, written
from orderkit.events.packing import optional
from orderkit.events.reader import open_events
from tests.cli.test_commands import SETTINGS, lines, run

zstandard = pytest.importorskip("zstandard", reason="needs the extra files")

TEXT = samples.EVENTS.read_bytes()
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
}


def content(name: str) -> bytes:
    """The unpacked bytes of a file."""
    with opened(name) as file:
        return file.content.read()


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.ndjson", ".ndjson"),
        ("a.csv.gz", ".csv"),
        ("A.CSV.GZ", ".csv"),
        ("s3://b/c.parquet", ".parquet"),
        ("b.zst", ""),
        ("-", ""),
    ],
)
def test_the_suffix_without_packing(name: str, suffix: str) -> None:
    """What a file is, its name says, whatever it is packed in."""
    assert unpacked_suffix(name) == suffix


@pytest.mark.parametrize("packing", PACKINGS)
def test_packed_files_are_read(tmp_path: Path, packing: str) -> None:
    """A packed file, also one of several pieces, gives the events of the plain one."""
    path = tmp_path / f"events.ndjson{packing}"
    half = len(TEXT) // 2
    path.write_bytes(PACKINGS[packing](TEXT[:half]) + PACKINGS[packing](TEXT[half:]))
    assert content(str(path)) == TEXT
    with open_events(path) as packed, open_events(samples.EVENTS) as plain:
        assert list(packed) == list(plain)


@pytest.mark.parametrize("packing", PACKINGS)
def test_packed_files_are_written(tmp_path: Path, packing: str) -> None:
    """What is written is what is read, and the same text makes the same file."""
    made = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}{packing}"
        with written(str(path)) as file:
            file.write(TEXT)
        assert content(str(path)) == TEXT
        made.append(path.read_bytes())
    assert made[0] == made[1] != TEXT


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[: len(packed) // 2],
        lambda packed: packed[:-1],
        lambda packed: packed + b"nonsense",
        lambda packed: packed[:60] + b"\xff\x00\xff\x00" + packed[64:],
        lambda _packed: TEXT,
        lambda packed: packed[:3],
    ],
    ids=["half", "a byte short", "more behind", "changed inside", "not packed", "three bytes"],
)
def test_damaged_packed_files(
    tmp_path: Path, packing: str, damage: Callable[[bytes], bytes]
) -> None:
    """A packed file that is cut short or changed is named, with how far it went, and never used."""
    path = tmp_path / f"events.ndjson{packing}"
    path.write_bytes(damage(PACKINGS[packing](TEXT * 50)))
    with pytest.raises(EventsError, match=rf"{path}: damaged {packing} file.*after [\d,]+ bytes"):
        content(str(path))
    out = tmp_path / "out.ndjson"
    done = run("map", str(path), *SETTINGS, "-o", str(out))
    assert (done.returncode, out.exists()) == (2, False)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("packing", PACKINGS)
def test_every_command_reads_packed_files(tmp_path: Path, packing: str) -> None:
    """`check` and `map` take a packed file as they take a plain one, and `map` writes them."""
    path, out = tmp_path / f"events.ndjson{packing}", tmp_path / f"out.ndjson{packing}"
    path.write_bytes(PACKINGS[packing](TEXT))
    assert len(lines(run("check", str(path), *SETTINGS, "--json").stdout)) == 7
    done = run("map", str(path), *SETTINGS, "-o", str(out), "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert content(str(out)).decode() == run("map", str(samples.EVENTS), *SETTINGS).stdout


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    """Until all is written the old file stays; after a failure it is all there is."""
    path = tmp_path / "out"
    path.write_text("old", encoding="utf-8")

    def fail() -> None:
        with written(str(path)) as file:
            file.write(b"new")
            assert path.read_text(encoding="utf-8") == "old"
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]
    with written(str(path)) as file:
        file.write(b"new")
    assert path.read_text(encoding="utf-8") == "new"
    with pytest.raises(EventsError, match="cannot be written"), written(f"{tmp_path}/no/out"):
        pass


@pytest.mark.parametrize("scheme", ["memory://files", "file://{folder}"])
def test_addresses_are_read_and_written(tmp_path: Path, scheme: str) -> None:
    """An address of an object store is written whole or not at all, packed by its ending."""
    pytest.importorskip("fsspec", reason="needs the extra cluster")
    address = f"{scheme.format(folder=tmp_path)}/out.ndjson.gz"
    with written(address) as file:
        file.write(TEXT)
    assert content(address) == TEXT
    with open_events(address) as entries:
        assert len(list(entries)) == 7
    with pytest.raises(TypeError), written(address) as file:
        file.write("no bytes")  # type: ignore[arg-type]
    assert content(address) == TEXT
    remove(address)
    with pytest.raises(EventsError, match="there is no such file"):
        content(address)


def test_addresses_that_nobody_knows() -> None:
    """An address of no known kind is named, with what one looks like."""
    pytest.importorskip("fsspec", reason="needs the extra cluster")
    with pytest.raises(EventsError, match=r"nonsense://here.*name a file"):
        content("nonsense://here")


def test_what_is_not_installed_is_named() -> None:
    """A library that is not there is named with the extra that brings it."""
    with pytest.raises(EventsError, match=r'x\.zst needs no_such, .*pip install "\.\[files\]"'):
        optional("no_such.part", "files", "x.zst")


def test_plain_files_need_no_extra(tmp_path: Path) -> None:
    """Commands on NDJSON load neither tables nor addresses nor a cluster."""
    code = (
        "import sys\n"
        "from orderkit.cli.group import orderkit\n"
        f"orderkit(['map', {str(samples.EVENTS)!r}, '--settings', {str(samples.SETTINGS)!r}, "
        f"'-o', {str(tmp_path / 'out')!r}], standalone_mode=False)\n"
        "heavy = {'pyarrow', 'zstandard', 'fsspec', 'dask', 'distributed', 'pandas', 'httpx', "
        "'IPython', 'starlette', 'multiprocessing', 'rich.progress'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "[]\n", done.stderr
