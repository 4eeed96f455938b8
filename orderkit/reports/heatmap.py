"""The heat map: which event has which mandatory field, by status; what is not asked for is grey.

Fields are rows, so that their names can be read. Many events are shown by their patterns: those
whose states are the same in every field are one column, with their number. An order that is booked
and then cancelled is two events, and so two columns.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from orderkit.destination.fields import field_mappings, ruled_statuses
from orderkit.destination.labels import FieldLabel, field_labels, status_label
from orderkit.events.paths import count
from orderkit.mapping.results import Mapped

#: Above this number of events, a column is a pattern.
MOST_EVENTS_SHOWN: Final = 30
#: With more columns, their heads are written from top to bottom.
_MOST_NAMED: Final = 13
#: Signs of a name that a head has room for.
_SHORT: Final = 6
#: So many patterns are shown, the most frequent ones; the others are counted.
MOST_PATTERNS: Final = 30
_SIGNS: Final = {"ok": "✓", "missing": "⊗", "invalid": "△", "not yet": "◌", "not needed": "–"}
_BAD: Final = frozenset({"missing", "invalid"})
_ASKED: Final = frozenset({"ok", "missing", "invalid"})
_MANDATORY: Final = frozenset(row.target for row in field_mappings() if row.mandatory)
#: The mandatory fields in the order of a screen.
FIELDS: Final[tuple[FieldLabel, ...]] = tuple(
    label for target, label in field_labels().items() if target in _MANDATORY
)


@dataclass(frozen=True, slots=True)
class HeatColumn:
    """Events that have the same state in every field: one event, where there are few.

    name:   the order's id, or the event's name; of a pattern, that of an example
    status: the order status
    states: one for each of `FIELDS`
    event:  the event's name, likewise
    number: how many events it stands for
    """

    name: str
    status: str
    states: tuple[str, ...]
    event: str
    number: int = 1

    def describe(self) -> str:
        """ "CX70468, Booked"; of a pattern "3 events alike, Booked, as CX70468"."""
        status = status_label(self.status)
        if self.number == 1:
            return f"{self.name}, {status}"
        return f"{self.number:,} events alike, {status}, as {self.name}"

    @property
    def complete(self) -> bool:
        """Whether nothing that is asked for is missing or invalid."""
        return not _BAD & {*self.states}


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The columns of a heat map, by status.

    outcomes: how many events were mapped, rejected, filtered
    patterns: whether a column is a pattern
    others:   events whose patterns are too rare to be shown
    """

    columns: tuple[HeatColumn, ...]
    outcomes: Counter[str]
    patterns: bool = False
    others: int = 0

    def filled(self, at: int) -> tuple[int, int]:
        """Of a field by its number: events that have it, of those that are asked for it."""
        ok = sum(c.number for c in self.columns if c.states[at] == "ok")
        return ok, sum(c.number for c in self.columns if c.states[at] in _ASKED)

    def of_status(self, status: str) -> "HeatMap":
        """The columns of one status alone; all of them for ""."""
        kept = tuple(c for c in self.columns if status in ("", c.status))
        return HeatMap(kept, self.outcomes, self.patterns, self.others)

    @property
    def statuses(self) -> tuple[str, ...]:
        """The order statuses, in the order of the columns."""
        return tuple(dict.fromkeys(column.status for column in self.columns))

    def to_html(self, *, only_problems: bool = False) -> str:
        """The map as a table, which needs the style sheet; fields without a problem may be left."""
        if not self.columns:
            return "<p>There is no event to look at: none has an order status.</p>"
        return f'<div class="ok-scroll">{_table(self, only_problems)}</div>{_key()}'


def heat_map(results: Iterable[tuple[str, Mapped]]) -> HeatMap:
    """The heat map of results with their trace, each with the event's name; filtered ones apart."""
    outcomes: Counter[str] = Counter()
    columns: list[HeatColumn] = []
    for name, mapped in results:
        outcomes[mapped.outcome] += 1
        if mapped.outcome != "filtered" and mapped.trace:
            columns.append(_column(name, mapped))
    columns.sort(key=lambda column: _rank(column.status))
    if len(columns) <= MOST_EVENTS_SHOWN:
        return HeatMap(tuple(columns), outcomes)
    numbers = Counter((column.status, column.states) for column in columns)
    examples = {(column.status, column.states): column for column in reversed(columns)}
    kept = [
        replace(examples[pattern], number=number)
        for pattern, number in numbers.most_common(MOST_PATTERNS)
    ]
    kept.sort(key=lambda column: _rank(column.status))  # the most frequent of each status first
    others = len(columns) - sum(column.number for column in kept)
    return HeatMap(tuple(kept), outcomes, patterns=True, others=others)


