"""What ``orderkit app`` shows: the demo on the samples, or a client's own bookings."""

import os
from pathlib import Path
from typing import Any, Final

import ipywidgets as w

from orderkit.destination.loading import load_settings, parse_settings, read_text
from orderkit.destination.settings import Settings
from orderkit.errors import EventsError
from orderkit.events import samples
from orderkit.events.folder import FirstEvents, first_events
from orderkit.mapping.suggest.settings_file import proposed_settings
from orderkit.widgets import parts
from orderkit.widgets.demo import Demo
from orderkit.widgets.events import EventPicker
from orderkit.widgets.mapper import SettingsForm
from orderkit.widgets.meeting import Meeting, head_html
from orderkit.widgets.remembered import Remembered
from orderkit.widgets.upload import Upload

#: Where dropped files lie, as long as the page is served.
_DROPPED: Final = Path("dropped")
#: Where copies of what was sent lie, as long.
_SENT: Final = Path("sent")


class Invitation(w.HTML):  # type: ignore[misc]  # ipywidgets has no types
    """A client's name, and what to do to see bookings: settings alone have none."""

    def __init__(self, settings: Settings, logo: str = "") -> None:
        super().__init__(
            f'<div class="ok-invitation">{head_html(settings, logo)}'
            "<h2>Drop a file with bookings here</h2><p>From your booking system or your website: "
            "a table, a spreadsheet, a list. A dozen bookings are enough, and they stay on this "
            "machine.</p></div>"
        )
        self.add_class("ok-demo")


class App(parts.Form):
    """The page of the app; a file that is dropped on it takes the place of what it shows.

    shown: the demo, the meeting, or what invites to drop bookings
    """

    def __init__(self) -> None:
        settings, events = (os.environ.get(f"ORDERKIT_{name}") for name in ("SETTINGS", "EVENTS"))
        self._settings_file = Path(settings) if settings else None
        self._place = w.VBox()
        label = "Bookings of a client, as a file (drop it anywhere)"
        drop = w.VBox([Upload(self, self.take, label=label, anywhere=True)])
        drop.add_class("ok-drop")
        resume = parts.guarded(self, self._resume)
        self._remembered = Remembered(f"app {settings} {events}", resume)
        # What is said stands above the page, which may be long.
        super().__init__(below=[self._place, self._remembered, drop])
        self.message.add_class("ok-said")
        self.add_class("ok-app")
        self.shown: Demo | Meeting | Invitation
        if events:
            self._show(self._meeting(Path(events)))
        elif self._settings_file and self._settings_file.is_file():
            named = load_settings(self._settings_file, draft=True)
            self._show(Invitation(named, self._logo(named)))
        else:
            self._show(
                Demo(
                    prepare=lambda: _mapper(
                        read_text(samples.SETTINGS), FirstEvents(samples.sample_events(), (), False)
                    )
                )
            )

    def take(self, file: Path, name: str) -> None:
        """Show the bookings in a file of that name, which lies at `file` for now.

        Raises EventsError where there is none in it; what was shown stays then.
        """
        folder = _DROPPED / str(os.getpid())
        folder.mkdir(parents=True, exist_ok=True)
        # Its ending says how it is to be read.
        named = file.replace(folder / Path(name.replace("\\", "/")).name)
        try:
            shown = self._meeting(named)
        except EventsError as error:
            raise EventsError(
                f"We could not read {named.name}: drop a table, a spreadsheet or a list of "
                "bookings. Nothing has changed."
            ) from error
        self._show(shown)
        self._remembered.state = {"dropped": named.as_posix()}
        self.show_message("")

    def _resume(self, state: dict[str, Any]) -> None:
        """Show the file that was dropped before the page was loaded again, if it is still there."""
        file = Path(str(state.get("dropped") or "")).resolve()
        if file.is_relative_to(_DROPPED.resolve()) and file.is_file():
            self._show(self._meeting(file))
            self._remembered.state = state

    def _show(self, shown: Demo | Meeting | Invitation) -> None:
        before = getattr(self, "shown", None)
        if isinstance(before, Demo | Meeting):
            before.session.sandbox.stop()
        self.shown = shown
        self._place.children = [shown]

    def _meeting(self, file: Path) -> Meeting:
        found = first_events(file)
        before = getattr(self, "shown", None)
        form = before.settings_form if isinstance(before, Meeting) else None
        if form and (form.path.value or form.session.undo_states.unsaved):
            # What is under work is not lost for other bookings.
            form.picker.show(found.events, found.envelope)
            return self._of(form.settings, found, form)
        if self._settings_file and self._settings_file.is_file():
            return self._of(load_settings(self._settings_file, draft=True), found)
        text = proposed_settings(found.events.values(), found.envelope)
        return self._of(parse_settings(text, "proposed settings", draft=True), found, text=text)

    def _of(
        self,
        settings: Settings,
        found: FirstEvents,
        form: SettingsForm | None = None,
        text: str | None = None,
    ) -> Meeting:
        file = self._settings_file

        def prepare() -> SettingsForm:
            return form or _mapper(text, found, file)

        unread = len(found.left_out)
        return Meeting(settings, found.events, unread, self._logo(settings), prepare, _SENT)

    def _logo(self, settings: Settings) -> str:
        logo = settings.client.logo or ""
        return str(self._settings_file.parent / logo) if logo and self._settings_file else logo


def _mapper(text: str | None, found: FirstEvents, file: Path | None = None) -> SettingsForm:
    """The mapper on these events: with the settings in `file`, or with `text` until it is saved."""
    form = SettingsForm(file, EventPicker(found.events, found.envelope), text)
    form.picker.layout.display = "none"  # bookings come by the page's own input
    if text is not None:
        form.show_message("These settings are in no file yet: Save keeps them.")
    return form
