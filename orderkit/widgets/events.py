"""Choosing the event to work with: a loaded one, a pasted one, an uploaded file."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import ipywidgets as w

from orderkit.errors import EventsError
from orderkit.events import samples
from orderkit.events.paths import count
from orderkit.events.reader import MOST_EVENTS, EventLine, label, load_events, parse_text
from orderkit.widgets import parts
from orderkit.widgets.upload import Upload
from orderkit.widgets.workspace import events_path


class EventPicker(parts.Form):
    """Chooses among loaded events; `event` is the chosen one, `events` are all by name."""

    def __init__(self, events: dict[str, dict[str, Any]] | None = None) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self._listeners: list[Callable[[], Any]] = []
        self.choose = parts.choice("Event", [], "The event that all values are shown for")
        self.pasted = w.Textarea(
            description="Paste events",
            placeholder='{"event_name": "booking_created", …}  or one event a line',
            continuous_update=False,
            style={"description_width": "190px"},
            layout=w.Layout(width="auto", height="140px"),
        )
        self.pasted.add_class("ok-input")
        self.upload = Upload(parts.guarded(self, self.use_upload))
        self.use = parts.button("Use pasted events", self.use_pasted, self)
        load_samples = parts.button("Samples", lambda: self.show(samples.sample_events()), self)
        damaged = parts.button("Damaged samples", lambda: self.show(samples.damaged_events()), self)
        more = parts.Folded(
            "Paste or upload events, or load the samples",
            self.pasted,
            parts.row(self.use, self.upload, load_samples, damaged),
        )
        super().__init__(self.choose, more)
        self.choose.observe(lambda _change: self._changed(), names="value")
        if events is None:
            parts.guarded(self, lambda: self.show(load_events(events_path())))()
            events = self.events or samples.sample_events()
        self.show(events)

    @property
    def event(self) -> dict[str, Any]:
        """The chosen event; an empty one where nothing is loaded."""
        return self.events.get(self.choose.value, {})

    def when_chosen(self, listener: Callable[[], Any]) -> None:
        """Call `listener` whenever another event is chosen."""
        self._listeners.append(listener)

    def show(self, events: dict[str, dict[str, Any]]) -> None:
        """Offer these events instead, and choose the first."""
        self.events = events
        self.choose.options = list(events)
        self.choose.value = next(iter(events), None)
        self._changed()

    def pick(self, name: str) -> None:
        """Choose the event of that name; where none has it, the chosen one stays."""
        if name in self.events:
            self.choose.value = name

    def use_pasted(self) -> None:
        """Offer the pasted events. What was pasted stays where it is."""
        self._take(parse_text(self.pasted.value), "pasted")

    def use_upload(self, name: str, size: int, text: bytes) -> None:
        """Offer the events of a file of that many bytes, of which `text` is the beginning."""
        whole = len(text) >= size
        if not whole:
            text = text[: text.rfind(b"\n") + 1]
        lines: list[EventLine] = []
        with suppress(EventsError) if not whole else nullcontext():
            lines = parse_text(text.decode("utf-8-sig", "replace"))
        if not whole and not any(line.event for line in lines):
            raise EventsError(
                f"{name} has {size / 2**20:,.0f} MB in one document, more than a notebook takes; "
                "orderkit check and orderkit map read files of any size with one event a line"
            )
        self._take(lines, name)
        if not whole:
            self.tell(
                f"{count(len(self.events), 'event')} loaded, from the beginning of {name}; it has "
                f"{size / 2**20:,.0f} MB: notebook 05, orderkit check, map and send read it all",
                "warn",
            )

    def _take(self, lines: list[EventLine], name: str) -> None:
        good = [line.event for line in lines if line.event is not None][:MOST_EVENTS]
        bad = [line for line in lines if line.event is None]
        if not good:
            reason = f"line {bad[0].line}: {bad[0].error}" if bad else "nothing is there"
            raise EventsError(f"{name}: no event: {reason}")
        self.show({label(number, event): event for number, event in enumerate(good)})
        text = f"{count(len(good), 'event')} loaded"
        if bad:
            text += f"; left out: line {bad[0].line}: {bad[0].error}"
            text += f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        self.tell(text, "warn" if bad else "good")

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()
