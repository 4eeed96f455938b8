"""A clock that stands still while the event loop does not run.

A process that is stopped, or a notebook cell that blocks the loop, makes every timer due at once.
By this clock no time has passed meanwhile: waits and time-outs go on where they were.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

#: Seconds between two looks at the time as long as the loop runs.
_TICK: Final = 0.05

#: From so many seconds between two looks on, the loop did not run in between.
STALL: Final = 0.25


class LoopClock:
    """Seconds for which the event loop ran; `source` gives those that really passed.

    Only grows. It runs between `start` and `stop`, and is plain `source` otherwise.
    """

    def __init__(self, source: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._seen = source()
        self._lost = 0.0
        self._ticking: asyncio.TimerHandle | None = None
        self._timeouts: set[asyncio.Timeout] = set()

    def __call__(self) -> float:
        """The time on this clock."""
        now = self._source()
        missed = now - self._seen
        self._seen = now
        if self._ticking and missed >= STALL:
            missed -= _TICK
            self._lost += missed
            for timeout in self._timeouts:
                when = timeout.when()
                if when is not None and not timeout.expired():
                    timeout.reschedule(when + missed)
        return now - self._lost

    def start(self) -> None:
        """Begin to look for stalls, within a running loop."""
        self._seen = self._source()
        self._tick()

    def stop(self) -> None:
        """Look no further."""
        if self._ticking:
            self._ticking.cancel()
            self._ticking = None

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[None]:
        """Raises TimeoutError after so many seconds on this clock."""
        self()
        async with asyncio.timeout(seconds) as timeout:
            self._timeouts.add(timeout)
            try:
                yield
            finally:
                self._timeouts.discard(timeout)

    def _tick(self) -> None:
        self()
        self._ticking = asyncio.get_running_loop().call_later(_TICK, self._tick)
