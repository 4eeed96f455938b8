"""An update never follows a newer one that was delivered, whatever path it takes."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderkit import Mapped
from orderkit.events.jsontext import dumps
from orderkit.events.reader import EventLine
from orderkit.mapping.results import EventResult
from orderkit.sandbox import Sandbox
from orderkit.sending.in_flight import send_all
from orderkit.sending.ledger import Ledger
from orderkit.sending.results import SendResult
from orderkit.sending.target_ledger import TargetLedger
from tests.sending.test_run import MAPPER, SAMPLES, quick, sent, verdicts

HOUR = 3_600_000
FIRST = 1_780_308_000_000


def update(
    situation: str = "created", *, hours: int = 0, total: float = 450, order_id: str = "A-1"
) -> Mapped:
    """An update of a booking, so many hours after the first one."""
    event = SAMPLES[situation]
    mapped = MAPPER.map(
        event
        | {"id": order_id, "booking": event["booking"] | {"total": total, "to_pay": total}}
        | {"context": event["context"] | {"event_timestamp": FIRST + hours * HOUR}}
    )
    assert mapped.outcome == "mapped"
    return mapped


CREATED = update()
CHANGED = update(hours=1, total=400)
CANCELLED = update("cancelled by guest", hours=2)


@pytest.fixture
def sandbox() -> Any:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    with Ledger(tmp_path / "l") as ledger:
        yield ledger


def run(
    orders: Iterable[Mapped], sandbox: Sandbox, ledger: Ledger, *flags: str, **policy: Any
) -> list[SendResult]:
    """One run by this ledger."""
    with ledger.sending():
        book = TargetLedger(ledger, "here", "force" in flags, "also_outdated" in flags)
        return sent(orders, sandbox, book, **policy)


def test_the_same_command_again(sandbox: Sandbox, ledger: Ledger) -> None:
    """A first update that failed is outdated once a later one was delivered."""
    sandbox.script("server_error(503)")
    orders = [CREATED, CHANGED, CANCELLED]
    first = run(orders, sandbox, ledger, attempts=1)
    assert verdicts(first) == ["failed", "delivered", "delivered"]
    again = run(orders, sandbox, ledger)
    assert verdicts(again) == ["outdated", "outdated", "skipped"]
    assert "TikTok has a newer update of this order, CANCEL_ORDER" in again[0].message
    assert "--also-outdated" in again[0].next_step
    assert sandbox.orders["A-1"].order_status == "CANCEL_ORDER"
    assert all(result.done for result in again)
    assert ledger.unsettled() == []


def test_a_reversed_file(sandbox: Sandbox, ledger: Ledger) -> None:
    """What is older than the line before it is not sent."""
    assert verdicts(run([CANCELLED, CREATED], sandbox, ledger)) == ["delivered", "outdated"]
    assert sandbox.orders["A-1"].order_status == "CANCEL_ORDER"


def test_there_and_back_again(sandbox: Sandbox, ledger: Ledger) -> None:
    """Of three updates of one moment the last counts, though the first was the same."""
    there, back = update(total=100), update(total=120)
    orders = [there, back, there]
    assert verdicts(run(orders, sandbox, ledger)) == ["delivered"] * 3
    assert sandbox.orders["A-1"].order_info["value"]["total_value"] == 100
    assert verdicts(run(orders, sandbox, ledger)) == ["skipped", "outdated", "skipped"]


def test_a_correction_and_its_withdrawal(sandbox: Sandbox, ledger: Ledger) -> None:
    """The same event under other settings, and under the first ones again, is sent each time."""
    for total in (100, 120, 100, 120):
        assert verdicts(run([update(total=total)], sandbox, ledger)) == ["delivered"]
        assert sandbox.orders["A-1"].order_info["value"]["total_value"] == total


def test_of_one_moment_the_place_decides(sandbox: Sandbox, ledger: Ledger) -> None:
    """A payload that stood before the delivered one in its input, at the same moment, is older."""
    one, two = update(total=1), update(total=2)
    sandbox.script("server_error(503)")
    assert verdicts(run([one, two], sandbox, ledger, attempts=1)) == ["failed", "delivered"]
    assert verdicts(run([one], sandbox, ledger)) == ["outdated"]


def test_what_is_unknown_is_no_newer_delivery(sandbox: Sandbox, ledger: Ledger) -> None:
    """An update whose fate is open holds no other back, and makes what TikTok has uncertain."""
    assert verdicts(run([CREATED], sandbox, ledger)) == ["delivered"]
    sandbox.script("answer_lost")
    assert verdicts(run([CHANGED], sandbox, ledger, attempts=1)) == ["unknown"]
    assert verdicts(run([CREATED], sandbox, ledger)) == ["delivered"]
    assert verdicts(run([CHANGED, CREATED], sandbox, ledger)) == ["delivered", "outdated"]


def test_only_one_option_lifts_it(sandbox: Sandbox, ledger: Ledger) -> None:
    """--force sends again what TikTok has, --also-outdated what is older."""
    run([CREATED, CANCELLED], sandbox, ledger)
    orders = [CREATED, CANCELLED]
    assert verdicts(run(orders, sandbox, ledger, "force")) == ["outdated", "delivered"]
    assert verdicts(run([CREATED], sandbox, ledger, "also_outdated")) == ["delivered"]
    assert sandbox.orders["A-1"].order_status == "CREATE_ORDER"
    assert verdicts(run([CANCELLED], sandbox, ledger)) == ["delivered"]


def test_other_orders_and_targets_are_not_touched(sandbox: Sandbox, ledger: Ledger) -> None:
    """Another order, and the same one at another target, has a history of its own."""
    run([CANCELLED], sandbox, ledger)
    assert verdicts(run([update(order_id="A-2")], sandbox, ledger)) == ["delivered"]
    assert verdicts(sent([CREATED], sandbox, TargetLedger(ledger, "there"))) == ["delivered"]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from("AB"), st.integers(0, 3), st.integers(1, 3)), max_size=6
        ),
        max_size=4,
    ),
    st.integers(0, 2**16),
)
def test_the_newest_is_never_overwritten(
    inputs: list[list[tuple[str, int, int]]], seed: int
) -> None:
    """Whatever inputs are sent in whatever order, under faults: TikTok's state only moves on."""
    with Sandbox() as sandbox, Ledger() as ledger:
        sandbox.random_faults(seed, 0.3, ["server_error", "error_code", "answer_lost"])
        newest: dict[str, int] = {}
        for orders in inputs:
            mapped = [update(order_id=name, hours=at, total=total) for name, at, total in orders]
            for result in run(mapped, sandbox, ledger, attempts=1):
                if result.verdict == "delivered":
                    moment = orders[result.index][1]
                    assert moment >= newest.get(result.order_id, 0)
                    newest[result.order_id] = moment
                elif result.verdict == "outdated":
                    assert orders[result.index][1] <= newest[result.order_id]


