"""The destination's settings: what an engineer types on the platform, checked.

The file form is TOML; see `orderkit.settings_file`.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from orderkit.destination import codes
from orderkit.destination.fields import field_mappings
from orderkit.destination.urls import TOKEN_URL, check_endpoint
from orderkit.errors import EndpointError, FormulaError
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.filters import OPERATORS, WITHOUT_VALUE, Condition
from orderkit.language.references import (
    compile_formula,
    compile_property,
    compile_reference,
    compile_value,
)


def _wrong(expected: str) -> PydanticCustomError:
    """A validation error whose text says what to write; braces in it are meant literally."""
    return PydanticCustomError("settings", "{expected}", {"expected": expected})


class FormulaValue(BaseModel):
    """A value in function mode: ``{ formula = "DATEFORMAT(order.created, 'X')" }``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    formula: str


def _formula(value: Any) -> FormulaValue:
    """A formula that can be read, of a TOML table or as it is. Raises `_wrong`."""
    text = value.get("formula") if isinstance(value, dict) and len(value) == 1 else None
    made = value if isinstance(value, FormulaValue) else None
    if made is None and isinstance(text, str):
        made = FormulaValue(formula=text)
    if made is None:
        raise _wrong("write a formula as { formula = '…' }, and nothing else in the braces")
    try:
        compile_formula(made.formula, _no_context)
    except FormulaError as error:
        raise _wrong(str(error)) from error
    return made


def _no_context() -> Any:
    raise AssertionError("settings are checked without evaluating a formula")


def _compiles(compiler: Callable[[Any], object], value: Any) -> Any:
    """`value`, if the compiler takes it; what it says otherwise is what to write."""
    try:
        compiler(value)
    except ValueError as error:
        raise _wrong(str(error)) from error
    return value


def _value(value: Any) -> Any:
    if isinstance(value, dict | FormulaValue):
        return _formula(value)
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number and not isinstance(value, str):
        raise _wrong('write text in quotes, such as "{{booking.total}}", or a number')
    return _compiles(compile_value, value)


def _reference(value: Any) -> Any:
    if isinstance(value, dict | FormulaValue):
        return _formula(value)
    if not isinstance(value, str):
        raise _wrong(
            'write the path of a property, such as "booking.reference", text with {{path}} in it, '
            "or { formula = '…' }"
        )
    return _compiles(compile_reference, value)


