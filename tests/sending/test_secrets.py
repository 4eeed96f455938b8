"""The canary: a mark in every secret that is found in nothing that leaves the client."""

import asyncio
import logging
import math
import traceback
from typing import Any

import httpx
import pytest

from orderkit.errors import CredentialsError
from orderkit.sending.client import Client, Delivery, Endpoint, Policy
from orderkit.sending.credentials import AccessToken, Credentials, Given
from tests.sending.server import OK, RESET, Got, Script, Step, answer, closed_port, never, serving

MARK = "canary7"
SECRETS = Credentials.of(f"key-{MARK}-a", f"secret/{MARK}+b")
TOKEN = AccessToken.of(f"token-{MARK}-c")
PAYLOAD = {"order_info": {"order_id": "H-1", "note": f"pasted by mistake: token-{MARK}-c"}}


def echo(got: Got) -> Step:
    """A careless endpoint: what it got stands in its answer."""
    text = f"got {got.headers} and {got.body.decode()}"
    error = {"code": -1, "message": text, "log_id": got.headers.get("authorization", "L")}
    return answer({"error": error}, Set_Cookie=f"session={MARK}")


def grant(**more: Any) -> Step:
    return answer({"access_token": f"got-{MARK}-d", "refresh_token": f"next-{MARK}-e", **more})


FAULTS: dict[str, tuple[Given, Script, Script]] = {
    "delivered": (SECRETS, [OK], [grant()]),
    "echo": (TOKEN, [echo], []),
    "echo with status 400": (TOKEN, [lambda got: answer({"error": str(got)}, 400)], []),
    "echo in headers": (TOKEN, [lambda got: answer({}, 418, X_Echo=got.token)], []),
    "redirect with the token": (
        TOKEN,
        [lambda got: answer({}, 302, Location=f"http://127.0.0.1/?access_token={got.token}")],
        [],
    ),
    "echo of the token call": (SECRETS, [OK], [echo]),
    "flat error of the token call": (
        SECRETS,
        [OK],
        [lambda got: answer({"error": f"bad {got.form}", "error_description": got.body.decode()})],
    ),
    "token with expiry that cannot be read": (SECRETS, [echo], [grant(expires_in="soon")]),
    "refused twice": (SECRETS, [answer({}, 401)], [grant()]),
    "given token refused": (TOKEN, [answer({}, 401)], []),
    "reset": (SECRETS, [RESET], [grant()]),
    "reset of the token call": (SECRETS, [OK], [RESET]),
    "no HTTP": (TOKEN, [lambda got: Step(got.token.encode() + b"\r\n\r\n", close=True)], []),
    "server error": (SECRETS, [answer({}, 500)], [grant()]),
    "no JSON": (TOKEN, [lambda got: answer(str(got).encode(), Content_Type=got.token)], []),
    "cut in the token": (
        SECRETS,
        [OK],
        [answer(f'{{"access_token":"cut-{MARK}'.encode())],
    ),
    "no answer": (TOKEN, [lambda _: never()], []),
    "refused connection": (TOKEN, [], []),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_failure_shows_a_secret(
    fault: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """In no delivery, wait, error, traceback, repr, log or output is any part of a secret."""
    credentials, orders, tokens = FAULTS[fault]
    caplog.set_level(logging.DEBUG)
    told: list[Any] = []

    async def run() -> Delivery:
        async with serving(orders, tokens) as server:
            port = server.port if orders else closed_port()
            endpoint = Endpoint(f"http://127.0.0.1:{port}/order", server.token_url, "merchant-1")
            policy = Policy(rate=math.inf, attempts=2, backoff_max=0.001, timeout=0.1)
            async with Client(endpoint, credentials, policy, on_wait=told.append) as client:
                try:
                    token = await client.token()
                    told.append(token)
                except CredentialsError as error:
                    told.append("".join(traceback.format_exception(error)))
                delivery = await client.send(PAYLOAD)
                told.extend([client.request(PAYLOAD), client.request(PAYLOAD).as_curl(reveal=True)])
                told.append(vars(client))
            return delivery

    delivery = asyncio.run(run())
    written = capfd.readouterr()
    for text in (
        repr(delivery),
        str(delivery.as_json()),
        repr(told),
        "".join(map(str, told)),
        repr(credentials),
        written.out + written.err,
        "\n".join(f"{record.name} {record.getMessage()}" for record in caplog.records),
    ):
        assert MARK not in text
    assert delivery.order_id == "H-1"


def test_a_token_that_was_got_is_a_secret() -> None:
    """A token from the token call does not show itself either."""

    async def run() -> None:
        async with (
            serving([OK], [grant()]) as server,
            Client(Endpoint(server.order_url, server.token_url, "m-1"), SECRETS) as client,
        ):
            token = await client.token()
            assert token.reveal() == f"got-{MARK}-d"
            assert MARK not in f"{token} {token!r}"

    asyncio.run(run())


def test_httpx_never_words_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of httpx that quotes a header does not come through."""

    async def fail(*_: object, **__: object) -> None:
        raise httpx.LocalProtocolError(f"Illegal header value b'Bearer token-{MARK}-x'")

    async def run() -> Delivery:
        async with Client(Endpoint("https://orders.invalid/"), TOKEN, Policy(attempts=1)) as client:
            monkeypatch.setattr(httpx.AsyncClient, "send", fail)
            return await client.send(PAYLOAD)

    delivery = asyncio.run(run())
    assert (delivery.verdict, delivery.cause) == ("failed", "not_connected")
    assert MARK not in repr(delivery)
