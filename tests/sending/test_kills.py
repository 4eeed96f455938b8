"""Killing the sender at any moment loses nothing, and sends nothing delivered again."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orderkit.events import samples
from orderkit.sandbox import Sandbox
from orderkit.sending.ledger import Entry, Ledger
from tests.cli.test_send_command import TOKEN, Desk
from tests.soak import soak

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")

ORDERS = {f"B-{at:06}" for at in range(8)}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Sandbox(access_tokens=[TOKEN]) as sandbox:
        made = Desk(tmp_path, sandbox)
        made.events.write_bytes(samples.bookings(len(ORDERS)))
        yield made


def killed_when(desk: Desk, reached: Callable[[], bool]) -> dict[str, Entry]:
    """Kill a sender at that moment, or at its end; the last entry of each order."""
    with desk.start("--timeout", "3600") as process:
        while not reached() and process.poll() is None:
            time.sleep(0.001)
        process.kill()
        process.communicate()
    # What had left the sender may wait in the endpoint's sockets, and would count later: drop it.
    desk.sandbox.script("refused(60)")
    desk.sandbox.script("")
    with Ledger(desk.ledger) as ledger:
        return {entry.delivery.order_id: entry for entry in reversed(ledger.entries())}


def received(desk: Desk) -> Counter[str]:
    """How often each order reached the endpoint."""
    return Counter(got.order_id for got in desk.sandbox.received)


@pytest.mark.parametrize("number", [0, 1, 4, 8])
def test_a_kill_loses_nothing_and_repeats_only_what_was_under_way(desk: Desk, number: int) -> None:
    """Killed after so many orders, the same command again sends what has no verdict yet."""
    written = killed_when(desk, lambda: desk.ledger.exists() and len(received(desk)) >= number)
    delivered = {name for name, entry in written.items() if entry.delivery.verdict == "delivered"}
    open_ended = {name for name, entry in written.items() if entry.ended_at is None}
    before = received(desk)
    # Nothing goes out before it is written down.
    assert delivered <= before.keys() <= written.keys()
    assert delivered | open_ended == written.keys()
    assert desk.send().returncode == 0
    after = received(desk)
    assert after.keys() == ORDERS
    assert {name for name, times in after.items() if times > 1} <= open_ended
    # What had reached the endpoint and was not known to have goes out once more, in one piece.
    assert after == before + Counter(ORDERS - delivered)


@pytest.mark.parametrize("fault", ["timeout*20", "slow(3600)*20"])
def test_a_kill_within_the_first_calls(desk: Desk, fault: str) -> None:
    """Calls without an answer at the kill are unknown, whether or not the order arrived."""
    desk.sandbox.script(fault)
    name = fault.partition("(")[0].partition("*")[0]
    written = killed_when(desk, lambda: desk.sandbox.met.get(name, 0) == len(ORDERS))
    assert written.keys() == ORDERS
    assert {entry.delivery.cause for entry in written.values()} == {"interrupted"}
    assert {entry.delivery.verdict for entry in written.values()} == {"unknown"}
    arrived = received(desk)
    assert arrived == (Counter(ORDERS) if name == "slow" else Counter())
    assert desk.send().returncode == 0
    assert received(desk) == arrived + Counter(ORDERS)
    assert desk.verdicts() == {"unknown": len(ORDERS), "delivered": len(ORDERS)}


def test_nothing_is_lost_under_random_faults_and_kills(tmp_path: Path) -> None:
    """Of many orders, with every fault, kills, pauses and a second sender in between, none is lost,
    none sent again, no older update sent after a newer one, and the pace is kept."""
    result = soak(tmp_path, orders=80, kills=4)
    assert (result.lost, result.delivered_twice, result.unexplained) == (0, 0, 0)
    assert (result.outdated_sent, result.bursts) == (0, 0)
    # It was a trial: kills fell into calls, and calls met faults.
    assert result.kills + result.ends >= 2
    assert len(result.faults) >= 5
