"""The delivery view: what became of orders, from a ledger."""

from html import escape

import ipywidgets as w

from orderkit.reports import deliveries
from orderkit.sending.delivery import OUTCOMES
from orderkit.sending.ledger import Entry, Ledger
from orderkit.widgets import parts

_MOST = 20
_ALL = "all verdicts"
#: Two verdicts that are easily taken for each other, and who refused the order.
_WHOSE = {"invalid": ": has problems, not sent", "rejected": " by TikTok"}


class DeliveryView(parts.Form):
    """Deliveries over time, causes with their solution, search by order, one order's wire.

    entries: the deliveries found, newest first
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.entries: list[Entry] = []
        verdicts = sorted({outcome.verdict for outcome in OUTCOMES.values()})
        self.order = parts.text_input("Order id", hint="All of it or a part", placeholder="all")
        labels = [(f"{verdict}{_WHOSE.get(verdict, '')}", verdict) for verdict in verdicts]
        self.verdict = parts.choice("Verdict", [(_ALL, ""), *labels])
        self.choose = parts.choice("Delivery", [], "Shows request and answer")
        self.again = parts.button("Refresh", self.refresh, self)
        self.overview, self.list_view, self.entry_view = w.HTML(), w.HTML(), w.HTML()
        super().__init__(
            self.overview,
            w.HTML("<h3>Search</h3>"),
            parts.row(self.order, self.verdict, self.again),
            self.list_view,
            self.choose,
            self.entry_view,
        )
        find = parts.guarded(self, self._find)
        for made in (self.order, self.verdict):
            made.observe(lambda _change: find(), names="value")
        show = parts.guarded(self, self._show_entry)
        self.choose.observe(lambda _change: show(), names="value")
        self.show(ledger)

    def show(self, ledger: Ledger) -> None:
        """Show a ledger as it is now; what keeps it from being read is shown too."""
        self.ledger = ledger
        parts.guarded(self, self.refresh)()

    def refresh(self) -> None:
        """Read the ledger anew."""
        self.overview.value = deliveries.overview_html(self.ledger)
        self._find()

    @property
    def curl(self) -> str:
        """The chosen delivery's request as cURL, masked; "" where none was sent."""
        entry = self.choose.value
        return deliveries.curl(entry) if entry and entry.payload else ""

    def _find(self) -> None:
        order = self.order.value.strip()
        self.entries = self.ledger.entries(order=order, verdict=self.verdict.value, most=_MOST)
        self.list_view.value = deliveries.entries_html(self.entries)
        self.choose.options = [
            (f"{e.delivery.order_id} · {e.delivery.verdict} · {deliveries.moment(e.started_at)}", e)
            for e in self.entries
        ]
        # A choice that had nothing to offer chooses nothing by itself.
        self.choose.index = 0 if self.entries else None
        self.choose.layout.display = "" if self.entries else "none"
        self._show_entry()

    def _show_entry(self) -> None:
        entry = self.choose.value
        if entry is None:
            self.entry_view.value = ""
            return
        shown = deliveries.entry_html(entry)
        if self.curl:
            shown += (
                f"<h3>As cURL</h3><pre class='ok-code' tabindex='0'>{escape(self.curl)}</pre>"
                "<p class='ok-hint'>The token is masked. In a terminal, <code>orderkit deliveries "
                "--order ID --curl --reveal settings.toml</code> puts one in: there it is not saved"
                " with a notebook.</p>"
            )
        self.entry_view.value = shown
