"""The sandbox's end of the sockets: listening, refusing, resetting.

uvicorn's protocol class does the HTTP. The listening socket is ours rather than `uvicorn.Server`'s,
since a refused connection and a stop without delay need it in hand.
"""

import asyncio
import os
import socket
import struct
from errno import EACCES, EADDRINUSE
from typing import Final, TypeAlias

from starlette.types import ASGIApp
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from orderkit.errors import EndpointError

#: The one address the sandbox listens on: it checks no secret, so nobody else may reach it.
LOOPBACK: Final = "127.0.0.1"

# To linger for no seconds makes the kernel reset the connection rather than end it in order.
_RESET_ON_CLOSE: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
_BACKLOG: Final = 1024

Client: TypeAlias = tuple[str, int]


class Listener:
    """One listening socket and the connections that came in through it."""

    def __init__(self) -> None:
        self._state = ServerState()
        self._lock = asyncio.Lock()
        self._server: asyncio.Server | None = None
        self._held: socket.socket | None = None
        self._reopening: asyncio.Task[None] | None = None

    async def open(self, app: ASGIApp, bound: socket.socket) -> None:
        """Serve `app` on a bound socket."""
        self._config = Config(
            app,
            http=H11Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=60,
        )
        self._config.load()
        self._address: Client = bound.getsockname()
        await self._listen(bound)

    async def refuse(self, seconds: float, spare: Client | None = None) -> None:
        """Refuse connections for a while, and drop those that are open but for `spare`'s."""
        async with self._lock:
            if self._server is not None:
                self._server.close()
                self._server = None
                # A bound socket that does not listen refuses, and nobody else takes the port.
                self._held = bind(self._address[1])
            for connection in self._connections():
                cycle = connection.cycle
                if connection.client == spare:
                    continue
                if cycle is not None and not cycle.response_complete:
                    self.reset(connection.client)
                else:
                    connection.transport.close()
            self._forget_reopening()
            self._reopening = asyncio.create_task(self._reopen_after(seconds))

    async def accept(self) -> None:
        """Accept connections again, if they are being refused."""
        async with self._lock:
            self._forget_reopening()
            await self._reopen()

    def reset(self, client: Client | None) -> None:
        """Reset the client's connection: what was not sent yet is thrown away."""
        for connection in self._connections():
            if connection.client == client:
                peer = connection.transport.get_extra_info("socket")
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                connection.transport.abort()

    async def close(self) -> None:
        """Stop listening, drop all connections, and wait for what still runs to notice."""
        async with self._lock:
            self._forget_reopening()
            if self._server is not None:
                self._server.close()
            if self._held is not None:
                self._held.close()
        # Connections that are being accepted just now come up within this time.
        await asyncio.sleep(0.01)
        while self._state.connections or self._state.tasks:
            for connection in self._connections():
                connection.transport.abort()
            await asyncio.sleep(0.001)

    def _connections(self) -> list[H11Protocol]:
        # A copy, as dropping connections changes the set; it has no others than these.
        return [one for one in self._state.connections if isinstance(one, H11Protocol)]

    async def _listen(self, bound: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: H11Protocol(self._config, self._state, {}, loop), sock=bound, backlog=_BACKLOG
        )

    async def _reopen_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        async with self._lock:
            self._reopening = None
            await self._reopen()

    async def _reopen(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            await self._listen(held)

    def _forget_reopening(self) -> None:
        # Only called under the lock, where the task can at most be waiting.
        if self._reopening is not None:
            self._reopening.cancel()
            self._reopening = None


def bind(port: int) -> socket.socket:
    """A socket bound to the port of the loopback address; 0 takes a free one.

    Raises `EndpointError`, with what to do, where that cannot be.
    """
    # With the protocol left out, asyncio would not set TCP_NODELAY: 40 ms more for each answer.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # Connections that are over but not forgotten by the kernel do not block the port.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        bound.close()
        raise EndpointError(_what_to_do(port, error)) from error
    return bound


def _what_to_do(port: int, error: OSError | OverflowError) -> str:
    way_out = "choose another port, or 0 for a free one"
    if isinstance(error, OverflowError):
        return f"the sandbox cannot listen on port {port}: ports go from 0 to 65535; {way_out}"
    if error.errno == EADDRINUSE:
        return f"port {port} on {LOOPBACK} is in use; stop the program that uses it, {way_out}"
    if error.errno == EACCES:
        return f"port {port} on {LOOPBACK} is kept for the system; {way_out}"
    return f"the sandbox cannot listen on port {port} of {LOOPBACK}: {error.strerror}; {way_out}"
