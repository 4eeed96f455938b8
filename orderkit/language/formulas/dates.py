"""Dates as formulas have them: read, written, moved and compared as the Luxon library does.

Between functions a date is ISO 8601 text or a timestamp; in here it is an aware datetime,
whose time zone is the offset it was given with or, without one, the context's.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from orderkit.language.formulas.values import RefusedError, as_number, brief, is_number

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
SECOND: Final = timedelta(seconds=1)

# A timestamp from here on counts milliseconds: as seconds it would lie 30,000 years ahead.
FIRST_IN_MILLISECONDS: Final = 10**12

_ISO: Final = re.compile(
    r"(?:\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d(?:-?[1-7])?)"
    r"(?:T\d\d(?::?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?)?(?:Z|[+-]\d\d(?::?\d\d(?::\d\d)?)?)?)?",
    re.ASCII,
)
_OFFSET: Final = re.compile(r"(?:Z|T.*[+-]\d\d(?::?\d\d){0,2})$", re.ASCII)
_ISO_MONTH: Final = re.compile(r"(\d{4})(?:-(\d\d))?", re.ASCII)
_ISO_ORDINAL: Final = re.compile(r"(\d{4})-?(\d{3})(?=T|$)", re.ASCII)
_TIMESTAMP: Final = re.compile(r"-?\d{9,16}(?:\.\d{1,6})?", re.ASCII)

# What one unit is: months, or seconds. Months have no fixed length.
_MONTHS: Final = {"years": 12, "months": 1}
_DAYS: Final = {"weeks": 7, "days": 1}
_SECONDS: Final = {"hours": 3600, "minutes": 60, "seconds": 1}
UNITS: Final = (*_MONTHS, *_DAYS, *_SECONDS)

_T = TypeVar("_T")


def in_range(make: Callable[[], _T]) -> _T:
    """What `make` gives; a date beyond the calendar is refused."""
    try:
        return make()
    except (OverflowError, ValueError):
        raise RefusedError("the date lies outside the years 1 to 9999, or does not exist") from None


def read_date(value: Any, zone: tzinfo) -> datetime:
    """The date in ISO 8601 text, a timestamp, or a timestamp as text.

    A timestamp counts seconds, or milliseconds from 10**12 on. Raises RefusedError.
    """
    if isinstance(value, str):
        if _ISO.fullmatch(value):
            return _existing(value, zone)
        if _TIMESTAMP.fullmatch(value):
            return from_timestamp(Decimal(value), zone)
        if found := _ISO_ORDINAL.match(value):
            year, day = int(found[1]), int(found[2])
            start = in_range(lambda: datetime(year, 1, 1) + timedelta(days=day - 1))  # noqa: DTZ001
            if day and start.year == year:
                return read_date(f"{start.date().isoformat()}{value[found.end() :]}", zone)
        if found := _ISO_MONTH.fullmatch(value):
            return read_date(f"{found[1]}-{found[2] or '01'}-01", zone)
    elif is_number(value):
        return from_timestamp(Decimal(as_number(value)), zone)
    raise RefusedError(
        f"{brief(value)} is no date; a date is ISO 8601 or a timestamp, "
        'and DATEPARSE(text, "format") reads others'
    )


def is_local(text: str) -> bool:
    """Whether a text that is a date says nothing about its time zone."""
    return not (_OFFSET.search(text) or _TIMESTAMP.fullmatch(text))


def _existing(text: str, zone: tzinfo) -> datetime:
    try:
        date = in_zone(datetime.fromisoformat(text), zone)
        if not 1 < date.year < 9999:
            date.astimezone(UTC)  # which must exist as well
    except (ValueError, OverflowError):
        raise RefusedError(f"{brief(text)} is no date that exists") from None
    return date


def from_timestamp(value: Decimal, zone: tzinfo) -> datetime:
    """The moment of a timestamp in seconds, or milliseconds from 10¹² on. Raises RefusedError."""
    number = value if abs(value) >= FIRST_IN_MILLISECONDS else value * 1000
    # The comparison first: the digits of a number like 1e99 are not worth writing out.
    if abs(number) >= 10**15:
        raise RefusedError(f"{brief(value)} is no timestamp: it lies outside the years 1 to 9999")
    milliseconds = int(number.to_integral_value("ROUND_FLOOR"))
    return in_range(lambda: (EPOCH + milliseconds * MILLISECOND).astimezone(zone))


def to_timestamp(date: datetime) -> int:
    """Milliseconds since 1970, whole ones."""
    return (date - EPOCH) // MILLISECOND


def in_zone(date: datetime, zone: tzinfo) -> datetime:
    """The date with a time zone: `zone` if it has none.

    A local time that a clock change skips is moved on by what was skipped, as Luxon does.
    """
    if date.tzinfo is not None or zone is UTC:
        return date if date.tzinfo is not None else date.replace(tzinfo=zone)
    local = date.replace(tzinfo=zone)
    return local.astimezone(UTC).astimezone(zone)


def is_utc(date: datetime) -> bool:
    """Whether the date is shown with ``Z``: in UTC, not merely in a zone that is at +00:00."""
    zone = date.tzinfo
    return zone is UTC or (isinstance(zone, ZoneInfo) and zone.key in ("UTC", "GMT"))


def iso(date: datetime) -> str:
    """ISO 8601 with milliseconds and offset: ``2023-01-26T00:05:00.000+01:00``."""
    text = date.isoformat(timespec="milliseconds")
    return f"{text[:-6]}Z" if is_utc(date) else text


def offset(date: datetime) -> tuple[str, int, int]:
    """Sign, hours and minutes of the date's offset."""
    minutes = (date.utcoffset() or timedelta()) // timedelta(minutes=1)
    return "-" if minutes < 0 else "+", *divmod(abs(minutes), 60)


