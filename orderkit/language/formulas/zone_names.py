"""The English names of time zones, as CLDR has them for the United States."""

from datetime import datetime
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from orderkit.language.formulas import dates

Width = Literal["short", "long"]

_LOCALE: Final = "en_US"


def zone_name(date: datetime, width: Width) -> str:
    """The zone's name at that moment: "EDT", "Eastern Daylight Time".

    A zone without a name of its own is its offset: "GMT+2", "GMT+02:00"; a date given with an
    offset, instead of in a zone, is "UTC+2".
    """
    zone = date.tzinfo
    if dates.is_utc(date) or not isinstance(zone, ZoneInfo):
        return dates.offset_name(date)
    if name := _names(zone.key, width).get("daylight" if date.dst() else "standard"):
        return name
    sign, hours, minutes = dates.offset(date)
    if width == "long":
        return f"GMT{sign}{hours:02}:{minutes:02}"
    return f"GMT{dates.offset_name(date).removeprefix('UTC')}"


@cache
def _names(key: str, width: Width) -> dict[str, str]:
    from babel.core import Locale, get_global

    # CLDR calls some zones by their former names.
    former = [old for old, new in get_global("zone_aliases").items() if new == key]
    zones = get_global("meta_zones")
    zone = next((zones[name] for name in (key, *former) if name in zones), "")
    names: dict[str, str] = Locale.parse(_LOCALE).meta_zones.get(zone, {}).get(width, {})
    return names
