"""Forms for notebooks and the app: one a task, each a widget to show and an object to work with.

It may import every room but bulk and cli.

No rule lives here: a form gives its input to the package and shows what comes back.
"""

from IPython.core.getipython import get_ipython

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
from orderkit.widgets.tracebacks import mask_uncaught

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

if (_shell := get_ipython()) is not None:
    mask_uncaught(_shell)
