"""Tokens: read, kept, renewed, one call at a time."""

import asyncio
import math
import re
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.errors import CredentialsError, EndpointError
from orderkit.masking import Secret
from orderkit.sending import tokens
from orderkit.sending.client import Client
from orderkit.sending.token_answers import Token, expiry, read_token
from orderkit.sending.tokens import TokenProvider
from orderkit.sending.verdicts import read_verdict
from tests.sending.server import OK, RESET, Got, Step, answer, serving
from tests.sending.support import (
    FIXED,
    NOON,
    ORDER,
    PAIR,
    FakeTime,
    endpoint_of,
    send,
    token_answer,
)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1_749_368_707, 1_749_368_707),
        ("1749368707", 1_749_368_707),
        (432_000, NOON + 432_000),
        ("86400", NOON + 86_400),
        (0, NOON),
        (None, math.inf),
        (True, math.inf),
        ("soon", math.inf),
        ("inf", math.inf),
        ([], math.inf),
    ],
)
def test_expiry(value: Any, moment: float) -> None:
    """A number from 10⁹ on is a moment, a smaller one a duration, anything else says nothing."""
    assert expiry(value, NOON) == moment


@pytest.mark.parametrize("expires_in", [1000, NOON + 1000])
def test_tokens_are_renewed_before_they_expire(expires_in: float) -> None:
    """The margin is a tenth of a short life, whichever way the expiry is told."""
    token = read_token(orjson.dumps({"access_token": "abcd", "expires_in": expires_in}), NOON)
    assert token is not None
    assert (token.renew_at, token.expires_at) == (NOON + 900, NOON + 1000)


def test_a_token_that_expired_before_it_came_is_used() -> None:
    """If the clocks differ that much, the token is good until a 401."""
    token = read_token(orjson.dumps({"access_token": "abcd", "expires_in": NOON - 5}), NOON)
    assert token is not None
    assert token.renew_at == math.inf


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"access_token":""}', b'{"access_token":"a b"}', b'{"data":7}']
)
def test_answers_without_a_token(body: bytes) -> None:
    """What cannot stand in a header is no token."""
    assert read_token(body, NOON) is None


@given(st.binary() | st.just(b'{"data":{"access_token":"abcd","refresh_token":[]}}'))
def test_any_answer_can_be_read(body: bytes) -> None:
    """No bytes raise an exception."""
    assert read_token(body, NOON) is None or b"access_token" in body


def test_entries_of_the_keyring_come_back() -> None:
    """A token survives the way into the keyring and out, and a damaged entry is no token."""
    token = Token(Secret("abcd"), 1.0, math.inf, Secret("efgh"), 3.0)
    entry = orjson.loads(orjson.dumps(token.as_entry()))
    assert Token.from_entry(entry) == token
    for damage in (
        {"access_token": 1},
        {"refresh_token": 1},
        {"moments": [1, 2]},
        {"moments": "x"},
    ):
        assert Token.from_entry({**entry, **damage}) is None


def test_the_token_call_is_a_form() -> None:
    """Key, secret, merchant and grant type are sent, and nothing that is not set."""
    delivery, server = send([OK], [token_answer()])
    assert delivery.verdict == "delivered"
    assert server.asked[0].form == {
        "client_key": "key-of-tests",
        "client_secret": "secret-of-tests",
        "merchant_id": "merchant-1",
        "grant_type": "access_token",
    }
    assert server.got[0].token == "access-0001"


def test_no_token_call_is_made_for_a_token_that_is_given() -> None:
    """A fixed token is sent as it is."""
    _, server = send([OK])
    assert not server.asked
    assert server.got[0].token == FIXED.token.reveal()


