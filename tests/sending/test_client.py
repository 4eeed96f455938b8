"""The delivery rules, against real sockets."""

import asyncio
import itertools
import math
import ssl
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orderkit.errors import EndpointError
from orderkit.sending.client import Client, Endpoint, Policy
from orderkit.sending.verdicts import AnswerCodes
from tests.sending.server import OK, RESET, Got, Script, Step, answer, closed_port, never, serving
from tests.sending.support import FIXED, NOON, ORDER, FakeTime, endpoint_of, send, token_answer

CODE = answer({"error": {"code": -3000109, "message": "Expired", "log_id": "log-2"}})


def test_delivered() -> None:
    """A delivery has what TikTok's answer and the order say."""
    delivery, server = send([OK])
    assert (delivery.verdict, delivery.cause, delivery.http_status) == (
        "delivered",
        "delivered",
        200,
    )
    assert (delivery.order_id, delivery.order_status) == ("H-1", "CREATE_ORDER")
    assert (delivery.code, delivery.log_id, delivery.attempts) == (0, "log-1", 1)
    assert (delivery.message, delivery.waits) == ("", ())
    assert server.got[0].body == b'{"order_info":{"order_id":"H-1","order_status":"CREATE_ORDER"}}'


def test_what_is_shown_is_what_is_sent() -> None:
    """The previewed request has the headers and the body that arrive, and is shown as sent."""

    async def run() -> None:
        async with (
            serving([OK]) as server,
            FakeTime().client(endpoint_of(server), FIXED) as client,
        ):
            request = client.request(ORDER)
            assert not server.got
            delivery = await client.send(ORDER)
            got = server.got[0]
            assert got.body == request.body
            shown = {name.lower() for name, _ in request.headers}
            assert set(got.headers) - shown == {"host", "content-length"}
            assert delivery.request == request.as_text()
            head, _, body = delivery.answer.partition("\n\n")
            assert head == f"HTTP/1.1 200 OK\nContent-Length: {len(body)}"
            assert OK.raw.endswith(body.encode())

    asyncio.run(run())


def test_a_delivery_as_json_is_whole() -> None:
    """The JSON object has every field, with meaning and next step."""
    delivery, _ = send([answer({}, 503), OK])
    row = delivery.as_json()
    assert set(delivery.__slots__) | {"meaning", "next_step"} == set(row)
    assert row["waits"] == [
        {
            "reason": "the endpoint answered 503 Service Unavailable",
            "seconds": 0.5,
            "attempt": 2,
            "kind": "retry",
        }
    ]


RETRIED = [answer({}, status) for status in (408, 425, 429, 500, 502, 503, 504)]


@pytest.mark.parametrize("step", [*RETRIED, RESET, Step(b"HTTP/1.1 200 OK\r\nConte", close=True)])
def test_what_is_worth_another_try_gets_one(step: Step) -> None:
    """Faults that pass are tried again, with a wait that is told, until the order is delivered."""
    world = FakeTime()
    delivery, server = send([step, step, OK], world=world)
    assert (delivery.verdict, delivery.attempts) == ("delivered", 3)
    assert world.slept == [0.5, 1.0]
    assert tuple(world.told) == delivery.waits
    assert len(server.got) == 3


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        *((answer({}, status), "rejected") for status in (400, 403, 409, 413, 415, 422)),
        *((answer({}, status), "failed") for status in (404, 405)),
        (answer({}, 501), "failed"),
        (CODE, "rejected"),
        (answer([]), "unknown"),
        (answer(b"<html>"), "unknown"),
    ],
)
def test_what_is_final_is_not_tried_again(step: Step, verdict: str) -> None:
    """Another 4xx, 501, a rejection in the body and an unreadable success end the sending."""
    delivery, server = send([step])
    assert (delivery.verdict, delivery.attempts, len(server.got)) == (verdict, 1, 1)


