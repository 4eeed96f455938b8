"""orderkit: from a booking site's tracking events to TikTok's order information.

The terms of this package, each used in one sense only:

event
    What came in: a JSON object that the booking site sent to the platform.
settings
    The destination's settings, as an engineer fills them in on the platform.
field mapping
    One row of the destination's table: a source, a target, when it is mandatory, its type.
payload
    What goes out: ``{"order_info": {...}}``.
trace
    How each value of a payload came about, one entry a field mapping.
problem
    What a check found, with the fix and who can make it.
delivery
    One sending of one payload, and its verdict.
ledger
    The file in which deliveries are written down.
target
    Where orders are sent: the sandbox, or a live endpoint.

The public names are loaded on first use, so that a command pays only for what it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    from orderkit.destination.fields import FieldMapping, field_mappings
    from orderkit.destination.loading import load_settings
    from orderkit.destination.settings import Settings
    from orderkit.errors import EventsError, OrderkitError, SettingsError
    from orderkit.mapping.mapper import Mapper
    from orderkit.mapping.problems import Problem
    from orderkit.mapping.results import Mapped, TraceEntry

__all__ = [
    "EventsError",
    "FieldMapping",
    "Mapped",
    "Mapper",
    "OrderkitError",
    "Problem",
    "Settings",
    "SettingsError",
    "TraceEntry",
    "field_mappings",
    "load_settings",
]

_HOME = {
    "EventsError": "errors",
    "FieldMapping": "destination.fields",
    "Mapped": "mapping.results",
    "Mapper": "mapping.mapper",
    "OrderkitError": "errors",
    "Problem": "mapping.problems",
    "Settings": "destination.settings",
    "SettingsError": "errors",
    "TraceEntry": "mapping.results",
    "field_mappings": "destination.fields",
    "load_settings": "destination.loading",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("orderkit")
    elif name in _HOME:
        value = getattr(import_module(f"orderkit.{_HOME[name]}"), name)
    else:
        raise AttributeError(f"module 'orderkit' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
