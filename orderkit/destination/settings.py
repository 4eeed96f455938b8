"""The destination's settings: what an engineer types on the platform, as models.

`validators` holds what each value may be, `loading` reads them from a TOML file.
"""

from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WrapValidator,
    model_validator,
)

from orderkit.destination import validators
from orderkit.destination.fields import field_mappings
from orderkit.destination.urls import TOKEN_URL
from orderkit.events.jsontext import show
from orderkit.language.filters import WITHOUT_VALUE, Condition


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FormulaValue(_Model):
    """A value in function mode: ``{ formula = "DATEFORMAT(order.created, 'X')" }``."""

    formula: str


Value = Annotated[str | int | float | FormulaValue, BeforeValidator(validators.check_value)]
Reference = Annotated[str | FormulaValue, BeforeValidator(validators.check_reference)]
Text = Annotated[str, BeforeValidator(validators.check_text)]
Url = Annotated[str, BeforeValidator(validators.check_url)]
Codes = Annotated[tuple[int | str, ...], BeforeValidator(validators.check_answer_codes)]
PropertyPath = Annotated[str, BeforeValidator(validators.check_path)]


class Values(_Model):
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


class EventMapping(_Model):
    """One pair of the Event Mapping: the client's event name stands for TikTok's order status."""

    order_status: Annotated[str, BeforeValidator(validators.check_status)]
    event_name: Text


class Connection(_Model):
    """Where orders are sent. TikTok does not publish the address of the order call.

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


class Transformation(_Model):
    """A property renamed before the mapping, or deleted where the new name is empty."""

    property: PropertyPath
    new_name: Annotated[str, BeforeValidator(validators.check_new_name)] = ""


class FilterCondition(_Model):
    """One line of the simple filter."""

    property: PropertyPath
    operator: Annotated[str, BeforeValidator(validators.check_operator)]
    value: Annotated[str, BeforeValidator(validators.check_scalar)] = ""

    @model_validator(mode="after")
    def _value_where_needed(self) -> "FilterCondition":
        if self.operator not in WITHOUT_VALUE and "value" not in self.model_fields_set:
            raise validators.expectation(f'"{self.operator}" compares: add value = "…"')
        if self.operator.endswith("match regex"):
            validators.check_pattern(self.value)
        return self

    def compiled(self) -> Condition:
        """The condition, ready to be asked."""
        return Condition(self.property, self.operator, self.value)


class Filter(_Model):
    """Which events are sent: all three kinds that are filled in must let an event through.

    match, condition: the simple filter; whether all of its conditions must hold, or any
    formula:          the advanced filter
    consent:          the category that ``user.consent_categories`` must hold
    """

    match: Annotated[Literal["all", "any"], BeforeValidator(validators.check_match)] = "all"
    condition: tuple[FilterCondition, ...] = ()
    formula: Annotated[str | None, BeforeValidator(validators.check_filter_formula)] = None
    consent: Annotated[str | None, BeforeValidator(validators.check_category)] = None

    def describe(self) -> str:
        """In words, what an event must meet to be sent; "" where every event is."""
        lines = [f"{c.property} {c.operator} {show(c.value)}" for c in self.condition]
        parts = [f"consent to {self.consent}"] if self.consent else []
        parts += [f"{self.match} of: {', '.join(lines)}"] if lines else []
        parts += [self.formula] if self.formula else []
        return " and ".join(parts)


class Checks(_Model):
    """Checks that can be switched off.

    platform: whether events have what the platform's documentation asks for; warnings only
    """

    platform: bool = True


class Settings(_Model):
    """All settings of one destination.

    settings:      the values, by setting
    event_property: where an event says what happened
    event_mapping: which event stands for which order status
    smart_mapping: target of a row → what to read instead: path, text with paths in it, formula
    transformation: properties renamed or deleted before the mapping
    filter:        which events are sent at all
    connection:    where orders are sent
    checks:        which checks beside the mapping's own are made
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
    transformation: tuple[Transformation, ...] = ()
    filter: Filter = Filter()
    connection: Connection = Connection()
    checks: Checks = Checks()
    timezone: Annotated[str, BeforeValidator(validators.check_zone)] = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """The destination's time zone."""
        return ZoneInfo(self.timezone)

    def statuses(self) -> dict[str, str]:
        """Event name → order status."""
        return {pair.event_name: pair.order_status for pair in self.event_mapping}


#: The keys under ``[settings]`` that a row draws on, in the order of the table.
MAPPED_KEYS: Final = tuple(row.setting for row in field_mappings() if row.setting)
