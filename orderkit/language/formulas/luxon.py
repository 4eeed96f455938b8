"""The tokens of the Luxon library's date formats, in English: how each is written and read.

Source: Luxon's token tables for formatting and for parsing; the localised ones as the tables show
them, in English as spoken in the United States. Left out instead of copied are letters that are no
token at all: Luxon copies those, so that ``YYYY`` would be sent as it stands.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from orderkit.language.formulas import dates
from orderkit.language.formulas.zone_names import Width, zone_name

MONTHS: Final = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
WEEKDAYS: Final = [
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
]

Writer: TypeAlias = Callable[[datetime], str]


def _offset(date: datetime, style: str) -> str:
    sign, hours, minutes = dates.offset(date)
    if style == "Z":
        return f"{sign}{hours}:{minutes}" if minutes else f"{sign}{hours}"
    return f"{sign}{hours:02}{':' if style == 'ZZ' else ''}{minutes:02}"


def _zone(date: datetime) -> str:
    zone = date.tzinfo
    return zone.key if isinstance(zone, ZoneInfo) else dates.offset_name(date)


def _hour12(date: datetime) -> int:
    return date.hour % 12 or 12


def _number(part: Callable[[datetime], int], width: int = 1) -> Writer:
    return lambda date: f"{part(date):0{width}d}"


def _month(date: datetime) -> str:
    return MONTHS[date.month - 1]


def _weekday(date: datetime) -> str:
    return WEEKDAYS[date.isoweekday() - 1]


def _local_week(date: datetime) -> tuple[int, int]:
    """Year and number of the week, from Sunday on; the first is the one with the first of January.

    Counted in days since the year 1, so that the last week of 9999 has a number as well.
    """
    saturday = date.toordinal() + 6 - date.isoweekday() % 7
    next_year = datetime(date.year, 12, 31).toordinal() + 1  # noqa: DTZ001
    if saturday >= next_year:
        return date.year + 1, 1
    return date.year, (saturday - datetime(date.year, 1, 1).toordinal()) // 7 + 1  # noqa: DTZ001


def _zone_name(width: Width) -> Writer:
    return lambda date: zone_name(date, width)


def _writers() -> dict[str, Writer]:
    two: dict[str, Callable[[datetime], int]] = {
        "s": lambda date: date.second,
        "m": lambda date: date.minute,
        "h": _hour12,
        "H": lambda date: date.hour,
        "d": lambda date: date.day,
        "M": lambda date: date.month,
        "L": lambda date: date.month,
        "W": lambda date: date.isocalendar().week,
        "q": lambda date: (date.month + 2) // 3,
    }
    names: dict[str, Writer] = {"M": _month, "L": _month, "E": _weekday, "c": _weekday}
    writers: dict[str, Writer] = {}
    for letter, part in two.items():
        writers |= {letter: _number(part), letter * 2: _number(part, 2)}
    for letter, name in names.items():
        writers |= {
            letter * 3: lambda date, name=name: name(date)[:3],  # type: ignore[misc]
            letter * 4: name,
            letter * 5: lambda date, name=name: name(date)[0],  # type: ignore[misc]
        }
    return writers | {
        "S": _number(lambda date: date.microsecond // 1000),
        "SSS": _number(lambda date: date.microsecond // 1000, 3),
        "u": _number(lambda date: date.microsecond // 1000, 3),
        "uu": _number(lambda date: date.microsecond // 10_000, 2),
        "uuu": _number(lambda date: date.microsecond // 100_000),
        "E": _number(datetime.isoweekday),
        "c": _number(datetime.isoweekday),
        "y": _number(lambda date: date.year),
        "yy": _number(lambda date: date.year % 100, 2),
        "yyyy": _number(lambda date: date.year, 4),
        "kk": _number(lambda date: date.isocalendar().year % 100, 2),
        "kkkk": _number(lambda date: date.isocalendar().year, 4),
        "o": _number(lambda date: date.timetuple().tm_yday),
        "ooo": _number(lambda date: date.timetuple().tm_yday, 3),
        "G": lambda _: "AD",
        "GG": lambda _: "Anno Domini",
        "GGGGG": lambda _: "A",
        "a": lambda date: "AM" if date.hour < 12 else "PM",
        "Z": lambda date: _offset(date, "Z"),
        "ZZ": lambda date: _offset(date, "ZZ"),
        "ZZZ": lambda date: _offset(date, "ZZZ"),
        "n": _number(lambda date: _local_week(date)[1]),
        "nn": _number(lambda date: _local_week(date)[1], 2),
        "ii": _number(lambda date: _local_week(date)[0] % 100, 2),
        "iiii": _number(lambda date: _local_week(date)[0], 4),
        "z": _zone,
        "ZZZZ": _zone_name("short"),
        "ZZZZZ": _zone_name("long"),
        "X": lambda date: str((date - dates.EPOCH) // dates.SECOND),
        "x": lambda date: str(dates.to_timestamp(date)),
    }


WRITERS: Final[Mapping[str, Writer]] = MappingProxyType(_writers())

_SHORT_MONTHS: Final = [name[:3] for name in MONTHS]
_SHORT_WEEKDAYS: Final = [name[:3] for name in WEEKDAYS]
_FIELDS: Final = {
    "M": "month",
    "L": "month",
    "d": "day",
    "H": "hour",
    "h": "hour12",
    "m": "minute",
    "s": "second",
    "q": "quarter",
    "W": "week",
}

# How each token is read: the field it fills, and what it may look like. A list is of names.
READERS: Final[Mapping[str, tuple[str, str | list[str]]]] = MappingProxyType(
    {
        **{letter: (field, r"\d{1,2}") for letter, field in _FIELDS.items()},
        **{letter * 2: (field, r"\d{2}") for letter, field in _FIELDS.items()},
        "y": ("year", r"\d{1,4}"),
        "yy": ("year2", r"\d{2}|\d{4}"),
        "yyyy": ("year", r"\d{4}"),
        "kk": ("week_year2", r"\d{2}|\d{4}"),
        "kkkk": ("week_year", r"\d{4}"),
        "MMM": ("month", _SHORT_MONTHS),
        "LLL": ("month", _SHORT_MONTHS),
        "MMMM": ("month", MONTHS),
        "LLLL": ("month", MONTHS),
        "E": ("weekday", r"[1-7]"),
        "c": ("weekday", r"[1-7]"),
        "EEE": ("weekday", _SHORT_WEEKDAYS),
        "ccc": ("weekday", _SHORT_WEEKDAYS),
        "EEEE": ("weekday", WEEKDAYS),
        "cccc": ("weekday", WEEKDAYS),
        "o": ("ordinal", r"\d{1,3}"),
        "ooo": ("ordinal", r"\d{3}"),
        "S": ("millisecond", r"\d{1,3}"),
        "SSS": ("millisecond", r"\d{3}"),
        "u": ("fraction", r"\d{1,9}"),
        "uu": ("fraction", r"\d{1,2}"),
        "uuu": ("fraction", r"\d"),
        "a": ("afternoon", ["AM", "PM"]),
        "Z": ("offset", r"[+-]\d{1,2}(?::\d{2})?"),
        "ZZ": ("offset", r"[+-]\d{1,2}(?::\d{2})?"),
        "ZZZ": ("offset", r"[+-]\d{1,2}(?:\d{2})?"),
        "z": ("zone", r"[A-Za-z_+\-/0-9]{1,60}"),
        "X": ("seconds", r"-?\d{1,12}(?:\.\d{1,3})?"),
        "x": ("milliseconds", r"-?\d{1,15}"),
    }
)

_DATES: Final = ("M/d/y", "MMM d, y", "MMMM d, y", "EEEE, MMMM d, y")
_CLOCKS: Final = {"t": ("h:mm a", "h:mm:ss a"), "T": ("HH:mm", "HH:mm:ss")}

# What each localised token stands for, in the others.
MACROS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{"D" * width: text for width, text in enumerate(_DATES, 1)},
        **{
            letter * width: text
            for letter, (short, long) in _CLOCKS.items()
            for width, text in enumerate((short, long, f"{long} ZZZZ", f"{long} ZZZZZ"), 1)
        },
        "f": "M/d/y, h:mm a",
        "ff": "MMM d, y, h:mm a",
        "fff": "MMMM d, y, h:mm a ZZZZ",
        "ffff": "EEEE, MMMM d, y, h:mm a ZZZZZ",
        "F": "M/d/y, h:mm:ss a",
        "FF": "MMM d, y, h:mm:ss a",
        "FFF": "MMMM d, y, h:mm:ss a ZZZZ",
        "FFFF": "EEEE, MMMM d, y, h:mm:ss a ZZZZZ",
    }
)
