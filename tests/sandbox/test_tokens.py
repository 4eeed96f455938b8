"""The token call and the bearer check, over real sockets."""

from typing import Any

import httpx
import pytest

from orderkit.sandbox import Sandbox

from .support import Clock, complete_order

FIELDS = {"client_key": "key", "client_secret": "secret", "merchant_id": "m1"}


def grant(sandbox: Sandbox, **fields: str) -> httpx.Response:
    return httpx.post(sandbox.token_url, data=fields, trust_env=False)


def access(sandbox: Sandbox) -> dict[str, Any]:
    answer: dict[str, Any] = grant(sandbox, **FIELDS, grant_type="access_token").json()
    return answer


def refresh(sandbox: Sandbox, token: str) -> httpx.Response:
    fields = {"client_key": "key", "client_secret": "secret", "refresh_token": token}
    return grant(sandbox, **fields, grant_type="refresh_token")


def send(sandbox: Sandbox, authorization: str | None) -> httpx.Response:
    headers = {} if authorization is None else {"authorization": authorization}
    return httpx.post(sandbox.order_url, json=complete_order(), headers=headers, trust_env=False)


def test_token_call_gives_the_moment_of_expiry(clock: Clock) -> None:
    """Both expiries are Unix timestamps, as in TikTok's merchant token call."""
    with Sandbox(clock=clock, token_lifetime=100) as sandbox:
        answer = access(sandbox)
    assert set(answer) == {"access_token", "expires_in", "refresh_token", "refresh_expires_in"}
    assert answer["expires_in"] == int(clock.now + 100)
    assert answer["refresh_expires_in"] > answer["expires_in"]


def test_token_call_can_give_durations(clock: Clock) -> None:
    """With expires_as="duration", expiries are seconds, as in TikTok's other token call."""
    with Sandbox(clock=clock, token_lifetime=100, expires_as="duration") as sandbox:
        assert access(sandbox)["expires_in"] == 100


def test_issued_token_is_accepted_until_it_expires(clock: Clock) -> None:
    """A token is good for its lifetime, to the second, and no longer."""
    with Sandbox(clock=clock, token_lifetime=100) as sandbox:
        bearer = f"Bearer {access(sandbox)['access_token']}"
        clock.now += 99
        assert send(sandbox, bearer).status_code == 200
        clock.now += 1
        assert send(sandbox, bearer).status_code == 401


def test_refresh_rotates(sandbox: Sandbox) -> None:
    """A refresh gives two new tokens, and its refresh token is refused the second time."""
    first = access(sandbox)
    second = refresh(sandbox, first["refresh_token"])
    assert second.status_code == 200
    assert second.json()["access_token"] != first["access_token"]
    assert refresh(sandbox, first["refresh_token"]).status_code == 401
    assert refresh(sandbox, second.json()["refresh_token"]).status_code == 200


@pytest.mark.parametrize("absent", ["client_key", "client_secret", "merchant_id"])
def test_missing_field_is_named(sandbox: Sandbox, absent: str) -> None:
    """A token call without a field is refused in TikTok's envelope, with the field's name."""
    fields = {name: value for name, value in FIELDS.items() if name != absent}
    response = grant(sandbox, **fields, grant_type="access_token")
    assert response.status_code == 400
    assert response.json()["error"]["message"] == f"missing or blank: {absent}"
    assert response.json()["error"]["log_id"] == response.headers["x-tt-logid"]


@pytest.mark.parametrize("grant_type", ["", "password"])
def test_unknown_grant_type_is_refused(sandbox: Sandbox, grant_type: str) -> None:
    """A grant type other than the two is refused, and the two are named."""
    response = grant(sandbox, **FIELDS, grant_type=grant_type)
    assert response.status_code == 400
    assert "access_token, refresh_token" in response.json()["error"]["message"]


def test_only_told_clients_are_accepted() -> None:
    """With `clients`, a wrong secret or an unknown key gets no token."""
    with Sandbox(clients={"key": "other"}) as sandbox:
        assert grant(sandbox, **FIELDS, grant_type="access_token").status_code == 401
        right = {**FIELDS, "client_secret": "other"}
        assert grant(sandbox, **right, grant_type="access_token").status_code == 200
        unknown = {**right, "client_key": "nobody"}
        assert grant(sandbox, **unknown, grant_type="access_token").status_code == 401


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "Basic static-token"]
)
def test_bad_bearer_is_refused(sandbox: Sandbox, authorization: str | None) -> None:
    """Without a good token an order call gets 401, and neither stores nor uses the script."""
    sandbox.script("answer_lost")
    response = send(sandbox, authorization)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "access_token_invalid"
    assert sandbox.received == []
    assert sandbox.pending == ["answer_lost"]


def test_tokens_are_never_shown(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    """No page, error or output holds a token or secret that was used."""
    answer = access(sandbox)
    texts = [
        send(sandbox, f"Bearer {answer['access_token']}").text,
        send(sandbox, "Bearer canary-token").text,
        refresh(sandbox, "canary-refresh").text,
        *(
            httpx.get(f"{sandbox.url}{path}", trust_env=False).text
            for path in ("/orders", "/faults")
        ),
        repr(sandbox.orders),
        *capfd.readouterr(),
    ]
    secrets = [answer["access_token"], answer["refresh_token"], "canary", "secret"]
    assert not [secret for secret in secrets for text in texts if secret in text]
