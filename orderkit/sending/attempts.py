"""One call with all its tries: retries, pace and time, by the delivery rules.

Which outcomes are tried again is a column of ``outcomes.csv``; how long to wait is in
`orderkit.sending.retry`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from orderkit.events.paths import count
from orderkit.sending.delivery import OUTCOMES, Delivery, Verdict
from orderkit.sending.request import Request
from orderkit.sending.retry import Pacer, Policy, Wait

#: Seconds that are not worth another wait.
_NEGLIGIBLE: Final = 0.001


@dataclass(frozen=True, slots=True)
class Reply:
    """How one try ended; `status` is None when no answer came."""

    verdict: Verdict
    status: int | None = None
    retry_after: float | None = None
    body: bytes = field(default=b"", repr=False)
    answer: str = ""

    @property
    def retried(self) -> bool:
        """Whether it is worth another try."""
        return OUTCOMES[self.verdict.cause].retried

    @property
    def token_refused(self) -> bool:
        """Whether the access token was not accepted, by status or by a code in the body."""
        return self.verdict.cause in ("http_401", "token_code")


@dataclass(frozen=True, slots=True)
class Environment:
    """What calls need of the world outside: they share it, and with it the pace.

    post:    makes one try within so many seconds; no failure raises an exception
    clock:   seconds that only grow
    sleep:   waits for so many seconds
    chance:  a number from 0 to 1
    on_wait: is told each wait before it begins
    stopped: set when no further try is to be made; ends all waits
    """

    policy: Policy
    pacer: Pacer
    post: Callable[[Request, float], Awaitable[Reply]]
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    chance: Callable[[], float]
    on_wait: Callable[[Wait], None] | None = None
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, seconds: float) -> None:
        """Wait so long by the clock, or until all is stopped."""
        until = self.clock() + seconds
        while True:
            ends = [
                asyncio.ensure_future(self.sleep(seconds)),
                asyncio.create_task(self.stopped.wait()),
            ]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()
            # The clock may have stood still meanwhile.
            seconds = until - self.clock()
            if seconds <= _NEGLIGIBLE or self.stopped.is_set():
                return


class Attempts:
    """One call with all its tries: what they share, and what is told about them in the end.

    `on_start` is called right before the first try goes out.
    """

    def __init__(
        self,
        environment: Environment,
        until: float,
        label: str = "",
        on_start: Callable[[], None] | None = None,
    ) -> None:
        self._environment, self._until, self._label = environment, until, label
        self._on_start = on_start
        self._tries = 0
        self._started = environment.clock()
        self._waits: list[Wait] = []
        self._last: Reply | None = None
        self._unsure: Verdict | None = None
        self._gave_up = ""

    async def settle(self, attempt: Callable[[], Awaitable[Reply]]) -> Reply:
        """Make attempts until one is final, or the policy's bounds are met."""
        retrying = AsyncRetrying(
            retry=retry_if_result(lambda reply: reply.retried),
            wait=self._seconds,
            stop=self._stop,
            before_sleep=self._before_sleep,
            sleep=self._environment.wait,
            retry_error_callback=_last_result,
        )
        return await retrying(attempt)

    async def turn(self) -> Reply | None:
        """Wait until the pace allows a try; a reply if it never will.

        The time for one order begins with its first try.
        """
        environment = self._environment
        pacer, clock = environment.pacer, environment.clock
        while True:
            held = clock() < pacer.held_until
            moment = pacer.reserve(clock(), self._until)
            if moment is None:
                return self._out_of_time()
            if (seconds := moment - clock()) > 0:
                pace = f"keeping to {environment.policy.rate:g} requests a second"
                reason = "the endpoint asks for a wait of all calls" if held else pace
                self._announce(Wait(reason, seconds, self._tries + 1, "pace"))
                await environment.wait(seconds)
            # Meanwhile an answer to another may have held all calls back.
            if moment >= pacer.held_until or environment.stopped.is_set():
                break
        if not self._tries:
            self._started = clock()
            self._until = min(self._until, self._started + environment.policy.total_seconds)
        return None

    async def post(self, request: Request) -> Reply:
        """One try, as a reply in any case."""
        environment = self._environment
        limit = min(environment.policy.timeout, self._until - environment.clock())
        if environment.stopped.is_set():
            return self._stopped()
        if limit <= 0:
            return self._out_of_time()
        if self._on_start and not self._tries:
            self._on_start()
        self._tries += 1
        reply = await environment.post(request, limit)
        if reply.retried and reply.verdict.verdict == "unknown":
            self._unsure = reply.verdict
        self._last = reply
        return reply

    def hold_others(self, reply: Reply) -> None:
        """Keep all calls from going out for as long as the reply asks for: the limit is theirs."""
        if reply.retried and reply.retry_after is not None:
            seconds = min(reply.retry_after, self._environment.policy.retry_after_max)
            self._environment.pacer.hold(self._environment.clock() + seconds)

    def delivery(self, request: Request, reply: Reply) -> Delivery:
        """What came of sending `request`, `reply` being the last one."""
        verdict, message = reply.verdict, reply.verdict.message
        if self._unsure and verdict.verdict == "failed":
            # A try before the last may have arrived, and nothing since says that it has not.
            verdict = replace(verdict, verdict="unknown", cause=self._unsure.cause)
            message = f"{self._unsure.message}; then: {message}"
        return Delivery(
            verdict=verdict.verdict,
            cause=verdict.cause,
            http_status=reply.status,
            code=verdict.code,
            message=f"{message}; {self._gave_up}" if self._gave_up else message,
            log_id=verdict.log_id,
            attempts=self._tries,
            seconds=self._environment.clock() - self._started if self._tries else 0.0,
            waits=tuple(self._waits),
            order_id=request.keys.order_id,
            order_status=request.keys.order_status,
            request=request.as_text(),
            answer=reply.answer,
        )

    def _out_of_time(self) -> Reply:
        # After a refused token the last reply says nothing about the order.
        if self._last is not None and not self._last.token_refused:
            self._gave_up = "gave up: no time was left for another try"
            return self._last
        return Reply(Verdict("failed", "no_time_left", message="no time was left for the order"))

    def _stopped(self) -> Reply:
        if self._last is not None and not self._last.token_refused:
            return self._last
        return Reply(Verdict("failed", "stopped", message="stopped before the order was sent"))

    def _seconds(self, _: RetryCallState) -> float:
        policy = self._environment.policy
        asked = self._last.retry_after if self._last else None
        if asked is None:
            return policy.backoff(self._tries, self._environment.chance())
        return min(asked, policy.retry_after_max)

    def _stop(self, state: RetryCallState) -> bool:
        if self._environment.stopped.is_set():
            self._gave_up = "stopped before another try"
        elif self._tries >= self._environment.policy.attempts:
            self._gave_up = f"gave up after {count(self._tries, 'attempt')}"
        elif self._environment.clock() + state.upcoming_sleep >= self._until:
            self._gave_up = (
                f"gave up: waiting {state.upcoming_sleep:.3g} s more would overrun the time allowed"
            )
        return bool(self._gave_up)

    def _before_sleep(self, state: RetryCallState) -> None:
        if self._last is None or not state.upcoming_sleep:
            return
        reason = self._label + self._last.verdict.message
        if self._last.retry_after is not None:
            reason += " (it asks for the wait)"
        self._announce(Wait(reason, state.upcoming_sleep, self._tries + 1))

    def _announce(self, wait: Wait) -> None:
        self._waits.append(wait)
        if self._environment.on_wait:
            self._environment.on_wait(wait)


def _last_result(state: RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None
