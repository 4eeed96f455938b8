"""The meeting with a client: the client's own bookings, in the client's words.

No word of ours is on these screens; see `orderkit.reports.client_words`.
"""

from html import escape
from typing import Any

import ipywidgets as w

from orderkit.destination.settings import Settings
from orderkit.events.paths import count
from orderkit.reports.client_words import kind_of
from orderkit.reports.readiness import client_name, readiness
from orderkit.reports.readiness_html import logo_html, readiness_html
from orderkit.widgets import parts
from orderkit.widgets.demo.session import DemoSession
from orderkit.widgets.meeting.booking import ClientBookingPage
from orderkit.widgets.meeting.journey import ClientJourneyPage
from orderkit.widgets.meeting.remembered import Remembered
from orderkit.widgets.meeting.results import ClientResultsPage


class Meeting(parts.Form):
    """Readiness, a booking, its journey and the results of a client, a tab for each.

    session: the booking at hand, TikTok's side and what was sent
    """

    def __init__(
        self, settings: Settings, events: dict[str, dict[str, Any]], unread: int = 0, logo: str = ""
    ) -> None:
        self.session = DemoSession(settings, events)
        self._results = [self.session.mapper.explain(event) for event in events.values()]
        self._unread = unread
        labels = self._labels()
        self.readiness_view = w.HTML()
        self.booking = ClientBookingPage(self.session, labels)
        self.journey = ClientJourneyPage(self.session)
        self.results = ClientResultsPage(self.session, labels)
        pages = {
            "Readiness": self.readiness_view,
            "A booking": self.booking,
            "The journey": self.journey,
            "Results": self.results,
        }
        self.tabs = w.Tab(children=list(pages.values()), titles=tuple(pages), selected_index=0)
        self.tabs.add_class("ok-tabs")
        key = f"{client_name(settings)} {count(len(events), 'event')}"
        self.remembered = Remembered(key, self.restore, self.step)
        name = client_name(settings)
        mark = logo_html(name, logo, settings.client.colour or "")
        head = w.HTML(
            f'<header class="ok-top">{mark}<h1>{escape(name)}</h1><button type="button" '
            'class="ok-present" aria-pressed="false">Present</button></header>'
        )
        super().__init__(head, self.tabs, self.remembered)
        self.add_class("ok-demo")
        self.add_class("ok-meeting")
        self.session.when_changed(self._keep)
        self.session.when_changed(self.refresh)
        self.tabs.observe(lambda _change: self._keep(), names="selected_index")
        self.session.changed()

    def _labels(self) -> dict[str, str]:
        """Name of an event → what the booking is called in a choice, each once."""
        labels: dict[str, str] = {}
        taken: set[str] = set()
        for name, mapped in zip(self.session.events, self._results, strict=True):
            info = (mapped.payload or {}).get("order_info", {})
            number = str(info.get("order_id") or name.partition(" ")[0])
            what = "Not for TikTok"
            if mapped.payload:
                what = kind_of(mapped.order_status).title if mapped.order_status else "Not clear"
            label = f"{number} · {what}"
            while label in taken:
                label += " "
            taken.add(label)
            labels[name] = label
        return labels

    def refresh(self) -> None:
        """Show the readiness, with what the test system has kept by now."""
        found = readiness(
            self.session.mapper.settings, self._results, self.results.kept, self._unread
        )
        self.readiness_view.value = readiness_html(found)

    def step(self, by: int) -> None:
        """An arrow key: the next picture of a journey that waits for it, or the next tab."""
        if by > 0 and self.tabs.selected_index == 2 and not self.journey.next.disabled:
            self.journey.step()
            return
        at = (self.tabs.selected_index or 0) + by
        self.tabs.selected_index = max(0, min(at, len(self.tabs.children) - 1))

    def _keep(self) -> None:
        self.remembered.state = {
            "booking": self.session.name,
            "typed": self.booking.texts,
            "tab": self.tabs.selected_index or 0,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Show what was typed before the page was loaded again."""
        if state.get("booking") in self.session.events:
            self.booking.choose.value = state["booking"]
            self.booking.fill(dict(state.get("typed") or {}))
        self.tabs.selected_index = min(int(state.get("tab") or 0), len(self.tabs.children) - 1)
