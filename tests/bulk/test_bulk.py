"""Many and large files: partitions, what is finished and what is done again, a Dask cluster."""

import gzip
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderkit import load_settings
from orderkit.bulk import Done, map_files, planning
from orderkit.destination.loading import parse_settings
from orderkit.errors import EventsError, OrderkitError
from orderkit.events import samples
from orderkit.events.jsontext import loads
from orderkit.events.reader import open_events
from tests.bulk.test_chunks import GOOD, ODD, expected
from tests.cli.test_commands import SETTINGS, run

fsspec = pytest.importorskip("fsspec", reason="needs the extra cluster")

OURS = load_settings(samples.SETTINGS)
OTHERS = parse_settings(samples.SETTINGS.read_text("utf-8").replace("{{hotel.country}}", "ES"))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of three files of events, one of them packed, one with damaged lines."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ndjson").write_bytes(b"\n".join(GOOD))
    (folder / "b.ndjson.gz").write_bytes(gzip.compress(b"\n".join(GOOD[:3])))
    (folder / "c.ndjson").write_bytes(b"\n".join(ODD))
    return folder


def here(files: Path, out: Path, settings: Any = OURS, **options: Any) -> Done:
    """Map all files of a folder in this process."""
    return map_files([f"{files}/*"], settings, str(out), jobs=1, **options)


def made(done: Done) -> tuple[bytes, bytes]:
    """The payloads and rejects of all partitions, in their order; see `expected`."""
    payloads, rejects = b"", b""
    for receipt in done.receipts:
        payloads += content(receipt.partition.output)
        for line in content(receipt.partition.rejects).splitlines(keepends=True):
            head, unreadable, _rest = line.partition(b',"outcome":"unreadable"')
            rejects += head + unreadable + b"}\n" if unreadable else line
    return payloads, rejects


def content(address: str) -> bytes:
    """The bytes at an address."""
    with fsspec.open(address, "rb") as file:
        text: bytes = file.read()
    return text


def test_each_file_has_its_payloads_and_rejects(files: Path, tmp_path: Path) -> None:
    """What a folder holds for a file is what mapping the file alone gives; a manifest sums up."""
    out = tmp_path / "out"
    done = here(files, out)
    assert [r.partition.source.rpartition("/")[2] for r in done.receipts] == [
        *("a.ndjson", "b.ndjson.gz", "c.ndjson")
    ]
    for receipt, name in zip(done.receipts, ("a.ndjson", "b.ndjson.gz", "c.ndjson"), strict=True):
        assert made(Done((receipt,), 0)) == expected(files / name)
    manifest = loads((out / "manifest.json").read_bytes())
    assert manifest["outcomes"] == dict(done.outcomes)
    assert [entry["events"] for entry in manifest["partitions"]] == [7, 3, 33]
    assert len(list(out.iterdir())) == 3 * 3 + 1


def test_what_is_finished_is_not_done_again(files: Path, tmp_path: Path) -> None:
    """A second run maps only what is new, changed, lost, or was mapped with other settings."""
    out = tmp_path / "out"
    first = here(files, out)
    assert (first.reused, here(files, out).reused) == (0, 3)
    (files / "b.ndjson.gz").write_bytes(gzip.compress(b"\n".join(GOOD[:4])))
    (files / "d.ndjson").write_bytes(GOOD[0])
    again = here(files, out)
    assert again.reused == 2
    assert again.outcomes["mapped"] == first.outcomes["mapped"] + 2
    Path(again.receipts[0].partition.output.removeprefix("file://")).unlink()
    assert here(files, out).reused == 3
    assert here(files, out, OTHERS).reused == 0
    assert here(files, out, OTHERS).reused == 4
    back = here(files, out)
    assert back.reused == 0
    assert made(back) == made(again)


def test_a_failure_is_not_that_of_the_others(files: Path, tmp_path: Path) -> None:
    """A damaged file is told and left out; once it is mended, it alone is mapped."""
    out = tmp_path / "out"
    whole = (files / "b.ndjson.gz").read_bytes()
    (files / "b.ndjson.gz").write_bytes(whole[:-5])
    command = ("map", f"{files}/*", *SETTINGS, "-o", str(out), "--jobs", "2")
    done = run(*command)
    assert done.returncode == 2
    assert "b.ndjson.gz: damaged .gz file" in done.stderr
    assert "2 partitions, 0 of them finished before" in done.stderr
    assert len(loads((out / "manifest.json").read_bytes())["partitions"][1]["error"]) > 20
    (files / "b.ndjson.gz").write_bytes(whole)
    done = run(*command)
    assert done.returncode == 1
    assert "3 partitions, 2 of them finished before" in done.stderr
    assert not list(out.glob(".*"))


