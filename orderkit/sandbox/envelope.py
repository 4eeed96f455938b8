"""TikTok's answer envelope: ``{"error": {"code", "message", "log_id"}, "data": {}}``."""

from typing import Any, Final

import orjson
from starlette.responses import Response

#: Codes that TikTok's public pages name; the order call's own are open to partners only.
NO_TOKEN: Final = "access_token_invalid"  # noqa: S105 - the name of an error
INVALID: Final = "invalid_params"
TOO_MANY: Final = "rate_limit_exceeded"
INTERNAL: Final = "internal_error"

#: A code of the sandbox's own, in the style of TikTok's local-service failures.
REFUSED: Final = -3000101


class Refusal(Exception):  # noqa: N818 - an answer, not a fault of the program
    """A call that is answered with an error."""

    def __init__(
        self, status: int, code: int | str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}


def accepted(data: dict[str, Any], log_id: str) -> Response:
    """The answer to a call that succeeded."""
    return json_response({"error": _error(0, "", log_id), "data": data}, log_id=log_id)


def refused(refusal: Refusal, log_id: str) -> Response:
    """The answer to a call that failed."""
    content = {"error": _error(refusal.code, refusal.message, log_id), "data": {}}
    response = json_response(content, refusal.status, log_id)
    response.headers.update(refusal.headers)
    return response


def json_response(content: Any, status: int = 200, log_id: str = "") -> Response:
    """A JSON answer; `log_id` goes where TikTok has it, in the header ``x-tt-logid``."""
    return Response(
        orjson.dumps(content),
        status,
        {"x-tt-logid": log_id} if log_id else None,
        "application/json",
    )


def _error(code: int | str, message: str, log_id: str) -> dict[str, Any]:
    return {"code": code, "message": message, "log_id": log_id}