def _column(name: str, mapped: Mapped) -> HeatColumn:
    states = {entry.target: str(entry.state) for entry in mapped.trace}
    info = (mapped.payload or {}).get("order_info", {})
    order_id = str(info.get("order_id") or name)
    return HeatColumn(
        order_id, mapped.order_status or "", tuple(states[f.target] for f in FIELDS), name
    )


def _rank(status: str) -> tuple[int, str]:
    """Orders that begin come first, then those that end, as the vendor's table has them."""
    ends = ruled_statuses()
    return (ends.index(status) + 1 if status in ends else 0, status)


def _table(heat: HeatMap, only_problems: bool) -> str:
    columns = heat.columns
    first = {at for at, c in enumerate(columns) if not at or columns[at - 1].status != c.status}
    body, group = [], ""
    for at, field in enumerate(FIELDS):
        ok, of = heat.filled(at)
        if only_problems and ok == of:
            continue
        if field.group != group:
            group = field.group
            span = len(columns) + 2
            head = f'<th scope="colgroup" colspan="{span}">{escape(group)}</th>'
            body.append(f'<tr class="ok-heat-group">{head}</tr>')
        cells = "".join(_cell(c, at, n, begins=n in first) for n, c in enumerate(columns))
        body.append(f"<tr>{_name(field)}{cells}{_filled(ok, of)}</tr>")
    many = " ok-many" if len(columns) > _MOST_NAMED else ""
    none = f'<tr><td colspan="{len(columns) + 2}">Nothing is missing or invalid.</td></tr>'
    return (
        f'<table class="ok-heat{many}"><caption>Mandatory fields of '
        f"{count(sum(c.number for c in columns), 'event')}</caption>"
        f"<colgroup><col>{'<col>' * len(columns)}<col></colgroup>"
        f"<thead>{_heads(heat, first)}</thead><tbody>{''.join(body) or none}</tbody></table>"
        + (
            f"<p>{count(heat.others, 'event')} of rarer patterns not shown.</p>"
            if heat.others
            else ""
        )
    )


def _heads(heat: HeatMap, first: Iterable[int]) -> str:
    groups = []
    for status in heat.statuses:
        own = [column for column in heat.columns if column.status == status]
        total, complete = (
            sum(c.number for c in some) for some in (own, [c for c in own if c.complete])
        )
        groups.append(
            f'<th scope="colgroup" colspan="{len(own)}" class="ok-begins"><b>'
            f"{escape(status_label(status))}</b> <span>{complete:,} of {total:,}</span></th>"
        )
    begins = frozenset(first)
    cells = "".join(
        f'<th scope="col" title="{escape(column.describe())}"{_class(at in begins)}>'
        f"{f'{column.number:,} ×' if heat.patterns else escape(_short(column.name))}</th>"
        for at, column in enumerate(heat.columns)
    )
    what = "events alike" if heat.patterns else "order"
    return (
        f'<tr><td></td>{"".join(groups)}<td></td></tr><tr><th scope="col">{what}</th>{cells}'
        '<th scope="col">filled</th></tr>'
    )


def _short(name: str) -> str:
    """The end of a name, in which the ids of a system differ."""
    return name if len(name) <= _SHORT else f"…{name[1 - _SHORT :]}"


def _name(field: FieldLabel) -> str:
    target = field.target.rsplit(".", 1)[-1]
    return f'<th scope="row">{escape(field.label)} <code>{escape(target)}</code></th>'


def _cell(column: HeatColumn, at: int, number: int, *, begins: bool) -> str:
    state = column.states[at]
    said = f"{column.describe()}, {FIELDS[at].label}: {state}"
    place = f'data-field="{at}" data-column="{number}" title="{escape(said)}"{_class(begins)}'
    return (
        f'<td data-s="{state}" {place}><span aria-hidden="true">{_SIGNS[state]}</span>'
        f'<span class="ok-hidden">{state}</span></td>'
    )


def _class(begins: bool) -> str:
    return ' class="ok-begins"' if begins else ""


def _filled(ok: int, of: int) -> str:
    share = f'<span class="ok-bar"><span style="width:{ok / max(of, 1):.0%}"></span></span>'
    words = f"{ok:,} of {of:,}" if of else "not asked for"
    return (
        f'<td class="ok-filled{" ok-short" if ok < of else ""}">{share if of else ""} {words}</td>'
    )


def _key() -> str:
    words = "".join(
        f'<span data-s="{state}"><span aria-hidden="true">{sign}</span> {state}</span>'
        for state, sign in _SIGNS.items()
    )
    return f'<p class="ok-heat-key">{words}</p>'
