"""The memory of `orderkit map`: it does not grow with the file."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from orderkit.events import samples
from tests.bench.events import ORDERKIT, write_events
from tests.bench.measuring import Bound, Contender, Group

_EVERY = 0.05  # seconds


@contextmanager
def group(*, small: bool) -> Iterator[Group]:
    """The most that all processes of a run held together, for two sizes of a file."""
    few, many = (2_000, 4_000) if small else (20_000, 200_000)
    with TemporaryDirectory() as name:
        files = {
            number: write_events(Path(name, f"{number}.ndjson"), number) for number in (few, many)
        }
        contenders = {
            (jobs, number): Contender(
                f"orderkit map --jobs {jobs}, {number:,} events", partial(most, files[number], jobs)
            )
            for jobs in (1, 2)
            for number in (few, many)
        }
        yield Group(
            title="Memory",
            measure="all processes at once",
            contenders=list(contenders.values()),
            bounds=[
                Bound(contenders[jobs, many].name, contenders[jobs, few].name, 1.2)
                for jobs in (1, 2)
            ],
            shown=lambda held: f"{held:.0f} MB",
            rounds=3,
        )


def most(source: Path, jobs: int) -> float:
    """Map a file; the greatest memory in MB meanwhile."""
    files = (str(source), "--settings", str(samples.SETTINGS), "-o", f"{source}.payloads")
    held = 0.0
    with subprocess.Popen(
        [*ORDERKIT, "map", *files, "--jobs", str(jobs)], stderr=subprocess.DEVNULL
    ) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            held = max(held, sum(map(memory, [watched, *watched.children(recursive=True)])))
            time.sleep(_EVERY)
    assert process.returncode == 0
    return held


def memory(process: psutil.Process) -> float:
    """What a process holds, in MB; of what several share, its part."""
    try:
        used: float = process.memory_full_info().pss / 1e6
    except psutil.Error:
        return 0.0
    return used
