"""Each fault as a client meets it on the wire."""

import socket
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson
import pytest

from orderkit.sandbox import FAULTS, Sandbox

from .support import TOKEN, Clock, complete_order


def send(sandbox: Sandbox, client: httpx.Client, timeout: float = 5) -> httpx.Response:
    return client.post(sandbox.order_url, json=complete_order(), timeout=timeout)


def raw_send(sandbox: Sandbox) -> tuple[bytes, bool]:
    """The bytes of the answer, and whether the connection was reset after them."""
    body = orjson.dumps(complete_order())
    head = (
        f"POST /order/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        "Content-Type: application/json\r\nConnection: close\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    answer = b""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as connection:
        connection.sendall(head.encode() + body)
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionResetError:
            return answer, True
    return answer, False


def test_no_fault_no_reset(sandbox: Sandbox) -> None:
    """Without a fault the whole answer comes and the connection ends in order."""
    answer, was_reset = raw_send(sandbox)
    assert answer.endswith(b'"data":{"order_id":"BK-1001"}}')
    assert not was_reset


def test_slow(sandbox: Sandbox, client: httpx.Client) -> None:
    """A slow answer comes in the end; a client that gives up before has its order stored."""
    sandbox.script("slow(0.01), slow(30)")
    assert send(sandbox, client).json()["error"]["code"] == 0
    with pytest.raises(httpx.ReadTimeout):
        send(sandbox, client, timeout=0.5)
    assert len(sandbox.received) == 2


def test_timeout(sandbox: Sandbox, client: httpx.Client) -> None:
    """A timeout lasts as long as the client waits, and nothing is stored."""
    sandbox.script("timeout")
    with pytest.raises(httpx.ReadTimeout):
        send(sandbox, client, timeout=0.5)
    assert sandbox.received == []
    assert send(sandbox, client).status_code == 200


def test_refused_at_once(sandbox: Sandbox, client: httpx.Client) -> None:
    """First in a script, it drops kept connections and refuses new ones until scripted anew."""
    assert send(sandbox, client).status_code == 200
    sandbox.script("refused(600)")
    for _ in range(3):
        with pytest.raises(httpx.ConnectError):
            send(sandbox, client)
    sandbox.script("")
    assert send(sandbox, client).status_code == 200


def test_refused_in_its_turn(sandbox: Sandbox, client: httpx.Client) -> None:
    """Later in a script, the call before still gets its answer and is told not to come back."""
    sandbox.script("server_error, refused(600), ok")
    before = send(sandbox, client)
    assert before.status_code == 500
    assert before.headers["connection"] == "close"
    with pytest.raises(httpx.ConnectError):
        send(sandbox, client)
    sandbox.reset()
    assert send(sandbox, client).status_code == 200


def test_refused_ends_on_the_same_port(sandbox: Sandbox, client: httpx.Client) -> None:
    """After its time the same port accepts again, and the script goes on."""
    sandbox.script("refused(0.05), no_json")
    refusals = 0
    for _ in range(100_000):
        try:
            response = send(sandbox, client)
        except httpx.ConnectError:
            refusals += 1
        else:
            break
    assert refusals
    assert response.headers["content-type"].startswith("text/html")


def test_reset_before(sandbox: Sandbox) -> None:
    """The connection is reset before any byte of an answer, and nothing is stored."""
    sandbox.script("reset_before")
    assert raw_send(sandbox) == (b"", True)
    assert sandbox.received == []


def test_reset_after(sandbox: Sandbox) -> None:
    """The connection is reset in the middle of the body, and the order is stored."""
    sandbox.script("reset_after")
    answer, was_reset = raw_send(sandbox)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 200")
    assert len(body) == length // 2
    assert was_reset
    assert len(sandbox.received) == 1


def test_answer_lost(sandbox: Sandbox) -> None:
    """The order is stored, but not a byte of the answer arrives."""
    sandbox.script("answer_lost")
    assert raw_send(sandbox) == (b"", True)
    assert [call.order_id for call in sandbox.received] == ["BK-1001"]


def test_throttled_seconds(sandbox: Sandbox, client: httpx.Client) -> None:
    """429 with Retry-After as whole seconds, never fewer than asked for."""
    sandbox.script("throttled_seconds(1.5)")
    response = send(sandbox, client)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "2"
    assert response.json()["error"]["code"] == "rate_limit_exceeded"


def test_throttled_date(client: httpx.Client, clock: Clock) -> None:
    """429 with Retry-After as an HTTP date, never earlier than asked for."""
    with Sandbox(access_tokens=[TOKEN], clock=clock) as sandbox:
        sandbox.script("throttled_date(2)")
        response = send(sandbox, client)
    assert response.status_code == 429
    moment = parsedate_to_datetime(response.headers["retry-after"])
    assert moment.timestamp() == 1_790_000_003


def test_server_error(sandbox: Sandbox, client: httpx.Client) -> None:
    """As many errors as scripted, with the status asked for, and then all is well."""
    sandbox.script("server_error*2, server_error(503)")
    assert [send(sandbox, client).status_code for _ in range(4)] == [500, 500, 503, 200]
    assert len(sandbox.received) == 1


def test_unauthorized(sandbox: Sandbox, client: httpx.Client) -> None:
    """The token is refused from then on, while a new one is accepted."""
    sandbox.script("unauthorized")
    assert [send(sandbox, client).status_code for _ in range(2)] == [401, 401]
    fields = {
        "client_key": "key",
        "client_secret": "secret",
        "merchant_id": "m1",
        "grant_type": "access_token",
    }
    token = client.post(sandbox.token_url, data=fields).json()["access_token"]
    client.headers["authorization"] = f"Bearer {token}"
    assert send(sandbox, client).status_code == 200


def test_error_code(sandbox: Sandbox, client: httpx.Client) -> None:
    """HTTP 200 with the code asked for, and nothing is stored."""
    sandbox.script("error_code(-3000109)")
    response = send(sandbox, client)
    assert response.status_code == 200
    assert response.json()["error"]["code"] == -3000109
    assert sandbox.received == []


def test_no_json(sandbox: Sandbox, client: httpx.Client) -> None:
    """HTTP 200 with a body that no JSON parser reads, and nothing is stored."""
    sandbox.script("no_json")
    response = send(sandbox, client)
    assert response.status_code == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(response.content)
    assert sandbox.received == []


def test_rate_limit(client: httpx.Client, clock: Clock) -> None:
    """More calls a second than the limit get 429 until a second has passed, and 0 lifts it."""
    with Sandbox(access_tokens=[TOKEN], clock=clock) as sandbox:
        sandbox.script("rate_limit(2)")
        # The call that brings the limit does not count.
        assert [send(sandbox, client).status_code for _ in range(4)] == [200, 200, 200, 429]
        clock.now += 0.5
        assert send(sandbox, client).headers["retry-after"] == "1"
        clock.now += 0.5
        assert [send(sandbox, client).status_code for _ in range(3)] == [200, 200, 429]
        clock.now += 1
        sandbox.script("rate_limit(0)")
        assert [send(sandbox, client).status_code for _ in range(5)] == [200] * 5


def test_stored_says_whether_the_order_is_kept(sandbox: Sandbox, client: httpx.Client) -> None:
    """For each fault of the table, `stored` is what really happens to the order."""
    for name, fault in FAULTS.items():
        sandbox.reset()
        sandbox.script("refused(600)" if name == "refused" else name)
        with suppress(httpx.TransportError):
            send(sandbox, client, timeout=0.5)
        assert bool(sandbox.received) == fault.stored, name


def test_script_over_http(sandbox: Sandbox, client: httpx.Client) -> None:
    """Another process writes the script, sees the table and what is pending, met and wrong."""
    url = f"{sandbox.url}/faults"
    assert client.post(url, json={"script": "no_json, slow(0.01)*2"}).json()["pending"] == [
        "no_json",
        "slow(0.01)*2",
    ]
    send(sandbox, client)
    shown = client.get(url).json()
    assert shown["pending"] == ["slow(0.01)*2"]
    assert shown["met"] == {"no_json": 1}
    assert [fault["name"] for fault in shown["faults"]] == list(FAULTS)
    wrong = client.post(url, json="no_jsn")
    assert wrong.status_code == 400
    assert "did you mean no_json" in wrong.json()["error"]["message"]


def test_refusal_over_http(sandbox: Sandbox, client: httpx.Client) -> None:
    """A script that begins with a refusal is still answered."""
    response = client.post(f"{sandbox.url}/faults", json={"script": "refused(600)"})
    assert response.status_code == 200
    with pytest.raises(httpx.ConnectError):
        send(sandbox, client)


def test_random_faults_over_http(sandbox: Sandbox, client: httpx.Client) -> None:
    """Random faults can be asked for over HTTP, and a bad wish is told."""
    url = f"{sandbox.url}/faults/random"
    wish = {"seed": 7, "share": 1, "names": ["no_json"]}
    assert client.post(url, json=wish).json()["pending"][-1] == "random, seed 7, share 1"
    assert send(sandbox, client).headers["content-type"].startswith("text/html")
    wrong: list[Any] = [[], {"seed": 7}, {**wish, "seed": "x"}, {**wish, "share": 2}]
    for bad in [*wrong, {**wish, "names": 3}]:
        assert client.post(url, json=bad).status_code == 400


def test_random_faults_meet_the_same_calls(sandbox: Sandbox, client: httpx.Client) -> None:
    """With one seed, the same run of calls meets the same faults twice."""

    def run() -> list[str]:
        sandbox.reset()
        sandbox.random_faults(3, 0.5, ["server_error", "answer_lost", "no_json", "reset_after"])
        outcomes = []
        for _ in range(40):
            try:
                outcomes.append(str(send(sandbox, client).text))
            except httpx.TransportError as error:
                outcomes.append(type(error).__name__)
        return outcomes

    first = run()
    assert len(set(first)) > 10
    assert run() == first
