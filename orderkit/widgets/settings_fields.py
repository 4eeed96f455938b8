"""The inputs of all settings, and what stands in them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import ipywidgets as w

from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.destination.settings import Settings
from orderkit.language.filters import OPERATORS, WITHOUT_VALUE
from orderkit.mapping.suggest import Proposal
from orderkit.mapping.types import field_type
from orderkit.widgets import parts
from orderkit.widgets.rows import RowList

_CONNECTION = {
    "endpoint_url": (
        "Endpoint URL",
        "The order call's address: in TikTok's partner reference, linked from the vendor's page",
    ),
    "token_url": ("Token URL", "The token call's address; TikTok's own unless you change it"),
    "merchant_id": ("Merchant Id", "The merchant's id at TikTok, for the token call"),
    "merchant_code": ("Merchant code", "Merchants in the U.S. only: the Merchant Id and .u1"),
}
_CODES = ("throttle_codes", "token_codes")
_PLAIN = {
    "filter_formula": ("Advanced filter", "A formula that must give true"),
    "consent": ("Consent category", "user.consent_categories must hold it"),
    "credentials": ("Credentials", "The name of stored credentials, no secret"),
    **_CONNECTION,
    "timezone": ("Time zone", "IANA name; for times without an offset"),
    "event_property": ("Event property", "Where an event says what happened"),
}
_LAST = ("credentials", *_CONNECTION, "timezone", "event_property")

#: Where an input's value stands in the file, for those not under [settings].
FILE_KEYS = {
    **{key: f"connection.{key}" for key in _CONNECTION},
    "timezone": "timezone",
    "event_property": "event_property",
    "consent": "filter.consent",
    "filter_formula": "filter.formula",
}


class SettingsFields:
    """Inputs by the keys of a settings file, and lists of rows.

    inputs:        key → input
    modes:         key → whether its text is a text or a function
    beside:        key → the place for what it gives
    smart_mapping: target → what it reads instead; it has no input here
    codes:         what codes in answers mean, by setting; it has no input here either
    """

    def __init__(
        self,
        form: parts.ShowsMessages,
        on_change: Callable[[], Any],
        on_mode: Callable[[], Any],
        paths: Callable[[], Sequence[str]],
        event_names: Callable[[], Sequence[str]],
    ) -> None:
        """`paths` and `event_names` are offered to choose from; `on_mode` follows a new mode."""
        self.smart_mapping: dict[str, Any] = {}
        self.codes: dict[str, list[int | str]] = {key: [] for key in _CODES}
        self.checks: dict[str, bool] = {}
        self.inputs: dict[str, w.Text | w.Combobox] = {}
        self.modes: dict[str, w.Dropdown] = {}
        self.beside: dict[str, w.HTML] = {}
        self._numbers: dict[str, int | float] = {}
        self._changed = parts.guarded(form, on_change)
        self._mode_changed = parts.guarded(form, on_mode)
        self.values = [self._value_row(field) for field in field_mappings() if field.setting]
        self._plain = {key: self._plain_row(key, *told) for key, told in _PLAIN.items()}
        self.pairs = RowList(
            {"order_status": ("Order status", None), "event_name": ("Event name", event_names)},
            "Add an event",
            form,
            on_change,
        )
        self.transformation = RowList(
            {"property": ("Property", paths), "new_name": ("New name", None)},
            "Add a transformation",
            form,
            on_change,
        )
        self.conditions = RowList(
            {
                "property": ("Property", paths),
                "operator": ("Operator", lambda: list(OPERATORS)),
                "value": ("Value", None),
            },
            "Add a condition",
            form,
            on_change,
        )
        self.match = parts.choice("Conditions", ["all", "any"], "How many must hold")
        self.match.observe(lambda _change: self._changed(), names="value")
        self._lists = {
            "event mapping": self.pairs,
            "transformation": self.transformation,
            "conditions": self.conditions,
        }

    def others(self) -> list[w.Widget]:
        """All parts but those of the values, below each other."""
        return [
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
            parts.row(self.match),
            *(row for key, row in self._plain.items() if key not in _LAST),
            parts.title(
                "Connection", "Where orders are sent. Secrets are never part of this form."
            ),
            *(self._plain[key] for key in _LAST),
        ]

    def _watch(self, key: str, made: w.Text | w.Combobox) -> None:
        self.inputs[key] = made
        made.observe(lambda _change: self._changed(), names="value")
        self.beside[key] = parts.shown_html()

    def _plain_row(self, key: str, label: str, hint: str) -> w.HBox:
        self._watch(key, parts.text_input(label, hint=hint))
        return parts.row(self.inputs[key], self.beside[key])

    def _value_row(self, field: FieldMapping) -> w.HBox:
        expected = field_type(field.type).expected
        hint = f"{field.note}; {expected}" if field.note else expected
        key = field.setting
        self._watch(key, parts.suggesting_input(field.source, hint=hint))
        mode = self.modes[key] = w.Dropdown(
            options=["text", "function"],
            tooltip=f"How {field.source} is written",
            description=f"{field.source} as",
            layout=w.Layout(width="auto"),
        )
        mode.add_class("ok-mode")
        mode.observe(lambda _change: self._mode_changed(), names="value")
        return parts.row(self.inputs[key], mode, self.beside[key])

    # -- properties and proposals

    def offer(self, paths: Iterable[str]) -> None:
        """Offer these properties, in the form that each field's mode takes."""
        names = tuple(paths)
        references = tuple(f"{{{{{path}}}}}" for path in names)
        for key, mode in self.modes.items():
            self.inputs[key].options = references if mode.value == "text" else names

    def filled(self, proposal: Proposal) -> bool:
        """Whether there is something already where a proposal would go."""
        key = proposal.row.setting
        there = self.inputs[key].value.strip() if key else ""
        return bool(there) or proposal.row.target in self.smart_mapping

    def use(self, proposal: Proposal) -> None:
        """Fill a proposal in."""
        key = proposal.row.setting
        if key:
            self.modes[key].value = "function" if proposal.formula else "text"
            self.inputs[key].value = proposal.value
        else:
            self.smart_mapping = {**self.smart_mapping, proposal.row.target: proposal.value}
            self._changed()

    # -- what stands in them

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
        chosen: dict[str, Any] = {"match": self.match.value}
        for key, name in (("consent", "consent"), ("filter_formula", "formula")):
            if key in text:
                chosen[name] = text.pop(key)
        chosen["condition"] = [
            {
                k: v
                for k, v in line.items()
                if v or (line["operator"] not in WITHOUT_VALUE and "values" not in line)
            }
            for line in self.conditions.values
        ]
        connection = {key: text.pop(key) for key in _CONNECTION if key in text} | self.codes
        return {
            "timezone": text.pop("timezone", "UTC"),
            "event_property": text.pop("event_property", "event_name"),
            "checks": self.checks,
            "settings": text,
            "event_mapping": self.pairs.values,
            "smart_mapping": self.smart_mapping,
            "transformation": self.transformation.values,
            "filter": chosen,
            "connection": connection,
        }

    def state(self) -> dict[str, Any]:
        """What stands in the inputs, one by one, as it was typed."""
        return {
            **{key: made.value for key, made in self.inputs.items()},
            **{_mode(key): mode.value for key, mode in self.modes.items()},
            **{name: rows.values for name, rows in self._lists.items()},
            "smart mapping": self.smart_mapping,
            "codes": self.codes,
            "checks": self.checks,
            "match": self.match.value,
        }

    def state_of(self, settings: Settings) -> dict[str, Any]:
        """What stands in the inputs when they show these settings."""
        chosen = settings.filter
        shown = settings.settings.model_dump() | settings.connection.model_dump()
        shown |= {"timezone": settings.timezone, "consent": chosen.consent}
        shown |= {"event_property": settings.event_property}
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
        return state | {
            "event mapping": [dict(pair) for pair in settings.event_mapping],
            "transformation": [
                {"new_name": "", **step.model_dump(exclude_defaults=True)}
                for step in settings.transformation
            ],
            "conditions": [
                {"value": "", **line.model_dump(exclude_defaults=True)} for line in chosen.condition
            ],
            "smart mapping": settings.model_dump()["smart_mapping"],
            "codes": {key: list(getattr(settings.connection, key)) for key in _CODES},
            "checks": settings.checks.model_dump(),
            "match": chosen.match,
        }

    def show(self, state: Mapping[str, Any]) -> None:
        """Let the inputs stand so."""
        for key, made in self.inputs.items():
            made.value = state[key]
        for key, mode in self.modes.items():
            mode.value = state[_mode(key)]
        self.smart_mapping = state["smart mapping"]
        self.codes, self.checks = state["codes"], state["checks"]
        for name, rows in self._lists.items():
            # Rows that stay as they are keep their place for the keyboard.
            if rows.values != state[name]:
                rows.show(state[name])
        self.match.value = state["match"]

    def mark(self, unsaved: Iterable[str]) -> list[str]:
        """Mark the inputs that are not saved; gives their names, and those of lists."""
        keys = {key.removesuffix(_mode("")) for key in unsaved}
        for key, made in self.inputs.items():
            (made.add_class if key in keys else made.remove_class)("ok-unsaved")
        names = [made.description for key, made in self.inputs.items() if key in keys]
        lists = (*self._lists, "smart mapping")
        names += [
            name for name in lists if name in keys or (name == "conditions" and "match" in keys)
        ]
        return names


def _mode(key: str) -> str:
    return f"{key} as"
