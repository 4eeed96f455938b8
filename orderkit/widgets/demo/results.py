"""The last page: all that was sent from this page, and what is still missing."""

from html import escape

import ipywidgets as w

from orderkit import markup, views
from orderkit.errors import EndpointError
from orderkit.sending import Sent, live_endpoint
from orderkit.widgets.demo.desk import Desk
from orderkit.widgets.demo.page import Page, card, shown


class ResultsPage(Page):
    """What was sent, what is missing, and a place for what is handed over.

    handover: where the button that writes a page for the client belongs
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.handover = w.VBox()
        super().__init__(
            "What came of it",
            "Every order that was sent from this page, and what is still missing.",
            below=[self.handover],
        )
        desk.when_changed(self.refresh)

    @property
    def table(self) -> views.Table:
        """All that was sent, in order."""
        columns = ("order_id", "order_status", "verdict", "tries", "log_id", "message")
        return views.make(map(_cells, self.desk.sent), columns, "Sent from this page")

    @property
    def missing(self) -> list[str]:
        """What is left to do, in words: for the booking at hand, and before going live."""
        left = [problem.fix for problem in self.desk.mapped.problems if problem.level == "error"]
        left += [f"`{s.order_id}`: {s.next_step}" for s in self.desk.sent if s.next_step]
        try:
            live_endpoint(self.desk.mapper.settings)
        except EndpointError as error:
            left.append(f"Before going live: {error}")
        return list(dict.fromkeys(left))

    def refresh(self) -> None:
        """Show what was sent, and what is missing."""
        missing = "".join(f"<li>{markup.prose(text)}</li>" for text in self.missing)
        delivered = sum(sent.verdict == "delivered" for sent in self.desk.sent)
        facts = (
            ("orders at TikTok's side", len(self.desk.orders)),
            ("sendings", len(self.desk.sent)),
            ("of them delivered", delivered),
        )
        figures = "".join(
            f"<div><dt>{escape(label)}</dt><dd>{number}</dd></div>" for label, number in facts
        )
        self.view.value = (
            f'<dl class="ok-figures">{figures}</dl>'
            + shown(self.table, "Nothing was sent yet: see Send and Journey.")
            + card("Still missing", f"<ul>{missing}</ul>" if missing else "<p>Nothing.</p>")
        )


def _cells(sent: Sent) -> tuple[object, ...]:
    delivery = sent.delivery
    return (
        sent.order_id,
        sent.order_status,
        sent.verdict,
        delivery.attempts if delivery else "",
        delivery.log_id if delivery else "",
        sent.message,
    )
