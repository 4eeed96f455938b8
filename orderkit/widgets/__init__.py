"""Forms for notebooks and the app: one a task, each a widget to show and an object to work with.

It may import every room but bulk and cli.

No rule lives here: a form gives its input to the package and shows what comes back. A form is
loaded when it is asked for: a notebook shows one of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython

from orderkit.widgets.tracebacks import mask_uncaught

if TYPE_CHECKING:
    from orderkit.widgets.app import App
    from orderkit.widgets.backfill import BackfillForm
    from orderkit.widgets.deliveries import DeliveryView
    from orderkit.widgets.demo import Demo
    from orderkit.widgets.events import EventPicker
    from orderkit.widgets.faults import FaultPanel
    from orderkit.widgets.live import LiveForm
    from orderkit.widgets.mapper import SettingsForm
    from orderkit.widgets.mapping import MappingForm
    from orderkit.widgets.meeting import Meeting
    from orderkit.widgets.required import RequiredForm
    from orderkit.widgets.sending import SendForm

__all__ = [
    "App",
    "BackfillForm",
    "DeliveryView",
    "Demo",
    "EventPicker",
    "FaultPanel",
    "LiveForm",
    "MappingForm",
    "Meeting",
    "RequiredForm",
    "SendForm",
    "SettingsForm",
]

_HOME = {
    "App": "app",
    "BackfillForm": "backfill",
    "DeliveryView": "deliveries",
    "Demo": "demo",
    "EventPicker": "events",
    "FaultPanel": "faults",
    "LiveForm": "live",
    "MappingForm": "mapping",
    "Meeting": "meeting",
    "RequiredForm": "required",
    "SendForm": "sending",
    "SettingsForm": "mapper",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if (_shell := get_ipython()) is not None:
    mask_uncaught(_shell)
