"""Dates and times as people and their reports write them, and the pattern that a formula reads.

``31.12.2026 14:00``, ``09-Feb-26 21:01``, ``2/9/2026 9:01 PM``, ``2026.02.09. 21:01``, ``9. 2. 2026
21.01``, ``Feb 9, 2026``: where the day and the month may be either, there are two readings. A year
of two digits is one of this century.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple

MONTHS: Final = {
    name[:length]: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"), start=1)
    for length in (3, len(name))
} | {"sept": 9}  # fmt: skip

_YEAR: Final = r"(?P<year>[0-9]{4}|[0-9]{2})"
_CENTURY: Final = 2000
#: Of two digits, a year is one in which a hotel may have had such a list.
_YEARS: Final = range(2010, 2060)
_CLOCK: Final = (
    r"(?:(?P<gap>,? )(?P<hour>[0-9]{1,2})(?P<colon>[:.])(?P<minute>[0-9]{2})"
    r"(?P<second>(?P=colon)[0-9]{2})?(?P<half> ?[ap]m)?)?"
)
_NUMBERS: Final = re.compile(
    rf"(?P<one>[0-9]{{1,2}})(?P<apart>[./-] ?)(?P<two>[0-9]{{1,2}})(?P=apart){_YEAR}{_CLOCK}",
    re.IGNORECASE,
)
_YEAR_FIRST: Final = re.compile(
    r"(?P<year>[0-9]{4})(?P<apart>[./] ?)(?P<month>[0-9]{1,2})(?P=apart)(?P<day>[0-9]{1,2})"
    rf"(?P<end>\.?){_CLOCK}",
    re.IGNORECASE,
)
_DAY_MONTH: Final = re.compile(
    rf"(?P<day>[0-9]{{1,2}})(?P<apart>[-/. ])(?P<month>[a-z]{{3,9}})(?P=apart){_YEAR}{_CLOCK}",
    re.IGNORECASE,
)
_MONTH_DAY: Final = re.compile(
    rf"(?P<month>[a-z]{{3,9}}) (?P<day>[0-9]{{1,2}}), {_YEAR}{_CLOCK}", re.IGNORECASE
)
_NOON: Final = 12
_MONTHS: Final = 12
DAY_FIRST: Final = "the day first"
MONTH_FIRST: Final = "the month first"
_NUMERIC: Final = re.compile("d{1,2}[./-] ?M{1,2}[./-] ?y|M{1,2}[./-] ?d{1,2}[./-] ?y")


class WrittenMoment(NamedTuple):
    """One reading of a text: the moment, in no time zone, and the pattern for DATEPARSE."""

    moment: datetime
    pattern: str
    has_time: bool


def written_moments(raw: Any) -> list[WrittenMoment]:
    """The readings of a text as a date, with or without a time of day; none for other texts.

    A date whose day and month may be either has two, the day first one before the other.
    """
    text = raw.strip() if isinstance(raw, str) else ""
    readings: dict[datetime, WrittenMoment] = {}
    for match, month, day, pattern in _dates(text):
        with suppress(ValueError):
            moment = datetime(_year(match["year"]), month, day, *_time(match))  # noqa: DTZ001
            clock = _clock_pattern(match)
            found = WrittenMoment(moment, pattern + clock, bool(clock))
            readings.setdefault(moment, found)
    return list(readings.values())


def year_last_patterns(first: str, second: str, separator: str, year: str) -> tuple[str, str]:
    """The patterns of a date with its year last: the day first, and the month first."""
    day, month = ("dd", "MM") if len(first) == len(second) == 2 else ("d", "M")
    end = f"{separator}{'y' * len(year)}"
    return f"{day}{separator}{month}{end}", f"{month}{separator}{day}{end}"


def day_order(raw: Any) -> str:
    """`DAY_FIRST` or `MONTH_FIRST`, where a date's numbers show it; "" where they may be either."""
    match = _NUMBERS.fullmatch(raw.strip()) if isinstance(raw, str) else None
    one, two = (int(match["one"]), int(match["two"])) if match else (0, 0)
    if one > _MONTHS >= two:
        return DAY_FIRST
    return MONTH_FIRST if two > _MONTHS >= one else ""


def order_of(pattern: str) -> str:
    """Which of both a pattern has first; "" where it names the month, or begins with the year."""
    if not _NUMERIC.match(pattern):
        return ""
    return DAY_FIRST if pattern.startswith("d") else MONTH_FIRST


def _dates(text: str) -> Iterator[tuple[re.Match[str], int, int, str]]:
    """The match, the month, the day and the date's pattern of each reading."""
    if match := _NUMBERS.fullmatch(text):
        one, two = match["one"], match["two"]
        day_first, month_first = year_last_patterns(one, two, match["apart"], match["year"])
        yield match, int(two), int(one), day_first
        yield match, int(one), int(two), month_first
        return
    if match := _YEAR_FIRST.fullmatch(text):
        month, day = ("M" * len(match["month"]), "d" * len(match["day"]))
        pattern = match["apart"].join(("yyyy", month, day)) + match["end"]
        yield match, int(match["month"]), int(match["day"]), pattern
        return
    match = _DAY_MONTH.fullmatch(text) or _MONTH_DAY.fullmatch(text)
    named_month = MONTHS.get(match["month"].lower()) if match else None
    if match is None or named_month is None:
        return
    day = "dd" if len(match["day"]) == 2 else "d"
    named = "MMM" if len(match["month"]) == 3 else "MMMM"
    year = "y" * len(match["year"])
    if match.re is _MONTH_DAY:
        yield match, named_month, int(match["day"]), f"{named} {day}, {year}"
    else:
        yield match, named_month, int(match["day"]), match["apart"].join((day, named, year))


def _year(written: str) -> int:
    if len(written) == len(str(_CENTURY)):
        return int(written)
    year = _CENTURY + int(written)
    if year not in _YEARS:
        raise ValueError("no such year")
    return year


def _time(match: re.Match[str]) -> tuple[int, int, int]:
    hour, half = int(match["hour"] or 0), (match["half"] or "").strip().lower()
    if half and not 1 <= hour <= _NOON:
        raise ValueError("no hour of half a day")
    if half:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    return hour, int(match["minute"] or 0), int((match["second"] or ":0")[1:])


def _clock_pattern(match: re.Match[str]) -> str:
    if not match["hour"]:
        return ""
    letter = "h" if match["half"] else "H"
    hour = letter * len(match["hour"])
    colon = match["colon"]
    second = f"{colon}ss" if match["second"] else ""
    half = (" a" if match["half"].startswith(" ") else "a") if match["half"] else ""
    return f"{match['gap']}{hour}{colon}mm{second}{half}"
