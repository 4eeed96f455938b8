"""The first page: a booking in the guest's words, which can be chosen and typed over."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import ipywidgets as w

from orderkit.events import paths
from orderkit.mapping.problems import Problem
from orderkit.mapping.results import Mapped, TraceEntry, outcome_word
from orderkit.reports import html, views
from orderkit.widgets import parts
from orderkit.widgets.demo.page import Page, card, columns
from orderkit.widgets.demo.session import DemoSession

#: Where the name of what happens stands.
_KIND: Final = "event_name"
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form: its label, the property it holds, and whether that is a number."""

    label: str
    path: str
    number: bool = False


#: Group → fields. The paths are those of the samples.
FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    "The stay": (
        Field("Hotel", "hotel.name"),
        Field("Room", "items.0.product.name"),
        Field("Arrival", "booking.check_in"),
        Field("Departure", "booking.check_out"),
        Field("Nights", "booking.nights", number=True),
        Field("Rooms", "booking.rooms", number=True),
    ),
    "The price": (
        Field("Total", "booking.total", number=True),
        Field("To pay", "booking.to_pay", number=True),
        Field("Tax", "tax_amount", number=True),
        Field("Currency", "currency"),
    ),
    "The booking": (
        Field("Booking reference", "id"),
        Field("Booked at", "booking.created_at"),
        Field("TikTok click id", "partners.tiktok.ttoclid"),
        Field("Cancelled by", "partners.tiktok.initiator"),
    ),
}

#: Path → label.
LABELS: Final = {
    _KIND: "What happens",
    **{field.path: field.label for group in FIELDS.values() for field in group},
}

#: The paths at which a number is typed.
_NUMBERS: Final = {field.path for group in FIELDS.values() for field in group if field.number}

#: What the site tells → the event's name.
KINDS: Final = {
    "the guest books": "booking_created",
    "the booking is cancelled": "booking_cancelled",
    "the stay is over": "booking_completed",
    "the guest does not arrive": "booking_no_show",
}


class BookingPage(Page):
    """Choose a booking, and type over it; what that makes of the order stands beside it."""

    def __init__(self, session: DemoSession) -> None:
        self.choose = parts.choice("Sample", list(session.events), "The booking to begin with")
        self.kind = parts.choice("What happens", [], "The event that the hotel's site sends")
        self.inputs: dict[str, w.Text] = {}
        self._beside: dict[str, w.HTML] = {}
        self._shown: dict[str, str] = {}
        self._filling = False
        self.reset = parts.button("As it was", lambda: self.pick(self.choose.value), self)
        self.order_view = w.HTML()
        self.order_view.add_class("ok-aside")
        top = parts.row(self.choose, self.kind, self.reset)
        form = w.VBox([top, *(self._group(name, group) for name, group in FIELDS.items())])
        form.add_class("ok-main")
        super().__init__(
            session,
            "A guest books a room",
            "Choose a booking, or change it: what you type goes straight into the order.",
            columns(form, self.order_view),
        )
        pick = parts.guarded(self, self.pick)
        typed = parts.guarded(self, self.typed)
        self.choose.observe(lambda change: pick(change["new"]), names="value")
        self.kind.observe(lambda _change: typed(), names="value")
        for made in self.inputs.values():
            made.observe(lambda _change: typed(), names="value")
        session.when_changed(self.refresh)
        self.pick(self.choose.value)

    def _group(self, name: str, group: tuple[Field, ...]) -> w.VBox:
        fields = []
        for field in group:
            made = parts.text_input(field.label, hint=field.path)
            self.inputs[field.path] = made
            self._beside[field.path] = w.HTML()
            box = w.VBox([made, self._beside[field.path]])
            box.add_class("ok-field")
            fields.append(box)
        grid = w.Box(fields)
        grid.add_class("ok-fields")
        box = w.VBox([w.HTML(f"<h3>{escape(name)}</h3>"), grid])
        box.add_class("ok-card")
        return box

    def pick(self, name: str) -> None:
        """Take a booking by its name, and show it in the fields."""
        event = self.session.events[name]
        self._filling = True
        for path, made in self.inputs.items():
            self._shown[path] = made.value = field_text(paths.get(event, paths.parse_path(path)))
        told = event.get(_KIND)
        others = {} if told in KINDS.values() else {f"{told or 'nothing is said'}": told}
        self.kind.options = list({**KINDS, **others}.items())
        self.kind.value = told
        self.session.choose(name)
        self._filling = False
        self.show_message("")

    def fill(self, values: Mapping[str, Any]) -> None:
        """Type these texts over: path → text, as `texts` gave them."""
        for path, text in values.items():
            if path in self.inputs:
                self.inputs[path].value = str(text)
            elif path == _KIND and text in KINDS.values():
                self.kind.value = text

    @property
    def texts(self) -> dict[str, str]:
        """Path → what was typed there, the kind of event included."""
        made = {path: field.value for path, field in self.inputs.items()}
        texts = {path: text for path, text in made.items() if text != self._shown[path]}
        if self.kind.value != self.session.chosen.get(_KIND):
            texts[_KIND] = self.kind.value
        return texts

    def typed(self) -> None:
        """Put what stands in the fields over the chosen booking."""
        if not self._filling:
            texts = self.texts.items()
            self.session.type({path: value_of(text, path in _NUMBERS) for path, text in texts})

    def refresh(self) -> None:
        """Show beside each field what is wrong with it, and the order it becomes."""
        mapped = self.session.mapped
        wrong = problems_by_path(mapped)
        for path, beside in self._beside.items():
            beside.value = "".join(
                html.notice(problem.message, "bad" if problem.level == "error" else "warn")
                for problem in wrong.get(path, ())
            )
        self.order_view.value = card(
            "The order it becomes",
            outcome(mapped) + changed_properties(mapped, self.session.before),
        )


