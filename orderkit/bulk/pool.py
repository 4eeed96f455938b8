"""Work shared out to processes of this machine, with its results in order."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from orderkit.errors import OrderkitError

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Made = TypeVar("Made")


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(function: Callable[[Item], Made], items: Iterable[Item], jobs: int) -> Iterator[Made]:
    """What `function` makes of each item, in their order, made by that many processes.

    With one job it is made here. Otherwise no more than two items a process are under way, so
    that memory stays what it is. Raises OrderkitError when a process ends before its work.
    """
    if jobs == 1:
        yield from map(function, items)
        return
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    under_way: deque[Future[Made]] = deque()
    context = _context()
    places = Places(context)
    pool = ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(places,))
    try:
        for item in items:
            with _interrupts_held_back():
                under_way.append(pool.submit(function, item))
            if len(under_way) > 2 * jobs:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenProcessPool as error:
        raise OrderkitError(
            "a worker process ended before its work was done (killed, or out of memory): "
            "run it again, with fewer --jobs if memory is short"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _context() -> Any:
    """How processes begin: as copies of this one, which are there at once, or afresh.

    A copy of a process with several threads could hold another one's locks for ever.
    """
    from multiprocessing import get_context

    threads = Path("/proc/self/task")
    alone = threads.is_dir() and len(list(threads.iterdir())) == 1
    return get_context("fork" if alone else "spawn")


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: this one hears it, and stops them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Places:
    """Where in one file each of many processes writes, in the order of their numbers from 0.

    What is written where it belongs need not be passed from process to process.
    """

    def __init__(self, context: Any) -> None:
        self._changed = context.Condition()
        self._next = context.RawValue("q", 0)
        self._end = context.RawValue("q", 0)

    def take(self, number: int, size: int) -> int:
        """Where the bytes of that number begin, once all before it have taken their places."""
        with self._changed:
            self._changed.wait_for(lambda: self._next.value == number)
            start: int = self._end.value
            self._end.value += size
            self._next.value += 1
            self._changed.notify_all()
        return start


#: In a worker, the one that all of them share.
_places: list[Places] = []


@contextmanager
def placed(path: str, number: int) -> Iterator[Callable[[bytes], None]]:
    """In a worker: what writes the bytes of that number where they belong in a file.

    Every number must come, in the order of the work, writing once or not at all.
    """
    made: list[bytes] = []
    try:
        yield made.append
    finally:
        # Whatever happened, the next number is not kept waiting.
        start = _places[0].take(number, sum(map(len, made)))
    with Path(path).open("r+b") as file:
        file.seek(start)
        file.writelines(made)


def _begin(places: Places) -> None:
    """Leave Ctrl-C and a closed terminal to the process that this works for, and end with it."""
    _places.append(places)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)
