"""The time zone of moments without an offset: events name it, or moments side by side show it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from orderkit.destination.codes import same_clock, time_zone_of, zones_of
from orderkit.events import paths
from orderkit.mapping.names import read_name, words

#: Asked for each text of each event.
_available = cache(available_timezones)
_ZONES: Final = frozenset({("timezone",), ("time", "zone"), ("tz",), ("time", "zone", "id")})
_UTC: Final = frozenset({"utc", "gmt"})
_LOCAL: Final = frozenset({"local", "localtime"})


def says_utc(path: str) -> bool:
    """Whether a property's own name says that its moments are in UTC ("post_date_gmt")."""
    return not _UTC.isdisjoint(words(path.rpartition(".")[2]))


def without_offset(value: Any) -> datetime | None:
    """A text as the moment of ISO 8601 that it is, where it says no offset."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo is None and ":" in value else None


def named_zone(events: Iterable[Any], envelope: Mapping[str, Any]) -> tuple[str, str]:
    """The one time zone that events or their envelope name, and the property; "" where none is.

    Of several, one that stands beside moments without an offset is theirs.
    """
    found: set[tuple[str, str]] = set()
    holders: set[str] = set()
    for each in (envelope, *events):
        for path, value in paths.walk(each):
            # A browser's zone is the guest's.
            if not isinstance(value, str) or read_name(path).subject in ("guest", "channel"):
                continue
            if tuple(words(path.rpartition(".")[2])) in _ZONES or _is_zone(value):
                found.add((value, path))
            elif without_offset(value):
                holders.add(path.rpartition(".")[0])
    beside = {(zone, path) for zone, path in found if path.rpartition(".")[0] in holders - {""}}
    for named in (found, beside):
        if len({zone for zone, _ in named}) == 1 and all(map(_is_known, named)):
            return min(named, key=lambda each: (each[1].count("."), each[1]))
    return "", ""


def _is_zone(value: str) -> bool:
    """Whether a text is a time zone's name, whatever the property is called."""
    return "/" in value and value in _available()


def _is_known(named: tuple[str, str]) -> bool:
    return named[0] in _available()


def shown_zone(events: Iterable[Any], countries: Iterable[str]) -> tuple[str, str]:
    """The time zone of these countries (ISO 3166-1 alpha-2) in which each moment is the one in UTC
    beside it ("post_date" beside "post_date_gmt"), and the property; "" where none or several are.
    """
    shown = {pair for event in events for pair in _moments_in_both(event)}
    if not shown:
        return "", ""
    fits = [
        zone
        for country in sorted(countries)
        for zone in zones_of(country)
        if all(local.replace(tzinfo=ZoneInfo(zone)) == moment for local, moment, _ in shown)
    ]
    path = min(path for *_, path in shown)
    return (fits[0], path) if fits and same_clock(fits) else ("", "")


def zone_of_all(countries: Iterable[str]) -> str:
    """The one time zone of all these countries (ISO 3166-1 alpha-2), or ""."""
    zones = {time_zone_of(country) for country in countries}
    return next(iter(zones)) if len(zones) == 1 else ""


def _moments_in_both(event: Any) -> Iterator[tuple[datetime, datetime, str]]:
    """Each local moment, what it is in UTC, and the local one's property."""
    moments = {
        path: moment for path, value in paths.walk(event) if (moment := without_offset(value))
    }
    local = {_called(path, _LOCAL): path for path in moments if not says_utc(path)}
    for path, moment in moments.items():
        beside = local.get(_called(path, _UTC)) if says_utc(path) else None
        if beside:
            yield moments[beside], moment.replace(tzinfo=UTC), beside


def _called(path: str, without: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """The object that a property stands in, and what it is called but for these words."""
    holder, _, own = path.rpartition(".")
    return holder, tuple(word for word in words(own) if word not in without)
