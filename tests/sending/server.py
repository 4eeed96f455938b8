"""A scripted server on a real socket: each step says what to do with one request.

Steps are used up in order, the last one for all further requests. Token calls, by their path, have
a script of their own.
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qs

import orjson


@dataclass(frozen=True)
class Got:
    """One request as it came in; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body of a token call."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def token(self) -> str:
        """The bearer token."""
        return self.headers["authorization"].removeprefix("Bearer ")


@dataclass(frozen=True)
class Step:
    """What to do with one request: send `raw` after `until` is set, then close, reset or go on.

    What is `late` is sent a moment after it.
    """

    raw: bytes = b""
    late: bytes = b""
    close: bool = False
    reset: bool = False
    until: asyncio.Event | None = None


#: A step, or a function of the request that makes one.
Script: TypeAlias = list[Step | Callable[[Got], Step]]


def answer(body: Any = None, status: int = 200, **headers: str) -> Step:
    """A whole answer; a body that is no bytes becomes JSON, and ``_`` in names of headers ``-``."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return Step("\r\n".join([*lines, "", ""]).encode() + content)


OK = answer({"error": {"code": 0, "message": "", "log_id": "log-1"}, "data": {}})
RESET = Step(reset=True)


def never() -> Step:
    """No answer at all; made within the running loop."""
    return Step(until=asyncio.Event())


@dataclass
class Server:
    """The server's address, its scripts, and what it got."""

    port: int
    orders: Script
    tokens: Script
    got: list[Got] = field(default_factory=list)
    asked: list[Got] = field(default_factory=list)
    connections: int = 0

    @property
    def order_url(self) -> str:
        """The order call's URL."""
        return f"http://127.0.0.1:{self.port}/order"

    @property
    def token_url(self) -> str:
        """The token call's URL."""
        return f"http://127.0.0.1:{self.port}/token"

    def step(self, request: Got) -> Step:
        """Record a request, and say what to do with it."""
        token_call = request.path == "/token"
        script, record = (self.tokens, self.asked) if token_call else (self.orders, self.got)
        step = script[min(len(record), len(script) - 1)]
        record.append(request)
        return step if isinstance(step, Step) else step(request)


@asynccontextmanager
async def serving(
    orders: Script, tokens: Script | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """Serve the scripts on a free port of the loopback address."""
    server = Server(0, orders, tokens or [])
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        server.connections += 1
        try:
            while (request := await _read(reader)) is not None:
                step = server.step(request)
                if step.until is not None:
                    await step.until.wait()
                writer.write(step.raw)
                await writer.drain()
                if step.late:
                    await asyncio.sleep(0.02)
                    writer.write(step.late)
                if step.reset:
                    _reset_on_close(writer)
                if step.close or step.reset:
                    return
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


def _reset_on_close(writer: asyncio.StreamWriter) -> None:
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


async def _read(reader: asyncio.StreamReader) -> Got | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode().rstrip().split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    headers = {name.lower(): text for name, text in pairs}
    try:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    except asyncio.IncompleteReadError:
        return None
    return Got(first.split(" ")[1], headers, body)


def closed_port() -> int:
    """A port of the loopback address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
