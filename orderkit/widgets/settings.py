"""The form of all settings, with the live value of each for the chosen event."""

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w
from pydantic import ValidationError

from orderkit import markup, views
from orderkit.conversions import row_type
from orderkit.errors import SettingsError
from orderkit.fields import FieldMapping, field_mappings
from orderkit.inputs import settings_path
from orderkit.jsontext import show
from orderkit.mapping import Mapped, Mapper
from orderkit.settings import Settings
from orderkit.settings_file import drafted, load_settings, save_settings
from orderkit.widgets import parts
from orderkit.widgets.events import EventPicker

_CONNECTION = {
    "endpoint_url": (
        "Endpoint URL",
        "The order call's address: in TikTok's partner reference, linked from the vendor's page",
    ),
    "token_url": ("Token URL", "The token call's address; TikTok's own unless you change it"),
    "merchant_id": ("Merchant Id", "The merchant's id at TikTok, for the token call"),
}


class SettingsForm(parts.Form):
    """All settings in one form.

    settings: the settings as they stand; what is wrong or not filled in is absent from them
    """

    def __init__(self, path: str | Path | None = None, picker: EventPicker | None = None) -> None:
        self.picker = picker or EventPicker()
        self.settings = Settings()
        self.mapped: Mapped = Mapper(self.settings).explain({})
        self._smart_mapping: dict[str, Any] = {}
        self._listeners: list[Callable[[], Any]] = []
        self._filling = False
        self.inputs: dict[str, w.Text] = {}
        self._beside: dict[str, w.HTML] = {}
        rows = [self._value_row(field) for field in field_mappings() if field.setting]
        self._add_input("credentials", "Credentials", "The name of stored credentials, no secret")
        self._add_input(
            "timezone", "Time zone", "IANA name; times without an offset are read in it"
        )
        for key, (label, hint) in _CONNECTION.items():
            self._add_input(key, label, hint)
        self.pairs = w.VBox()
        self.add_pair_button = parts.button("Add an event", lambda: self.add_pair(), self)
        self.path = parts.text_input("Settings file", str(path or settings_path()))
        self.save_button = parts.button("Save", self.save, self, "primary")
        self.load_button = parts.button("Load", self.load, self)
        super().__init__(
            self.picker,
            parts.title(
                "Values",
                "Write a constant, or {{path}} for a property of the event. Beside each field is "
                "what it gives for the chosen event.",
            ),
            *rows,
            parts.title(
                "Event mapping",
                "Which event stands for which order status. Any word in capitals is accepted; only "
                "CANCEL_ORDER and COMPLETE_ORDER are named by the vendor.",
            ),
            self.pairs,
            self.add_pair_button,
            parts.title(
                "Connection", "Where orders are sent. Secrets are never part of this form."
            ),
            *(self._plain_row(key) for key in ("credentials", *_CONNECTION, "timezone")),
            parts.row(self.path, self.save_button, self.load_button),
        )
        self.picker.when_chosen(self.refresh)
        parts.guarded(self, self.load)()
        self.message.value = ""

    # -- building

    def _add_input(self, key: str, label: str, hint: str) -> w.Text:
        made = self.inputs[key] = parts.text_input(label, hint=hint)
        refresh = parts.guarded(self, self.refresh)
        made.observe(lambda _change: refresh(), names="value")
        self._beside[key] = parts.shown_html()
        return made

    def _value_row(self, field: FieldMapping) -> w.HBox:
        expected = row_type(field.type).expected
        hint = f"{field.note}; {expected}" if field.note else expected
        self._add_input(field.setting, field.source, hint)
        return self._plain_row(field.setting)

    def _plain_row(self, key: str) -> w.HBox:
        return parts.row(self.inputs[key], self._beside[key])

    def add_pair(self, order_status: str = "", event_name: str = "") -> None:
        """Add a row to the event mapping."""
        status = parts.text_input("Order status", order_status, placeholder="COMPLETE_ORDER")
        known = {str(e.get("event_name")) for e in self.picker.events.values() if "event_name" in e}
        name = w.Combobox(
            value=event_name,
            description="Event name",
            options=tuple(sorted(known)),
            ensure_option=False,
            tooltip="The client's name for the event",
            layout=w.Layout(width="auto"),
        )
        name.add_class("ok-input")
        remove = parts.button("Remove", lambda: self._remove(line), self)
        remove.tooltip = f"Remove this event: {event_name}"
        line = parts.row(status, name, remove)
        refresh = parts.guarded(self, self.refresh)
        for made in (status, name):
            made.observe(lambda _change: refresh(), names="value")
        self.pairs.children = (*self.pairs.children, line)
        self.refresh()

    def _remove(self, line: w.HBox) -> None:
        self.pairs.children = tuple(child for child in self.pairs.children if child is not line)
        self.refresh()

    # -- what it gives

    @property
    def live_table(self) -> views.Table:
        """What each setting gives for the chosen event."""
        drawn = {field.target: field for field in field_mappings() if field.setting}
        cells = (
            (entry.source, entry.reads, views.shown(entry.value), entry.state)
            for entry in self.mapped.trace
            if entry.target in drawn
        )
        return views.make(cells, ("setting", "reads", "value", "state"), "Settings")

    @property
    def problems(self) -> views.Table:
        """What is missing or wrong for the chosen event."""
        return views.problems_table(self.mapped.problems)

    # -- what is typed

    def typed(self) -> dict[str, Any]:
        """What stands in the form, in the shape of a settings file."""
        text = {key: made.value.strip() for key, made in self.inputs.items() if made.value.strip()}
        pairs = [
            {"order_status": status.value.strip(), "event_name": name.value.strip()}
            for status, name, _remove in (line.children for line in self.pairs.children)
            if status.value.strip() or name.value.strip()
        ]
        connection = {key: text.pop(key) for key in _CONNECTION if key in text}
        data: dict[str, Any] = {"timezone": text.pop("timezone", "UTC"), "settings": text}
        return data | {
            "event_mapping": pairs,
            "smart_mapping": self._smart_mapping,
            "connection": connection,
        }

    def when_changed(self, listener: Callable[[], Any]) -> None:
        """Call `listener` whenever `settings` may have changed."""
        self._listeners.append(listener)

    def refresh(self) -> None:
        """Read the form, and show beside each field what it gives or what is wrong."""
        if self._filling:
            return
        self.settings, faults = drafted(self.typed())
        self.mapped = mapped = Mapper(self.settings).explain(self.picker.event)
        wrong = {fault.key: fault for fault in faults}
        for key, beside in self._beside.items():
            table = "connection" if key in _CONNECTION else "settings"
            fault = wrong.pop(key if key == "timezone" else f"{table}.{key}", None)
            text = markup.notice(fault.expected, "bad") if fault else _live(key, mapped)
            beside.value = f'<div class="ok-live">{text}</div>'
        self.tell("\n".join(f.text("event mapping") for f in wrong.values()), "bad")
        for listener in self._listeners:
            listener()

    # -- files

    def fill(self, settings: Settings) -> None:
        """Show these settings in the form."""
        self._filling = True
        values = settings.settings.model_dump() | settings.connection.model_dump()
        for key, made in self.inputs.items():
            value = settings.timezone if key == "timezone" else values[key]
            made.value = "" if value is None else str(value)
        self._smart_mapping = dict(settings.smart_mapping)
        self.pairs.children = ()
        for pair in settings.event_mapping:
            self.add_pair(pair.order_status, pair.event_name)
        self._filling = False
        self.refresh()

    def load(self) -> None:
        """Fill the form from the file named in it."""
        self.fill(load_settings(self.path.value, draft=True))
        self.tell(f"Loaded {self.path.value}", "good")

    def save(self) -> None:
        """Write the form to the file named in it, if all of it can be read."""
        try:
            settings = Settings.model_validate(self.typed())
        except ValidationError as error:
            _settings, faults = drafted(self.typed())
            raise SettingsError("not saved", faults) from error
        save_settings(settings, self.path.value)
        self.tell(f"Saved to {self.path.value}", "good")


def _live(key: str, mapped: Mapped) -> str:
    """What a field gives for the chosen event."""
    target = next((field.target for field in field_mappings() if field.setting == key), "")
    entry = next((line for line in mapped.trace if line.target == target), None)
    if entry is None:
        return ""
    problem = next((p for p in mapped.problems if p.target == target), None)
    value = markup.code(show(entry.value)) if entry.state == "there" else ""
    parts_shown = [markup.badge(entry.state), value]
    if problem:
        parts_shown.append(f'<div class="ok-hint">{escape(problem.message)}</div>')
    elif entry.steps:
        parts_shown.append(f'<div class="ok-hint">{escape("; ".join(entry.steps))}</div>')
    return "".join(parts_shown)
