"""The events of a working folder: one file, ``events`` and an ending that tells its format.

Whatever takes its place keeps it beside itself, as ``events-earlier-1`` and so on.
"""

import filecmp
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, Final

from orderkit.errors import EventsError
from orderkit.events.entries import Reading, describe_notes
from orderkit.events.failures import explained_writing
from orderkit.events.jsontext import dumps_plain
from orderkit.events.reader import MOST_EVENTS, EventLine, named, open_events

#: The settings file beside the events.
SETTINGS_NAME: Final = "settings.toml"
#: The endings an events file may have, the first one there being used; each may also be packed.
ENDINGS: Final = (
    *(".ndjson", ".jsonl", ".json", ".csv", ".tsv", ".parquet"),
    *(".xlsx", ".har", ".txt"),
)
_PACKINGS: Final = ("", ".gz", ".zst")
_EARLIER: Final = "events-earlier-"


@dataclass(frozen=True)
class FirstEvents:
    """The first `MOST_EVENTS` events of a file.

    events:   name → event
    left_out: what could not be read
    more:     whether the file goes on
    notes:    what is to be said of how they were read
    envelope: what the document holds beside them, as `Reading` has it
    """

    events: dict[str, dict[str, Any]]
    left_out: Sequence[EventLine]
    more: bool
    notes: Sequence[str] = ()
    envelope: Mapping[str, Any] = field(default_factory=dict)


def first_events(path: str | Path) -> FirstEvents:
    """The first events in a file. Raises EventsError, also where there is none."""
    reading = Reading()
    with open_events(path, reading) as entries:
        lines = list(islice(entries, MOST_EVENTS + 1))
    more = len(lines) > MOST_EVENTS
    lines = lines[:MOST_EVENTS]
    good = [line.event for line in lines if line.event is not None]
    left_out = [line for line in lines if line.event is None]
    if not good:
        where = f"line {left_out[0].line}: " if left_out and left_out[0].line else ""
        reason = f"{where}{left_out[0].error}" if left_out else "nothing is there"
        raise EventsError(f"{path}: no event: {reason}")
    notes = describe_notes(reading.notes)
    return FirstEvents(named(good), left_out, more, notes, reading.envelope or {})


def write_events(entries: Iterable[EventLine], into: Path, name: str) -> tuple[int, str]:
    """Write events one a line; gives how many could not be read, and why the first could not.

    name: what they come from. Raises EventsError, and leaves no file, where there is no event.
    """
    number, unread = 0, ""
    with explained_writing(into), into.open("wb") as out:
        for entry in entries:
            if entry.event is None:
                number, unread = number + 1, unread or entry.error
            else:
                out.write(dumps_plain(entry.event) + b"\n")
    if not into.stat().st_size:
        into.unlink()
        raise EventsError(f"{name}: no event: {unread or 'nothing is there'}")
    return number, unread


def events_files(folder: Path) -> list[Path]:
    """The files that may hold a folder's events; the first of them is used."""
    names = (f"events{ending}{packing}" for ending in ENDINGS for packing in _PACKINGS)
    return [path for name in names if (path := folder / name).is_file()]


def events_name(name: str) -> str:
    """What a file of that name is called as a folder's events: its ending tells its format."""
    endings = [ending.lower() for ending in PurePath(name).suffixes[-2:]]
    packing = endings.pop() if endings and endings[-1] in _PACKINGS else ""
    ending = endings[-1] if endings and endings[-1] in ENDINGS else ".txt"
    return f"events{ending}{packing}"


def earlier_events(folder: Path) -> list[Path]:
    """The events that others took the place of, the latest first."""
    return sorted(folder.glob(f"{_EARLIER}*"), key=_number, reverse=True)


def take_place(new: Path, name: str) -> Path | None:
    """Let the file `new` be its folder's events, under `name`; gives where the earlier ones are.

    None where there were none, or the same. Raises EventsError.
    """
    folder = new.parent
    before = events_files(folder)
    aside = None
    with explained_writing(folder / name):
        if [path.name for path in before] == [name] and filecmp.cmp(before[0], new, shallow=False):
            new.unlink()
            return None
        # The one that was used comes last: it is the latest of the earlier ones.
        for path in reversed(before):
            number = max(map(_number, earlier_events(folder)), default=0) + 1
            aside = path.rename(folder / f"{_EARLIER}{number}{path.name[len('events') :]}")
        new.rename(folder / name)
    return aside


def _number(path: Path) -> int:
    digits = path.name[len(_EARLIER) :].partition(".")[0]
    return int(digits) if digits.isdecimal() else 0
