"""The one module that speaks HTTP: a request goes out, and an answer comes back, or a reason.

Proxies and certificates named in the environment are used, since companies need them, except for
this machine itself; ``.netrc`` is not. TLS is always verified, and redirects are not followed: the
token goes to the configured host and nowhere else. Answers are bounded, packed or not.
"""

import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import httpcore
import httpx

from orderkit.destination.urls import is_loopback
from orderkit.errors import EndpointError
from orderkit.masking import MaskingFilter, mask
from orderkit.sending.environment import explain_environment, look_at_proxies
from orderkit.sending.request import Request
from orderkit.sending.unpacking import LIMIT, unpack

#: What of the environment httpx reads, in large or small letters.

#: OpenSSL's numbers for a certificate whose issuer is not among those that are trusted.
_UNKNOWN_ISSUER: Final = frozenset({18, 19, 20, 21})

# What logs headers of answers, or exceptions that nobody waited for. A filter holds for the records
# of its own logger alone, not for those of the loggers below.
for _logger in ("connection", "http11", "http2", "proxy", "socks"):
    logging.getLogger(f"httpcore.{_logger}").addFilter(MaskingFilter())
for _logger in ("httpx", "asyncio", "orderkit"):
    logging.getLogger(_logger).addFilter(MaskingFilter())

