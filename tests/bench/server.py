"""An endpoint in a process of its own: ``python -m tests.bench.server sandbox|minimal``.

It prints its address; when its input ends, it prints the moments at which orders came, and ends.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal, TypeAlias

from orderkit.sandbox import Sandbox
from orderkit.sending.client import Endpoint
from orderkit.sending.credentials import AccessToken

Kind: TypeAlias = Literal["sandbox", "minimal"]

TOKEN: Final = AccessToken.of("token-of-the-benchmark", "in the benchmark")
_BODY: Final = b'{"error":{"code":0,"message":"","log_id":"2026112315000000000"},"data":{}}'
_ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_BODY)
) + _BODY


class Running:
    """A server that runs; `came` ends it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        assert process.stdout
        self.endpoint = Endpoint(process.stdout.readline().strip(), merchant_id="benchmark")

    def came(self) -> list[float]:
        """End it; the Unix seconds at which orders came."""
        moments: list[float] = json.loads(self._process.communicate()[0])
        return moments


@contextmanager
def running(kind: Kind) -> Iterator[Running]:
    """A server in another process meanwhile."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


class _Minimal(asyncio.Protocol):
    """HTTP as far as our own client needs it: whatever is posted, 200 and ok."""

    came: Final[list[float]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.unread = transport, b""

    def data_received(self, data: bytes) -> None:
        self.unread += data
        head, end, rest = self.unread.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        # The client sends the next request when it has the answer to this one.
        if len(rest) == length:
            self.came.append(time.time())
            self.unread = b""
            self.transport.write(_ANSWER)


async def _minimal() -> None:
    server = await asyncio.get_running_loop().create_server(_Minimal, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        print(f"http://127.0.0.1:{port}/order", flush=True)
        await asyncio.to_thread(sys.stdin.read)
    print(json.dumps(_Minimal.came))


def _sandbox() -> None:
    with Sandbox(access_tokens=[TOKEN.token.reveal()]) as sandbox:
        print(sandbox.order_url, flush=True)
        sys.stdin.read()
        print(json.dumps([received.at for received in sandbox.received]))


if __name__ == "__main__":
    if sys.argv[1] == "sandbox":
        _sandbox()
    else:
        asyncio.run(_minimal())
