"""One booking walks through its statuses, with faults on a switch, and still arrives once."""

from dataclasses import dataclass, field
from typing import Any, Final

import ipywidgets as w

from orderkit.events import paths
from orderkit.mapping.results import Mapped
from orderkit.sending.results import SendResult
from orderkit.sending.retry import Wait
from orderkit.widgets import parts
from orderkit.widgets.demo import timeline
from orderkit.widgets.demo.page import Page
from orderkit.widgets.demo.session import DemoSession, overlaid

_DAY: Final = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Stop:
    """One station of a booking.

    words:  what happens, in the guest's world
    name:   the event's name
    days:   how long after the booking
    copied: path → the path in the booking that its value is taken from
    values: path → value
    """

    words: str
    name: str
    days: int = 0
    copied: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


CREATED: Final = Stop("The guest books", "booking_created")
COMPLETED: Final = Stop(
    "The stay is over",
    "booking_completed",
    45,
    {
        "partners.tiktok.fulfillment_value": "booking.to_pay",
        "partners.tiktok.fulfillment_tax": "tax_amount",
        "partners.tiktok.fulfillment_service_fee": "partners.tiktok.total_service_fee",
        "partners.tiktok.commission_currency": "currency",
        "partners.tiktok.commission_base_amount": "partners.tiktok.total_room_fee",
    },
)
CANCELLED: Final = Stop(
    "The guest cancels",
    "booking_cancelled",
    2,
    values={
        "partners.tiktok.initiator": "CUSTOMER",
        "partners.tiktok.cancel_reason": "Change of plans",
    },
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault on a switch: what the sandbox is told for the first call of one station."""

    label: str
    stop: int
    script: str


BUSY: Final = Trouble("TikTok is busy: it turns the first call away", 0, "throttled_seconds(1)")
LOST: Final = Trouble(
    "An answer gets lost: the order arrives, nobody hears of it", 1, "answer_lost"
)


class JourneyPage(Page):
    """Walks one booking through its statuses, every try shown as it happens.

    legs: the stations of the last journey, with each of their tries
    """

    def __init__(self, session: DemoSession) -> None:
        self.legs: list[timeline.Leg] = []
        self._number = 0
        self.switches = {
            trouble: w.Checkbox(
                value=True,
                description=trouble.label,
                indent=False,
                layout=w.Layout(width="auto"),
            )
            for trouble in (BUSY, LOST)
        }
        self.complete = parts.button(
            "Created → completed", lambda: self.begin(COMPLETED), self, "primary"
        )
        self.cancel = parts.button(
            "Created → cancelled", lambda: self.begin(CANCELLED), self, "primary"
        )
        faults = w.VBox([w.HTML("<h3>What goes wrong on the way</h3>"), *self.switches.values()])
        faults.add_class("ok-card")
        super().__init__(
            session,
            "One booking, all the way",
            "The booking at hand walks through its statuses. Calls fail as they do in real life, "
            "and the order still arrives once.",
            faults,
            parts.row(self.complete, self.cancel),
        )

    def begin(self, end: Stop) -> None:
        """Let the booking at hand be created, and then end in that way."""
        self.work.begin(self._walk((CREATED, end), self.session.event))

    def show_state(self) -> None:
        self.complete.disabled = self.cancel.disabled = self.work.busy

    async def _walk(self, stops: tuple[Stop, ...], booking: dict[str, Any]) -> None:
        self._number += 1
        # A journey is a booking of its own: its order begins with no history.
        order_id = f"{booking.get('id', '')}-J{self._number}"
        self.legs = []
        for number, stop in enumerate(stops):
            event = event_at(stop, booking, order_id)
            mapped = self.session.mapper.explain(event)
            leg = timeline.Leg(stop.words, mapped.order_status or "", order_id)
            self.legs.append(leg)
            troubles = [t for t, switch in self.switches.items() if switch.value]
            await self._travel(leg, event, mapped, [t.script for t in troubles if t.stop == number])
            if leg.sent is None or leg.sent.verdict != "delivered":
                break
        self._arrived(order_id)

    async def _travel(
        self, leg: timeline.Leg, event: dict[str, Any], mapped: Mapped, scripts: list[str]
    ) -> None:
        self.session.sandbox.script(", ".join(scripts))

        def show_wait(wait: Wait) -> None:
            kept = self.session.times_kept(leg.order_id, leg.status)
            leg.tries.append(timeline.Try(wait.reason, kept, wait.seconds))
            self.show_message(
                f"{leg.words}: {wait.reason}. Waiting {wait.seconds:.2g} s, then try "
                f"{wait.attempt}.",
                "warn",
            )
            self._draw()

        self.show_message(f"{leg.words}: sending …")
        self._draw()
        sent = await self.session.send(event, mapped, show_wait)
        leg.sent = sent
        if sent.delivery:
            kept = self.session.times_kept(leg.order_id, leg.status)
            leg.tries.append(timeline.Try(sent.message or sent.delivery.meaning, kept))
        self._draw()

    def _arrived(self, order_id: str) -> None:
        sent = [leg.sent for leg in self.legs if leg.sent]
        bad = next((line for line in sent if line.verdict != "delivered"), None)
        if bad is not None:
            self.show_message(f"{bad.verdict}: {bad.message}\n{bad.next_step}", "bad")
            return
        self.show_message(arrived(order_id, sent, self.session), "good")

    def _draw(self) -> None:
        order_id = self.legs[0].order_id
        self.view.value = timeline.drawn(self.legs, self.session.orders.get(order_id))


def event_at(stop: Stop, booking: dict[str, Any], order_id: str) -> dict[str, Any]:
    """The event that the site sends when the booking comes to this station."""
    values = {"event_name": stop.name, "id": order_id, **stop.values}
    for path, source in stop.copied.items():
        found = paths.get(booking, paths.parse_path(source))
        if found is not paths.MISSING:
            values[path] = found
    moment = paths.get(booking, ("context", "event_timestamp"))
    if isinstance(moment, int):
        values["context.event_timestamp"] = moment + stop.days * _DAY
    return overlaid(booking, values)


def arrived(order_id: str, sent: list[SendResult], session: DemoSession) -> str:
    """How the journey ended, in words: calls made, calls that reached TikTok, orders kept."""
    calls = sum(line.delivery.attempts for line in sent if line.delivery)
    reached = sum(received.order_id == order_id for received in session.sandbox.received)
    kept = sum(order.order_id == order_id for order in session.orders.values())
    return (
        f"Arrived once: {paths.count(calls, 'call')} made, {reached} of them reached TikTok's "
        f"list, {paths.count(kept, 'order')} stands there: `{order_id}`, {sent[-1].order_status}"
    )
