"""What forms keep running: one thread with an event loop, which works beside every other thread.

A cell runs in the kernel's main thread, JupyterLab may run a widget's callback in a subshell's, at
the same time and on another event loop, and a script has no loop at all. So nothing that lasts
longer than a callback belongs to the loop of whoever began it: clients, their connections and runs
belong to this one.
"""

import asyncio
import atexit
import threading
from collections.abc import Collection, Coroutine, Generator
from concurrent.futures import Future
from typing import Any, Final, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")

#: Seconds for which the end of the process waits for work that is broken off.
_ENDS_WITHIN: Final = 2.0


class BackgroundTask(Generic[T]):
    """Work under way in the background, to be waited for from any thread.

    ``await task`` in a cell and ``task.result()`` in a script give what came of it, or raise what
    made it fail. Who gives up waiting does not end the work.
    """

    def __init__(self, future: "Future[T]") -> None:
        self._future = future

    def __repr__(self) -> str:
        return f"<BackgroundTask: {'done' if self.done() else 'under way'}>"

    def __await__(self) -> Generator[Any, None, T]:
        return asyncio.shield(asyncio.wrap_future(self._future)).__await__()

    def done(self) -> bool:
        """Whether it has ended."""
        return self._future.done()

    def result(self, seconds: float | None = None) -> T:
        """Wait for the end, from a script. Raises TimeoutError after so many `seconds`."""
        return self._future.result(seconds)


class Background:
    """A daemon thread with an event loop, begun with the first work and ended with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._begun: WeakSet[Coroutine[Any, Any, Any]] = WeakSet()

    def begin(self, work: Coroutine[Any, Any, T]) -> BackgroundTask[T]:
        """Let `work` go on in the background, whatever thread this is."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_run, args=(self._loop,), name="orderkit-background", daemon=True
                )
                self._thread.start()
                atexit.register(self.close)
            self._begun.add(work)
            return BackgroundTask(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """Break off what is under way, and end the thread; more work begins another one."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        atexit.unregister(self.close)
        asyncio.run_coroutine_threadsafe(_break_off(loop, self._begun), loop)
        thread.join(_ENDS_WITHIN)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _break_off(
    loop: asyncio.AbstractEventLoop, begun: Collection[Coroutine[Any, Any, Any]]
) -> None:
    """Cancel all other work, let it clean up, and stop the loop.

    What was begun here goes first: it ends its own tasks in the right order.
    """
    others = asyncio.all_tasks(loop) - {asyncio.current_task()}
    for some in ({task for task in others if task.get_coro() in begun}, others):
        for task in some:
            task.cancel()
        await asyncio.gather(*some, return_exceptions=True)
    await loop.shutdown_asyncgens()
    loop.call_soon(loop.stop)


#: The one thread of this process.
BACKGROUND: Final = Background()
