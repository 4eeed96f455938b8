"""Reading a file made in a test."""

from pathlib import Path
from typing import Any

from orderkit.events.entries import EventLine, Reading, describe_notes
from orderkit.events.reader import open_events


def read(path: Path, content: bytes | str, reading: Reading | None = None) -> list[EventLine]:
    """The entries of a file with that content."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_events(path, reading) as entries:
        return list(entries)


def events(path: Path, content: bytes | str, **options: Any) -> tuple[list[Any], list[str], str]:
    """The events of a file, each as it is or why there is none; the notes; the kind."""
    reading = Reading(**options)
    found = [each.error or each.event for each in read(path, content, reading)]
    return found, describe_notes(reading.notes), reading.kind
