"""What one answer of the endpoint says: the signs in its body, and the verdict they make.

The body decides under a status of 2xx. *Delivered* needs a sign of success: ``error`` absent or
null beside ``data``, ``error.code`` 0 or "ok", or ``code`` 0 at the root. A sign of failure
anywhere outweighs it: ``error.code`` or ``code`` other than those, ``error_code`` and
``base_resp.status_code`` other than 0, ``success`` false, and ``errors`` that has entries. JSON
with neither is *unknown*. What a code or name means is data: ``answer_codes.csv``.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import orjson

from orderkit.masking import mask
from orderkit.sending.delivery import OUTCOMES, Code, Verdict

CODES: Final = Path(__file__).with_name("answer_codes.csv")

#: What a code means → the outcome it stands for, the one that decides first.
_CAUSES: Final = {"token": "token_code", "throttled": "throttle_code", "fault": "fault_code"}

#: Characters of a message that are kept; TikTok's own have a hundred or two.
_LONGEST: Final = 2_000

_BOM: Final = b"\xef\xbb\xbf"

# Where answers say why, and where they say under which id TikTok's support finds the call.
_MESSAGES: Final = (
    "message",
    "msg",
    "description",
    "error_description",
    "error_msg",
    "status_message",
    "status_msg",
    "error",
)
_NAMES: Final = ("code", "error_code", "name", "type", "reason")
_IDS: Final = ("log_id", "logid", "request_id")


class AnswerCodes:
    """What codes and names in answers mean: those that are known, and those that were configured.

    Names are compared without case, underscores, hyphens and blanks.
    """

    def __init__(
        self, throttle_codes: Iterable[Code] = (), token_codes: Iterable[Code] = ()
    ) -> None:
        self._meanings = {
            **_known_codes(),
            **{_plain(code): "throttled" for code in throttle_codes},
            **{_plain(code): "token" for code in token_codes},
        }

    def meaning(self, code: object) -> str:
        """``success``, ``throttled``, ``token`` or ``fault``; "" for any other code."""
        return self._meanings.get(_plain(code), "")


@cache
def _known_codes() -> dict[str, str]:
    with CODES.open(encoding="utf-8", newline="") as file:
        return {_plain(row["code"]): row["meaning"] for row in csv.DictReader(file)}


def _plain(code: object) -> str:
    """A code as it is compared; 0 and 0.0 are the same number."""
    if isinstance(code, float) and code.is_integer():
        code = int(code)
    text = str(code).strip().casefold()
    # The sign of a number counts; a hyphen within a name does not.
    return text if text.lstrip("+-").isdecimal() else re.sub(r"[\s_-]", "", text)


KNOWN_CODES: Final = AnswerCodes()


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of failure in an answer: its code, if it has one, what it says, and its log id."""

    code: Code | None = None
    message: str = ""
    log_id: str = ""


def read_verdict(
    status: int, headers: Mapping[str, str], body: bytes, codes: AnswerCodes = KNOWN_CODES
) -> Verdict:
    """The verdict of an answer; names of headers are in lower case. No answer raises an exception.

    Under a status other than 2xx the status decides, but that a code for "too fast" or for the
    token says more than a mere refusal (4xx).
    """
    answer = answer_json(body)
    signs = list(failures(answer, codes))
    meant, sign = _weightiest(signs, codes)
    if 200 <= status < 300:
        if sign:
            cause = meant or "rejected_by_code"
        elif is_success(answer, codes):
            cause = "delivered"
        else:
            cause = "not_json" if answer is None else "no_verdict"
    else:
        cause = status_cause(status)
        if meant in ("token_code", "throttle_code") and OUTCOMES[cause].verdict == "rejected":
            cause = meant
    error = answer.get("error") if isinstance(answer, dict) else None
    shown = sign or (_sign(error, error.get("code")) if isinstance(error, dict) else Sign())
    log_id = shown.log_id or _first(answer, _IDS) or headers.get("x-tt-logid", "")
    return Verdict(
        OUTCOMES[cause].verdict,
        cause,
        mask(shown.code) if isinstance(shown.code, str) else shown.code,
        _message(cause, status, shown.message, headers),
        mask(log_id) or None,
    )


def answer_json(body: bytes) -> Any:
    """The JSON in an answer, None where there is none; a byte order mark is passed over."""
    try:
        return orjson.loads(body.removeprefix(_BOM))
    except ValueError:
        return None


