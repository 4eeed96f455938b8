"""Verdicts, read from an answer's body."""

from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderkit.sending.delivery import OUTCOMES
from orderkit.sending.request import order_keys
from orderkit.sending.verdicts import AnswerCodes, read_verdict

CODED = {"error": {"code": -3000109, "message": "FulfillRedeemQRCodeExpired", "log_id": "log-9"}}


#: Bodies of a 200, and what they are.
BODIES: list[tuple[Any, str, str]] = [
    # Signs of success.
    ({"error": {"code": 0, "message": ""}}, "delivered", "delivered"),
    ({"error": {"code": 0.0}}, "delivered", "delivered"),
    ({"error": {"code": "0"}}, "delivered", "delivered"),
    ({"error": {"code": "ok"}, "data": {}}, "delivered", "delivered"),
    ({"error": {"code": "OK"}}, "delivered", "delivered"),
    ({"error": None, "data": {}}, "delivered", "delivered"),
    ({"data": {}}, "delivered", "delivered"),
    ({"code": 0, "message": "OK", "request_id": "r-1"}, "delivered", "delivered"),
    ({"code": 0, "error": {}, "success": True, "errors": []}, "delivered", "delivered"),
    ({"data": {"error_code": 0, "base_resp": {"status_code": 0}}}, "delivered", "delivered"),
    (b'\xef\xbb\xbf{"code": 0}', "delivered", "delivered"),
    # Signs of failure.
    (CODED, "rejected", "rejected_by_code"),
    ({"error": {"code": "invalid_params"}}, "rejected", "rejected_by_code"),
    ({"error": {"code": "2"}}, "rejected", "rejected_by_code"),
    ({"code": 40002, "message": "Invalid parameter", "data": {}}, "rejected", "rejected_by_code"),
    ({"data": {"error_code": 10008, "description": "no"}}, "rejected", "rejected_by_code"),
    ({"data": {"result": [{"error_code": "7"}]}}, "rejected", "rejected_by_code"),
    ({"error_code": 1, "data": {}}, "rejected", "rejected_by_code"),
    ({"base_resp": {"status_code": 5}}, "rejected", "rejected_by_code"),
    ({"success": False}, "rejected", "rejected_by_code"),
    ({"success": "false", "data": {}}, "rejected", "rejected_by_code"),
    ({"errors": [{"message": "no such shop"}]}, "rejected", "rejected_by_code"),
    ({"errors": ["no such shop"]}, "rejected", "rejected_by_code"),
    # A sign of failure outweighs one of success.
    ({"error": {"code": 0}, "data": {"error_code": 10008}}, "rejected", "rejected_by_code"),
    ({"code": 0, "success": False}, "rejected", "rejected_by_code"),
    ({"code": 0, "data": {"base_resp": {"status_code": 5}}}, "rejected", "rejected_by_code"),
    # Too fast, the token, and faults of TikTok's own.
    ({"code": 40100, "message": "Requests made too frequently"}, "failed", "throttle_code"),
    ({"error": {"code": "rate_limit_exceeded"}}, "failed", "throttle_code"),
    ({"error": {"code": "RateLimitExceeded"}}, "failed", "throttle_code"),
    ({"error": {"code": -3000111, "message": "rate_limit_exceeded"}}, "failed", "throttle_code"),
    ({"errors": [{"code": "rate_limit_exceeded"}]}, "failed", "throttle_code"),
    ({"error": "rate_limit_exceeded"}, "failed", "throttle_code"),
    ({"code": 40105, "message": "…"}, "failed", "token_code"),
    ({"code": "40105"}, "failed", "token_code"),
    ({"data": {"error_code": 40102}}, "failed", "token_code"),
    ({"error": {"code": "access_token_invalid"}}, "failed", "token_code"),
    ({"success": False, "code": 40105}, "failed", "token_code"),
    ({"error": {"code": "internal_error"}}, "failed", "fault_code"),
    # Neither.
    ({}, "unknown", "no_verdict"),
    ({"error": None}, "unknown", "no_verdict"),
    ({"data": None}, "unknown", "no_verdict"),
    ({"error": {}}, "unknown", "no_verdict"),
    ({"error": {"code": None}}, "unknown", "no_verdict"),
    ({"error": {"code": False}}, "unknown", "no_verdict"),
    ({"error": {"code": [0]}}, "unknown", "no_verdict"),
    ({"error": {"code": ""}}, "unknown", "no_verdict"),
    ({"error": {"message": "boom"}, "code": 0}, "unknown", "no_verdict"),
    ({"error": False}, "unknown", "no_verdict"),
    ({"error": "boom"}, "unknown", "no_verdict"),
    ({"error": "boom", "code": 0, "data": {}}, "unknown", "no_verdict"),
    ({"code": 200, "message": "OK"}, "unknown", "no_verdict"),
    ({"code": True}, "unknown", "no_verdict"),
    ({"success": True}, "unknown", "no_verdict"),
    ({"message": "ok"}, "unknown", "no_verdict"),
    ([], "unknown", "no_verdict"),
    ([{"code": 0}], "unknown", "no_verdict"),
    (0, "unknown", "no_verdict"),
    ("ok", "unknown", "no_verdict"),
    (b"", "unknown", "not_json"),
    (b"<html>ok</html>", "unknown", "not_json"),
    (b'{"error": {"code": 0}', "unknown", "not_json"),
    (b"\xff\xfe", "unknown", "not_json"),
]

