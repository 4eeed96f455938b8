"""The pace of the client: the rates that TikTok publishes, kept over a run."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise

from orderkit.sending.client import Client, Policy
from tests.bench.events import payloads
from tests.bench.measuring import Bound, Contender, Group, together
from tests.bench.server import TOKEN, running

#: Orders a second: the lowest and the highest limit that TikTok publishes for neighbouring calls.
RATES = (3, 50)


@contextmanager
def group(*, small: bool) -> Iterator[Group]:
    """The time between two orders that go to a sandbox in another process."""
    seconds = 1 if small else 20
    exact = Contender("1 / rate", lambda: 1.0)
    means = {rate: f"{rate} orders a second, the mean of {seconds} s" for rate in RATES}
    contenders, bounds = [exact], []
    for rate, mean in means.items():
        names = (mean, f"{rate} orders a second, the closest two")
        contenders += together(names, partial(gaps, rate, rate * seconds))
        bounds += [Bound(mean, exact.name, 1.01), Bound(exact.name, mean, 1.01)]
    yield Group(
        title="Pace",
        measure="time between two orders, in 1 / rate",
        contenders=contenders,
        bounds=bounds,
        shown=lambda gap: f"{gap:.4f}",
        rounds=1,
    )


def gaps(rate: float, number: int) -> tuple[float, float]:
    """Between so many orders and one, in 1 / rate: the mean as they came, the least as they went.

    The mean is kept to. An order that goes late, as processes are not woken in time, is followed by
    one that is in time, and so is that much closer.
    """
    went: list[float] = []
    with running("sandbox") as server:

        async def send(payload: bytes, client: Client) -> None:
            await client.send(payload, on_start=lambda: went.append(time.monotonic()))

        async def send_all() -> None:
            async with Client(server.endpoint, TOKEN, Policy(rate=rate)) as client:
                await asyncio.gather(*(send(one, client) for one in payloads(number + 1)))

        asyncio.run(send_all())
        came = server.came()
    assert len(came) == len(went) == number + 1
    closest = min(later - earlier for earlier, later in pairwise(went))
    return rate * (came[-1] - came[0]) / number, rate * closest
