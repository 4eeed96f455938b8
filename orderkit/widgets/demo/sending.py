"""The page that sends the booking at hand, and shows both sides of the wire."""

from dataclasses import replace
from typing import Any

from orderkit.mapping.results import Mapped
from orderkit.reports import views
from orderkit.reports.html import TONES
from orderkit.sending.retry import Wait
from orderkit.widgets import parts
from orderkit.widgets.demo.page import Page, card_table
from orderkit.widgets.demo.session import DemoSession


class SendPage(Page):
    """Sends to the embedded sandbox; the order appears in the hotel's list at TikTok's side."""

    def __init__(self, session: DemoSession) -> None:
        self.button = parts.button("Send this booking", self.begin, self, "primary")
        super().__init__(
            session,
            "Off to TikTok",
            "The booking is sent as an order to the sandbox, which answers as TikTok does.",
            parts.row(self.button),
        )
        session.when_changed(self.refresh)

    def begin(self) -> None:
        """Send the booking at hand."""
        self.work.refuse_second()
        self.show_message("Sending …")
        self.work.begin(self._deliver(self.session.event, self.session.mapped))

    def show_state(self) -> None:
        self.button.disabled = self.work.busy

    async def _deliver(self, event: dict[str, Any], mapped: Mapped) -> None:
        sent = await self.session.send(event, mapped, self._show_wait)
        if sent.verdict == "delivered":
            self.show_message(f"`{sent.order_id}` arrived as {sent.order_status}", "good")
        else:
            word = sent.verdict if sent.delivery else "Not sent"
            # Whoever pressed the button is told at once that the booking did not go.
            tone = "bad" if sent.verdict == "invalid" else TONES.get(sent.verdict, "mute")
            self.show_message(f"{word}: {sent.message}", tone)

    def _show_wait(self, wait: Wait) -> None:
        self.show_message(
            f"{wait.reason}: waiting {wait.seconds:.2g} s, then try {wait.attempt}", "warn"
        )

    def refresh(self) -> None:
        """Show what was sent last, and the hotel's list."""
        last = self.session.sent[-1:]
        orders = views.orders_table(self.session.orders.values())
        ids = [order_id for order_id, *_more in orders.rows]
        marked = frozenset(ids.index(sent.order_id) for sent in last if sent.order_id in ids)
        answer = replace(views.sent_table(last), caption="What came of the order")
        kept = replace(orders, marked=marked, caption="The hotel's list at TikTok's side")
        self.view.value = card_table(answer, "Nothing was sent yet.") + card_table(
            kept, "No order yet."
        )
