"""The demo page: one booking, told from the hotel's site to TikTok's list of orders.

A page of it is a module; all of them look at one `DemoSession`, which holds the booking at hand.
"""

import ipywidgets as w

from orderkit.destination.settings import Settings
from orderkit.widgets import parts
from orderkit.widgets.demo.booking import BookingPage
from orderkit.widgets.demo.journey import JourneyPage
from orderkit.widgets.demo.looking import MappingPage, NeedsPage
from orderkit.widgets.demo.results import ResultsPage
from orderkit.widgets.demo.sending import SendPage
from orderkit.widgets.demo.session import DemoSession

_HEAD = """<header class="ok-head"><p class="ok-kicker">TikTok Sync Order Information</p>
<h1>From booking to TikTok</h1>
<p class="ok-lead">What becomes of a booking on the hotel's site, step by step. Everything here
happens on this machine: a sandbox plays TikTok's side.</p></header>"""


class Demo(parts.Form):
    """The whole story on one page, a tab for each part.

    session: the booking at hand, what it maps to, TikTok's side, and what was sent
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = DemoSession(settings)
        self.booking = BookingPage(self.session)
        self.mapping = MappingPage(self.session)
        self.needs = NeedsPage(self.session)
        self.send = SendPage(self.session)
        self.journey = JourneyPage(self.session)
        self.results = ResultsPage(self.session)
        pages = {
            "Booking": self.booking,
            "Mapping": self.mapping,
            "What TikTok needs": self.needs,
            "Send": self.send,
            "Journey": self.journey,
            "Results": self.results,
        }
        self.tabs = w.Tab(children=list(pages.values()), titles=tuple(pages), selected_index=0)
        self.tabs.add_class("ok-tabs")
        super().__init__(w.HTML(_HEAD), self.tabs)
        self.add_class("ok-demo")
        self.session.changed()
