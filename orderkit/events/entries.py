"""What reading gives: events with their place, and notes on how they were read."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from orderkit.events.paths import count

#: Bytes that one line, cell, document or unpacked member may have, unless another limit is given.
LIMIT: Final = 64 * 2**20
#: What stands for a line that is longer than the limit: no text that could be JSON.
CUT: Final = b"\0a line over the limit\0"


# Not frozen: one is made for each event, and that would take three times as long.
@dataclass(slots=True)
class EventLine:
    """One event as it was read.

    index: counted from 0
    line:  the line of the file it stands on, counted from 1, in NDJSON and tables only
    event: the event, or None when it could not be read
    error: why it could not be read, or ""
    text:  what could not be read, as it came
    padded: columns of whose cells padding was trimmed
    size:  bytes that it was read from, 0 where that is not known
    """

    index: int
    line: int | None
    event: dict[str, Any] | None
    error: str = ""
    text: bytes = b""
    padded: tuple[str, ...] = ()
    size: int = field(default=0, compare=False)


class Record(NamedTuple):
    """What a format finds in a file, before its shape is looked at.

    line:     as in `EventLine`
    value:    any JSON value
    error:    why there is none, or ""
    text:     what could not be read, as it came
    document: whether the value is a whole document, whose list is a list of events
    padded:   as in `EventLine`
    size:     as in `EventLine`
    """

    line: int | None
    value: Any
    error: str = ""
    text: bytes = b""
    document: bool = False
    padded: tuple[str, ...] = ()
    size: int = 0


@dataclass
class Reading:
    """How a file is to be read, and what is to be said of it afterwards.

    at:    a dotted path to the events in a document, or the name of a sheet; "." is the document
    limit: bytes that one line, cell, document or unpacked member may have
    kind:  what the file was recognised as
    notes: what was done to events → to how many of them; 0 where it concerns the file
    hosts: of captured traffic, the hosts of the calls that are no events → how many calls
    envelope: what a document holds beside the list of its events; of several, what all hold
    """

    at: str = ""
    limit: int = LIMIT
    kind: str = ""
    notes: Counter[str] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    envelope: dict[str, Any] | None = None

    def note(self, text: str, events: int = 0) -> None:
        """Keep what is to be said of so many events, or of the file."""
        self.notes[text] += events

    def open(self, envelope: dict[str, Any]) -> None:
        """Keep what a document holds beside its events, and all documents before it held, too."""
        if self.envelope is not None:
            before = self.envelope.items()
            envelope = {key: part for key, part in before if envelope.get(key) == part}
        self.envelope = envelope

    @property
    def too_long(self) -> str:
        """The limit in words."""
        return f"more than {self.limit / 2**20:g} MiB"


def describe_notes(notes: Counter[str]) -> list[str]:
    """A line for each note: "data unwrapped: 2 events"."""
    return [
        f"{text}: {count(number, 'event')}" if number else text for text, number in notes.items()
    ]
