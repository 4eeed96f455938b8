"""What the sandbox takes in: bodies of the right type, bounded, and not from other sites' pages."""

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from orderkit.sandbox import envelope
from orderkit.sandbox.envelope import Refusal

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"

#: Bytes of a call's body at most: the platform sends events of 32 KB.
_LARGEST: Final = 1 << 20

# The rest of a body that is not read cannot be told from another call.
_LAST: Final = {"connection": "close"}


class OwnPagesAlone:
    """Refuses what a web page of another site posts: a browser says where that comes from."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        foreign = bool(origin) and origin != f"http://{headers.get('host', '')}"
        foreign |= headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
        if scope["method"] in ("GET", "HEAD") or not foreign:
            await self._app(scope, receive, send)
            return
        refusal = Refusal(403, "forbidden", f"Pages of {origin or 'other sites'} may not call this")
        await envelope.refused(refusal, "")(scope, receive, send)


async def read_body(request: Request, kind: str = JSON) -> bytes:
    """The body of a call, which must be of that type and no larger than the bound.

    Raises Refusal.
    """
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != kind:
        raise Refusal(
            415, envelope.INVALID, f"Content-Type: found {found or 'nothing'}; write {kind}", _LAST
        )
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise Refusal(
                413, envelope.INVALID, f"The body is larger than {_LARGEST >> 20} MiB", _LAST
            )
    return bytes(body)
