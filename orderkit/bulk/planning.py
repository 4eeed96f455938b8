"""Which partitions many or large files are mapped in."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final, NamedTuple

from orderkit.bulk.partitions import Partition, Receipt
from orderkit.errors import EventsError
from orderkit.events.entries import Reading
from orderkit.events.failures import explained_store, reason_of
from orderkit.events.files import filesystem, is_packed, is_parquet, opened
from orderkit.events.formats import NDJSON, recognised
from orderkit.events.jsontext import dumps

#: Bytes of a file from which on it is several partitions, and about those of each of them.
PARTITION: Final = 256 * 2**20


class _Part(NamedTuple):
    """Of a file: from where to where, and the lines and events before; see `Partition`."""

    start: int | None
    stop: int | None
    lines: int | None
    events: int | None


_WHOLE: Final = (_Part(None, None, 0, 0),)


def addresses(sources: Iterable[str]) -> list[str]:
    """The address of each file that the names and patterns mean, each once, in order.

    Raises EventsError for what means none.
    """
    found: dict[str, None] = {}
    for source in sources:
        fs, path = filesystem(source)
        try:
            with explained_store():
                paths = sorted(fs.glob(path)) if any(mark in path for mark in "*?[") else [path]
                paths = [each for each in paths if fs.isfile(each)]
        except (OSError, ValueError) as error:
            raise EventsError(f"{source}: cannot be read: {reason_of(error)}") from error
        if not paths:
            raise EventsError(
                f"{source}: there is no such file; name files, or a pattern in quotes"
            )
        found |= dict.fromkeys(fs.unstrip_protocol(each) for each in paths)
    return list(found)


def plan_partitions(
    sources: Sequence[str], settings: str, folder: str, ending: str, reading: Reading
) -> list[Partition]:
    """The partitions of files, given by their addresses, that go to a folder.

    Raises EventsError where a file cannot be read, or lies in the folder.
    """
    fs, path = filesystem(folder)
    folder = fs.unstrip_protocol(path).rstrip("/")
    real = fs.unstrip_protocol(str(Path(path).resolve())) if "file" in fs.protocol else folder
    made: list[Partition] = []
    for source in sources:
        if {folder, real} & {source.rpartition("/")[0], *_real_folders(source)}:
            raise EventsError(f"{folder}: {source} is read from there: name another folder")
        made += _partitions(source, settings, folder, ending, reading)
    return made


def _real_folders(source: str) -> list[str]:
    """Where a file of this machine lies when its links are followed, as an address."""
    fs, path = filesystem(source)
    if "file" not in fs.protocol:
        return []
    places = (Path(path).resolve().parent, Path(path).parent.resolve())
    return [fs.unstrip_protocol(str(place)) for place in places]


def _partitions(
    source: str, settings: str, folder: str, ending: str, reading: Reading
) -> Iterator[Partition]:
    fs, path = filesystem(source)
    stem = source.rpartition("/")[2].partition(".")[0]
    # Files of one name from several folders stay apart.
    name = f"{folder}/{stem}-{_hash(source.encode())[:8]}"
    how = reading.at, reading.limit
    state = [version("orderkit"), settings, source, str(fs.ukey(path)), ending, *how]
    parts = _parts(source, fs.size(path), reading.at)
    for number, part in enumerate(parts):
        own = name if len(parts) == 1 else f"{name}-{number:05}"
        fingerprint = _hash(dumps([*state, part.start, part.stop]))
        yield Partition(source, *part, own, ending, fingerprint, *how)


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _parts(source: str, size: int, at: str) -> Sequence[_Part]:
    number = math.ceil(size / PARTITION)
    if number < 2 or is_packed(source):
        return _WHOLE
    with opened(source) as file:
        if is_parquet(source):
            from orderkit.events.tables import rows_of_groups

            rows = rows_of_groups(source, file.content)
            before = [0, *accumulate(rows)]
            ends = sorted({len(rows) * part // number for part in range(number + 1)})
            return [_Part(start, stop, 0, before[start]) for start, stop in pairwise(ends)]
        found, kind = recognised(file, Reading())
        if kind.name != NDJSON or not found.plain or at:
            return _WHOLE
    ends = [size * part // number for part in range(number + 1)]
    first, *others = (_Part(start, stop, None, None) for start, stop in pairwise(ends))
    return [first._replace(lines=0, events=0), *others]


def uncounted(partitions: Sequence[Partition], counts: dict[str, Receipt]) -> list[Partition]:
    """The partitions that are to be counted, so that the numbers in those behind are known."""
    return [
        before
        for before, behind in pairwise(partitions)
        if behind.line is None and before.name not in counts
    ]


def numbered(partitions: Iterable[Partition], counts: dict[str, Receipt]) -> Iterator[Partition]:
    """The partitions, each with the lines and events before it; by name, what each one has."""
    line = index = 0
    for partition in partitions:
        if partition.line is not None and partition.index is not None:
            line, index = partition.line, partition.index
        yield replace(partition, line=line, index=index)
        if count := counts.get(partition.name):
            line, index = line + count.lines, index + count.events
