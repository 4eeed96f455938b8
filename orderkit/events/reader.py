"""Reading events: a JSON object or array, NDJSON, or a table, from a file or standard input."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from orderkit.errors import EventsError
from orderkit.events import paths, samples
from orderkit.events.files import Opened, is_table, opened
from orderkit.events.jsontext import loads, show

#: How much of a file may be one JSON document over several lines; NDJSON has no limit.
MAX_DOCUMENT: Final = 64 * 2**20
#: How many events a notebook loads; for more there are the commands, which stream.
MOST_EVENTS: Final = 1_000
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as it was read.

    index: counted from 0
    line:  the line of the file it stands on, counted from 1, in NDJSON only
    event: the event, or None when it could not be read
    error: why it could not be read, or ""
    text:  what could not be read, as it came
    """

    index: int
    line: int | None
    event: dict[str, Any] | None
    error: str = ""
    text: bytes = b""


@contextmanager
def open_events(name: str | Path) -> Iterator[Iterator[EventLine]]:
    """The events in the file of that name, ``-`` being standard input, one after the other.

    What the name ends in tells packed files (``.gz``, ``.zst``) and tables (``.csv``, ``.tsv``,
    ``.parquet``). NDJSON and tables are read piece by piece, in constant memory. Raises
    EventsError when nothing can be read.
    """
    with opened(str(name)) as file:
        yield entries_of(file)


def entries_of(file: Opened, groups: Sequence[int] | None = None) -> Iterator[EventLine]:
    """The events in an open file; of Parquet, those in its row `groups` only, if named."""
    if not is_table(file.name):
        yield from read_events(file.content, file.name)
        return
    from orderkit.events.tables import read_table

    for index, (line, event, error) in enumerate(read_table(file.name, file.content, groups)):
        yield EventLine(index, line, event, error)


def read_events(file: Iterable[bytes], name: str = "standard input") -> Iterator[EventLine]:
    """The events in an open file. Raises EventsError when it is one broken JSON document."""
    lines = enumerate(_without_bom(file), start=1)
    first = next(((number, line) for number, line in lines if line.strip()), None)
    if first is None:
        return
    if first[1].startswith((b"\xff\xfe", b"\xfe\xff")):
        raise EventsError(f"{name}: text in UTF-16; save it as UTF-8")
    if _is_document(first[1]):
        if _reads(first[1]) and (second := next((e for e in lines if e[1].strip()), None)):
            # A whole array on the first of several lines is one damaged line of NDJSON.
            yield from _ndjson(chain([first, second], lines))
            return
        yield from _document(b"".join((first[1], *_bounded(lines, name))), name)
        return
    if _is_object(first[1]) or not first[1].lstrip().startswith(b"{"):
        yield from _ndjson(chain([first], lines))
        return
    # An object over several lines, or NDJSON whose first line is damaged: only the rest can tell.
    ahead = [first]
    size = 0
    for entry in lines:
        ahead.append(entry)
        size += len(entry[1])
        if _is_event(entry[1]) or size > MAX_DOCUMENT:
            yield from _ndjson(chain(ahead, lines))
            return
    whole = b"".join(line for _number, line in ahead)
    if _is_object(whole):
        yield EventLine(0, None, loads(whole))
    elif len(ahead) > 1 and first[1].strip() == b"{":
        raise EventsError(f"{name}: no JSON: {_reason(whole)}")
    else:
        yield from _ndjson(ahead)


def read_line(index: int, number: int, line: bytes) -> EventLine | None:
    """The event on a line of NDJSON, or why there is none; None on a blank line."""
    text = line.strip()
    if not text:
        return None
    try:
        return _checked(index, number, loads(text), line)
    except ValueError:
        return EventLine(index, number, None, f"no JSON: {_reason(text)}", line)


def begins_as_ndjson(text: bytes) -> bool:
    """Whether the first lines of a file tell that it is NDJSON, and not one JSON document."""
    lines = text.removeprefix(_BOM).split(b"\n")
    return _is_object(next((line for line in lines if line.strip()), b""))


