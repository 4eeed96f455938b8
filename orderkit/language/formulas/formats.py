"""Date formats, compiled once: to a function that writes a date, or one that reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import regex

from orderkit.events.paths import near_misses
from orderkit.language.formulas import dates
from orderkit.language.formulas.limits import MAX_FORMAT
from orderkit.language.formulas.luxon import MACROS, READERS, WRITERS, Writer
from orderkit.language.formulas.values import RefusedError, brief

Read: TypeAlias = Callable[[str, tzinfo, datetime], datetime]

# Luxon reads a year of two digits up to here as of this century.
LAST_SHORT_YEAR: Final = 60


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a text in a time zone; what the text leaves out is that of now, or the first.

    zoned: whether the text itself says what moment it means
    """

    read: Read
    zoned: bool

    def __call__(self, text: str, zone: tzinfo, now: datetime) -> datetime:
        return self.read(text, zone, now)


class _Piece(NamedTuple):
    literal: bool
    text: str


def writer(value: Any) -> Writer:
    """What writes a date in this format; raises RefusedError for one that cannot be used."""
    return _writer(_checked(value))


def reader(value: Any) -> Reader:
    """What reads a text of this format; raises RefusedError for one that cannot be used."""
    return _reader(_checked(value))


def _checked(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise RefusedError(f'the format is {brief(value)}; write a text like "yyyy-MM-dd"')
    return value


def _pieces(value: str) -> list[_Piece]:
    if len(value) > MAX_FORMAT:
        raise RefusedError(f"the format has more than {MAX_FORMAT} characters")
    pieces: list[_Piece] = []
    # Every second part stands in quotes; Luxon has no way to write a quote.
    parts = value.split("'")
    if len(parts) % 2 == 0:
        raise RefusedError(f"the format {brief(value)} has a ' that is never closed")
    for index, part in enumerate(parts):
        if index % 2:
            pieces.append(_Piece(True, part))
            continue
        runs = (found[0] for found in regex.finditer(r"(.)\1*", part, regex.DOTALL))
        for run in runs:
            if run in MACROS:
                pieces += _pieces(MACROS[run])
            else:
                pieces.append(_Piece(not (run.isascii() and run.isalpha()), run))
    return pieces


def _unknown(token: str) -> RefusedError:
    near = near_misses(token, [known for known in WRITERS if len(known) == len(token)])
    meant = f"; did you mean `{near[0]}`?" if near else ""
    reason = f"`{token}` is no token of a date format{meant}"
    return RefusedError(f"{reason} (letters that stand for themselves go between ': '{token}')")


@lru_cache(maxsize=256)
def _writer(value: str) -> Writer:
    writers: list[str | Writer] = []
    for literal, text in _pieces(value):
        if not literal and text not in WRITERS:
            raise _unknown(text)
        writers.append(text if literal else WRITERS[text])
    if len(writers) == 1 and callable(writers[0]):
        return writers[0]
    return lambda moment: "".join([w if isinstance(w, str) else w(moment) for w in writers])


@lru_cache(maxsize=256)
def _reader(value: str) -> Reader:
    pattern: list[str] = []
    names: dict[str, list[str]] = {}
    fields_read: set[str] = set()
    for literal, text in _pieces(value):
        if literal:
            pattern.append(regex.escape(text))
            continue
        if text not in READERS:
            raise (
                RefusedError(f"`{text}` can be written, not read")
                if text in WRITERS
                else (_unknown(text))
            )
        field, shape = READERS[text]
        # Also what bounds the ways in which digits can be dealt out to tokens.
        if field in fields_read:
            raise RefusedError(f"the format {brief(value)} has the {field} twice")
        fields_read.add(field)
        if isinstance(shape, list):
            names[field] = [name.casefold() for name in shape]
            shape = "|".join(shape)
        pattern.append(f"(?P<{field}>{shape})")
    compiled = regex.compile("".join(pattern), regex.IGNORECASE | regex.ASCII)

    def read(text: str, zone: tzinfo, now: datetime) -> datetime:
        try:
            # The clock is that of all threads together: a short limit is over while others run.
            found = compiled.fullmatch(text, timeout=1) if len(text) <= MAX_FORMAT else None
        except TimeoutError:
            found = None
        if found is None:
            raise RefusedError(f"{brief(text)} is not written as {brief(value)}")
        fields: dict[str, Any] = dict(found.groupdict())
        for field, known in names.items():
            fields[field] = known.index(fields[field].casefold()) + 1
        return dates.in_range(lambda: _assembled(fields, zone, now))

    zoned = not {"offset", "zone", "seconds", "milliseconds"}.isdisjoint(fields_read)
    return Reader(read, zoned)


def _assembled(fields: dict[str, Any], zone: tzinfo, now: datetime) -> datetime:
    if "seconds" in fields or "milliseconds" in fields:
        seconds = fields.get("seconds")
        milliseconds = Decimal(seconds) * 1000 if seconds else Decimal(fields["milliseconds"])
        return (dates.EPOCH + int(milliseconds) * dates.MILLISECOND).astimezone(zone)
    if "offset" in fields:
        zone = _fixed(fields.pop("offset"))
    elif "zone" in fields:
        zone = _named(fields.pop("zone"))
    whole = {name: int(text) for name, text in fields.items() if name not in ("fraction", "zone")}
    local = now.astimezone(zone)
    day = _day(whole, local)
    if "weekday" in whole and day.isoweekday() != whole["weekday"]:
        raise RefusedError(f"{day.isoformat()} is another day of the week")
    hour = _hour(whole)
    millisecond = whole.get("millisecond", 0)
    if "fraction" in fields:
        millisecond = int(fields["fraction"].ljust(3, "0")[:3])
    clock = {"hour": hour, "minute": whole.get("minute"), "second": whole.get("second")}
    # What comes before the first part that is given is now's; the rest starts at zero.
    known = _dated(whole)
    for name, number in clock.items():
        if number is None:
            clock[name] = 0 if known else getattr(local, name)
        known = known or number is not None
    moment = datetime.combine(day, time(**clock, microsecond=millisecond * 1000))  # type: ignore[arg-type]
    return dates.in_zone(moment, zone)


def _dated(whole: dict[str, int]) -> bool:
    parts = "year year2 quarter month day ordinal week_year week_year2 week weekday"
    return not whole.keys().isdisjoint(parts.split())


def _year(whole: dict[str, int], name: str, otherwise: int) -> int:
    short = whole.get(f"{name}2")
    if short is None:
        return whole.get(name, otherwise)
    if short > 99:
        return short
    return short + (2000 if short <= LAST_SHORT_YEAR else 1900)


def _day(whole: dict[str, int], local: datetime) -> date:
    year = _year(whole, "year", local.year)
    if "ordinal" in whole:
        return _ordinal(year, whole["ordinal"])
    calendar = "month" in whole or "day" in whole or "quarter" in whole
    if not calendar and not whole.keys().isdisjoint(("week", "week_year", "week_year2", "weekday")):
        today = local.isocalendar()
        named = not whole.keys().isdisjoint(("week_year", "week_year2"))
        week = whole.get("week", 1 if named else today.week)
        return date.fromisocalendar(
            _year(whole, "week_year", today.year), week, whole.get("weekday", 1)
        )
    if "quarter" in whole:
        if not 1 <= whole["quarter"] <= 4:
            raise ValueError("a year has four quarters")
        whole = {"month": whole["quarter"] * 3 - 2, **whole}
    if not calendar and "year" not in whole and "year2" not in whole:
        return local.date()
    given_year = "year" in whole or "year2" in whole
    month = whole.get("month", 1 if given_year else local.month)
    return date(year, month, whole.get("day", 1))


def _ordinal(year: int, number: int) -> date:
    day = date.fromordinal(date(year, 1, 1).toordinal() + number - 1)
    if day.year != year:
        raise ValueError("the year has fewer days")
    return day


def _hour(whole: dict[str, int]) -> int | None:
    if "hour12" not in whole:
        if "afternoon" in whole and "hour" in whole:
            raise RefusedError("AM and PM go with `h`, not with `H`")
        return whole.get("hour")
    hour = whole["hour12"]
    if hour > 12:
        raise RefusedError(f"{hour} is no hour of a clock with twelve; `H` reads one of 24")
    if "afternoon" not in whole:
        return hour
    return hour % 12 + 12 * (whole["afternoon"] - 1)


def _fixed(text: str) -> tzinfo:
    """The zone of an offset like ``+1``, ``+01:30`` or ``-0330``."""
    hours, _, minutes = text[1:].partition(":")
    if len(hours) > 2:
        hours, minutes = hours[:-2], hours[-2:]
    total = int(hours) * 60 + int(minutes or 0)
    return dates.fixed_offset(-total if text[0] == "-" else total)


def _named(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise RefusedError(f"{brief(name)} is no time zone") from None
