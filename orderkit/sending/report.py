"""The report of a sending: what was not delivered, as events that can be sent again."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, BinaryIO

from orderkit.errors import EventsError
from orderkit.events.failures import explained_writing
from orderkit.events.files import written
from orderkit.events.jsontext import dumps_plain
from orderkit.sending.results import SendResult

#: What the report adds to each event; nothing maps from it.
KEY = "_orderkit"


class Report:
    """Lines of NDJSON: the event as it came, with the verdict under ``_orderkit``.

    begun: whether there was a verdict
    """

    def __init__(self, name: str, file: BinaryIO | None) -> None:
        self._name, self._file = name, file
        self.begun = False

    def add(self, sent: SendResult) -> None:
        """Write the event down if its order is not where it should be. Raises EventsError."""
        self.begun = True
        if sent.done or self._file is None:
            return
        entry = sent.entry
        verdict = sent.as_json()
        if entry.line is not None:
            verdict["line"] = entry.line
        event: dict[str, Any] = entry.event or {}
        # A line that could not be read stands there as it came, to be corrected.
        line = entry.text.strip() or dumps_plain({**event, KEY: verdict})
        with explained_writing(self._name):
            self._file.write(line + b"\n")


class _NothingToKeepError(Exception):
    """The report has no verdict: what another run wrote stays."""


@contextmanager
def writing(name: str | None) -> Iterator[Report]:
    """A report in a file, or none.

    It replaces the one of the run before at the end, however the run ends, once there was a
    verdict; until then the events may be read from it. Raises EventsError when it cannot be
    written, before anything is sent.
    """
    if name == "-":
        raise EventsError("a report goes to a file: name one with --report")
    if not name:
        yield Report("", None)
        return
    with suppress(_NothingToKeepError), ExitStack() as stack:
        report = Report(name, stack.enter_context(written(name)))
        try:
            yield report
        finally:
            if report.begun:
                stack.pop_all().close()
        raise _NothingToKeepError
