"""Mapping many events: `orderkit map` beside a loop by hand, on one core, two, and on Dask."""

import multiprocessing
import os
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from orderkit import Mapper, load_settings
from orderkit.bulk import map_files, planning
from orderkit.events import samples
from orderkit.events.jsontext import dumps, loads
from tests.bench.events import ORDERKIT, write_events
from tests.bench.handwritten import map_event
from tests.bench.measuring import Bound, Group, by_clock, timed, together

_HAND = "a loop by hand"
_HANDS = "that loop on both cores at once"
_MAP = "orderkit map --jobs {}, start-up included"


@contextmanager
def group(*, small: bool) -> Iterator[Group]:
    """A file of the samples over and over, all of which are mapped."""
    number = 2_000 if small else 1_000_000
    with TemporaryDirectory() as folder:
        source = write_events(Path(folder, "events.ndjson"), number)
        half = write_events(Path(folder, "half.ndjson"), number // 2)
        one, other = outputs = Path(folder, "one"), Path(folder, "other")
        same(write_events(Path(folder, "few.ndjson"), 70), one, other)
        contenders = timed(_HAND, partial(by_hand, source, one), number, outputs)
        contenders += timed(_HANDS, partial(by_hands, half, outputs), number, outputs)
        for jobs in (1, 2):
            run = partial(mapped, source, one, jobs)
            contenders += timed(_MAP.format(jobs), run, number, outputs)
        absent, dask = [], "Dask, two workers that wait for work"
        if find_spec("distributed"):
            contenders += together((dask, by_clock(dask)), partial(on_dask, source, number))
        else:
            absent.append(f"{dask}: it comes with the extra cluster")
        yield Group(
            title=f"Mapping a file of {number:,} events",
            measure="time of one event",
            contenders=contenders,
            bounds=[
                Bound(_MAP.format(1), _HAND, 1 / 0.8),
                Bound(by_clock(_MAP.format(2)), by_clock(_MAP.format(1)), 1 / 1.8),
                # Two busy cores slow each other down, whatever they do.
                *([] if absent else [Bound(dask, _HANDS, 1 / 0.85)]),
            ],
            absent=absent,
            rounds=7,
        )


def by_hand(source: Path, target: Path) -> None:
    """Payload lines, with the yardstick of the group "Mapping" in a loop."""
    with source.open("rb") as events, target.open("wb") as out:
        for line in events:
            outcome, _status, payload, _problems = map_event(loads(line))
            if outcome == "mapped":
                out.write(dumps(payload) + b"\n")


def by_hands(source: Path, targets: Iterable[Path]) -> None:
    """The loop by hand in as many processes as targets, each with all of the file."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=by_hand, args=(source, target)) for target in targets]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0


def mapped(source: Path, target: Path, jobs: int) -> None:
    """Payload lines, by the command."""
    files = (str(source), "--settings", str(samples.SETTINGS), "-o", str(target))
    subprocess.run(
        [*ORDERKIT, "map", *files, "--jobs", str(jobs)], stderr=subprocess.DEVNULL, check=True
    )


def same(source: Path, one: Path, other: Path) -> None:
    """Make sure that loop and command say the same: whoever is quicker has done the same work."""
    by_hand(source, one)
    for jobs in (1, 2):
        mapped(source, other, jobs)
        with one.open("rb") as left, other.open("rb") as right:
            for wanted, made in zip(left, right, strict=True):
                assert loads(wanted) == loads(made)


def on_dask(source: Path, number: int) -> tuple[float, float]:
    """What two workers, which have nothing to load any more, take for one event."""
    from distributed import Client, LocalCluster

    planning.PARTITION = source.stat().st_size // 8  # type: ignore[misc]
    settings = load_settings(samples.SETTINGS)
    with (
        patch.dict(os.environ),  # where Dask leaves settings for the processes that it starts
        TemporaryDirectory(dir=source.parent) as folder,
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster.scheduler_address, set_as_default=False) as client,
    ):
        client.wait_for_workers(2)
        client.run(Mapper, settings)
        os.sync()
        before = sum(client.run(time.process_time).values())
        clock = time.perf_counter()
        done = map_files([str(source)], settings, folder, scheduler=cluster.scheduler_address)
        clock = time.perf_counter() - clock
        assert not done.failed
        processor = sum(client.run(time.process_time).values()) - before
    return processor / number, clock / number
