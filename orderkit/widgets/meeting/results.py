"""What came of all of a client's bookings: a funnel, a list, and the document to take home."""

from collections import Counter
from collections.abc import Mapping

import ipywidgets as w

from orderkit.events.jsontext import dumps
from orderkit.reports import views
from orderkit.reports.client_words import aside_word
from orderkit.reports.funnel import funnel_html
from orderkit.reports.handover import MOST, handover_page
from orderkit.sending.delivery import Delivery
from orderkit.widgets import parts
from orderkit.widgets.demo.page import Page, card_table
from orderkit.widgets.demo.session import DemoSession


class ClientResultsPage(Page):
    """Sends all bookings to the test system, and shows what came of each.

    results: name → what came of it at the test system
    """

    def __init__(self, session: DemoSession, labels: Mapping[str, str], logo: str = "") -> None:
        self.labels, self._logo = labels, logo
        self.results: dict[str, Delivery] = {}
        self.try_button = parts.button("Try all with the test system", self.begin, self, "primary")
        self.handover_button = parts.button("Document to take home", self.hand_over, self)
        self.handover_view = w.HTML()
        super().__init__(
            session,
            "What came of it",
            "Each booking goes to the test system, which checks and answers as TikTok does.",
            parts.row(self.try_button, self.handover_button),
            self.handover_view,
        )
        session.when_changed(self.refresh)

    def begin(self) -> None:
        """Send all bookings."""
        self.work.begin(self._send_all())

    def show_state(self) -> None:
        self.try_button.disabled = self.work.busy

    async def _send_all(self) -> None:
        for name, event in self.session.events.items():
            mapped = self.session.mapper.explain(event)
            if mapped.outcome == "mapped":
                sent = await self.session.send(event, mapped)
                if sent.delivery:
                    self.results[name] = sent.delivery
        with self.session.lock:
            self.session.changed()
        self.session.keep_sent()
        if self.results:
            self.show_message("Each booking that is ready was sent.", "good")
        else:
            self.show_message("No booking is ready yet: see Readiness.", "warn")

    def recall(self) -> None:
        """Show what was sent before the page was loaded again, of bookings that are as they were.

        The test system of then is gone; what it answered is written down.
        """
        last: dict[bytes, Delivery] = {}
        for entry in self.session.ledger.entries(most=MOST):
            last.setdefault(entry.payload, entry.delivery)
        for name, event in self.session.events.items():
            if delivery := last.get(dumps(self.session.mapper.map(event).payload)):
                self.results[name] = delivery
        if self.results:
            self.show_message("This was sent before the page was loaded again.")
            self.session.changed()

    def hand_over(self) -> None:
        """Offer the document, as a link that saves it."""
        entries = self.session.ledger.entries(most=MOST)
        settings = self.session.mapper.settings
        page = handover_page(settings, self.session.events, entries, self._logo)
        link = parts.download("handover.html", page)
        self.handover_view.value = f'<p role="status">{link} No secret is in it.</p>'

    @property
    def kept(self) -> Counter[str]:
        """Order status → how many of the bookings the test system has kept."""
        return Counter(
            sent.order_status for sent in self.results.values() if sent.verdict == "delivered"
        )

    def refresh(self) -> None:
        """Show the funnel and the list."""
        outcomes: Counter[str] = Counter()
        aside = aside_word(self.session.mapper.settings.agreed)
        rows = []
        for name, event in self.session.events.items():
            mapped = self.session.mapper.map(event)
            outcomes[mapped.outcome] += 1
            sent = self.results.get(name)
            if mapped.outcome == "filtered":
                state = aside
            elif mapped.outcome == "rejected":
                state = "not ready"
            else:
                state = "kept" if sent and sent.verdict == "delivered" else "ready"
                state = "refused" if sent and sent.verdict != "delivered" else state
            tries = sent.attempts if sent else ""
            rows.append((*self.labels[name].split(" · "), state, tries))
        table = views.make_table(
            rows,
            ("booking", "what happened", "what became of it", "tries"),
            "Your bookings",
            badges=("what became of it",),
        )
        funnel = funnel_html(
            loaded=outcomes.total(),
            aside=outcomes["filtered"],
            ready=outcomes["mapped"],
            open_=outcomes["rejected"],
            open_word="not ready",
            aside_word=aside,
            sent=len(self.results),
            kept=self.kept.total(),
            words=("messages", "ready", "sent to the test system", "kept"),
        )
        self.view.value = f'<section class="ok-card">{funnel}</section>' + card_table(
            table, "None."
        )
