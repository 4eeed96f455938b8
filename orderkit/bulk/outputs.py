"""Writing what mapping made: payloads as the file's name says, rejects as NDJSON."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from orderkit.bulk.mapped import MappedChunk
from orderkit.events.digest import Digest
from orderkit.events.files import is_table, written
from orderkit.events.jsontext import dumps
from orderkit.mapping.results import place

#: Takes whole lines of NDJSON.
Write: TypeAlias = Callable[[bytes], object]


@contextmanager
def payload_file(name: str, digest: Digest | None = None) -> Iterator[Write]:
    """What writes payload lines to a file: as NDJSON, CSV or Parquet. Raises EventsError."""
    with written(name, digest) as file:
        if not is_table(name):
            yield file.write
            return
        from orderkit.bulk.tables import table_writer

        with table_writer(name, file) as write:
            yield write


def write_chunks(
    chunks: Iterable[MappedChunk],
    payloads: Write,
    rejects: Write,
    *,
    line: int = 0,
    index: int = 0,
) -> Counter[str]:
    """Write mapped chunks, the rejects with their numbers: outcome → how many events.

    line, index: how many lines and events the file has before the first chunk
    """
    outcomes: Counter[str] = Counter()
    for chunk in chunks:
        payloads(chunk.payloads)
        if chunk.rejects:
            rejects(b"".join(_numbered(chunk.rejects, line, index)))
        line += chunk.lines
        index += chunk.events
        outcomes.update(chunk.outcomes)
    return outcomes


def _numbered(
    rejects: list[tuple[int, int | None, bytes]], line: int, index: int
) -> Iterator[bytes]:
    for own_index, own_line, rest in rejects:
        head = dumps(place(index + own_index, None if own_line is None else line + own_line))
        yield head[:-1] + b"," + rest[1:] + b"\n"
