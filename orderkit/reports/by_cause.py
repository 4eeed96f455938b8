"""Deliveries by cause, for a document: what each cause means once, then a line an order."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from orderkit.events.paths import count
from orderkit.reports import html
from orderkit.reports.deliveries import host, kind, mark, moment
from orderkit.sending.ledger import Entry

#: Verdicts that leave nothing to mend.
_DONE: Final = frozenset({"delivered", "dry-run"})


def by_cause_html(entries: Sequence[Entry], numbers: Mapping[bytes, int]) -> str:
    """Deliveries by cause: what it means once, then a line an order; what is delivered comes last.

    numbers: event → its number, by which an order without an id is named
    """
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.delivery.verdict, kind(entry)), []).append(entry)
    rows: list[list[str]] = []
    heads: dict[int, str] = {}
    for group in sorted(
        groups.values(), key=lambda group: (group[0].delivery.verdict in _DONE, -len(group))
    ):
        answers = [_answered(entry) for entry in group]
        same = len(set(answers)) == 1
        heads[len(rows)] = _group_head(group, answers[0] if same else "")
        for entry, answer in zip(group, answers, strict=True):
            log_id = f"log_id {entry.delivery.log_id}" if entry.delivery.log_id else ""
            rows.append(
                [
                    f'<span class="ok-whole">{_named(entry, numbers)}</span>{mark(entry)}',
                    escape(entry.delivery.order_status),
                    f'<span class="ok-whole">{escape(moment(entry.started_at))}</span>',
                    host(entry),
                    html.prose(_joined("" if same else answer, log_id)),
                ]
            )
    columns = ("order", "status", "when", "target", "answer")
    return html.html_table(columns, rows, heads=heads, caption="The latest deliveries")


def _group_head(group: Sequence[Entry], answer: str) -> str:
    """ "missing · `value.total_value` · 3 messages", and what that means.

    Of what the checks kept back, the first word is what they found: a value that is not there is
    not invalid.
    """
    delivery = group[0].delivery
    word, cause, meaning = str(delivery.verdict), "", ""
    if delivery.cause == "invalid":
        word, _, target = kind(group[0]).partition(" ")
        cause, meaning = html.code(target.removeprefix("order_info.")), delivery.meaning
    elif delivery.verdict not in _DONE:
        cause, meaning = escape(kind(group[0])), f"{delivery.meaning} {delivery.next_step}"
    head = _joined(html.badge(word), cause, count(len(group), "message"))
    said = html.prose(_joined(answer, meaning))
    return f"{head} <span>{said}</span>"


def _answered(entry: Entry) -> str:
    """What came back, in short; of what the checks refused nothing did."""
    delivery = entry.delivery
    return _joined(delivery.facts, delivery.message) if entry.payload else ""


def _named(entry: Entry, numbers: Mapping[bytes, int]) -> str:
    if entry.delivery.order_id:
        return html.code(entry.delivery.order_id)
    return f"event {numbers[entry.event]}" if entry.event in numbers else "(no id)"


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))
