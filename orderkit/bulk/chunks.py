"""Files of events by chunks: the work that processes and machines share."""

from collections.abc import Iterator
from io import BytesIO
from itertools import chain, islice
from typing import Any, Final, NamedTuple, TypeAlias

from orderkit.events.files import Opened, is_seekable, is_table, opened
from orderkit.events.reader import EventLine, begins_as_ndjson, entries_of, read_events

#: Bytes of NDJSON in a chunk: passing on smaller ones weighs more, and what larger ones take, the
#: memory allocator gives back and fetches anew each time.
CHUNK: Final = 2**18
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


def blocks(content: Any, start: int, stop: int) -> Iterator[bytes]:
    """The lines of a file that begin at the bytes from `start` up to `stop`, by chunks."""
    if start:
        content.seek(start - 1)
        # Of the line that began before, no more than can matter: it may be long.
        start += len(content.readline(stop - start + 1)) - 1
    while start < stop and (text := content.read(min(CHUNK, stop - start))):
        if not text.endswith(b"\n"):
            text += content.readline()
        yield text if start else text.removeprefix(_BOM)
        start += len(text)


def streamed(content: Any) -> Iterator[bytes]:
    """The lines of a stream, as many as are there: whoever writes it may wait for an answer."""
    begun: list[bytes] = []
    while text := content.read1(CHUNK):
        end = text.rfind(b"\n") + 1
        if end:
            yield b"".join((*begun, memoryview(text)[:end]))
            begun.clear()
        begun.append(text[end:])
    if last := b"".join(begun):
        yield last


def cut(file: Opened) -> Iterator[tuple[Chunk, int]]:
    """A file's chunks, in order, each with how much of the file has been read at its end."""
    if is_table(file.name):
        yield from ((batch, file.position()) for batch in batches(entries_of(file)))
        return
    pieces = streamed(file.content)
    first = next(pieces, b"").removeprefix(_BOM)
    if not begins_as_ndjson(first):
        lines = chain.from_iterable(map(BytesIO, chain([first], pieces)))
        entries = read_events(lines, file.name)
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


def texts(chunk: Range | bytes) -> Iterator[bytes]:
    """The lines of a chunk, some of them at a time."""
    if isinstance(chunk, bytes):
        yield chunk
        return
    with opened(chunk.name) as file:
        yield from blocks(file.content, chunk.start, chunk.stop)
