"""The sandbox's paths, as a Starlette application.

=====================================  ==========================================================
``POST /merchant/oauth/token/``        TikTok's token call, form-encoded
``POST /order/sync``                   the order call; its real path is not public, this one is ours
``GET /orders``                        the orders kept: JSON, or a page where a browser asks
``GET /faults``, ``POST /faults``      the faults and what is pending; ``{"script"}`` replaces that
``POST /faults/random``                ``{"seed", "share", "names"}`` for random faults
=====================================  ==========================================================

What is posted is JSON and said to be so, but for the token call, which TikTok has as a form; it is
bounded; and it does not come from a web page of another site.
"""

import asyncio
import math
from contextlib import suppress
from email.utils import formatdate
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from orderkit.sandbox import acceptance, envelope, page
from orderkit.sandbox.envelope import Refusal
from orderkit.sandbox.faults import FaultError, FaultStep, describe_faults, parse_script
from orderkit.sandbox.incoming import FORM, OwnPagesAlone, read_body
from orderkit.sandbox.listener import Listener
from orderkit.sandbox.state import State

TOKEN_PATH: Final = "/merchant/oauth/token/"  # noqa: S105 - a path
ORDER_PATH: Final = "/order/sync"

_WELCOME: Final = (
    "This is orderkit's sandbox. It plays TikTok's side of the wire for tests: get a token with "
    f"POST {TOKEN_PATH}, send orders with POST {ORDER_PATH} (the real path is not public), look "
    "at them with GET /orders, and let calls fail with POST /faults. Nothing leaves this machine.\n"
)


def application(state: State, listener: Listener) -> Starlette:
    """The application on this state; `listener` is asked for what HTTP has no words for."""
    calls = _Calls(state, listener)
    sandbox = Starlette(
        routes=[
            Route(ORDER_PATH, calls.order, methods=["POST"]),
            Route(TOKEN_PATH, calls.token, methods=["POST"]),
            Route("/", calls.welcome),
            Route("/orders", calls.orders),
            Route("/faults", calls.faults),
            Route("/faults", calls.script, methods=["POST"]),
            Route("/faults/random", calls.random_faults, methods=["POST"]),
        ],
        # A web page of another site must not read the orders under a name of its own, nor write.
        middleware=[
            Middleware(
                TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False
            ),
            Middleware(OwnPagesAlone),
        ],
        exception_handlers={
            ClientDisconnect: calls.client_gone,
            FaultError: calls.bad_script,
            HTTPException: calls.no_such_call,
            Refusal: calls.refusal,
        },
    )
    # A path that is nearly right is told, as a redirected POST would only puzzle.
    sandbox.router.redirect_slashes = False
    return sandbox


