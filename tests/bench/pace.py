"""The pace of the client: the rates that TikTok publishes, kept over a run."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise

from orderkit.client import Client, Policy
from tests.bench.events import payloads
from tests.bench.measuring import Bound, Contender, Group, together
from tests.bench.server import TOKEN, running

#: Orders a second: the lowest and the highest limit that TikTok publishes for neighbouring calls.
RATES = (3, 50)


@contextmanager
def group(*, small: bool) -> Iterator[Group]:
    """The time between two orders as they came to a sandbox in another process."""
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
    """The mean and the smallest time between so many orders and one, in 1 / rate.

    The mean is kept to. Single orders are as late as processes are to be woken, connections to be
    made, and the sandbox to read: the next one, which is in time, is so much closer.
    """
    with running("sandbox") as server:

        async def send() -> None:
            async with Client(server.endpoint, TOKEN, Policy(rate=rate)) as client:
                await asyncio.gather(*map(client.send, payloads(number + 1)))

        asyncio.run(send())
        came = server.came()
    found = [later - earlier for earlier, later in pairwise(came)]
    assert len(found) == number
    return rate * sum(found) / number, rate * min(found)
