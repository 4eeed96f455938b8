"""The sandbox's end of the sockets: listening, refusing, resetting.

uvicorn's protocol class does the HTTP. The listening socket is ours rather than `uvicorn.Server`'s,
since refusing connections and stopping without delay need it in hand.
"""

import asyncio
import os
import socket
import struct
from errno import EACCES, EADDRINUSE
from typing import Any, Final, TypeAlias

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
    """One listening socket and the connections that came in through it.

    Needs a selector event loop. `asyncio.Server` would do, but forgets connections that it is just
    accepting when it is closed.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._state = ServerState()
        self._arriving: set[asyncio.Task[Any]] = set()
        self._reopening: asyncio.TimerHandle | None = None
        self._config: Config
        self._bound: socket.socket
        self._listening = False

    def open(self, app: ASGIApp, bound: socket.socket) -> None:
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
        self._bound = bound
        self.accept()

    def accept(self) -> None:
        """Accept connections from now on, also where they were being refused."""
        self._forget_reopening()
        if not self._listening:
            self._bound.setblocking(False)
            self._bound.listen(_BACKLOG)
            self._loop.add_reader(self._bound, self._take_in)
            self._listening = True

    async def refuse(self, seconds: float, spare: Client | None = None) -> None:
        """Refuse connections for a while, and drop those that are open but for `spare`'s."""
        if self._listening:
            port = self._bound.getsockname()[1]
            self._close_socket()
            # A bound socket that does not listen refuses, and nobody else takes the port.
            self._bound = bind(port)
        self._forget_reopening()
        self._reopening = self._loop.call_later(seconds, self.accept)
        await self._arrived()
        for connection in self._connections():
            cycle = connection.cycle
            if connection.client == spare:
                continue
            if cycle is not None and not cycle.response_complete:
                self.reset(connection.client)
            else:
                connection.transport.close()

    def reset(self, client: Client | None) -> None:
        """Reset the client's connection: what was not sent yet is thrown away."""
        for connection in self._connections():
            if connection.client == client:
                peer = connection.transport.get_extra_info("socket")
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                connection.transport.abort()

    async def close(self) -> None:
        """Stop listening, drop all connections, and wait for what still runs to notice."""
        self._forget_reopening()
        self._close_socket()
        await self._arrived()
        while self._state.connections or self._state.tasks:
            for connection in self._connections():
                connection.transport.abort()
            await asyncio.sleep(0.001)

    def _take_in(self) -> None:
        # Called again for as long as there are more, so one at a time will do.
        try:
            peer, _ = self._bound.accept()
        except OSError:
            return  # gone before it was taken in
        task = self._loop.create_task(self._loop.connect_accepted_socket(self._protocol, peer))
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)

    def _protocol(self) -> H11Protocol:
        return H11Protocol(self._config, self._state, {}, self._loop)

    async def _arrived(self) -> None:
        """Wait for what is being accepted to be among the connections."""
        await asyncio.gather(*self._arriving, return_exceptions=True)

    def _connections(self) -> list[H11Protocol]:
        # A copy, as dropping connections changes the set; it has no others than these.
        return [one for one in self._state.connections if isinstance(one, H11Protocol)]

    def _close_socket(self) -> None:
        if self._listening:
            self._loop.remove_reader(self._bound)
            self._listening = False
        self._bound.close()

    def _forget_reopening(self) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
            self._reopening = None


def bind(port: int) -> socket.socket:
    """A socket bound to the port of the loopback address; 0 takes a free one.

    Raises `EndpointError`, with what to do, where that cannot be.
    """
    # Without the protocol, asyncio might not set TCP_NODELAY: 40 ms more for each answer.
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
