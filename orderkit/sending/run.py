"""Sending events: to nobody (a dry run), to the embedded sandbox, or to the live endpoint."""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal, TypeAlias

from orderkit.destination.settings import Settings
from orderkit.errors import CredentialsError, EndpointError
from orderkit.mapping.problems import Problem
from orderkit.mapping.results import Mapped
from orderkit.sandbox import Sandbox
from orderkit.sending.client import Client, OnWait
from orderkit.sending.credentials import AccessToken, Credentials, find_credentials
from orderkit.sending.delivery import OUTCOMES, Delivery
from orderkit.sending.ledger import Entry, Ledger
from orderkit.sending.request import Endpoint, Request, order_request
from orderkit.sending.retry import DEFAULT_POLICY, Policy
from orderkit.sending.verdicts import AnswerCodes

Target: TypeAlias = Literal["dry-run", "sandbox", "live"]
TARGETS: tuple[Target, ...] = ("dry-run", "sandbox", "live")

#: Stands where the URL goes as long as there is none.
NO_URL = "<endpoint_url is not set yet>"

#: The embedded sandbox publishes no limit, so no pace is kept to.
SANDBOX_POLICY: Final = replace(DEFAULT_POLICY, rate=math.inf)

#: So many results are looked at ahead of the oldest that has no verdict yet: one order that waits
#: for a retry does not hold up the others.
_AHEAD: Final = 256

