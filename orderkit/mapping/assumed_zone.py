"""Whether times are read in UTC because nobody says otherwise."""

from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

from orderkit.mapping.compiled import CompiledSettings
from orderkit.mapping.moments import assumed_zone
from orderkit.mapping.results import TraceEntry

_ASSUMED: Final = assumed_zone(ZoneInfo("UTC"))


def reads_as_utc(compiled: CompiledSettings, trace: Iterable[TraceEntry]) -> bool:
    """Whether a time without an offset is read as UTC in an order: as it stands, or by a formula
    that parses it.
    """
    if any(step.endswith(_ASSUMED) for entry in trace for step in entry.steps):
        return True
    moments = (f for f in compiled.by_target.values() if f.row.type == "timestamp")
    parses = any("DATEPARSE(" in field.source.text for field in moments)
    return parses and compiled.settings.timezone == "UTC"
