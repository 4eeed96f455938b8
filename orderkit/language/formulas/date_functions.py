"""The functions on dates. A null date gives null; the result of moving one is ISO 8601 text."""

from datetime import datetime
from typing import Any

from orderkit.language.formulas import dates, formats
from orderkit.language.formulas.evaluation import Frame
from orderkit.language.formulas.luxon import Writer
from orderkit.language.formulas.registry import function
from orderkit.language.formulas.values import as_text, as_whole


def _date(frame: Frame, value: Any) -> datetime:
    date = dates.read_date(value, frame.context.zone)
    if frame.context.assumed and isinstance(value, str) and dates.is_local(value):
        frame.assume("time zone")
    return date


@function("TIMESTAMP()", "date", "Now, as milliseconds since 1970", clock=True)
def timestamp(frame: Frame) -> int:
    return dates.to_timestamp(frame.context.now)


@function("TODAY()", "date", "Now, as ISO 8601", clock=True)
def today(frame: Frame) -> str:
    return dates.iso(frame.context.now.astimezone(frame.context.zone))


@function(
    "DATEPARSE(text, format)",
    "date",
    "The date that a text holds in that format (Luxon's tokens), as ISO 8601",
    clock=True,
    prepare={1: formats.reader},
)
def dateparse(frame: Frame, text: Any, read: formats.Reader) -> str:
    if frame.context.assumed and not read.zoned:
        frame.assume("time zone")
    return dates.iso(read(as_text(text), frame.context.zone, frame.context.now))


@function(
    "DATEFORMAT(date, format)",
    "date",
    "The date as text in that format (Luxon's tokens)",
    prepare={1: formats.writer},
)
def dateformat(frame: Frame, date: Any, write: Writer) -> str:
    return write(_date(frame, date))


@function("DATEADD(date, n, unit)", "date", "The date n units later", prepare={2: dates.unit})
def dateadd(frame: Frame, date: Any, number: Any, unit: str) -> str:
    return dates.iso(dates.add(_date(frame, date), as_whole(number, "n"), unit))


@function("DATESUB(date, n, unit)", "date", "The date n units earlier", prepare={2: dates.unit})
def datesub(frame: Frame, date: Any, number: Any, unit: str) -> str:
    return dates.iso(dates.add(_date(frame, date), -as_whole(number, "n"), unit))


@function("DATEDIFF(a, b, unit)", "date", "b - a in whole units", prepare={2: dates.unit})
def datediff(frame: Frame, one: Any, other: Any, unit: str) -> int | None:
    if other is None:
        return None
    frame.assume("DATEDIFF")
    return dates.between(_date(frame, one), _date(frame, other), unit, frame.context.zone)


@function(
    "AGE(date[, unit])",
    "date",
    "From the date to now in whole units, years if absent",
    clock=True,
    prepare={1: dates.unit},
)
def age(frame: Frame, date: Any, unit: str = "years") -> int:
    zone = frame.context.zone
    return dates.between(_date(frame, date), frame.context.now.astimezone(zone), unit, zone)


@function("YEAR(date)", "date", "The year")
def year(frame: Frame, date: Any) -> int:
    return _date(frame, date).year


@function("MONTH(date)", "date", "The month, from 1")
def month(frame: Frame, date: Any) -> int:
    return _date(frame, date).month


@function("DAY(date)", "date", "The day of the month")
def day(frame: Frame, date: Any) -> int:
    return _date(frame, date).day


@function("HOUR(date)", "date", "The hour, from 0 to 23")
def hour(frame: Frame, date: Any) -> int:
    return _date(frame, date).hour


@function("MINUTES(date)", "date", "The minutes of the hour")
def minutes(frame: Frame, date: Any) -> int:
    return _date(frame, date).minute


@function("SECONDS(date)", "date", "The seconds of the minute")
def seconds(frame: Frame, date: Any) -> int:
    return _date(frame, date).second


@function("TIMEZONE(date)", "date", 'The offset from UTC, like "UTC+1"')
def timezone(frame: Frame, date: Any) -> str:
    return dates.offset_name(_date(frame, date))
