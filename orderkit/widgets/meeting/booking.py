"""A client's own booking: its values by name, which can be typed over, and the order it becomes."""

from collections.abc import Collection, Mapping
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

import ipywidgets as w

from orderkit.destination.fields import field_mappings
from orderkit.events import paths
from orderkit.mapping.problems import Problem
from orderkit.mapping.results import Mapped, TraceEntry
from orderkit.reports import html
from orderkit.reports.client_words import client_words, kind_of, listed, shown_value
from orderkit.widgets import parts
from orderkit.widgets.demo.booking import field_text, problems_by_path, read, value_of
from orderkit.widgets.demo.page import Page, card, columns
from orderkit.widgets.demo.session import DemoSession

_CLICK: Final = client_words()["order_info.ttoclid"].word
#: State → the tone of its sign, and the word for it.
_STATES: Final = {
    "missing": ("bad", "missing"),
    "invalid": ("warn", "unclear"),
    "not yet": ("later", "later"),
}


class ClientBookingPage(Page):
    """Choose a booking of the client's, and type over it; the order stands beside it.

    inputs: path → the field in which its value stands

    unfound: as `readiness.not_found` has it; nothing can be typed where nobody knows the place
    """

    def __init__(
        self, session: DemoSession, labels: Mapping[str, str], unfound: Collection[str] = ()
    ) -> None:
        self._unfound = unfound
        self.choose = parts.choice("Booking", [(label, name) for name, label in labels.items()])
        self.reset = parts.button("As it was", lambda: self.pick(self.choose.value), self)
        self.inputs: dict[str, w.Text] = {}
        self._beside: dict[str, w.HTML] = {}
        self._shown: dict[str, str] = {}
        self._form = w.VBox()
        self._form.add_class("ok-main")
        self.order_view = w.HTML()
        self.order_view.add_class("ok-aside")
        super().__init__(
            session,
            "A booking from your site",
            "On the left what your site says, on the right what TikTok receives. Type over a value "
            "to see what becomes of it.",
            parts.row(self.choose, self.reset),
            columns(self._form, self.order_view),
        )
        pick = parts.guarded(self, self.pick)
        self.choose.observe(lambda change: pick(change["new"]), names="value")
        session.when_changed(self.refresh)
        self.pick(self.choose.value)

    def pick(self, name: str) -> None:
        """Take a booking by its name, and show it in fields."""
        self.inputs, self._beside, self._shown = {}, {}, {}
        self.session.choose(name)
        groups: dict[str, list[w.Widget]] = {}
        typed = parts.guarded(self, self.typed)
        mapped = self.session.mapped
        for path, (group, word) in fields_of(mapped, self.session.event, self._unfound).items():
            value = paths.get(self.session.event, paths.parse_path(path))
            if isinstance(value, str) and "://" in value and word == _CLICK:
                word = f"{word}, in an address"
            made = parts.text_input(word, field_text(value), hint=word)
            made.observe(lambda _change: typed(), names="value")
            self.inputs[path], self._shown[path] = made, made.value
            self._beside[path] = w.HTML()
            box = w.VBox([made, self._beside[path]])
            box.add_class("ok-field")
            groups.setdefault(group, []).append(box)
        still_open = open_html(mapped, self._unfound)
        self._form.children = [
            _group(name, groups.get(name, []), still_open.get(name, ""))
            for name in dict.fromkeys(word.group for word in client_words().values())
            if name in groups or name in still_open
        ]
        self.show_message("")
        self.refresh()

    def fill(self, values: Mapping[str, Any]) -> None:
        """Type these texts over: path → text, as `texts` gave them."""
        for path, text in values.items():
            if path in self.inputs:
                self.inputs[path].value = str(text)

    @property
    def texts(self) -> dict[str, str]:
        """Path → what was typed there."""
        return {
            path: made.value
            for path, made in self.inputs.items()
            if made.value != self._shown[path]
        }

    def typed(self) -> None:
        """Put what stands in the fields over the chosen booking."""
        values = {}
        for path, text in self.texts.items():
            before = paths.get(self.session.chosen, paths.parse_path(path))
            number = isinstance(before, int | float) and not isinstance(before, bool)
            values[path] = value_of(text, number)
        self.session.type(values)

    def refresh(self) -> None:
        """Show beside each field what TikTok does not take, and the order."""
        mapped = self.session.mapped
        wrong = problems_by_path(mapped)
        for path, beside in self._beside.items():
            errors = [p for p in wrong.get(path, ()) if p.level == "error"]
            said = dict.fromkeys(_said(p, self.inputs[path].value) for p in errors)
            beside.value = "".join(html.notice(text, "bad") for text in said)
        self.order_view.value = card(
            "What TikTok receives",
            order_html(mapped, self.session.before, self.session.mapper.settings.zone),
        )


def fields_of(
    mapped: Mapped, event: Mapping[str, Any], unfound: Collection[str] = ()
) -> dict[str, tuple[str, str]]:
    """Path → group and name, of each value that TikTok is sent, or misses, once.

    What is `unfound` has no path in the booking.
    """
    found: dict[str, tuple[str, str]] = {}
    words = client_words()
    for entry in sorted(mapped.trace, key=lambda entry: _order(entry)):
        if entry.matters and entry.target in words and entry.target not in unfound:
            for path in _paths(entry, event):
                found.setdefault(path, (words[entry.target].group, words[entry.target].word))
    return found


