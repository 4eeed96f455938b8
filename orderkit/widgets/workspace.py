"""Which settings and events a notebook works on.

In this order: what the environment names (`ORDERKIT_SETTINGS`, `ORDERKIT_EVENTS`), the files
``settings.toml`` and ``events.ndjson`` in the current folder, the samples.
"""

import os
from itertools import islice
from pathlib import Path
from typing import Any, Final

from orderkit import samples
from orderkit.events import open_events

#: How many events a notebook loads; for more there are the commands, which stream.
MOST_EVENTS: Final = 1_000


def settings_path() -> Path:
    """The settings file to work on."""
    return _chosen("ORDERKIT_SETTINGS", "settings.toml", samples.SETTINGS)


def events_path() -> Path:
    """The file of events to work on."""
    return _chosen("ORDERKIT_EVENTS", "events.ndjson", samples.EVENTS)


def _chosen(variable: str, name: str, sample: Path) -> Path:
    if named := os.environ.get(variable):
        return Path(named)
    return Path(name) if Path(name).is_file() else sample


def load_events(path: str | Path | None = None) -> dict[str, dict[str, Any]]:
    """Name → event of the first `MOST_EVENTS` events; what is no JSON object is left out.

    A name is the situation in the samples and copies of them, and index, event name and id
    elsewhere. Raises EventsError.
    """
    path = events_path() if path is None else Path(path)
    with open_events(path) as entries:
        events = [entry.event for entry in islice(entries, MOST_EVENTS) if entry.event is not None]
    named = samples.sample_events()
    if events == list(named.values()):
        return named
    return {label(number, event): event for number, event in enumerate(events)}


def number_of(path: str | Path) -> int | None:
    """How many events a file has, where counting them is no work: NDJSON, one a line."""
    path = Path(path)
    if not path.is_file() or path.suffix not in (".ndjson", ".jsonl"):
        return None
    total, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            total, last = total + block.count(b"\n"), block[-1:]
    return total + (last != b"\n")


def label(number: int, event: dict[str, Any]) -> str:
    """A name for an event that has none."""
    parts = (str(event[key])[:40] for key in ("event_name", "id") if key in event)
    return " · ".join([str(number), *parts])