def _text(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        raise _wrong("write a text in quotes")
    return value


def _url(value: Any) -> Any:
    try:
        check_endpoint(_text(value), "this")
    except EndpointError as error:
        raise _wrong(str(error)) from error
    return value


def _status(value: Any) -> Any:
    if not isinstance(value, str) or not codes.STATUS.fullmatch(value):
        raise _wrong('write one word in capitals, such as "COMPLETE_ORDER"')
    return value


def _path(value: Any) -> Any:
    if not isinstance(value, str):
        raise _wrong('write the path of a property, such as "booking.reference"')
    return _compiles(compile_property, value)


def _new_name(value: Any) -> Any:
    return value if value == "" else _path(value)


def _operator(value: Any) -> Any:
    if value not in OPERATORS:
        near = paths.near_misses(str(value), OPERATORS)
        known = ", ".join(OPERATORS)
        raise _wrong(_did_you_mean(f"write one of: {known}", [f'"{name}"' for name in near]))
    return value


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return show(value)
    raise _wrong("write a text in quotes, a number, true or false")


def _category(value: Any) -> Any:
    if value == "":
        raise _wrong("name a category, or delete the line: without one nothing is filtered")
    return None if value is None else _scalar(value)


def _match(value: Any) -> Any:
    if value not in ("all", "any"):
        raise _wrong('write "all" or "any"')
    return value


def _filter_formula(value: Any) -> Any:
    return None if value is None else _formula({"formula": value}).formula


@cache
def _zones() -> set[str]:
    return available_timezones()  # which looks through folders


def _zone(value: Any) -> Any:
    if not isinstance(value, str) or value not in _zones():
        near = paths.near_misses(str(value), sorted(_zones()))
        raise _wrong(_did_you_mean("write an IANA time zone such as Europe/Paris", near))
    return value


def _target(target: str) -> str:
    targets = [row.target for row in field_mappings()]
    if target not in targets:
        near = [f'"{name}"' for name in paths.near_misses(target, targets)]
        raise _wrong(_did_you_mean("no row has this target", near))
    return target


def _event_mapping(
    pairs: Any, validate: ValidatorFunctionWrapHandler
) -> tuple["EventMapping", ...]:
    """The pairs, unless one is malformed or an event name has two statuses: all faults at once."""
    faults = _two_statuses(pairs) if isinstance(pairs, list | tuple) else []
    try:
        checked: tuple[EventMapping, ...] = validate(pairs)
    except ValidationError as error:
        faults += [
            InitErrorDetails(
                type=_wrong(entry["msg"]) if entry["type"] == "settings" else entry["type"],
                loc=entry["loc"],
                input=entry["input"],
                ctx=entry.get("ctx", {}),
            )
            for entry in error.errors()
        ]
    if faults:
        raise ValidationError.from_exception_data("Settings", faults)
    return checked


def _two_statuses(pairs: list[Any] | tuple[Any, ...]) -> list[InitErrorDetails]:
    faults = []
    statuses: dict[str, str] = {}
    for index, pair in enumerate(pairs):
        entries = dict(pair) if isinstance(pair, dict | EventMapping) else {}
        name, status = entries.get("event_name"), entries.get("order_status")
        if not isinstance(name, str) or not isinstance(status, str):
            continue
        before = statuses.setdefault(name, status)
        if before != status:
            wrong = _wrong(f"this event has two statuses, {before} and {status}: keep one")
            faults.append(InitErrorDetails(type=wrong, loc=(index, "event_name"), input=name))
    return faults


def _did_you_mean(expected: str, near: list[str]) -> str:
    return f"{expected}; did you mean {' or '.join(near)}?" if near else expected


Value = Annotated[str | int | float | FormulaValue, BeforeValidator(_value)]
Reference = Annotated[str | FormulaValue, BeforeValidator(_reference)]
Text = Annotated[str, BeforeValidator(_text)]
Url = Annotated[str, BeforeValidator(_url)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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

    order_status: Annotated[str, BeforeValidator(_status)]
    event_name: Text


class Connection(_Model):
    """Where orders are sent. TikTok does not publish the address of the order call."""

    endpoint_url: Url | None = None
    token_url: Url = TOKEN_URL
    merchant_id: Text | None = None


class Transformation(_Model):
    """A property renamed before the mapping, or deleted where the new name is empty."""

    property: Annotated[str, BeforeValidator(_path)]
    new_name: Annotated[str, BeforeValidator(_new_name)] = ""


class FilterCondition(_Model):
    """One line of the simple filter."""

    property: Annotated[str, BeforeValidator(_path)]
    operator: Annotated[str, BeforeValidator(_operator)]
    value: Annotated[str, BeforeValidator(_scalar)] = ""

    @model_validator(mode="after")
    def _value_where_needed(self) -> "FilterCondition":
        if self.operator not in WITHOUT_VALUE and "value" not in self.model_fields_set:
            raise _wrong(f'"{self.operator}" compares: add value = "…"')
        if self.operator.endswith("match regex"):
            from orderkit.language.formulas.patterns import pattern
            from orderkit.language.formulas.values import RefusedError

            try:
                pattern(self.value)
            except RefusedError as error:
                raise _wrong(str(error)) from error
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

    match: Annotated[Literal["all", "any"], BeforeValidator(_match)] = "all"
    condition: tuple[FilterCondition, ...] = ()
    formula: Annotated[str | None, BeforeValidator(_filter_formula)] = None
    consent: Annotated[str | None, BeforeValidator(_category)] = None

    def told(self) -> str:
        """In words, what an event must meet to be sent; "" where every event is."""
        lines = [f"{c.property} {c.operator} {show(c.value)}" for c in self.condition]
        parts = [f"consent to {self.consent}"] if self.consent else []
        parts += [f"{self.match} of: {', '.join(lines)}"] if lines else []
        parts += [self.formula] if self.formula else []
        return " and ".join(parts)


class Settings(_Model):
    """All settings of one destination.

    settings:      the values, by setting
    event_mapping: which event stands for which order status
    smart_mapping: target of a row → what to read instead: path, text with paths in it, formula
    transformation: properties renamed or deleted before the mapping
    filter:        which events are sent at all
    connection:    where orders are sent
    timezone:      IANA name of the zone in which times without an offset are read
    """

    settings: Values = Values()
    event_mapping: Annotated[tuple[EventMapping, ...], WrapValidator(_event_mapping)] = ()
    smart_mapping: dict[Annotated[str, BeforeValidator(_target)], Reference] = Field(
        default_factory=dict
    )
    transformation: tuple[Transformation, ...] = ()
    filter: Filter = Filter()
    connection: Connection = Connection()
    timezone: Annotated[str, BeforeValidator(_zone)] = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """The destination's time zone."""
        return ZoneInfo(self.timezone)

    def statuses(self) -> dict[str, str]:
        """Event name → order status."""
        return {pair.event_name: pair.order_status for pair in self.event_mapping}


#: The keys under ``[settings]`` that a row draws on, in the order of the table.
MAPPED_KEYS: Final = tuple(row.setting for row in field_mappings() if row.setting)