def open_html(mapped: Mapped, unfound: Collection[str]) -> dict[str, str]:
    """Group → what this booking lacks because nobody has said where bookings have it."""
    open_words: dict[str, dict[str, list[str]]] = {}
    for entry in sorted(mapped.trace, key=lambda entry: _order(entry)):
        if entry.state == "missing" and entry.target in unfound and entry.target in client_words():
            word = client_words()[entry.target]
            said = _OPEN_SETTINGS.get(entry.target, _OPEN)
            open_words.setdefault(word.group, {}).setdefault(said, []).append(word.word)
    return {
        group: "".join(
            f'<p class="ok-sign ok-later"><span><strong>{escape(listed(words))}</strong>: '
            f"{escape(said)}</span></p>"
            for said, words in lines.items()
        )
        for group, lines in open_words.items()
    }


_OPEN: Final = "nobody has said yet where your bookings have this."
#: What is the same for every booking is in none of them.
_OPEN_SETTINGS: Final = {
    "order_info.third_merchant_id": "nobody has said yet under which one TikTok knows you."
}


def _order(entry: TraceEntry) -> int:
    return [*client_words(), entry.target].index(entry.target)


def _paths(entry: TraceEntry, event: Mapping[str, Any]) -> list[str]:
    """The places in the booking that a row reads; what is the same for every order has none."""
    found = []
    for path in read(entry):
        try:
            value = paths.get(event, paths.parse_path(path))
        except ValueError:
            continue
        there = value is not paths.MISSING or entry.state == "missing"
        if there and not isinstance(value, dict | list):
            found.append(path)
    return found


def _group(name: str, boxes: list[w.Widget], still_open: str) -> w.VBox:
    grid = w.Box(boxes)
    grid.add_class("ok-fields")
    unfound = w.HTML(still_open)
    unfound.add_class("ok-unfound")
    shown = [part for part, there in ((grid, boxes), (unfound, still_open)) if there]
    box = w.VBox([w.HTML(f"<h3>{escape(name)}</h3>"), *shown])
    box.add_class("ok-card")
    return box


def _said(problem: Problem, typed: str) -> str:
    """A problem in the client's words."""
    if problem.code == "missing":
        return f"TikTok asks for this{', and it is not found in here' if typed else ''}."
    return f"TikTok does not take this. It takes {_TAKES[_TYPES[problem.target]]}."


_TYPES: Final = {row.target: row.type for row in field_mappings()}
#: Type of a field → what it takes, in the client's words.
_TAKES: Final = {
    "MERCHANT or CUSTOMER": "MERCHANT for the hotel, CUSTOMER for the guest",
    "amount": "a number such as 120.5",
    "boolean": "true or false",
    "click id": "the id as TikTok gave it, without blanks",
    "country": "the two letters of a country, such as FR",
    "currency": "the three letters of a currency, such as EUR",
    "date": "a day such as 2026-05-30",
    "id": "a number or a code without blanks",
    "status": "one word in capitals",
    "text": "a text",
    "timestamp": "a day and a time such as 2026-05-30T14:00:00",
    "whole number": "a whole number such as 3",
}


def order_html(mapped: Mapped, before: Mapped, zone: ZoneInfo) -> str:
    """The order in the client's words; what was changed by typing stands out."""
    earlier = {entry.target: entry.value for entry in before.trace}
    errors = sum(problem.level == "error" for problem in mapped.problems)
    if mapped.outcome == "filtered":
        return '<p role="status" class="ok-outcome">This is not for TikTok. It stays with you.</p>'
    tone, words = ("good", "Ready for TikTok") if not errors else ("bad", f"{errors} open")
    head = (
        f'<p role="status" class="ok-outcome"><span class="ok-badge ok-{tone}">{words}</span> '
        f"<strong>{escape(kind_of(mapped.order_status or '').title)}</strong></p>"
    )
    rows = []
    for entry in sorted(mapped.trace, key=_order):
        word = client_words().get(entry.target)
        if word is None or not (entry.matters or entry.state == "not yet"):
            continue
        changed = ' class="ok-changed"' if earlier.get(entry.target) != entry.value else ""
        name = f'<th scope="row">{escape(word.word)}</th>'
        rows.append(f"<tr{changed}>{name}<td>{_value(entry, zone)}</td></tr>")
    table = f'<table class="ok-order"><tbody>{"".join(rows)}</tbody></table>'
    return (
        f'{head}<details open class="ok-order-more"><summary>The order</summary>{table}</details>'
    )


def _value(entry: TraceEntry, zone: ZoneInfo) -> str:
    if entry.state in _STATES:
        tone, word = _STATES[entry.state]
        return f'<span class="ok-sign ok-{tone}"><span>{word}</span></span>'
    if entry.type == "status":
        return escape(kind_of(str(entry.value)).title)
    return escape(shown_value(entry, zone))
