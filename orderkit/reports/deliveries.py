"""What became of orders, from a ledger: overview, causes with their solution, single deliveries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from urllib.parse import urlsplit

from orderkit.events.jsontext import dumps, loads
from orderkit.events.paths import count
from orderkit.masking import Secret, mask
from orderkit.reports import charts, html
from orderkit.sending.delivery import Delivery
from orderkit.sending.ledger import Entry, Ledger
from orderkit.sending.request import order_request

_ORDERS_NAMED: Final = 5
_REASONS_NAMED: Final = 5
_MINUTE: Final = 60


def moment(seconds: float) -> str:
    """A moment in local time."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def over_time(ledger: Ledger, target: str = "") -> tuple[dict[float, Counter[str]], int]:
    """Moment → verdict → number of events, and the seconds that each moment stands for."""
    span = ledger.span(target)
    if span is None:
        return {}, 1
    step = charts.step_for(*span)
    return _beside_the_sent(ledger.counts(step, target)), step


def _beside_the_sent(counts: dict[float, Counter[str]]) -> dict[float, Counter[str]]:
    """What was filtered in the minute in which a sending began is shown with its first delivery:
    the ledger has no more than its minute.
    """
    sent = [moment for moment, found in counts.items() if set(found) - {"filtered"}]
    made: dict[float, Counter[str]] = {}
    for moment, found in sorted(counts.items()):
        alone = not set(found) - {"filtered"}
        later = [at for at in sent if alone and 0 < at - moment < _MINUTE]
        made.setdefault(min(later, default=moment), Counter()).update(found)
    return made


@dataclass(frozen=True, slots=True)
class Health:
    """How much of what was to be delivered was; what was sent again counts once.

    share: from 0 to 1; of orders and events that failed the checks, not of what was filtered,
           outdated or only tried in a dry run
    level: ``good`` above 95 %, ``fair`` above 90 %, ``poor`` above 50 %, else ``bad``
    """

    delivered: int
    meant: int

    @property
    def share(self) -> float:
        """The part that was delivered."""
        return self.delivered / self.meant

    @property
    def level(self) -> str:
        """The share in a word: the platform's steps."""
        return next((name for above, name in _LEVELS if self.share > above), "bad")

    def describe(self) -> str:
        """ "Delivery health: good, 98.2 % of 1,204 events delivered"."""
        # Never rounded up to what it is not.
        percent = int(self.share * 1000) / 10
        events = count(self.meant, "event")
        return f"Delivery health: {self.level}, {percent:g} % of {events} delivered"


_TONES: Final[dict[str, html.Tone]] = {
    "good": "good",
    "fair": "warn",
    "poor": "warn",
    "bad": "bad",
}
_LEVELS: Final = ((0.95, "good"), (0.90, "fair"), (0.50, "poor"))


def health(ledger: Ledger, target: str) -> Health | None:
    """The health of a target's deliveries, None where nothing was to be delivered."""
    delivered, meant = ledger.settled(target)
    return Health(delivered, meant) if meant else None


def filtered_reasons(ledger: Ledger, target: str = "") -> list[tuple[str, int]]:
    """Why events were filtered and how many, the most frequent reasons first, the rest in one."""
    found = ledger.reasons(target)
    shown = found.most_common(_REASONS_NAMED)
    others = found.total() - sum(times for _reason, times in shown)
    return [*shown, ("other reasons", others)] if others else shown


