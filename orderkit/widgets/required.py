"""Which event has which mandatory field, and one event against every status at once."""

from collections.abc import Iterator
from html import escape

import ipywidgets as w

from orderkit.destination.codes import STATUS
from orderkit.destination.labels import status_label
from orderkit.destination.settings import Settings
from orderkit.errors import EventsError
from orderkit.events.files import write_text
from orderkit.events.jsontext import show
from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.reports import html, views
from orderkit.reports.heatmap import FIELDS, HeatColumn, heat_map
from orderkit.reports.pages import profile_html, profile_page
from orderkit.reports.profile import Profile, profile
from orderkit.widgets import parts
from orderkit.widgets.events import EventPicker
from orderkit.widgets.heat import HeatView
from orderkit.widgets.workspace import read_settings


class RequiredForm(parts.Form):
    """Shows which event has which mandatory field, and what the chosen event has for each status.

    heat: the heat map of all loaded events
    """

    def __init__(self, settings: Settings | None = None, picker: EventPicker | None = None) -> None:
        self.picker = picker or EventPicker()
        settings, wrong = (settings, "") if settings else read_settings()
        self.mapper = Mapper(settings)
        self.picker.label_by(self.mapper)
        self.statuses = list(views.statuses_of(self.mapper))
        self.only = parts.choice("Orders shown", [], "Those of one order status, or all")
        self.problems_only = w.Checkbox(description="Only fields with problems", indent=False)
        self.heat_view = HeatView(parts.guarded(self, self.show_cell))
        self.status = parts.text_input(
            "Another order status", hint="One word in capitals", placeholder="CONFIRM_ORDER"
        )
        self.add = parts.button("Look at it too", self.add_status, self)
        self._heading, self._matrix, self._event = w.HTML(), w.HTML(), w.HTML()
        self._opened: tuple[int, HeatColumn] | None = None
        self.profile_button = parts.button("Profile all loaded events", self.show_profile, self)
        self.page = parts.text_input("Page to write", "profile.html")
        self.write_button = parts.button("Write the page", self.write_page, self)
        self.profile_view = w.HTML()
        super().__init__(
            self.picker,
            self._heading,
            parts.row(self.only, self.problems_only),
            self.heat_view,
            parts.row(self.profile_button, self.page, self.write_button),
            below=[
                self.profile_view,
                parts.title(
                    "What the chosen event has",
                    "As each order status it could stand for, at once.",
                ),
                parts.row(self.status, self.add),
                self._event,
                parts.title(
                    "What TikTok needs",
                    "Only the order statuses named by the vendor have rules of their own; any "
                    "other status needs what is always mandatory.",
                ),
                self._matrix,
            ],
        )
        self.picker.when_chosen(self._refresh)
        for choice in (self.only, self.problems_only):
            choice.observe(lambda _change: self._show_heat(), names="value")
        self._events: object = None
        self._refresh()
        self.show_message(wrong, "bad")

    def state_html(self) -> str:
        return f"<p>{escape(self.counts)}</p>{self.heat.to_html()}{self._event.value}"

    @property
    def counts(self) -> str:
        """How many events come out how, in words."""
        words = {"mapped": "mapped", "rejected": "with problems", "filtered": "not for TikTok"}
        found = (f"{self.heat.outcomes[name]:,} {said}" for name, said in words.items())
        return f"{count(len(self.picker.events), 'event')}: {', '.join(found)}"

    def show_cell(self, field: int, column: int) -> None:
        """Say what an event has in a field, and look at that event; both by their numbers.

        Asked for once more, it goes again.
        """
        shown = self.heat.of_status(self.only.value or "").columns[column]
        opened = (field, shown)
        self._opened = None if opened == self._opened else opened
        self._show_opened()
        self.picker.pick(shown.event)

    def _show_opened(self) -> None:
        """Show what is said of the cell that was asked for, as long as its column is shown."""
        columns = self.heat.of_status(self.only.value or "").columns
        if self._opened is None or self._opened[1] not in columns:
            self._opened, self.heat_view.opened = None, {}
            return
        field, shown = self._opened
        mapped = self.mapper.explain(self.picker.events[shown.event])
        target = FIELDS[field].target
        entry = next(line for line in mapped.trace if line.target == target)
        problem = next((p for p in mapped.problems if p.target == target), None)
        value = "" if entry.value is None else f": `{show(entry.value)}`"
        head = f"{shown.describe()}, {FIELDS[field].label}: {entry.state}{value}"
        said = f"{head}\n{problem.message}; {problem.fix}" if problem else head
        said = html.notice(said, html.TONES.get(entry.state, "mute"))
        self.heat_view.opened = {"field": field, "column": columns.index(shown), "html": said}

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

    def _results(self) -> Iterator[tuple[str, Mapped]]:
        events = self.picker.events.items()
        return ((name, self.mapper.explain(event)) for name, event in events)

    @property
    def fill_rates(self) -> views.Table:
        """How well each row is filled in all loaded events, and with how many values."""
        rows = (
            (views.short(target), row.describe(), row.distinct)
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
        text = profile_page(self.profile, count(len(self.picker.events), "event"))
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
        if self._events is not self.picker.events:
            self._events, self._opened = self.picker.events, None
            self.heat = heat_map(self._results())
            column = "stands for events alike" if self.heat.patterns else "is an event of an order"
            self._heading.value = parts.title(
                "What all loaded events have",
                f"A column {column}. Arrow keys go through the cells, Enter says what is wrong "
                "there, N goes to the next problem.",
            ).value
            columns = [(status_label(status), status) for status in self.heat.statuses]
            self.only.options = [("All", ""), *columns]
            self.only.index = 0
            self._show_heat()
        against = self.against
        reason = self.mapper.map(self.picker.event, status=self.statuses[0]).reason
        told = html.notice(f"This event is not sent: {reason}" if reason else "", "warn")
        fixes = against.fixes.to_html() if against.fixes.rows else "<p>Nothing to mend.</p>"
        self._event.value = told + against.matrix.to_html() + fixes
        self._matrix.value = self.matrix.to_html()

    def _show_heat(self) -> None:
        shown = self.heat.of_status(self.only.value or "")
        table = shown.to_html(only_problems=self.problems_only.value)
        self.heat_view.html = f"<p>{escape(self.counts)}</p>{table}"
        self._show_opened()