def parse_text(text: str) -> list[EventLine]:
    """The events in a text that somebody pasted. Raises EventsError with line, column and place.

    Where it begins as an object over several lines, and no line of it is an event, it was meant as
    one document: its error is told, not that each line is none.
    """
    import io

    whole = text.removeprefix("\ufeff").encode("utf-8", "replace")
    entries = list(read_events(io.BytesIO(whole), "the text"))
    none = all(entry.event is None for entry in entries)
    if none and len(entries) > 1 and whole.lstrip().startswith(b"{"):
        raise EventsError(f"the text: no JSON: {_reason(whole)}")
    return entries


def _without_bom(file: Iterable[bytes]) -> Iterator[bytes]:
    for number, line in enumerate(file):
        yield line.removeprefix(_BOM) if number == 0 else line


def _is_document(line: bytes) -> bool:
    """Whether a first line begins a JSON array that is the whole file."""
    return line.lstrip().startswith(b"[")


def _bounded(lines: Iterable[tuple[int, bytes]], name: str) -> Iterator[bytes]:
    size = 0
    for _number, line in lines:
        size += len(line)
        if size > MAX_DOCUMENT:
            raise EventsError(
                f"{name}: one JSON document of more than {MAX_DOCUMENT // 2**20} MB; "
                "write one event a line (NDJSON), which has no limit: jq -c '.[]' does it"
            )
        yield line


def _document(text: bytes, name: str) -> Iterator[EventLine]:
    try:
        events = loads(text)
    except ValueError as error:
        raise EventsError(f"{name}: no JSON: {_reason(text)}") from error
    for index, event in enumerate(events):
        yield _checked(index, None, event)


def _ndjson(lines: Iterable[tuple[int, bytes]]) -> Iterator[EventLine]:
    index = 0
    for number, line in lines:
        if entry := read_line(index, number, line):
            yield entry
            index += 1


def _checked(index: int, line: int | None, event: Any, text: bytes = b"") -> EventLine:
    if isinstance(event, dict):
        return EventLine(index, line, event)
    found = f"{paths.json_type(event)} {show(event)}, not a JSON object"
    return EventLine(index, line, None, found, text)


def _reads(text: bytes) -> bool:
    try:
        loads(text)
    except ValueError:
        return False
    return True


def _is_event(line: bytes) -> bool:
    """Whether a line is an object of its own, and not part of one that is indented."""
    return line.startswith(b"{") and line.strip() != b"{}" and _is_object(line)


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(loads(text), dict)
    except ValueError:
        return False


def _reason(text: bytes) -> str:
    """Why a text is no JSON, with line, column and the text around the place."""
    try:
        loads(text)
    except ValueError as error:
        message = str(error)
    if "UTF-8" in message:
        return "the text is not UTF-8; save the file as UTF-8"
    place = re.search(r"^(.*): line (\d+) column (\d+) \(char (\d+)\)", message)
    if not place:
        return message
    decoded = text.decode("utf-8", "replace")
    at = int(place[4])
    around = decoded[max(0, at - 20) : at + 20].strip()
    several = b"\n" in text
    where = f"line {place[2]}, column {place[3]}" if several else f"column {place[3]}"
    return f"{place[1]} at {where}, near {show(around)}" if around else f"{place[1]} at {where}"


def load_events(path: str | Path) -> dict[str, dict[str, Any]]:
    """Name → event of the first `MOST_EVENTS` events; what is no JSON object is left out.

    Raises EventsError.
    """
    with open_events(str(path)) as entries:
        lines = islice(entries, MOST_EVENTS)
        return named([line.event for line in lines if line.event is not None])


def named(events: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Name → event.

    A name is the situation in the samples and copies of them, and index, event name and id
    elsewhere.
    """
    known = samples.sample_events()
    if list(events) == list(known.values()):
        return known
    return {label(number, event): event for number, event in enumerate(events)}


def number_of(path: str | Path) -> int | None:
    """How many events a file has, where counting them is no work: NDJSON, one a line."""
    path = Path(path)
    if not path.is_file() or path.suffix not in (".ndjson", ".jsonl"):
        return None
    total, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            total, last = total + block.count(b"\n"), block[-1:]
    return total + (last != b"\n")


def label(number: int, event: dict[str, Any]) -> str:
    """A name for an event that has none."""
    parts = (str(event[key])[:40] for key in ("event_name", "id") if key in event)
    return " · ".join([str(number), *parts])
