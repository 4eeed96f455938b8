"""What the tables of results hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from orderkit.destination.fields import field_mappings, ruled_statuses
from orderkit.events.jsontext import show
from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.problems import Problem
from orderkit.mapping.results import Mapped, TraceEntry, outcome_word
from orderkit.reports import deliveries
from orderkit.reports.tables import Table as Table
from orderkit.reports.tables import make_table as make_table
from orderkit.sandbox.orders import Order
from orderkit.sending.ledger import Ledger
from orderkit.sending.results import SendResult

PREFIX: Final = "order_info."
#: An order status without rules of its own stands for all such statuses.
ANY_OTHER: Final = "any other status"


def short(target: str) -> str:
    """A target without what all targets begin with."""
    return target.removeprefix(PREFIX)


def as_json_text(value: Any) -> str:
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
            as_json_text(e.raw),
            "; ".join(e.steps),
            short(e.target),
            as_json_text(e.value),
            e.state,
        )
        for e in kept
    )
    columns = ("source", "found", "conversion", "target", "value", "state")
    return make_table(cells, columns, "Source → value → target", marked)


def trace_table(mapped: Mapped) -> Table:
    """How each row's value came about, those included that are not needed."""

    def cells(entry: TraceEntry) -> tuple[str, ...]:
        return (
            short(entry.target),
            entry.source,
            entry.reads,
            entry.found_at,
            f"{as_json_text(entry.raw)} ({entry.json_type})"
            if entry.json_type != "missing"
            else "",
            "; ".join(entry.steps),
            as_json_text(entry.value),
            entry.state,
        )

    columns = ("target", "source", "reads", "found_at", "found", "steps", "value", "state")
    table = make_table(map(cells, mapped.trace), columns, "Trace")
    return replace(table, folded=("steps", "reads", "source", "found_at"))


def problems_table(problems: Iterable[Problem]) -> Table:
    """What was found, and who can mend it how."""
    cells = ((p.code, short(p.target), p.rule, p.message, p.fix, p.actor) for p in problems)
    return make_table(cells, ("code", "target", "rule", "message", "fix", "actor"), "Problems")


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
    return make_table(cells, columns, "Mandatory fields by order status", badges=asked)


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
            value = next((as_json_text(entry.value) for entry in entries if entry), "")
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
        make_table(
            rows,
            ["target", "value", *statuses],
            "This event against every order status",
            badges=statuses,
        ),
        make_table(cells, ("code", "target", "for_status", "message", "fix"), "What to mend"),
    )


def summarise(problems: Iterable[Problem]) -> str:
    """Problems in a line, the same for all orders with the same ones: how many, then which."""
    kinds: dict[str, list[str]] = {}
    for problem in problems:
        kinds.setdefault(problem.code, []).append(short(problem.target))
    said = ", ".join(
        f"{count(len(targets), 'field')} {code.replace('_', ' ')}"
        for code, targets in kinds.items()
    )
    named = ", ".join(f"`{name}`" for targets in kinds.values() for name in dict.fromkeys(targets))
    return f"{said}: {named}" if said else ""


def in_full(problems: Iterable[Problem]) -> str:
    """Each problem with what to do, on a line of its own."""
    return "\n".join(f"{p.code} {short(p.target)}: {p.message}; {p.fix}" for p in problems)


def outcomes_table(results: Iterable[tuple[str, Mapped]]) -> Table:
    """Name and result of several events."""
    cells = (
        (
            name,
            result.order_status or "",
            outcome_word(result.outcome),
            result.reason or summarise(result.problems),
            in_full(result.problems),
        )
        for name, result in results
    )
    columns = ("event", "order_status", "outcome", "why", "problems")
    return replace(make_table(cells, columns, "Events"), folded=("why", "problems"))


def sent_table(sent: Iterable[SendResult]) -> Table:
    """Each event with its verdict, and what to do next."""

    def cells(line: SendResult) -> tuple[Any, ...]:
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
            _cause(line),
        )

    columns = ("event", "order_id", "order_status", "verdict", "answer", "log_id")
    table = make_table(
        map(cells, sent),
        (*columns, "message", "next_step", "cause"),
        "What became of each order",
    )
    return replace(table, folded=("message", "answer", "next_step", "log_id"), causes="cause")


def _cause(sent: SendResult) -> str:
    """What several orders have in common that became of them."""
    if sent.problems:
        return summarise(sent.problems)
    if sent.delivery and not sent.done:
        return f"{sent.verdict}: {sent.delivery.meaning}"
    return f"{sent.verdict}: {sent.message}" if sent.verdict == "filtered" else sent.verdict


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
    return make_table(cells, columns, "What is not delivered")


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
    return make_table(cells, columns, "Orders at TikTok's side")
