"""The sandbox as a program part: started, asked, scripted and stopped from any thread."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, Self

from orderkit.errors import EndpointError
from orderkit.sandbox.app import ORDER_PATH, TOKEN_PATH, application
from orderkit.sandbox.faults import Script, parse_script
from orderkit.sandbox.listener import LOOPBACK, Listener, bind
from orderkit.sandbox.orders import Order, Received
from orderkit.sandbox.state import State
from orderkit.sandbox.tokens import ACCESS_LIFETIME, ExpiresAs, TokenIssuer

_START_WITHIN: Final = 10.0


class Sandbox:
    """TikTok's side of the wire on 127.0.0.1, in a thread and an event loop of its own.

    port:           where to listen; 0 takes a free one
    access_tokens:  tokens that are accepted without a token call, and never expire
    clients:        accepted client keys with their secrets; None accepts any
    token_lifetime: seconds for which an access token is good
    expires_as:     whether ``expires_in`` is the moment of expiry or a duration in seconds
    clock:          gives Unix timestamps, for lifetimes, rates and dates

    A context manager; also runs beside the running event loop of a notebook. What it kept can still
    be read when it has stopped, and it can be started again.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        access_tokens: Iterable[str] = (),
        clients: Mapping[str, str] | None = None,
        token_lifetime: float = ACCESS_LIFETIME,
        expires_as: ExpiresAs = "moment",
        clock: Callable[[], float] = time.time,
    ) -> None:
        accepted = frozenset(access_tokens)
        self.port = port
        self._wanted_port = port
        self._state = State(
            lambda: TokenIssuer(accepted, clients, token_lifetime, expires_as, clock), clock
        )
        #: Held by who starts, stops or changes it: any thread may.
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._listener: Listener
        self._stopping: asyncio.Event

    def start(self) -> Self:
        """Listen, and answer from now on. Raises `EndpointError` where the port cannot be had."""
        with self._lock:
            if self._thread is None:
                self._start()
        return self

    def _start(self) -> None:
        bound = bind(self._wanted_port)
        self.port = bound.getsockname()[1]
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(bound, ready), name=f"orderkit-sandbox-{self.port}", daemon=True
        )
        self._thread.start()
        try:
            ready.result(_START_WITHIN)
        except BaseException:
            self._thread = None
            raise

    def stop(self) -> None:
        """Drop all connections and end the thread; calls that still wait get no answer."""
        with self._lock:
            if self._thread is None:
                return
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            self._thread = None

    def wait(self) -> None:
        """Wait until another thread stops the sandbox, or Ctrl-C."""
        while (thread := self._thread) is not None and thread.is_alive():
            # Without a limit, a wait cannot be interrupted on every system.
            thread.join(0.5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end. Raises `EndpointError` before the start."""
        if not self.port:
            raise EndpointError("the sandbox has no address yet: start it first")
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def order_url(self) -> str:
        """The URL of the order call."""
        return f"{self.url}{ORDER_PATH}"

    @property
    def token_url(self) -> str:
        """The URL of the token call."""
        return f"{self.url}{TOKEN_PATH}"

    @property
    def orders(self) -> dict[str, Order]:
        """A snapshot of the orders, by id."""
        return dict(self._state.orders.by_id)

    @property
    def received(self) -> list[Received]:
        """A snapshot of the order calls that reached storing, in the order they came."""
        return list(self._state.orders.received)

    @property
    def met(self) -> dict[str, int]:
        """How many calls met which fault, ``ok`` included."""
        return dict(self._state.script.met)

    @property
    def pending(self) -> list[str]:
        """What the coming calls will meet, in the words of a script."""
        return self._state.script.pending()

    def script(self, text: str) -> None:
        """Say what the next order calls meet: ``"server_error*2, slow(0.5), ok, answer_lost"``.

        One entry a call, then all is well; an empty text ends what was pending. The faults are
        those of `FAULTS`. Raises `FaultError`.
        """
        steps = parse_script(text)
        self._rewrite(lambda script: script.write(steps))

    def random_faults(self, seed: int, share: float, names: Sequence[str] | None = None) -> None:
        """Let a `share` (0 to 1) of all coming order calls meet a fault, the same for each `seed`.

        names: entries like in a script, ``"slow(0.1)"``; None takes each fault but rate_limit.
        Raises `FaultError`.
        """
        self._rewrite(lambda script: script.write_random(seed, share, names))

    def reset(self) -> None:
        """As if newly started: orders, script, rate limit, given tokens and log ids are gone."""

        async def forget() -> None:
            self._state.reset()
            self._listener.accept()

        with self._lock:
            if self._thread is None:
                self._state.reset()
            else:
                self._in_server(forget())

    def _rewrite(self, change: Callable[[Script], None]) -> None:
        async def write() -> None:
            change(self._state.script)
            self._listener.accept()
            await self._refuse_if_due()

        with self._lock:
            if self._thread is None:
                change(self._state.script)
            else:
                self._in_server(write())

    def _in_server(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` where the state may be changed: in the server's own thread."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _refuse_if_due(self) -> None:
        if seconds := self._state.script.refusal():
            await self._listener.refuse(seconds)

    def _run(self, bound: socket.socket, ready: Future[None]) -> None:
        # On every system the same kind of loop: the listener needs a selector's.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._serve(bound, ready))

    async def _serve(self, bound: socket.socket, ready: Future[None]) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._listener = Listener()
        try:
            self._listener.open(application(self._state, self._listener), bound)
            await self._refuse_if_due()
        except Exception as error:
            # It is the caller of `start` who has to know, not the thread's traceback.
            bound.close()
            ready.set_exception(error)
            return
        ready.set_result(None)
        await self._stopping.wait()
        await self._listener.close()


def serve(port: int, ready: Callable[[Sandbox], object], **options: Any) -> None:
    """Run a sandbox in the foreground until Ctrl-C; `ready` is called once it answers.

    The options are those of `Sandbox`. Raises `EndpointError` where the port cannot be had.
    """
    with Sandbox(port, **options) as sandbox, suppress(KeyboardInterrupt):
        ready(sandbox)
        sandbox.wait()
