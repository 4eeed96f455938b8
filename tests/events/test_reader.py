"""Reading events in every form, with damaged lines, and in constant memory."""

import io
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit import EventsError
from orderkit.events.entries import LIMIT, EventLine, Reading
from orderkit.events.formats.json_text import begins_as_ndjson, read_json, read_ndjson
from orderkit.events.jsontext import dumps
from orderkit.events.reader import numbered_events, open_events, parse_text

BOM = b"\xef\xbb\xbf"
EVENT = {"event_name": "booking_created", "items": [{"id": 1}, {"id": 2}], "context": {}}
ONE_LINE_ITEMS = b"""{
  "event_name": "booking_created",
  "items": [
    {"id": 1},
    {"id": 2}
  ],
  "context":
    {}
}
"""
NOT_INDENTED = b"""{
"event_name": "booking_created",
"items": [
{
"id": 1
},
{
"id": 2
}
],
"context":
{}
}
"""


def read_events(lines: Iterable[bytes], name: str = "events") -> Iterator[EventLine]:
    """The events of lines, as those of a file whose first line tells whether it is NDJSON."""
    reading = Reading()
    rest = iter(lines)
    first = next(rest, b"")
    whole = chain([first], rest)
    begun = begins_as_ndjson(first)
    records = read_ndjson(whole, reading) if begun else read_json(whole, name, reading)
    return numbered_events(records, reading)


def read(text: bytes) -> list[EventLine]:
    return list(read_events(io.BytesIO(text)))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (dumps(EVENT), [1]),
        (dumps(EVENT) + b"\n", [1]),
        (BOM + dumps(EVENT), [1]),
        (b"\n \n" + dumps(EVENT), [3]),
        (dumps(EVENT, indent=True), [None]),
        (b"\r\n".join(dumps(EVENT, indent=True).splitlines()), [None]),
        (BOM + dumps(EVENT, indent=True), [None]),
        (ONE_LINE_ITEMS, [None]),
        (NOT_INDENTED, [None]),
        (dumps([EVENT]), [None]),
        (dumps([EVENT] * 3), [None] * 3),
        (dumps([EVENT] * 3) + b"\n\n", [None] * 3),
        (dumps([EVENT] * 3, indent=True), [None] * 3),
        (BOM + b"\n" + dumps([EVENT] * 3, indent=True), [None] * 3),
        (b"[\n" + b",\n".join([dumps(EVENT)] * 3) + b"\n]", [None] * 3),
        (b"\n".join([dumps(EVENT)] * 3), [1, 2, 3]),
        (b"\r\n".join([dumps(EVENT)] * 3) + b"\r\n", [1, 2, 3]),
        (b"\n\n".join([dumps(EVENT)] * 3), [1, 3, 5]),
        (BOM + b"\n".join([dumps(EVENT)] * 2), [1, 2]),
        (b"", []),
        (b"\n \n\t\n", []),
        (BOM, []),
        (b"[]", []),
    ],
)
def test_forms(text: bytes, lines: list[int | None]) -> None:
    """An object, an array and NDJSON, however they are laid out, give the same events in order."""
    assert read(text) == [EventLine(i, line, EVENT) for i, line in enumerate(lines)]


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (b'{"id": 1', "column"),
        (b"{'id': 1}", "column"),
        (b'{"id": 1} {"id": 2}', "column"),
        (b'{"id": "\xff"}', "UTF-8"),
        (b"nonsense", "column"),
        (b"3", "an integer 3, not a JSON object"),
        (b'"text"', 'a string "text", not a JSON object'),
        (b"null", "null"),
        (b"[1]", "an array [1], not a JSON object"),
        (b"}", "column"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_damaged_lines(damaged: bytes, reason: str, place: int) -> None:
    """A line that is no JSON object is told with its place, and all others are read."""
    lines = [dumps(EVENT)] * 3
    lines.insert(place, damaged)
    entries = read(b"\n".join(lines))
    assert [entry.index for entry in entries] == [0, 1, 2, 3]
    assert [entry.line for entry in entries] == [1, 2, 3, 4]
    assert [entry.event for entry in entries] == [None if i == place else EVENT for i in range(4)]
    assert [bool(entry.error) for entry in entries] == [i == place for i in range(4)]
    assert reason in entries[place].error


def test_damaged_entries_of_an_array() -> None:
    """What is no object in an array is told, and on with the next."""
    entries = read(b'[1, {"id": 1}, [], null, {"id": 2}]')
    assert [entry.event for entry in entries] == [None, {"id": 1}, None, None, {"id": 2}]
    assert [bool(entry.error) for entry in entries] == [True, False, True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        b"[\n1,\n",
        b'[{"id": 1}, {"id": ]',
        b'{\n  "id": 1,\n  "items": [\n}\n',
    ],
)
def test_files_that_are_no_json(text: bytes) -> None:
    """One broken document, or a file in another encoding, is an error that names the file."""
    with pytest.raises(EventsError, match=r"^shop\.json: "):
        list(read_events(io.BytesIO(text), "shop.json"))


