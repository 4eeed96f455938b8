"""The last page: all that was sent, what is still missing, and a page for the client."""

from html import escape

import ipywidgets as w

from orderkit.errors import EndpointError
from orderkit.events import samples
from orderkit.reports import html, views
from orderkit.reports.handover import MOST, handover_page
from orderkit.sending.results import SendResult
from orderkit.sending.targets import live_endpoint
from orderkit.widgets import parts
from orderkit.widgets.demo.page import Page, card, card_table
from orderkit.widgets.demo.session import DemoSession


class ResultsPage(Page):
    """What was sent, what is missing, and the handover page."""

    def __init__(self, session: DemoSession) -> None:
        self.handover_button = parts.button("Handover page", self.hand_over, self, "primary")
        self.handover_view = w.HTML()
        super().__init__(
            session,
            "What came of it",
            "Every order that was sent from this page, and what is still missing.",
            below=[self.handover_button, self.handover_view],
        )
        session.when_changed(self.refresh)

    @property
    def table(self) -> views.Table:
        """All that was sent, in order."""
        columns = ("order_id", "order_status", "verdict", "tries", "log_id", "message")
        return views.make_table(map(_cells, self.session.sent), columns, "Sent from this page")

    @property
    def missing(self) -> list[str]:
        """What is left to do, in words: for the booking at hand, and before going live."""
        left = [problem.fix for problem in self.session.mapped.problems if problem.level == "error"]
        left += [f"`{s.order_id}`: {s.next_step}" for s in self.session.sent if s.next_step]
        try:
            live_endpoint(self.session.mapper.settings)
        except EndpointError as error:
            left.append(f"Before going live: {error}")
        return list(dict.fromkeys(left))

    def hand_over(self) -> None:
        """Offer the handover page, as a link that saves it."""
        entries = self.session.ledger.entries(most=MOST)
        page = handover_page(self.session.mapper.settings, samples.sample_events(), entries)
        link = parts.download("handover.html", page)
        self.handover_view.value = (
            f'<p role="status">{link}: settings field by field, mapping with examples, required '
            "fields, test orders, and what is assumed. No secret is in it.</p>"
        )

    def refresh(self) -> None:
        """Show what was sent, and what is missing."""
        missing = "".join(f"<li>{html.prose(text)}</li>" for text in self.missing)
        delivered = sum(sent.verdict == "delivered" for sent in self.session.sent)
        facts = (
            ("orders at TikTok's side", len(self.session.orders)),
            ("sendings", len(self.session.sent)),
            ("of them delivered", delivered),
        )
        figures = "".join(
            f"<div><dt>{escape(label)}</dt><dd>{number}</dd></div>" for label, number in facts
        )
        self.view.value = (
            f'<dl class="ok-figures">{figures}</dl>'
            + card_table(self.table, "Nothing was sent yet: see Send and Journey.")
            + card("Still missing", f"<ul>{missing}</ul>" if missing else "<p>Nothing.</p>")
        )


def _cells(sent: SendResult) -> tuple[object, ...]:
    delivery = sent.delivery
    return (
        sent.order_id,
        sent.order_status,
        sent.verdict,
        delivery.attempts if delivery else "",
        delivery.log_id if delivery else "",
        sent.message,
    )
