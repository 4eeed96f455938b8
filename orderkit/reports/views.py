"""Results as tables: each a pandas DataFrame to work with, and HTML that is good to look at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from orderkit.destination.fields import field_mappings, ruled_statuses
from orderkit.events.jsontext import show
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.problems import Problem
from orderkit.mapping.results import Mapped, TraceEntry
from orderkit.reports import deliveries, html
from orderkit.sandbox.orders import Order
from orderkit.sending.ledger import Ledger
from orderkit.sending.run import Sent

PREFIX: Final = "order_info."
#: An order status without rules of its own stands for all such statuses.
ANY_OTHER: Final = "any other status"

_CODE: Final = frozenset(
    {
        "source",
        "reads",
        "found",
        "found_at",
        "target",
        "value",
        "setting",
        "order_id",
        "log_id",
        "example",
    }
)
_BADGES: Final = frozenset({"state", "code", "outcome", "verdict"})
_CLASSES: Final = {
    "payment_value": "ok-number",
    **dict.fromkeys(
        ("message", "fix", "next_step", "meaning", "why", "steps", "conversion"), "ok-prose"
    ),
    "log_id": "ok-long",
}


@dataclass(frozen=True)
class Table:
    """A table of text: `frame` to work with; a notebook shows it as HTML.

    marked: the numbers of the rows that stand out
    badges: the columns whose cells are status words, beside those that always are
    """

    frame: pd.DataFrame
    caption: str = ""
    marked: frozenset[int] = frozenset()
    badges: frozenset[str] = frozenset()

    def to_html(self) -> str:
        """The table as HTML that needs the style sheet of `orderkit.markup`."""
        columns = [str(column) for column in self.frame.columns]
        rows = (
            [self._cell(column, value) for column, value in zip(columns, row, strict=True)]
            for row in self.frame.itertuples(index=False, name=None)
        )
        return html.table(
            [column.replace("_", " ") if column.islower() else column for column in columns],
            rows,
            caption=self.caption,
            marked=self.marked,
            classes={column.replace("_", " "): name for column, name in _CLASSES.items()},
        )

    def _cell(self, column: str, text: str) -> str:
        if column in _BADGES or column in self.badges:
            return html.badge(text)
        return html.code(text) if column in _CODE else html.prose(text)

    def _repr_html_(self) -> str:
        return self.to_html()

    def __repr__(self) -> str:
        if self.frame.empty:
            return f"{self.caption}: none"
        text: str = self.frame.to_string(index=False, max_colwidth=60)
        return f"{self.caption}\n{text}" if self.caption else text


def make(
    rows: Iterable[Sequence[Any]],
    columns: Sequence[str],
    caption: str = "",
    marked: Iterable[int] = (),
    badges: Iterable[str] = (),
) -> Table:
    """A table of these rows; every cell is text, and what is absent is empty."""
    text = [["" if cell is None else str(cell) for cell in row] for row in rows]
    frame = pd.DataFrame(text, columns=list(columns), dtype=str)
    return Table(frame, caption, frozenset(marked), frozenset(badges))


def short(target: str) -> str:
    """A target without what all targets begin with."""
    return target.removeprefix(PREFIX)


def shown(value: Any) -> str:
    """A value as JSON, and nothing where there is none."""
    return "" if value is None else show(value)


def mapping_table(mapped: Mapped, before: Mapped | None = None) -> Table:
    """Source → value → target for each row with a value or a problem.

    The rows that changed since `before` are marked.
    """
    kept = [entry for entry in mapped.trace if entry.matters]
    earlier = {e.target: (e.value, e.state) for e in before.trace} if before else {}
    marked = [
        number
        for number, entry in enumerate(kept)
        if before and earlier.get(entry.target) != (entry.value, entry.state)
    ]
    cells = (
        (
            e.reads or e.source,
            shown(e.raw),
            "; ".join(e.steps),
            short(e.target),
            shown(e.value),
            e.state,
        )
        for e in kept
    )
    columns = ("source", "found", "conversion", "target", "value", "state")
    return make(cells, columns, "Source → value → target", marked)


def trace_table(mapped: Mapped) -> Table:
    """How each row's value came about, those included that are not needed."""

    def cells(entry: TraceEntry) -> tuple[str, ...]:
        return (
            short(entry.target),
            entry.source,
            entry.reads,
            entry.found_at,
            f"{shown(entry.raw)} ({entry.json_type})" if entry.json_type != "missing" else "",
            "; ".join(entry.steps),
            shown(entry.value),
            entry.state,
        )

    columns = ("target", "source", "reads", "found_at", "found", "steps", "value", "state")
    return make(map(cells, mapped.trace), columns, "Trace")


