"""The destination's settings: what an engineer types on the platform, as models.

`validators` holds what each value may be, `loading` reads them from a TOML file.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PrivateAttr, WrapValidator, model_validator

from orderkit.destination import validators
from orderkit.destination.branding import Branding, SettingsModel, Step, Text
from orderkit.destination.fields import field_mappings
from orderkit.destination.urls import TOKEN_URL
from orderkit.language.calculation import compile_formula
from orderkit.language.filters import (
    WITHOUT_VALUE,
    Condition,
    Conditions,
    EventFilter,
    transcribe,
)
from orderkit.language.references import ValueSource, compile_value
from orderkit.language.transformations import Action, ChangeStep, path_to_change

if TYPE_CHECKING:
    from orderkit.language.formulas import Context


class FormulaValue(SettingsModel):
    """A value in function mode: ``{ formula = "DATEFORMAT(order.created, 'X')" }``."""

    formula: str


Value = Annotated[str | int | float | FormulaValue, BeforeValidator(validators.check_value)]
Reference = Annotated[str | FormulaValue, BeforeValidator(validators.check_reference)]
Url = Annotated[str, BeforeValidator(validators.check_url)]
Codes = Annotated[tuple[int | str, ...], BeforeValidator(validators.check_answer_codes)]
PropertyPath = Annotated[str, BeforeValidator(validators.check_path)]
ChangedPath = Annotated[str, BeforeValidator(validators.check_changed_path)]


class Values(SettingsModel):
    """The values under ``[settings]``: text with ``{{path}}`` in it, a number, or a formula.

    `None` is a value that is not filled in yet: a row that needs it reports `missing`.
    """

    tiktok_organic_tracking_id: Value | None = None
    third_merchant_id: Value | None = None
    third_shop_id: Value | None = None
    third_shop_name: Value | None = None
    payment_value: Value | None = None
    total_value: Value | None = None
    order_country: Value | None = None
    create_time: Value | None = None
    length_of_stay: Value | None = None
    amount_of_room: Value | None = None
    check_in_date: Value | None = None
    check_out_date: Value | None = None
    credentials: Text | None = None


class EventMapping(SettingsModel):
    """One pair of the Event Mapping: the client's event name stands for TikTok's order status.

    order_status: one word in capitals
    event_name:   what the client calls it
    """

    order_status: Annotated[str, BeforeValidator(validators.check_status)]
    event_name: Text


class Connection(SettingsModel):
    """Where orders are sent. TikTok does not publish the address of the order call.

    endpoint_url:   the address of the order call: https, or this machine itself
    token_url:      the address of the token call
    merchant_id:    the merchant's id at TikTok
    merchant_code:  the form field ``code`` of the token call, which merchants in the U.S. send:
                    ``<merchant_id>.u1``
    throttle_codes: codes or names in answers that mean "too fast", besides those known
    token_codes:    codes or names in answers that mean the access token is not accepted, likewise
    """

    endpoint_url: Url | None = None
    token_url: Url = TOKEN_URL
    merchant_id: Text | None = None
    merchant_code: Text | None = None
    throttle_codes: Codes = ()
    token_codes: Codes = ()


class FilterCondition(SettingsModel):
    """One condition.

    property: the path that it looks at
    operator: one of the operators of the simple filter
    value:    what it compares with
    values:   instead of value, several of which one is enough
    """

    property: PropertyPath
    operator: Annotated[str, BeforeValidator(validators.check_operator)]
    value: Annotated[str, BeforeValidator(validators.check_scalar)] = ""
    values: Annotated[tuple[str, ...], BeforeValidator(validators.check_scalars)] = ()

    @model_validator(mode="after")
    def _value_where_needed(self) -> "FilterCondition":
        given = {"value", "values"} & self.model_fields_set
        if self.values and self.value:
            raise validators.expectation("write value or values, not both")
        if self.operator not in WITHOUT_VALUE and not given:
            raise validators.expectation(f'"{self.operator}" compares: add value = "…"')
        if self.operator.endswith("match regex"):
            for value in self.values or (self.value,):
                validators.check_pattern(value)
        return self

    def compiled(self) -> Condition:
        """The condition, ready to be asked."""
        compares = self.operator not in WITHOUT_VALUE
        return Condition(
            self.property, self.operator, (self.values or (self.value,)) if compares else ()
        )


Match = Annotated[Literal["all", "any"], BeforeValidator(validators.check_match)]


class TransformationStep(SettingsModel):
    """What becomes of a property before the mapping; one of these, without any it is deleted.

    property:    the path of what is changed
    new_name:    the path it is renamed to
    copy_from:   the property whose value it gets
    value:       what it is set to: text with ``{{path}}`` in it, a number, or a formula
    delete:      whether it is deleted
    event_names: for which events: those of one of these names; of any where there are none
    match:       whether all of the conditions must hold, or any
    condition:   on which conditions, as in the simple filter
    """

    property: ChangedPath
    new_name: Annotated[str, BeforeValidator(validators.check_new_name)] = ""
    copy_from: ChangedPath | None = None
    value: Value | None = None
    delete: bool = False
    event_names: Annotated[tuple[str, ...], BeforeValidator(validators.check_names)] = ()
    match: Match = "all"
    condition: tuple[FilterCondition, ...] = ()

    @model_validator(mode="after")
    def _one_action(self) -> "TransformationStep":
        given = {
            "new_name": self.new_name,
            "copy_from": self.copy_from,
            "value": self.value is not None,
            "delete": self.delete,
        }
        if len(named := [name for name, value in given.items() if value]) > 1:
            raise validators.expectation(f"write one of {' and '.join(named)}")
        return self

    def compiled(self, context: Callable[[], "Context"] = validators.no_context) -> ChangeStep:
        """The step, ready to be applied, or without a context to be described."""
        named = Condition("event_name", "is", self.event_names)
        requires = [Conditions((named,), "all", context)] if self.event_names else []
        if self.condition:
            conditions = tuple(one.compiled() for one in self.condition)
            requires.append(Conditions(conditions, self.match, context))
        other = self.new_name or self.copy_from
        action: Action = "rename" if self.new_name else "copy" if self.copy_from else "delete"
        return ChangeStep(
            action if self.value is None else "set",
            path_to_change(self.property),
            path_to_change(other) if other else (),
            None if self.value is None else _source(self.value, context),
            tuple(requires),
        )


def _source(value: Any, context: Callable[[], "Context"]) -> ValueSource:
    if isinstance(value, FormulaValue):
        return compile_formula(value.formula, context)
    return compile_value(value)


class Filter(SettingsModel):
    """Which events are sent: all three kinds that are filled in must let an event through.

    match:     whether all conditions of the simple filter must hold, or any
    condition: the conditions of the simple filter
    formula:   the advanced filter
    consent:   the category that ``user.consent_categories`` must hold
    """

    match: Match = "all"
    condition: tuple[FilterCondition, ...] = ()
    formula: Annotated[str | None, BeforeValidator(validators.check_filter_formula)] = None
    consent: Annotated[str | None, BeforeValidator(validators.check_category)] = None

    def conditions(self) -> tuple[Condition, ...]:
        """Those of the simple filter."""
        return tuple(one.compiled() for one in self.condition)

    def transcribed(self) -> str:
        """The simple filter as the advanced one that says the same; "" where there is none."""
        return transcribe(self.conditions(), self.match)

    def compiled(self, context: Callable[[], "Context"]) -> EventFilter:
        """The filter, ready to be asked."""
        conditions = Conditions(self.conditions(), self.match, context)
        return EventFilter(conditions, self.formula, self.consent)

    def describe(self) -> str:
        """In words, what an event must meet to be sent; "" where every event is."""
        lines = [one.describe() for one in self.conditions()]
        parts = [f"consent to {self.consent}"] if self.consent else []
        parts += [f"{self.match} of: {', '.join(lines)}"] if lines else []
        parts += [self.formula] if self.formula else []
        return " and ".join(parts)


class Checks(SettingsModel):
    """Checks that can be switched off.

    platform: whether events have what the platform's documentation asks for; warnings only
    """

    platform: bool = True


class Settings(SettingsModel):
    """All settings of one destination.

    settings:      the values, by setting
    event_property: where an event says what happened
    event_mapping: which event stands for which order status
    smart_mapping: target of a row → what to read instead: path, text with paths in it, formula
    transformation: what becomes of properties before the mapping
    filter:        which events are sent at all
    connection:    where orders are sent
    checks:        which checks beside the mapping's own are made
    client:        whose bookings they are
    step:          who does what until when; without it, what is open says who can do it
    timezone:      IANA name of the zone in which times without an offset are read
    """

    settings: Values = Values()
    event_property: PropertyPath = "event_name"
    event_mapping: Annotated[
        tuple[EventMapping, ...], WrapValidator(validators.check_event_mapping)
    ] = ()
    smart_mapping: dict[Annotated[str, BeforeValidator(validators.check_target)], Reference] = (
        Field(default_factory=dict)
    )
    transformation: tuple[TransformationStep, ...] = ()
    filter: Filter = Filter()
    connection: Connection = Connection()
    checks: Checks = Checks()
    client: Branding = Branding()
    step: tuple[Step, ...] = ()
    timezone: Annotated[str, BeforeValidator(validators.check_zone)] = "UTC"
    _agreed: bool = PrivateAttr(default=True)

    @property
    def agreed(self) -> bool:
        """Whether somebody has read them through; else they are proposed, or some of them."""
        return self._agreed

    def as_agreed(self, agreed: bool) -> "Settings":
        """The same settings, agreed on or only proposed."""
        made = self.model_copy()
        made._agreed = agreed
        return made

    @property
    def zone(self) -> ZoneInfo:
        """The destination's time zone."""
        return ZoneInfo(self.timezone)

    def statuses(self) -> dict[str, str]:
        """Event name → order status."""
        return {pair.event_name: pair.order_status for pair in self.event_mapping}

    def absent(self) -> list[str]:
        """What the destination requires and a draft does not have."""
        blank = [key for key in MAPPED_KEYS if getattr(self.settings, key) is None]
        return blank if self.event_mapping else [*blank, "event_mapping"]


#: The keys under ``[settings]`` that a row draws on, in the order of the table.
MAPPED_KEYS: Final = tuple(row.setting for row in field_mappings() if row.setting)
