"""What is to be said of the chosen event as a whole, above the rows."""

from typing import Final
from zoneinfo import ZoneInfo

from orderkit.mapping.moments import assumed_zone
from orderkit.widgets.mapper.session import MapperSession
from orderkit.widgets.mapper.written import ROWS

_ASSUMED: Final = assumed_zone(ZoneInfo("UTC"))


def _parses_moments(session: MapperSession) -> bool:
    """Whether a moment is made of a text by a formula, which says no zone."""
    moments = (row.target for row in ROWS.values() if row.type == "timestamp")
    return any("DATEPARSE(" in session.field(target).source.text for target in moments)


def notes(session: MapperSession) -> list[str]:
    """Why the event is not sent, what is assumed of its times, and problems that no row has."""
    mapped = session.mapped
    if session.is_for_others:
        return [
            "These settings are made for other events: none of those loaded is named in their "
            "event mapping"
        ]
    said = [f"This event is not sent: {mapped.reason}"] if mapped.reason else []
    assumed = any(step.endswith(_ASSUMED) for e in session.rows.trace for step in e.steps)
    if assumed or (session.settings.timezone == "UTC" and _parses_moments(session)):
        said.append(
            "Times without an offset are read as UTC, an assumption: name the hotel's time zone "
            "under Connection"
        )
    return said + [f"{p.message}; {p.fix}" for p in mapped.problems if p.target not in ROWS]
