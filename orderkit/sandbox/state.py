"""All that the sandbox remembers. Touched in the server's own thread alone, but for copies."""

from collections import deque
from collections.abc import Callable

from orderkit.sandbox.faults import Script
from orderkit.sandbox.orders import Orders
from orderkit.sandbox.tokens import TokenIssuer


class Rate:
    """At most `limit` calls in any second; 0 means no limit."""

    def __init__(self) -> None:
        self.limit = 0.0
        self._recent: deque[float] = deque()

    def exceeded(self, now: float) -> bool:
        """Whether a call at this moment is one too many; a call that is not counts."""
        if not self.limit:
            return False
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= self.limit:
            return True
        self._recent.append(now)
        return False


class State:
    """Tokens, orders, script, rate and log ids; `clock` gives Unix timestamps for all of them."""

    def __init__(self, new_issuer: Callable[[], TokenIssuer], clock: Callable[[], float]) -> None:
        self._new_issuer, self.clock = new_issuer, clock
        self.reset()

    def reset(self) -> None:
        """As if nothing had happened yet: tokens that were given out are forgotten, too."""
        self.tokens, self.orders = self._new_issuer(), Orders()
        self.script, self.rate = Script(), Rate()
        self._calls = 0

    def log_id(self) -> str:
        """A fresh log id: a plain counter, so that the same calls get the same ids each time."""
        self._calls += 1
        return f"{self._calls:034X}"
