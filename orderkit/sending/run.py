"""One run over events: each is sent, or it is said why not. Commands and forms share it."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orderkit.destination.settings import Settings
from orderkit.mapping.event_names import EventNames
from orderkit.mapping.results import EventResult
from orderkit.sending.client import Client, OnWait
from orderkit.sending.delivery import OUTCOMES
from orderkit.sending.failure_streak import HOPELESS
from orderkit.sending.in_flight import send_all
from orderkit.sending.ledger import Ledger
from orderkit.sending.report import writing
from orderkit.sending.results import SendResult
from orderkit.sending.retry import Policy
from orderkit.sending.speed import Speed
from orderkit.sending.target_ledger import TargetLedger
from orderkit.sending.targets import Target, open_target, target_name

if TYPE_CHECKING:
    from orderkit.sandbox import Sandbox


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
