"""Verdicts, read from an answer's body."""

from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderkit.sending.delivery import OUTCOMES, order_keys, read_verdict

CODED = {"error": {"code": -3000109, "message": "FulfillRedeemQRCodeExpired", "log_id": "log-9"}}


@pytest.mark.parametrize(
    ("status", "body", "verdict", "cause"),
    [
        (200, {"error": {"code": 0, "message": ""}}, "delivered", "delivered"),
        (200, {"error": {"code": "ok"}, "data": {}}, "delivered", "delivered"),
        (201, {"error": None}, "delivered", "delivered"),
        (200, {"data": {}}, "delivered", "delivered"),
        (200, {}, "delivered", "delivered"),
        (200, CODED, "rejected", "rejected_by_code"),
        (200, {"error": {"code": "invalid_param"}}, "rejected", "rejected_by_code"),
        (200, {"error": {}}, "unknown", "no_verdict"),
        (200, {"error": {"code": None}}, "unknown", "no_verdict"),
        (200, {"error": {"code": False}}, "unknown", "no_verdict"),
        (200, {"error": {"code": [0]}}, "unknown", "no_verdict"),
        (200, {"error": {"code": ""}}, "unknown", "no_verdict"),
        (200, {"error": False}, "unknown", "no_verdict"),
        (200, {"error": "boom"}, "unknown", "no_verdict"),
        (200, [], "unknown", "no_verdict"),
        (200, 0, "unknown", "no_verdict"),
        (200, b"", "unknown", "not_json"),
        (204, b"", "unknown", "not_json"),
        (200, b"<html>ok</html>", "unknown", "not_json"),
        (200, b'{"error": {"code": 0}', "unknown", "not_json"),
        (200, b"\xff\xfe", "unknown", "not_json"),
        (302, b"", "failed", "http_3xx"),
        (400, {"error": {"code": 0}}, "rejected", "http_400"),
        (401, b"", "failed", "http_401"),
        (403, CODED, "rejected", "http_403"),
        (404, b"", "failed", "http_404"),
        (408, b"", "failed", "http_408"),
        (418, b"", "rejected", "http_4xx"),
        (425, b"", "failed", "http_425"),
        (429, b"", "failed", "http_429"),
        (500, {"error": {"code": 0}}, "failed", "http_5xx"),
        (501, b"", "failed", "http_501"),
        (599, b"", "failed", "http_5xx"),
        (101, b"", "unknown", "http_odd"),
        (999, b"", "unknown", "http_odd"),
    ],
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


def test_a_redirect_names_where_it_leads() -> None:
    """The message of a redirect has the address."""
    read = read_verdict(307, {"location": "https://elsewhere.example/"}, b"")
    assert read.message == (
        "the endpoint answered 307 Temporary Redirect, to https://elsewhere.example/"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ENVELOPES = st.fixed_dictionaries(
    {}, optional={"error": st.dictionaries(st.sampled_from(["code", "message", "log_id"]), JSON)}
)


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
    assert order_keys(body) == keys
