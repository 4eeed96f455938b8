"""The client: the one module that speaks HTTP.

It sends payloads, and gives a `Delivery` for each, whatever the endpoint does. Proxies and
certificates named in the environment are used, since companies need them, except for this machine
itself; ``.netrc`` is not. TLS is always verified, and redirects are not followed: the token goes to
the configured host and nowhere else.
"""

import asyncio
import logging
import math
import random
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final, Self, TypeAlias
from urllib.parse import urlsplit

import httpx

from orderkit.destination.urls import check_endpoint, is_loopback
from orderkit.errors import EndpointError
from orderkit.masking import MaskingFilter, Secret, mask
from orderkit.sending.attempts import Call, Reply, World
from orderkit.sending.credentials import AccessToken, Given, token_entry
from orderkit.sending.delivery import Delivery, Verdict, read_verdict, status_text
from orderkit.sending.request import Endpoint, Request, order_request, token_request
from orderkit.sending.retry import DEFAULT_POLICY, Pacer, Policy, Wait, retry_after
from orderkit.sending.tokens import FixedToken, TokenAnswer, TokenError, Tokens

__all__ = ["Client", "Delivery", "Endpoint", "Policy", "Request", "Wait", "check_endpoint"]

OnWait: TypeAlias = Callable[[Wait], None]

# What logs headers of answers, or exceptions that nobody waited for. A filter holds for the records
# of its own logger alone, not for those of the loggers below.
for _logger in ("connection", "http11", "http2", "proxy", "socks"):
    logging.getLogger(f"httpcore.{_logger}").addFilter(MaskingFilter())
for _logger in ("httpx", "asyncio", "orderkit"):
    logging.getLogger(_logger).addFilter(MaskingFilter())

# An answer is shown up to here; TikTok's own have a few hundred characters.
_SHOWN: Final = 20_000


class Client:
    """Sends payloads to one endpoint, with one pace and one token for all that is in flight.

    Use it as ``async with Client(endpoint, credentials) as client``. `on_wait` is told each wait
    before it begins, those of a token call too, which belong to no one delivery. With `remember`,
    the name of credentials, tokens are kept in the operating system's keyring too. The last four
    arguments are the outside world: seconds that only grow, Unix seconds, sleeping, and chance from
    0 to 1.

    Raises EndpointError when a token is needed and the endpoint names no merchant.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Given,
        policy: Policy = DEFAULT_POLICY,
        *,
        on_wait: OnWait | None = None,
        remember: str = "",
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.endpoint, self.policy = endpoint, policy
        pacer = Pacer(policy.rate)
        self._world = World(policy, pacer, self._post, clock, sleep, chance, on_wait)
        self._now = now
        self._in_flight = asyncio.Semaphore(policy.in_flight)
        self._connections: _Connections | None = None
        self._tokens = self._token_source(credentials, remember)

    def _token_source(self, credentials: Given, remember: str) -> Tokens | FixedToken:
        if isinstance(credentials, AccessToken):
            return FixedToken(credentials)
        merchant, code = self.endpoint.merchant_id, self.endpoint.code
        if not merchant:
            raise EndpointError(
                "merchant_id is not set, and tokens are given out by merchant; write the merchant's"
                " id at TikTok under [connection] in the settings"
            )
        return Tokens(
            credentials,
            {"merchant_id": merchant, **({"code": code} if code else {})},
            self._fetch_token,
            self._now,
            entry=token_entry(remember) if remember else "",
            place=f"{merchant} at {self.endpoint.token_url}",
        )

    async def __aenter__(self) -> Self:
        urls = [self.endpoint.order_url]
        if isinstance(self._tokens, Tokens):
            urls.append(self.endpoint.token_url)
        self._connections = _Connections(urls)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connections is not None:
            await self._connections.close()
            self._connections = None

    def request(self, payload: dict[str, Any] | bytes) -> Request:
        """The request that `send` makes, without its token: nothing is sent (a dry run)."""
        return order_request(self.endpoint.order_url, payload, None)

    async def token(self, deadline: float = math.inf) -> Secret:
        """An access token, asked for if need be, to try credentials without sending an order.

        Raises TokenError, which is a CredentialsError.
        """
        return await self._tokens.get(deadline)

    def stop(self) -> None:
        """Make no further try: a try under way ends as it does, and every wait ends at once."""
        self._world.stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._world.stopped.is_set()

    async def send(
        self,
        payload: dict[str, Any] | bytes,
        *,
        deadline: float = math.inf,
        on_start: Callable[[], None] | None = None,
    ) -> Delivery:
        """Send a payload; the delivery says how that ended, and no failure raises an exception.

        Bytes are sent as they are. `deadline` is a moment on the clock (`time.monotonic` if no
        other was given): no try begins after it, and one under way is broken off. `on_start` is
        called right before the first try goes out; what it raises ends the sending.
        """
        request = self.request(payload)
        renewed = False

        async def attempt() -> Reply:
            nonlocal request, renewed
            if over := await call.turn():
                return over
            # Only now: a token taken before the wait may have expired since.
            token = await self._tokens.get(deadline)
            request = replace(request, token=token)
            reply = await call.post(request)
            if reply.status != 401 or renewed:
                return reply
            renewed = True
            token = await self._tokens.renew(token, deadline)
            if over := await call.turn():
                return over
            request = replace(request, token=token)
            return await call.post(request)

        async with self._in_flight:
            call = Call(self._world, deadline, on_start=on_start)
            try:
                reply = await call.settle(attempt)
            except TokenError as error:
                reply = Reply(error.verdict, error.status)
            if reply.verdict.cause == "http_401" and renewed:
                reply = replace(
                    reply, verdict=replace(reply.verdict, message=self._tokens.refused())
                )
            return call.delivery(request, reply)

    async def _fetch_token(self, form: dict[str, str], deadline: float) -> TokenAnswer:
        request = token_request(self.endpoint, form)
        until = min(deadline, self._world.clock() + self.policy.total_seconds)
        call = Call(self._world, until, "token call: ")

        async def attempt() -> Reply:
            return await call.post(request)

        reply = await call.settle(attempt)
        return reply.verdict, reply.status, reply.body

    async def _post(self, request: Request, limit: float) -> Reply:
        if self._connections is None:
            raise RuntimeError("send within `async with Client(…) as client:`")
        progress = _Progress()
        try:
            async with self._connections.lent() as http, asyncio.timeout(limit):
                response = await http.send(
                    httpx.Request(
                        request.method,
                        request.url,
                        headers=request.wire_headers(),
                        content=request.body,
                        extensions={"trace": progress.trace},
                    )
                )
        except (TimeoutError, httpx.RequestError) as error:
            return Reply(_broken_off(error, progress, limit, urlsplit(request.url).netloc))
        return self._read(response)

    def _read(self, response: httpx.Response) -> Reply:
        headers = {name.lower(): text for name, text in response.headers.items()}
        verdict = read_verdict(response.status_code, headers, response.content)
        codes = self.policy.throttle_codes
        if verdict.cause == "rejected_by_code" and not codes.isdisjoint(
            (verdict.code, str(verdict.code))
        ):
            verdict = replace(verdict, verdict="failed", cause="throttle_code")
        head = [f"HTTP/1.1 {status_text(response.status_code)}"]
        raw = response.headers.raw
        head += [f"{name.decode('latin-1')}: {text.decode('latin-1')}" for name, text in raw]
        # Masked before it is cut: half a secret would not be recognised.
        text = response.content[: 2 * _SHOWN].decode(errors="replace")
        return Reply(
            verdict,
            response.status_code,
            retry_after(headers.get("retry-after"), self._now()),
            response.content,
            mask("\n".join([*head, "", text]))[:_SHOWN],
        )


class _Progress:
    """How far one request got, from the events that httpx reports of the connection."""

    sent = answered = False

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        # A proxy is sent a CONNECT first: that is not yet our request.
        if event.endswith("send_request_headers.started"):
            self.sent = info["request"].method == b"POST"
        elif event.endswith("receive_response_headers.complete"):
            self.answered = self.sent


def _broken_off(error: Exception, progress: _Progress, limit: float, place: str) -> Verdict:
    """The verdict on a try that got no answer, in words of our own: httpx's may quote headers."""
    if progress.sent:
        part = "within the answer" if progress.answered else "before an answer came"
        if isinstance(error, TimeoutError):
            return Verdict("unknown", "no_answer", message=f"no answer within {limit:.3g} s")
        if isinstance(error, httpx.NetworkError) or "without sending" in str(error):
            message = f"the connection broke {part}"
            return Verdict("unknown", "broken_connection", message=message)
        return Verdict("unknown", "unreadable_answer", message="the answer cannot be read as HTTP")
    message = f"no connection to {place} came about"
    if isinstance(error, TimeoutError):
        message = f"no connection to {place} within {limit:.3g} s"
    elif isinstance(error, httpx.ProxyError):
        message = f"the proxy named in the environment gave no connection to {place}"
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            message = f"{place} could not prove who it is: {cause.verify_message}"
            return Verdict("failed", "not_verified", message=message)
        if isinstance(cause, ssl.SSLError):
            message = f"{place} does not speak TLS as it should ({cause.reason})"
            return Verdict("failed", "not_verified", message=message)
        if isinstance(cause, ConnectionRefusedError):
            message = f"{place} refused the connection"
        elif isinstance(cause, socket.gaierror):
            message = f"the host name of {place} is not known"
    return Verdict("failed", "not_connected", message=message)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exceptions behind an exception, the ones in groups too."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from _causes(member)
        error = error.__cause__ or error.__context__


class _Connections:
    """Connections to these URLs, each lent for one try at a time.

    A try that is broken off can cost httpx's pool a place for good (encode/httpcore#1093), until
    none is left. So each connection is a client of its own, and goes with the try that broke.

    Raises EndpointError when the environment names what cannot be used.
    """

    def __init__(self, urls: list[str]) -> None:
        self._direct: dict[str, None] = {
            f"all://{urlsplit(url).netloc.lower()}": None for url in urls if is_loopback(url)
        }
        plain = all(url.lower().startswith("http:") for url in urls)
        try:
            # Without https to verify, a context that trusts nobody: loading certificates is slow.
            self._trust = (
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else httpx.create_ssl_context()
            )
            self._idle = [self._new()]
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
            raise EndpointError(
                "the proxy or the certificates named in the environment (HTTPS_PROXY, ALL_PROXY,"
                f" SSL_CERT_FILE) cannot be used: {mask(str(error))}"
            ) from None

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[httpx.AsyncClient]:
        """One that nobody else has meanwhile."""
        http = self._idle.pop() if self._idle else self._new()
        try:
            yield http
        except BaseException:
            await http.aclose()
            raise
        self._idle.append(http)

    async def close(self) -> None:
        """Close those that nobody has."""
        while self._idle:
            await self._idle.pop().aclose()

    def _new(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._trust,
            follow_redirects=False,
            trust_env=True,
            mounts=self._direct,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )
