"""The form of all settings, with the live value of each for the chosen event."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w

from orderkit import markup, paths, views
from orderkit.conversions import row_type
from orderkit.fields import FieldMapping, field_mappings
from orderkit.filters import OPERATORS, WITHOUT_VALUE
from orderkit.inputs import settings_path
from orderkit.jsontext import show
from orderkit.mapping import Mapped, Mapper
from orderkit.settings import Settings
from orderkit.settings_file import drafted, load_settings, validated
from orderkit.settings_saving import save_settings
from orderkit.suggesting import Proposal
from orderkit.widgets import parts
from orderkit.widgets.events import EventPicker
from orderkit.widgets.proposals import Proposals
from orderkit.widgets.rows import RowList
from orderkit.widgets.undo import Undo

_CONNECTION = {
    "endpoint_url": (
        "Endpoint URL",
        "The order call's address: in TikTok's partner reference, linked from the vendor's page",
    ),
    "token_url": ("Token URL", "The token call's address; TikTok's own unless you change it"),
    "merchant_id": ("Merchant Id", "The merchant's id at TikTok, for the token call"),
}


#: Where an input's value stands in the file, for those not under [settings].
_FILE_KEYS = {
    **{key: f"connection.{key}" for key in _CONNECTION},
    "timezone": "timezone",
    "consent": "filter.consent",
    "filter_formula": "filter.formula",
}
#: How many events the offered properties are taken from.
_LOOKED_AT = 50


class SettingsForm(parts.Form):
    """All settings in one form.

    settings: the settings as they stand; what is wrong or not filled in is absent from them
    mapped:   what they make of the chosen event
    """

    def __init__(self, path: str | Path | None = None, picker: EventPicker | None = None) -> None:
        self.picker = picker or EventPicker()
        self.settings = Settings()
        self.mapped: Mapped = Mapper(self.settings).explain({})
        self._smart_mapping: dict[str, Any] = {}
        self._numbers: dict[str, int | float] = {}
        self._filling = False
        self.inputs: dict[str, w.Text | w.Combobox] = {}
        self.modes: dict[str, w.Dropdown] = {}
        self._beside: dict[str, w.HTML] = {}
        rows = [self._value_row(field) for field in field_mappings() if field.setting]
        self._add_plain("credentials", "Credentials", "The name of stored credentials, no secret")
        self._add_plain("timezone", "Time zone", "IANA name; for times without an offset")
        for key, (label, hint) in _CONNECTION.items():
            self._add_plain(key, label, hint)
        self.pairs = RowList(
            {
                "order_status": ("Order status", None),
                "event_name": ("Event name", self._event_names),
            },
            "Add an event",
            self,
            self.refresh,
        )
        self.transformation = RowList(
            {"property": ("Property", self._paths), "new_name": ("New name", None)},
            "Add a transformation",
            self,
            self.refresh,
        )
        self.conditions = RowList(
            {
                "property": ("Property", self._paths),
                "operator": ("Operator", lambda: list(OPERATORS)),
                "value": ("Value", None),
            },
            "Add a condition",
            self,
            self.refresh,
        )
        self.filter_match = parts.choice("Conditions", ["all", "any"], "How many must hold")
        self._add_plain("consent", "Consent category", "user.consent_categories must hold it")
        self._add_plain("filter_formula", "Advanced filter", "A formula that must give true")
        self.proposals = Proposals(self, self._use)
        self.propose_button = parts.button("Propose values", self.propose, self)
        self.properties_view = w.HTML()
        self.path = parts.text_input("Settings file", str(path or settings_path()))
        self.save_button = parts.button("Save", self.save, self, "primary")
        self.load_button = parts.button("Load", self.load, self)
        self.undo_button = parts.button("Undo", self.take_back, self)
        self.unsaved_view = w.HTML()
        super().__init__(
            self.picker,
            parts.title(
                "Values",
                "In text mode, write a constant, or {{path}} for a property of the event; in "
                "function mode, a formula. Beside each field is what it gives for this event.",
            ),
            parts.folded("Properties seen", self.properties_view),
            *rows,
            parts.row(self.propose_button),
            self.proposals,
            parts.title(
                "Event mapping",
                "Which event stands for which order status. Any word in capitals is accepted; only "
                "CANCEL_ORDER and COMPLETE_ORDER are named by the vendor.",
            ),
            self.pairs,
            parts.title(
                "Transformation",
                "Before the mapping: rename a property, or delete it with an empty new name.",
            ),
            self.transformation,
            parts.title("Filter", "Which events are sent. All that is filled in must hold."),
            self.conditions,
            parts.row(self.filter_match),
            self._plain_row("filter_formula"),
            self._plain_row("consent"),
            parts.title(
                "Connection", "Where orders are sent. Secrets are never part of this form."
            ),
            *(self._plain_row(key) for key in ("credentials", *_CONNECTION, "timezone")),
            parts.row(self.path, self.save_button, self.load_button, self.undo_button),
            self.unsaved_view,
        )
        self.undo = Undo(self._state())
        refresh = parts.guarded(self, self.refresh)
        self.filter_match.observe(lambda _change: refresh(), names="value")
        self.picker.when_chosen(parts.guarded(self, self._offer))
        parts.guarded(self, self.load)()
        self._offer()
        self.undo = Undo(self._state())
        self._mark()
        self.message.value = ""

    # -- building

    def _add_plain(self, key: str, label: str, hint: str) -> None:
        self._watch(key, parts.text_input(label, hint=hint))

    def _watch(self, key: str, made: w.Text | w.Combobox) -> None:
        self.inputs[key] = made
        refresh = parts.guarded(self, self.refresh)
        made.observe(lambda _change: refresh(), names="value")
        self._beside[key] = parts.shown_html()

    def _value_row(self, field: FieldMapping) -> w.HBox:
        expected = row_type(field.type).expected
        hint = f"{field.note}; {expected}" if field.note else expected
        key = field.setting
        self._watch(key, parts.suggesting_input(field.source, hint=hint))
        mode = self.modes[key] = w.Dropdown(
            options=["text", "function"],
            tooltip=f"How {field.source} is written",
            description=f"{field.source} as",
            layout=w.Layout(width="110px"),
        )
        mode.add_class("ok-mode")
        refresh = parts.guarded(self, self._offer)
        mode.observe(lambda _change: refresh(), names="value")
        return parts.row(self.inputs[key], mode, self._beside[key])

    def _plain_row(self, key: str) -> w.HBox:
        return parts.row(self.inputs[key], self._beside[key])

    def _event_names(self) -> list[str]:
        events = self.picker.events.values()
        return sorted({str(e["event_name"]) for e in events if e.get("event_name")})

    def _paths(self) -> list[str]:
        return list(self._examples())

    def _examples(self) -> dict[str, Any]:
        """Path → example value of the properties seen in the loaded events."""
        seen: dict[str, Any] = {}
        for event in list(self.picker.events.values())[:_LOOKED_AT]:
            for path, value in paths.walk(event):
                seen.setdefault(path, value)
        return seen

    def _offer(self) -> None:
        """Offer the properties of the loaded events, in the form that each field's mode takes."""
        seen = self._examples()
        references = tuple(f"{{{{{path}}}}}" for path in seen)
        for key, mode in self.modes.items():
            self.inputs[key].options = references if mode.value == "text" else tuple(seen)
        cells = ((path, views.shown(value)) for path, value in seen.items())
        table = views.make(cells, ("source", "example"), "Properties seen in the loaded events")
        self.properties_view.value = table.to_html()
        self.refresh()

    def propose(self) -> None:
        """Show proposals for what is not filled in."""

        def filled(proposal: Proposal) -> bool:
            key = proposal.row.setting
            there = self.inputs[key].value.strip() if key else ""
            return bool(there) or proposal.row.target in self._smart_mapping

        self.proposals.show(self.picker.events.values(), self.settings.zone, filled)

    def _use(self, proposal: Proposal) -> None:
        key = proposal.row.setting
        if key:
            self.modes[key].value = "function" if proposal.formula else "text"
            self.inputs[key].value = proposal.value
        else:
            self._smart_mapping = {**self._smart_mapping, proposal.row.target: proposal.value}
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
        text: dict[str, Any] = {
            key: made.value.strip() for key, made in self.inputs.items() if made.value.strip()
        }
        for key, mode in self.modes.items():
            if mode.value == "function" and key in text:
                text[key] = {"formula": text[key]}
            elif key in self._numbers and text.get(key) == str(self._numbers[key]):
                text[key] = self._numbers[key]
        chosen: dict[str, Any] = {"match": self.filter_match.value}
        for key, name in (("consent", "consent"), ("filter_formula", "formula")):
            if key in text:
                chosen[name] = text.pop(key)
        chosen["condition"] = [
            {k: v for k, v in line.items() if v or line["operator"] not in WITHOUT_VALUE}
            for line in self.conditions.values
        ]
        connection = {key: text.pop(key) for key in _CONNECTION if key in text}
        return {
            "timezone": text.pop("timezone", "UTC"),
            "settings": text,
            "event_mapping": self.pairs.values,
            "smart_mapping": self._smart_mapping,
            "transformation": self.transformation.values,
            "filter": chosen,
            "connection": connection,
        }

    def refresh(self) -> None:
        """Read the form, and show beside each field what it gives or what is wrong."""
        if self._filling:
            return
        self.undo.record(self._state())
        self._mark()
        self.settings, faults = drafted(self.typed())
        self.mapped = mapped = Mapper(self.settings).explain(self.picker.event)
        wrong = {fault.key: fault for fault in faults}
        for key, beside in self._beside.items():
            fault = wrong.pop(_FILE_KEYS.get(key, f"settings.{key}"), None)
            text = markup.notice(fault.expected, "bad") if fault else _live(key, mapped)
            beside.value = f'<div class="ok-live">{text}</div>'
        if wrong:
            self.tell("\n".join(fault.text("settings") for fault in wrong.values()), "bad")
        else:
            self.tell(f"This event is filtered: {mapped.reason}" if mapped.reason else "", "warn")

    # -- files

    def fill(self, settings: Settings) -> None:
        """Show these settings in the form."""
        chosen = settings.filter
        shown = settings.settings.model_dump() | settings.connection.model_dump()
        shown |= {"timezone": settings.timezone, "consent": chosen.consent}
        shown |= {"filter_formula": chosen.formula}
        # A number is written as text in the form, and stays a number.
        self._numbers = {k: v for k, v in shown.items() if isinstance(v, int | float)}
        state: dict[str, Any] = {}
        for key in self.inputs:
            value = shown[key]
            formula = isinstance(value, dict)
            if key in self.modes:
                state[_mode(key)] = "function" if formula else "text"
            state[key] = value["formula"] if formula else "" if value is None else str(value)
        state["smart mapping"] = settings.model_dump()["smart_mapping"]
        state["event mapping"] = [dict(pair) for pair in settings.event_mapping]
        state["transformation"] = [dict(step) for step in settings.transformation]
        state["conditions"] = [dict(line) for line in chosen.condition]
        state["match"] = chosen.match
        self._show(state)

    def _state(self) -> dict[str, Any]:
        """What stands in the form, field by field, as it was typed."""
        return {
            **{key: made.value for key, made in self.inputs.items()},
            **{_mode(key): mode.value for key, mode in self.modes.items()},
            "smart mapping": self._smart_mapping,
            "event mapping": self.pairs.values,
            "transformation": self.transformation.values,
            "conditions": self.conditions.values,
            "match": self.filter_match.value,
        }

    def _show(self, state: Mapping[str, Any]) -> None:
        self._filling = True
        try:
            for key, made in self.inputs.items():
                made.value = state[key]
            for key, mode in self.modes.items():
                mode.value = state[_mode(key)]
            self._smart_mapping = state["smart mapping"]
            lists = (self.pairs, self.transformation, self.conditions)
            names = ("event mapping", "transformation", "conditions")
            for rows, name in zip(lists, names, strict=True):
                # Rows that stay as they are keep their place for the keyboard.
                if rows.values != state[name]:
                    rows.show(state[name])
            self.filter_match.value = state["match"]
        finally:
            self._filling = False
        self.refresh()

    def load(self) -> None:
        """Fill the form from the file named in it; what stood there can be got back by undo."""
        self.fill(load_settings(self.path.value, draft=True))
        self.undo.keep()
        self._mark()
        self.tell(f"Loaded {self.path.value}", "good")

    def save(self) -> None:
        """Write the form to the file named in it, if all of it can be read."""
        settings = validated(self.typed(), "not saved")
        save_settings(settings, self.path.value)
        self.undo.keep()
        self._mark()
        self.tell(f"Saved to {self.path.value}", "good")

    def take_back(self) -> None:
        """Undo the last change."""
        state = self.undo.back()
        if state is not None:
            self._show(state)
            self.tell("The last change is taken back")

    def _mark(self) -> None:
        """Mark what is not saved yet."""
        self.undo_button.disabled = not self.undo.possible
        unsaved = self.undo.unsaved
        for key, made in self.inputs.items():
            if key in unsaved or _mode(key) in unsaved:
                made.add_class("ok-unsaved")
            else:
                made.remove_class("ok-unsaved")
        names = dict.fromkeys(self._label(key) for key in unsaved)
        self.unsaved_view.value = markup.notice(f"Not saved: {', '.join(names)}" if names else "")

    def _label(self, key: str) -> str:
        made = self.inputs.get(key.removesuffix(_mode("")))
        return made.description if made else {"match": "conditions"}.get(key, key)


def _mode(key: str) -> str:
    return f"{key} as"


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
