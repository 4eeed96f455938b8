"""Mapping many or large files: on this machine's cores, or on a Dask cluster's.

It may import errors, events, destination and mapping.

Each partition, which is a file or a part of a large one, writes its own payloads and rejects; what
is finished is not done again. README.md beside this file shows it from Python and from Spark.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, TypeVar

from orderkit.bulk.cluster import connected
from orderkit.bulk.mapped import map_chunk, packed
from orderkit.bulk.partitions import Receipt, count_partition, map_partition
from orderkit.bulk.planning import addresses, numbered, plan_partitions, uncounted
from orderkit.bulk.pool import in_order, usable_cores
from orderkit.bulk.receipts import Receipts
from orderkit.destination.settings import Settings
from orderkit.errors import EventsError
from orderkit.events.entries import LIMIT, Reading

__all__ = ["ENDINGS", "Done", "map_chunk", "map_files", "packed"]

#: What payload files may end in.
ENDINGS: Final = (".ndjson", ".ndjson.gz", ".ndjson.zst", ".csv", ".csv.gz", ".parquet")

Item = TypeVar("Item")
Made = TypeVar("Made")


class _Run(Protocol):
    """Calls a function with each item, somewhere, and gives what it made."""

    def __call__(
        self, function: Callable[[Item], Made], items: Sequence[Item]
    ) -> Iterator[Made]: ...


@dataclass(frozen=True, slots=True)
class Done:
    """What became of all partitions.

    receipts: one for each partition, in their order
    reused:   how many of them were finished before
    """

    receipts: tuple[Receipt, ...]
    reused: int

    @property
    def outcomes(self) -> Counter[str]:
        """Outcome → how many events."""
        total: Counter[str] = Counter()
        for receipt in self.receipts:
            total.update(receipt.outcomes)
        return total

    @property
    def notes(self) -> Counter[str]:
        """What was done to events in reading → to how many."""
        total: Counter[str] = Counter()
        for receipt in self.receipts:
            total.update(receipt.notes)
        return total

    @property
    def unmapped(self) -> Counter[str]:
        """Name → how many events were filtered for it."""
        total: Counter[str] = Counter()
        for receipt in self.receipts:
            total.update(receipt.unmapped)
        return total

    @property
    def failed(self) -> tuple[Receipt, ...]:
        """The receipts of what could not be read or written, each with its error."""
        return tuple(receipt for receipt in self.receipts if receipt.error)


def map_files(
    sources: Sequence[str],
    settings: Settings,
    folder: str,
    *,
    scheduler: str | None = None,
    ending: str = ".ndjson",
    jobs: int | None = None,
    at: str = "",
    limit: int = LIMIT,
    on_progress: Callable[[int, int, int], object] = lambda _done, _all, _events: None,
) -> Done:
    """Map the events of files, named or by patterns, into a folder; both may be addresses.

    For each partition there are then payloads (packed, or a table, as `ending` says), reject lines
    and a receipt; ``manifest.json`` names them all with their counts. What a receipt says is done
    for these settings and this state of the file is not done again; one partition's failure is
    not the others'.

    scheduler: address of a Dask cluster, whose workers have orderkit and reach the files; processes
               of this machine if absent, as many as `jobs`, or as there are cores
    at:        where the events are in a document (``data``), as a dotted path
    limit:     bytes that one line, cell, document or unpacked member may have
    on_progress: called with the partitions done, all of them, and the events of the last one

    Raises EventsError where nothing can be read or written, and OrderkitError where the cluster
    cannot do the work.
    """
    if ending not in ENDINGS:
        raise EventsError(f"payload files cannot end in {ending}: name one of {', '.join(ENDINGS)}")
    text = packed(settings)
    partitions = plan_partitions(addresses(sources), text, folder, ending, Reading(at, limit))
    kept = Receipts(folder)
    receipts = kept.of(partitions)
    reused = len(receipts)
    with _runner(scheduler, jobs) as run:
        counted = {
            receipt.partition.name: receipt
            for receipt in run(count_partition, uncounted(partitions, receipts))
        }
        work = [
            each for each in numbered(partitions, receipts | counted) if each.name not in receipts
        ]
        for receipt in run(partial(map_partition, text), work):
            receipts[receipt.partition.name] = receipt
            on_progress(len(receipts), len(partitions), sum(receipt.outcomes.values()))
    done = Done(tuple(receipts[each.name] for each in partitions), reused)
    kept.conclude(done.receipts)
    return done


@contextmanager
def _runner(scheduler: str | None, jobs: int | None) -> Iterator[_Run]:
    if scheduler is None:
        yield partial(in_order, jobs=jobs or usable_cores())
        return
    with connected(scheduler) as cluster:
        yield cluster.run
