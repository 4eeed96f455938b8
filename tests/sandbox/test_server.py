"""Starting, stopping, and who can reach the sandbox."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any

import httpx
import pytest

from orderkit.errors import EndpointError
from orderkit.sandbox import Sandbox

from .support import TOKEN, complete_order


def test_loopback_only(sandbox: Sandbox) -> None:
    """It is bound to 127.0.0.1 itself: another address of the same machine does not reach it."""
    assert sandbox.url == f"http://127.0.0.1:{sandbox.port}"
    with pytest.raises(OSError):  # noqa: PT011 - refused, or no such address
        socket.create_connection(("127.0.0.2", sandbox.port), timeout=0.2).close()


def test_other_host_names_are_refused(sandbox: Sandbox, client: httpx.Client) -> None:
    """A page of another site that points its name at 127.0.0.1 gets no orders."""
    response = client.get(f"{sandbox.url}/orders", headers={"host": "evil.example"})
    assert response.status_code == 400


def test_port_in_use_is_told(sandbox: Sandbox) -> None:
    """A second sandbox on the same port says whose fault it is and what to do."""
    with pytest.raises(EndpointError) as error:
        Sandbox(sandbox.port).start()
    assert str(error.value) == (
        f"port {sandbox.port} on 127.0.0.1 is in use; stop the program that uses it, choose "
        "another port, or 0 for a free one"
    )


def test_impossible_port_is_told() -> None:
    """A port that no system has is refused with the range."""
    with pytest.raises(EndpointError, match="ports go from 0 to 65535"):
        Sandbox(70_000).start()


def test_no_address_before_the_start() -> None:
    """Without a start there is no URL to send to."""
    with pytest.raises(EndpointError, match="start it first"):
        _ = Sandbox().order_url


def test_stop_leaves_nothing_behind(client: httpx.Client) -> None:
    """After a stop, even amid an unanswered call, the thread is gone and the port closed."""
    threads = threading.active_count()
    with Sandbox(access_tokens=[TOKEN]) as sandbox:
        sandbox.script("timeout")
        with socket.create_connection(("127.0.0.1", sandbox.port)) as waiting:
            body = b'{"order_info": {}}'
            waiting.sendall(
                f"POST /order/sync HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            while not sandbox.met:
                client.get(f"{sandbox.url}/faults")
            started = time.monotonic()
            sandbox.stop()
            assert time.monotonic() - started < 1
    assert threading.active_count() == threads
    with pytest.raises(httpx.ConnectError):
        client.get(sandbox.url)


def test_starts_again_with_what_it_kept(client: httpx.Client) -> None:
    """A stopped sandbox can still be read, and goes on when it is started again."""
    sandbox = Sandbox(access_tokens=[TOKEN])
    with sandbox:
        client.post(sandbox.order_url, json=complete_order())
    assert list(sandbox.orders) == ["BK-1001"]
    with sandbox:
        client.post(sandbox.order_url, json=complete_order(order_id="BK-2"))
    assert list(sandbox.orders) == ["BK-1001", "BK-2"]


def test_scripted_before_the_start(client: httpx.Client) -> None:
    """A script may be written before the start; a refusal in it begins with the start."""
    sandbox = Sandbox(access_tokens=[TOKEN])
    sandbox.script("refused(600), no_json")
    with sandbox:
        assert sandbox.pending == ["no_json"]
        with pytest.raises(httpx.ConnectError):
            client.get(sandbox.url)


def test_runs_beside_a_running_event_loop() -> None:
    """It starts, answers and stops within a coroutine, as in a notebook's kernel."""

    async def cell() -> int:
        with Sandbox(access_tokens=[TOKEN]) as sandbox:
            sandbox.script("ok")
            async with httpx.AsyncClient(trust_env=False) as client:
                headers = {"authorization": f"Bearer {TOKEN}"}
                body = complete_order()
                response = await client.post(sandbox.order_url, json=body, headers=headers)
                return response.status_code

    assert asyncio.run(cell()) == 200