class _Calls:
    def __init__(self, state: State, listener: Listener) -> None:
        self.state, self.listener = state, listener

    async def token(self, request: Request) -> Response:
        text = (await read_body(request, FORM)).decode("utf-8", "replace")
        answer = self.state.tokens.grant(dict(parse_qsl(text, keep_blank_values=True)))
        return envelope.json_response(answer, log_id=self.state.log_id())

    async def order(self, request: Request) -> Response:
        # Read first, so that no fault ever meets a client that is still writing.
        body = await read_body(request)
        token = self._admitted(request)
        step = self.state.script.take()
        closing = await self._refuse_if_due(request)
        try:
            response = await self._met(step, request, body, token)
        except Refusal as refusal:
            response = envelope.refused(refusal, self.state.log_id())
        response.headers.update(closing)
        return response

    def _admitted(self, request: Request) -> str:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not self.state.tokens.accepts(token):
            raise Refusal(
                401,
                envelope.NO_TOKEN,
                "The access token is missing, not one of ours, or expired; get one with "
                f"POST {TOKEN_PATH}",
            )
        if self.state.rate.exceeded(self.state.clock()):
            raise _throttled("1")
        return token

    async def _met(self, step: FaultStep, request: Request, body: bytes, token: str) -> Response:
        judged = self._judged(body) if step.fault.stored else Response()
        match step.fault.name:
            case "slow":
                await _client_leaves(request, step.value)
            case "timeout":
                await _client_leaves(request, None)
            case "reset_before" | "answer_lost":
                return _Reset(self.listener)
            case "reset_after":
                return _Reset(self.listener, judged)
            case "throttled_seconds":
                raise _throttled(f"{math.ceil(step.value)}")
            case "throttled_date":
                moment = math.ceil(self.state.clock() + step.value)
                raise _throttled(formatdate(moment, usegmt=True))
            case "server_error":
                status = int(step.value)
                raise Refusal(status, envelope.INTERNAL, f"scripted: HTTP status {status}")
            case "unauthorized":
                self.state.tokens.revoke(token)
                raise Refusal(401, envelope.NO_TOKEN, "scripted: the access token was revoked")
            case "error_code":
                raise Refusal(200, int(step.value), "SandboxScripted: an error code was asked for")
            case "no_json":
                return Response(
                    "<html><p>Please sign in to this network</p></html>", 200, None, "text/html"
                )
            case "rate_limit":
                self.state.rate.limit = step.value
        return judged

    def _judged(self, body: bytes) -> Response:
        log_id = self.state.log_id()
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            refusal = Refusal(400, envelope.INVALID, f"The body is no JSON: {error}")
            return envelope.refused(refusal, log_id)
        if found := acceptance.reasons(parsed):
            message = f"OrderInfoInvalid: {acceptance.in_one_line(found)}"
            return envelope.refused(Refusal(200, envelope.REFUSED, message), log_id)
        info = parsed["order_info"]
        self.state.orders.store(info, log_id, self.state.clock())
        return envelope.accepted({"order_id": info["order_id"]}, log_id)

    async def _refuse_if_due(self, request: Request) -> dict[str, str]:
        seconds = self.state.script.refusal()
        if not seconds:
            return {}
        # This call still gets its answer, and is told not to use its connection again.
        await self.listener.refuse(seconds, spare=request.scope["client"])
        return {"connection": "close"}

    async def welcome(self, _: Request) -> Response:
        return PlainTextResponse(_WELCOME)

    async def orders(self, request: Request) -> Response:
        kept = self.state.orders
        if "text/html" in request.headers.get("accept", ""):
            return page.orders(list(kept.by_id.values()), len(kept.received))
        return envelope.json_response({"orders": kept.by_id, "received": len(kept.received)})

    async def faults(self, _: Request) -> Response:
        script = self.state.script
        return envelope.json_response(
            {
                "faults": describe_faults(),
                "pending": script.pending(),
                "met": script.met,
                "rate_limit": self.state.rate.limit,
            }
        )

    async def script(self, request: Request) -> Response:
        try:
            wish: Any = orjson.loads(await read_body(request))
            script = wish["script"] if isinstance(wish, dict) else wish
        except (orjson.JSONDecodeError, KeyError):
            script = None
        if not isinstance(script, str):
            raise FaultError('write {"script": "server_error*2, slow(0.5)"}')
        self.state.script.write(parse_script(script))
        return await self._scripted(request)

    async def random_faults(self, request: Request) -> Response:
        try:
            wish: Any = orjson.loads(await read_body(request))
            seed, share, names = wish["seed"], wish["share"], wish.get("names")
            self.state.script.write_random(int(seed), float(share), names)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise FaultError('write {"seed": 7, "share": 0.2, "names": ["slow(0.1)"]}') from error
        return await self._scripted(request)

    async def _scripted(self, request: Request) -> Response:
        response = await self.faults(request)
        response.headers.update(await self._refuse_if_due(request))
        return response

    async def client_gone(self, _: Request, __: Exception) -> Response:
        return Response()

    async def bad_script(self, _: Request, error: Exception) -> Response:
        return envelope.refused(Refusal(400, envelope.INVALID, str(error)), self.state.log_id())

    async def no_such_call(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        message = f"There is no {request.method} {request.url.path} here; {_WELCOME.strip()}"
        return envelope.refused(Refusal(status, "not_found", message), self.state.log_id())

    async def refusal(self, _: Request, error: Exception) -> Response:
        if not isinstance(error, Refusal):
            raise error
        return envelope.refused(error, self.state.log_id())


class _Reset(Response):
    """No answer, or half of one, then a reset connection."""

    def __init__(self, listener: Listener, half_of: Response | None = None) -> None:
        super().__init__()
        self.listener, self.half_of = listener, half_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.half_of is not None:
            half = bytes(self.half_of.body)[: len(self.half_of.body) // 2]
            headers = self.half_of.raw_headers
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": half, "more_body": True})
            # Some systems throw away what arrived before a reset, unless it was read by then.
            await asyncio.sleep(0.02)
        self.listener.reset(scope["client"])
        while (await receive())["type"] != "http.disconnect":
            pass


def _throttled(retry_after: str) -> Refusal:
    headers = {"retry-after": retry_after}
    return Refusal(429, envelope.TOO_MANY, "Too many calls: slow down", headers)


async def _client_leaves(request: Request, seconds: float | None) -> None:
    """Wait for that, at most so long. Stopping the server ends it, as connections drop then."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass
