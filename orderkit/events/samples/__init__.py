"""A hotel group's bookings to try things with: as they should be, and damaged in twelve ways.

`CREATE_ORDER` in the samples is a placeholder: TikTok's list of order statuses is not public.
"""

from pathlib import Path
from typing import Any, Final

from orderkit.events.jsontext import dumps, loads

FOLDER: Final = Path(__file__).parent
SETTINGS: Final = FOLDER / "settings.toml"
EVENTS: Final = FOLDER / "events.ndjson"
DAMAGED: Final = FOLDER / "damaged.ndjson"

#: The situation of each line of ``events.ndjson``.
SITUATIONS: Final = (
    "created",
    "cancelled by guest",
    "cancelled by hotel",
    "completed",
    "no-show",
    "with a promotion",
    "with two rooms",
)
#: What is wrong with each line of ``damaged.ndjson``.
DAMAGES: Final = (
    "initiator misspelled",
    "comma in the amount",
    "ambiguous date",
    "no event name",
    "items is a text",
    "commission lost",
    "dates swapped",
    "discount not taken off",
    "currency as a sign",
    "nights in words",
    "click id lost",
    "country in words, odd time",
)


def sample_events() -> dict[str, dict[str, Any]]:
    """Situation → event."""
    return dict(zip(SITUATIONS, map(loads, EVENTS.read_bytes().splitlines()), strict=True))


def damaged_events() -> dict[str, dict[str, Any]]:
    """Damage → event."""
    return dict(zip(DAMAGES, map(loads, DAMAGED.read_bytes().splitlines()), strict=True))


def bookings(number: int) -> bytes:
    """So many bookings as NDJSON: the samples again and again, under ids of their own."""
    events = list(sample_events().values())
    lines = (dumps({**events[at % len(events)], "id": f"B-{at:06}"}) for at in range(number))
    return b"\n".join([*lines, b""])