def test_a_code_configured_as_throttling_is_tried_again() -> None:
    """Only with the code in the settings is that rejection one that passes."""
    delivery, _ = send([CODE, OK], codes=AnswerCodes(throttle_codes=[-3000109]))
    assert (delivery.verdict, delivery.attempts) == ("delivered", 2)
    delivery, _ = send([CODE], codes=AnswerCodes(throttle_codes=["-3000109"]), attempts=2)
    assert (delivery.verdict, delivery.cause) == ("failed", "throttle_code")
    assert delivery.code == -3000109


def test_too_fast_in_a_body_acts_like_429() -> None:
    """A 200 that says "too fast" is tried again, after the wait that it asks for."""
    world = FakeTime()
    fast = answer({"code": 40100, "message": "Too many requests"}, Retry_After="7")
    delivery, _ = send([fast, OK], world=world)
    assert (delivery.verdict, delivery.attempts, world.slept) == ("delivered", 2, [7.0])


@pytest.mark.parametrize("body", [{"code": 40105}, {"error": {"code": "access_token_invalid"}}])
def test_a_token_code_in_a_body_acts_like_401(body: dict[str, Any]) -> None:
    """A 200 that refuses the token has it renewed once, and then names the credential."""
    refused = answer(body)
    tokens = [token_answer(1), token_answer(2)]
    delivery, server = send([refused, OK], tokens)
    assert (delivery.verdict, len(server.asked)) == ("delivered", 2)
    assert [got.token for got in server.got] == ["access-0001", "access-0002"]
    delivery, server = send([refused], tokens)
    assert (delivery.verdict, delivery.cause, len(server.got)) == ("failed", "token_code", 2)
    assert "in the tests" in delivery.message
    delivery, server = send([refused])
    assert (delivery.cause, delivery.http_status, len(server.got)) == ("token_code", 200, 1)
    assert "ORDERKIT_ACCESS_TOKEN" in delivery.message


def test_retry_after_holds_all_calls() -> None:
    """The limit is the account's: while one call is asked to wait, no other goes out."""
    moments: list[float] = []

    def order(_: Got) -> Step:
        moments.append(time.monotonic())
        return answer({}, 429, Retry_After="0.4") if len(moments) == 2 else OK

    async def run() -> list[Any]:
        async with (
            serving([order]) as server,
            Client(endpoint_of(server), FIXED, Policy(rate=50, in_flight=6)) as client,
        ):
            return await asyncio.gather(*(client.send(ORDER) for _ in range(12)))

    deliveries = asyncio.run(run())
    assert {delivery.verdict for delivery in deliveries} == {"delivered"}
    # What was on its way when the answer came is not called back: at most what is in flight.
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    longest = gaps.index(max(gaps))
    assert longest <= 1 + 6, moments
    assert gaps[longest] > 0.2, moments
    afterwards = moments[longest + 1 :]
    assert afterwards[-1] - afterwards[0] >= (len(afterwards) - 1) / 50 - 0.02
    asked = {wait.reason for delivery in deliveries for wait in delivery.waits}
    assert "the endpoint asks for a wait of all calls" in asked


@pytest.mark.parametrize(
    ("step", "verdict", "cause"),
    [
        (answer({}, 500), "failed", "http_5xx"),
        (answer({}, 429), "failed", "http_429"),
        (RESET, "unknown", "broken_connection"),
        (Step(close=True), "unknown", "broken_connection"),
        (Step(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", close=True), "unknown", None),
        (Step(b"SSH-2.0-OpenSSH\r\n\r\n", close=True), "unknown", "unreadable_answer"),
        (
            answer(b"no gzip", Content_Encoding="gzip"),
            "unknown",
            "unreadable_answer",
        ),
    ],
)
def test_after_the_last_try(step: Step, verdict: str, cause: str | None) -> None:
    """An order that may have arrived is unknown; one that was turned away failed."""
    delivery, server = send([step], attempts=3)
    assert (delivery.verdict, delivery.attempts, len(server.got)) == (verdict, 3, 3)
    assert cause in (delivery.cause, None)
    assert delivery.message.endswith("; gave up after 3 attempts")


def test_a_try_that_may_have_arrived_is_not_forgotten() -> None:
    """Unknown stays unknown when later tries fail, and gives way to a verdict in a body."""
    delivery, _ = send([RESET, answer({}, 503)], attempts=2)
    assert (delivery.verdict, delivery.cause) == ("unknown", "broken_connection")
    assert "before an answer came; then: the endpoint answered 503" in delivery.message
    assert send([RESET, CODE])[0].verdict == "rejected"
    assert send([RESET, OK])[0].verdict == "delivered"


def test_a_refused_connection_failed() -> None:
    """Without a connection the order was never sent: failed, in words and after all tries."""

    async def run() -> Any:
        url = f"http://127.0.0.1:{closed_port()}/order"
        async with FakeTime().client(Endpoint(url), FIXED, attempts=2) as client:
            return url, await client.send(ORDER)

    url, delivery = asyncio.run(run())
    assert (delivery.verdict, delivery.cause, delivery.http_status) == (
        "failed",
        "not_connected",
        None,
    )
    assert delivery.message == f"{url[7:-6]} refused the connection; gave up after 2 attempts"


def test_no_answer_in_time_is_unknown() -> None:
    """A try is broken off after its timeout, even if the answer trickles in."""

    async def run() -> list[Any]:
        trickle = Step(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")
        async with (
            serving([never(), trickle]) as server,
            FakeTime().client(endpoint_of(server), FIXED, attempts=1, timeout=0.05) as client,
        ):
            return [await client.send(ORDER) for _ in range(2)]

    for delivery in asyncio.run(run()):
        assert (delivery.verdict, delivery.cause) == ("unknown", "no_answer")
        assert delivery.message == "no answer within 0.05 s; gave up after 1 attempt"


@pytest.mark.parametrize(
    ("value", "waits"),
    [
        ("7", [7.0]),
        ("0", [0.0]),
        ("500", [60.0]),
        (formatdate(NOON + 30, usegmt=True), [30.0]),
        (formatdate(NOON - 30, usegmt=True), [0.0]),
        ("soon", [0.5]),
    ],
)
def test_retry_after_wins(value: str, waits: list[float]) -> None:
    """Seconds and dates set the wait, capped; what is neither leaves the back-off."""
    world = FakeTime()
    delivery, _ = send([answer({}, 429, Retry_After=value), OK], world=world, total_seconds=90)
    assert delivery.verdict == "delivered"
    assert world.slept == waits


def test_a_wait_that_would_overrun_is_not_begun() -> None:
    """The time for an order bounds its waits, and the message says so."""
    world = FakeTime()
    delivery, server = send([answer({}, 503, Retry_After="40")], world=world, total_seconds=60)
    assert (delivery.verdict, delivery.attempts, len(server.got)) == ("failed", 2, 2)
    assert world.slept == [40.0]
    assert delivery.seconds == 40.0
    assert delivery.message.endswith("waiting 40 s more would overrun the time allowed")


def test_the_deadline_of_a_run_bounds_each_order() -> None:
    """No wait goes beyond the deadline, and after it nothing is sent at all."""
    delivery, _ = send([answer({}, 503)], deadline=1.2)
    assert (delivery.attempts, delivery.seconds) == (2, 0.5)
    delivery, server = send([OK], world=FakeTime(seconds=10.0), deadline=9.0)
    assert (delivery.verdict, delivery.cause, delivery.attempts) == ("failed", "no_time_left", 0)
    assert not server.got
    delivery, server = send([OK], [token_answer()], world=FakeTime(seconds=10.0), deadline=9.0)
    assert (delivery.cause, server.asked) == ("no_time_left", [])


def test_a_try_is_broken_off_at_the_deadline() -> None:
    """A try under way ends with the time that is left, not with its own timeout."""

    async def run() -> Any:
        async with (
            serving([never()]) as server,
            FakeTime().client(endpoint_of(server), FIXED) as client,
        ):
            return await client.send(ORDER, deadline=0.05)

    delivery = asyncio.run(run())
    assert (delivery.verdict, delivery.cause, delivery.attempts) == ("unknown", "no_answer", 1)


def test_no_time_for_the_pace() -> None:
    """A try that the pace puts after the deadline is not made."""

    async def run() -> Any:
        world = FakeTime()
        async with (
            serving([OK, answer({}, 503)]) as server,
            world.client(endpoint_of(server), FIXED, rate=0.1, backoff_max=0) as client,
        ):
            first = await client.send(ORDER)
            second = await client.send(ORDER, deadline=5.0)
            third = await client.send(ORDER, deadline=15.0)
            return first, second, third

    first, second, third = asyncio.run(run())
    assert [each.cause for each in (first, second, third)] == [
        "delivered",
        "no_time_left",
        "http_5xx",
    ]
    assert third.message.endswith("gave up: no time was left for another try")
    assert [(wait.kind, wait.seconds) for wait in third.waits] == [("pace", 10.0)]


def test_401_renews_the_token_once() -> None:
    """A refused token is renewed, and the order sent with the new one."""
    delivery, server = send([answer({}, 401), OK], [token_answer(1), token_answer(2)])
    assert (delivery.verdict, delivery.attempts) == ("delivered", 2)
    assert [got.token for got in server.got] == ["access-0001", "access-0002"]


def test_401_twice_names_the_credential() -> None:
    """A second 401 ends the sending, with the credential to check."""
    delivery, server = send([answer({}, 401)], [token_answer(1), token_answer(2), token_answer(3)])
    assert (delivery.verdict, delivery.cause, delivery.attempts) == ("failed", "http_401", 2)
    assert (len(server.got), len(server.asked)) == (2, 2)
    assert "client key and client secret in the tests" in delivery.message
    assert "'merchant-1'" in delivery.message


def test_401_without_time_for_another_try() -> None:
    """A refused token is no verdict on the order: without time for another try it was not sent."""
    tokens: Script = [token_answer(1), token_answer(2)]
    delivery, server = send([answer({}, 401)], tokens, rate=0.1, deadline=5.0)
    assert (delivery.verdict, delivery.cause, delivery.attempts) == ("failed", "no_time_left", 1)
    assert len(server.got) == 1


def test_401_between_other_faults_still_renews_once() -> None:
    """Faults before and after do not change that."""
    steps: Script = [answer({}, 503), answer({}, 401), answer({}, 503), OK]
    delivery, server = send(steps, [token_answer(1), token_answer(2)])
    assert (delivery.verdict, len(server.got), len(server.asked)) == ("delivered", 4, 2)
    delivery, server = send([*steps[:3], answer({}, 401)], [token_answer(1), token_answer(2)])
    assert (delivery.cause, len(server.got), len(server.asked)) == ("http_401", 4, 2)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """The token goes to no other host: a redirect fails, and says where it leads."""

    async def run() -> None:
        async with (
            serving([OK]) as other,
            serving([answer({}, status, Location=other.order_url)]) as it,
            FakeTime().client(endpoint_of(it), FIXED) as client,
        ):
            delivery = await client.send(ORDER)
            assert (delivery.verdict, delivery.cause) == ("failed", "http_3xx")
            assert other.order_url in delivery.message
            assert (len(it.got), len(other.got)) == (1, 0)

    asyncio.run(run())


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    """TLS is verified: nothing is sent to a host with a certificate of its own making."""
    requests = []

    async def run() -> Any:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(Path(__file__).with_name("self_signed.pem"))

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            requests.append(await reader.read(1))
            writer.close()

        async with await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context) as listener:
            port = listener.sockets[0].getsockname()[1]
            endpoint = Endpoint(f"https://localhost:{port}/order")
            async with FakeTime().client(endpoint, FIXED, attempts=1) as client:
                return await client.send(ORDER)

    delivery = asyncio.run(run())
    assert (delivery.verdict, delivery.cause) == ("failed", "not_verified")
    assert "self-signed certificate" in delivery.message
    assert "SSL_CERT_FILE" in delivery.message
    assert not any(requests)


@pytest.mark.parametrize(("host", "verdict"), [("localhost", "delivered"), ("127.0.0.1", "failed")])
def test_a_certificate_is_good_for_its_host_alone(
    monkeypatch: pytest.MonkeyPatch, host: str, verdict: str
) -> None:
    """A certificate that is trusted, by SSL_CERT_FILE, opens no host of another name."""
    certificate = Path(__file__).with_name("localhost.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    requests = []

    async def run() -> Any:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            requests.append(await reader.read(1))
            writer.write(OK.raw)
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context) as listener:
            port = listener.sockets[0].getsockname()[1]
            endpoint = Endpoint(f"https://{host}:{port}/order")
            async with FakeTime().client(endpoint, FIXED, attempts=1) as client:
                return await client.send(ORDER)

    delivery = asyncio.run(run())
    assert delivery.verdict == verdict
    assert (verdict == "delivered") == any(requests)
    assert verdict == "delivered" or delivery.cause == "not_verified"


def test_a_host_without_tls_is_told_apart() -> None:
    """https to a server that speaks plain HTTP is a matter of TLS, in words."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async def run() -> Any:
        async with await asyncio.start_server(connected, "127.0.0.1", 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            endpoint = Endpoint(f"https://127.0.0.1:{port}/order")
            async with FakeTime().client(endpoint, FIXED, attempts=1) as client:
                return await client.send(ORDER)

    delivery = asyncio.run(run())
    assert (delivery.verdict, delivery.cause) == ("failed", "not_verified")
    assert "does not speak TLS" in delivery.message


def test_proxies_are_used_but_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A company's proxy is asked for other hosts, gets no token, and is passed by for loopback."""

    async def run() -> None:
        async with serving([answer({}, 403)]) as proxy, serving([OK]) as server:
            for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.delenv(name, raising=False)
            async with FakeTime().client(endpoint_of(server), FIXED) as client:
                assert (await client.send(ORDER)).verdict == "delivered"
            assert not proxy.got
            endpoint = Endpoint("https://orders.invalid/order")
            async with FakeTime().client(endpoint, FIXED, attempts=1) as client:
                delivery = await client.send(ORDER)
            assert (delivery.verdict, delivery.cause) == ("failed", "not_connected")
            assert (
                f"the proxy 127.0.0.1:{proxy.port}, which the environment names,"
                in delivery.message
            )
            assert [got.path for got in proxy.got] == ["orders.invalid:443"]
            assert "authorization" not in proxy.got[0].headers

    asyncio.run(run())


def test_a_proxy_that_refuses_is_not_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody listens where the proxy should be, the message names the proxy."""
    port = closed_port()
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    async def run() -> Any:
        endpoint = Endpoint("https://orders.invalid/order")
        async with FakeTime().client(endpoint, FIXED, attempts=1) as client:
            return await client.send(ORDER)

    assert asyncio.run(run()).message == (
        f"the proxy 127.0.0.1:{port}, which the environment names, refused the connection; gave up"
        " after 1 attempt"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("NO_PROXY", "[::1]"), ("ALL_PROXY", "socks5://127.0.0.1:1"), ("HTTP_PROXY", "gopher://x")],
)
def test_a_bad_environment_does_not_touch_this_machine(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Whatever proxies the environment names, a loopback target is reached."""
    monkeypatch.setenv(name, value)
    monkeypatch.setenv(name.lower(), value)
    assert send([OK], [token_answer()])[0].verdict == "delivered"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "carrier-pigeon://x"),
        ("SSL_CERT_FILE", "/nowhere.pem"),
        ("NO_PROXY", "[::1]"),
    ],
)
def test_a_bad_environment_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A proxy or a file of certificates that cannot be used is an error with its name."""
    for other in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, value)

    async def run() -> None:
        async with Client(Endpoint("https://orders.invalid/"), FIXED):
            pass

    with pytest.raises(EndpointError, match=name):
        asyncio.run(run())


def test_the_pace_is_shared_and_counts_tries() -> None:
    """Sendings at once, their retries too, keep to one pace, and connections are used again."""

    async def run() -> tuple[list[float], int]:
        moments: list[float] = []

        def order(_: Got) -> Step:
            moments.append(time.monotonic())
            return answer({}, 503, Retry_After="0") if len(moments) <= 4 else OK

        async with (
            serving([order]) as server,
            Client(endpoint_of(server), FIXED, Policy(rate=200, in_flight=4)) as client,
        ):
            await asyncio.gather(*(client.send(ORDER) for _ in range(8)))
            return moments, server.connections

    moments, connections = asyncio.run(run())
    assert len(moments) == 12
    assert moments[-1] - moments[0] >= 11 / 200 - 0.02
    assert connections <= 4


def test_no_more_than_allowed_are_in_flight() -> None:
    """The bound of orders on their way holds under many sendings."""

    async def run() -> int:
        gate, waiting, most = asyncio.Event(), itertools.count(1), 0

        def order(_: Got) -> Step:
            nonlocal most
            most = next(waiting)
            if most == 3:
                asyncio.get_running_loop().call_later(0.02, gate.set)
            return Step(OK.raw, until=gate)

        async with (
            serving([order]) as server,
            FakeTime().client(endpoint_of(server), FIXED, in_flight=3) as client,
        ):
            sendings = asyncio.gather(*(client.send(ORDER) for _ in range(6)))
            await gate.wait()
            before = most
            await sendings
            return before

    assert asyncio.run(run()) == 3


def test_a_cancelled_sending_leaves_the_client_usable() -> None:
    """Stopping one sending breaks it off at once and harms no other."""

    async def run() -> str:
        arrived = asyncio.Event()

        def order(_: Got) -> Step:
            arrived.set()
            return never()

        async with (
            serving([order, OK]) as server,
            FakeTime().client(endpoint_of(server), FIXED, in_flight=1) as client,
        ):
            task = asyncio.create_task(client.send(ORDER))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return (await client.send(ORDER)).verdict

    assert asyncio.run(run()) == "delivered"


def test_tries_that_were_broken_off_cost_no_connection() -> None:
    """Broken off at any step of any call, a try leaves the client as able to send as before."""

    async def run() -> None:
        async with serving([OK]) as server:
            policy = Policy(rate=math.inf, in_flight=2)
            async with Client(endpoint_of(server), FIXED, policy) as client:
                for steps in range(120):
                    sending = [asyncio.create_task(client.send(ORDER)) for _ in range(2)]
                    for _ in range(steps):
                        await asyncio.sleep(0)
                    for task in sending:
                        task.cancel()
                    await asyncio.gather(*sending, return_exceptions=True)
                assert (await client.send(ORDER)).attempts == 1

    asyncio.run(run())


def test_send_needs_the_context() -> None:
    """Sending outside `async with` is the programmer's mistake, and says so."""
    client = FakeTime().client(Endpoint("https://orders.invalid/"), FIXED)
    with pytest.raises(RuntimeError, match="async with"):
        asyncio.run(client.send(ORDER))


