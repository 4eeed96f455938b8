"""Events by chunks, and what mapping makes of one: the same for one process, many, or machines."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import chain, islice
from typing import Any, Final, NamedTuple, TypeAlias

from orderkit.columns import is_table
from orderkit.events import EventLine, begins_as_ndjson, entries_of, read_events, read_lines
from orderkit.files import Opened, is_seekable, opened
from orderkit.jsontext import dumps
from orderkit.mapping import Mapper
from orderkit.results import Result
from orderkit.settings import Settings

#: Bytes of NDJSON in a chunk: in smaller ones passing them on weighs more, and larger ones do not
#: fit a processor's cache.
CHUNK: Final = 2**19
#: Bytes of a range: handing one out costs little against mapping it.
RANGE: Final = 2**22
_ENTRIES: Final = 500
_BOM: Final = b"\xef\xbb\xbf"


class Range(NamedTuple):
    """The lines of a plain file that begin at the bytes from `start` up to `stop`."""

    name: str
    start: int
    stop: int


#: Whole lines of NDJSON, as they are or where to find them; or events that were read already.
Chunk: TypeAlias = Range | bytes | list[EventLine]


@dataclass(frozen=True, slots=True)
class MappedChunk:
    """What became of the events of a chunk.

    payloads: payload lines
    rejects:  index, line and the rest of the reject line of each event that was refused
    lines:    how many lines there were, and
    events:   how many events: what the numbers of the next chunk's rejects are to be raised by
    outcomes: outcome → how many events
    """

    payloads: bytes
    rejects: list[tuple[int, int | None, bytes]]
    lines: int
    events: int
    outcomes: Counter[str]


def blocks(content: Any, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The lines that begin at the bytes from `start` up to `stop`, about a chunk at a time."""
    if start and stop:
        content.seek(start - 1)
        # Of the line that began before, no more than can matter: it may be long.
        start += len(content.readline(stop - start + 1)) - 1
    while stop is None or start < stop:
        # Of a stream, what is there: whoever writes it may be waiting for an answer.
        read = content.read1 if stop is None else content.read
        text = read(CHUNK if stop is None else min(CHUNK, stop - start))
        if not text:
            return
        if not text.endswith(b"\n"):
            text += content.readline()
        yield text if start else text.removeprefix(_BOM)
        start += len(text)


def cut(file: Opened) -> Iterator[tuple[Chunk, int]]:
    """A file's chunks, in order, each with how much of the file has been read at its end."""
    if is_table(file.name):
        yield from ((batch, file.position()) for batch in batches(entries_of(file)))
        return
    pieces = blocks(file.content)
    first = next(pieces, b"")
    if not begins_as_ndjson(first):
        entries = read_events(chain(BytesIO(first), file.content), file.name)
        yield from ((batch, file.position()) for batch in batches(entries))
    elif file.size is not None and is_seekable(file.name):
        # Whoever maps a chunk reads it: nothing is passed from process to process.
        for start in range(0, file.size, RANGE):
            stop = min(start + RANGE, file.size)
            yield Range(file.name, start, stop), stop
    else:
        for text in chain([first], pieces):
            yield text, file.position()


def batches(entries: Iterator[EventLine]) -> Iterator[list[EventLine]]:
    """Events that were read already, some hundred at a time."""
    while batch := list(islice(entries, _ENTRIES)):
        yield batch


def packed(settings: Settings) -> str:
    """The settings as `map_chunk` takes them: JSON, without what mapping does not read."""
    return settings.model_dump_json(exclude={"connection"})


@lru_cache(maxsize=4)
def _mapper(settings: str) -> Mapper:
    return Mapper(Settings.model_validate_json(settings))


def map_chunk(settings: str, chunk: Chunk) -> MappedChunk:
    """Map the events of a chunk for `packed` settings: the work that is shared out.

    Reject lines are counted from the chunk's first line and event; the events of a list know
    their own numbers, and raise nobody's.
    """
    if isinstance(chunk, list):
        return _map_entries(_mapper(settings), chunk)
    texts = _read(chunk) if isinstance(chunk, Range) else [chunk]
    mapper = _mapper(settings)
    return _joined(_map_entries(mapper, read_lines(text), text.count(b"\n")) for text in texts)


def _read(chunk: Range) -> Iterator[bytes]:
    with opened(chunk.name) as file:
        yield from blocks(file.content, chunk.start, chunk.stop)


def _map_entries(
    mapper: Mapper, entries: Iterable[EventLine], lines: int | None = None
) -> MappedChunk:
    payloads: list[bytes] = []
    rejects = []
    others: Counter[str] = Counter()
    for entry in entries:
        mapped = mapper.map(entry.event) if entry.event is not None else None
        if mapped and mapped.outcome == "mapped":
            payloads.append(dumps(mapped.payload))
            continue
        result = Result(entry, mapped)
        others[result.outcome] += 1
        if result.refused:
            # What could not be read stands there as it came.
            came: dict[str, Any] = {"event": entry.event}
            if entry.event is None:
                came |= {"text": entry.text.strip().decode(errors="replace")}
            rest = dumps(result.without_place() | came)
            rejects.append((entry.index, entry.line, rest))
    if payloads:
        others["mapped"] = len(payloads)
        payloads.append(b"")
    events = others.total() if lines is not None else 0
    return MappedChunk(b"\n".join(payloads), rejects, lines or 0, events, others)


def _joined(chunks: Iterable[MappedChunk]) -> MappedChunk:
    """Chunks that follow each other as one, the numbers of their rejects from the first on."""
    payloads: list[bytes] = []
    rejects: list[tuple[int, int | None, bytes]] = []
    outcomes: Counter[str] = Counter()
    lines = events = 0
    for chunk in chunks:
        payloads.append(chunk.payloads)
        rejects += (
            (index + events, None if line is None else line + lines, rest)
            for index, line, rest in chunk.rejects
        )
        outcomes.update(chunk.outcomes)
        lines, events = lines + chunk.lines, events + chunk.events
    return MappedChunk(b"".join(payloads), rejects, lines, events, outcomes)
