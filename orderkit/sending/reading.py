"""Reading ahead in a thread, so that a source that pauses holds up nothing else."""

import asyncio
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    """Comes last, with the exception that the source raised, if it did."""

    error: BaseException | None = None


class ReadAhead(Generic[T]):
    """The items of a source, read in a thread of their own, at most so many ahead.

    Iterate over it in an event loop, once; what the source raises is raised there. The source, if
    it is a generator, is closed in the thread that read it.
    """

    def __init__(self, items: Iterable[T], most: int) -> None:
        self._items = items
        self._loop = asyncio.get_running_loop()
        self._places = threading.Semaphore(most)
        # The thread appends on the right, the loop takes on the left, many at a time: each change
        # between the two costs more than reading an event.
        self._read_items: deque[T | _End] = deque()
        self._taken: deque[T | _End] = deque()
        self._given = 0
        self._waiting = False
        self._arrived = asyncio.Event()
        self._ended = False
        # A daemon: a pipe that never says anything more must not keep the process.
        threading.Thread(target=self._read, name="orderkit-reading", daemon=True).start()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._taken and not self._ended:
            await self._take()
        if self._ended:
            raise StopAsyncIteration
        item = self._taken.popleft()
        if isinstance(item, _End):
            self._ended = True
            raise item.error or StopAsyncIteration
        self._given += 1
        return item

    def end(self) -> None:
        """Read no further, and give nothing more, though a read may still be waiting."""
        self._ended = True
        self._places.release()
        self._arrived.set()

    async def _take(self) -> None:
        if self._given:
            self._places.release(self._given)
            self._given = 0
        self._arrived.clear()
        self._waiting = True
        if not self._read_items:
            await self._arrived.wait()
        self._waiting = False
        while self._read_items:
            self._taken.append(self._read_items.popleft())

    def _read(self) -> None:
        end = _End()
        try:
            items = iter(self._items)
            while self._places.acquire() and not self._ended:
                item = next(items, end)
                self._put(item)
                if item is end:
                    break
            if close := getattr(items, "close", None):
                close()
        except BaseException as error:
            self._put(_End(error))

    def _put(self, item: T | _End) -> None:
        self._read_items.append(item)
        if self._waiting:
            self._waiting = False
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._arrived.set)