def problems_table(problems: Iterable[Problem]) -> Table:
    """What was found, and who can mend it how."""
    cells = ((p.code, short(p.target), p.rule, p.message, p.fix, p.actor) for p in problems)
    return make(cells, ("code", "target", "rule", "message", "fix", "actor"), "Problems")


def statuses_of(mapper: Mapper) -> tuple[str, ...]:
    """The order statuses to look at: the settings', then those with rules of their own."""
    mapped = mapper.settings.statuses().values()
    return tuple(dict.fromkeys([*mapped, *ruled_statuses()]))


def required_table(statuses: Sequence[str] | None = None) -> Table:
    """The fields mandatory for some status, by order status."""
    asked = list(statuses or (*ruled_statuses(), ANY_OTHER))
    rows = [row for row in field_mappings() if row.mandatory]
    cells = (
        [
            short(row.target),
            row.source,
            row.type,
            *("mandatory" if row.mandatory_for(status) else "" for status in asked),
        ]
        for row in rows
    )
    columns = ["target", "source", "type", *asked]
    return make(cells, columns, "Mandatory fields by order status", badges=asked)


@dataclass(frozen=True)
class Against:
    """One event against several order statuses: a matrix of states, and every fix."""

    matrix: Table
    fixes: Table


def against_statuses(mapper: Mapper, event: Any, statuses: Sequence[str]) -> Against:
    """This event as it would be for each of the statuses, all at once."""
    results: Mapping[str, Mapped] = {s: mapper.explain(event, status=s) for s in statuses}
    states = {s: {e.target: e for e in result.trace} for s, result in results.items()}
    rows = []
    for row in field_mappings():
        entries = [states[status].get(row.target) for status in statuses]
        if any(e and (e.mandatory or e.state == "invalid") for e in entries):
            states_found = [entry.state if entry else "" for entry in entries]
            value = next((shown(entry.value) for entry in entries if entry), "")
            if row.type == "status":
                value = "as asked"
            rows.append([short(row.target), value, *states_found])
    problems: dict[tuple[str, str], tuple[Problem, list[str]]] = {}
    for status, result in results.items():
        for problem in result.problems:
            problems.setdefault((problem.target, problem.message), (problem, []))[1].append(status)
    cells = (
        (
            p.code,
            short(p.target),
            "all" if len(s) == len(statuses) else ", ".join(s),
            p.message,
            p.fix,
        )
        for p, s in problems.values()
    )
    return Against(
        make(
            rows,
            ["target", "value", *statuses],
            "This event against every order status",
            badges=statuses,
        ),
        make(cells, ("code", "target", "for_status", "message", "fix"), "What to mend"),
    )


def outcomes_table(results: Iterable[tuple[str, Mapped]]) -> Table:
    """Name and result of several events."""
    cells = (
        (
            name,
            result.order_status or "",
            result.outcome,
            result.reason or "; ".join(f"{p.code} {short(p.target)}" for p in result.problems),
        )
        for name, result in results
    )
    return make(cells, ("event", "order_status", "outcome", "why"), "Events")


def sent_table(sent: Iterable[Sent]) -> Table:
    """Each event with its verdict, and what to do next."""

    def cells(line: Sent) -> tuple[Any, ...]:
        answer = line.delivery
        return (
            line.index,
            line.order_id,
            line.order_status,
            line.verdict,
            answer.facts if answer else "",
            answer.log_id if answer else "",
            line.message,
            line.next_step,
        )

    columns = ("event", "order_id", "order_status", "verdict", "answer", "log_id")
    return make(map(cells, sent), (*columns, "message", "next_step"), "What became of each order")


def causes_table(ledger: Ledger) -> Table:
    """What is not delivered, by cause, with the solution."""
    cells = (
        (
            entries[0].delivery.verdict,
            deliveries.kind(entries[0]),
            len(entries),
            entries[0].delivery.meaning,
            entries[0].delivery.next_step,
        )
        for entries in ledger.unsettled()
    )
    columns = ("verdict", "cause", "orders", "meaning", "next_step")
    return make(cells, columns, "What is not delivered")


def orders_table(orders: Iterable[Order]) -> Table:
    """The orders at TikTok's side, as the sandbox keeps them."""
    cells = (
        (
            order.order_id,
            order.order_status,
            " → ".join(receipt.order_status for receipt in order.history),
            order.order_info["value"]["payment_value"],
            order.order_info["value"]["currency"],
            order.order_info["third_shop_name"],
        )
        for order in sorted(orders, key=lambda order: order.order_id)
    )
    columns = ("order_id", "order_status", "history", "payment_value", "currency", "shop")
    return make(cells, columns, "Orders at TikTok's side")
