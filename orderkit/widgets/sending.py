"""Sending test orders: a dry run, the embedded sandbox, or the live endpoint behind a lock."""

import time
from html import escape

import ipywidgets as w

from orderkit.destination.settings import Settings
from orderkit.events.paths import count
from orderkit.events.reader import EventLine
from orderkit.mapping.across import RepeatedOrders
from orderkit.mapping.mapper import Mapper
from orderkit.reports import html, views
from orderkit.reports.funnel import run_funnel_html
from orderkit.reports.handover import MOST, handover_page
from orderkit.sending.results import SendResult, plan_sending
from orderkit.sending.run import Run
from orderkit.sending.targets import TARGETS
from orderkit.widgets import parts
from orderkit.widgets.background import BackgroundTask
from orderkit.widgets.deliveries import DeliveryView
from orderkit.widgets.events import EventPicker
from orderkit.widgets.faults import FaultPanel
from orderkit.widgets.outcome import outcomes
from orderkit.widgets.target import TargetChoice
from orderkit.widgets.working import REDRAWN, Work, conclusion
from orderkit.widgets.workspace import SettingsInUse


class SendForm(parts.Form):
    """Sends the chosen event, or all loaded events, and shows each verdict.

    to:         the target, and what it needs
    sent:       the verdicts of the last sending
    deliveries: the delivery view of all that was sent to the target
    """

    def __init__(self, settings: Settings | None = None, picker: EventPicker | None = None) -> None:
        self.picker = picker or EventPicker()
        self._in_use = SettingsInUse(settings)
        self.settings = settings = self._in_use.settings
        self.picker.label_by(Mapper(settings))
        self.to = TargetChoice(settings, TARGETS)
        self.target, self.confirm, self.sandbox = self.to.choose, self.to.confirm, self.to.sandbox
        self.sent: list[SendResult] = []
        self._looked_at: object = None
        self._work = Work(self, self._show_state)
        self.deliveries = DeliveryView(self.to.ledger)
        self.faults = FaultPanel(self.sandbox)
        self.which = parts.choice("Send", ["this event", "all loaded events"])
        self.send_button = parts.button("Send", self.begin, self, "primary")
        self.handover_button = parts.button("Handover page", self.hand_over, self)
        self.handover_view = w.HTML()
        self.progress = w.IntProgress(min=0, max=1, description="Progress")
        self.results_view, self.curl_view, self.orders_view = w.HTML(), w.HTML(), w.HTML()
        self.repeated_view = w.HTML()
        super().__init__(
            self.picker,
            self.which,
            self.to,
            self.repeated_view,
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
        show_state = parts.guarded(self, self._show_state)
        show_request = parts.guarded(self, self._show_request)
        for made in (self.target, self.confirm):
            made.observe(lambda _change: show_state(), names="value")
        self.target.observe(lambda _change: show_request(), names="value")
        self.picker.when_chosen(show_request)
        self._show_state()
        self._show_request()
        self.show_message(self._in_use.wrong, "bad")

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
        """The chosen event's request as a cURL command, masked; why there is none, if so."""
        planned = self._planned()
        return planned.request.as_curl() if planned.request else planned.message

    def _planned(self) -> SendResult:
        (result,) = Mapper(self.settings).results([EventLine(0, None, self.picker.event)])
        own = self.to.target == "sandbox" and self.sandbox.port
        url = self.sandbox.order_url if own else self.settings.connection.endpoint_url
        return plan_sending(result, url)

    @property
    def task(self) -> BackgroundTask[None] | None:
        """The sending under way, or the last one.

        ``await form.task`` in a cell, and ``form.task.result()`` in a script, wait for its end.
        """
        return self._work.task

    def begin(self) -> None:
        """Begin sending; the kernel stays free meanwhile."""
        self._work.refuse_second()
        # No result of an earlier sending stands beside what is said of this one.
        self.progress.value, self.results_view.value, self.orders_view.value = 0, "", ""
        self._in_use.refuse_changed()
        self.to.make_ready()
        entries = self._entries()
        run = self.to.run(Mapper(self.settings).results(entries), len(entries))
        self.sent = []
        self.progress.max, self.progress.value = max(len(entries), 1), 0
        self.show_message("sending …")
        self._show_request()
        self._work.begin(self._deliver(run))

    def hand_over(self) -> None:
        """Offer the handover page, as a link that saves it."""
        entries = self.to.ledger.entries(most=MOST)
        page = handover_page(self.settings, self.picker.events, entries)
        link = parts.download("handover.html", page)
        self.handover_view.value = f'<p role="status">{link}</p>'

    async def _deliver(self, run: Run) -> None:
        drawn = 0.0
        try:
            async for sent in run.verdicts():
                self.sent.append(sent)
                if time.monotonic() - drawn > REDRAWN:
                    drawn = time.monotonic()
                    self._draw()
        finally:
            self._draw()
            self.results_view.value = run_funnel_html(run.counts) + self.results_view.value
            self.orders_view.value = views.orders_table(self.sandbox.orders.values()).to_html()
            self.deliveries.show(run.ledger or self.to.ledger)
        done = sum(sent.done for sent in self.sent)
        verdicts = ", ".join(f"{number:,} {verdict}" for verdict, number in run.counts.items())
        words = f"{count(len(self.sent), 'event')}, {done} as they should be: {verdicts}"
        self.show_message(*conclusion(run, words, words))

    def _draw(self) -> None:
        self.progress.value = len(self.sent)
        self.results_view.value = self.results.to_html()

    def _entries(self) -> list[EventLine]:
        entries = [
            EventLine(index, None, event) for index, event in enumerate(self.picker.events.values())
        ]
        if self.which.value == "all loaded events" or not entries:
            return entries
        chosen = list(self.picker.events).index(self.picker.choose.value)
        return entries[chosen : chosen + 1]

    def _show_request(self) -> None:
        if self._looked_at is not self.picker.events:
            self._looked_at = self.picker.events
            self._show_repeated()
        planned = self._planned()
        shown = (
            f"<pre class='ok-code' tabindex='0'>{escape(planned.request.as_curl())}</pre>"
            if planned.request
            else html.notice(f"No request: {planned.message}")
        )
        self.curl_view.value = f"<h2>The request as cURL</h2>{shown}"

    def _show_repeated(self) -> None:
        """Say, before anything is sent, which of the loaded orders contradict each other."""
        repeated, mapper = RepeatedOrders(), Mapper(self.settings)
        for index, event in enumerate(self.picker.events.values()):
            repeated.add(index, None, mapper.map(event))
        sentences = repeated.sentences()
        self.repeated_view.value = html.notice(sentences[0], "warn") if sentences else ""

    def _show_state(self) -> None:
        self.send_button.disabled = self._work.busy or self.to.locked
        self.send_button.button_style = "danger" if self.to.target == "live" else "primary"
