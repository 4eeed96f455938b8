"""Reading one calendar date, and refusing the ones that could be two."""

import math
import re
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.events.jsontext import show

_MONTHS: Final = {
    name[:length]: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"), start=1)
    for length in (3, len(name))
} | {"sept": 9}  # fmt: skip

_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-/. ]?)([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})")
_DAY_NAMED_MONTH: Final = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[-. ]{1,2}([a-z]+)[-., ]{1,2}([0-9]{4})"
)
_NAMED_MONTH_DAY: Final = re.compile(r"([a-z]+)[. ]{1,2}([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_SECONDS: Final = re.compile(r"[0-9]{9,13}")
_LAST_SECOND: Final = 253_402_300_799  # the end of the year 9999, in UTC


class NoDate(ValueError):  # noqa: N818 - a finding about a value
    """A value that is no date, or could be two; `formula` settles it, ``{x}`` being the value."""

    def __init__(self, reason: str, formula: str = "") -> None:
        super().__init__(reason)
        self.reason, self.formula = reason, formula


def parse_date(raw: Any, zone: ZoneInfo) -> tuple[str, tuple[str, ...]]:
    """A date as ``YYYY-MM-DD`` and the steps that led there.

    Raises `NoDate`. A moment is a date only when the day it was written with is also the day in the
    destination's time zone.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise NoDate("it is no date")
    text = raw.strip() if isinstance(raw, str) else _digits(raw)
    if len(text) > 40:
        raise NoDate("it is no date")
    if isinstance(raw, str) and _ISO.fullmatch(text):
        value = _calendar(text, int(text[:4]), int(text[5:7]), int(text[8:])).isoformat()
        return value, () if text == raw else ("spaces around it dropped",)
    value = _read(text, zone).isoformat()
    return value, (f"{show(raw)} → {value}",)


def _digits(number: float) -> str:
    """A number's whole part; only a count of seconds may have more than that."""
    if not abs(number) < 10**15:  # NaN compares as neither
        raise NoDate("it is no date")
    digits = str(math.floor(number))
    if number != math.floor(number) and not _SECONDS.fullmatch(digits):
        raise NoDate("it is no date")
    return digits


def _read(text: str, zone: ZoneInfo) -> date:
    if match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = match.groups()
        if match[2] or len(text) == 8:
            return _calendar(text, int(year), int(month), int(day))
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(text, int(match[1]), int(match[3]), int(match[4]), match[2])
    folded = text.lower()
    if (match := _DAY_NAMED_MONTH.fullmatch(folded)) and match[2] in _MONTHS:
        return _calendar(text, int(match[3]), _MONTHS[match[2]], int(match[1]))
    if (match := _NAMED_MONTH_DAY.fullmatch(folded)) and match[1] in _MONTHS:
        return _calendar(text, int(match[3]), _MONTHS[match[1]], int(match[2]))
    if _SECONDS.fullmatch(text):
        seconds = int(text) / (1000 if int(text) >= 10**12 else 1)
        if seconds > _LAST_SECOND:
            raise NoDate("no date is that far away")
        return _day_of(datetime.fromtimestamp(seconds, UTC), zone)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NoDate("it is no date") from error
    return _day_of(moment, zone)


def _year_last(text: str, first: int, second: int, year: int, separator: str) -> date:
    if first == second or second > 12:
        return _calendar(text, year, first, second)
    if first > 12:
        return _calendar(text, year, second, first)
    pattern = (
        f"dd{separator}MM{separator}yyyy" if len(text) == 10 else f"d{separator}M{separator}yyyy"
    )
    raise NoDate(
        f"it could be {year}-{first:02}-{second:02} or {year}-{second:02}-{first:02}",
        f'DATEFORMAT(DATEPARSE({{x}}, "{pattern}"), "yyyy-MM-dd")',
    )


def _day_of(moment: datetime, zone: ZoneInfo) -> date:
    written = moment.date()
    if moment.tzinfo is None:
        return written
    try:
        there = moment.astimezone(zone).date()
    except OverflowError as error:
        raise NoDate("no date is that far away") from error
    if there != written:
        raise NoDate(
            f"this moment is {written} as written and {there} in {zone.key}",
            'DATEFORMAT({x}, "yyyy-MM-dd")',
        )
    return written


def _calendar(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NoDate(f"the calendar has no {text}") from error
