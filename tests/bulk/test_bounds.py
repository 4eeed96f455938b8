"""Mapping files in odd places: copied folders, long lines, deep events, spreadsheets, signals."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from orderkit.bulk import chunks
from orderkit.bulk.chunks import blocks, streamed
from orderkit.bulk.tables import table_writer
from orderkit.destination.loading import load_settings
from orderkit.events import samples
from orderkit.events.entries import CUT
from orderkit.events.jsontext import dumps, loads
from tests.cli.test_commands import SETTINGS, lines, run

GOOD = samples.EVENTS.read_bytes().splitlines()
BATCH = b'{"batch":[' + b",".join(GOOD[:3]) + b"]}"


@pytest.fixture
def map_files() -> Any:
    pytest.importorskip("fsspec", reason='needs pip install "orderkit[cluster]"')
    from orderkit.bulk import map_files

    return map_files


@pytest.fixture
def mapped(tmp_path: Path, map_files: Any) -> Path:
    """A folder of mapped files."""
    for name in "ab":
        (tmp_path / f"{name}.ndjson").write_bytes(samples.EVENTS.read_bytes())
    run_again(map_files, tmp_path / "first")
    return tmp_path / "first"


def run_again(map_files: Any, folder: Path, **changed: str) -> Any:
    settings = load_settings(samples.SETTINGS)
    own = settings.settings.model_copy(update=changed)
    sources = [str(folder.parent / f"{name}.ndjson") for name in "ab"]
    return map_files(sources, settings.model_copy(update={"settings": own}), str(folder), jobs=1)


def test_a_copied_folder_is_on_its_own(map_files: Any, mapped: Path) -> None:
    """What is mapped into a copy is reused there, and never touches the original."""
    before = {file.name: file.read_bytes() for file in mapped.iterdir()}
    copy = mapped.with_name("copy")
    shutil.copytree(mapped, copy)
    assert run_again(map_files, copy).reused == 2
    run_again(map_files, copy, third_merchant_id="other")
    assert {file.name: file.read_bytes() for file in mapped.iterdir()} == before


@pytest.mark.parametrize(
    "name", ["../outside", "/{folder}/outside", "..", "manifest.json/../../outside"]
)
def test_a_receipt_deletes_nothing_outside(map_files: Any, mapped: Path, name: str) -> None:
    """Whatever a receipt names, only files of its own folder are removed."""
    outside = mapped.parent / "outside"
    outside.write_text("mine", "utf-8")
    for receipt in mapped.glob("*.receipt.json"):
        entry = loads(receipt.read_bytes())
        named = name.format(folder=mapped.parent)
        receipt.write_bytes(dumps(entry | {"output": named, "rejects": named, "fingerprint": "x"}))
    run_again(map_files, mapped)
    assert outside.read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(file.read_bytes().replace(b"450", b"459")),
        lambda file: file.unlink(),
    ],
    ids=["a byte short", "an amount changed", "gone"],
)
def test_receipts_are_checked(map_files: Any, mapped: Path, harm: Any) -> None:
    """Payloads that are not as they were written are mapped again."""
    output = next(mapped.glob("a-*[0-9a-f].ndjson"))
    whole = output.read_bytes()
    harm(output)
    assert run_again(map_files, mapped).reused == 1
    assert output.read_bytes() == whole


@pytest.mark.parametrize("text", [b"[]", b"{}", b"{broken", b'{"source": 1}', b"null"])
def test_receipts_that_are_none(map_files: Any, mapped: Path, text: bytes) -> None:
    """A damaged receipt is as good as none."""
    next(mapped.glob("a-*.receipt.json")).write_bytes(text)
    assert run_again(map_files, mapped).reused == 1


@pytest.mark.parametrize("size", [1, 7, 100])
def test_lines_over_the_limit(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Of a line over the limit nothing is kept, wherever a file is cut; the others are whole."""
    monkeypatch.setattr(chunks, "CHUNK", size)
    long = b"x" * 1_000
    text = b"a\n" + long + b"\nb\n" + long + long + b"\nc\n" + long
    rest = text.replace(long + long, CUT).replace(long, CUT)
    assert b"".join(blocks(io.BytesIO(text), 0, len(text), 200)).rstrip(b"\n") == rest
    parts = (
        blocks(io.BytesIO(text), at, min(at + 333, len(text)), 200)
        for at in range(0, len(text), 333)
    )
    assert b"".join(map(b"".join, parts)).rstrip(b"\n") == rest
    assert b"".join(streamed(io.BytesIO(text), 200)).rstrip(b"\n") == rest


@pytest.mark.parametrize("packing", ["", ".gz"])
def test_a_long_line_is_one_reject(tmp_path: Path, packing: str) -> None:
    """`map` and `check` report it with the limit, and read what is around it."""
    import gzip

    path, rejects = tmp_path / f"events.ndjson{packing}", tmp_path / "rejects"
    text = b"\n".join([GOOD[0], b'{"a":"' + b"x" * 900_000 + b'"}', GOOD[1]])
    path.write_bytes(gzip.compress(text) if packing else text)
    done = run("map", str(path), *SETTINGS, "--limit", "0.1", "--rejects", str(rejects))
    assert len(lines(done.stdout)) == 2
    (reject,) = lines(rejects.read_text("utf-8"))
    assert (reject["index"], reject["line"], reject["outcome"]) == (1, 2, "unreadable")
    checked = run("check", str(path), *SETTINGS, "--limit", "0.1", "--json").stdout
    assert "a line of more than 0.1 MiB" in json.dumps(lines(checked)[1])


