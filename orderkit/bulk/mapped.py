"""What mapping makes of a chunk of events: the same in one process, in many, and on machines."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

from orderkit.bulk.chunks import Chunk, texts
from orderkit.destination.settings import Settings
from orderkit.events.entries import LIMIT, EventLine, Reading
from orderkit.events.jsontext import dumps, dumps_plain, loads
from orderkit.events.reader import line_entries
from orderkit.events.weight import most_values
from orderkit.mapping.event_names import count_name
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import EventResult, Mapped


@dataclass(frozen=True, slots=True)
class MappedChunk:
    """What became of the events of a chunk.

    payloads: payload lines
    rejects:  index, line and the rest of the reject line of each event that was refused
    lines:    how many lines there were, and
    events:   how many events: what the numbers of the next chunk's rejects are to be raised by
    outcomes: outcome → how many events
    notes:    what was done to events in reading → to how many
    unmapped: name → how many events were filtered for it, being in no event mapping entry
    """

    payloads: bytes
    rejects: list[tuple[int, int | None, bytes]]
    lines: int
    events: int
    outcomes: Counter[str]
    notes: Counter[str]
    unmapped: Counter[str]


def packed(settings: Settings) -> str:
    """The settings as `map_chunk` takes them: JSON, without what mapping does not read."""
    return settings.model_dump_json(exclude={"connection"})


def map_chunk(settings: str, chunk: Chunk, limit: int = LIMIT) -> MappedChunk:
    """Map the events of a chunk for `packed` settings: the work that is shared out.

    Reject lines are counted from the chunk's first line and event; the events of a list know
    their own numbers, and raise nobody's.

    limit: bytes that a line may have
    """
    making = _Making(_mapper(settings), limit)
    if isinstance(chunk, list):
        for entry in chunk:
            making.take(entry)
    else:
        for text in texts(chunk):
            making.read(text)
    return making.made()


@lru_cache(maxsize=4)
def _mapper(settings: str) -> Mapper:
    return Mapper(Settings.model_validate_json(settings))


class _Making:
    """A mapped chunk to which events are added."""

    def __init__(self, mapper: Mapper, limit: int) -> None:
        self._map = mapper.map
        self._payloads: list[bytes] = []
        self._rejects: list[tuple[int, int | None, bytes]] = []
        self._outcomes: Counter[str] = Counter()
        self._unmapped: Counter[str] = Counter()
        self._lines = self._events = 0
        self._reading = Reading(limit=limit)
        #: What is longer is weighed before it is read.
        self._plain = min(limit, most_values(limit))

    def read(self, text: bytes) -> None:
        """Whole lines of NDJSON. What most of them are takes the shortest way."""
        # One line at a time: all of them at once would go through fresh memory.
        for line in BytesIO(text):
            self._lines += 1
            try:
                event = loads(line) if len(line) <= self._plain else None
            except ValueError:
                event = None
            # What has no such context may be an envelope, or of another format.
            if (
                type(event) is dict
                and type(context := event.get("context")) is dict
                and "event_id" in context
            ):
                mapped = self._map(event)
                if mapped.outcome == "mapped":
                    self._payloads.append(dumps(mapped.payload))
                elif mapped.outcome == "filtered":
                    self._outcomes["filtered"] += 1
                    count_name(self._unmapped, mapped.reason)
                else:
                    self._keep(EventLine(self._events, self._lines, event), mapped, line)
                self._events += 1
            else:
                for entry in line_entries(self._events, self._lines, line, self._reading):
                    self.take(entry, line)
                    self._events += 1

    def take(self, entry: EventLine, text: bytes = b"") -> None:
        """An event that was read already, or could not be; `text` is how it came, if known."""
        self._keep(entry, self._map(entry.event) if entry.event is not None else None, text)

    def _keep(self, entry: EventLine, mapped: Mapped | None, text: bytes) -> None:
        if mapped and mapped.outcome == "mapped":
            self._payloads.append(dumps(mapped.payload))
            return
        result = EventResult(entry, mapped)
        self._outcomes[result.outcome] += 1
        if mapped:
            count_name(self._unmapped, mapped.reason)
        if result.refused:
            # What could not be read stands there as it came.
            came: dict[str, Any] = {"event": entry.event}
            if entry.event is None:
                came |= {"text": entry.text.strip().decode(errors="replace")}
            known = result.without_place()
            try:
                rest = dumps(known | came)
            except TypeError:
                # Nested deeper than JSON is written, or with what JSON cannot carry.
                came = {"event": None, "text": text.strip().decode(errors="replace")}
                rest = dumps_plain(known | (came if text else {"event": entry.event}))
            self._rejects.append((entry.index, entry.line, rest))

    def made(self) -> MappedChunk:
        """All that was added."""
        if self._payloads:
            self._outcomes["mapped"] = len(self._payloads)
            self._payloads.append(b"")
        lines = b"\n".join(self._payloads)
        return MappedChunk(
            lines,
            self._rejects,
            self._lines,
            self._events,
            self._outcomes,
            self._reading.notes,
            self._unmapped,
        )
