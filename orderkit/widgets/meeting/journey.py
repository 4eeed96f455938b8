"""A client's own booking on its way, in the client's words."""

from typing import Any

from orderkit.events import paths
from orderkit.reports import html
from orderkit.reports.client_words import count_in_words, in_words, kind_of
from orderkit.widgets.demo.booking import read
from orderkit.widgets.demo.journey import JourneyPage
from orderkit.widgets.demo.session import DemoSession, overlaid

_ORDER_ID = "order_info.order_id"


class ClientJourneyPage(JourneyPage):
    """Each way begins with a booking, and ends as one of the client's other messages does."""

    client = True
    goes_on = "the arrow key → goes on"
    words = (
        "One booking, all the way",
        "The booking goes to a test system that answers as TikTok does. Calls fail as they do in "
        "real life, and the order still arrives once.",
    )

    def __init__(self, session: DemoSession) -> None:
        self._by_status: dict[str, dict[str, Any]] = {}
        for event in session.events.values():
            mapped = session.mapper.map(event)
            if mapped.outcome == "mapped":
                self._by_status.setdefault(mapped.order_status or "", event)
        super().__init__(session)

    def ends(self) -> tuple[tuple[str, Any], ...]:
        """One way for each kind of message that follows a booking, or the booking alone."""
        first, *others = self._by_status or ["CREATE_ORDER"]
        return tuple(
            (kind_of(status).title.removeprefix("A ").capitalize(), status)
            for status in (others or [first])
        )

    def stations(self, end: Any, order_id: str) -> list[tuple[str, dict[str, Any]]]:
        """The first kind of message, and the one that ends the way, as one order."""
        first = next(iter(self._by_status), end)
        statuses = dict.fromkeys([first, end])
        return [
            (kind_of(status).title, self._as_order(self._of(status), order_id))
            for status in statuses
        ]

    def order_id(self) -> str:
        """The number of the booking at hand, and which journey it is."""
        info = (self.session.mapped.payload or {}).get("order_info", {})
        return f"{info.get('order_id', 'booking')}-J{self._number}"

    def _of(self, status: str) -> dict[str, Any]:
        """The booking at hand where it is of that kind, else another one that is."""
        if self.session.mapped.order_status == status:
            return self.session.event
        return self._by_status.get(status, self.session.event)

    def _as_order(self, event: dict[str, Any], order_id: str) -> dict[str, Any]:
        trace = self.session.mapper.explain(event).trace
        places = [path for entry in trace if entry.target == _ORDER_ID for path in read(entry)]
        return overlaid(event, {path: order_id for path in places if _is_path(path)})

    def conclusion(self, order_id: str) -> tuple[str, html.Tone]:
        """How it ended, in the client's words."""
        sent = [leg.sent for leg in self.legs if leg.sent]
        if any(line.verdict != "delivered" for line in sent):
            return "This booking was not sent: see what is open under A booking.", "bad"
        calls = sum(line.delivery.attempts for line in sent if line.delivery)
        kept = sum(order.order_id == order_id for order in self.session.orders.values())
        return (
            f"Arrived once: {count_in_words(calls, 'call', 'calls')} made, and TikTok keeps "
            f"{in_words(kept)} order `{order_id}`",
            "good",
        )


def _is_path(text: str) -> bool:
    try:
        return bool(paths.parse_path(text))
    except ValueError:
        return False
