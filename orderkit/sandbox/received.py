"""The events in what a collector took, in the platform's shape, as readers of files give them."""

from typing import Any

from orderkit.events.entries import Reading, Record
from orderkit.events.formats.pixel import pixel_event
from orderkit.events.headers import HEADERS
from orderkit.events.shapes import shaped
from orderkit.sandbox.collector import Collected


def received_events(collected: Collected, reading: Reading | None = None) -> list[dict[str, Any]]:
    """The events of one request, each with the request's headers beside its properties.

    A batch is opened, and what the SDK, the 1.0 format or a pixel sends is converted, so that a
    line that is kept of it is read as the same event. What no reader can open is kept as it came.
    `reading` gets notes on what was done.
    """
    reading = reading or Reading()
    body = collected.body
    if body is None:
        body = pixel_event(f"/events?{collected.query}", reading)
    found = [event for event, error in shaped(Record(None, body), reading) if event and not error]
    return [event | {HEADERS: dict(collected.headers)} for event in found or [body]]
