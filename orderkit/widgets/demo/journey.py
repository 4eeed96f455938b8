"""One booking walks through its statuses, with faults on a switch, and still arrives once."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias

import ipywidgets as w

from orderkit.events import paths
from orderkit.mapping.results import Mapped
from orderkit.reports import html
from orderkit.sending.results import SendResult
from orderkit.sending.retry import Wait
from orderkit.widgets import parts
from orderkit.widgets.demo import timeline
from orderkit.widgets.demo.page import Page
from orderkit.widgets.demo.session import DemoSession, overlaid

_DAY: Final = 24 * 3600 * 1000
#: Seconds for which a picture of a journey stands.
PACE: Final = 1.6
#: What is drawn, what is said, and in which tone.
_Picture: TypeAlias = tuple[str, str, html.Tone]


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
    """Walks one booking through its statuses, every try shown as it happens, one after the other.

    legs:    the stations of the last journey, with each of their tries
    pace:    seconds for which each picture stands, so that it can be told
    by_step: whether each picture waits for `step` instead
    """

    #: Whether pictures and messages are in the client's words.
    client = False
    #: What shows the next picture of a journey that goes step by step.
    goes_on = "“Next” goes on"

    def __init__(self, session: DemoSession) -> None:
        self.legs: list[timeline.Leg] = []
        self.pace = PACE
        self._number = 0
        self._pictures: asyncio.Queue[_Picture | None] = asyncio.Queue()
        self._go_on: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._at_end = False
        self.switches = {
            trouble: w.Checkbox(
                value=True,
                description=trouble.label,
                indent=False,
                layout=w.Layout(width="auto"),
            )
            for trouble in (BUSY, LOST)
        }
        self.by_step = w.Checkbox(value=False, indent=False)
        self.next = parts.button("Next →", self.step, self)
        self.next.disabled = True
        self.buttons = [
            parts.button(label, partial(self.begin, end), self, "primary")
            for label, end in self.ends()
        ]
        faults = w.VBox(
            [w.HTML("<h3>What goes wrong on the way</h3>"), *self.switches.values(), self.by_step]
        )
        faults.add_class("ok-card")
        super().__init__(session, *self.words, faults, parts.row(*self.buttons, self.next))
        change_pace = parts.guarded(self, self._change_pace)
        self.by_step.observe(lambda _change: change_pace(), names="value")
        self.show_state()

    words = (
        "One booking, all the way",
        "The booking at hand walks through its statuses. Calls fail as they do in real life, "
        "and the order still arrives once.",
    )

    def ends(self) -> tuple[tuple[str, Any], ...]:
        """The ways that a booking can go: what the button says → what `stations` takes."""
        return (("Created → completed", COMPLETED), ("Created → cancelled", CANCELLED))

    def begin(self, end: Any) -> None:
        """Let the booking at hand be created, and then end in that way."""
        self._at_end = False
        self.work.begin(self._walk(end))

    def step(self) -> None:
        """Show the next picture of a journey that goes step by step."""
        if self._go_on:
            loop, event = self._go_on
            loop.call_soon_threadsafe(event.set)

    def show_state(self) -> None:
        """Disable what begins a journey while one is under way, and say what goes on with it."""
        for button in self.buttons:
            button.disabled = self.work.busy
        self.next.disabled = self._at_end or not (self.work.busy and self.by_step.value)
        begins = "" if self.work.busy else "a button below begins, then "
        self.by_step.description = f"Step by step: {begins}{self.goes_on}"

    def _change_pace(self) -> None:
        """A journey that is under way goes on as it is wanted from now on."""
        self.show_state()
        if not self.by_step.value:
            self.step()

    def stations(self, end: Stop, order_id: str) -> list[tuple[str, dict[str, Any]]]:
        """What happens, in words, and the event that the site sends then."""
        booking = self.session.event
        return [(stop.words, event_at(stop, booking, order_id)) for stop in (CREATED, end)]

    def order_id(self) -> str:
        """What the booking at hand is called: a journey is a booking of its own."""
        return f"{self.session.event.get('id', '')}-J{self._number}"

    async def _walk(self, end: Any) -> None:
        self._number += 1
        self.legs = []
        # The journey itself does not wait for whoever watches it.
        self._pictures = asyncio.Queue()
        self._go_on = asyncio.get_running_loop(), asyncio.Event()
        walking = asyncio.create_task(self._travel_all(end))
        shown = 0
        while picture := await self._pictures.get():
            if shown:
                await self._wait()
            self._show(picture)
            shown += 1
        conclusion = await walking
        await self._wait()
        # No picture is left: the next key is for what comes after the journey.
        with self.lock:
            self._at_end = True
            self.show_state()
        self._show(conclusion)
        self.session.keep_sent()

    def _show(self, picture: _Picture) -> None:
        self.view.value, text, tone = picture
        self.show_message(text, tone)

    async def _wait(self) -> None:
        """Until the next picture is shown: for a while, or until somebody wants it."""
        if not self.by_step.value or self._go_on is None:
            await asyncio.sleep(self.pace)
            return
        _loop, event = self._go_on
        await event.wait()
        event.clear()

    async def _travel_all(self, end: Any) -> _Picture:
        try:
            order_id = self.order_id()
            for number, (words, event) in enumerate(self.stations(end, order_id)):
                mapped = self.session.mapper.explain(event)
                leg = timeline.Leg(words, mapped.order_status or "", order_id)
                self.legs.append(leg)
                faults = [
                    trouble.script
                    for trouble, switch in self.switches.items()
                    if switch.value and trouble.stop == number
                ]
                await self._travel(leg, event, mapped, faults)
                if leg.sent is None or leg.sent.verdict != "delivered":
                    break
            return self._drawn(*self.conclusion(order_id))
        finally:
            # What has not gone wrong by now does not go wrong with what is sent next.
            self.session.sandbox.script("")
            self._pictures.put_nowait(None)

    async def _travel(
        self, leg: timeline.Leg, event: dict[str, Any], mapped: Mapped, scripts: list[str]
    ) -> None:
        self.session.sandbox.script(", ".join(scripts))

        def show_wait(wait: Wait) -> None:
            kept = self.session.times_kept(leg.order_id, leg.status)
            leg.tries.append(timeline.Try(wait.reason, kept, wait.seconds))
            why = "" if self.client else f": {wait.reason}"
            self._picture(
                f"{leg.words}{why}. Waiting {wait.seconds:.2g} s, then try {wait.attempt}.", "warn"
            )

        self._picture(f"{leg.words}: sending …")
        leg.sent = sent = await self.session.send(event, mapped, show_wait)
        if sent.delivery:
            kept = self.session.times_kept(leg.order_id, leg.status)
            leg.tries.append(timeline.Try(sent.message or sent.delivery.meaning, kept))
        self._picture(f"{leg.words}: {'arrived' if sent.verdict == 'delivered' else 'not sent'}")

    def conclusion(self, order_id: str) -> tuple[str, html.Tone]:
        """How it ended, in words."""
        sent = [leg.sent for leg in self.legs if leg.sent]
        bad = next((line for line in sent if line.verdict != "delivered"), None)
        if bad is not None:
            return f"{bad.verdict}: {bad.message}\n{bad.next_step}", "bad"
        return arrived(order_id, sent, self.session), "good"

    def _picture(self, text: str, tone: html.Tone = "mute") -> None:
        self._pictures.put_nowait(self._drawn(text, tone))

    def _drawn(self, text: str, tone: html.Tone) -> _Picture:
        order = self.session.orders.get(self.legs[0].order_id)
        return timeline.drawn(self.legs, order, client=self.client), text, tone


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