#: After so many orders in a row that failed, or got no answer, in the same way, the endpoint is
#: taken to be down.
HOPELESS: Final = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """One event with its verdict.

    verdict:  the delivery's, or ``dry-run``, or why nothing was sent: ``filtered``, ``invalid``,
              ``skipped`` (delivered before)
    message:  the endpoint's, or why nothing was sent
    request:  what would go over the wire, in a dry run only
    problems: the errors that kept an event from being sent
    """

    index: int
    order_id: str
    order_status: str
    verdict: str
    message: str = ""
    next_step: str = ""
    delivery: Delivery | None = None
    request: Request | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def done(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.verdict in ("delivered", "skipped", "filtered", "dry-run")

    @property
    def begun(self) -> bool:
        """Whether it got as far as a verdict, or a stop came first."""
        return not (
            self.delivery and self.delivery.cause == "stopped" and not self.delivery.attempts
        )

    @property
    def kind(self) -> str:
        """The first of the errors in short, as events with it are mended together."""
        return next((f"{p.code} {p.target}" for p in self.problems), "unreadable")

    def as_json(self) -> dict[str, Any]:
        """The verdict as a JSON object."""
        delivery = self.delivery
        entry: dict[str, Any] = {
            "index": self.index,
            "order_id": self.order_id,
            "order_status": self.order_status,
            "verdict": self.verdict,
            "http_status": delivery.http_status if delivery else None,
            "code": delivery.code if delivery else None,
            "message": self.message,
            "log_id": delivery.log_id if delivery else None,
            "attempts": delivery.attempts if delivery else 0,
            "seconds": round(delivery.seconds, 3) if delivery else 0.0,
            "next_step": self.next_step,
        }
        if self.problems:
            entry["problems"] = [problem.as_json() for problem in self.problems]
        if self.request:
            entry["request"] = self.request.as_text()
        return entry


def live_endpoint(settings: Settings) -> Endpoint:
    """The endpoint in the settings. Raises EndpointError, which says where the client finds it."""
    connection = settings.connection
    return Endpoint(
        connection.endpoint_url or "",
        connection.token_url,
        connection.merchant_id or "",
        connection.merchant_code or "",
        AnswerCodes(connection.throttle_codes, connection.token_codes),
    )


def live_credentials(settings: Settings) -> Credentials | AccessToken:
    """The credentials that the settings name. Raises CredentialsError: how to give them."""
    return find_credentials(settings.settings.credentials or "")


def sandbox_client(
    sandbox: Sandbox, policy: Policy = SANDBOX_POLICY, on_wait: OnWait | None = None
) -> Client:
    """A client for a sandbox of this process, which takes any credentials."""
    endpoint = Endpoint(sandbox.order_url, sandbox.token_url, "sandbox")
    credentials = Credentials.of("sandbox-key", "sandbox-secret", "of the sandbox")
    return Client(endpoint, credentials, policy, on_wait=on_wait)


def target_name(target: Target, settings: Settings) -> str:
    """The target as the ledger has it: each live endpoint is one of its own."""
    return settings.connection.endpoint_url or "" if target == "live" else target


@asynccontextmanager
async def open_target(
    target: Target,
    settings: Settings,
    sandbox: Sandbox | None = None,
    *,
    policy: Policy | None = None,
    on_wait: OnWait | None = None,
    keep_tokens: bool = False,
) -> AsyncIterator[Client | None]:
    """A client for a target; None for a dry run. Without a `sandbox`, one is run meanwhile.

    Without a `policy`, only a live target has a pace. With `keep_tokens`, a live target's tokens
    are kept in the operating system's keyring. Raises EndpointError and CredentialsError for a
    live target that is not configured.
    """
    if target == "dry-run":
        yield None
    elif target == "live":
        remember = (settings.settings.credentials or "") if keep_tokens else ""
        async with Client(
            live_endpoint(settings),
            live_credentials(settings),
            policy or DEFAULT_POLICY,
            on_wait=on_wait,
            remember=remember,
        ) as client:
            yield client
    else:
        with nullcontext(sandbox) if sandbox else Sandbox() as running:
            async with sandbox_client(running, policy or SANDBOX_POLICY, on_wait) as client:
                yield client


@dataclass(frozen=True, slots=True)
class Book:
    """How a sending keeps its ledger.

    target: the name that deliveries have there, of `target_name`
    force:  whether to send again what was delivered before
    """

    ledger: Ledger
    target: str
    force: bool = False


async def send_all(
    results: Iterable[tuple[int, Mapped | None, str]],
    client: Client | None,
    url: str | None,
    book: Book | None = None,
    *,
    seconds: float = math.inf,
) -> AsyncIterator[Sent]:
    """The verdict of each result, in order; a few orders are on their way at once.

    `results` are index, mapped event (None where it could not be read) and the reason for that.
    They are read as far as needed, so any number may follow. Payloads of one order never overtake
    each other. The run is over after so many `seconds`, when each further order would fail for the
    same reason, or when `HOPELESS` orders in a row came to nothing in the same way; like
    `client.stop()`, that lets calls under way end, and what was not begun by then is not among the
    verdicts.
    """
    waiting: deque[asyncio.Task[Sent]] = deque()
    latest: dict[str, asyncio.Task[Sent]] = {}
    url = client.endpoint.order_url if client else url
    luck = _Luck()
    loop = asyncio.get_running_loop()
    over = loop.call_later(seconds, client.stop) if client and seconds < math.inf else None
    try:
        for index, mapped, error in results:
            if client and client.stopped:
                break
            planned = plan(index, mapped, error, url)
            sending = _send(planned, client, book, luck, latest.get(planned.order_id))
            task = asyncio.create_task(sending)
            waiting.append(task)
            if planned.request and client:
                latest[planned.order_id] = task
                task.add_done_callback(partial(_forget, latest, planned.order_id))
            while waiting and (len(waiting) > _AHEAD or waiting[0].done()):
                sent = await waiting.popleft()
                if sent.begun:
                    yield sent
            # Calls under way are not to wait for us.
            await asyncio.sleep(0)
        while waiting:
            sent = await waiting.popleft()
            if sent.begun:
                yield sent
    finally:
        if over:
            over.cancel()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _forget(latest: dict[str, asyncio.Task[Sent]], order_id: str, task: asyncio.Task[Sent]) -> None:
    if latest.get(order_id) is task:
        del latest[order_id]


class _Luck:
    """How many orders in a row came to nothing in the same way."""

    def __init__(self) -> None:
        self._cause, self._times = "", 0

    def gone(self, delivery: Delivery) -> bool:
        """Whether, with this one, the endpoint is taken to be down."""
        lost = delivery.verdict in ("failed", "unknown")
        self._times = self._times + 1 if lost and delivery.cause == self._cause else int(lost)
        self._cause = delivery.cause
        return self._times >= HOPELESS


async def _send(
    planned: Sent,
    client: Client | None,
    book: Book | None,
    luck: _Luck,
    before: asyncio.Task[Sent] | None,
) -> Sent:
    if before:
        await asyncio.wait([before])
    if client is None:
        return planned
    request = planned.request
    if request is None:
        if book and planned.verdict == "filtered":
            book.ledger.filter(book.target, planned.message)
        elif book:
            book.ledger.refuse(
                book.target,
                planned.order_id,
                planned.order_status,
                planned.kind,
                f"{planned.message}; to mend it: {planned.next_step}",
            )
        return planned
    if book and not book.force and (earlier := book.ledger.delivered(book.target, request.body)):
        return _skipped(planned, earlier)
    number = 0

    def begin() -> None:
        nonlocal number
        number = book.ledger.begin(book.target, request) if book else 0

    delivery = await client.send(request.body, on_start=begin)
    sent = replace(
        planned,
        verdict=delivery.verdict,
        message=delivery.message,
        next_step="" if delivery.verdict == "delivered" else delivery.next_step,
        delivery=delivery,
        request=None,
    )
    if book and sent.begun:
        # Without a token no call was begun; that it failed is to be seen all the same.
        book.ledger.end(number or book.ledger.begin(book.target, request), delivery)
    if OUTCOMES[delivery.cause].ends_run or luck.gone(delivery):
        client.stop()
    return sent


def _skipped(planned: Sent, earlier: Entry) -> Sent:
    moment = datetime.fromtimestamp(earlier.started_at).astimezone().isoformat(" ", "seconds")
    log_id = f", log_id {earlier.delivery.log_id}" if earlier.delivery.log_id else ""
    return replace(
        planned, verdict="skipped", message=f"delivered on {moment}{log_id}", request=None
    )


def plan(index: int, mapped: Mapped | None, error: str, url: str | None) -> Sent:
    """What sending would do, as of a dry run: the request, or why there is none."""
    if mapped is None:
        return Sent(index, "", "", "invalid", error, "mend the line, or leave it out")
    info = (mapped.payload or {}).get("order_info", {})
    sent = Sent(index, str(info.get("order_id", "")), mapped.order_status or "", mapped.outcome)
    if mapped.outcome == "filtered":
        return replace(sent, message=mapped.reason)
    if mapped.outcome == "rejected":
        errors = [problem for problem in mapped.problems if problem.level == "error"]
        return replace(
            sent,
            verdict="invalid",
            message="; ".join(f"{p.code} {p.target}: {p.message}" for p in errors),
            next_step="; ".join(dict.fromkeys(p.fix for p in errors)),
            problems=tuple(errors),
        )
    request = order_request(url or NO_URL, mapped.payload or {}, None)
    return replace(sent, verdict="dry-run", message="not sent", request=request)


def refuse_unready(target: Target, settings: Settings) -> None:
    """Raise what keeps a target from being used, everything in one message, before any event."""
    if target != "live":
        return
    reasons = []
    for look in (live_endpoint, live_credentials):
        try:
            look(settings)
        except (EndpointError, CredentialsError) as error:
            reasons.append(str(error))
    if reasons:
        raise EndpointError("\n       ".join(reasons))
