"""The platform's side of the wire on this machine: a collector that a site's events can be sent to.

It answers as the platform's HTTP tracking API is documented: ``POST /events`` one event, at most
32 KB; ``POST /events/batch`` ``{"batch": […]}``, at most 500 KB; ``GET /events`` a pixel; 200
whatever an event holds, 400 for bad JSON and for too much. A site's own tag asks for
``/cdp/events``, which is the same.
"""

import asyncio
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from orderkit.sandbox.listener import LOOPBACK, bind

#: The platform's limits, in bytes: of one event, and of a batch.
MOST_OF_EVENT: Final = 32 * 1024
MOST_OF_BATCH: Final = 500 * 1024
#: A body that has not come after so many seconds is not waited for.
_BODY_SECONDS: Final = 10.0
_BACKLOG: Final = 128
_FOLDER: Final = Path(__file__).parent
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
    "Cache-Control": "no-store",
}
_SECRET: Final = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_PIXEL: Final = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


@dataclass(frozen=True, slots=True)
class Collected:
    """What one request brought.

    body:    the JSON document as it came, None for a pixel
    query:   the pixel's query as it stands in its address, "" where there is a body
    headers: of the request; what carries a secret is left out
    """

    body: Any
    query: str
    headers: Mapping[str, str]


class TooMuch(Exception):  # noqa: N818 - an answer, not a failure
    """No more is taken; the reason is told to whoever sends."""


class Collector:
    """A collector on the loopback address, in a thread of its own; `take` is given what comes.

    take: writes down what came before it is answered, in a worker thread; raises `TooMuch`
    port: where to listen; 0 takes a free one
    key:  what a request must carry, in the query as ``token`` or as a Bearer; made up if not given

    Raises EndpointError where the port cannot be had.
    """

    def __init__(self, take: Callable[[Collected], None], *, port: int = 0, key: str = "") -> None:
        self._take, self.key = take, key or secrets.token_urlsafe(12)
        self._one_at_a_time = threading.Lock()
        self._bound = bind(port)
        # From now on whoever connects waits, rather than being refused.
        self._bound.listen(_BACKLOG)
        self.port: int = self._bound.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        config = uvicorn.Config(
            self._application(),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=100,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._run, name=f"orderkit-collector-{self.port}", daemon=True
        )

    def start(self) -> Self:
        """Listen, and answer from now on."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answer what is under way, and end."""
        self._server.should_exit = True
        self._thread.join()
        self._bound.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._bound]))

    @property
    def mirror(self) -> str:
        """One line of JavaScript that mirrors a page's events to this collector."""
        return mirror_line(self.url, self.key)

    @property
    def bookmarklet(self) -> str:
        """The same as the address of a bookmark."""
        return f"javascript:{quote(self.mirror, safe='')}"

    def _application(self) -> Starlette:
        routes = [Route("/", self._page), Route("/relay", self._relay)]
        for path in ("/events", "/cdp/events"):
            routes += [
                Route(path, self._pixel, methods=["GET"]),
                Route(path, self._event, methods=["POST"]),
                Route(f"{path}/batch", self._batch, methods=["POST"]),
                Route(path, _preflight, methods=["OPTIONS"]),
                Route(f"{path}/batch", _preflight, methods=["OPTIONS"]),
            ]
        return Starlette(routes=routes)

    async def _pixel(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        query = str(request.url.query)
        if len(query) > MOST_OF_EVENT:
            return _answer(400, f"an event has at most {MOST_OF_EVENT:,} bytes")
        answer = await self._taken(Collected(None, query, self._headers(request)))
        if answer.status_code != 200:
            return answer
        return Response(_PIXEL, media_type="image/gif", headers=_CORS)

    async def _event(self, request: Request) -> Response:
        return await self._json(request, MOST_OF_EVENT, batch=False)

    async def _batch(self, request: Request) -> Response:
        return await self._json(request, MOST_OF_BATCH, batch=True)

    async def _json(self, request: Request, most: int, *, batch: bool) -> Response:
        if refused := self._refused(request):
            return refused
        try:
            body = await asyncio.wait_for(_body(request, most), _BODY_SECONDS)
        except TimeoutError:
            return _answer(400, "the body did not come")
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return _answer(400, f"a {'batch' if batch else 'body'} has at most {most:,} bytes")
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return _answer(400, "the body is no JSON")
        events = document.get("batch") if batch and isinstance(document, dict) else [document]
        if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
            return _answer(400, 'a batch is {"batch": [event, …]}' if batch else "no JSON object")
        if batch and any(len(json.dumps(event)) > MOST_OF_EVENT for event in events):
            return _answer(400, f"an event has at most {MOST_OF_EVENT:,} bytes")
        return await self._taken(Collected(document, "", self._headers(request)))

    async def _taken(self, collected: Collected) -> Response:
        def take() -> None:
            # In the order of arrival, one at a time: a file has one end.
            with self._one_at_a_time:
                self._take(collected)

        try:
            await run_in_threadpool(take)
        except TooMuch as error:
            return _answer(400, str(error))
        except OSError as error:
            return _answer(500, f"could not be written down: {error.strerror}")
        return _answer(200, "")

    def _refused(self, request: Request) -> Response | None:
        """An answer for what must not be taken: another host's name, or without the key."""
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
        if host not in (LOOPBACK, "localhost"):
            return _answer(403, "this collector is for this machine alone")
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        given = request.query_params.get("token", "") or bearer
        if not hmac.compare_digest(given.encode(), self.key.encode()):
            return _answer(401, "the key is missing or wrong: it is printed by orderkit listen")
        return None

    def _headers(self, request: Request) -> dict[str, str]:
        """The request's headers without those that carry a secret, and without the key."""
        return {
            name: value.replace(self.key, "…")
            for name, value in request.headers.items()
            if name not in _SECRET
        }

    async def _page(self, _request: Request) -> Response:
        page = _text("collector.html").replace("MIRROR", escape(self.mirror))
        return HTMLResponse(page.replace("BOOKMARKLET", escape(self.bookmarklet)))

    async def _relay(self, request: Request) -> Response:
        return self._refused(request) or HTMLResponse(_text("relay.html"))


def mirror_line(url: str, key: str) -> str:
    """``mirror.js`` as one line, for a collector at `url` with that key."""
    lines = (line.strip() for line in _text("mirror.js").splitlines())
    code = "".join(line for line in lines if line and not line.startswith("//"))
    return code.replace("ORDERKIT_URL", url).replace("ORDERKIT_KEY", quote(key, safe=""))


async def _preflight(_request: Request) -> Response:
    return Response(status_code=204, headers=_CORS)


async def _body(request: Request, most: int) -> bytes | None:
    """The body as it comes, None as soon as it is too much."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > most:
            return None
    return bytes(read)


def _answer(status: int, reason: str) -> Response:
    return JSONResponse({"error": reason} if reason else {}, status, headers=_CORS)


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
