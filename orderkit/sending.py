"""Sending events: to nobody (a dry run), to the embedded sandbox, or to the live endpoint."""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from orderkit.client import Client
from orderkit.credentials import AccessToken, Credentials, find_credentials
from orderkit.delivery import Delivery
from orderkit.endpoint import Endpoint, Request, order_request
from orderkit.errors import CredentialsError, EndpointError
from orderkit.mapping import Mapped
from orderkit.problems import Problem
from orderkit.retry import DEFAULT_POLICY, Policy
from orderkit.sandbox import Sandbox
from orderkit.settings import Settings

Target: TypeAlias = Literal["dry-run", "sandbox", "live"]
TARGETS: tuple[Target, ...] = ("dry-run", "sandbox", "live")

#: Stands where the URL goes as long as there is none.
NO_URL = "<endpoint_url is not set yet>"


@dataclass(frozen=True, slots=True)
class Sent:
    """One event with its verdict.

    verdict:  the delivery's, or ``dry-run``, or why nothing was sent: ``filtered``, ``invalid``
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
        return self.verdict in ("delivered", "filtered", "dry-run")

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
    url, merchant = connection.endpoint_url or "", connection.merchant_id or ""
    return Endpoint(url, connection.token_url, merchant)


def live_credentials(settings: Settings) -> Credentials | AccessToken:
    """The credentials that the settings name. Raises CredentialsError: how to give them."""
    return find_credentials(settings.settings.credentials or "")


def sandbox_client(sandbox: Sandbox, policy: Policy = DEFAULT_POLICY) -> Client:
    """A client for a sandbox of this process: it takes any credentials and keeps no pace."""
    endpoint = Endpoint(sandbox.order_url, sandbox.token_url, "sandbox")
    return Client(
        endpoint, Credentials.of("sandbox-key", "sandbox-secret"), replace(policy, rate=math.inf)
    )


@asynccontextmanager
async def open_target(
    target: Target, settings: Settings, sandbox: Sandbox | None = None
) -> AsyncIterator[Client | None]:
    """A client for a target; None for a dry run. Without a `sandbox`, one is run meanwhile.

    Raises EndpointError and CredentialsError for a live target that is not configured.
    """
    if target == "dry-run":
        yield None
    elif target == "live":
        async with Client(live_endpoint(settings), live_credentials(settings)) as client:
            yield client
    elif sandbox is not None:
        async with sandbox_client(sandbox) as client:
            yield client
    else:
        with Sandbox() as own:
            async with sandbox_client(own) as client:
                yield client


async def send_all(
    results: Iterable[tuple[int, Mapped | None, str]], client: Client | None, url: str | None
) -> AsyncIterator[Sent]:
    """The verdict of each result, in order; a few orders are on their way at once.

    `results` are index, mapped event (None where it could not be read) and the reason for that.
    """
    waiting: deque[asyncio.Task[Sent]] = deque()
    try:
        for index, mapped, error in results:
            waiting.append(asyncio.create_task(_send(index, mapped, error, client, url)))
            if client is None or len(waiting) >= client.policy.in_flight:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _send(
    index: int, mapped: Mapped | None, error: str, client: Client | None, url: str | None
) -> Sent:
    planned = plan(index, mapped, error, url)
    if client is None or planned.request is None:
        return planned
    delivery = await client.send(planned.request.body)
    return replace(
        planned,
        verdict=delivery.verdict,
        message=delivery.message,
        next_step="" if delivery.verdict == "delivered" else delivery.next_step,
        delivery=delivery,
        request=None,
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
