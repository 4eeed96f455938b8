"""JSON in the layouts that people have it in."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from orderkit.events.reader import parse_text
from tests.events.support import events

STAY = {"event_name": "purchase", "id": "H-1", "context": {"event_id": "e1"}}
NEXT = STAY | {"id": "H-2"}


def pretty(*values: Any) -> str:
    return "\n".join(json.dumps(value, indent=2) for value in values)


@pytest.mark.parametrize("between", ["", "\n\n", "// the second one\n", "/* the\n second */\n"])
def test_documents_one_after_the_other(tmp_path: Path, between: str) -> None:
    """Indented documents in one file are read one after the other, comments between them too."""
    text = pretty(STAY) + "\n" + between + pretty(NEXT)
    assert events(tmp_path / "e.json", text)[0] == [STAY, NEXT]
    assert [entry.event for entry in parse_text(text)] == [STAY, NEXT]


def test_a_damaged_document_among_others(tmp_path: Path) -> None:
    """It is reported with its line, and those around it are read."""
    broken = '{\n  "id": nope\n}\n'
    found, *_ = events(tmp_path / "e.json", f"{pretty(STAY)}\n{broken}{pretty(NEXT)}")
    assert found[0] == STAY
    assert "line 9, column" in found[1]
    assert "nope" in found[1]
    assert found[2] == NEXT


@pytest.mark.parametrize(
    "text",
    [
        '// a booking\n{"event_name": "purchase", "id": "H-1", "context": {"event_id": "e1"}}',
        '{ // opening {\n  "event_name": "purchase", /* its "id" [ */\n  "id": "H-1",\n'
        '  "context": {"event_id": "e1",},\n}\n',
        '[\n  // one\n  {"event_name": "purchase", "id": "H-1", "context": {"event_id": "e1"}},\n]',
        '/* two\n * lines { */\n{"event_name": "purchase",\n"id": "H-1",\n'
        '"context": {"event_id": "e1"} // done\n}',
    ],
)
def test_comments(tmp_path: Path, text: str) -> None:
    """Comments and trailing commas are left out, and that is said."""
    found, notes, _kind = events(tmp_path / "e.json", text)
    assert (found, notes) == ([STAY], ["comments and trailing commas left out"])


def test_what_looks_like_a_comment(tmp_path: Path) -> None:
    """Inside of a text, nothing is a comment."""
    event = STAY | {"url": "https://hotel.example/*a*/", "note": 'a "quoted" // text, }'}
    assert events(tmp_path / "e.json", pretty(event))[:2] == ([event], [])


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("NaN", math.isnan),
        ("-Infinity", lambda value: value == -math.inf),
        ("1e400", math.isinf),
        (r'"\ud83d"', lambda value: value == "\ud83d"),
        ("9" * 5_000, math.isinf),
    ],
)
def test_values_that_json_does_not_carry(tmp_path: Path, value: str, read: Any) -> None:
    """Where a property has one, the event is read, in NDJSON and documents alike."""
    line = f'{{"event_name": "purchase", "id": "H-1", "odd": {value}}}'
    for text in (line, line.replace(", ", ",\n"), f"[\n{line}\n]"):
        ((event,), _notes, _kind) = events(tmp_path / "e.json", text)
        assert event["id"] == "H-1"
        assert read(event["odd"])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16(tmp_path: Path, encoding: str) -> None:
    """Text in UTF-16, which its first bytes say, is read."""
    event = STAY | {"hotel": "Zürich 😀"}
    mark = "" if encoding == "utf-16" else "\ufeff"
    text = (mark + "\r\n".join([json.dumps(event, ensure_ascii=False)] * 2)).encode(encoding)
    found, notes, _kind = events(tmp_path / "e.json", text)
    assert found == [event, event]
    assert "UTF-16" in notes[0]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"%PDF-1.7\n...", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "save it as .xlsx"),
        (b"SQLite format 3\0", "export a table"),
        (b"<?xml version='1.0'?>\n<bookings/>", "XML"),
        (b"<html><body><p>hello</p></body></html>", "a page without scripts"),
        (b"---\nid: 1\n", "YAML"),
    ],
)
def test_what_is_not_read(tmp_path: Path, text: bytes, what: str) -> None:
    """It is named for what it looks like, with the way out."""
    with pytest.raises(Exception, match=f"e: it looks like .*{what}"):
        events(tmp_path / "e", text)
