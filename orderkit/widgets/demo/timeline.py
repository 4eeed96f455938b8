"""The picture of a journey: every try, what became of it, every wait, and TikTok's side."""

from dataclasses import dataclass, field, replace
from html import escape

from orderkit.events.paths import count
from orderkit.reports import html, views
from orderkit.reports.client_words import kind_of
from orderkit.sandbox import Order
from orderkit.sending.results import SendResult
from orderkit.widgets.demo.page import card, card_table


@dataclass(frozen=True, slots=True)
class Try:
    """One call.

    said: what came back, in words
    kept: how many calls of this order and status had reached TikTok's list by then
    wait: seconds until the next try; None after the last
    """

    said: str
    kept: int
    wait: float | None = None


@dataclass(slots=True)
class Leg:
    """One station of a journey: its tries so far, and the verdict once there is one."""

    words: str
    status: str
    order_id: str
    tries: list[Try] = field(default_factory=list)
    sent: SendResult | None = None


def drawn(legs: list[Leg], order: Order | None, *, client: bool = False) -> str:
    """The journey as a picture, and below it the order as TikTok's side keeps it.

    client: whether it is said in the client's words
    """
    lanes = '<p class="ok-lanes"><span>The hotel\'s site</span><span>TikTok</span></p>'
    picture = lanes + "".join(_leg(leg, client) for leg in legs)
    table = kept_for_client(order) if client else kept(order)
    return card("The journey", picture) + card_table(table, "Nothing has arrived yet.")


def _leg(leg: Leg, client: bool) -> str:
    verdict = html.badge(leg.sent.verdict) if leg.sent else '<span class="ok-busy">under way</span>'
    name = "" if client else f"<code>{escape(leg.status)}</code> "
    before, lines = 0, []
    for number, tried in enumerate(leg.tries, start=1):
        good = tried.wait is None and leg.sent is not None and leg.sent.verdict == "delivered"
        status = kind_of(leg.status).one if client else leg.status
        shown = replace(tried, said="") if client else tried
        lines.append(_try(number, shown, status, good=good, before=before))
        before = tried.kept
    return (
        f'<div class="ok-leg"><h4>{escape(leg.words)} {name}{verdict}</h4>'
        f"<ol>{''.join(lines)}</ol></div>"
    )


def _try(number: int, tried: Try, status: str, *, good: bool, before: int) -> str:
    stored = tried.kept > before
    if stored:
        far = "has it already: kept once" if before else "keeps the order"
    else:
        far = "turns the call away"
    tone = "good" if good else "warn" if stored else "bad"
    back = "the answer arrives" if good else "the answer gets lost" if stored else "try later"
    wait = f'<p class="ok-wait">waits {tried.wait:.2g} s</p>' if tried.wait is not None else ""
    return (
        f'<li class="ok-try ok-{tone}"><span class="ok-nth">try {number}</span>'
        f'<span class="ok-arrow ok-there"><span>{escape(status)}</span></span>'
        f'<span class="ok-far">{escape(far)}</span>'
        f'<span class="ok-arrow ok-back"><span>{escape(back)}</span></span>'
        f'<span class="ok-said">{html.prose(tried.said)}</span>{wait}</li>'
    )


def kept(order: Order | None) -> views.Table:
    """The history of an order at TikTok's side: a status that came twice is kept once."""
    cells = (
        (receipt.order_status, count(receipt.count, "time"), "once", receipt.log_id)
        for receipt in (order.history if order else ())
    )
    return views.make_table(
        cells, ("status", "received", "kept", "log_id"), "The order at TikTok's side"
    )


def kept_for_client(order: Order | None) -> views.Table:
    """The same in the client's words."""
    cells = (
        (kind_of(receipt.order_status).title, count(receipt.count, "time"), "once")
        for receipt in (order.history if order else ())
    )
    return views.make_table(cells, ("what happened", "received", "kept"), "What TikTok keeps")