def test_one_token_call_for_many_sendings() -> None:
    """Twenty sendings at once ask for one token, refresh it once, and refresh it once when it is
    refused.
    """
    valid = ["access-0001"]

    def order(got: Got) -> Step:
        return OK if got.token == valid[0] else answer({}, 401)

    async def run() -> tuple[list[str], list[dict[str, str]]]:
        world = FakeTime()
        tokens: Any = [token_answer(n, 5000, refresh_token=f"refresh-{n}") for n in (1, 2, 3)]
        async with serving([order], tokens) as server:
            async with world.client(endpoint_of(server), PAIR, in_flight=20) as client:

                async def burst() -> list[str]:
                    sendings = (client.send(ORDER) for _ in range(20))
                    return [each.verdict for each in await asyncio.gather(*sendings)]

                verdicts = await burst()
                valid[0] = "access-0002"  # refused
                verdicts += await burst()
                valid[0] = "access-0003"  # expired
                world.seconds += 4800
                verdicts += await burst()
            return verdicts, [got.form for got in server.asked]

    verdicts, asked = asyncio.run(run())
    assert verdicts == ["delivered"] * 60
    assert [form["grant_type"] for form in asked] == [
        "access_token",
        "refresh_token",
        "refresh_token",
    ]
    assert [form.get("refresh_token") for form in asked] == [None, "refresh-1", "refresh-2"]


def test_a_failure_is_shared_too() -> None:
    """Sendings that waited for a token call that was refused do not repeat it."""

    async def run() -> tuple[set[str], int]:
        refused = answer({"error": "invalid_client", "error_description": "no such key"}, 200)
        async with (
            serving([OK], [refused]) as server,
            FakeTime().client(endpoint_of(server), PAIR, in_flight=20) as client,
        ):
            sendings = await asyncio.gather(*(client.send(ORDER) for _ in range(20)))
            return {each.cause for each in sendings}, len(server.asked)

    assert asyncio.run(run()) == ({"credentials"}, 1)


def test_a_refused_refresh_token_falls_back_to_the_credentials() -> None:
    """If the refresh is refused, a new token is asked for with key and secret."""

    async def run() -> tuple[str, list[str]]:
        world = FakeTime()
        tokens: Any = [
            token_answer(1, 1000, refresh_token="refresh-1"),
            answer({"error": {"code": "invalid_grant", "message": "rotated"}}, 400),
            token_answer(2),
        ]
        async with (
            serving([OK], tokens) as server,
            world.client(endpoint_of(server), PAIR) as client,
        ):
            await client.send(ORDER)
            world.seconds += 950
            delivery = await client.send(ORDER)
            assert server.got[-1].token == "access-0002"
            return delivery.verdict, [got.form["grant_type"] for got in server.asked]

    assert asyncio.run(run()) == (
        "delivered",
        ["access_token", "refresh_token", "access_token"],
    )


def test_a_refresh_token_that_is_not_rotated_stays() -> None:
    """An answer without a refresh token leaves the one before in use."""

    async def run() -> list[str | None]:
        world = FakeTime()
        tokens: Any = [token_answer(1, 1000, refresh_token="refresh-1"), token_answer(2, 1000)]
        async with (
            serving([OK], tokens) as server,
            world.client(endpoint_of(server), PAIR) as client,
        ):
            for moment in (0, 950, 1900):
                world.seconds = moment
                await client.send(ORDER)
            return [got.form.get("refresh_token") for got in server.asked]

    assert asyncio.run(run()) == [None, "refresh-1", "refresh-1"]


def test_an_early_renewal_that_fails_stops_nothing() -> None:
    """While the old token holds it is used, and the renewal is tried again after a pause."""

    async def run() -> tuple[list[Any], list[int]]:
        world, verdicts, calls = FakeTime(), [], []
        async with (
            serving([OK], [token_answer(1, 1000), answer({}, 500)]) as server,
            world.client(endpoint_of(server), PAIR, attempts=1) as client,
        ):
            for moment in (0, 910, 911, 941, 1001):
                world.seconds = moment
                verdicts.append((await client.send(ORDER)).verdict)
                calls.append(len(server.asked))
        return verdicts, calls

    verdicts, calls = asyncio.run(run())
    assert verdicts == ["delivered"] * 4 + ["failed"]
    assert calls == [1, 2, 2, 3, 4]


def test_the_token_call_is_tried_again_by_the_same_rules() -> None:
    """Faults of the token endpoint are waited out, and each wait is told."""
    world = FakeTime()
    tokens: Any = [answer({}, 503), RESET, answer({}, 429, Retry_After="7"), token_answer()]
    delivery, server = send([OK], tokens, world=world)
    assert delivery.verdict == "delivered"
    assert len(server.asked) == 4
    assert world.slept == [0.5, 1.0, 7.0]
    assert world.told[0].reason == "token call: the endpoint answered 503 Service Unavailable"


@pytest.mark.parametrize(
    ("step", "cause", "words"),
    [
        (
            answer({"error": {"code": -1, "message": "bad app"}}),
            "credentials",
            "it says: -1 bad app",
        ),
        (
            answer({"error": "invalid_client", "error_description": "x", "log_id": "L7"}),
            "credentials",
            "invalid_client x \\(log_id L7\\); check both",
        ),
        (answer({}, 401), "credentials", "client secret in the tests"),
        (answer({}, 404), "no_token", "404 Not Found"),
        (answer({}, 500), "no_token", "500 Internal Server Error"),
        (answer({}, 302, Location="https://x.example/"), "no_token", "https://x.example/"),
        (answer(b"<html>"), "no_token", "no JSON"),
        (answer({}), "no_token", "has no access_token"),
        (RESET, "no_token", "the connection broke before an answer came"),
    ],
)
def test_why_there_is_no_token(step: Step, cause: str, words: str) -> None:
    """A refusal names the credential and where it came from; other faults are told apart."""

    async def run() -> tuple[Any, str]:
        async with (
            serving([OK], [step]) as server,
            FakeTime().client(endpoint_of(server), PAIR, attempts=1) as client,
        ):
            delivery = await client.send(ORDER)
            assert not server.got
            with pytest.raises(CredentialsError) as caught:
                await client.token()
            return delivery, str(caught.value)

    delivery, said = asyncio.run(run())
    assert (delivery.verdict, delivery.cause, delivery.attempts) == ("failed", cause, 0)
    assert delivery.message == said
    assert re.search(words, said)


def test_a_token_call_needs_a_merchant() -> None:
    """Without merchant_id, credentials cannot be used, and the error says where it belongs."""

    async def run() -> None:
        async with serving([OK]) as server:
            endpoint = endpoint_of(server)
            with pytest.raises(EndpointError, match=r"merchant_id.*\[connection\]"):
                Client(type(endpoint)(endpoint.order_url, endpoint.token_url), PAIR)

    asyncio.run(run())


def test_tokens_are_kept_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second client takes the token from the keyring; at another endpoint it does not."""
    entries: dict[str, Any] = {}
    monkeypatch.setattr(tokens, "read_entry", entries.get)
    monkeypatch.setattr(tokens, "write_entry", entries.__setitem__)
    calls = 0

    async def fetch(_form: dict[str, str], _deadline: float) -> Any:
        nonlocal calls
        calls += 1
        body = orjson.dumps({"access_token": f"access-{calls:04}", "expires_in": 1000})
        return read_verdict(200, {}, body), 200, body

    async def run() -> list[str]:
        got = []
        for place in ("here", "here", "there"):
            tokens = TokenProvider(
                PAIR, {}, fetch, lambda: NOON, entry="hotel (tokens)", place=place
            )
            token = await tokens.get(math.inf)
            got.append(token.reveal())
        got.append((await tokens.renew(token, math.inf)).reveal())
        return got

    assert asyncio.run(run()) == ["access-0001", "access-0001", "access-0002", "access-0003"]


def test_a_keyring_that_fails_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Tokens that cannot be kept are used all the same, and a warning says so once."""

    def fail(*_: object) -> None:
        raise CredentialsError("the keyring is locked")

    monkeypatch.setattr(tokens, "read_entry", fail)

    async def run() -> str:
        async with (
            serving([OK], [token_answer()]) as server,
            Client(endpoint_of(server), PAIR, remember="hotel") as client,
        ):
            return (await client.token()).reveal()

    assert asyncio.run(run()) == "access-0001"
    assert caplog.messages == ["tokens are not kept: the keyring is locked"]


def test_a_fixed_token_cannot_be_renewed() -> None:
    """A 401 for a given token names the variable it came from, after one try."""
    delivery, server = send([answer({}, 401)])
    assert (delivery.verdict, delivery.cause, delivery.http_status) == ("failed", "http_401", 401)
    assert "the access token in ORDERKIT_ACCESS_TOKEN" in delivery.message
    assert len(server.got) == 1
