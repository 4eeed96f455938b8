"""Tables of events and payloads: CSV and Parquet with dotted column names."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderkit.bulk.outputs import payload_file
from orderkit.destination.fields import field_mappings
from orderkit.errors import EventsError
from orderkit.events import paths, samples
from orderkit.events.entries import Reading
from orderkit.events.jsontext import loads
from orderkit.events.reader import EventLine, open_events
from tests.cli.test_commands import SETTINGS, lines, run

TARGETS = [row.target for row in field_mappings()]


def leaves(event: dict[str, Any]) -> dict[str, Any]:
    """Dotted name → value of an event's leaves."""
    return {path: value for path, value in paths.walk(event) if value not in ([], {}, "", None)}


def columns(events: list[dict[str, Any]]) -> list[str]:
    """The dotted names of all leaves of all events."""
    return list(dict.fromkeys(path for event in events for path in leaves(event)))


def read(path: Path, content: bytes | None = None) -> list[EventLine]:
    if content is not None:
        path.write_bytes(content)
    with open_events(path) as entries:
        return list(entries)


def as_csv(events: list[dict[str, Any]], mark: str = ",") -> bytes:
    """Events as CSV whose cells are their leaves."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(events), delimiter=mark)
    writer.writeheader()
    for event in events:
        writer.writerow(
            {k: str(v).lower() if isinstance(v, bool) else v for k, v in leaves(event).items()}
        )
    return text.getvalue().encode()


def test_csv_gives_the_payloads_of_json(tmp_path: Path) -> None:
    """The samples as a table, their values as text, are mapped to the payloads of the samples."""
    table = tmp_path / "events.csv"
    events = list(samples.sample_events().values())
    table.write_bytes(as_csv(events))
    from_csv = run("map", str(table), *SETTINGS)
    assert from_csv.returncode == 0, from_csv.stderr
    plain = run("map", str(samples.EVENTS), *SETTINGS)
    assert lines(from_csv.stdout) == lines(plain.stdout)  # 450 of "450.0", and 450.0 of 450.0


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_csv_cells(tmp_path: Path, mark: str, start: bytes) -> None:
    """Cells are text, empty ones no property, numbered columns an array, lines the file's."""
    text = 'id,items.0.id,items.1.id,a.b\n1,x,,"two\nlines"\n\n,,y,é\n,,,\n'
    if mark != ",":
        text = text.replace(",", mark)
    assert read(tmp_path / "e.csv", start + text.encode()) == [
        EventLine(0, 2, {"id": "1", "items": [{"id": "x"}], "a": {"b": "two\nlines"}}),
        EventLine(1, 5, {"items": [None, {"id": "y"}], "a": {"b": "é"}}),
        EventLine(2, 6, {}),
    ]


def test_rows_of_csv_that_cannot_be_read(tmp_path: Path) -> None:
    """A row that is no row of this table is told with its line, and the next one is read."""
    rows = ["1,é".encode(), b"1", b"1,2,3", b"\xff,2", b"3,4"]
    entries = read(tmp_path / "e.csv", b"\n".join([b"id,a", *rows]))
    assert [entry.line for entry in entries] == [2, 3, 4, 5, 6]
    assert [entry.event for entry in entries] == [
        *({"id": "1", "a": "é"}, None, None, None, {"id": "3", "a": "4"}),
    ]
    said = ["", "1 cell for 2 columns", "3 cells for 2 columns", "not UTF-8", ""]
    assert all(words in entry.error for words, entry in zip(said, entries, strict=True))
    done = run("map", str(tmp_path / "e.csv"), *SETTINGS, "--rejects", str(tmp_path / "r"))
    assert done.returncode == 1
    refused = lines((tmp_path / "r").read_text("utf-8"))
    assert [(line["index"], line["line"]) for line in refused] == [(n, n + 2) for n in range(5)]


@pytest.mark.parametrize("header", [b"", b"\n1", b" , ,\n", b"sep=;\n"])
def test_headers_that_are_none(tmp_path: Path, header: bytes) -> None:
    """Where no names of columns stand, the error says in which line they are expected."""
    path = tmp_path / "e.csv"
    with pytest.raises(EventsError, match=rf"^{path}: line [12]: nothing where the names"):
        read(path, header)


