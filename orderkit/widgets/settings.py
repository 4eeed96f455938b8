"""The form of all settings, with the live value of each for the chosen event."""

from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w

from orderkit.destination.fields import field_mappings, ruled_statuses
from orderkit.destination.loading import drafted, read_text, read_toml, validated
from orderkit.destination.saving import WatchedFiles, proposed, save_settings
from orderkit.destination.settings import Settings
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.reports import html, views
from orderkit.reports.settings_html import settings_html
from orderkit.widgets import parts
from orderkit.widgets.events import EventPicker
from orderkit.widgets.outcome import OutcomeView
from orderkit.widgets.proposals import Proposals
from orderkit.widgets.settings_fields import FILE_KEYS, SettingsFields
from orderkit.widgets.undo import Undo
from orderkit.widgets.workspace import read_settings, settings_path, settings_target, stored_in

#: How many events the offered properties are taken from.
_LOOKED_AT = 50


class SettingsForm(parts.Form):
    """All settings in one form.

    settings: the settings as they stand; what is wrong or not filled in is absent from them
    mapped:   what they make of the chosen event
    inputs:   key → input, and `modes`, whether its text is a text or a function
    beside:   key → the place for what it gives
    outcome:  preview and required fields of the chosen event
    pairs:    the rows of the event mapping; likewise `transformation` and `conditions`
    """

    def __init__(self, path: str | Path | None = None, picker: EventPicker | None = None) -> None:
        self.picker = picker or EventPicker()
        self.settings = Settings()
        self._saved = Mapper(self.settings)
        self.mapped: Mapped = self._saved.explain({})
        self._proposed: dict[str, str] = {}
        self._as_read: dict[str, Any] = {}
        self._files = WatchedFiles()
        self._labelled_by: tuple[Any, ...] = ()
        self._filling = False
        self._fields = fields = SettingsFields(
            self, self.refresh, self._offer, lambda: list(self._examples()), self._event_names
        )
        self.inputs, self.modes, self.pairs = fields.inputs, fields.modes, fields.pairs
        self.transformation, self.conditions = fields.transformation, fields.conditions
        self.filter_match, self.beside = fields.match, fields.beside
        self.undo = Undo(fields.state())
        self.outcome = OutcomeView()
        self.proposals = Proposals(self, fields.use)
        self.propose_button = parts.button("Propose values", self.propose, self)
        self.properties_view, self.unsaved_view = w.HTML(), w.HTML()
        self.proposed_view = w.HTML()
        self.path = parts.text_input("Settings file", str(path or settings_target()))
        self.save_button = parts.button("Save", self.save, self, "primary")
        self.load_button = parts.button("Load", self.load, self)
        self.undo_button = parts.button("Undo", self.take_back, self)
        super().__init__(
            self.picker,
            parts.title(
                "Values",
                "In text mode, write a constant, or {{path}} for a property of the event; in "
                "function mode, a formula. Beside each field is what it gives for this event.",
            ),
            parts.Folded("Properties seen", self.properties_view),
            *fields.values,
            parts.row(self.propose_button),
            self.proposed_view,
            self.proposals,
            parts.title("What becomes of the event", "It follows what is typed above and below."),
            self.outcome,
            *fields.others(),
            parts.row(self.path, self.save_button, self.load_button, self.undo_button),
            self.unsaved_view,
        )
        self.picker.when_chosen(parts.guarded(self, self._offer))
        self._offer()
        told = self._read(path or settings_path())
        self.undo = Undo(fields.state())
        self._mark()
        self.show_message(told, "bad")

    def _event_names(self) -> list[str]:
        happened = self.settings.event_property
        names = (dict(paths.walk(e)).get(happened) for e in self.picker.events.values())
        return sorted({str(name) for name in names if name})

    def _examples(self) -> dict[str, Any]:
        """Path → example value of the properties seen in the loaded events."""
        seen: dict[str, Any] = {}
        for event in list(self.picker.events.values())[:_LOOKED_AT]:
            for path, value in paths.walk(event):
                seen.setdefault(path, value)
        return seen

    def _offer(self) -> None:
        """Offer the properties of the loaded events."""
        seen = self._examples()
        self._fields.offer(seen)
        cells = ((path, views.as_json_text(value)) for path, value in seen.items())
        table = views.make_table(
            cells, ("source", "example"), "Properties seen in the loaded events"
        )
        self.properties_view.value = table.to_html()
        self.refresh()

    def propose(self) -> None:
        """Show proposals for what is not filled in."""
        self.proposals.show(self.picker.events.values(), self.settings.zone, self._fields.filled)

    # -- what it gives

    @property
    def live_table(self) -> views.Table:
        """What each setting gives for the chosen event."""
        drawn = {field.target: field for field in field_mappings() if field.setting}
        cells = (
            (entry.source, entry.reads, views.as_json_text(entry.value), entry.state)
            for entry in self.mapped.trace
            if entry.target in drawn
        )
        return views.make_table(cells, ("setting", "reads", "value", "state"), "Settings")

    @property
    def problems(self) -> views.Table:
        """What is missing or wrong for the chosen event."""
        return views.problems_table(self.mapped.problems)

    def state_html(self) -> str:
        return settings_html(self.settings)

    def refresh(self) -> None:
        """Read the form, and show beside each field what it gives or what is wrong."""
        if self._filling:
            return
        self.undo.record(self._fields.state())
        self._mark()
        self.settings, faults = drafted(self._fields.typed())
        mapper, event = Mapper(self.settings), self.picker.event
        self.mapped = mapped = mapper.explain(event)
        self.outcome.show(mapper, self._saved, event, mapped)
        self._label(mapper)
        self._show_proposed()
        told = mapped
        if not mapped.trace:
            # Without an event mapping yet, the fields still say what they give.
            told = Mapper(self.settings).explain(self.picker.event, status=ruled_statuses()[0])
        wrong = {fault.key: fault for fault in faults}
        for key, beside in self.beside.items():
            fault = wrong.pop(FILE_KEYS.get(key, f"settings.{key}"), None)
            text = html.notice(fault.expected, "bad") if fault else _live(key, told)
            if reason := self._unconfirmed(key):
                text += f'<div class="ok-hint">{html.badge("proposal")} {html.prose(reason)}</div>'
            beside.value = f'<div class="ok-live">{text}</div>'
        if wrong:
            self.show_message("\n".join(fault.text("settings") for fault in wrong.values()), "bad")
        else:
            self.show_message(
                f"This event is filtered: {mapped.reason}" if mapped.reason else "", "warn"
            )

    # -- files, and the way back

    def typed(self) -> dict[str, Any]:
        """What stands in the form, in the shape of a settings file."""
        return self._fields.typed()

    def fill(self, settings: Settings) -> None:
        """Show these settings in the form."""
        self._show(self._fields.state_of(settings))

    def _show(self, state: dict[str, Any]) -> None:
        self._filling = True
        try:
            self._fields.show(state)
        finally:
            self._filling = False
        self.refresh()

    def load(self) -> None:
        """Fill the form from the file named in it; what stood there can be got back by undo."""
        path = stored_in(self.path.value)
        read_toml(read_text(path), str(path))  # before anything is replaced
        if wrong := self._read(path):
            self.show_message(wrong, "bad")
        else:
            self._keep(f"Loaded {path}")

    def save(self) -> None:
        """Write the form to the file named in it, if all of it can be read."""
        settings = validated(self.typed(), "not saved")
        if changed := self._files.explain_changes(self.path.value):
            self.show_message(changed, "warn")
            return
        save_settings(settings, self.path.value)
        self._files.note(self.path.value)
        self._keep(f"Saved to {self.path.value}")

    def _read(self, path: str | Path) -> str:
        """Fill the form with what can be used of a file; gives what is wrong with the rest."""
        self._files.note(path)
        settings, wrong = read_settings(path)
        self._proposed = proposed(path)
        self.fill(settings)
        self._saved = Mapper(self.settings)
        self._as_read = self._fields.state()
        self.refresh()
        return wrong

    def _unconfirmed(self, key: str) -> str:
        """Why a value was proposed, as long as it stands as it was read."""
        unchanged = self._as_read.get(key) == self.inputs[key].value
        return self._proposed.get(f"settings.{key}", "") if unchanged else ""

    def _show_proposed(self) -> None:
        """Say which proposals have no field of their own to stand beside."""
        names = {pair.event_name: pair.order_status for pair in self.settings.event_mapping}
        said = []
        for key, reason in self._proposed.items():
            table, _, name = key.partition(".")
            if table == "event_mapping" and name in names:
                said.append(f"event `{name}` is {names[name]}: {reason}")
            elif table == "smart_mapping" and name in self.settings.smart_mapping:
                said.append(f"`{views.short(name)}` is read from another property: {reason}")
        head = "Proposals, to be read through:\n" if said else ""
        self.proposed_view.value = html.notice(head + "\n".join(said))

    def _label(self, mapper: Mapper) -> None:
        """Label the events anew, where order ids or order statuses may be others."""
        settings = mapper.settings
        by = (settings.event_mapping, settings.smart_mapping, settings.transformation)
        if by != self._labelled_by:
            self._labelled_by = by
            self.picker.label_by(mapper)

    def _keep(self, told: str) -> None:
        self.undo.keep()
        self._saved = Mapper(self.settings)
        self.refresh()
        self.show_message(told, "good")

    def take_back(self) -> None:
        """Undo the last change."""
        state = self.undo.back()
        if state is not None:
            self._show(state)
            self.show_message("The last change is taken back")

    def _mark(self) -> None:
        """Mark what is not saved yet."""
        self.undo_button.disabled = not self.undo.possible
        names = self._fields.mark(self.undo.unsaved)
        self.unsaved_view.value = html.notice(f"Not saved: {', '.join(names)}" if names else "")


def _live(key: str, mapped: Mapped) -> str:
    """What a field gives for the chosen event."""
    target = next((field.target for field in field_mappings() if field.setting == key), "")
    entry = next((line for line in mapped.trace if line.target == target), None)
    if entry is None:
        return ""
    problem = next((p for p in mapped.problems if p.target == target), None)
    value = html.code(show(entry.value)) if entry.state == "ok" else ""
    parts_shown = [html.badge(entry.state), value]
    if problem:
        parts_shown.append(f'<div class="ok-hint">{html.prose(problem.message)}</div>')
    elif entry.steps:
        parts_shown.append(f'<div class="ok-hint">{escape("; ".join(entry.steps))}</div>')
    return "".join(parts_shown)