@settings(max_examples=40, deadline=None)
@given(
    st.binary(max_size=60)
    | st.binary(max_size=40).map(lambda junk: b"HTTP/1.1 200 OK\r\n" + junk)
    | st.binary(max_size=40).map(lambda junk: b"HTTP/1.1 302 X\r\nLocation: " + junk + b"\r\n\r\n")
)
@example(b"HTTP/1.1 301 X\r\nLocation: A:!\r\n\r\n")
@example(b"HTTP/1.1 302 X\r\nLocation: http://[::1/\r\n\r\n")
def test_any_bytes_have_a_verdict(raw: bytes) -> None:
    """Whatever a server writes, the sending ends in a verdict and not in an exception."""
    delivery, _ = send([Step(raw, close=True)], attempts=1)
    assert delivery.verdict in ("unknown", "failed", "rejected", "delivered")


def test_waits_of_the_pace_are_told() -> None:
    """Each wait for the pace is told before it begins, and recorded with its kind."""

    async def run() -> tuple[FakeTime, Any]:
        world = FakeTime()
        async with (
            serving([OK]) as server,
            world.client(endpoint_of(server), FIXED, rate=4.0) as client,
        ):
            await client.send(ORDER)
            return world, await client.send(ORDER)

    world, delivery = asyncio.run(run())
    assert [(wait.kind, wait.seconds) for wait in world.told] == [("pace", 0.25)]
    assert delivery.waits == tuple(world.told)
    assert delivery.waits[0].reason == "keeping to 4 requests a second"
    assert math.isclose(world.seconds, 0.25)