@pytest.mark.parametrize(
    ("header", "event"),
    [
        ("id,id", {"id": "1", "id (column 2)": "2"}),
        ("a,a.b", {"a": "1", "a.b": "2"}),
        ("a.b,a", {"a": {"b": "1"}, "a (column 2)": "2"}),
        ("a,", {"a": "1", "column 2": "2"}),
        ("a..b,Cod.", {"a..b": "1", "Cod": "2"}),
        ("Cod,Cod.", {"Cod": "1", "Cod.": "2"}),
        ("N. Pren.,Tot.Sogg", {"N Pren": "1", "Tot": {"Sogg": "2"}}),
        ("items.0,items.2", {"items": {"0": "1", "2": "2"}}),
        ("room.1.name,room.2.name", {"room": {"1": {"name": "1"}, "2": {"name": "2"}}}),
        (".".join("a" * 50) + ",b", {".".join("a" * 50): "1", "b": "2"}),
        ("items." + "9" * 5_000 + ",items.0", {"items": {"9" * 5_000: "1", "0": "2"}}),
    ],
)
def test_headers_that_are_no_paths(tmp_path: Path, header: str, event: dict[str, Any]) -> None:
    """A name that no path spells, or that is there already, is kept as the name of a property."""
    (entry,) = read(tmp_path / "e.csv", f"{header}\n1,2\n".encode())
    assert entry.event == event


pyarrow = pytest.importorskip("pyarrow", reason="needs the extra files")


@pytest.fixture
def parquet(tmp_path: Path) -> Iterator[Any]:
    """Writes columns to a Parquet file, and names it."""
    from pyarrow import parquet as library

    def write(table: dict[str, Any], **options: Any) -> Path:
        path = tmp_path / "events.parquet"
        library.write_table(pyarrow.table(table), path, **options)
        return path

    return write


def test_parquet_gives_the_payloads_of_json(parquet: Any) -> None:
    """The samples as a Parquet table of typed columns are mapped to the payloads of the samples."""
    events = [
        event | {"context": event["context"] | {"event_timestamp": str(stamp)}}
        for event in samples.sample_events().values()
        for stamp in [event["context"]["event_timestamp"]]
    ]
    for event in events:
        event["user"] = {}
    rows = [leaves(event) for event in events]
    names = columns(events)
    path = parquet({name: [row.get(name) for row in rows] for name in names}, row_group_size=2)
    done = run("map", str(path), *SETTINGS)
    assert done.returncode == 0, done.stderr
    assert done.stdout == run("map", str(samples.EVENTS), *SETTINGS).stdout


def test_cells_of_parquet(parquet: Any) -> None:
    """Cells keep their type; null and NaN are no property, times become ISO 8601."""
    moment = datetime(2026, 6, 1, 12, tzinfo=UTC)
    path = parquet(
        {
            "a.n": pyarrow.array([1, None]),
            "a.f": [1.5, float("nan")],
            "d": pyarrow.array([Decimal("450.10"), None], pyarrow.decimal128(38, 20)),
            "long": pyarrow.array([Decimal("0.12345678901234567890"), None]),
            "day": [date(2026, 6, 1), None],
            "ns": pyarrow.array([1_780_308_000_123_456_789, None], pyarrow.timestamp("ns", "UTC")),
            "s": pyarrow.array([moment, None], pyarrow.timestamp("s", "UTC")),
            "bytes": [b"text", None],
            "items": [[{"id": "x", "price": 1.0}], []],
            "map": pyarrow.array([[("k", "v")], None], pyarrow.map_("string", "string")),
            "ok": [True, False],
        }
    )
    first, second = read(path)
    assert (first.line, second.line) == (None, None)
    assert first.event == {
        "a": {"n": 1, "f": 1.5},
        "d": 450.1,
        "long": "0.12345678901234567890",
        "day": "2026-06-01",
        "ns": "2026-06-01T10:00:00.123456+00:00",
        "s": "2026-06-01T12:00:00+00:00",
        "bytes": "text",
        "items": [{"id": "x", "price": 1.0}],
        "map": {"k": "v"},
        "ok": True,
    }
    assert second.event == {"items": [], "ok": False}


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"nonsense" * 100, None])
def test_damaged_parquet(parquet: Any, damage: bytes | None) -> None:
    """What is no Parquet, or is cut short, is an error that names the file."""
    path = parquet({"id": ["1"]})
    path.write_bytes(path.read_bytes()[:-9] if damage is None else damage)
    with pytest.raises(EventsError, match=rf"^{path}: no Parquet that can be read"):
        read(path)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "tsv", "parquet"])
