"""What a row's type accepts: from the raw value in an event to the value in the payload.

Every conversion is a pure function of the raw value and the destination's time zone. It returns the
value and the steps that led there, in words; no step means that the value went through unchanged.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from orderkit.destination import codes
from orderkit.destination.fields import ruled_statuses
from orderkit.events.jsontext import plain_number, show
from orderkit.events.paths import near_misses
from orderkit.mapping.dates import NoDate, parse_date

Steps: TypeAlias = tuple[str, ...]
Converted: TypeAlias = tuple[Any, Steps]

#: The largest integer that every JSON reader keeps exactly (RFC 7493, section 2.2).
MAX_INTEGER: Final = 2**53 - 1
#: From here on a number of seconds would lie in the year 33658: it is read as milliseconds.
MILLISECONDS_FROM: Final = 10**12
YEARS: Final = (2000, 2100)
USUAL_SECONDS: Final = (946_684_800, 4_133_980_800)  # 2000-01-01 to the end of 2100, in UTC

_NUMBER: Final = re.compile(r"\s*[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?\s*")
_ISO_MOMENT: Final = re.compile(
    r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:[T ][0-9:.,]+ ?(?:Z|[+-][0-9:]+)?)?"
)


class Unconvertible(ValueError):  # noqa: N818 - a finding about a value, not a failure of the code
    """A value that its row's type does not accept.

    expected: what the type asks for
    formula:  a formula that would mend it, with ``{x}`` where the property goes, or ``""``
    """

    def __init__(self, reason: str, expected: str = "", formula: str = "") -> None:
        super().__init__(reason)
        self.reason, self.expected, self.formula = reason, expected, formula


@dataclass(frozen=True, slots=True)
class FieldType:
    """A type of the table's `type` column.

    expected: what it asks for, in words
    convert:  (raw value, time zone) → (value, steps), raises `Unconvertible`
    unusual:  why a converted value is accepted with a warning, or ``""``
    """

    name: str
    expected: str
    convert: Callable[[Any, ZoneInfo], Converted]
    unusual: Callable[[Any], str]


@cache
def field_type(name: str) -> FieldType:
    """The type of that name; ``A or B`` is a choice among the words named."""
    if name in _TYPES:
        return _TYPES[name]
    words = choices(name)
    if len(words) < 2:
        raise ValueError(f"no such type: {name}")
    return FieldType(name, name, lambda raw, _zone: _choice(raw, words), _usual)


def choices(name: str) -> tuple[str, ...]:
    """The words that a type ``A or B`` allows."""
    return tuple(name.split(" or "))


def _text(raw: Any, _zone: ZoneInfo) -> Converted:
    if isinstance(raw, str):
        if not encodable(raw):
            raise Unconvertible("it holds half of a character (a lone surrogate)")
        return raw, ()
    if isinstance(raw, int) and not isinstance(raw, bool) and raw.bit_length() <= 64:
        return str(raw), ("integer → text",)
    raise Unconvertible("only text or an integer can be text")


def encodable(text: str) -> bool:
    """Whether a text can be written as UTF-8: it holds no half of a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _choice(raw: Any, words: tuple[str, ...]) -> Converted:
    if raw in words:
        return raw, ()
    alike = isinstance(raw, str) and raw.strip().upper() in words
    raise Unconvertible(
        "it is none of the words allowed", formula="UPPER(TRIM({x}))" if alike else ""
    )


def _status(raw: Any, _zone: ZoneInfo) -> Converted:
    if isinstance(raw, str) and codes.STATUS.fullmatch(raw):
        return raw, ()
    raise Unconvertible("an order status is one word in capitals")


def _unusual_status(value: Any) -> str:
    ruled = ruled_statuses()
    if value in ruled:
        return ""
    like = [s for s in ruled if s.startswith(value) or value.startswith(s)]
    like = like or near_misses(value, ruled, most=1)
    return f"did you mean {like[0]}, which has mandatory fields of its own?" if like else ""


def _country(raw: Any, zone: ZoneInfo) -> Converted:
    return _text(raw, zone)


def _unusual_country(value: Any) -> str:
    if value in codes.countries():
        return ""
    return f"{show(value)} is no ISO 3166-1 alpha-2 code such as FR"


def _currency(raw: Any, _zone: ZoneInfo) -> Converted:
    if not isinstance(raw, str):
        raise Unconvertible("a currency is a text of three letters")
    value = raw.strip().upper()
    if value not in codes.currencies():
        raise Unconvertible("no such code in ISO 4217")
    return value, () if value == raw else (f"{show(raw)} → {value}, the ISO 4217 form",)


def _decimal(raw: Any) -> tuple[Decimal, Steps]:
    """A number, or the number in a string, exactly."""
    if isinstance(raw, bool):
        raise Unconvertible("a boolean is no number")
    if isinstance(raw, int):
        return Decimal(raw), ()
    if isinstance(raw, float) and math.isfinite(raw):
        return Decimal(repr(raw)), ()
    if isinstance(raw, Decimal) and raw.is_finite():
        return raw, ()
    if isinstance(raw, str):
        if _NUMBER.fullmatch(raw):
            return Decimal(raw.strip()), (f"number in a string {show(raw)} → number",)
        raise Unconvertible("this text is no number", formula=_number_formula(raw))
    raise Unconvertible("this is no number")


