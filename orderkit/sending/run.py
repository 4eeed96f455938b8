"""One run over events: each is sent, or it is said why not. Commands and forms share it."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from orderkit.destination.settings import Settings
from orderkit.mapping.event_names import EventNames
from orderkit.mapping.results import EventResult
from orderkit.sending.client import Client, OnWait
from orderkit.sending.delivery import OUTCOMES
from orderkit.sending.failure_streak import HOPELESS, FailureStreak
from orderkit.sending.ledger import Ledger
from orderkit.sending.reading import ReadAhead
from orderkit.sending.report import writing
from orderkit.sending.results import SendResult, plan_sending
from orderkit.sending.retry import Policy
from orderkit.sending.speed import Speed
from orderkit.sending.target_ledger import TargetLedger
from orderkit.sending.targets import Target, open_target, target_name

if TYPE_CHECKING:
    from orderkit.sandbox import Sandbox

#: So many results are looked at ahead of the oldest that has no verdict yet: one order that waits
#: for a retry does not hold up the others.
_AHEAD: Final = 256
#: So many more are read ahead of those.
_READ_AHEAD: Final = 32


@dataclass(slots=True)
class Run:
    """What is sent where, and how; `verdicts` does it, once.

    results:     what mapping made of the events; read as far as needed, so any number may follow
    ledger:      where deliveries are written down, dry runs too; None: nowhere
    force:       whether to send again what was delivered before
    also_outdated: whether to send an update after a newer one that was delivered
    total:       how many events there are, None where that is not known
    report:      the name of the file that gets what was not delivered
    policy:      None stands for the target's own
    seconds:     those of the whole run
    sandbox:     the one to send to; without it, one is run meanwhile
    keep_tokens: whether tokens are kept in the operating system's keyring
    authenticate: whether a dry run asks for a token all the same
    on_wait:     is told each wait before it begins

    And as far as the run has got:

    token_asked: whether a dry run got a token from TikTok
    counts: verdict → events
    causes: cause → events about which something is left to do
    names:  which names of events were filtered
    speed:  events a second
    """

    results: Iterable[EventResult]
    settings: Settings
    target: Target
    ledger: Ledger | None = None
    force: bool = False
    also_outdated: bool = False
    total: int | None = None
    report: str | None = None
    policy: Policy | None = None
    seconds: float = math.inf
    sandbox: "Sandbox | None" = None
    keep_tokens: bool = False
    authenticate: bool = False
    on_wait: OnWait | None = None

    token_asked: bool = field(init=False, default=False)
    counts: Counter[str] = field(init=False, default_factory=Counter)
    causes: Counter[str] = field(init=False, default_factory=Counter)
    names: EventNames = field(init=False)
    speed: Speed = field(init=False, default_factory=Speed)
    _loop: asyncio.AbstractEventLoop | None = field(init=False, default=None)
    _client: Client | None = field(init=False, default=None)
    _asked_to_stop: bool = field(init=False, default=False)
    _started: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.names = EventNames(self.settings.statuses())

    async def verdicts(self) -> AsyncGenerator[SendResult, None]:
        """Send, and give each verdict, in the order of the events.

        Raises OrderkitError for what keeps the run from beginning, and for what its events, its
        report or its ledger meet meanwhile.
        """
        self._loop, self._started = asyncio.get_running_loop(), time.monotonic()
        async with AsyncExitStack() as stack:
            ledger = None
            if self.ledger:
                # A dry run keeps nobody from sending.
                dry = self.target == "dry-run"
                stack.enter_context(self.ledger.rehearsing() if dry else self.ledger.sending())
                name = target_name(self.target, self.settings)
                ledger = TargetLedger(self.ledger, name, self.force, self.also_outdated)
            client = self._client = await stack.enter_async_context(
                open_target(
                    self.target,
                    self.settings,
                    self.sandbox,
                    policy=self.policy,
                    on_wait=self.on_wait,
                    keep_tokens=self.keep_tokens,
                )
            )
            if self.authenticate:
                await self._get_token()
            report = stack.enter_context(writing(self.report))
            if client and self._asked_to_stop:
                client.stop()
            url = self.settings.connection.endpoint_url
            async for sent in send_all(self.results, client, url, ledger, seconds=self.seconds):
                self._count(sent)
                report.add(sent)
                yield sent

    async def _get_token(self) -> None:
        """Ask for a token as live sending would, and send nothing with it."""
        async with open_target(
            "live", self.settings, on_wait=self.on_wait, keep_tokens=self.keep_tokens
        ) as client:
            if client:
                await client.token()
                self.token_asked = client.asks_for_tokens

    def stop(self) -> None:
        """Let calls under way end, and begin no other; from any thread, at any time."""
        self._asked_to_stop = True
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop_client)

    def _stop_client(self) -> None:
        if self._client:
            self._client.stop()

    def _count(self, sent: SendResult) -> None:
        self.counts[sent.verdict] += 1
        self.speed.count(sent.verdict)
        self.names.add(sent.message if sent.verdict == "filtered" else "")
        if not sent.done:
            self.causes[sent.cause] += 1

    @property
    def stopped(self) -> str:
        """Why the run ended, or is about to end, before its last event; "" if it does not."""
        if not (self._client and self._client.stopped):
            return ""
        if self._asked_to_stop:
            return "by hand"
        if time.monotonic() - self._started >= self.seconds:
            return "the time is over"
        for cause in self.causes:
            if cause in OUTCOMES and OUTCOMES[cause].ends_run and cause != "stopped":
                return f"as each further order would fail: {OUTCOMES[cause].meaning.rstrip('.')}"
        return f"as {HOPELESS} orders in a row came to nothing in the same way"

    @property
    def authentication(self) -> str:
        """What came of asking for a token in a dry run, in words; "" where none was asked for."""
        if not self.authenticate:
            return ""
        if self.token_asked:
            return f"a token came from {self.settings.connection.token_url}"
        return "an access token is given, so none was asked for"

    @property
    def all_done(self) -> bool:
        """Whether nothing is left to do: no order to correct or to send again."""
        return not self.causes and not self.stopped


async def send_all(
    results: Iterable[EventResult],
    client: Client | None,
    url: str | None,
    ledger: TargetLedger | None = None,
    *,
    seconds: float = math.inf,
) -> AsyncGenerator[SendResult, None]:
    """The verdict of each result, in order; a few orders are on their way at once.

    `results` are read as far as needed, in a thread of their own. Payloads of one order never
    overtake each other. The run is over after so many `seconds`, when each further order would fail
    for the same reason, or when `HOPELESS` orders in a row came to nothing in the same way; like
    `client.stop()`, that lets calls under way end, and what was not begun by then is not among the
    verdicts.
    """
    loop = asyncio.get_running_loop()
    url = client.endpoint.order_url if client else url
    reader = ReadAhead(results, _READ_AHEAD)
    streak = FailureStreak()
    latest: dict[str, asyncio.Task[SendResult]] = {}
    begun: asyncio.Queue[asyncio.Task[SendResult] | None] = asyncio.Queue(_AHEAD)
    tasks: set[asyncio.Task[Any]] = set()
    failed: list[Exception] = []

    async def begin_all() -> None:
        try:
            async for result in reader:
                if client and client.stopped:
                    break
                planned = plan_sending(result, url)
                before = latest.get(planned.order_id)
                task = loop.create_task(_send(planned, client, ledger, streak, before))
                tasks.add(task)
                if planned.request and client:
                    latest[planned.order_id] = task
                    task.add_done_callback(partial(_forget, latest, planned.order_id))
                await begun.put(task)
                # Calls under way are not to wait for us.
                await asyncio.sleep(0)
        except Exception as error:
            failed.append(error)
        # What came before a failure is still to get its verdict.
        await begun.put(None)

    async def end_when_stopped(client: Client) -> None:
        await client.until_stopped()
        reader.end()

    tasks.add(loop.create_task(begin_all()))
    over = None
    if client:
        tasks.add(loop.create_task(end_when_stopped(client)))
        over = loop.call_later(seconds, client.stop) if seconds < math.inf else None
    try:
        while task := await begun.get():
            sent = await task
            tasks.discard(task)
            if sent.begun:
                yield sent
        if failed:
            raise failed[0]
    finally:
        reader.end()
        if over:
            over.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _forget(
    latest: dict[str, asyncio.Task[SendResult]], order_id: str, task: asyncio.Task[SendResult]
) -> None:
    if latest.get(order_id) is task:
        del latest[order_id]


async def _send(
    planned: SendResult,
    client: Client | None,
    ledger: TargetLedger | None,
    streak: FailureStreak,
    before: asyncio.Task[SendResult] | None,
) -> SendResult:
    if before:
        await asyncio.wait([before])
    request = planned.request
    if request is None:
        if ledger:
            ledger.note(planned)
        return planned
    if client is None:
        if ledger:
            ledger.ledger.rehearse(ledger.target, request, planned.entry.event)
        return planned
    if ledger and (held_back := ledger.held_back(planned, request)):
        return held_back
    number = 0

    def begin() -> None:
        nonlocal number
        number = ledger.ledger.begin(ledger.target, request, planned.entry.event) if ledger else 0

    delivery = await client.send(request, on_start=begin)
    sent = replace(
        planned,
        verdict=delivery.verdict,
        message=delivery.message,
        next_step="" if delivery.verdict == "delivered" else delivery.next_step,
        delivery=delivery,
        request=None,
    )
    if ledger and sent.begun:
        # Without a token no call was begun; that it failed is to be seen all the same.
        if not number:
            begin()
        ledger.ledger.end(number, delivery)
    streak.add(delivery)
    if OUTCOMES[delivery.cause].ends_run or streak.hopeless:
        client.stop()
    return sent