@pytest.mark.parametrize("size", [900, 5_000, 20_000])
def test_large_files_are_parted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """The parts of a plain file together give what the file gives, numbers of rejects included."""
    monkeypatch.setattr(planning, "PARTITION", size)
    files = tmp_path / "in"
    files.mkdir()
    path = files / "events.ndjson"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join([GOOD[0], *ODD, *ODD]))
    out = tmp_path / "out"
    done = here(files, out)
    assert len(done.receipts) == -(-path.stat().st_size // size) > 3
    whole = made(done)
    assert whole == expected(path)
    # Of a part that was lost, the numbers follow from what the others say of themselves.
    Path(done.receipts[-1].partition.receipt.removeprefix("file://")).unlink()
    again = here(files, out)
    assert again.reused == len(done.receipts) - 1
    assert made(again) == whole
    # Parted otherwise, nothing of the former parts is left to be counted twice.
    monkeypatch.setattr(planning, "PARTITION", 2**20)
    assert made(here(files, out)) == whole
    assert len(list(out.iterdir())) == 3 + 1


def test_large_tables_are_parted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row groups of a Parquet file are mapped apart, and CSV as one, with their numbers."""
    pyarrow = pytest.importorskip("pyarrow", reason="needs the extra files")
    from pyarrow import parquet

    files = tmp_path / "in"
    files.mkdir()
    ids = [f"id-{number}" for number in range(100)]
    parquet.write_table(pyarrow.table({"id": ids}), files / "e.parquet", row_group_size=10)
    (files / "e.csv").write_text("id\n" + "\n".join(ids), encoding="utf-8")
    monkeypatch.setattr(planning, "PARTITION", (files / "e.parquet").stat().st_size // 3)
    done = here(files, tmp_path / "out")
    parted = [receipt.partition.stop is not None for receipt in done.receipts]
    assert parted in ([False, *[True] * number] for number in (3, 4))
    rejects = [loads(line) for line in made(done)[1].splitlines()]
    assert [(entry["index"], entry["event"]["id"]) for entry in rejects] == list(enumerate(ids)) * 2


@pytest.mark.parametrize("ending", [".ndjson.gz", ".csv", ".parquet"])
def test_payloads_of_other_endings(files: Path, tmp_path: Path, ending: str) -> None:
    """Payload files are packed, or tables, as is asked for."""
    done = here(files, tmp_path / "out", ending=ending)
    for receipt in done.receipts:
        name = receipt.partition.output
        assert name.endswith(ending)
        with open_events(name) as entries:
            assert len(list(entries)) == receipt.outcomes["mapped"]


def test_object_stores(files: Path) -> None:
    """Events are read from an object store by a pattern, and written there."""
    store = fsspec.filesystem("memory")
    store.put(str(files), "/lake/in", recursive=True)
    done = map_files(["memory://lake/in/*"], OURS, "memory://lake/out", jobs=1)
    assert made(done)[0] == b"".join(
        expected(files / name)[0] for name in ("a.ndjson", "b.ndjson.gz", "c.ndjson")
    )
    assert map_files(["memory://lake/in/*"], OURS, "memory://lake/out", jobs=1).reused == 3
    assert len(store.ls("/lake/out")) == 3 * 3 + 1
    store.rm("/lake", recursive=True)


def test_files_of_one_name_stay_apart(files: Path, tmp_path: Path) -> None:
    """Two folders may have files of the same name."""
    shutil.copytree(files, tmp_path / "more")
    done = map_files([f"{tmp_path}/*/a.ndjson"], OURS, str(tmp_path / "out"), jobs=1)
    assert len({receipt.partition.output for receipt in done.receipts}) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["{in}/x*", "-o", "{out}"],
            "x*: there is no such file; name files, or a pattern in quotes",
        ),
        (["{in}/*"], "name it with -o"),
        (["{in}/*", "-o", "{out}", "--rejects", "r"], "without --rejects"),
        (["{in}/*", "-o", "{in}"], "is read from there: name another folder"),
        (["{in}/*", "-o", "{in}/a.ndjson"], "name a folder"),
        (["{in}/*", "-o", "{out}", "--format", "xlsx"], "cannot end in .xlsx: name one of .ndjson"),
        (["{in}/a.ndjson", "--format", "csv"], "--format is for folders"),
        (["{in}/a.ndjson", "-o", "{out}", "--scheduler", "nonsense://x"], "nonsense"),
        (["{in}/a.ndjson", "{in}/c.ndjson", "-o", "nonsense://x"], "nonsense"),
    ],
)
def test_what_cannot_be_done(files: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    """Each mistake is one message with what to write instead, and ends with 2."""
    folders = {"{in}": str(files), "{out}": str(tmp_path / "out")}
    for mark, folder in folders.items():
        arguments = [argument.replace(mark, folder) for argument in arguments]
    done = run("map", *arguments, *SETTINGS)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Dask cluster of two worker processes, each with a process that starts it again."""
    distributed = pytest.importorskip("distributed", reason="needs the extra cluster")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as made_:
        yield made_


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
def test_a_worker_killed_on_the_way(cluster: Any, tmp_path: Path) -> None:
    """With one of the worker processes killed, all partitions are mapped, and rightly."""
    distributed = pytest.importorskip("distributed")
    files = tmp_path / "in"
    files.mkdir()
    for number in range(8):
        (files / f"{number}.ndjson").write_bytes(b"\n".join(ODD * 20))
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        workers = sorted(client.run(os.getpid).values())
    killed = []

    def kill(done: int, every: int, events: int) -> None:
        assert events
        if not killed and done < every:
            killed.append(workers[0])
            os.kill(workers[0], signal.SIGKILL)

    address = cluster.scheduler_address
    done = map_files(
        [f"{files}/*"], OURS, str(tmp_path / "out"), scheduler=address, on_progress=kill
    )
    assert killed == workers[:1]
    assert len(done.receipts) == 8
    assert made(done) == tuple(part * 8 for part in expected(files / "0.ndjson"))
    assert len(list((tmp_path / "out").iterdir())) == 8 * 3 + 1


def test_the_command_maps_on_a_cluster(cluster: Any, files: Path, tmp_path: Path) -> None:
    """`map --scheduler` gives what it gives without; what is finished is not done again."""
    there, out = tmp_path / "there", tmp_path / "out"
    command = ("map", f"{files}/*", *SETTINGS, "--scheduler", cluster.scheduler_address)
    done = run(*command, "-o", str(there))
    assert done.returncode == 1, done.stderr
    here(files, out)
    own = {path.name: path.read_bytes() for path in out.iterdir() if "receipt" not in path.name}
    for name in own.keys() - {"manifest.json"}:
        assert (there / name).read_bytes() == own[name]
    assert "3 of them finished before" in run(*command, "-o", str(there)).stderr


def test_large_files_are_counted_on_the_cluster(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts of a large file have the right numbers, whoever counts and maps them."""
    monkeypatch.setattr(planning, "PARTITION", 20_000)
    (tmp_path / "e.ndjson").write_bytes(b"\n".join([GOOD[0], *ODD]))
    address = cluster.scheduler_address
    done = map_files([str(tmp_path / "e.ndjson")], OURS, f"{tmp_path}/out", scheduler=address)
    assert len(done.receipts) > 1
    assert made(done) == expected(tmp_path / "e.ndjson")


def test_work_that_the_cluster_cannot_do(cluster: Any) -> None:
    """What workers fail at is told with what they need; no traceback of theirs is."""
    from orderkit.bulk import _runner

    with (
        _runner(cluster.scheduler_address, None) as run_there,
        pytest.raises(OrderkitError, match=r"1 partition came to nothing: ZeroDivisionError"),
    ):
        assert list(run_there((10).__floordiv__, [5, 0])) == [2]


def test_no_source_is_an_error() -> None:
    """Files that are not there are named before anything is written."""
    with pytest.raises(EventsError, match="no such file"):
        map_files(["memory://nothing/*"], OURS, "memory://out")
