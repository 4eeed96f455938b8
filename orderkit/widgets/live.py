"""The form of live events: a site's events on this machine, mapped as they arrive."""

import threading
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w

from orderkit.errors import EventsError
from orderkit.events.folder import FirstEvents
from orderkit.events.jsontext import dumps_plain
from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import outcome_word
from orderkit.reports import views
from orderkit.sandbox.collector import Collected, Collector, TooMuch
from orderkit.sandbox.received import received_events
from orderkit.widgets import parts, workspace
from orderkit.widgets.live_table import LiveTable, describe_row

#: Events that one sitting takes.
MOST_EVENTS = 1_000


class LiveForm(parts.Form):
    """Listens when it is told to, shows each event with what is missing, and keeps them.

    events:    what arrived, the first first
    collector: what listens, None before the first and after the last time
    """

    def __init__(self, port: int = 0) -> None:
        self.events: list[dict[str, Any]] = []
        self.collector: Collector | None = None
        self._port, self._kept = port, 0
        self._held: list[dict[str, Any]] = []
        self._arriving = threading.Lock()
        self.mapper = Mapper(workspace.read_settings()[0])
        self.listen_button = parts.button("Listen", self.listen, self, "primary")
        self.stop_button = parts.button("Stop", self.stop, self)
        self.pause_button = parts.button("Pause", self.pause, self)
        self.keep_button = parts.button("Keep", self.keep, self)
        self.line = parts.text_input(
            "Line to paste", hint="Into the developer tools of the booking site"
        )
        self.state, self.how = w.HTML(), w.HTML()
        self.live = LiveTable(self.open_in_mapper, self._press)
        buttons = (self.listen_button, self.pause_button, self.keep_button, self.stop_button)
        super().__init__(self.state, parts.row(*buttons), self.how, self.line, below=[self.live])
        self.paused = False
        self._show_state()

    def state_html(self) -> str:
        return self.table.to_html()

    @property
    def table(self) -> views.Table:
        """What arrived, the newest first."""
        rows = (
            (
                row["event"],
                row["order"],
                row["status"],
                f"{row['there']} of {row['asked']}" if row["asked"] else "–",
                row["wrong"] or outcome_word(row["outcome"]),
            )
            for row in self.live.rows
        )
        columns = ("event", "order", "order status", "mandatory", "outcome")
        return views.make_table(rows, columns, "Events that arrived, newest first")

    def listen(self) -> None:
        """Begin to listen, with the folder's settings as they are now."""
        if self.collector is not None:
            return
        settings, fault = workspace.read_settings()
        self.mapper = Mapper(settings)
        self.collector = Collector(self._take, port=self._port).start()
        self.show_message(fault, "warn") if fault else self.show_message("")
        self._show_state()

    def stop(self) -> None:
        """End listening; what arrived stays."""
        if self.collector is not None:
            self.collector.stop()
            self.collector = None
        self._show_state()

    def pause(self) -> None:
        """Hold what arrives, or go on and show what was held."""
        with self._arriving:
            self.paused = not self.paused
            if not self.paused:
                self.live.put(reversed(self._held))
                self._held = []
        self._show_state()

    def keep(self) -> None:
        """Add what arrived to the folder's events; those before are kept beside them."""
        if self._kept == len(self.events):
            raise EventsError("nothing to keep: no event arrived since the last time")
        self.show_message(self._keep_new(), "good")

    def open_in_mapper(self, number: int) -> None:
        """Keep what arrived, and let the event of that number be the one that notebook 01 opens on.

        number: counted from 1, as in `describe_row`
        """
        parts.guarded(self, lambda: self._choose(self.events[number - 1]))()

    def _press(self, name: str) -> None:
        """Do what a key asks for, where the button that it stands for can be pressed."""
        button = {"pause": self.pause_button, "keep": self.keep_button}[name]
        if not button.disabled:
            button.click()

    def _choose(self, event: dict[str, Any]) -> None:
        kept = self._keep_new()
        if not workspace.choose_event(event):
            raise EventsError(
                "the event is not among the first that the notebooks of this folder load: "
                f"{workspace.events_path()}{f'; {kept}' if kept else ''}"
            )
        what = "Notebook 01 opens on this event; where it is open: Read the folder's events again"
        self.show_message(f"{what}{f'; {kept}' if kept else ''}", "good")

    def _keep_new(self) -> str:
        """Keep what arrived since the last time; what to say of it, "" for nothing."""
        with self._arriving:
            new = self.events[self._kept :]
        if not new:
            return ""
        found, said = _keep(new)
        self._kept += len(new)
        self._show_state()
        what = (
            f"{count(len(new), 'event')} kept: the folder has {count(len(found.events), 'event')}"
        )
        return f"{what}{f'; {said}' if said else ''}"

    def _take(self, collected: Collected) -> None:
        """Take a request's events, in the collector's thread."""
        new = received_events(collected)
        with self._arriving:
            if len(self.events) + len(new) > MOST_EVENTS:
                raise TooMuch(f"{count(MOST_EVENTS, 'event')} are there: keep them, run it again")
            first = len(self.events) + 1
            self.events += new
            rows = [
                describe_row(number, datetime.now().astimezone(), event, self.mapper)
                for number, event in enumerate(new, start=first)
            ]
            if self.paused:
                self._held += rows
            else:
                self.live.put(reversed(rows))
        self._show_state()

    def _show_state(self) -> None:
        listening, number = self.collector is not None, len(self.events)
        arrived = f"{count(number, 'event')}" if number else "no events yet"
        if self.paused:
            arrived = f"{len(self._held)} more arrived and are held"
        word = "Paused" if self.paused else "Listening" if listening else "Not listening"
        where = f" <code>{escape(self.collector.url)}</code>" if self.collector else ""
        self.state.value = f'<p role="status"><b>{word}</b>{where} {arrived}</p>'
        self.listen_button.disabled = listening
        self.stop_button.disabled = not listening
        self.pause_button.disabled = not (listening or self.paused)
        self.pause_button.description = (
            f"Go on and show {len(self._held)}" if self.paused else "Pause"
        )
        to_keep = number - self._kept
        self.keep_button.description = f"Keep {count(to_keep, 'event')}" if to_keep else "Keep"
        self.keep_button.disabled = not to_keep
        self.how.value = _how(self.collector) if self.collector else ""
        self.line.value = self.collector.mirror if self.collector else ""
        self.line.layout.display = "" if self.collector else "none"


def _how(collector: Collector) -> str:
    """What to do on the site."""
    return (
        "<p>Open the booking site, paste the line into its developer tools, and make a test "
        "booking. The site's own tracking stays as it is; nothing leaves this machine. "
        f'<a href="{escape(collector.url)}/" target="_blank">How to, and as a bookmark</a></p>'
    )


def _keep(events: list[dict[str, Any]]) -> tuple[FirstEvents, str]:
    """Add events to the folder's, where those are NDJSON; otherwise they take their place."""
    lines = b"".join(dumps_plain(event) + b"\n" for event in events)
    before = workspace.events_path()
    if before.suffix == ".ndjson" and before.parent == Path():
        text = before.read_bytes()
        lines = text + (b"" if not text or text.endswith(b"\n") else b"\n") + lines
    return workspace.keep_pasted(lines.decode("utf-8", "replace"))
