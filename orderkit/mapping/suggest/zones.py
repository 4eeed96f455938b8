"""The time zone of moments without an offset: events name it, or moments side by side show it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from orderkit.destination.codes import same_clock, zones_of
from orderkit.events import paths
from orderkit.mapping.names import words

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
    """The one time zone that events or their envelope name, and the property; "" where none is."""
    found = {
        (value, path)
        for each in (envelope, *events)
        for path, value in paths.walk(each)
        if isinstance(value, str) and tuple(words(path.rpartition(".")[2])) in _ZONES
    }
    zones = {value for value, _ in found}
    if len(zones) != 1 or not zones <= available_timezones():
        return "", ""
    return min(found, key=lambda each: (each[1].count("."), each[1]))


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