#: How people write numbers that JSON does not know, and the formula that reads each.
_WRITTEN_NUMBERS: Final = (
    (r"[0-9]+,[0-9]{1,2}", 'NUMBER(SUBSTITUTE({x}, ",", "."))'),
    (r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]+", 'NUMBER(SUBSTITUTE(SUBSTITUTE({x}, ".", ""), ",", "."))'),
    (r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", 'NUMBER(SUBSTITUTE({x}, ",", ""))'),
    (r"[0-9]{1,3}([' \u00a0\u202f][0-9]{3})+(\.[0-9]+)?", 'NUMBER(REPLACE({x}, "[^0-9.]", ""))'),
    (r"[^0-9,.-]*[0-9]+(\.[0-9]+)?[^0-9,.]*", 'NUMBER(REPLACE({x}, "[^0-9.]", ""))'),
    (r"[^0-9,.-]*[0-9]+,[0-9]{1,2}[^0-9,.]*",
     'NUMBER(SUBSTITUTE(REPLACE({x}, "[^0-9,]", ""), ",", "."))'),
)  # fmt: skip


def _number_formula(text: str) -> str:
    if len(text) > 40:
        return ""
    stripped = text.strip()
    return next((f for pattern, f in _WRITTEN_NUMBERS if re.fullmatch(pattern, stripped)), "")


def _not_negative(number: Decimal) -> None:
    if number < 0:
        raise Unconvertible("it is negative")
    if number > MAX_INTEGER:
        raise Unconvertible(f"it is larger than {MAX_INTEGER}, which JSON does not carry exactly")


def _amount(raw: Any, _zone: ZoneInfo) -> Converted:
    number, steps = _decimal(raw)
    _not_negative(number)
    if not number:
        return 0, steps  # there is no amount of minus zero
    return (plain_number(number) if steps else raw), steps


def _whole(raw: Any, _zone: ZoneInfo) -> Converted:
    number, steps = _decimal(raw)
    _not_negative(number)
    value = int(number)
    if value != number:
        raise Unconvertible("it is not whole", formula="")
    if not isinstance(raw, int) and "." in str(number):
        steps += (f"{number} → {value}",)
    return value, steps


def _boolean(raw: Any, _zone: ZoneInfo) -> Converted:
    if isinstance(raw, bool):
        return raw, ()
    if isinstance(raw, str) and raw.strip().lower() in ("true", "false"):
        return raw.strip().lower() == "true", (f"text {show(raw)} → boolean",)
    if isinstance(raw, int | float) and raw in (0, 1):
        return bool(raw), (f"{show(raw)} → {show(bool(raw))}",)
    raise Unconvertible('only true, false, "true", "false", 1 and 0 can be booleans')


def _timestamp(raw: Any, zone: ZoneInfo) -> Converted:
    if isinstance(raw, str) and _ISO_MOMENT.fullmatch(raw.strip()) and not _NUMBER.fullmatch(raw):
        return _moment(raw.strip(), zone)
    try:
        number, steps = _decimal(raw)
    except Unconvertible as error:
        raise Unconvertible("it is neither a timestamp nor ISO 8601") from error
    if abs(number) > MAX_INTEGER:
        raise Unconvertible("no date is that far away")
    if number >= MILLISECONDS_FROM:
        number /= 1000
        steps += ("milliseconds → seconds",)
    value = math.floor(number)
    if value != number:
        steps += ("cut to whole seconds",)
    return value, steps


def _moment(text: str, zone: ZoneInfo) -> Converted:
    try:
        moment = datetime.fromisoformat(text.replace(" Z", "Z"))
        steps: Steps = ("ISO 8601 → seconds",)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
            steps = (f"no offset: read in {zone.key}", *steps)
        if moment.microsecond:
            steps += ("cut to whole seconds",)
        return int(moment.replace(microsecond=0).timestamp()), steps
    except (ValueError, OverflowError) as error:
        raise Unconvertible("there is no such date and time") from error


def _unusual_time(value: Any) -> str:
    low, high = USUAL_SECONDS
    return "" if low <= value < high else _outside_years()


def _date(raw: Any, zone: ZoneInfo) -> Converted:
    try:
        return parse_date(raw, zone)
    except NoDate as error:
        raise Unconvertible(error.reason, formula=error.formula) from error


def _unusual_date(value: Any) -> str:
    return "" if YEARS[0] <= int(value[:4]) <= YEARS[1] else _outside_years()


def _outside_years() -> str:
    return f"it lies outside the years {YEARS[0]} to {YEARS[1]}"


def _usual(_value: Any) -> str:
    return ""


_TYPES: Final = {
    entry.name: entry
    for entry in (
        FieldType("text", "text", _text, _usual),
        FieldType("status", "an order status: one word in capitals", _status, _unusual_status),
        FieldType("country", "an ISO 3166-1 alpha-2 code such as FR", _country, _unusual_country),
        FieldType("currency", "an ISO 4217 code such as EUR", _currency, _usual),
        FieldType("amount", "a number such as 120.5, not negative", _amount, _usual),
        FieldType("whole number", "a whole number such as 3, not negative", _whole, _usual),
        FieldType("boolean", "true or false", _boolean, _usual),
        FieldType(
            "timestamp",
            "a time as seconds, milliseconds or ISO 8601",
            _timestamp,
            _unusual_time,
        ),
        FieldType("date", "a date as YYYY-MM-DD", _date, _unusual_date),
    )
}
