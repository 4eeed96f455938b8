"""Which settings and events a notebook works on.

In this order: what the environment names (`ORDERKIT_SETTINGS`, `ORDERKIT_EVENTS`), the files
``settings.toml`` and ``events.ndjson`` in the current folder, the samples.
"""

import os
from pathlib import Path

from orderkit.events import samples


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