def test_place_of_an_error() -> None:
    """A broken document is told with line, column and the text around the place."""
    with pytest.raises(EventsError, match=r'line 3, column \d+, near ".*nope'):
        parse_text('[\n {"id": 1},\n nope\n]')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n "b": }', r'line 2, column 7, near .*"b'),
        ('\ufeff{"a": 1,\r\n "b": [1, 2}\r\n}', r"line 2, column \d+, near"),
        ('\n\n{"a": "b\n", "c": 1}', r"line 3, column \d+, near"),
    ],
)
def test_a_pasted_object_with_an_error(text: str, said: str) -> None:
    """A text over several lines none of which is an event is told about as one document."""
    with pytest.raises(EventsError, match=f"^the text: no JSON: .*{said}"):
        parse_text(text)


def test_pasted_lines_with_an_event_among_them() -> None:
    """As soon as one line is an event by itself, the text is NDJSON, and each bad line is told."""
    entries = parse_text('{"a": 1,\n{"id": 1}\n')
    assert [(entry.line, entry.event) for entry in entries] == [(1, None), (2, {"id": 1})]


def test_files_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is a file, `-` is standard input; a file that cannot be opened is named."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(dumps(EVENT))
    for name in (path, str(path)):
        with open_events(name) as events:
            assert [entry.event for entry in events] == [EVENT]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(dumps(EVENT))))
    with open_events("-") as events:
        assert [entry.event for entry in events] == [EVENT]
    for absent in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(EventsError, match=str(absent)), open_events(absent):
            pass


class Endless:
    """An open file whose lines are made as they are read, and counted."""

    def __init__(self, first: bytes, line: bytes, count: int) -> None:
        self.first, self.line, self.count, self.given = first, line, count, 0

    def __iter__(self) -> Iterator[bytes]:
        yield self.first
        for number in range(1, self.count + 1):
            self.given = number
            yield self.line


@pytest.mark.parametrize("first", [dumps(EVENT) + b"\n", b'{"broken": \n', b"[1]\n", b"\n"])
def test_ndjson_streams(first: bytes) -> None:
    """NDJSON gives each event as soon as its line is there, in memory that does not grow."""
    source: Any = Endless(first, dumps({"text": "x" * 1000}) + b"\n", 20_000)
    entries = read_events(source)
    next(entries)
    assert source.given <= 2
    tracemalloc.start()
    try:
        number = sum(1 for _entry in entries)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert number >= 20_000 - 1
    assert peak < 200_000


def test_documents_are_bounded() -> None:
    """One document over many lines is read up to a limit; the error says what has none."""
    size = 2**20
    line = b'"' + b"x" * (size - 4) + b'",\n'
    array: Any = Endless(b"[\n", line, 200)
    with pytest.raises(EventsError, match="NDJSON"):
        next(read_events(array))
    damaged: Any = Endless(b"{\n", line, 200)
    assert next(read_events(damaged)).error
    assert max(array.given, damaged.given) <= LIMIT // size + 2


def test_deep_nesting() -> None:
    """A line nested deeper than the reader goes is unreadable, and the next one is read."""
    deep = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    entries = read(deep + b"\n" + dumps(EVENT))
    assert [entry.event for entry in entries] == [None, EVENT]


# An alphabet is spelt out: the tables of all of Unicode take seconds to build on a fresh machine.
TEXT = st.text('aé😀\n"\\{}[],: 0', max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(TEXT, JSON, max_size=4), max_size=4), st.booleans())
def test_all_forms_agree(events: list[dict[str, Any]], indent: bool) -> None:
    """Events written as NDJSON, as one array, or each as a document, are the same events."""
    events = [{"event_name": "booked", **event} for event in events]  # without one: an envelope?
    assert [entry.event for entry in read(b"\n".join(map(dumps, events)))] == events
    assert [entry.event for entry in read(dumps(events, indent=indent))] == events
    for event in events:
        assert [entry.event for entry in read(dumps(event, indent=True))] == [event]


@given(st.binary(max_size=40) | st.text('{}[]",: \n01a', max_size=30).map(str.encode))
def test_any_bytes(text: bytes) -> None:
    """Whatever the bytes, the answer is entries, good or bad, or an `EventsError`."""
    try:
        entries = read(text)
    except EventsError:
        return
    assert [entry.index for entry in entries] == list(range(len(entries)))
    assert all((entry.event is None) == bool(entry.error) for entry in entries)