def offset_name(date: datetime) -> str:
    """ "UTC+1", "UTC-3:30", "UTC"."""
    sign, hours, minutes = offset(date)
    if not hours and not minutes:
        return "UTC"
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}"


def fixed_offset(minutes: int) -> tzinfo:
    """A time zone of so many minutes east of UTC."""
    return timezone(timedelta(minutes=minutes)) if minutes else UTC


def unit(value: Any) -> str:
    """The unit of time that a text names, in the plural; raises RefusedError."""
    if isinstance(value, str):
        name = value.strip().lower()
        for known in UNITS:
            if name in (known, known[:-1]):
                return known
    expected = ", ".join(f'"{known}"' for known in UNITS)
    raise RefusedError(f"{brief(value)} is no unit of time; write one of {expected}")


def add(date: datetime, number: int, of: str) -> datetime:
    """The date moved by a number of units.

    Years, months, weeks and days move the calendar and keep the time of day; a day that the
    month lacks becomes its last. Hours, minutes and seconds move the moment.
    """
    zone = date.tzinfo or UTC
    if of in _SECONDS:
        step = _SECONDS[of]
        moved = in_range(lambda: date.astimezone(UTC) + timedelta(seconds=number * step))
        return in_range(lambda: moved.astimezone(zone))
    local = date.replace(tzinfo=None)
    if of in _DAYS:
        days = number * _DAYS[of]
        return in_range(lambda: in_zone(local + timedelta(days=days), zone))
    return in_range(lambda: in_zone(_months_later(local, number * _MONTHS[of]), zone))


def _months_later(local: datetime, months: int) -> datetime:
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return local.replace(
        year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1])
    )


def between(one: datetime, other: datetime, of: str, zone: tzinfo = UTC) -> int:
    """How many whole units lie from one date to the other; negative when it is earlier.

    Days and longer are counted on the calendar: by the day and time of day that each date shows,
    so that a night over a change of clocks is a night. Two dates in UTC may be moments of the
    calendar of `zone`: a unit that is over on either calendar counts.
    """
    if of in _SECONDS:
        # In UTC: Python subtracts two dates of one zone by their clocks.
        step = timedelta(seconds=_SECONDS[of])
        lasts = other.astimezone(UTC) - one.astimezone(UTC)
        return -(-lasts // step) if lasts < timedelta() else lasts // step
    calendars = [(one, other)]
    if is_utc(one) and is_utc(other):
        calendars.append(in_range(lambda: (one.astimezone(zone), other.astimezone(zone))))
    shown = [(a.replace(tzinfo=None), b.replace(tzinfo=None)) for a, b in calendars]
    if shown[0][1] < shown[0][0]:
        return -max(_units(end, start, of) for start, end in shown)
    return max(_units(start, end, of) for start, end in shown)


def _units(start: datetime, end: datetime, of: str) -> int:
    if of in _DAYS:
        return (end - start) // timedelta(days=_DAYS[of])
    months = (end.year - start.year) * 12 + end.month - start.month
    # The months that have begun; the calendar says whether the last one is over.
    if months > 0 and _months_later(start, months) > end:
        months -= 1
    return months // _MONTHS[of]
