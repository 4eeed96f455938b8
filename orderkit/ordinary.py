"""What an ordinary value of each row type is, as Python expressions for generated functions.

A condition may be narrower than what `orderkit.conversions` accepts, never wider: a value ``v``
that meets it converts to the value beside it, and no problem is found.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from math import nan
from typing import Any, Final

from orderkit import codes
from orderkit.conversions import (
    MILLISECONDS_FROM,
    USUAL_SECONDS,
    YEARS,
    choices,
    encodable,
)

_FRACTION_AND_OFFSET: Final = re.compile(
    r"(?:\.[0-9]{1,6})?(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_SECONDS_IN_TEXT: Final = re.compile(r"[0-9]{10}|[0-9]{13}")
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - beside times whose offset is taken off
_FIRST, _END = USUAL_SECONDS
_FIRST_YEAR, _LAST_YEAR = map(str, YEARS)

#: Type → (what an ordinary value ``v`` of it meets, the value for the payload).
_VALUES: Final = {
    "text": ("type(v) is str and v.strip() and (v.isascii() or encodable(v))", "v"),
    "country": ("type(v) is str and v in countries", "v"),
    "currency": ("type(v) is str and v in currencies", "v"),
    "amount": ("type(v) is float and 0.0 < v < 1e9 or type(v) is int and 0 <= v < 10**9", "v"),
    "whole number": ("type(v) is int and 0 <= v < 10**9", "v"),
    "boolean": ("v is True or v is False", "v"),
    "timestamp": ("(s := seconds(v))", "s"),
    "date": ("type(v) is str and len(v) == 10 and is_day(v)", "v"),
}
#: Type → what rules over several fields compare of a value of it, if not the value itself.
_COMPARED: Final = {"amount": "cents", "date": "days"}


def value(type_name: str) -> tuple[str, str]:
    """What an ordinary value ``v`` of the type meets, and the value for the payload."""
    if type_name in _VALUES:
        return _VALUES[type_name]
    return f"type(v) is str and v in {choices(type_name)!r}", "v"


def compared(type_name: str, name: str) -> str:
    """What rules over several fields compare of a payload's value of that type and name."""
    return f"{_COMPARED[type_name]}({name})" if type_name in _COMPARED else name


def seconds(raw: Any) -> int | None:
    """The whole seconds of an ordinary timestamp."""
    if type(raw) is str:
        # 2026-06-01T12:00:00+02:00: in 19 characters with these between them, Python reads no other
        # form, and a time without an offset is quick to count.
        if raw[4:17:3] == "--T::" and (offset := _offset(raw[19:])) is not None:
            try:
                since = datetime.fromisoformat(raw[:19]) - _EPOCH
            except ValueError:
                return None
            raw = since.days * 86_400 + since.seconds - offset
            return raw if _FIRST <= raw < _END else None
        if not _SECONDS_IN_TEXT.fullmatch(raw):
            return None
        raw = int(raw)
    if type(raw) is not int:
        return None
    if raw >= MILLISECONDS_FROM:
        raw //= 1000
    return raw if _FIRST <= raw < _END else None


@lru_cache(maxsize=4_096)
def _offset(text: str) -> int | None:
    """The seconds from UTC that stand behind a time and its fraction; None for anything else."""
    match = _FRACTION_AND_OFFSET.fullmatch(text)
    if not match:
        return None
    sign, hours, minutes = match.groups()
    return int(f"{sign}1") * (int(hours) * 3_600 + int(minutes) * 60) if sign else 0


# The same dates come again and again: they are read once.
@lru_cache(maxsize=4_096)
def is_day(text: str) -> bool:
    """Whether a text of ten characters is a date as ``YYYY-MM-DD``, of a usual year."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    # Python reads weeks too, as 2026-W01-1.
    return text[4] == "-" == text[7] and _FIRST_YEAR <= text[:4] <= _LAST_YEAR


@lru_cache(maxsize=4_096)
def days(text: str) -> int:
    """A payload's date as a number."""
    return date.fromisoformat(text).toordinal()


def cents(amount: Any) -> float:
    """A payload's amount in hundredths, as an int; NaN, which equals nothing, if not exact.

    Up to 15 digits, no two decimals have the same nearest float: if that of the hundredths is the
    amount, the amount's own digits are theirs.
    """
    if type(amount) is Decimal:
        return nan
    hundredths = round(amount * 100)
    return hundredths if hundredths < 10**15 and hundredths / 100 == amount else nan


def names() -> dict[str, Any]:
    """What the names in these expressions stand for."""
    return {
        "cents": cents,
        "countries": codes.countries(),
        "currencies": codes.currencies(),
        "days": days,
        "encodable": encodable,
        "is_day": is_day,
        "seconds": seconds,
    }
