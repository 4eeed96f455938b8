"""The report of a sending: what was not delivered, as events that can be sent again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orderkit.errors import EventsError
from orderkit.events import EventLine
from orderkit.jsontext import dumps
from orderkit.sending import Sent

#: What the report adds to each event; nothing maps from it.
KEY = "_orderkit"


class Report:
    """Lines of NDJSON: the event as it came, with the verdict under ``_orderkit``.

    With no file, nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("wb") if path else None
        self._events: dict[int, EventLine] = {}
        self.lines = 0

    def expect(self, entry: EventLine) -> None:
        """Keep an event until its verdict is known."""
        if self._file:
            self._events[entry.index] = entry

    def add(self, sent: Sent) -> None:
        """Write the event down if its order is not where it should be."""
        entry = self._events.pop(sent.index, None)
        if entry is None or sent.done or self._file is None:
            return
        verdict = sent.as_json()
        if entry.line is not None:
            verdict["line"] = entry.line
        event: dict[str, Any] = entry.event or {}
        self._file.write(dumps({**event, KEY: verdict}) + b"\n")
        # What is written is there for good, however this process ends.
        self._file.flush()
        self.lines += 1

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()


@contextmanager
def writing(name: str | None) -> Iterator[Report]:
    """A report in a file, or none. Raises EventsError when it cannot be written."""
    try:
        report = Report(Path(name) if name else None)
    except OSError as error:
        raise EventsError(f"{name}: cannot be written: {error.strerror}") from error
    try:
        yield report
    finally:
        report.close()
