"""When to try again, how long to wait, and how to keep the pace: pure functions of given times."""

import math
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Policy:
    """The bounds of sending. Raises ValueError for one that cannot be kept.

    attempts:        tries of one order at most, the first included
    total_seconds:   for one order, from its first try on, all waits included
    timeout:         seconds for one try: connecting, sending and the whole answer
    backoff_initial: seconds; the upper end of the first wait, doubled for each further one
    backoff_max:     seconds; no upper end lies above it
    retry_after_max: seconds; the endpoint may not ask for a longer wait
    rate:            requests a second, each try counted; `math.inf` for no limit. 3 is the lowest
                     limit that TikTok publishes for its neighbouring calls
    in_flight:       orders on their way at once
    """

    attempts: int = 5
    total_seconds: float = 60
    timeout: float = 10
    backoff_initial: float = 0.5
    backoff_max: float = 20
    retry_after_max: float = 60
    rate: float = 3.0
    in_flight: int = 10

    def __post_init__(self) -> None:
        for name in ("attempts", "total_seconds", "timeout", "rate", "in_flight"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be more than 0, not {getattr(self, name)}")
        for name in ("backoff_initial", "backoff_max", "retry_after_max"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")

    def backoff(self, tries: int, chance: float) -> float:
        """Seconds to wait after so many tries: exponential back-off with full jitter.

        ``chance × min(backoff_max, backoff_initial × 2^(tries-1))``, `chance` being from 0 to 1.
        """
        # 2 to the power of 1,000 still is a float.
        return chance * min(self.backoff_max, self.backoff_initial * 2.0 ** min(tries - 1, 1000))


DEFAULT_POLICY: Final = Policy()


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait, as it is told before it begins.

    reason:  in words, to be read after "waiting 2 s: "
    seconds: how long
    attempt: the try that follows, counted from 1
    kind:    ``retry`` after a failure, ``pace`` to keep to the rate
    """

    reason: str
    seconds: float
    attempt: int
    kind: Literal["retry", "pace"] = "retry"


class Pacer:
    """Gives out the moments at which requests may go: never two closer than ``1 / rate``.

    The n-th moment is ``start + n / rate``, not "a while after the one before", so that late
    sleepers do not add up to a slower pace. Who comes late starts a new count: a pause is never
    made up for by a burst. While the endpoint holds all calls back, no moment is given.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._start = -math.inf
        self._given = 0
        self.held_until = -math.inf

    def hold(self, moment: float) -> None:
        """Give no moment before this one. Moments given already are to be reserved anew."""
        self.held_until = max(self.held_until, moment)

    def reserve(self, now: float, until: float = math.inf) -> float | None:
        """The next free moment, from `now` on, which is then taken; None if it is after `until`."""
        earliest = max(now, self.held_until)
        moment = self._start + self._given / self._rate
        start, given = (self._start, self._given) if moment >= earliest else (earliest, 0)
        moment = max(moment, earliest)
        if moment > until:
            return None
        self._start, self._given = start, given + 1
        return moment


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, None without a readable one.

    Both forms of RFC 9110: seconds, or a date, from which `now` (Unix seconds) is taken away.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.replace(".", "", 1).isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
        # A date without a zone is UTC by the RFC.
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, aware.timestamp() - now)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
