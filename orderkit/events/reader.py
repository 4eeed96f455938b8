"""Reading events, from a file, standard input or a pasted text, in any of the formats."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from orderkit.errors import EventsError
from orderkit.events import samples
from orderkit.events.conversion import is_platform_event
from orderkit.events.entries import EventLine, Reading, Record
from orderkit.events.files import Opened, is_parquet, opened
from orderkit.events.formats import recognised
from orderkit.events.formats.json_text import explain_no_json, read_json_line
from orderkit.events.jsontext import dumps_plain
from orderkit.events.shapes import shaped
from orderkit.events.tables import read_parquet

__all__ = [
    "MOST_EVENTS",
    "EventLine",
    "Reading",
    "entries_of",
    "label",
    "line_entries",
    "load_events",
    "named",
    "number_of",
    "open_events",
    "parse_text",
]

#: How many events a notebook loads; for more there are the commands, which stream.
MOST_EVENTS: Final = 1_000


@contextmanager
def open_events(name: str | Path, reading: Reading | None = None) -> Iterator[Iterator[EventLine]]:
    """The events in the file of that name, ``-`` being standard input, one after the other.

    The content tells the format; NDJSON, tables, pixels and HAR are read piece by piece, in
    constant memory. `reading` says how to read, and has afterwards what is to be said of it.
    Raises EventsError when nothing can be read.
    """
    with opened(str(name)) as file:
        yield entries_of(file, reading)


def entries_of(
    file: Opened, reading: Reading | None = None, groups: Sequence[int] | None = None
) -> Iterator[EventLine]:
    """The events in an open file; of Parquet, those in its row `groups` only, if named."""
    reading = reading or Reading()
    if is_parquet(file.name) and file.content.seekable():
        reading.kind = "Parquet"
        records = read_parquet(file.name, file.content, reading, groups)
        yield from numbered_events(records, reading)
        return
    source, kind = recognised(file, reading)
    try:
        yield from numbered_events(kind.read(source, reading), reading, kind.has_paths)
    except RecursionError as error:
        raise EventsError(f"{file.name}: nested too deep to be read") from error


def numbered_events(
    records: Iterator[Record], reading: Reading, has_paths: bool = True
) -> Iterator[EventLine]:
    """The events in the records of a file, in their order."""
    index = 0
    as_they_are = not reading.at
    for record in records:
        value = record.value
        if as_they_are and type(value) is dict and is_platform_event(value):
            # Most are: there is nothing to open or to convert.
            yield EventLine(index, record.line, value, "", b"", record.padded, record.size)
            index += 1
            continue
        for event, error in _events_of(record, reading, has_paths):
            # Whatever is no event is kept as it came, or as JSON: it can be corrected.
            lost = event is None or bool(error)
            text = (record.text or dumps_plain(record.value)) if lost else b""
            yield EventLine(index, record.line, event, error, text, record.padded, record.size)
            index += 1


def _events_of(
    record: Record, reading: Reading, has_paths: bool = True
) -> Iterator[tuple[dict[str, Any] | None, str]]:
    if record.error:
        yield None, record.error
    else:
        yield from shaped(record, reading, has_paths)


def line_entries(index: int, number: int, line: bytes, reading: Reading) -> list[EventLine]:
    """The events on a line of NDJSON, or why there is none; nothing on a blank line.

    index: how many events there are before it
    """
    if not line.strip():
        return []
    record = read_json_line(number, line, reading)
    return [
        EventLine(index + place, number, event, error, line if error else b"")
        for place, (event, error) in enumerate(_events_of(record, reading))
    ]


def parse_text(text: str, reading: Reading | None = None) -> list[EventLine]:
    """The events in a text that somebody pasted. Raises EventsError with line, column and place.

    Where it begins as an object over several lines, and no line of it is an event, it was meant as
    one document: its error is reported, not that each line is none.
    """
    reading = reading or Reading()
    whole = text.removeprefix("\ufeff").encode("utf-8", "replace")
    file = Opened("the text", io.BytesIO(whole), lambda: len(whole), len(whole))
    entries = list(entries_of(file, reading))
    none = all(entry.event is None for entry in entries)
    if none and entries and b"\n" in whole.strip() and whole.lstrip().startswith(b"{"):
        raise EventsError(f"the text: no JSON: {explain_no_json(whole)}")
    return entries


def load_events(path: str | Path, reading: Reading | None = None) -> dict[str, dict[str, Any]]:
    """Name → event of the first `MOST_EVENTS` events; what is no JSON object is left out.

    Raises EventsError.
    """
    with open_events(str(path), reading) as entries:
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
