"""Work shared out to the workers of a Dask cluster, and what keeps them from doing it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, Final, TypeVar

from orderkit.errors import OrderkitError
from orderkit.events.packing import optional
from orderkit.events.paths import count

Item = TypeVar("Item")
Made = TypeVar("Made")

#: Seconds to wait for the scheduler's answer, and for a worker where there is none.
_PATIENCE: Final = 10
#: Seconds between two looks whether there are workers.
_LOOK: Final = 2
#: Seconds between two looks whether something is done.
_PAUSE: Final = 0.02


@contextmanager
def connected(scheduler: str) -> Iterator["Cluster"]:
    """The cluster of the scheduler at an address, whose workers can do the work.

    Raises OrderkitError where no scheduler answers, it has no worker, or one has not this version
    of orderkit.
    """
    distributed = optional("distributed", "cluster", "a scheduler")
    try:
        distributed.comm.resolve_address(scheduler)  # as a client that cannot never ends
        client = distributed.Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise OrderkitError(
            f"{scheduler}: no Dask scheduler answers: {error}; start one with `dask scheduler`"
        ) from error
    with client:
        cluster = Cluster(scheduler, distributed, client)
        cluster.check_workers()
        yield cluster


class Cluster:
    """A connection to a scheduler."""

    def __init__(self, scheduler: str, distributed: Any, client: Any) -> None:
        self._scheduler, self._distributed, self._client = scheduler, distributed, client

    def check_workers(self) -> None:
        """Raise OrderkitError where no worker is there, or one cannot do the work."""
        with self._explained():
            try:
                self._client.wait_for_workers(1, timeout=_PATIENCE)
            except TimeoutError as error:
                raise self._failure(
                    f"no worker came within {_PATIENCE:g} s; start one with `dask worker "
                    f"{self._scheduler}`"
                ) from error
            # A function of the standard library, which a worker without orderkit has too.
            found = self._client.run(version, "orderkit", on_error="return")
        own = version("orderkit")
        wrong = {
            worker: f"orderkit {said}" if isinstance(said, str) else "no orderkit"
            for worker, said in found.items()
            if said != own
        }
        if wrong:
            worker, said = next(iter(wrong.items()))
            raise self._failure(
                f"{count(len(wrong), 'worker')} cannot do the work: {worker} has {said}, and this "
                f"is {own}; install the same orderkit[cluster] for every worker"
            )

    def run(self, function: Callable[[Item], Made], items: Sequence[Item]) -> Iterator[Made]:
        """What `function` makes of each item, as it is made. Raises OrderkitError at the end."""
        futures = self._client.map(function, items, pure=False)
        ready = self._distributed.as_completed(futures, loop=self._client.loop)
        lost: list[BaseException] = []
        there = looked = time.monotonic()
        while not ready.is_empty():
            done = ready.next_batch(block=False)
            if not done:
                time.sleep(_PAUSE)
            if time.monotonic() - looked > _LOOK:
                looked = time.monotonic()
                there = looked if self._has_workers() else there
                if looked - there > _PATIENCE:
                    raise self._failure(
                        "all workers are gone, with work to be done; start some and run it again: "
                        "what is finished is kept"
                    )
            for future in done:
                with self._explained():
                    error = future.exception()
                    made: Any = None if error else future.result()
                if error:
                    lost.append(error)
                else:
                    yield made
        if lost:
            raise self._failure(
                f"{count(len(lost), 'partition')} came to nothing: {type(lost[0]).__name__}: "
                f"{lost[0]}; each worker needs the same orderkit[cluster] and enough memory; run "
                "it again: what is finished is kept"
            ) from lost[0]

    def _has_workers(self) -> bool:
        with self._explained():
            return bool(self._client.nthreads())

    def _failure(self, words: str) -> OrderkitError:
        return OrderkitError(f"{self._scheduler}: {words}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say that the scheduler is gone where it does not answer."""
        try:
            yield
        except (OSError, self._distributed.client.FutureCancelledError) as error:
            raise self._failure(
                f"the scheduler is gone: {error or type(error).__name__}; start it and run this "
                "again: what is finished is kept"
            ) from error
