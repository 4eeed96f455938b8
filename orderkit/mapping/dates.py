"""Reading one calendar date, and refusing the ones that could be two."""

import math
import re
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.events.jsontext import show
from orderkit.mapping.conversion import Converted, Mending, Unconvertible
from orderkit.mapping.moments import (
    LAST_SECOND,
    assumed_zone,
    compact_formulas,
    read_compact,
)
from orderkit.mapping.written_moments import MONTHS, written_moments, year_last_patterns

_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: "2026.04.06." as in Hungary, "6. 4. 2026" as in Czechia.
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-/.] ?| ?)([0-9]{1,2})\2([0-9]{1,2})\.?")
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-/.] ?| )([0-9]{1,2})\2([0-9]{4})")
_SHORT_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-/.] ?| )([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_DAY_NAMED_MONTH: Final = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[-. ]{1,2}([a-z]+)[-., ]{1,2}([0-9]{4})"
)
_NAMED_MONTH_DAY: Final = re.compile(r"([a-z]+)[. ]{1,2}([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_SECONDS: Final = re.compile(r"[0-9]{9,13}")
#: What lies on a day in one time zone, and may lie on another one in another.
_OF_A_ZONE: Final = re.compile(r"[0-9]{9,13}|.*:.*(?:Z|[+-][0-9:]+)")
_AS_WRITTEN: Final = 'DATEFORMAT({x}, "yyyy-MM-dd")'
#: A timestamp is no date of some offset: it is shown in the destination's time zone.
_IN_ZONE: Final = 'DATEFORMAT(DATEFORMAT({x}, "x"), "yyyy-MM-dd")'
_WITH_T: Final = 'SUBSTITUTE({x}, " ", "T")'


def parse_date(raw: Any, zone: ZoneInfo) -> Converted:
    """A date as ``YYYY-MM-DD`` and the steps that led there.

    Raises `Unconvertible`. A moment is a date only when the day it was written with is also the day
    in the destination's time zone.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Unconvertible("it is no date")
    text = raw.strip() if isinstance(raw, str) else _digits(raw)
    if len(text) > 40:
        raise Unconvertible("it is no date")
    if isinstance(raw, str) and _ISO.fullmatch(text):
        value = _calendar(text, int(text[:4]), int(text[5:7]), int(text[8:])).isoformat()
        return value, () if text == raw else ("spaces around it dropped",)
    value = _read(text, zone).isoformat()
    assumed = assumed_zone(zone) if _OF_A_ZONE.fullmatch(text) else ""
    return value, (f"{show(raw)} → {value}{assumed}",)


def _digits(number: float) -> str:
    """A number's whole part; only a count of seconds may have more than that."""
    if not abs(number) < 10**15:  # NaN compares as neither
        raise Unconvertible("it is no date")
    digits = str(math.floor(number))
    if number != math.floor(number) and not _SECONDS.fullmatch(digits):
        raise Unconvertible("it is no date")
    return digits


def _read(text: str, zone: ZoneInfo) -> date:
    if match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = match.groups()
        if match[2] or len(text) == 8:
            return _calendar(text, int(year), int(month), int(day))
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(text, *match.groups())
    folded = text.lower()
    if (match := _DAY_NAMED_MONTH.fullmatch(folded)) and match[2] in MONTHS:
        return _calendar(text, int(match[3]), MONTHS[match[2]], int(match[1]))
    if (match := _NAMED_MONTH_DAY.fullmatch(folded)) and match[1] in MONTHS:
        return _calendar(text, int(match[3]), MONTHS[match[1]], int(match[2]))
    if len(text) > 8 and (compact := read_compact(text)):
        moment, pattern = compact
        mending = Mending(moment.date().isoformat(), compact_formulas(pattern, "yyyy-MM-dd"))
        raise Unconvertible("it has a time and no separators", mending)
    if written := written_moments(text):
        timed = written[0].has_time
        last = "" if written[0].pattern.startswith("y") else ", and its year last"
        reason = f"it has a time{last}" if timed else "its year has two digits"
        raise Unconvertible(reason, *(_reading(m.date(), pattern) for m, pattern, _ in written))
    if _SECONDS.fullmatch(text):
        seconds = int(text) / (1000 if int(text) >= 10**12 else 1)
        if seconds > LAST_SECOND:
            raise Unconvertible("no date is that far away")
        return _day_of(datetime.fromtimestamp(seconds, UTC), zone)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unconvertible("it is no date") from error
    return _day_of(moment, zone)


def _year_last(text: str, one: str, separator: str, other: str, year_: str) -> date:
    first, second, year = int(one), int(other), int(year_)
    if first == second or second > 12:
        return _calendar(text, year, first, second)
    if first > 12:
        return _calendar(text, year, second, first)
    day_first, month_first = year_last_patterns(one, other, separator, year_)
    readings = (
        _reading(date(year, second, first), day_first),
        _reading(date(year, first, second), month_first),
    )
    could_be = " or ".join(mending.gives for mending in readings)
    raise Unconvertible(f"it could be {could_be}", *readings)


def year_last_formulas(raw: Any) -> tuple[str, ...]:
    """Formulas that read a date with its year last, the day or the month first; none for others.

    For many such dates together: which is meant, one of them alone may not tell.
    """
    match = _SHORT_YEAR_LAST.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not match:
        return ()
    return tuple(map(_formula, year_last_patterns(match[1], match[3], match[2], match[4])))


def _formula(pattern: str) -> str:
    return f'DATEFORMAT(DATEPARSE({{x}}, "{pattern}"), "yyyy-MM-dd")'


def _reading(day: date, pattern: str) -> Mending:
    return Mending(day.isoformat(), (_formula(pattern),), f"reads {day}")


def _day_of(moment: datetime, zone: ZoneInfo) -> date:
    written = moment.date()
    if moment.tzinfo is None:
        return written
    try:
        there = moment.astimezone(zone).date()
    except OverflowError as error:
        raise Unconvertible("no date is that far away") from error
    if there != written:
        in_zone = tuple(
            formula.replace("{x}", x)
            for x in ("{x}", _WITH_T)
            for formula in (_IN_ZONE, _AS_WRITTEN)
        )
        readings = [Mending(there.isoformat(), in_zone, f"the day in {zone.key}, {there}")]
        # A moment in UTC says nothing of the hotel's day; one with an offset may be local time.
        if moment.utcoffset():
            as_written = tuple(_AS_WRITTEN.replace("{x}", x) for x in ("{x}", _WITH_T))
            words = f"the day as written, {written}"
            readings.insert(0, Mending(written.isoformat(), as_written, words))
        raise Unconvertible(
            f"this moment is {written} as written and {there} in {zone.key}", *readings
        )
    return written


def _calendar(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unconvertible(f"the calendar has no {text}") from error
