"""Preview of a mapping: source → value → target, the JSON, the trace; rows can be pointed anew."""

from html import escape
from typing import Any

import ipywidgets as w

from orderkit.destination.fields import field_mappings
from orderkit.destination.loading import load_settings, validated
from orderkit.destination.saving import WatchedFiles, save_settings
from orderkit.destination.settings import Settings
from orderkit.events import paths
from orderkit.events.jsontext import dumps
from orderkit.language.calculation import point_at_assumptions
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped, outcome_word
from orderkit.reports import html, views
from orderkit.reports.review import ChangeReview, review_change
from orderkit.widgets import parts
from orderkit.widgets.events import EventPicker
from orderkit.widgets.following import Following
from orderkit.widgets.workspace import read_settings, settings_target, stored_in

_VENDORS = "as the vendor maps it"


class MappingForm(parts.Form):
    """Shows how the chosen event becomes a payload, and lets a row read another property.

    settings: with the smart mapping as it stands in the form
    mapped:   the result for the chosen event
    """

    def __init__(self, settings: Settings | None = None, picker: EventPicker | None = None) -> None:
        self._following = Following()
        self.picker = picker or EventPicker()
        settings, wrong = (settings, "") if settings else read_settings()
        self.settings = settings
        self.picker.label_by(Mapper(settings))
        self.mapped: Mapped = Mapper(settings).explain(self.picker.event)
        targets = [(views.short(row.target), row.target) for row in field_mappings()]
        self.target = parts.choice("Row", targets, "The row that is to read another property")
        self.reference = parts.suggesting_input(
            "reads",
            hint="The path of the property to read instead",
            placeholder=_VENDORS,
        )
        self.point = parts.button("Point the row at it", self.point_row, self, "primary")
        self.reset = parts.button("As the vendor maps it", self.reset_row, self)
        self.path = parts.text_input("Settings file", str(settings_target()))
        self._files = WatchedFiles()
        self._files.note(self.path.value)
        self.save_button = parts.button("Save smart mapping", self.save, self)
        self.review_button = parts.button("Review the change", self.review, self)
        self.review_view = w.HTML()
        self.summary = w.HTML()
        self.views = [w.HTML() for _ in range(4)]
        tabs = w.Tab(children=self.views, titles=("Mapping", "Problems", "JSON", "Trace"))
        super().__init__(
            self.picker,
            self.summary,
            tabs,
            parts.title(
                "Smart mapping", "Point a row at another property and see the table change."
            ),
            parts.row(self.target, self.reference),
            parts.row(self.point, self.reset),
            parts.row(self.path, self.review_button, self.save_button),
            below=[self.review_view],
        )
        self.picker.when_chosen(self._another_event)
        self.target.observe(lambda _change: self._show_reference(), names="value")
        self._another_event()
        self.show_message(wrong, "bad")

    def state_html(self) -> str:
        return f"{self.summary.value}{self.table.to_html()}{self.problems_html()}"

    def problems_html(self) -> str:
        """What was found, or that nothing was."""
        return self.problems.to_html() if self.mapped.problems else "<p>No problem.</p>"

    @property
    def table(self) -> views.Table:
        """The mapping as a table."""
        return views.mapping_table(self.mapped)

    @property
    def trace(self) -> views.Table:
        """How each value came about."""
        return views.trace_table(self.mapped)

    @property
    def problems(self) -> views.Table:
        """What was found; what a cell shows of it follows the form."""
        return self._following.table("problems", lambda: views.problems_table(self.mapped.problems))

    def point_row(self) -> None:
        """Let the chosen row read the property in the form."""
        path = self.reference.value.strip()
        if not path:
            self.reset_row()
            return
        if path.startswith("="):
            smart = self.settings.smart_mapping
            self._remap({**smart, self.target.value: {"formula": path[1:].strip()}})
            return
        known = [name for name, _value in paths.walk(self.picker.event)]
        rows: dict[str, Any] = {**self.settings.smart_mapping, self.target.value: path}
        self._remap(rows)
        if path not in known and "{{" not in path:
            near = paths.near_misses(path, known)
            meant = f"; did you mean {' or '.join(near)}?" if near else ""
            self.show_message(f"This event has no {path}{meant}", "warn")

    def reset_row(self) -> None:
        """Let the chosen row read what the vendor's table names."""
        kept = {t: p for t, p in self.settings.smart_mapping.items() if t != self.target.value}
        self._remap(kept)
        self._show_reference()

    @property
    def changes(self) -> ChangeReview:
        """What the smart mapping in the form changes, for all loaded events, against the file."""
        stored, current = Mapper(self._stored()), Mapper(self.settings)
        events = self.picker.events.items()
        return review_change(
            (name, stored.map(event), current.map(event)) for name, event in events
        )

    def review(self) -> None:
        """Show what would change before it is kept."""
        found = self.changes
        self._files.note(self.path.value)  # what the file has now has been looked at
        table = found.table.to_html() if found.changes else ""
        self.review_view.value = html.notice(found.sentence) + table

    def _stored(self) -> Settings:
        return load_settings(stored_in(self.path.value), draft=True)

    def save(self) -> None:
        """Write the smart mapping to the settings file named in the form."""
        if changed := self._files.explain_changes(self.path.value, "smart_mapping"):
            self.show_message(changed, "warn")
            return
        stored = self._stored()
        rows = {"smart_mapping": self.settings.smart_mapping}
        save_settings(stored.model_copy(update=rows), self.path.value)
        self._files.note(self.path.value)
        self.show_message(f"Saved to {self.path.value}", "good")

    def _remap(self, rows: dict[str, Any]) -> None:
        data = self.settings.model_dump(exclude_none=True) | {"smart_mapping": rows}
        # Validated anew: a path that cannot be read is told, and nothing has changed.
        self.settings = validated(data, "smart mapping")
        self._refresh(before=self.mapped)
        self.show_message("")

    def _show_reference(self) -> None:
        written = self.settings.smart_mapping.get(self.target.value, "")
        self.reference.value = written if isinstance(written, str) else f"={written.formula}"

    def _another_event(self) -> None:
        leaves = [path for path, _value in paths.walk(self.picker.event)]
        self.reference.options = tuple(leaves)
        self._refresh(before=None)

    def _refresh(self, before: Mapped | None) -> None:
        self.mapped = mapped = Mapper(self.settings).explain(self.picker.event)
        self.summary.value = summary(mapped, self.settings.filter.describe())
        text = escape(dumps(mapped.payload, indent=True).decode())
        self.views[0].value = views.mapping_table(mapped, before).to_html()
        self.views[1].value = self.problems_html()
        self._following.draw()
        self.views[2].value = f'<pre class="ok-code" tabindex="0">{text}</pre>'
        steps = (step for entry in mapped.trace for step in entry.steps)
        self.views[3].value = self.trace.to_html() + html.notice(point_at_assumptions(steps))


def summary(mapped: Mapped, filtered_by: str = "") -> str:
    """Outcome, status and number of problems in a line of HTML, and the filter if there is one."""
    errors = sum(problem.level == "error" for problem in mapped.problems)
    warnings = len(mapped.problems) - errors
    words = [paths.count(n, noun) for n, noun in ((errors, "error"), (warnings, "warning")) if n]
    said = mapped.reason or ", ".join(words) or "nothing to mend"
    status = f"<strong>{escape(mapped.order_status or 'no order status')}</strong>"
    note = f"<p>Filter: {escape(filtered_by)}</p>" if filtered_by else ""
    outcome = html.badge(outcome_word(mapped.outcome))
    return f'<p role="status">{outcome} {status} · {escape(said)}</p>{note}'
