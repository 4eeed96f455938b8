"""Sending: how much quicker the client is than TikTok lets it be."""

import asyncio
import math
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from orderkit.events import samples
from orderkit.sending.client import Client, Policy
from tests.bench.events import ORDERKIT, payloads, write_events
from tests.bench.measuring import Bound, Contender, Group, by_clock, timed
from tests.bench.pace import RATES
from tests.bench.server import TOKEN, Running, running


@contextmanager
def group(*, small: bool) -> Iterator[Group]:
    """One order of many, ten in flight; the yardstick is what the highest rate leaves for one."""
    few, many = (20, 20) if small else (500, 2_000)
    left = f"what {max(RATES)} orders a second leave for one"
    alone, sandbox = "Client, an endpoint that only answers", "Client, the sandbox"
    command = f"orderkit send of {many:,} events, with the ledger"
    orders = payloads(few)
    with (
        running("minimal") as minimal,
        running("sandbox") as other,
        TemporaryDirectory() as name,
    ):
        events = write_events(Path(name, "events.ndjson"), many)
        yield Group(
            title="Sending to another process",
            measure="time of one order",
            contenders=[
                Contender(left, lambda: 1 / max(RATES)),
                *timed(alone, partial(by_client, minimal, orders), few),
                *timed(sandbox, partial(by_client, other, orders), few),
                *timed(command, partial(by_command, other, events), many),
            ],
            bounds=[
                Bound(figure, left, 0.1) for figure in (alone, by_clock(alone), sandbox, command)
            ],
            rounds=7,
        )


def by_client(server: Running, orders: Sequence[bytes]) -> None:
    """Send bytes, with no other pace than the endpoint's."""

    async def send() -> None:
        async with Client(server.endpoint, TOKEN, Policy(rate=math.inf)) as client:
            sent = await asyncio.gather(*map(client.send, orders))
        assert all(delivery.verdict == "delivered" for delivery in sent)

    asyncio.run(send())


def by_command(server: Running, events: Path) -> None:
    """Map, check and send a file, each delivery written down in a new ledger."""
    with TemporaryDirectory(dir=events.parent) as name:
        settings = Path(name, "settings.toml")
        head, _, _ = samples.SETTINGS.read_text(encoding="utf-8").partition("[connection]")
        connection = f'[connection]\nendpoint_url = "{server.endpoint.order_url}"\n'
        settings.write_text(f'{head}{connection}merchant_id = "any"\n', encoding="utf-8")
        options = {
            "--settings": settings,
            "--to": "live",
            "--rate": 1_000_000,
            "--ledger": Path(name, "ledger.sqlite"),
        }
        words = (str(word) for option in options.items() for word in option)
        done = subprocess.run(
            [*ORDERKIT, "send", str(events), *words, "--yes", "--json"],
            env={**os.environ, "ORDERKIT_ACCESS_TOKEN": TOKEN.token.reveal(), "HOME": name},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    verdicts = [orjson.loads(line)["verdict"] for line in done.stdout.splitlines()]
    assert set(verdicts) == {"delivered"}
