"""What ``orderkit app`` shows: the demo on the samples, or a client's own bookings."""

import os
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import ipywidgets as w

from orderkit.destination.loading import load_settings, parse_settings
from orderkit.destination.settings import Settings
from orderkit.events.folder import FirstEvents, first_events
from orderkit.mapping.suggest import MOST_EVENTS, suggest
from orderkit.mapping.suggest.settings_file import as_settings_file
from orderkit.widgets import parts
from orderkit.widgets.demo import Demo
from orderkit.widgets.meeting import Meeting
from orderkit.widgets.upload import Upload


class App(parts.Form):
    """The page of the app; a file that is dropped on it takes the place of what it shows.

    shown: the demo, or the meeting
    """

    def __init__(self) -> None:
        settings, events = (os.environ.get(f"ORDERKIT_{name}") for name in ("SETTINGS", "EVENTS"))
        self._settings = Path(settings) if settings else None
        self._place = w.VBox()
        upload = Upload(self, self.take, label="Bookings of a client, as a file (drop it anywhere)")
        drop = w.VBox([upload])
        drop.add_class("ok-drop")
        super().__init__(self._place, below=[drop])
        self.add_class("ok-app")
        self.shown: Demo | Meeting = self._meeting(Path(events)) if events else Demo()
        self._place.children = [self.shown]

    def take(self, file: Path, name: str) -> None:
        """Show the bookings in a file of that name, which lies at `file` for now.

        Raises EventsError where there is none in it; what was shown stays then.
        """
        named = file.with_name(name.replace("/", "_"))
        file.replace(named)  # its ending says how it is to be read
        self.shown = self._meeting(named)
        self._place.children = [self.shown]
        self.show_message("")

    def _meeting(self, file: Path) -> Meeting:
        found = first_events(file)
        settings = load_settings(self._settings, draft=True) if self._settings else propose(found)
        logo = settings.client.logo or ""
        if logo and self._settings:
            logo = str(self._settings.parent / logo)
        return Meeting(settings, found.events, len(found.left_out), logo)


def propose(found: FirstEvents) -> Settings:
    """The settings that events speak of, where a client has none yet."""
    events = list(islice(found.events.values(), MOST_EVENTS))
    text = as_settings_file(suggest(events, ZoneInfo("UTC")), events)
    return parse_settings(text, "proposed settings", draft=True)
