"""The report of a sending: what was not delivered, as events that can be sent again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orderkit.errors import EventsError
from orderkit.events.files import write_failure
from orderkit.events.jsontext import dumps_plain
from orderkit.sending.results import SendResult

#: What the report adds to each event; nothing maps from it.
KEY = "_orderkit"


class Report:
    """Lines of NDJSON: the event as it came, with the verdict under ``_orderkit``.

    Without a name, nothing is kept.
    """

    def __init__(self, name: str) -> None:
        """Raises EventsError when it cannot be written."""
        self._name = name
        with self._described():
            self._file = Path(name).open("wb") if name else None  # noqa: SIM115 - closed by `close`

    @contextmanager
    def _described(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise write_failure(self._name, error) from error

    def add(self, sent: SendResult) -> None:
        """Write the event down if its order is not where it should be."""
        if sent.done or self._file is None:
            return
        entry = sent.entry
        verdict = sent.as_json()
        if entry.line is not None:
            verdict["line"] = entry.line
        event: dict[str, Any] = entry.event or {}
        # A line that could not be read stands there as it came, to be corrected.
        line = entry.text.strip() or dumps_plain({**event, KEY: verdict})
        with self._described():
            self._file.write(line + b"\n")
            # What is written is there for good, however this process ends.
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file:
            with self._described():
                self._file.close()


@contextmanager
def writing(name: str | None) -> Iterator[Report]:
    """A report in a file, or none. Raises EventsError when it cannot be written."""
    if name == "-":
        raise EventsError("a report goes to a file: name one with --report")
    report = Report(name or "")
    try:
        yield report
    finally:
        report.close()
