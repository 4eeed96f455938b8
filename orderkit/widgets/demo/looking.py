"""The two pages to look at: how the booking becomes an order, and what TikTok needs of it."""

from html import escape

from orderkit.events import paths
from orderkit.events.jsontext import dumps
from orderkit.mapping.results import outcome_word
from orderkit.reports import html, pages, views
from orderkit.widgets.demo.booking import LABELS, outcome, read
from orderkit.widgets.demo.page import Page, card, card_table
from orderkit.widgets.demo.session import DemoSession


class MappingPage(Page):
    """Source → value → target of the booking at hand."""

    def __init__(self, session: DemoSession) -> None:
        super().__init__(
            session,
            "Each value finds its place",
            "On the left what the hotel's site says, on the right what TikTok receives. What you "
            "changed is highlighted.",
        )
        session.when_changed(self.refresh)

    @property
    def table(self) -> views.Table:
        """The mapping in the guest's words; what differs from the booking as chosen is marked."""
        kept = [entry for entry in self.session.mapped.trace if entry.matters]
        cells = (
            (
                entry.found_at,
                ", ".join(LABELS[path] for path in read(entry) if path in LABELS),
                views.as_json_text(entry.raw),
                views.short(entry.target),
                views.as_json_text(entry.value),
                entry.state,
            )
            for entry in kept
        )
        columns = ("source", "in the booking", "found", "target", "value", "state")
        marked = views.mapping_table(self.session.mapped, self.session.before).marked
        return views.make_table(cells, columns, "Source → target", marked)

    def refresh(self) -> None:
        """Show the mapping of the booking at hand."""
        mapped = self.session.mapped
        text = escape(dumps(mapped.payload, indent=True).decode())
        self.view.value = (
            outcome(mapped)
            + card_table(self.table, "Such an event becomes no order.")
            + '<details class="ok-card"><summary>The order as it goes over the wire</summary>'
            + f'<pre class="ok-code" tabindex="0">{text}</pre></details>'
        )


class NeedsPage(Page):
    """What TikTok needs, by field and order status, and what of it the booking has."""

    def __init__(self, session: DemoSession) -> None:
        self.statuses = views.statuses_of(session.mapper)
        super().__init__(
            session,
            "What TikTok needs",
            "Each field that is mandatory, by order status, and whether this booking has it.",
        )
        session.when_changed(self.refresh)

    @property
    def against(self) -> views.Against:
        """The booking at hand against every order status, its own first."""
        own = self.session.mapped.order_status
        statuses = sorted(self.statuses, key=lambda status: status != own)
        return views.against_statuses(self.session.mapper, self.session.event, statuses)

    def refresh(self) -> None:
        """Show the needs of the booking at hand."""
        against = self.against
        mapped = self.session.mapped
        wanted = [entry for entry in mapped.trace if entry.mandatory]
        there = sum(entry.state == "ok" for entry in wanted)
        status = escape(mapped.order_status or "no order status")
        told = mapped.reason or (
            f"{there} of {paths.count(len(wanted), 'mandatory field')} "
            f"{'is' if there == 1 else 'are'} there"
        )
        bar = pages.bar(there / len(wanted)) if wanted else ""
        text = (
            f'<p role="status" class="ok-outcome">{html.badge(outcome_word(mapped.outcome))} '
            f"<strong>{status}</strong><span>{escape(told)}</span>{bar}</p>"
        )
        self.view.value = (
            card("This booking", text)
            + card_table(against.matrix, "Nothing is known of this event.")
            + card_table(against.fixes, "Nothing to mend.")
        )