def test_events_stand_beside_their_deliveries(sandbox: Sandbox, ledger: Ledger) -> None:
    """The event that an order was made of can be looked at, and found by any property."""
    event = SAMPLES["created"] | {"test_code": "T-7"}
    results = [EventResult(EventLine(0, None, event), MAPPER.map(event))]

    async def send() -> list[SendResult]:
        async with quick(sandbox) as client:
            book = TargetLedger(ledger, "here")
            return [entry async for entry in send_all(results, client, None, book)]

    assert verdicts(asyncio.run(send())) == ["delivered"]
    (entry,) = ledger.entries(tests=True)
    assert (orjson.loads(entry.event), entry.test_code) == (orjson.loads(dumps(event)), "T-7")
    for wanted in (
        "hotel.name=maison lune lyon",
        "items.X.id=DLX-KING",
        "items.id=DLX-KING",
        "items.0.product.name=deluxe king",
        "user.consent_categories=3",
        "booking.total=450",
        "T-7",
    ):
        assert len(ledger.entries(having=wanted)) == 1, wanted
    for wanted in (
        "hotel.name=other",
        "hotel=maison",
        "booking.total=45",
        "items.1.id=DLX-KING",
        "T-8",
    ):
        assert ledger.entries(having=wanted) == [], wanted
