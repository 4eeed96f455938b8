"""JSON as text: one event a line, documents one after the other, arrays, with comments or without.

A line that is damaged is reported, and all others are read.
"""

import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final, TypeAlias

from orderkit.errors import EventsError
from orderkit.events.entries import CUT, LIMIT, Reading, Record
from orderkit.events.jsontext import loads, loads_lenient, show
from orderkit.events.paths import MAX_DEPTH, json_type
from orderkit.events.weight import (
    OF_DOCUMENT,
    OF_EVENT,
    explain_weight,
    most_values,
    number_of_values,
)

_BOM: Final = b"\xef\xbb\xbf"
_STRING: Final = rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
_TOKEN: Final = re.compile(_STRING + rb"|//[^\n]*|/\*.*?\*/|/\*|[{}\[\]]")
_COMMENT: Final = re.compile(_STRING + rb"|//[^\n]*|/\*.*?\*/", re.DOTALL)
_TRAILING: Final = re.compile(_STRING + rb"|,(?=\s*[}\]])")
_MAY_TRAIL: Final = re.compile(rb",\s*[}\]]")
_ALLOW: Final = "allow more with --limit"
_ONE_A_LINE: Final = (
    "write one event a line (NDJSON), which has no limit: jq -c '.[]' does it; or " + _ALLOW
)
_COMMENTS: Final = "comments and trailing commas left out"

_Line: TypeAlias = tuple[int, bytes]


def read_json(lines: Iterable[bytes], name: str, reading: Reading) -> Iterator[Record]:
    """What the lines of a text hold. Raises EventsError when it is one broken document."""
    entries = enumerate(lines, start=1)
    begun = _Document()
    first = True
    for number, line in entries:
        if number == 1:
            line = line.removeprefix(_BOM)
        if begun.text:
            if not begun.is_array and is_event(line):
                # One event a line after all, and what went before is damaged.
                yield from begun.damaged(reading)
                yield from _ndjson(chain([(number, line)], entries), reading)
                return
            if begun.add(number, line):
                yield begun.record(name, reading, first)
                first = False
            elif found := begun.explain_size(reading):
                if begun.is_array:
                    raise EventsError(f"{name}: one JSON document of {found}; {_ONE_A_LINE}")
                yield from begun.damaged(reading)
            continue
        if not line.strip():
            continue
        # The first may hold all events, in a list or an envelope.
        record = read_json_line(number, line, reading, OF_DOCUMENT if first else OF_EVENT)
        # What is too long or too heavy is no beginning: its text is not kept.
        if record.text and begun.add(number, line, starting=True):
            continue
        if first and isinstance(record.value, list):
            following = next((entry for entry in entries if entry[1].strip()), None)
            if following is None:
                yield record._replace(document=True, line=None)
                return
            # A whole array on the first of several lines is one damaged line of NDJSON.
            yield record
            yield from _ndjson(chain([following], entries), reading)
            return
        yield record
        first = False
    if begun.text:
        yield from begun.rest(name, reading, first)


def read_ndjson(lines: Iterable[bytes], reading: Reading) -> Iterator[Record]:
    """What each line of a text holds that has one event a line."""
    numbered = enumerate(lines, start=1)
    for number, line in numbered:
        yield from _ndjson([(number, line.removeprefix(_BOM))], reading)
        yield from _ndjson(numbered, reading)


def _ndjson(lines: Iterable[_Line], reading: Reading) -> Iterator[Record]:
    for number, line in lines:
        if line and not line.isspace():
            yield read_json_line(number, line, reading)


def read_json_line(number: int, line: bytes, reading: Reading, each: int = OF_EVENT) -> Record:
    """What a line of NDJSON holds, or why there is nothing; `each` as of `explain_weight`."""
    text = line.strip()
    if text == CUT or len(text) > reading.limit:
        return Record(
            number,
            None,
            f"a line of {reading.too_long}; write one event a line, or {_ALLOW}",
        )
    if heavy := explain_weight(text, reading.limit, each):
        return Record(number, None, f"a line with {heavy}; send less in one event, or {_ALLOW}")
    try:
        return Record(number, loads_lenient(text), "", b"", False, (), len(text))
    except ValueError:
        return Record(number, None, f"no JSON: {explain_no_json(text)}", line)


def begins_as_ndjson(text: bytes) -> bool:
    """Whether the first lines of a file tell that it is NDJSON, and not one JSON document."""
    lines = text.removeprefix(_BOM).split(b"\n")
    return _is_object(next((line for line in lines if line.strip()), b""))