def test_tables_of_payloads(tmp_path: Path, ending: str) -> None:
    """A table of payloads has the targets as columns, and says what the payload lines say."""
    path, out = tmp_path / "events.ndjson", tmp_path / f"out.{ending}"
    precise = b'"total":0.1234567890123456789'
    many = samples.EVENTS.read_bytes() * 100
    path.write_bytes(many if ending == "parquet" else many.replace(b'"total":450.0', precise))
    done = run("map", str(path), *SETTINGS, "-o", str(out), "--jobs", "2")
    assert done.returncode == 0, done.stderr
    payloads = [loads(line) for line in run("map", str(path), *SETTINGS).stdout.splitlines()]
    entries = read(out)
    assert len(entries) == len(payloads) == 700
    for entry, payload in zip(entries, payloads, strict=True):
        wanted = leaves(payload)
        assert entry.event is not None
        got = leaves(entry.event)
        if ending != "parquet":
            wanted = {k: str(v).lower() if isinstance(v, bool) else v for k, v in wanted.items()}
            numbers = {k: float(v) for k, v in got.items() if isinstance(wanted[k], int | float)}
            got |= numbers
        assert got == wanted
    if ending == "csv":
        text = out.read_text("utf-8")
        assert text.splitlines()[0].split(",") == TARGETS


def test_tables_are_written_as_they_come(tmp_path: Path) -> None:
    """Rows of Parquet are written group by group, and none is lost between two."""
    from pyarrow import parquet as library

    path = tmp_path / "out.parquet"
    with payload_file(str(path)) as write:
        for number in range(25):
            write(b'{"order_info":{"order_id":"%d"}}\n' % number * 1_000)
    made = library.ParquetFile(path)
    assert made.num_row_groups == 2
    ids = made.read(["order_info.order_id"]).column(0).to_pylist()
    assert ids == [str(number) for number in range(25) for _row in range(1_000)]


def test_amounts_keep_their_digits_in_tables(tmp_path: Path) -> None:
    """CSV holds any digits; Parquet says where an amount has more than its column."""
    path = tmp_path / "events.ndjson"
    line = samples.EVENTS.read_bytes().splitlines()[0]
    path.write_bytes(line.replace(b'"total":450.0', b'"total":"450.12345678901234567890"'))
    out = tmp_path / "out.csv"
    assert run("map", str(path), *SETTINGS, "-o", str(out)).returncode == 0
    assert ",450.12345678901234567890," in out.read_text("utf-8")
    done = run("map", str(path), *SETTINGS, "-o", str(tmp_path / "out.parquet"))
    assert done.returncode == 2
    assert "order_info.value.total_value does not fit" in done.stderr
    assert "NDJSON" in done.stderr
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["events.ndjson", "out.csv"]


def test_rejects_are_no_table(tmp_path: Path) -> None:
    """A table cannot hold reject lines: that is said before anything is read."""
    done = run("map", str(samples.EVENTS), *SETTINGS, "--rejects", str(tmp_path / "r.csv"))
    assert done.returncode == 2
    assert "reject lines are JSON" in done.stderr


@pytest.mark.parametrize(
    "last",
    [
        'TOTAL GÉNÉRAL;;"20 893,10";38',
        "Gesamt;;1.893,10 €;38",
        "Subtotal;;120.00;3",
        "Totale complessivo;;;38",
        "Suma:;;-12,50;1",
    ],
)
def test_a_row_of_totals_is_no_event(tmp_path: Path, last: str) -> None:
    """What a report ends with, or has between its parts, sums bookings up and is none."""
    file = tmp_path / "report.csv"
    file.write_text(f"no;hotel;total;nights\nA1;Lune;120,00;2\n{last}\n", encoding="utf-8")
    reading = Reading()
    with open_events(file, reading) as entries:
        (entry,) = entries
    assert entry.event == {"no": "A1", "hotel": "Lune", "total": "120,00", "nights": "2"}
    assert "a row of totals left out" in reading.notes


@pytest.mark.parametrize("row", ["TOTAL-1;Lune;120,00;2", "Totally;;free;2", "118;;120,00;2"])
def test_a_booking_that_looks_like_a_total_stays_one(tmp_path: Path, row: str) -> None:
    """Only a row that has nothing but the word and numbers is left out."""
    file = tmp_path / "report.csv"
    file.write_text(f"no;hotel;total;nights\nA1;Lune;120,00;2\n{row}\n", encoding="utf-8")
    with open_events(file) as entries:
        assert len(list(entries)) == 2
