"""Where orders go: to nobody (a dry run), to the embedded sandbox, or to the live endpoint."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from orderkit.destination.settings import Settings
from orderkit.errors import CredentialsError, EndpointError
from orderkit.sending.client import Client, OnWait
from orderkit.sending.credentials import AccessToken, Credentials, find_credentials
from orderkit.sending.request import Endpoint
from orderkit.sending.retry import DEFAULT_POLICY, Policy
from orderkit.sending.verdicts import AnswerCodes

if TYPE_CHECKING:
    from orderkit.sandbox import Sandbox

Target: TypeAlias = Literal["dry-run", "sandbox", "live"]
TARGETS: tuple[Target, ...] = ("dry-run", "sandbox", "live")

#: The embedded sandbox publishes no limit, so no pace is kept to.
SANDBOX_POLICY: Final = replace(DEFAULT_POLICY, rate=math.inf)


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
    sandbox: "Sandbox", policy: Policy = SANDBOX_POLICY, on_wait: OnWait | None = None
) -> Client:
    """A client for a sandbox of this process, which takes any credentials."""
    endpoint = Endpoint(sandbox.order_url, sandbox.token_url, "sandbox")
    credentials = Credentials.of("sandbox-key", "sandbox-secret", "of the sandbox")
    return Client(endpoint, credentials, policy, on_wait=on_wait)


def describe_hosts(settings: Settings) -> str:
    """Which hosts a live sending speaks to, and what goes to each; to be shown before it begins.

    Raises CredentialsError as `live_credentials` does.
    """
    connection = settings.connection
    orders = f"orders go to {urlsplit(connection.endpoint_url or '').netloc}"
    if isinstance(live_credentials(settings), AccessToken):
        return f"{orders}, with the access token"
    return f"{orders}; client key and secret to {urlsplit(connection.token_url).netloc}"


def target_name(target: Target, settings: Settings) -> str:
    """The target as the ledger has it: each live endpoint is one of its own."""
    return settings.connection.endpoint_url or "" if target == "live" else target


@asynccontextmanager
async def open_target(
    target: Target,
    settings: Settings,
    sandbox: "Sandbox | None" = None,
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
        # Its server takes longer to load than all else: only who sends there pays for it.
        from orderkit.sandbox import Sandbox

        with nullcontext(sandbox) if sandbox else Sandbox() as running:
            async with sandbox_client(running, policy or SANDBOX_POLICY, on_wait) as client:
                yield client


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
