"""How fast a run goes at present, and how long it will take."""

import time
from collections import deque
from collections.abc import Callable

#: Seconds that the present speed is taken from.
_WINDOW = 15.0
_NOT_SENT = frozenset({"skipped", "outdated", "filtered", "invalid", "dry-run"})


class Speed:
    """Events a second of late; `clock` gives seconds that only grow.

    What is skipped or filtered passes in no time, so the count begins anew with the first event
    that is sent: otherwise a run that goes on where it was would promise too much.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._done = 0
        self._sent = False
        self._marks = deque([(clock(), 0)])

    def count(self, verdict: str) -> None:
        """One event more has its verdict."""
        now = self._clock()
        if not self._sent and verdict not in _NOT_SENT:
            self._sent = True
            self._marks = deque([(now, self._done)])
        self._done += 1
        if now - self._marks[-1][0] >= 1:
            self._marks.append((now, self._done))
        while len(self._marks) > 1 and now - self._marks[0][0] > _WINDOW:
            self._marks.popleft()

    @property
    def rate(self) -> float:
        """Events a second; 0 as long as nothing can be said."""
        moment, done = self._marks[0]
        seconds = self._clock() - moment
        return (self._done - done) / seconds if seconds > 0 else 0.0

    def left(self, total: int | None) -> float | None:
        """Seconds until all are done, None as long as nothing can be said."""
        rate = self.rate
        if total is None or not rate:
            return None
        return max(0, total - self._done) / rate


def format_duration(seconds: float | None) -> str:
    """A time span as ``h:mm:ss``, and nothing for none."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