def orders_named(entries: Sequence[Entry]) -> str:
    """The first few orders of some entries, in words."""
    names = list(dict.fromkeys(entry.delivery.order_id or "(no id)" for entry in entries))
    more = len(names) - _ORDERS_NAMED
    return ", ".join(names[:_ORDERS_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def kind(entry: Entry) -> str:
    """What a group of deliveries that are not delivered is called."""
    delivery = entry.delivery
    code = "" if delivery.code is None else f" {delivery.code}"
    return str(delivery.code) if delivery.cause == "invalid" else f"{delivery.cause}{code}"


def overview_html(ledger: Ledger, heading: str = "h3") -> str:
    """For each target: how many events ended how over time, and what is not delivered."""
    targets = ledger.targets()
    if not targets:
        return html.notice("Nothing was sent yet; shown here once a sending has ended.")
    return "".join(
        f"<{heading}>To {html.code(target)}, over time</{heading}>"
        f"{health_html(ledger, target)}{charts.bars_over_time(*over_time(ledger, target))}"
        f"{causes_html(ledger, target)}"
        for target in targets
    )


def health_html(ledger: Ledger, target: str) -> str:
    """The delivery health of a target, "" where nothing was to be delivered."""
    found = health(ledger, target)
    return html.notice(f"{found.describe()}.", _TONES[found.level]) if found else ""


def causes_html(ledger: Ledger, target: str = "") -> str:
    """What is not delivered, by cause: what it means, and how it is solved."""
    rows = [
        [
            html.badge(entries[0].delivery.verdict),
            f"{len(entries):,} × {escape(kind(entries[0]))}",
            html.prose(entries[0].delivery.next_step),
            _meaning(entries),
        ]
        for entries in ledger.unsettled(target)
    ]
    filtered = [
        [
            html.badge("filtered"),
            f"{times:,} × {html.prose(reason)}",
            "Nothing, unless it should be sent: then see event mapping and filter.",
            "",
        ]
        for reason, times in filtered_reasons(ledger, target)
    ]
    if not rows and not filtered:
        every = bool(health(ledger, target))
        return html.notice("Every order was delivered.", "good") if every else ""
    columns = ("verdict", "cause", "how it is solved", "orders")
    prose = {"how it is solved": "ok-prose"}
    return html.html_table(
        columns, [*rows, *filtered], caption="What is not delivered", classes=prose
    )


def _meaning(entries: Sequence[Entry]) -> str:
    """Which orders they are, and on a click what became of them."""
    delivery = entries[0].delivery
    parts = [("meaning", html.prose(delivery.meaning)), ("message", html.prose(delivery.message))]
    return html.details(escape(orders_named(entries)), parts)


def entries_html(entries: Sequence[Entry]) -> str:
    """Deliveries as a table, one a row."""
    if not entries:
        return '<p role="status">No such delivery.</p>'
    rows = (
        [
            f'<span class="ok-whole">{html.code(entry.delivery.order_id)}</span>{mark(entry)}',
            escape(entry.delivery.order_status),
            html.badge(entry.delivery.verdict),
            f'<span class="ok-whole">{escape(moment(entry.started_at))}</span>',
            host(entry),
            _answer(entry.delivery),
        ]
        for entry in entries
    )
    columns = ("order", "status", "verdict", "when", "target", "details")
    return html.html_table(columns, rows, caption="The latest deliveries")


def host(entry: Entry) -> str:
    """Where an order went, in short."""
    return html.code(urlsplit(entry.target).netloc or entry.target)


def _answer(delivery: Delivery) -> str:
    """What was answered, with the rest of it on a click."""
    parts = [
        ("message", html.prose(delivery.message)),
        ("log_id", html.code(delivery.log_id or "")),
    ]
    return html.details(escape(delivery.facts), parts)


def mark(entry: Entry) -> str:
    """What marks a test event."""
    return f' <span class="ok-hint">test {html.code(entry.test_code)}</span>' * bool(
        entry.test_code
    )


def event_text(entry: Entry) -> str:
    """The event that an order was made of, masked, as indented JSON; "" where it is not kept."""
    if not entry.event:
        return ""
    return mask(dumps(loads(entry.event), indent=True).decode())


def wire_text(text: str) -> str:
    """A request or an answer, the JSON that it carries on lines of its own."""
    head, blank, body = text.rpartition("\n\n")
    try:
        return f"{head}{blank}{dumps(loads(body), indent=True).decode()}"
    except ValueError:
        return text


def entry_html(entry: Entry) -> str:
    """One delivery: what it means, and request and answer as they went over the wire, masked."""
    delivery = entry.delivery
    waits = "".join(
        f"<li>{html.prose(f'{wait.seconds:.3g} s before try {wait.attempt}: {wait.reason}')}</li>"
        for wait in delivery.waits
    )
    pieces = [
        f"<h3>{escape(delivery.order_id)} · {escape(delivery.order_status)}{mark(entry)}</h3>",
        f"<p>{html.badge(delivery.verdict)} {html.prose(delivery.meaning)}<br>"
        f"{html.prose(delivery.next_step)}</p>",
        f"<p>{escape(moment(entry.started_at))} · {escape(delivery.facts)} · "
        f"{delivery.seconds:.2f} s · to {html.code(entry.target)}</p>",
        f"<p>Waits:</p><ul>{waits}</ul>" if waits else "",
    ]
    texts = {
        "Initial event": event_text(entry),
        "Request": delivery.request,
        "Answer": delivery.answer,
    }
    for title, text in texts.items():
        if text:
            pieces.append(f"<h3>{title}</h3><pre class='ok-code' tabindex='0'>{escape(text)}</pre>")
    return "".join(pieces)


def curl(entry: Entry, token: Secret | None = None) -> str:
    """The delivery's request as a cURL command: masked, but for a token that is given."""
    request = order_request(entry.url, entry.payload, token)
    return request.as_curl(reveal=token is not None)
