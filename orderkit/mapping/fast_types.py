"""What common values of each type are, as Python expressions for generated functions.

A condition may be narrower than what `orderkit.mapping.types` accepts, never wider: a value ``v``
that meets it converts to the value beside it, and no problem is found.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import nan
from typing import Any, Final, NamedTuple

from orderkit.destination import codes
from orderkit.mapping.moments import MILLISECONDS_FROM, USUAL_SECONDS, YEARS
from orderkit.mapping.texts import NO_VALUES
from orderkit.mapping.types import choices

_FRACTION_AND_OFFSET: Final = re.compile(
    r"(?:\.[0-9]{1,6})?(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - beside times whose offset is taken off
#: Offset → what clocks there showed at the epoch, for those that time zones have.
_EPOCHS: Final = {"Z": _EPOCH} | {
    f"{sign}{minutes // 60:02}:{minutes % 60:02}": _EPOCH
    + timedelta(minutes=int(f"{sign}{minutes}"))
    for sign in "+-"
    for minutes in range(0, 15 * 60, 15)
}
_SECONDS_IN_TEXT: Final = re.compile(r"[0-9]{10}|[0-9]{13}")
#: No blank, nothing unseen; without + and % it is no shortened number, and nothing is encoded;
#: without braces it is no placeholder.
_ID: Final = re.compile("[!-$&-*,-z|~]+")
_FIRST, _END = USUAL_SECONDS
_FIRST_YEAR, _LAST_YEAR = map(str, YEARS)


class FastPath(NamedTuple):
    """The common values of a type, in expressions about a variable ``{v}``.

    condition:     what a common value meets
    value:         what the payload gets, if not the value itself
    number:        what rules over several fields compare of it, if not the payload's value itself
    number_of_any: the same of any value of the payload, or None
    """

    condition: str
    value: str = ""
    number: str = ""
    number_of_any: str = ""


_FAST_PATHS: Final = {
    "text": FastPath("type({v}) is str and ({v} in usual_texts or is_usual_text({v}))"),
    "id": FastPath("type({v}) is str and ({v} in usual_ids or is_usual_id({v}))"),
    "click id": FastPath("type({v}) is str and ({v} in usual_ids or is_usual_id({v}))"),
    "country": FastPath("type({v}) is str and {v} in countries"),
    "currency": FastPath("type({v}) is str and {v} in currencies"),
    # Hundredths, of a currency that has them; whole numbers of any.
    "amount": FastPath(
        "type({v}) is float and has_cents{currency} and 0.0 < {v} < 1e9"
        " and (n := {v} * 100 + ROUND - ROUND) / 100 == {v}"
        " or type({v}) is int and 0 <= (n := {v} * 100) < 10**11",
        number="n",
        number_of_any="cents({v})",
    ),
    "whole number": FastPath("type({v}) is int and 0 <= {v} < 10**9"),
    "boolean": FastPath("{v} is True or {v} is False"),
    "timestamp": FastPath("(n := seconds({v}))", value="n"),
    "date": FastPath(
        "type({v}) is str and len({v}) == 10 and (n := usual_day({v}))",
        number="n",
        number_of_any="day({v})",
    ),
}


def fast_path(type_name: str, variable: str, currency: str = "") -> FastPath:
    """The common values of the type, in expressions about the variable.

    An amount's look at ``has_cents{currency}``: whether its currency has two digits or more.
    """
    if type_name in _FAST_PATHS:
        expressions = _FAST_PATHS[type_name]
        return FastPath(*(each.format(v=variable, currency=currency) for each in expressions))
    return FastPath(f"type({variable}) is str and {variable} in {choices(type_name)!r}")


class UsualTexts(set[str]):
    """Texts that were found to be usual: hotels and rooms come again and again.

    So many are kept, and short ones only: what is new in each event is not worth it.
    """

    _MOST: Final = 4_096
    _LONGEST: Final = 64

    def __init__(self, is_usual: Callable[[str], object]) -> None:
        super().__init__()
        self._is_usual = is_usual

    def look(self, text: str) -> bool:
        """Whether a text is usual."""
        usual = bool(self._is_usual(text)) and text not in NO_VALUES
        if usual and len(self) < self._MOST and len(text) <= self._LONGEST:
            self.add(text)
        return usual


def _is_text(text: str) -> bool:
    # The one blank that is printable is the space.
    return text.isprintable() and text[:1] not in (" ", "") and text[-1] != " "


def seconds(raw: Any) -> int | None:
    """The whole seconds of a common timestamp."""
    if type(raw) is str:
        # 2026-06-01T12:00:00+02:00: in 19 characters with these between them, Python reads no other
        # form, and a time without an offset is quick to count.
        if raw[4:17:3] == "--T::":
            epoch = _EPOCHS.get(raw[19:]) or _epoch(raw[19:])
            if epoch is None:
                return None
            try:
                since = datetime.fromisoformat(raw[:19]) - epoch
            except ValueError:
                return None
            raw = since.days * 86_400 + since.seconds
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
def _epoch(text: str) -> datetime | None:
    """What clocks showed at the epoch, if that text stands behind their time; None for no such."""
    match = _FRACTION_AND_OFFSET.fullmatch(text)
    if not match:
        return None
    sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) if sign else timedelta()
    return _EPOCH - offset if sign == "-" else _EPOCH + offset


# The same dates come again and again: they are read once.
@lru_cache(maxsize=4_096)
def usual_day(text: str) -> int:
    """The number of the day that a text of ten characters is as ``YYYY-MM-DD``; 0 if unusual."""
    try:
        number = date.fromisoformat(text).toordinal()
    except ValueError:
        return 0
    # Python reads weeks too, as 2026-W01-1.
    usual = text[4] == "-" == text[7] and _FIRST_YEAR <= text[:4] <= _LAST_YEAR
    return number if usual else 0


def day(text: str | None) -> float:
    """The number of a payload's date, as an int; NaN, which equals nothing, where there is none."""
    return date.fromisoformat(text).toordinal() if text else nan


def cents(amount: Any) -> float:
    """A payload's amount in hundredths, as an int; NaN, which equals nothing, if not exact.

    Up to 15 digits, no two decimals have the same nearest float: if that of the hundredths is the
    amount, the amount's own digits are theirs.
    """
    if type(amount) is not float and type(amount) is not int:
        return nan
    hundredths = round(amount * 100)
    return hundredths if hundredths < 10**15 and hundredths / 100 == amount else nan


def names() -> dict[str, Any]:
    """What the names in these expressions stand for."""
    return {
        "cents": cents,
        "countries": codes.countries(),
        "currencies": codes.currencies() - codes.NO_MONEY.keys(),
        "day": day,
        # A float of this size has no room for a fraction: what is added to it gets rounded.
        "ROUND": 1.5 * 2**52,
        "usual_ids": (ids := UsualTexts(_ID.fullmatch)),
        "is_usual_id": ids.look,
        "usual_texts": (texts := UsualTexts(_is_text)),
        "is_usual_text": texts.look,
        "currencies_with_cents": {
            code for code in codes.currencies() if (codes.minor_units(code) or 0) >= 2
        },
        "seconds": seconds,
        "usual_day": usual_day,
    }
