"""The clock that stands still while the event loop does not run."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from orderkit.sending.client import Client, Policy
from orderkit.sending.loop_clock import STALL, LoopClock
from tests.sending.server import OK, Got, Step, serving
from tests.sending.support import FIXED, ORDER, endpoint_of


def test_a_stall_is_no_time() -> None:
    """What passes while the loop is blocked does not count; what passes while it runs does."""

    async def run() -> float:
        clock = LoopClock()
        clock.start()
        started = clock()
        await asyncio.sleep(0.1)
        time.sleep(2 * STALL)
        await asyncio.sleep(0.1)
        clock.stop()
        return clock() - started

    assert 0.15 <= asyncio.run(run()) < 0.2 + STALL


@pytest.mark.parametrize("blocked", [True, False])
def test_a_time_out_waits_for_the_loop(blocked: bool) -> None:
    """A time-out comes after its seconds on this clock, and not earlier."""

    async def run() -> float:
        clock = LoopClock()
        clock.start()
        started = clock()
        if blocked:
            asyncio.get_running_loop().call_later(0.02, time.sleep, 2 * STALL)
        with pytest.raises(TimeoutError):
            async with clock.timeout(STALL):
                await asyncio.sleep(60)
        passed = clock() - started
        clock.stop()
        return passed

    assert asyncio.run(run()) == pytest.approx(STALL, abs=0.15)


def test_a_blocked_loop_breaks_off_no_call() -> None:
    """A call whose time-out passes while nothing runs is not broken off."""

    def block(_: Got) -> Step:
        time.sleep(0.6)
        return OK

    async def run() -> Any:
        async with (
            serving([block]) as server,
            Client(endpoint_of(server), FIXED, Policy(timeout=0.4, attempts=1)) as client,
        ):
            return await client.send(ORDER)

    assert asyncio.run(run()).verdict == "delivered"


def test_a_pause_is_not_made_up_for() -> None:
    """After the loop stood still, calls go at the pace again, and not in a burst."""
    moments: list[float] = []

    def order(_: Got) -> Step:
        moments.append(time.monotonic())
        if len(moments) == 3:
            time.sleep(1.0)
        return OK

    async def run() -> None:
        async with (
            serving([order]) as server,
            Client(endpoint_of(server), FIXED, Policy(rate=20, in_flight=10)) as client,
        ):
            await asyncio.gather(*(client.send(ORDER) for _ in range(12)))

    asyncio.run(run())
    afterwards = moments[3:]
    assert afterwards[-1] - afterwards[0] >= (len(afterwards) - 1) / 20 - 0.06


STOPPED = """
import asyncio, sys, time
from orderkit.sending.client import Client, Endpoint, Policy
from orderkit.sending.credentials import AccessToken

async def main():
    token = AccessToken.of("fixed-token-1", "here")
    async with Client(Endpoint(sys.argv[1]), token, Policy(rate=10, in_flight=10)) as client:
        orders = [{"order_info": {"order_id": str(n)}} for n in range(10)]
        deliveries = await asyncio.gather(*map(client.send, orders))
    print([delivery.verdict for delivery in deliveries].count("delivered"))

asyncio.run(main())
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGSTOP")
def test_a_stopped_process_keeps_the_pace() -> None:
    """A process that is stopped and continued makes up for nothing."""
    moments: list[float] = []

    def order(_: Got) -> Step:
        moments.append(time.monotonic())
        return OK

    async def run() -> tuple[bytes, float]:
        async with serving([order]) as server:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", STOPPED, server.order_url, stdout=subprocess.PIPE
            )
            while len(moments) < 3:
                await asyncio.sleep(0.01)
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(1.2)
            continued = time.monotonic()
            process.send_signal(signal.SIGCONT)
            out, _ = await process.communicate()
            return out, continued

    out, continued = asyncio.run(run())
    assert out == b"10\n"
    afterwards = [moment for moment in moments if moment > continued]
    assert len(afterwards) >= 5
    # A stall too short to be one may be made up for; a whole stop may not.
    assert afterwards[-1] - afterwards[0] >= (len(afterwards) - 1) / 10 - 0.06 - STALL