@pytest.mark.parametrize("depth", [250, 255, 400, 2_000])
def test_nesting_is_one_reject(tmp_path: Path, depth: int) -> None:
    """However deep an event nests, it is mapped or is one reject, and the others are mapped."""
    deep = b'{"event_name":"booking_created","id":"D","deep":' + b"[" * depth + b"]" * depth + b"}"
    path, rejects, report = tmp_path / "events", tmp_path / "rejects", tmp_path / "report"
    path.write_bytes(b"\n".join([GOOD[0], deep, GOOD[1]]))
    done = run("map", str(path), *SETTINGS, "--rejects", str(rejects))
    assert done.returncode == 1, done.stderr
    assert len(lines(done.stdout)) == 2
    (reject,) = lines(rejects.read_text("utf-8"))
    assert reject["index"] == 1
    assert reject["event"] or deep.decode() == reject["text"]
    done = run("send", str(path), *SETTINGS, "--report", str(report))
    assert "Traceback" not in done.stderr
    assert len(report.read_bytes().splitlines()) == 1


def test_properties_that_no_json_carries(tmp_path: Path) -> None:
    """They do not keep an event from being mapped where no row reads them."""
    odd = GOOD[0][:-1] + b',"a":NaN,"b":1e400,"c":"\\ud83d"}'
    path = tmp_path / "events"
    path.write_bytes(odd + b"\n" + GOOD[1])
    done = run("map", str(path), *SETTINGS)
    assert done.returncode == 0, done.stderr
    path.write_bytes(b"\n".join(GOOD[:2]))
    assert done.stdout == run("map", str(path), *SETTINGS).stdout


def test_envelopes_in_parts(
    tmp_path: Path, map_files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where lines hold several events, those behind keep their numbers, in any number of parts."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join([GOOD[0], BATCH, b"{broken", BATCH, b'{"a":1}', GOOD[0]] * 4))
    whole = tmp_path / "rejects"
    done = run("map", str(path), *SETTINGS, "--rejects", str(whole))
    assert "note: batch unwrapped: 24 events" in done.stderr
    monkeypatch.setattr("orderkit.bulk.planning.PARTITION", 9_000)
    made = map_files([str(path)], load_settings(samples.SETTINGS), str(tmp_path / "out"), jobs=1)
    assert len(made.receipts) > 3
    rejects = b"".join(
        Path(receipt.partition.rejects.removeprefix("file://")).read_bytes()
        for receipt in made.receipts
    )
    assert rejects == whole.read_bytes()
    assert made.notes["batch unwrapped"] == 24


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+49 30 1", "'+49 30 1"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        ("-12.50", "-12.50"),
        ("+3", "+3"),
        ("H=1", "H=1"),
    ],
)
def test_what_a_spreadsheet_would_compute(value: str, cell: str) -> None:
    """Texts that begin like a formula are quoted in CSV; numbers stay numbers."""
    file = io.BytesIO()
    with table_writer("out.csv", file) as write:
        write(dumps({"order_info": {"order_id": value, "value": {"total_value": -4.5}}}) + b"\n")
    import csv

    header, row = csv.reader(io.StringIO(file.getvalue().decode(), newline=""))
    cells = dict(zip(header, row, strict=True))
    assert cells["order_info.order_id"] == cell
    assert cells["order_info.value.total_value"] == "-4.5"


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_leave_nothing_behind(tmp_path: Path, jobs: str, number: signal.Signals) -> None:
    """A run that is ended leaves the old file, no half of a new one, and no traceback."""
    path, out = tmp_path / "events.ndjson", tmp_path / "out.ndjson"
    path.write_bytes(b"\n".join(GOOD * 10_000))
    out.write_text("old", "utf-8")
    with subprocess.Popen(
        [
            *(sys.executable, "-c", "from orderkit.cli import main; main()", "map", str(path)),
            *(*SETTINGS, "--jobs", jobs, "-o", str(out)),
        ],
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        while not any(file.stat().st_size for file in tmp_path.glob(".*.partial")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        assert process.stderr is not None
        said = process.stderr.read()
    assert (process.returncode, said) == (128 + number, b"")
    assert {entry.name for entry in tmp_path.iterdir()} == {"events.ndjson", "out.ndjson"}
    assert out.read_text("utf-8") == "old"


@pytest.mark.parametrize("into", ["file", "folder"])
def test_a_limit_of_its_own_holds_for_every_line(tmp_path: Path, into: str) -> None:
    """A line over --limit is a reject, however short; what was made with another is made again."""
    source, out = tmp_path / "e.ndjson", tmp_path / "out"
    long = b'{"event_name":"booking_created","x":"' + b"y" * 5_000 + b'"}\n'
    source.write_bytes(samples.bookings(2) + long + samples.bookings(1))
    rejects = out if into == "folder" else tmp_path / "rejects.ndjson"
    sources = [str(source)] + [str(source.with_name("f.ndjson"))] * (into == "folder")
    source.with_name("f.ndjson").write_bytes(samples.bookings(1))
    more = [] if into == "folder" else ["--rejects", str(rejects)]
    for limit, said in (("1", "1 with problems"), ("0.004", "1 unreadable")):
        done = run(
            *("map", *sources, "--settings", str(samples.SETTINGS), "-o", str(out)),
            *("--limit", limit, *more),
        )
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    files = list(out.glob("e-*.rejects.ndjson")) if into == "folder" else [rejects]
    (line,) = (line for file in files for line in file.read_bytes().splitlines())
    assert b"a line of more than 0.004" in line