def is_success(answer: Any, codes: AnswerCodes = KNOWN_CODES) -> bool:
    """Whether an answer has a sign of success."""
    if not isinstance(answer, dict):
        return False
    error = answer.get("error")
    if error is None and isinstance(answer.get("data"), dict):
        return True
    # An error that says anything else outweighs the code at the root.
    holder = error if error and isinstance(error, dict) else {} if error else answer
    code = _code(holder.get("code"))
    return code is not None and codes.meaning(code) == "success"


def failures(answer: Any, codes: AnswerCodes = KNOWN_CODES) -> Iterator[Sign]:
    """The signs of failure in an answer, from the outside to the inside."""
    if isinstance(answer, dict):
        # A code such as 200 repeats the HTTP status.
        if answer.get("code") not in range(200, 300):
            yield from _coded(answer, "code", codes)
        error = answer.get("error")
        # OAuth's form of an error; another text says nothing for sure.
        if isinstance(error, str) and codes.meaning(error) not in ("", "success"):
            yield _sign(answer, error)
    level = [answer]
    while level:
        following: list[Any] = []
        for part in level:
            if isinstance(part, dict):
                yield from _failures_of(part, codes)
                following += part.values()
            elif isinstance(part, list):
                following += part
        level = following


def _failures_of(part: dict[str, Any], codes: AnswerCodes) -> Iterator[Sign]:
    """The signs of failure that an object holds itself."""
    yield from _coded(part, "error_code", codes)
    if isinstance(error := part.get("error"), dict):
        yield from _coded(error, "code", codes)
    if isinstance(base := part.get("base_resp"), dict):
        yield from _coded(base, "status_code", codes)
    if isinstance(listed := part.get("errors"), list) and listed:
        for entry in listed:
            if isinstance(entry, dict):
                yield _sign(entry, next((entry[key] for key in _NAMES if key in entry), None))
            else:
                yield Sign(message=str(entry))
    success = part.get("success")
    if success is False or (isinstance(success, str) and success.casefold() == "false"):
        code = part.get("code")
        yield _sign(part, None if codes.meaning(code) == "success" else code)


def _coded(part: dict[str, Any], key: str, codes: AnswerCodes) -> Iterator[Sign]:
    """The sign that a code is, unless it stands for success."""
    code = _code(part.get(key))
    if code is not None and codes.meaning(code) != "success":
        yield _sign(part, code)


def _sign(part: dict[str, Any], code: object) -> Sign:
    return Sign(_code(code), _first(part, _MESSAGES), _first(part, _IDS))


def _code(value: object) -> Code | None:
    """A code, None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        return None
    return value


def _first(part: Any, keys: Iterable[str]) -> str:
    """The first text, or number, that stands under one of the keys."""
    found = (part.get(key) for key in keys) if isinstance(part, dict) else ()
    return next((str(value).strip() for value in found if _code(value) is not None), "")


def _weightiest(signs: list[Sign], codes: AnswerCodes) -> tuple[str, Sign | None]:
    """The sign that decides and the outcome it stands for, "" for a plain refusal.

    A name may stand in the message, beside a code that says nothing to us.
    """
    for meaning, cause in _CAUSES.items():
        for sign in signs:
            names = (sign.code, sign.message, re.split(r"\W", sign.message, maxsplit=1)[0])
            if meaning in map(codes.meaning, names):
                return cause, sign
    # One with a code, or else with words, tells more than one without.
    ranked = sorted(signs, key=lambda sign: (sign.code is None, not sign.message))
    return "", (ranked[0] if ranked else None)


def status_cause(status: int) -> str:
    """The outcome that an HTTP status other than 2xx stands for."""
    for cause in (f"http_{status}", f"http_{status // 100}xx"):
        if cause in OUTCOMES:
            return cause
    return "http_odd"


def _message(cause: str, status: int, said: str, headers: Mapping[str, str]) -> str:
    text = mask(said)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    if cause in ("delivered", "rejected_by_code", *_CAUSES.values()):
        return text
    if cause in ("not_json", "no_verdict"):
        kind = headers.get("content-type", "").partition(";")[0] or "nothing that says what it is"
        found = "no verdict" if cause == "no_verdict" else "no JSON"
        return mask(f"the endpoint answered {status} with {found} in it ({kind})")
    words = f"the endpoint answered {status_text(status)}"
    if cause == "http_3xx" and "location" in headers:
        words += f", to {mask(headers['location'])}"
    return f"{words}: {text}" if text else words


def status_text(status: int) -> str:
    """ "503 Service Unavailable"; the number alone where HTTP has no phrase for it."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
