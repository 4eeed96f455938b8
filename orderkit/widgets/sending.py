"""Sending test orders: a dry run, the embedded sandbox, or the live endpoint behind a lock."""

import asyncio
from html import escape

import ipywidgets as w

from orderkit.destination.settings import Settings
from orderkit.errors import OrderkitError
from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.reports import views
from orderkit.reports.handover import MOST, handover_page
from orderkit.reports.html import TONES
from orderkit.sending.run import TARGETS, Sent, open_target, plan, send_all
from orderkit.widgets import parts
from orderkit.widgets.deliveries import DeliveryView
from orderkit.widgets.events import EventPicker
from orderkit.widgets.faults import FaultPanel
from orderkit.widgets.outcome import outcomes
from orderkit.widgets.target import TargetChoice
from orderkit.widgets.workspace import read_settings


class SendForm(parts.Form):
    """Sends the chosen event, or all loaded events, and shows each verdict.

    to:         the target, and what it needs
    sent:       the verdicts of the last sending
    deliveries: the delivery view of all that was sent to the target
    task:       the sending under way; ``await form.task`` waits for its end
    """

    def __init__(self, settings: Settings | None = None, picker: EventPicker | None = None) -> None:
        self.picker = picker or EventPicker()
        settings, wrong = (settings, "") if settings else read_settings()
        self.settings = settings
        self.picker.label_by(Mapper(settings))
        self.to = TargetChoice(settings, TARGETS)
        self.target, self.confirm, self.sandbox = self.to.choose, self.to.confirm, self.to.sandbox
        self.sent: list[Sent] = []
        self.task: asyncio.Task[None] | None = None
        self.deliveries = DeliveryView(self.to.ledger)
        self.faults = FaultPanel(self.sandbox)
        self.which = parts.choice("Send", ["this event", "all loaded events"])
        self.send_button = parts.button("Send", self.begin, self, "primary")
        self.handover_button = parts.button("Handover page", self.hand_over, self)
        self.handover_view = w.HTML()
        self.progress = w.IntProgress(min=0, max=1, description="Progress")
        self.results_view, self.curl_view, self.orders_view = w.HTML(), w.HTML(), w.HTML()
        super().__init__(
            self.picker,
            self.which,
            self.to,
            parts.row(self.send_button, self.progress),
            below=[
                self.results_view,
                self.curl_view,
                self.orders_view,
                parts.title(
                    "Handover",
                    "A page for the client, without secrets: the settings field by field, the "
                    "mapping with examples, required fields, these test orders, and what is "
                    "assumed.",
                ),
                parts.row(self.handover_button, self.handover_view),
                parts.title(
                    "What became of the orders",
                    "Over time, by cause with its solution; search by order id for the request and "
                    "the answer as they went over the wire.",
                ),
                self.deliveries,
                parts.Folded("Let the sandbox fail", self.faults),
            ],
        )
        for made in (self.target, self.confirm):
            made.observe(lambda _change: self._lock(), names="value")
        self.picker.when_chosen(self._show_request)
        self._lock()
        self._show_request()
        self.tell(wrong, "bad")

    def state_html(self) -> str:
        return f"{self.expected.to_html()}{self.curl_view.value}"

    @property
    def expected(self) -> views.Table:
        """What each loaded event would be sent as, or why it would not."""
        return outcomes(self.settings, self.picker.events)

    @property
    def results(self) -> views.Table:
        """The verdicts of the last sending."""
        return views.sent_table(self.sent)

    @property
    def curl(self) -> str:
        """The chosen event's request as a cURL command, masked."""
        mapped = Mapper(self.settings).map(self.picker.event)
        planned = plan(0, mapped, "", self.settings.connection.endpoint_url)
        return planned.request.as_curl() if planned.request else planned.message

    def begin(self) -> None:
        """Begin sending; the kernel stays free meanwhile."""
        if self.task and not self.task.done():
            raise OrderkitError("a sending is under way: wait for its end")
        self.to.make_ready()
        self.sent = []
        self.tell("sending …")
        self.send_button.disabled = True
        self.task = asyncio.get_running_loop().create_task(self._deliver())
        self.task.add_done_callback(self._ended)

    def hand_over(self) -> None:
        """Offer the handover page, as a link that saves it."""
        entries = self.to.ledger.entries(most=MOST)
        page = handover_page(self.settings, self.picker.events, entries)
        link = parts.download("handover.html", page)
        self.handover_view.value = f'<p role="status">{link}</p>'

    async def _deliver(self) -> None:
        lines = self._mapped()
        self.progress.max, self.progress.value = max(len(lines), 1), 0
        book = self.to.book
        url = self.settings.connection.endpoint_url
        keep = self.to.keep_tokens.value
        with book.ledger.sending():
            async with open_target(
                self.to.target, self.settings, self.sandbox, keep_tokens=keep
            ) as client:
                async for sent in send_all(lines, client, url, book):
                    self.sent.append(sent)
                    self.progress.value += 1
                    self.results_view.value = self.results.to_html()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self.send_button.disabled = False
        self._lock()
        parts.guarded(self, task.result)()
        if task.cancelled() or task.exception():
            return
        self.results_view.value = self.results.to_html()
        self.deliveries.show(self.to.ledger)
        self.orders_view.value = views.orders_table(self.sandbox.orders.values()).to_html()
        done = sum(sent.done for sent in self.sent)
        tone = TONES["delivered"] if done == len(self.sent) else TONES["failed"]
        self.tell(f"{count(len(self.sent), 'event')}, {done} as they should be", tone)

    def _mapped(self) -> list[tuple[int, Mapped | None, str]]:
        mapper = Mapper(self.settings)
        names = list(self.picker.events)
        if self.which.value == "this event":
            names = [self.picker.choose.value] if self.picker.events else []
        return [
            (list(self.picker.events).index(name), mapper.map(self.picker.events[name]), "")
            for name in names
        ]

    def _show_request(self) -> None:
        code = f"<pre class='ok-code' tabindex='0'>{escape(self.curl)}</pre>"
        self.curl_view.value = f"<h3>The request as cURL</h3>{code}"

    def _lock(self) -> None:
        self.send_button.disabled = self.to.locked
        self.send_button.button_style = "danger" if self.to.target == "live" else "primary"
