"""What all pages of the demo look at: the booking at hand, its order, and TikTok's side."""

import asyncio
import threading
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from orderkit.destination.loading import load_settings
from orderkit.destination.settings import Settings
from orderkit.events import samples
from orderkit.events.paths import get, parse_path
from orderkit.events.reader import EventLine
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import EventResult, Mapped
from orderkit.sandbox import Order, Sandbox
from orderkit.sending.client import OnWait
from orderkit.sending.ledger import Ledger
from orderkit.sending.results import SendResult
from orderkit.sending.run import Run


class DemoSession:
    """The booking at hand.

    lock:    held by the page whose handler runs, and by what shows in all pages what was sent

    events:  name → event, those that can be chosen: a client's, or the samples
    name:    the chosen one's
    typed:   path → value, what was typed over it
    event:   the chosen one, with what was typed over it
    mapped:  what becomes of it
    before:  what becomes of it as it was chosen
    sandbox: TikTok's side, started when it is first needed
    sent:    everything that was sent from this page
    ledger:  the same, with requests and answers; forgotten with the page, as the sandbox is
    sent_file: where a copy of the ledger outlives the page, for when it is loaded again; or None
    """

    def __init__(
        self,
        settings: Settings | None = None,
        events: dict[str, dict[str, Any]] | None = None,
        sent_file: Path | None = None,
    ) -> None:
        self.sent_file = sent_file
        self.lock = threading.RLock()
        self.mapper = Mapper(settings or load_settings(samples.SETTINGS))
        self.events = events or sample_bookings()
        self.sandbox = Sandbox()
        self.sent: list[SendResult] = []
        self.ledger = Ledger()
        self._listeners: list[Callable[[], Any]] = []
        self.chosen: dict[str, Any] = {}
        self.event: dict[str, Any] = {}
        self.typed: dict[str, Any] = {}
        self.choose(next(iter(self.events)))

    def when_changed(self, listener: Callable[[], Any]) -> None:
        """Call `listener` whenever the booking changes or something was sent."""
        self._listeners.append(listener)

    def changed(self) -> None:
        """Tell all pages."""
        for listener in self._listeners:
            listener()

    def choose(self, name: str) -> None:
        """Take the booking of that name as it is."""
        self.name, self.chosen = name, self.events[name]
        self.before: Mapped = self.mapper.explain(self.chosen)
        self.type({})

    def type(self, typed: dict[str, Any]) -> None:
        """Put these values over the chosen booking: path → value."""
        self.typed = typed
        self.event = overlaid(self.chosen, typed)
        self.mapped: Mapped = self.mapper.explain(self.event)
        self.changed()

    async def send(
        self, event: dict[str, Any], mapped: Mapped, on_wait: OnWait | None = None
    ) -> SendResult:
        """Send an event to the sandbox, as it was mapped; `on_wait` is told each wait."""
        await asyncio.to_thread(self.sandbox.start)
        run = Run(
            [EventResult(EventLine(len(self.sent) + 1, None, event), mapped)],
            self.mapper.settings,
            "sandbox",
            self.ledger,
            # A demo shows the same thing twice if it is asked to.
            force=True,
            also_outdated=True,
            sandbox=self.sandbox,
            on_wait=on_wait,
        )
        (sent,) = [sent async for sent in run.verdicts()]
        with self.lock:
            self.sent.append(sent)
            self.changed()
        return sent

    def keep_sent(self) -> None:
        """Write down what was sent, for when the page is loaded again."""
        if self.sent_file:
            # A copy: who sends here waits for no lock of a file, which another page may hold.
            with Ledger(self.sent_file) as kept:
                self.ledger.copy_into(kept)
            with self.lock:
                self.changed()

    def resume_sent(self, name: str) -> None:
        """Take over what was sent before the page was loaded again: a file's name, "" for none."""
        if self.sent_file and name:
            file = self.sent_file.with_name(Path(name).name)
            if file.is_file():
                with Ledger(file) as kept:
                    kept.copy_into(self.ledger)
                self.sent_file = file

    @property
    def orders(self) -> dict[str, Order]:
        """The hotel's list at TikTok's side, by order id."""
        return self.sandbox.orders

    def times_kept(self, order_id: str, status: str) -> int:
        """How many calls with this order and status reached TikTok's storing."""
        return sum(
            received.order_id == order_id and received.order_status == status
            for received in self.sandbox.received
        )


def sample_bookings() -> dict[str, dict[str, Any]]:
    """The samples, those included that are damaged."""
    damaged = {f"damaged: {name}": event for name, event in samples.damaged_events().items()}
    return {**samples.sample_events(), **damaged}


def overlaid(event: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A copy of an event with these values, path → value; objects that a path needs are made.

    A path that leads through something else (a text, say) replaces it: what is typed counts.
    """
    made = deepcopy(event)
    for path, value in values.items():
        *folders, last = parse_path(path)
        holder: Any = made
        for depth, part in enumerate(folders, start=1):
            if not isinstance(get(made, tuple(folders[:depth])), dict | list):
                _put(holder, part, {})
            holder = get(made, tuple(folders[:depth]))
        _put(holder, last, value)
    return made


def _put(holder: Any, part: str, value: Any) -> None:
    if isinstance(holder, list):
        at = int(part)
        holder[at : at + 1] = [value]
    else:
        holder[part] = value
