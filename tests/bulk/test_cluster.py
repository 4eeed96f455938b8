"""Clusters that cannot do the work: it is told soon, and what is finished is kept."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orderkit.bulk import map_files
from orderkit.destination.loading import load_settings
from orderkit.errors import OrderkitError
from orderkit.events import samples

distributed = pytest.importorskip("distributed", reason="needs the extra cluster")

SETTINGS = load_settings(samples.SETTINGS)

#: A worker process; `said` is what it has for orderkit's version, None for no orderkit at all.
WORKER = """
import asyncio, importlib.metadata, sys
from distributed import Worker
real, said = importlib.metadata.version, {said!r}
def version(name):
    if name != "orderkit" or said == "ours":
        return real(name)
    if said is None:
        raise importlib.metadata.PackageNotFoundError(name)
    return said
importlib.metadata.version = version
async def work():
    async with Worker(sys.argv[1], nthreads=1, dashboard=False) as worker:
        print("ready", flush=True)
        await worker.finished()
asyncio.run(work())
"""
SCHEDULER = """
import asyncio
from distributed import Scheduler
async def serve():
    async with Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
        print(scheduler.address, flush=True)
        await scheduler.finished()
asyncio.run(serve())
"""


@contextmanager
def process(code: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that runs some code, until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as started:
        try:
            yield started
        finally:
            started.kill()


@contextmanager
def working(scheduler: str, said: str | None) -> Iterator["subprocess.Popen[str]"]:
    """A worker that the scheduler knows, until the end of the block."""
    with process(WORKER.format(said=said), scheduler) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "ready\n"
        yield started


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderkit.bulk.cluster._PATIENCE", 8)
    monkeypatch.setattr("orderkit.bulk.cluster._LOOK", 0.2)


@pytest.fixture
def scheduler() -> Iterator[tuple[str, Any]]:
    with process(SCHEDULER) as started:
        assert started.stdout is not None
        yield started.stdout.readline().strip(), started


@pytest.fixture
def files(tmp_path: Path) -> str:
    for number in range(6):
        (tmp_path / f"{number}.ndjson").write_bytes(samples.bookings(3))
    return f"{tmp_path}/*.ndjson"


@pytest.fixture
def _very_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderkit.bulk.cluster._PATIENCE", 1)


@pytest.mark.usefixtures("_very_impatient")
def test_no_worker(scheduler: tuple[str, Any], files: str, tmp_path: Path) -> None:
    """Where no worker comes, it is told after the patience, with how to start one."""
    with pytest.raises(OrderkitError, match=r"no worker came within 1 s; start one with `dask"):
        map_files([files], SETTINGS, f"{tmp_path}/out", scheduler=scheduler[0])


@pytest.mark.usefixtures("_very_impatient")
def test_no_scheduler(files: str, tmp_path: Path) -> None:
    """Where no scheduler answers, it is told after the patience, with how to start one."""
    with pytest.raises(OrderkitError, match=r"no Dask scheduler answers: .*`dask scheduler`"):
        map_files([files], SETTINGS, f"{tmp_path}/out", scheduler="tcp://127.0.0.1:1")


@pytest.mark.parametrize(("has", "said"), [(None, "no orderkit"), ("0.0.1", "orderkit 0.0.1")])
def test_a_worker_of_another_kind(
    scheduler: tuple[str, Any], files: str, tmp_path: Path, has: str | None, said: str
) -> None:
    """A worker without orderkit, or with another version, is named before anything is mapped."""
    with (
        working(scheduler[0], has),
        pytest.raises(OrderkitError, match=f"1 worker cannot do the work: tcp.* has {said}"),
    ):
        map_files([files], SETTINGS, f"{tmp_path}/out", scheduler=scheduler[0])
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
@pytest.mark.parametrize(
    ("gone", "said"), [("worker", "all workers are gone"), ("scheduler", "the scheduler is gone")]
)
def test_gone_on_the_way(
    scheduler: tuple[str, Any],
    files: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    gone: str,
    said: str,
) -> None:
    """All workers gone, or the scheduler: told soon, and what was finished by then is kept."""
    address, server = scheduler
    with working(address, "ours") as worker:
        killed: list[float] = []

        def kill(_done: int, _all: int, _events: int) -> None:
            if not killed:
                killed.append(time.monotonic())
                (worker if gone == "worker" else server).send_signal(signal.SIGKILL)

        # One after the other, so that there is something left to be done.
        monkeypatch.setattr("orderkit.bulk.map_partition", slowly)
        with pytest.raises(OrderkitError, match=said) as caught:
            map_files([files], SETTINGS, f"{tmp_path}/out", scheduler=address, on_progress=kill)
    assert time.monotonic() - killed[0] < 15
    assert "what is finished is kept" in str(caught.value)
    assert len(list((tmp_path / "out").glob("*.receipt.json"))) >= 1


def slowly(settings: str, partition: Any) -> Any:
    """Map a partition, a while after it was asked for."""
    from orderkit.bulk.partitions import map_partition

    time.sleep(0.5)
    return map_partition(settings, partition)
