"""Timestamps: seconds, milliseconds or ISO 8601 become whole seconds; other units are refused."""

import math
import re
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.events.jsontext import show
from orderkit.mapping.amounts import NUMBER, decimal
from orderkit.mapping.conversion import Converted, Doubt, Mending, Steps, Unconvertible
from orderkit.mapping.written_moments import written_moments

#: From here on a number is read as milliseconds: as seconds it would lie beyond the year 9999.
MILLISECONDS_FROM: Final = 10**12
YEARS: Final = (2000, 2100)
USUAL_SECONDS: Final = (946_684_800, 4_133_980_800)  # 2000-01-01 to the end of 2100, in UTC
LAST_SECOND: Final = 253_402_300_799  # the end of the year 9999, in UTC

_ISO_MOMENT: Final = re.compile(
    r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:[T ][0-9:.,]+ ?(?:Z|[+-][0-9:]+)?)?"
)
#: Digits of dates and times without separators → how Python and formulas read them.
_COMPACT: Final = {
    8: ("%Y%m%d", "yyyyMMdd"),
    12: ("%Y%m%d%H%M", "yyyyMMddHHmm"),
    14: ("%Y%m%d%H%M%S", "yyyyMMddHHmmss"),
}
_LAST_OF_1970: Final = 31_535_999
_FINER: Final = {"microseconds": 10**6, "nanoseconds": 10**9}


def convert_timestamp(raw: Any, zone: ZoneInfo) -> Converted:
    """A time as whole seconds since 1970."""
    if isinstance(raw, str) and _ISO_MOMENT.fullmatch(raw.strip()) and not NUMBER.fullmatch(raw):
        return _moment(raw.strip(), zone)
    try:
        number, steps = decimal(raw)
    except Unconvertible as error:
        readings = _written(raw, zone)
        raise Unconvertible("it is neither a timestamp nor ISO 8601", *readings) from error
    if number < 0:
        raise Unconvertible("it lies before 1970")
    # A date of eight digits may be seconds of the year 1970: that is a doubt.
    if number > _LAST_OF_1970 and (compact := read_compact(raw)):
        moment, pattern = compact
        raise Unconvertible(
            f"it looks like the date and time {moment.isoformat(' ')}, not like a timestamp",
            Mending(int(moment.replace(tzinfo=zone).timestamp()), compact_formulas(pattern, "X")),
        )
    if number >= MILLISECONDS_FROM:
        for unit, parts in _FINER.items():
            if is_usual(number / parts):
                raise Unconvertible(
                    f"it looks like {unit}, which no timestamp here has",
                    Mending(math.floor(number / parts), (f"NUMBER({{x}}) / {parts}",)),
                )
        number /= 1000
        steps += ("milliseconds → seconds",)
    value = math.floor(number)
    if value > LAST_SECOND:
        raise Unconvertible("no date is that far away")
    if value != number:
        steps += ("cut to whole seconds",)
    return value, steps


def _moment(text: str, zone: ZoneInfo) -> Converted:
    try:
        moment = datetime.fromisoformat(text.replace(" Z", "Z"))
        steps: Steps = ("ISO 8601 → seconds",)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
            steps = (f"no offset: read in {zone.key}{assumed_zone(zone)}", *steps)
        if moment.microsecond:
            steps += ("cut to whole seconds",)
        value = int(moment.replace(microsecond=0).timestamp())
    except (ValueError, OverflowError) as error:
        raise Unconvertible("there is no such date and time") from error
    if value < 0:
        raise Unconvertible("it lies before 1970")
    if value > LAST_SECOND:
        raise Unconvertible("no date is that far away")
    return value, steps


def assumed_zone(zone: ZoneInfo) -> str:
    """What a step that reads in the time zone says more, where that may have been set by nobody."""
    return " (assumption: UTC unless a time zone is set)" if zone.key == "UTC" else ""


def read_compact(raw: Any) -> tuple[datetime, str] | None:
    """The date and time in digits such as 20260601120000, and its pattern in formulas."""
    # Not of an integer of any length: its digits may be more than Python writes.
    small = isinstance(raw, str) or (isinstance(raw, int) and raw.bit_length() <= 64)
    digits = str(raw).strip() if small else ""
    if len(digits) not in _COMPACT or not (digits.isascii() and digits.isdecimal()):
        return None
    python, pattern = _COMPACT[len(digits)]
    try:
        moment = datetime.strptime(digits, python)  # noqa: DTZ007 - the zone is the caller's
    except ValueError:
        return None
    return (moment, pattern) if YEARS[0] <= moment.year <= YEARS[1] else None


def compact_formulas(pattern: str, into: str) -> tuple[str, ...]:
    """Formulas that read such digits, in a text or as a number."""
    return tuple(
        f'DATEFORMAT(DATEPARSE({x}, "{pattern}"), "{into}")' for x in ("{x}", "STRING({x})")
    )


def _written(raw: Any, zone: ZoneInfo) -> tuple[Mending, ...]:
    """What a date and time such as ``31.12.2026 14:00`` may be."""
    readings = []
    for moment, pattern, _has_time in written_moments(raw):
        with suppress(OverflowError):
            seconds = int(moment.replace(tzinfo=zone).timestamp())
            formula = f'DATEFORMAT(DATEPARSE({{x}}, "{pattern}"), "X")'
            readings.append(Mending(seconds, (formula,), f"reads {moment:%Y-%m-%d %H:%M:%S}"))
    return tuple(readings)


def is_usual(seconds: Any) -> bool:
    """Whether a time lies in the years that bookings are of."""
    return bool(USUAL_SECONDS[0] <= seconds < USUAL_SECONDS[1])


def unusual_time(value: Any) -> Doubt | None:
    """The doubt about a time that is hardly a booking's."""
    if is_usual(value):
        return None
    if compact := read_compact(value):
        date = compact[0].date()
        return Doubt(f"as seconds it lies in 1970; it looks like the date {date}, without dashes")
    return outside_years()


def outside_years() -> Doubt:
    """The doubt about what is hardly a booking's year."""
    return Doubt(f"it lies outside the years {YEARS[0]} to {YEARS[1]}")


def seconds_in_milliseconds(raw: Any) -> str:
    """In words, what a timestamp is that should be milliseconds and is seconds; "" otherwise."""
    try:
        number, _steps = decimal(raw)
    except Unconvertible:
        return ""
    return f"{show(raw)} is in seconds" if is_usual(number) else ""
