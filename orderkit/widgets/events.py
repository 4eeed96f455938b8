"""Choosing the event to work with: a loaded one, a pasted one, an uploaded file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets as w

from orderkit.events import paths, samples
from orderkit.events.folder import FirstEvents, earlier_events, first_events
from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.reports.html import Tone
from orderkit.widgets import parts, workspace
from orderkit.widgets.upload import Upload


class EventPicker(parts.Form):
    """Chooses among loaded events; `event` is the chosen one, `events` are all by name.

    What is pasted or uploaded becomes the events of the folder, for all its notebooks.
    """

    def __init__(
        self,
        events: dict[str, dict[str, Any]] | None = None,
        envelope: Mapping[str, Any] | None = None,
    ) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self.envelope = envelope or {}
        self._listeners: list[Callable[[], Any]] = []
        self._mapper: Mapper | None = None
        self._relabelling = False
        self.choose = parts.choice("Event", [], "The event that all values are shown for")
        self.pasted = w.Textarea(
            description="Paste events",
            placeholder='{"event_name": "booking_created", …}  or one event a line',
            continuous_update=False,
            style={"description_width": "180px"},
            layout=w.Layout(width="auto", height="140px"),
        )
        self.pasted.add_class("ok-input")
        self.upload = Upload(self, self.use_upload)
        self.use = parts.button("Use pasted events", self.use_pasted, self)
        self.again = parts.button("Read the folder's events again", self.reload, self)
        self.at = parts.text_input(
            "Events are at", hint="Of a document: the list in it", placeholder="response.bookings"
        )
        self.use_at = parts.button("Use that list", self.use_located, self)
        load_samples = parts.button("Samples", lambda: self._try(samples.sample_events()), self)
        damaged = parts.button("Damaged samples", lambda: self._try(samples.damaged_events()), self)
        self.earlier = parts.choice("Earlier events", [], "Files whose place others took")
        self.go_back = parts.button("Go back to these", self.use_earlier, self)
        self._back = parts.row(self.earlier, self.go_back)
        self.loading = parts.Folded(
            "Paste or upload events, or load the samples",
            self.pasted,
            parts.row(self.use, self.upload),
            parts.row(self.at, self.use_at),
            parts.row(self.again, load_samples, damaged),
            self._back,
        )
        super().__init__(self.choose, self.loading)
        self.choose.observe(lambda _change: self._changed(), names="value")
        self._offer_earlier()
        if events is None:
            parts.guarded(self, lambda: self._load(workspace.events_path()))()
            events = self.events or samples.sample_events()
        self.show(events, self.envelope)

    @property
    def event(self) -> dict[str, Any]:
        """The chosen event; an empty one where nothing is loaded."""
        return self.events.get(self.choose.value, {})

    def when_chosen(self, listener: Callable[[], Any]) -> None:
        """Call `listener` whenever another event is chosen."""
        self._listeners.append(listener)

    def show(
        self, events: dict[str, dict[str, Any]], envelope: Mapping[str, Any] | None = None
    ) -> None:
        """Offer these events instead, and choose the folder's chosen one, or the first.

        envelope: what their document holds beside them
        """
        self.events, self.envelope = events, envelope or {}
        self._offer(workspace.chosen_event(events))
        self._changed()

    def label_by(self, mapper: Mapper) -> None:
        """Label each event with the order id and the order status that it gets."""
        self._mapper = mapper
        if self._labels() != list(self.choose.options):
            self._offer(self.choose.value)

    def pick(self, name: str) -> None:
        """Choose the event of that name; where none has it, the chosen one stays."""
        if name in self.events:
            self.choose.value = name

    # -- where events come from

    def use_pasted(self) -> None:
        """Let the pasted events be the folder's. What was pasted stays where it is."""
        self._take(*workspace.keep_pasted(self.pasted.value))

    def use_upload(self, file: Path, name: str) -> None:
        """Let an uploaded file, whose name was `name`, be the folder's events."""
        self._take(*workspace.keep_upload(file, name))

    def use_located(self) -> None:
        """Let the list at the typed path of the folder's events be the folder's events."""
        self._take(*workspace.keep_located(self.at.value))

    def use_earlier(self) -> None:
        """Let the chosen earlier events be the folder's again."""
        self._take(*workspace.go_back_to(Path(self.earlier.value)))

    def reload(self) -> None:
        """Read the folder's events again: another notebook may have changed them."""
        self._take(first_events(workspace.events_path()), self._unused())

    def _unused(self) -> str:
        names = ", ".join(path.name for path in workspace.unused_events())
        used = workspace.events_path().name
        return f"{names} is there too; only {used} is read" if names else ""

    def _try(self, events: dict[str, dict[str, Any]]) -> None:
        self.show(events)
        told = f"{count(len(events), 'event')} loaded, in this notebook only"
        self.show_message(f"{told}; the folder's events stay as they are")

    def _load(self, path: Path) -> None:
        found = first_events(path)
        self.events, self.envelope = found.events, found.envelope
        self.show_message(*_describe(found, self._unused()))

    def _take(self, found: FirstEvents, before: str = "") -> None:
        self.show(found.events, found.envelope)
        self.show_message(*_describe(found, before, loaded=True))
        self._offer_earlier()

    def _offer_earlier(self) -> None:
        names = [path.name for path in earlier_events(Path())]
        self.earlier.options = names
        self.earlier.value = names[0] if names else None
        self._back.layout.display = "" if names else "none"

    # -- how they are offered

    def _labels(self) -> list[tuple[str, str]]:
        return [(_label(name, event, self._mapper), name) for name, event in self.events.items()]

    def _offer(self, chosen: str | None) -> None:
        self._relabelling = True
        try:
            self.choose.options = self._labels()
            self.choose.value = chosen
        finally:
            self._relabelling = False

    def _changed(self) -> None:
        if self._relabelling:
            return
        for listener in self._listeners:
            listener()


def _label(name: str, event: dict[str, Any], mapper: Mapper | None) -> str:
    """How an event is offered: by its name, or else by its order's id, and what is not in that."""
    mapped = mapper.map(event) if mapper else None
    info = ((mapped and mapped.payload) or {}).get("order_info", {})
    happened = mapper.settings.event_property if mapper else "event_name"
    event_name = dict(paths.walk(event)).get(happened)
    number = name.partition(" · ")[0]
    unnamed = number.isdecimal()
    words = [event_name, info.get("order_id", event.get("id"))]
    said = [] if unnamed else [name]
    for word in reversed(words) if unnamed else words:
        if word is not None and not (said and str(word)[:40] in said[0]):
            said.append(str(word)[:40])
    if mapped:
        said.append(mapped.order_status or "no order status")
    return " · ".join([*said, f"event {number}"] if unnamed else said)


def _describe(found: FirstEvents, before: str, *, loaded: bool = False) -> tuple[str, Tone]:
    """What is loaded and what is not, with the tone to say it in."""
    said = []
    number = count(len(found.events), "event")
    if found.more:
        said.append(
            f"The first {number} of the file are shown; notebook 05, orderkit check, map and send "
            "read it all"
        )
    elif loaded:
        said.append(f"{number} loaded")
    said += found.notes
    if bad := found.left_out:
        where = f"line {bad[0].line}: " if bad[0].line else ""
        others = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        said.append(f"left out: {where}{bad[0].error}{others}")
    if before:
        said.append(before)
    doubt = any("--at" in note for note in found.notes)
    if doubt:
        said.append('name that list at "Events are at", under the events\' picker')
    tone: Tone = "warn" if bad or doubt or found.more or "only" in before else "good"
    return "; ".join(said), tone
