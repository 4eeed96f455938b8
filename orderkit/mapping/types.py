"""What a field's type accepts: from the raw value in an event to the value in the payload.

Every conversion is a pure function of the raw value and the destination's time zone. It returns the
value and the steps that led there, in words; no step means that the value went through unchanged.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.destination import codes
from orderkit.destination.fields import ruled_statuses
from orderkit.events.jsontext import show
from orderkit.events.paths import near_misses
from orderkit.mapping import amounts, moments, texts
from orderkit.mapping.conversion import Converted, Doubt, Mending, Unconvertible
from orderkit.mapping.dates import parse_date

_LONGEST_NAME: Final = 80
_BOOLEANS: Final = {"true": True, "false": False, "1": True, "0": False}
#: "Yes" in the languages of hotels, whole or as its first letter.
_YES: Final = frozenset(["y", "yes", "s", "si", "sí", "sim", "j", "ja", "o", "oui", "x"])


@dataclass(frozen=True, slots=True)
class FieldType:
    """A type of the table's `type` column.

    expected: what it asks for, in words
    convert:  (raw value, time zone) → (value, steps), raises `Unconvertible`
    unusual:  the doubt with which a converted value is accepted, or None
    """

    name: str
    expected: str
    convert: Callable[[Any, ZoneInfo], Converted]
    unusual: Callable[[Any], Doubt | None]


@cache
def field_type(name: str) -> FieldType:
    """The type of that name; ``A or B`` is a choice among the words named."""
    if name in _TYPES:
        return _TYPES[name]
    words = choices(name)
    if len(words) < 2:
        raise ValueError(f"no such type: {name}")
    return FieldType(name, name, lambda raw, _zone: _choice(raw, words), _never_unusual)


def choices(name: str) -> tuple[str, ...]:
    """The words that a type ``A or B`` allows."""
    return tuple(name.split(" or "))


def _choice(raw: Any, words: tuple[str, ...]) -> Converted:
    if raw in words:
        return raw, ()
    alike = raw.strip().upper() if isinstance(raw, str) else ""
    mendings = [Mending(alike, ("UPPER(TRIM({x}))",))] if alike in words else []
    raise Unconvertible("it is none of the words allowed", *mendings)


def _status(raw: Any, _zone: ZoneInfo) -> Converted:
    if isinstance(raw, str) and codes.STATUS.fullmatch(raw):
        return raw, ()
    raise Unconvertible("an order status is one word in capitals")


def _unusual_status(value: Any) -> Doubt | None:
    ruled = ruled_statuses()
    if value in ruled:
        return None
    like = [s for s in ruled if s.startswith(value) or value.startswith(s)]
    like = like or near_misses(value, ruled, most=1)
    if not like:
        return None
    return Doubt(f"did you mean {like[0]}, which has mandatory fields of its own?")


def _unusual_country(value: Any) -> Doubt | None:
    if value in codes.countries():
        return None
    reason = f"{show(value)} is no ISO 3166-1 alpha-2 code such as FR"
    code = codes.country_code(value) if isinstance(value, str) else None
    if code is None:
        return Doubt(reason)
    formula = f'IF({{x}} == {show(value, _LONGEST_NAME)}, "{code}", {{x}})'
    return Doubt(reason, (Mending(code, (formula,)),))


def _currency(raw: Any, _zone: ZoneInfo) -> Converted:
    if not isinstance(raw, str):
        raise Unconvertible("a currency is a text of three letters")
    value = raw.strip().upper()
    if value not in codes.currencies():
        raise Unconvertible("no such code in ISO 4217")
    if value == raw:
        return value, ()
    return value, (f"{show(raw)} → {value} (assumption: the ISO 4217 code is meant)",)


def _unusual_currency(value: Any) -> Doubt | None:
    """The doubt about a code of ISO 4217 in which nobody pays."""
    if value not in codes.NO_MONEY:
        return None
    reason = f"it is ISO 4217's code for {codes.NO_MONEY[value]}, in which nobody pays"
    return Doubt(reason, fix="send the currency that the guest pays in")


def _boolean(raw: Any, _zone: ZoneInfo) -> Converted:
    if isinstance(raw, bool):
        return raw, ()
    if isinstance(raw, str) and raw.strip().lower() in _BOOLEANS:
        return _BOOLEANS[raw.strip().lower()], (f"text {show(raw)} → boolean",)
    if isinstance(raw, int | float) and raw in (0, 1):
        return bool(raw), (f"{show(raw)} → {show(bool(raw))}",)
    # What stands for no has many spellings, an empty cell among them: what is not yes is none.
    yes = isinstance(raw, str) and raw.strip().lower() in _YES
    mendings = (Mending(True, (f"{{x}} == {show(raw)}",)),) if yes else ()
    raise Unconvertible("only true, false, 1 and 0 can be booleans, also as texts", *mendings)


def _unusual_date(value: Any) -> Doubt | None:
    first, last = moments.YEARS
    return None if first <= int(value[:4]) <= last else moments.outside_years()


def _never_unusual(_value: Any) -> Doubt | None:
    return None


_TYPES: Final = {
    entry.name: entry
    for entry in (
        FieldType("text", "text", texts.convert_text, texts.unusual_text),
        FieldType("id", "an id: text without blanks", texts.convert_id, texts.unusual_id),
        FieldType(
            "click id",
            "an id as TikTok gave it: text without blanks, decoded",
            texts.convert_id,
            texts.unusual_click_id,
        ),
        FieldType("status", "an order status: one word in capitals", _status, _unusual_status),
        FieldType(
            "country", "an ISO 3166-1 alpha-2 code such as FR", texts.convert_text, _unusual_country
        ),
        FieldType("currency", "an ISO 4217 code such as EUR", _currency, _unusual_currency),
        FieldType(
            "amount", "a number such as 120.5, not negative", amounts.convert_amount, _never_unusual
        ),
        FieldType(
            "whole number",
            "a whole number such as 3, not negative",
            amounts.convert_whole,
            _never_unusual,
        ),
        FieldType("boolean", "true or false", _boolean, _never_unusual),
        FieldType(
            "timestamp",
            "a time as seconds, milliseconds or ISO 8601",
            moments.convert_timestamp,
            moments.unusual_time,
        ),
        FieldType("date", "a date as YYYY-MM-DD", parse_date, _unusual_date),
    )
}