class _Document:
    """A document that has begun: its lines so far, and the number of the first."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.text = bytearray()
        self._number = self._depth = self._values = 0
        self._in_comment = False

    @property
    def is_array(self) -> bool:
        return self._first().lstrip().startswith(b"[")

    def explain_size(self, reading: Reading) -> str:
        """What it has too much of; "" as long as it has not."""
        if len(self.text) > reading.limit:
            return reading.too_long
        most = most_values(reading.limit, OF_DOCUMENT)
        return f"more than {most:,} values" if self._values > most else ""

    def _first(self) -> bytes:
        """The line that it began with."""
        return bytes(self.text[: self.text.find(b"\n") + 1] or self.text)

    def add(self, number: int, line: bytes, *, starting: bool = False) -> bool:
        """Add a line; whether the document is whole then, or for its first line, not yet whole."""
        if not self.text and not starting:
            return False
        self._number = self._number or number
        self.text += line
        self._values += number_of_values(line)
        self._count(line)
        whole = self._depth <= 0 and not self._in_comment
        if not starting:
            return whole
        only_comment = whole and not _without_comments(line).strip()
        if whole and not only_comment:
            self._reset()
        return not whole or only_comment

    def _count(self, line: bytes) -> None:
        if self._in_comment:
            _inside, end, line = line.partition(b"*/")
            if not end:
                return
            self._in_comment = False
        for match in _TOKEN.finditer(line):
            token = match[0]
            if token in b"{[":
                self._depth += 1
            elif token in b"}]":
                self._depth -= 1
            elif token == b"/*":
                self._in_comment = True
                return

    def record(self, name: str, reading: Reading, first: bool) -> Record:
        """What the document holds. Raises EventsError for an array that is the file."""
        number, text, array = self._number, bytes(self.text), self.is_array
        self._reset()
        if not _without_comments(text).strip():
            return Record(None, [], document=True)
        if heavy := explain_weight(text, reading.limit, OF_DOCUMENT):
            raise EventsError(f"{name}: one JSON document of {heavy}; {_ONE_A_LINE}")
        try:
            return Record(None, read_document(text, reading), document=True)
        except ValueError:
            reason = f"no JSON: {explain_no_json(text, number - 1)}"
        if array and first:
            raise EventsError(f"{name}: {reason}")
        return Record(number, None, reason, text)

    def damaged(self, reading: Reading) -> Iterator[Record]:
        """The lines, each for itself: they were no document."""
        lines = enumerate(io.BytesIO(self.text), start=self._number)
        self._reset()
        for number, line in lines:
            if not _without_comments(line).strip():
                reading.note(_COMMENTS)
            else:
                reason = explain_no_json(line.strip())
                yield Record(number, None, f"no JSON: {reason}", line)

    def rest(self, name: str, reading: Reading, first: bool) -> Iterator[Record]:
        """What there is of a document that the file's end cuts short. Raises EventsError."""
        number, text = self._number, bytes(self.text)
        if not _without_comments(text).strip():
            return
        opening = self._first().strip()
        if first and (opening in (b"{", b"[") or self.is_array):
            raise EventsError(f"{name}: no JSON: {explain_no_json(text, number - 1)}")
        yield from self.damaged(reading)


def read_document(text: bytes, reading: Reading) -> Any:
    """The value of a JSON document that may have comments. Raises ValueError."""
    try:
        return loads_lenient(text)
    except ValueError:
        value = loads_lenient(_without_comments(text))
    reading.note(_COMMENTS)
    return value


def _without_comments(text: bytes) -> bytes:
    """A text with blanks for comments and trailing commas; every place stays where it is."""
    # Looked for first: a text of many strings and no comment would be taken apart for nothing.
    if b"//" in text or b"/*" in text:
        text = _COMMENT.sub(_blank, text)
    return _TRAILING.sub(_blank, text) if _MAY_TRAIL.search(text) else text


def _blank(match: re.Match[bytes]) -> bytes:
    found: bytes = match[0]
    return found if found.startswith(b'"') else re.sub(rb"[^\n]", b" ", found)


def is_event(line: bytes) -> bool:
    """Whether a line is an object of its own, and not part of one that is indented."""
    return line.startswith(b"{") and line.strip() != b"{}" and _is_object(line)


def _is_object(text: bytes) -> bool:
    if explain_weight(text, LIMIT):
        return False
    try:
        return isinstance(loads_lenient(text), dict)
    except ValueError:
        return False


def explain_no_json(text: bytes, lines_before: int = 0) -> str:
    """Why a text is no JSON, with line, column and the text around the place."""
    if heavy := explain_weight(text, LIMIT, OF_DOCUMENT):
        return f"it has {heavy}"
    try:
        value = loads(text)
    except ValueError as error:
        message = str(error)
    else:
        if text.count(b"[") + text.count(b"{") > MAX_DEPTH:
            return "it is JSON, nested too deep"
        return f"{json_type(value)} {show(value)}, which is no object"
    if "UTF-8" in message:
        return "the text is not UTF-8; save the file as UTF-8"
    place = re.search(r"^(.*): line (\d+) column (\d+) \(char (\d+)\)", message)
    if not place:
        return message
    decoded = text.decode("utf-8", "replace")
    at = int(place[4])
    around = decoded[max(0, at - 20) : at + 20].strip()
    several = b"\n" in text
    line = int(place[2]) + lines_before
    where = f"line {line}, column {place[3]}" if several else f"column {place[3]}"
    return f"{place[1]} at {where}, near {show(around)}" if around else f"{place[1]} at {where}"
