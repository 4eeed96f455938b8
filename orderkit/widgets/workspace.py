"""Which settings and events the notebooks of a folder work on: all of them on the same.

In this order: what the environment names (`ORDERKIT_SETTINGS`, `ORDERKIT_EVENTS`), the current
folder's ``settings.toml`` and ``events`` file (``events.ndjson``, ``events.csv`` …), the samples.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from orderkit.destination.loading import drafted, is_proposed, load_settings, read_text, read_toml
from orderkit.destination.saving import WatchedFiles
from orderkit.destination.settings import Settings
from orderkit.errors import EventsError, OrderkitError, SettingsError
from orderkit.events import samples
from orderkit.events.entries import Reading
from orderkit.events.failures import explained_writing
from orderkit.events.folder import (
    SETTINGS_NAME,
    FirstEvents,
    events_files,
    events_name,
    first_events,
    take_place,
    write_events,
)
from orderkit.events.jsontext import dumps_plain
from orderkit.events.reader import open_events, parse_text

#: Where a file lies while it arrives.
ARRIVING = f".arriving-events-{os.getpid()}"
#: Which of the folder's events its notebooks open on: the hash of that event.
CHOSEN = Path(".chosen-event")


def settings_path() -> Path:
    """The settings file to read."""
    path = settings_target()
    return path if path.is_file() or "ORDERKIT_SETTINGS" in os.environ else samples.SETTINGS


def settings_target() -> Path:
    """The settings file to write: never the samples."""
    return Path(os.environ.get("ORDERKIT_SETTINGS") or SETTINGS_NAME)


def named_file(text: str) -> Path:
    """The file that a user names: from the folder in which ``orderkit app`` was started, if any."""
    return Path(os.environ.get("ORDERKIT_FOLDER", ""), Path(text.strip()).expanduser())


def stored_in(path: str | Path) -> Path:
    """Where what a form calls `path` is read from: before the first save, the samples."""
    return settings_path() if Path(path) == settings_target() else Path(path)


def read_settings(path: str | Path | None = None) -> tuple[Settings, str]:
    """The settings in a file as far as they can be used, and what is wrong with the rest.

    Without a name, it is the file that the folder's notebooks work on.
    """
    path = path or settings_path()
    try:
        return load_settings(path, draft=True), ""
    except SettingsError as error:
        return _usable(path), str(error)


class SettingsInUse:
    """The settings that a form was made with: what it was given, or its folder's.

    settings: as far as they can be used
    wrong:    what cannot be used of the folder's file, or ""
    """

    def __init__(self, given: Settings | None) -> None:
        self.settings, self.wrong = (given, "") if given else read_settings()
        self._watched = None if given else WatchedFiles()
        if self._watched:
            self._watched.note(settings_path())

    def refuse_changed(self) -> None:
        """Raise OrderkitError, once, where the folder's file has other settings by now."""
        if self._watched and (changed := self._watched.changes(settings_path())):
            raise OrderkitError(
                f"{settings_path()} has changed since it was read here: {', '.join(changed)}. Run "
                "the form's cell again to send with that, or press again to send as shown here"
            )


def _usable(path: str | Path) -> Settings:
    try:
        text = read_text(path)
        return drafted(read_toml(text, str(path)))[0].as_agreed(not is_proposed(text))
    except SettingsError:
        return Settings()


def events_path() -> Path:
    """The file of events to read."""
    if named := os.environ.get("ORDERKIT_EVENTS"):
        return Path(named)
    return next(iter(events_files(Path())), samples.EVENTS)


def choose_event(event: dict[str, Any]) -> bool:
    """Let the notebooks of the folder open on an event of it; whether it is among the first.

    Raises EventsError where that cannot be written down.
    """
    (read,) = parse_text(dumps_plain(event).decode())
    if read.event is None:
        return False
    mark = _mark(read.event)
    if mark not in map(_mark, first_events(events_path()).events.values()):
        return False
    with explained_writing(CHOSEN):
        CHOSEN.write_text(mark, encoding="utf-8")
    return True


def chosen_event(events: dict[str, dict[str, Any]]) -> str | None:
    """The name of the event to open on: the one that was chosen, or else the first."""
    try:
        mark = CHOSEN.read_text(encoding="utf-8", errors="replace")
    except OSError:
        mark = ""
    chosen = (name for name, event in events.items() if mark and _mark(event) == mark)
    return next(chosen, next(iter(events), None))


def _mark(event: dict[str, Any]) -> str:
    return hashlib.sha256(dumps_plain(event)).hexdigest()


def unused_events() -> list[Path]:
    """Files of events in the folder that no notebook looks at: another one comes first."""
    return [] if os.environ.get("ORDERKIT_EVENTS") else events_files(Path())[1:]


def keep_upload(upload: Path, name: str) -> tuple[FirstEvents, str]:
    """Let an uploaded file of that name be the folder's events.

    Gives the first of them, and a sentence on what was there before. Where there is no event in it,
    it is deleted, and all stays as it was. Raises EventsError.
    """
    return _keep(upload, events_name(name), name)


def keep_pasted(text: str) -> tuple[FirstEvents, str]:
    """Let a pasted text be the folder's events, as `keep_upload`. Raises EventsError."""
    reading = Reading()
    parse_text(text, reading)
    ending = {"NDJSON": ".ndjson", "JSON": ".json"}.get(reading.kind, ".txt")
    arrived = Path(ARRIVING)
    with explained_writing(arrived):
        arrived.write_bytes(text.encode("utf-8", "replace"))
    return _keep(arrived, f"events{ending}", "the text")


def keep_located(at: str) -> tuple[FirstEvents, str]:
    """Let what stands at a path of the folder's events be its events. Raises EventsError."""
    if not at.strip():
        raise EventsError("name the list that holds the events, as data or response.bookings")
    path, arrived = events_path(), Path(ARRIVING)
    with open_events(path, Reading(at=at.strip())) as entries:
        write_events(entries, arrived, path.name)
    return _keep(arrived, "events.ndjson", path.name)


def go_back_to(earlier: Path) -> tuple[FirstEvents, str]:
    """Let earlier events be the folder's again. Raises EventsError."""
    return _keep(earlier, f"events{''.join(earlier.suffixes)}", earlier.name)


def _keep(file: Path, name: str, said: str) -> tuple[FirstEvents, str]:
    arrived = file.with_name(f".arrived-{name}")  # its ending says how it is to be read
    with explained_writing(arrived):
        file.replace(arrived)
    try:
        found = first_events(arrived)
    except EventsError as error:
        arrived.unlink() if file.name == ARRIVING else arrived.replace(file)
        raise EventsError(str(error).replace(str(arrived), said)) from error
    if os.environ.get("ORDERKIT_EVENTS"):
        arrived.unlink() if file.name == ARRIVING else arrived.replace(file)
        return found, "in this notebook only: ORDERKIT_EVENTS names the events of all notebooks"
    aside = take_place(arrived, name)
    return found, f"the earlier events are kept in {aside.name}" if aside else ""