def field_text(value: Any) -> str:
    """A property as it stands in a field."""
    if value is None or value is paths.MISSING:
        return ""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def value_of(text: str, number: bool) -> Any:
    """What is typed, as the site would send it; what is no number stays a text, and is told."""
    text = text.strip()
    if number and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def problems_by_path(mapped: Mapped) -> dict[str, list[Problem]]:
    """Path → what is wrong with the property there: the problems of the rows that read it."""
    places = {entry.target: read(entry) for entry in mapped.trace}
    wrong: dict[str, list[Problem]] = {}
    for problem in mapped.problems:
        for path in places.get(problem.target, ()):
            wrong.setdefault(path, []).append(problem)
    return wrong


def read(entry: TraceEntry) -> list[str]:
    """The paths that a row reads in the event: a formula or mixed text may read several."""
    return entry.found_at.split(" + ")


def outcome(mapped: Mapped) -> str:
    """What becomes of a booking, in a line."""
    there = sum(entry.state == "ok" for entry in mapped.trace)
    errors = sum(problem.level == "error" for problem in mapped.problems)
    said = mapped.reason or (
        f"{paths.count(errors, 'problem')} to mend before it can be sent"
        if errors
        else f"{paths.count(there, 'value')}, ready to send"
    )
    warnings = sum(problem.level == "warning" for problem in mapped.problems)
    if warnings:
        said += f", with {paths.count(warnings, 'warning')}: see What TikTok needs"
    return (
        f'<p role="status" class="ok-outcome">{html.badge(outcome_word(mapped.outcome))} '
        f"<strong>{escape(mapped.order_status or 'no order status')}</strong>"
        f"<span>{escape(said)}</span></p>"
    )


def changed_properties(mapped: Mapped, before: Mapped) -> str:
    """What differs from before, as a list: field, old value, new value."""
    earlier = {entry.target: entry for entry in before.trace}
    lines = []
    for entry in mapped.trace:
        old = earlier.get(entry.target)
        if old and (old.value, old.state) != (entry.value, entry.state):
            was = html.code(views.as_json_text(old.value)) or "nothing"
            now = html.code(views.as_json_text(entry.value)) or html.badge(entry.state)
            lines.append(
                f"<li>{html.code(views.short(entry.target))}<span><s>{was}</s> → {now}</span></li>"
            )
    if not lines:
        return '<p class="ok-hint">Change a field to see what changes in the order.</p>'
    return f'<ul class="ok-changes">{"".join(lines)}</ul>'
