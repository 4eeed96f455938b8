"""The demo page: one booking, told from the hotel's site to TikTok's list of orders.

A page of it is a module; all of them look at one `DemoSession`, which holds the booking at hand.
"""

import ipywidgets as w

from orderkit.destination.loading import load_settings
from orderkit.destination.settings import Settings
from orderkit.events import samples
from orderkit.widgets.demo.booking import BookingPage
from orderkit.widgets.demo.journey import JourneyPage
from orderkit.widgets.demo.looking import MappingPage, NeedsPage
from orderkit.widgets.demo.results import ResultsPage
from orderkit.widgets.demo.sending import SendPage
from orderkit.widgets.demo.session import DemoSession
from orderkit.widgets.demo.tabs import BookingTabs, Prepare

_HEAD = """<header class="ok-head"><p class="ok-kicker">TikTok Sync Order Information</p>
<h1>From booking to TikTok</h1>
<p class="ok-lead">What becomes of a booking on the hotel's site, step by step. Everything here
happens on this machine: a sandbox plays TikTok's side.</p></header>"""


class Demo(BookingTabs):
    """The whole story on one page, a tab for each part.

    session: the booking at hand, what it maps to, TikTok's side, and what was sent
    """

    def __init__(self, settings: Settings | None = None, prepare: Prepare | None = None) -> None:
        super().__init__(settings or load_settings(samples.SETTINGS), "samples", prepare)

    def make_pages(self, settings: Settings) -> dict[str, w.Widget]:
        self.head.value = _HEAD
        self.session = DemoSession(settings)
        self.booking = BookingPage(self.session)
        self.mapping = MappingPage(self.session)
        self.needs = NeedsPage(self.session)
        self.send = SendPage(self.session)
        self.journey = JourneyPage(self.session)
        self.results = ResultsPage(self.session)
        return {
            "Booking": self.booking,
            "Mapping": self.mapping,
            "What TikTok needs": self.needs,
            "Send": self.send,
            "Journey": self.journey,
            "Results": self.results,
        }