Timeout: TypeAlias = Callable[[float], AbstractAsyncContextManager[object]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of an endpoint.

    headers: as they came
    body:    unpacked; at most `LIMIT` bytes of it
    fault:   why it cannot be taken at its word, a key of ``outcomes.csv``; "" for a sound one
    message: that in words
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    fault: str = ""
    message: str = ""


class NoAnswerError(Exception):
    """No answer came: the outcome that is, a key of ``outcomes.csv``, and a message for users."""

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause, self.message = cause, message


class Transport:
    """Connections to these URLs, each lent for one request at a time.

    A request that is broken off can cost httpx's pool a place for good (encode/httpcore#1093),
    until none is left. So each connection is a client of its own, and goes with the request that
    broke, or whose answer was not sound.

    Raises EndpointError when the environment names what cannot be used.
    """

    def __init__(self, urls: list[str]) -> None:
        self._idle: dict[str, list[httpx.AsyncClient]] = {}
        plain = all(url.lower().startswith("http:") for url in urls)
        try:
            if not all(map(is_loopback, urls)):
                look_at_proxies()
            # Without https to verify, a context that trusts nobody: loading certificates is slow.
            self._trust = (
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else httpx.create_ssl_context()
            )
            for url in urls:
                self._idle.setdefault(_origin(url), [self._new(url)])
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
            raise EndpointError(explain_environment(error)) from None

    async def close(self) -> None:
        """Close the connections that nobody has."""
        for idle in self._idle.values():
            while idle:
                await idle.pop().aclose()

    async def post(self, request: Request, seconds: float, timeout: Timeout) -> Answer:
        """The answer to a request within so many seconds; `timeout` raises TimeoutError after them.

        Raises NoAnswerError.
        """
        progress = _Progress(urlsplit(request.url).netloc)
        try:
            async with self._lent(request.url) as connection, timeout(seconds):
                response = await connection.http.send(
                    httpx.Request(
                        request.method,
                        request.url,
                        headers=request.wire_headers(),
                        content=request.body,
                        extensions={"trace": progress.trace},
                    ),
                    stream=True,
                )
                answer = await _read(response)
                if answer.fault:
                    return answer
                left = await _left_over(connection.http, response)
                connection.used_up = left != b""
                if left:
                    answer = replace(
                        answer,
                        fault="unasked_answer",
                        message="more than one answer came to one call",
                    )
                return answer
        except (TimeoutError, httpx.RequestError) as error:
            raise _no_answer(error, progress, seconds) from None
        except httpx.InvalidURL as error:
            # httpx reads where an answer redirects to, though it does not go there.
            broken = httpx.RemoteProtocolError(f"Invalid URL in location header: {error}")
            raise _no_answer(broken, progress, seconds) from None

    @asynccontextmanager
    async def _lent(self, url: str) -> AsyncIterator["_Connection"]:
        """A connection that nobody else has meanwhile; closed afterwards unless it is as new."""
        idle = self._idle[_origin(url)]
        connection = _Connection(idle.pop() if idle else self._new(url))
        try:
            yield connection
        finally:
            if connection.used_up:
                await connection.http.aclose()
            else:
                idle.append(connection.http)

    def _new(self, url: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._trust,
            follow_redirects=False,
            # For this machine itself nothing that the environment says counts.
            trust_env=not is_loopback(url),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )


@dataclass(slots=True)
class _Connection:
    """A client of one connection, and whether that is not to be used again."""

    http: httpx.AsyncClient
    used_up: bool = True


async def _read(response: httpx.Response) -> Answer:
    """The answer, read up to the limit and unpacked up to the limit."""
    raw = response.headers.raw
    headers = tuple((name.decode("latin-1"), text.decode("latin-1")) for name, text in raw)
    packed = bytearray()
    async for chunk in response.aiter_raw():
        packed += chunk
        if len(packed) > LIMIT:
            break
    body, fault, message = bytes(packed), "", ""
    try:
        body = unpack(body, response.headers.get("content-encoding", ""))
    except OverflowError:
        body, fault = body[:LIMIT], "answer_too_large"
        message = f"the answer is larger than {LIMIT >> 20} MiB, which is not read"
    except ValueError as error:
        fault, message = "unreadable_answer", f"the answer cannot be unpacked: {error}"
    return Answer(response.status_code, headers, body, fault, message)


async def _left_over(http: httpx.AsyncClient, response: httpx.Response) -> bytes | None:
    """What arrived on the connection beyond the answer; None where there is no telling.

    What waits in the system's buffer is seen by httpcore before the next request: it takes a new
    connection then. What was read together with the answer lies in buffers of the parser, which
    httpx does not show, and of TLS.
    """
    await response.aclose()
    stream = response.extensions["network_stream"]
    transport: Any = http._transport_for_url(response.request.url)
    part = next(iter(transport._pool.connections), None)
    while part is not None and not hasattr(part, "_h11_state"):
        part = getattr(part, "_connection", None)
    if part is None:
        return None  # closed, as the answer asked for, or an httpx of another make
    left, _ = part._h11_state.trailing_data
    if left or stream.get_extra_info("ssl_object") is None:
        return bytes(left)
    try:
        # Without waiting: what TLS has not handed out yet. The end of the connection is b"", too.
        return await stream.read(1, timeout=0) or None
    except httpcore.ReadTimeout:
        return b""
    except httpcore.NetworkError:
        return None


class _Progress:
    """How far one request got, from the events that httpx reports of the connection.

    target: host and port that it is meant for
    proxy:  host and port that were called instead, "" for none
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self.proxy = ""
        self.sent = self.answered = False

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        # A proxy is sent a CONNECT first: that is not yet our request.
        if event.endswith("connect_tcp.started"):
            parts = urlsplit(f"//{self.target}")
            if info["host"].strip("[]").lower() != (parts.hostname or "").lower():
                self.proxy = f"{info['host']}:{info['port']}"
        elif event.endswith("send_request_headers.started"):
            self.sent = info["request"].method == b"POST"
        elif event.endswith("receive_response_headers.complete"):
            self.answered = self.sent


def _no_answer(error: Exception, progress: _Progress, limit: float) -> NoAnswerError:
    """Why no answer came, in words of our own: httpx's may quote headers."""
    if progress.sent:
        part = "within the answer" if progress.answered else "before an answer came"
        if isinstance(error, TimeoutError):
            return NoAnswerError("no_answer", f"no answer within {limit:.3g} s")
        if isinstance(error, httpx.NetworkError) or "without sending" in str(error):
            return NoAnswerError("broken_connection", f"the connection broke {part}")
        return NoAnswerError("unreadable_answer", "the answer cannot be read as HTTP")
    place = progress.target
    if progress.proxy:
        place = f"the proxy {progress.proxy}, which the environment names,"
    message = f"no connection to {place} came about"
    if isinstance(error, TimeoutError):
        message = f"no connection to {place} within {limit:.3g} s"
    elif isinstance(error, httpx.ProxyError):
        message = f"{place} gave no connection to {progress.target}: {mask(str(error))}"
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            message = f"{place} could not prove who it is: {cause.verify_message}"
            if cause.verify_code in _UNKNOWN_ISSUER:
                message += (
                    "; if a company's own authority signed its certificate, name the file with"
                    " that authority's in the environment variable SSL_CERT_FILE"
                )
            return NoAnswerError("not_verified", message)
        if isinstance(cause, ssl.SSLError):
            message = f"{place} does not speak TLS as it should ({cause.reason})"
            return NoAnswerError("not_verified", message)
        if isinstance(cause, ConnectionRefusedError):
            message = f"{place} refused the connection"
        elif isinstance(cause, socket.gaierror):
            message = f"the host name of {place} is not known"
    return NoAnswerError("not_connected", message)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exceptions behind an exception, the ones in groups too."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from _causes(member)
        error = error.__cause__ or error.__context__


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
