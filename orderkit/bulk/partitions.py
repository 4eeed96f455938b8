"""One partition of many or large files: mapped anywhere, finished as a whole.

A partition is a file, a byte range of a large plain one, or row groups of a large Parquet file. It
writes its own payloads and rejects, and last a receipt: by that a later run knows what is done.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any

from orderkit.bulk.chunks import Chunk, batches, blocks, cut
from orderkit.bulk.mapped import MappedChunk, map_chunk
from orderkit.bulk.outputs import payload_file, write_chunks
from orderkit.errors import EventsError
from orderkit.events.digest import Digest
from orderkit.events.entries import LIMIT, Reading
from orderkit.events.files import is_parquet, opened, remove, written
from orderkit.events.jsontext import dumps
from orderkit.events.reader import entries_of, line_entries


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of the work.

    source:      address of the file that it is, or is part of
    start, stop: which bytes, or row groups of Parquet; None for the whole file
    line, index: how many lines and events the file has before; None where nobody has counted yet
    name:        address of what it makes, without the endings
    ending:      of the payload file
    fingerprint: of all that its result depends on
    at, limit:   where the events are in a document, and what a line may have, as in `Reading`
    """

    source: str
    start: int | None
    stop: int | None
    line: int | None
    index: int | None
    name: str
    ending: str
    fingerprint: str
    at: str = ""
    limit: int = LIMIT

    @property
    def output(self) -> str:
        """The address of its payload file."""
        return f"{self.name}{self.ending}"

    @property
    def rejects(self) -> str:
        """The address of its reject lines."""
        return f"{self.name}.rejects.ndjson"

    @property
    def receipt(self) -> str:
        """The address of its receipt."""
        return f"{self.name}.receipt.json"

    @property
    def files(self) -> tuple[str, str, str]:
        """The addresses of all that it makes."""
        return self.output, self.rejects, self.receipt


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a partition came to.

    outcomes:      outcome → how many events
    lines, events: how many it has; lines of NDJSON only
    error:         why it could not be read or written, or ""
    notes:         what was done to events in reading → to how many
    files:         name in the folder → its bytes and their sha256
    unmapped:      name → how many events were filtered for it, being in no event mapping entry
    """

    partition: Partition
    outcomes: dict[str, int]
    lines: int = 0
    events: int = 0
    error: str = ""
    notes: dict[str, int] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    unmapped: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The receipt as JSON, naming files of its folder; its error only where there is one."""
        own = self.partition
        entry = {
            "source": own.source,
            "start": own.start,
            "stop": own.stop,
            "output": own_name(own.output),
            "rejects": own_name(own.rejects),
            "receipt": own_name(own.receipt),
            "fingerprint": own.fingerprint,
            "outcomes": self.outcomes,
            "lines": self.lines,
            "events": self.events,
            "notes": self.notes,
            "files": self.files,
            "unmapped": self.unmapped,
        }
        return entry | {"error": self.error} if self.error else entry


def own_name(address: str) -> str:
    """The name that a file has in its folder."""
    return address.rpartition("/")[2]


def _chunks(partition: Partition, reading: Reading) -> Iterator[Chunk]:
    with opened(partition.source) as file:
        if partition.start is None or partition.stop is None:
            yield from (chunk for chunk, _position in cut(file, reading))
        elif is_parquet(partition.source):
            yield from batches(entries_of(file, reading, range(partition.start, partition.stop)))
        else:
            yield from blocks(file.content, partition.start, partition.stop, reading.limit)


def count_partition(partition: Partition) -> Receipt:
    """How many lines and events a byte range has, so that the next one knows its numbers."""
    lines = events = 0
    reading = Reading(limit=partition.limit)
    for text in _chunks(partition, reading):
        if isinstance(text, bytes):
            for line in BytesIO(text):
                lines += 1
                # What begins otherwise may be an envelope of several events.
                quick = line.startswith(b'{"event_name"')
                events += 1 if quick else len(line_entries(0, 0, line, reading))
    return Receipt(partition, {}, lines, events)


def map_partition(settings: str, partition: Partition) -> Receipt:
    """Map a partition for `packed` settings, writing its files: the work that machines share.

    Each file appears whole, the receipt last. Where it cannot be read or written, no receipt is
    left, and the one returned says why.
    """
    lines = 0
    reading = Reading(partition.at, partition.limit)
    unmapped: Counter[str] = Counter()

    def mapped() -> Iterator[MappedChunk]:
        nonlocal lines
        map_one = partial(map_chunk, settings, limit=partition.limit)
        for chunk in map(map_one, _chunks(partition, reading)):
            lines += chunk.lines
            reading.notes.update(chunk.notes)
            unmapped.update(chunk.unmapped)
            yield chunk

    try:
        # It may tell of other settings, whose files are about to go.
        remove(partition.receipt)
        digests = {partition.output: Digest(), partition.rejects: Digest()}
        with (
            payload_file(partition.output, digests[partition.output]) as payloads,
            written(partition.rejects, digests[partition.rejects]) as rejects,
        ):
            outcomes = write_chunks(
                mapped(),
                payloads,
                rejects.write,
                line=partition.line or 0,
                index=partition.index or 0,
            )
        receipt = Receipt(
            partition,
            dict(outcomes),
            lines,
            outcomes.total(),
            notes=dict(reading.notes),
            files={
                own_name(name): {"bytes": digest.size, "sha256": digest.sha256}
                for name, digest in digests.items()
            },
            unmapped=dict(unmapped),
        )
        with written(partition.receipt) as file:
            file.write(dumps(receipt.as_json()) + b"\n")
    except (EventsError, OSError) as error:
        return Receipt(partition, {}, error=str(error))
    return receipt
