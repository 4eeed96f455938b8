"""Days that formulas make of moments in UTC: at the hotel it may be another day.

A formula that cuts or formats ``2026-07-09T22:00:00Z`` gives the day in UTC. What it gives of the
same moment as the destination's time zone shows it, ``2026-07-10T00:00:00+02:00``, is the hotel's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.events.paths import MISSING, Parts, parse_path
from orderkit.language.calculation import Calculation
from orderkit.language.references import Constant
from orderkit.language.transformations import ChangeStep
from orderkit.mapping.compiled import CompiledField, CompiledSettings
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.fixes import as_setting, formula_value, property_in_formula
from orderkit.mapping.problems import Problem

_UTC_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}[0-9:.]* ?(?:Z|[+-]00:?00)"
)
#: Whoever moves a moment by hours may have brought it to the hotel's time already.
_MOVED_BY_THE_CLOCK: Final = re.compile(r"(?i)[\"'](?:hours|minutes|seconds)[\"']")
#: How a formula reads a moment as the time zone shows it, the shortest that may do first.
_IN_ZONE: Final = (
    'DATEFORMAT({x}, "x")',
    'DATEFORMAT(DATEFORMAT({x}, "x"), "yyyy-MM-dd\'T\'HH:mm:ssZZ")',
)
#: Arrays and objects inside a property in which moments are looked for.
_LEVELS: Final = 4
_WITH_T: Final = 'SUBSTITUTE({x}, " ", "T")'


def shifted_days(
    compiled: CompiledSettings, given: Any, values: Mapping[str, Any]
) -> Iterator[Problem]:
    """The dates of a payload that are the day in UTC, where the hotel has another one.

    given:  the event as it came, before the transformation
    values: target → value
    """
    for field, properties in compiled.days:
        value = values.get(field.target)
        if value is None:
            continue
        event, moments = _in_zone(given, properties, field.zone)
        if not moments:
            continue
        expected = _day(field, compiled.transform(event))
        if expected in (None, value):
            continue
        (path, raw), *_ = moments.items()
        at_hotel = _day_of(raw, field.zone)
        if value == at_hotel and _MOVED_BY_THE_CLOCK.search(field.reads):
            continue
        zone = field.zone.key
        yield Problem(
            code="unusual",
            target=field.target,
            source=field.row.source,
            rule=f"the day is that of the hotel ({zone}), not of UTC",
            found=f"{value}, of {show(raw)}",
            expected=expected,
            message=(
                f"{field.reads} gives {value}, the day in UTC: of `{path}` as clocks in {zone}"
                f" show it, it gives {expected}"
            ),
            fix=_fix(field, compiled.transform(given), expected),
            actor="settings",
        )


def _in_zone(event: Any, properties: Iterable[Parts], zone: ZoneInfo) -> tuple[Any, dict[str, str]]:
    """The event with the moments in UTC at these paths as the zone shows them, and those moments.

    The moments: path of the property → the first moment there.
    """
    moments: dict[str, str] = {}
    for parts in properties:
        raw = paths.get(event, parts)
        found: list[str] = []
        shown = _respelled(raw, zone, found)
        if found:
            moments[".".join(parts)] = found[0]
            event = ChangeStep("set", parts, value=Constant(shown)).apply(event).event
    return event, moments


def _respelled(raw: Any, zone: ZoneInfo, found: list[str], levels: int = _LEVELS) -> Any:
    if moment := _moment(raw):
        found.append(raw)
        return moment.astimezone(zone).isoformat()
    if isinstance(raw, list) and levels:
        return [_respelled(item, zone, found, levels - 1) for item in raw]
    if isinstance(raw, dict) and levels:
        return {key: _respelled(item, zone, found, levels - 1) for key, item in raw.items()}
    return raw


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str) or len(text) > 40 or not _UTC_MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" Z", "Z"))
    except ValueError:
        return None
    # No zone brings a moment so near to either end of the calendar beyond it.
    return moment if 1 < moment.year < 9999 else None


def _day_of(text: str, zone: ZoneInfo) -> str:
    moment = _moment(text)
    return moment.astimezone(zone).date().isoformat() if moment else ""


def _day(field: CompiledField, event: Any) -> str | None:
    raw = field.source.read(event).raw
    try:
        return None if raw is MISSING else str(field.type.convert(raw, field.zone)[0])
    except Unconvertible:
        return None


def _fix(field: CompiledField, event: Any, expected: str) -> str:
    """A formula that gives the hotel's day, tried on the event; words where none was found."""
    if isinstance(field.source, Calculation):
        read = [
            path for path in field.source.properties if _moment(paths.get(event, parse_path(path)))
        ]
        for formula in _formulas(field.source.text, read):
            if formula_value(formula, event, field.zone) == expected:
                return as_setting(field, formula)
    zone = field.zone.key
    return f'read the moment as a timestamp, DATEFORMAT(…, "x"): its day is the one in {zone}'


def _formulas(text: str, moments: Iterable[str]) -> Iterator[str]:
    for wrapped in _IN_ZONE:
        for inner in ("{x}", _WITH_T):
            formula = text
            for path in moments:
                name = property_in_formula(path)
                read = wrapped.replace("{x}", inner).replace("{x}", name)
                pattern = rf"(?<![\w.$\"']){re.escape(name)}(?![\w.$(\"'])"
                formula = re.sub(pattern, read.replace("\\", r"\\"), formula)
            yield formula
