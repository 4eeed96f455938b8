"""Mandatory fields by order status, and one event against every status at once."""

import ipywidgets as w

from orderkit.destination.codes import STATUS
from orderkit.destination.settings import Settings
from orderkit.errors import EventsError
from orderkit.events import paths
from orderkit.events.files import write_text
from orderkit.mapping.mapper import Mapper
from orderkit.reports import html, views
from orderkit.reports.pages import profile_html, profile_page
from orderkit.reports.profile import Profile, profile
from orderkit.widgets import parts
from orderkit.widgets.events import EventPicker
from orderkit.widgets.workspace import read_settings


class RequiredForm(parts.Form):
    """Shows what TikTok needs for each order status, and what of it the chosen event has."""

    def __init__(self, settings: Settings | None = None, picker: EventPicker | None = None) -> None:
        self.picker = picker or EventPicker()
        settings, wrong = (settings, "") if settings else read_settings()
        self.mapper = Mapper(settings)
        self.picker.label_by(self.mapper)
        self.statuses = list(views.statuses_of(self.mapper))
        self.status = parts.text_input(
            "Another order status", hint="One word in capitals", placeholder="CONFIRM_ORDER"
        )
        self.add = parts.button("Look at it too", self.add_status, self)
        self._matrix, self._event = w.HTML(), w.HTML()
        self.profile_button = parts.button("Profile all loaded events", self.show_profile, self)
        self.page = parts.text_input("Page to write", "profile.html")
        self.write_button = parts.button("Write the page", self.write_page, self)
        self.profile_view = w.HTML()
        super().__init__(
            self.picker,
            parts.title("What this event has", "Each order status it could stand for, at once."),
            self._event,
            parts.row(self.status, self.add),
            parts.title(
                "All loaded events",
                "How well each row is filled, with what, and what goes wrong how often.",
            ),
            parts.row(self.profile_button, self.page, self.write_button),
            below=[
                self.profile_view,
                parts.title(
                    "What TikTok needs",
                    "Only the order statuses named by the vendor have rules of their own; any "
                    "other status needs what is always mandatory.",
                ),
                self._matrix,
            ],
        )
        self.picker.when_chosen(self._refresh)
        self._refresh()
        self.show_message(wrong, "bad")

    def state_html(self) -> str:
        return str(self._event.value)

    @property
    def matrix(self) -> views.Table:
        """Mandatory fields by order status."""
        return views.required_table()

    @property
    def against(self) -> views.Against:
        """The chosen event against every order status."""
        return views.against_statuses(self.mapper, self.picker.event, self.statuses)

    @property
    def profile(self) -> Profile:
        """The profile of all loaded events."""
        return profile(self.mapper, self.picker.events.values())

    @property
    def fill_rates(self) -> views.Table:
        """How well each row is filled in all loaded events, and with how many values."""
        rows = (
            (views.short(target), f"{row.fill_rate():.0%}", row.distinct)
            for target, row in self.profile.rows.items()
        )
        return views.make_table(
            rows, ("target", "filled", "distinct"), "How well each row is filled"
        )

    def show_profile(self) -> None:
        """Show the profile below the buttons."""
        self.profile_view.value = profile_html(self.profile)

    def write_page(self) -> None:
        """Write the profile as a page that can be handed over."""
        text = profile_page(self.profile, paths.count(len(self.picker.events), "event"))
        write_text(self.page.value, text)
        self.show_message(f"Written to {self.page.value}", "good")

    def add_status(self) -> None:
        """Look at the order status in the form too."""
        status = self.status.value.strip()
        if not STATUS.fullmatch(status):
            raise EventsError(f"{status!r} is no order status: write one word in capitals")
        if status not in self.statuses:
            self.statuses.append(status)
        self._refresh()

    def _refresh(self) -> None:
        against = self.against
        reason = self.mapper.map(self.picker.event, status=self.statuses[0]).reason
        told = html.notice(f"This event is not sent: {reason}" if reason else "", "warn")
        fixes = against.fixes.to_html() if len(against.fixes.frame) else "<p>Nothing to mend.</p>"
        self._event.value = told + against.matrix.to_html() + fixes
        self._matrix.value = self.matrix.to_html()