def test_client_that_leaves_amid_its_body(
    sandbox: Sandbox, client: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    """A call that breaks off half-way is forgotten without a word."""
    form = "application/x-www-form-urlencoded"
    for path in ("/order/sync", "/merchant/oauth/token/", "/faults"):
        kind = form if "token" in path else "application/json"
        with socket.create_connection(("127.0.0.1", sandbox.port)) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
            head += f"Content-Type: {kind}\r\nContent-Length: 100\r\n\r\n{{"
            connection.sendall(head.encode())
    assert client.get(f"{sandbox.url}/faults").status_code == 200
    assert capfd.readouterr() == ("", "")


WRITING = [
    ("/order/sync", {"json": complete_order()}),
    ("/faults", {"json": {"script": "no_json"}}),
    ("/faults/random", {"json": {"seed": 1, "share": 1}}),
    ("/merchant/oauth/token/", {"data": {"grant_type": "access_token"}}),
]


@pytest.mark.parametrize(("path", "call"), WRITING)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_pages_of_other_sites_may_not_write(
    sandbox: Sandbox, client: httpx.Client, path: str, call: dict[str, Any], headers: dict[str, str]
) -> None:
    """What a browser posts from a page of another site changes nothing."""
    response = client.post(f"{sandbox.url}{path}", headers=headers, **call)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "forbidden")
    assert (sandbox.pending, sandbox.received) == ([], [])


def test_its_own_pages_may_write(sandbox: Sandbox, client: httpx.Client) -> None:
    """A page that the sandbox itself gave out is no other site's."""
    headers = {"origin": sandbox.url, "sec-fetch-site": "same-origin"}
    assert client.post(f"{sandbox.url}/faults", json="slow", headers=headers).status_code == 200


@pytest.mark.parametrize(("path", "call"), WRITING)
@pytest.mark.parametrize("kind", ["text/plain", "", "multipart/form-data; boundary=x"])
def test_other_types_of_content_are_refused(
    sandbox: Sandbox, client: httpx.Client, path: str, call: dict[str, Any], kind: str
) -> None:
    """What a browser sends without asking first is not taken, whatever is in it."""
    response = client.post(f"{sandbox.url}{path}", headers={"content-type": kind}, **call)
    assert response.status_code == 415
    assert "write application/" in response.json()["error"]["message"]
    assert (sandbox.pending, sandbox.received) == ([], [])


@pytest.mark.parametrize("told", [True, False])
def test_bodies_are_bounded(sandbox: Sandbox, client: httpx.Client, told: bool) -> None:
    """A body of more than 1 MiB is refused, whether its length is told before or not."""
    body = b" " * (5 << 20)
    content = body if told else iter([body[: 1 << 18]] * 20)
    headers = {"content-type": "application/json"}
    try:
        response = client.post(f"{sandbox.url}/faults", content=content, headers=headers)
    except httpx.NetworkError:
        pass  # it did not wait for the rest
    else:
        assert response.status_code == 413
    assert client.post(sandbox.order_url, json=complete_order()).status_code == 200


def test_welcome_and_wrong_paths(sandbox: Sandbox, client: httpx.Client) -> None:
    """The root explains, and a wrong path or method is told the right ones in the envelope."""
    assert "plays TikTok's side" in client.get(sandbox.url).text
    for method, path, status in (("POST", "/order", 404), ("GET", "/order/sync", 405)):
        response = client.request(method, f"{sandbox.url}{path}")
        assert response.status_code == status
        assert f"There is no {method} {path}" in response.json()["error"]["message"]


@pytest.mark.skipif(os.name != "posix", reason="other systems have another Ctrl-C")
def test_foreground_ends_with_ctrl_c() -> None:
    """In the foreground it answers until Ctrl-C, and then ends without a traceback."""
    code = "from orderkit.sandbox import serve; serve(0, lambda s: print(s.url, flush=True))"
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        assert httpx.get(url, trust_env=False).status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