STATUSES: list[tuple[int, Any, str, str]] = [
    (201, {"code": 0}, "delivered", "delivered"),
    (204, b"", "unknown", "not_json"),
    (302, b"", "failed", "http_3xx"),
    (400, {"error": {"code": 0}}, "rejected", "http_400"),
    (400, {"error": {"code": "access_token_invalid"}}, "failed", "token_code"),
    (401, b"", "failed", "http_401"),
    (401, {"code": 40100}, "failed", "http_401"),
    (403, CODED, "rejected", "http_403"),
    (403, {"code": 40100}, "failed", "throttle_code"),
    (404, {"code": 0}, "failed", "http_404"),
    (408, b"", "failed", "http_408"),
    (418, b"", "rejected", "http_4xx"),
    (425, b"", "failed", "http_425"),
    (429, b"", "failed", "http_429"),
    (500, {"error": {"code": 0}}, "failed", "http_5xx"),
    (501, b"", "failed", "http_501"),
    (599, b"", "failed", "http_5xx"),
    (101, b"", "unknown", "http_odd"),
    (999, b"", "unknown", "http_odd"),
]


@pytest.mark.parametrize(
    ("status", "body", "verdict", "cause"), [*((200, *row) for row in BODIES), *STATUSES]
)
def test_verdict(status: int, body: Any, verdict: str, cause: str) -> None:
    """The body decides under 2xx, the status otherwise."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    read = read_verdict(status, {}, content)
    assert (read.verdict, read.cause) == (verdict, cause)


def test_code_message_and_log_id_are_kept() -> None:
    """What TikTok says stands in the verdict, whatever the status."""
    for status in (200, 400, 500):
        read = read_verdict(status, {"x-tt-logid": "other"}, orjson.dumps(CODED))
        assert (read.code, read.log_id) == (-3000109, "log-9")
        assert "FulfillRedeemQRCodeExpired" in read.message
    assert read_verdict(502, {"x-tt-logid": "log-h"}, b"").log_id == "log-h"


@pytest.mark.parametrize(
    ("body", "code", "message", "log_id"),
    [
        ({"code": 40002, "message": "m", "request_id": "r"}, 40002, "m", "r"),
        ({"data": {"error_code": 10008, "description": "d"}, "log_id": "l"}, 10008, "d", "l"),
        ({"base_resp": {"status_code": 5, "status_message": "s"}}, 5, "s", None),
        ({"success": False, "msg": "why"}, None, "why", None),
        ({"errors": [{"type": "T", "message": "e"}]}, "T", "e", None),
        ({"errors": ["words"], "code": 0}, None, "words", None),
    ],
)
def test_what_other_shapes_say_is_kept(
    body: Any, code: Any, message: str, log_id: str | None
) -> None:
    """Code, message and log id of a refusal are found where each shape has them."""
    read = read_verdict(200, {}, orjson.dumps(body))
    assert (read.verdict, read.code, read.message, read.log_id) == (
        "rejected",
        code,
        message,
        log_id,
    )


def test_codes_can_be_added() -> None:
    """What the settings name as "too fast" or token is read so, by number or name."""
    codes = AnswerCodes(throttle_codes=[-3000109], token_codes=["TokenGone"])
    assert read_verdict(200, {}, orjson.dumps(CODED), codes).cause == "throttle_code"
    gone = orjson.dumps({"error": {"code": "token_gone"}})
    assert read_verdict(200, {}, gone, codes).cause == "token_code"
    assert read_verdict(200, {}, gone).cause == "rejected_by_code"


def test_a_redirect_names_where_it_leads() -> None:
    """The message of a redirect has the address."""
    read = read_verdict(307, {"location": "https://elsewhere.example/"}, b"")
    assert read.message == (
        "the endpoint answered 307 Temporary Redirect, to https://elsewhere.example/"
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ENVELOPES = st.fixed_dictionaries(
    {}, optional={"error": st.dictionaries(st.sampled_from(["code", "message", "log_id"]), JSON)}
)


#: What is added to a delivered answer, at any place in it, makes it none.
REFUSALS: list[dict[str, Any]] = [
    {"error_code": 10008},
    {"base_resp": {"status_code": 5}},
    {"success": False},
    {"errors": [{"code": 1}]},
    {"error": {"code": "access_token_invalid"}},
    {"error": {"code": -3000109}},
]
NAMES = st.sampled_from(["result", "extra", "items", "order_id", "message", "x"])


@given(
    st.sampled_from([body for body, verdict, _ in BODIES if verdict == "delivered"]),
    st.dictionaries(NAMES, JSON, max_size=3),
    st.lists(NAMES | st.none(), max_size=6),
    st.sampled_from(REFUSALS),
)
def test_a_refusal_is_never_delivered(
    delivered: Any, more: dict[str, Any], path: list[str | None], refusal: dict[str, Any]
) -> None:
    """Wherever a sign of failure stands in an answer that is delivered without it, it counts."""
    body = delivered if isinstance(delivered, dict) else {"code": 0}
    hidden: Any = refusal
    for name in reversed(path):
        hidden = [0, hidden] if name is None else {name: hidden}
    answer = {**more, **body, "details": hidden}
    assert read_verdict(200, {}, orjson.dumps({**answer, "details": 0})).verdict == "delivered"
    assert read_verdict(200, {}, orjson.dumps(answer)).verdict in ("rejected", "failed")


@given(st.dictionaries(NAMES, JSON))
def test_without_a_sign_an_answer_is_unknown(body: dict[str, Any]) -> None:
    """JSON without any of the known signs is neither delivered nor refused."""
    assert read_verdict(200, {}, orjson.dumps(body)).verdict == "unknown"


@given(
    st.integers(100, 999),
    st.binary() | JSON.map(repr).map(str.encode) | ENVELOPES.map(repr).map(str.encode),
)
@example(200, b"[" * 100_000)
@example(200, b'{"error":{"code":1e999}}')
@example(200, b'{"error":{"code":"\\ud800"}}')
@example(200, b'{"error":{"code":' + b"9" * 500 + b"}}")
def test_any_answer_has_a_verdict(status: int, body: bytes) -> None:
    """No bytes raise an exception, and only 2xx is ever delivered."""
    for content in (body, body.replace(b"'", b'"').replace(b"None", b"null")):
        read = read_verdict(status, {}, content)
        assert OUTCOMES[read.cause].verdict == read.verdict
        assert read.verdict != "delivered" or 200 <= status < 300


def test_outcomes_are_told_whole() -> None:
    """Each outcome has a meaning and a next step, and retries are those of the delivery rules."""
    for outcome in OUTCOMES.values():
        assert outcome.meaning.endswith(".")
        assert outcome.next_step.endswith(".")
    retried = {cause for cause, outcome in OUTCOMES.items() if outcome.retried}
    assert {cause for cause in retried if cause.startswith("http_")} == {
        "http_408",
        "http_425",
        "http_429",
        "http_5xx",
    }
    assert not any(OUTCOMES[cause].verdict in ("delivered", "rejected") for cause in retried)


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        (b'{"order_info":{"order_id":"H-1","order_status":"X"}}', ("H-1", "X")),
        (b'{"order_info":{"order_id":7}}', ("7", "")),
        (b'{"order_info":[]}', ("", "")),
        (b"[1]", ("", "")),
        (b"7", ("", "")),
        (b"no JSON", ("", "")),
    ],
)
def test_order_keys(body: bytes, keys: tuple[str, str]) -> None:
    """Order and status are read from any payload, blank where they are not there."""
    found = order_keys(body)
    assert (found.order_id, found.order_status) == keys
