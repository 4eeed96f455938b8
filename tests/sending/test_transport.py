"""Answers on the wire: bounded, unpacked within bounds, and one for each call."""

import asyncio
import gzip
import ssl
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.sending.client import Client, Endpoint, Policy
from orderkit.sending.unpacking import LIMIT, unpack
from tests.sending.server import Got, Step, answer, serving
from tests.sending.support import FIXED, ORDER, send

CERTIFICATE = Path(__file__).with_name("localhost.pem")
SUCCESS = b'{"error":{"code":0},"data":{}}'


def packed(megabytes: int, times: int) -> bytes:
    """So many megabytes of blanks, packed so often with gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(bytes(1 << 20)) for _ in range(megabytes)]
    body = b"".join([*parts, packer.flush()])
    for _ in range(times - 1):
        body = gzip.compress(body)
    return body


@pytest.mark.parametrize("codings", ["gzip", "x-gzip", "deflate", "gzip, identity", "gzip, gzip"])
def test_a_packed_answer_is_read(codings: str) -> None:
    """What a proxy packs on its own account is unpacked."""
    body = SUCCESS
    for coding in codings.split(", "):
        body = {"deflate": zlib.compress, "identity": bytes}.get(coding, gzip.compress)(body)
    delivery, _ = send([answer(body, Content_Encoding=codings)])
    assert delivery.verdict == "delivered"
    assert delivery.answer.endswith(SUCCESS.decode())


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_packed_answer_is_bounded(times: int) -> None:
    """However often it is packed, an answer never takes more than a few megabytes."""
    body = packed(64, times)
    codings = ", ".join(["gzip"] * times)
    tracemalloc.start()
    try:
        delivery, _ = send([answer(body, Content_Encoding=codings)], attempts=1)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (delivery.verdict, delivery.cause) == ("unknown", "answer_too_large")
    assert "larger than 1 MiB" in delivery.message
    assert most < 16 * LIMIT


def test_an_endless_answer_is_bounded() -> None:
    """An answer is read up to 1 MiB; a status other than 2xx says enough all the same."""
    body = b" " * (4 * LIMIT)
    assert send([answer(body)])[0].cause == "answer_too_large"
    delivery, _ = send([answer(body, 403)])
    assert (delivery.verdict, delivery.cause) == ("rejected", "http_403")
    assert send([answer(SUCCESS + b" " * (LIMIT - 100))])[0].verdict == "delivered"


@pytest.mark.parametrize("codings", ["br", "gzip, gzip, gzip, gzip", "deflate"])
def test_an_answer_that_cannot_be_unpacked_is_unknown(codings: str) -> None:
    """Codings that are not known, or too many, leave it open what the answer says."""
    delivery, _ = send([answer(b"\x08nothing", Content_Encoding=codings)], attempts=1)
    assert (delivery.verdict, delivery.cause) == ("unknown", "unreadable_answer")
    assert "cannot be unpacked" in delivery.message


def test_members_of_gzip_are_one_body_and_what_is_none_is_told() -> None:
    """RFC 1952 lets several follow each other; anything else behind one is no sound answer."""
    members = gzip.compress(b"") + gzip.compress(b'{"code":') + gzip.compress(b"0}")
    assert unpack(members, "gzip") == b'{"code":0}'
    with pytest.raises(ValueError, match="it is no gzip"):
        unpack(members + b"junk", "gzip")
    with pytest.raises(OverflowError):
        unpack(gzip.compress(bytes(LIMIT // 2 + 1)) * 2, "gzip")


@given(st.binary(max_size=300), st.lists(st.sampled_from(["gzip", "deflate"]), max_size=3))
def test_unpacking_undoes_packing(body: bytes, codings: list[str]) -> None:
    """What was packed with any codings in turn comes out again."""
    wire = body
    for coding in codings:
        wire = gzip.compress(wire) if coding == "gzip" else zlib.compress(wire)
    assert unpack(wire, ", ".join(codings)) == body


def own_answer(request: Got) -> Step:
    """An answer that says which order it is for: those that end in 1 are accepted."""
    order_id = orjson.loads(request.body)["order_info"]["order_id"]
    code = 0 if order_id.endswith("1") else 77
    error = {"code": code, "message": f"refused {order_id}", "log_id": f"for-{order_id}"}
    return answer({"error": error, "data": {}})


def twice(request: Got) -> Step:
    """That answer, and the same once more in one piece with it."""
    return Step(own_answer(request).raw * 2)


def twice_later(request: Got) -> Step:
    """That answer, and the same once more a moment later."""
    raw = own_answer(request).raw
    return Step(raw, late=raw)


def in_records(request: Got) -> Step:
    """Two answers in records of their own, as far as TLS goes: each is larger than one."""
    raw = own_answer(request).raw.replace(b"\r\n\r\n", b"\r\nX: " + b"x" * 16_000 + b"\r\n\r\n")
    return Step(raw * 2)


@pytest.fixture(params=["http", "https"])
def tls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext | None:
    """Without TLS, and with a certificate that the environment vouches for."""
    if request.param == "http":
        return None
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


def five_orders(first: Callable[[Got], Step], tls: ssl.SSLContext | None) -> tuple[list[Any], int]:
    """The deliveries of five orders, and how many connections they took."""

    async def run() -> tuple[list[Any], int]:
        async with serving([first, own_answer], tls=tls) as server:
            endpoint = Endpoint(f"http{'s' if tls else ''}://localhost:{server.port}/order")
            async with Client(endpoint, FIXED, Policy(rate=1000, attempts=1)) as client:
                found = []
                for number in range(1, 6):
                    info = {**ORDER["order_info"], "order_id": f"H-{number}"}
                    found.append(await client.send({"order_info": info}))
                    await asyncio.sleep(0.05)
                return found, server.connections

    return asyncio.run(run())


@pytest.mark.parametrize("first", [twice, twice_later, in_records])
def test_an_order_never_gets_the_answer_of_another(
    first: Callable[[Got], Step], tls: ssl.SSLContext | None
) -> None:
    """An endpoint that answers one call twice costs that call its verdict, and no other."""
    deliveries, connections = five_orders(first, tls)
    for delivery in deliveries[1:]:
        assert (delivery.verdict, delivery.log_id) == ("rejected", f"for-{delivery.order_id}")
    # Two answers in one piece are noticed at once; a late one, only before the next request.
    late = first is twice_later
    assert deliveries[0].cause == ("delivered" if late else "unasked_answer")
    assert connections == 2


def test_a_connection_is_used_again(tls: ssl.SSLContext | None) -> None:
    """Sound answers leave the connection open."""
    deliveries, connections = five_orders(own_answer, tls)
    assert [delivery.verdict for delivery in deliveries] == ["delivered", *["rejected"] * 4]
    assert connections == 1
