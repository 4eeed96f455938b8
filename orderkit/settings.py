"""The destination's settings: what an engineer types on the platform, checked.

The file form is TOML; see `orderkit.settings_file`.
"""

import math
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from orderkit import codes, paths
from orderkit.fields import field_mappings
from orderkit.sources import compile_property, compile_value


def _wrong(expected: str) -> PydanticCustomError:
    """A validation error whose text says what to write; braces in it are meant literally."""
    return PydanticCustomError("settings", "{expected}", {"expected": expected})


def _value(value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number and not isinstance(value, str):
        raise _wrong('write text in quotes, such as "{{booking.total}}", or a number')
    try:
        compile_value(value)
    except ValueError as error:
        raise _wrong(str(error)) from error
    return value


def _reference(value: Any) -> Any:
    if not isinstance(value, str):
        raise _wrong('write the path of the property to read, such as "booking.reference"')
    try:
        compile_property(value)
    except ValueError as error:
        raise _wrong(str(error)) from error
    return value


def _text(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        raise _wrong("write a text in quotes")
    return value


def _status(value: Any) -> Any:
    if not isinstance(value, str) or not codes.STATUS.fullmatch(value):
        raise _wrong('write one word in capitals, such as "COMPLETE_ORDER"')
    return value


def _zone(value: Any) -> Any:
    if not isinstance(value, str) or value not in available_timezones():
        near = paths.near_misses(str(value), available_timezones())
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


Value = Annotated[str | int | float, BeforeValidator(_value)]
Text = Annotated[str, BeforeValidator(_text)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Values(_Model):
    """The values under ``[settings]``: text with ``{{path}}`` in it, or a number.

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

    endpoint_url: Text | None = None
    token_url: Text = "https://open.tiktokapis.com/merchant/oauth/token/"  # noqa: S105 - an address
    merchant_id: Text | None = None


class Settings(_Model):
    """All settings of one destination.

    settings:      the values, by setting
    event_mapping: which event stands for which order status
    smart_mapping: target of a row → path of the property to read instead
    connection:    where orders are sent
    timezone:      IANA name of the zone in which times without an offset are read
    """

    settings: Values = Values()
    event_mapping: Annotated[tuple[EventMapping, ...], WrapValidator(_event_mapping)] = ()
    smart_mapping: dict[
        Annotated[str, BeforeValidator(_target)], Annotated[str, BeforeValidator(_reference)]
    ] = Field(default_factory=dict)
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
