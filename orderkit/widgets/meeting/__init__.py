"""The meeting with a client: the client's own bookings, in the client's words.

No word of ours is on these screens; see `orderkit.reports.client_words`.
"""

from html import escape
from pathlib import Path
from typing import Any
from uuid import uuid4

import ipywidgets as w

from orderkit.destination.settings import Settings
from orderkit.events.paths import count
from orderkit.reports.client_words import aside_word, capital, kind_of
from orderkit.reports.readiness import client_name, not_found, readiness
from orderkit.reports.readiness_html import logo_html, readiness_html
from orderkit.widgets.demo.session import DemoSession
from orderkit.widgets.demo.tabs import BookingTabs, Prepare
from orderkit.widgets.meeting.booking import ClientBookingPage
from orderkit.widgets.meeting.journey import ClientJourneyPage
from orderkit.widgets.meeting.results import ClientResultsPage
from orderkit.widgets.meeting.stage import Stage


class Meeting(BookingTabs):
    """Readiness, a booking, its journey and the results of a client, a tab for each.

    keep_in: folder in which what was sent outlives the page, for when it is loaded again

    session: the booking at hand, TikTok's side and what was sent
    """

    booking: ClientBookingPage

    def __init__(
        self,
        settings: Settings,
        events: dict[str, dict[str, Any]],
        unread: int = 0,
        logo: str = "",
        prepare: Prepare | None = None,
        keep_in: Path | None = None,
    ) -> None:
        self._events, self._unread, self._logo = events, unread, logo
        self._keep_in = keep_in
        key = f"{client_name(settings)} {count(len(events), 'event')}"
        super().__init__(settings, key, prepare, Stage(self.take))
        self.add_class("ok-meeting")

    def make_pages(self, settings: Settings) -> dict[str, w.Widget]:
        present = '<button type="button" class="ok-present" aria-pressed="false">Present</button>'
        self.head.value = head_html(settings, self._logo, present)
        sent_file = self._keep_in / f"{uuid4().hex}.sqlite" if self._keep_in else None
        self.session = DemoSession(settings, self._events, sent_file)
        self._results = [self.session.mapper.explain(event) for event in self._events.values()]
        labels = self._labels()
        bookings = [
            name
            for name, mapped in zip(self._events, self._results, strict=True)
            if mapped.outcome != "filtered"
        ]
        self.readiness_view = w.HTML()
        chosen = {name: labels[name] for name in bookings or labels}
        self.booking = ClientBookingPage(self.session, chosen, not_found(settings, self._results))
        self.journey = ClientJourneyPage(self.session)
        self.results = ClientResultsPage(self.session, labels, self._logo)
        self.session.when_changed(self.refresh)
        return {
            "Readiness": self.readiness_view,
            "A booking": self.booking,
            "The journey": self.journey,
            "Results": self.results,
        }

    def _labels(self) -> dict[str, str]:
        """Name of an event → what the booking is called in a choice, each once."""
        labels: dict[str, str] = {}
        taken: set[str] = set()
        every = zip(self.session.events, self._results, strict=True)
        for at, (name, mapped) in enumerate(every, start=1):
            info = (mapped.payload or {}).get("order_info", {})
            number = str(info.get("order_id") or f"Message {at}")
            what = capital(aside_word(self.session.mapper.settings.agreed))
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
        kept = {
            (sent.order_id, sent.order_status)
            for sent in self.results.results.values()
            if sent.verdict == "delivered"
        }
        settings = self.session.mapper.settings
        found = readiness(settings, self._results, kept, self._unread)
        self.readiness_view.value = readiness_html(found)

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.results.recall()

    def take(self, content: dict[str, Any]) -> None:
        """Do what a message of the page says: go a step on or back, or present."""
        if "step" in content:
            self.step(int(content["step"]))
        elif content.get("present") and self.tabs.selected_index == len(self._places):
            self.tabs.selected_index = 0

    def step(self, by: int) -> None:
        """An arrow key: the next picture of a journey that waits for it, or the next tab."""
        if by > 0 and self.tabs.selected_index == 2 and not self.journey.next.disabled:
            self.journey.step()
            return
        at = (self.tabs.selected_index or 0) + by
        self.tabs.selected_index = max(0, min(at, len(self._places) - 1))


def head_html(settings: Settings, logo: str = "", button: str = "") -> str:
    """The top of a client's page: logo and name."""
    name = client_name(settings)
    colour = settings.client.colour or ""
    line = f' style="--ok-client:{escape(colour)}"' if colour else ""
    mark = logo_html(name, logo, colour)
    return f'<header class="ok-top"{line}>{mark}<h1>{escape(name)}</h1>{button}</header>'
