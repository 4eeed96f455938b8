"""Files of events by chunks: the work that processes and machines share."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias

from orderkit.events.entries import CUT, LIMIT, EventLine, Reading
from orderkit.events.files import Opened, is_parquet, is_seekable, opened
from orderkit.events.formats import NDJSON, recognised
from orderkit.events.reader import entries_of, numbered_events

#: Bytes of NDJSON in a chunk: passing on smaller ones weighs more, and what larger ones take, the
#: memory allocator gives back and fetches anew each time.
CHUNK: Final = 2**18
#: Bytes of a range: handing one out costs little against mapping it.
RANGE: Final = 2**22
_ENTRIES: Final = 500
_BOM: Final = b"\xef\xbb\xbf"


class Range(NamedTuple):
    """The lines of a plain file that begin at the bytes from `start` up to `stop`.

    limit: bytes that a line may have; for a longer one stands `CUT`
    """

    name: str
    start: int
    stop: int
    limit: int


#: Whole lines of NDJSON, as they are or where to find them; or events that were read already.
Chunk: TypeAlias = Range | bytes | list[EventLine]


def blocks(content: Any, start: int, stop: int, limit: int = LIMIT) -> Iterator[bytes]:
    """The lines of a file that begin at the bytes from `start` up to `stop`, by chunks.

    For a line of more than `limit` bytes, give or take a chunk, stands `CUT`.
    """
    if start:
        content.seek(start - 1)
        start -= 1
        # The line that began before is another's, however long it is.
        while start < stop and (piece := content.readline(min(CHUNK, stop - start + 1))):
            start += len(piece)
            if piece.endswith(b"\n"):
                break
    while start < stop and (text := content.read(min(CHUNK, stop - start))):
        size = len(text)
        if not text.endswith(b"\n"):
            rest = content.readline(limit)
            size += len(rest)
            text += rest
            if len(rest) >= limit and not rest.endswith(b"\n"):
                size += _skip_line(content)
                text = text[: text.rfind(b"\n") + 1] + CUT + b"\n"
        yield text if start else text.removeprefix(_BOM)
        start += size


def _skip_line(content: Any) -> int:
    """Read to the end of a line without keeping it; gives how many bytes that were."""
    size = 0
    while piece := content.readline(CHUNK):
        size += len(piece)
        if piece.endswith(b"\n"):
            break
    return size


def streamed(content: Any, limit: int = LIMIT) -> Iterator[bytes]:
    """The lines of a stream, as many as are there: whoever writes it may wait for an answer."""
    begun: list[bytes] = []
    size, skipping = 0, False
    while text := content.read1(CHUNK):
        if skipping:
            _line, found, text = text.partition(b"\n")
            if not found:
                continue
            skipping = False
            yield CUT + b"\n"
        end = text.rfind(b"\n") + 1
        if end:
            yield b"".join((*begun, memoryview(text)[:end]))
            begun.clear()
            size = 0
        begun.append(text[end:])
        size += len(text) - end
        if size > limit:
            begun.clear()
            size, skipping = 0, True
    if last := CUT if skipping else b"".join(begun):
        yield last


def cut(file: Opened, reading: Reading) -> Iterator[tuple[Chunk, int]]:
    """A file's chunks, in order, each with how much of the file has been read at its end."""
    if is_parquet(file.name):
        yield from ((batch, file.position()) for batch in batches(entries_of(file, reading)))
        return
    source, kind = recognised(file, reading)
    if kind.name != NDJSON or reading.at:
        entries = numbered_events(kind.read(source, reading), reading, kind.has_paths)
        yield from ((batch, file.position()) for batch in batches(entries))
    elif file.size is not None and is_seekable(file.name) and source.plain:
        # Whoever maps a chunk reads it: nothing is passed from process to process.
        for start in range(0, file.size, RANGE):
            stop = min(start + RANGE, file.size)
            yield Range(file.name, start, stop, reading.limit), stop
    else:
        for number, text in enumerate(streamed(source.content, reading.limit)):
            yield text if number else text.removeprefix(_BOM), file.position()


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
        yield from blocks(file.content, chunk.start, chunk.stop, chunk.limit)
