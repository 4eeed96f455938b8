"""Every fault of the sandbox, against the real client over real sockets."""

import asyncio
from dataclasses import dataclass, field

import pytest

from orderkit.sandbox import FAULTS, Sandbox
from orderkit.sandbox.faults import REFUSED, parse_script
from orderkit.sending.client import Client, Delivery, Endpoint
from orderkit.sending.credentials import Credentials
from orderkit.sending.delivery import OUTCOMES
from tests.sandbox.support import complete_order
from tests.sending.fault_cases import FaultCase, fault_cases
from tests.sending.support import FakeTime

CASES = fault_cases()
GIVEN = Credentials.of("key-of-tests", "secret-of-tests")
HOUR = 3600.0


@dataclass
class Waiting(FakeTime):
    """A world whose waits end refusals: those pass with the sandbox's own, real time."""

    sandbox: Sandbox = field(default_factory=Sandbox)
    refused: float = 0.0

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if 0 < self.refused <= self.seconds:
            self.refused = 0.0
            self.sandbox.script("")


def test_every_fault_passes_and_lasts() -> None:
    """No fault is left out, and each is there both as it passes and as it lasts."""
    assert {(row.fault, row.case) for row in CASES} == {
        (name, case) for name in FAULTS for case in ("passes", "lasts")
    }
    for row in CASES:
        assert {step.fault.name for step in parse_script(row.script)} == {row.fault}


@pytest.mark.parametrize("row", CASES, ids=[f"{row.fault}-{row.script}" for row in CASES])
def test_fault(row: FaultCase) -> None:
    """Verdict, attempts, waits and message are those of the table; sent again when the fault is
    over, the order is delivered, and kept once however often it arrived."""

    async def run(client: Client, world: Waiting) -> tuple[Delivery, Delivery, int]:
        await client.token()
        world.sandbox.script(row.script)
        for number in range(row.before):
            other = await client.send(complete_order(order_id=f"before-{number}"))
            assert other.verdict == "delivered"
        delivery = await client.send(complete_order())
        stored = [call.order_id for call in world.sandbox.received].count(delivery.order_id)
        world.seconds += HOUR
        world.sandbox.script("")
        return delivery, await client.send(complete_order()), stored

    async def main() -> None:
        world = Waiting()
        first = parse_script(row.script)[0]
        world.refused = first.value if first.fault is REFUSED else 0.0
        with Sandbox(clock=world.now) as world.sandbox:
            endpoint = Endpoint(world.sandbox.order_url, world.sandbox.token_url, "my-client")
            async with world.client(endpoint, GIVEN, **{"attempts": 3, **row.policy}) as client:
                delivery, again, stored = await run(client, world)
            place = world.sandbox.url.removeprefix("http://")
            assert delivery.message == row.message.format(place=place)
            found = (delivery.verdict, delivery.cause, delivery.attempts)
            assert found == (row.verdict, row.cause, row.attempts)
            assert [wait.seconds for wait in delivery.waits] == row.waits
            assert all(wait.reason for wait in delivery.waits)
            assert stored == row.stored
            assert delivery.next_step == OUTCOMES[row.cause].next_step
            assert again.verdict == "delivered"
            receipts = world.sandbox.orders[delivery.order_id].history
            assert [(receipt.order_status, len(receipt.bodies)) for receipt in receipts] == [
                ("CREATE_ORDER", 1)
            ]

    asyncio.run(main())
