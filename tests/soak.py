"""Sends many orders through a sandbox that fails at random, killing the sender again and again.

``python -m tests.soak --orders 5000 --kills 100`` prints what came of it. The same command is run
until every order is delivered; what it promises is then counted, at both ends of the wire.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from orderkit.events import samples
from orderkit.sandbox import Sandbox
from orderkit.sending.ledger import Entry, Ledger

#: Every fault there is, with waits short enough for many of them.
FAULTS = (
    *("slow(0.05)", "timeout", "refused(0.1)", "reset_before", "reset_after"),
    *("throttled_seconds(0)", "throttled_date(0)", "server_error(500)", "server_error(503)"),
    *("unauthorized", "error_code", "no_json", "answer_lost"),
)
_MOST_ROUNDS = 40


@dataclass(frozen=True)
class Result:
    """What a run came to.

    lost:            orders that are not delivered in the end, by the ledger or at TikTok's side
    delivered_twice: orders that were sent again after the ledger had them as delivered
    unexplained:     failed tries without a cause or without a message
    more_than_once:  orders that TikTok's side received more than once: their answers were lost
    """

    orders: int
    kills: int
    runs: int
    lost: int
    delivered_twice: int
    unexplained: int
    more_than_once: int
    failures: dict[str, int]
    faults: dict[str, int]


def soak(folder: Path, *, orders: int, kills: int, seed: int = 7, share: float = 0.2) -> Result:
    """Send, kill and send again, until all is delivered."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    (folder / "events.ndjson").write_bytes(samples.bookings(orders))
    with Sandbox() as sandbox:
        written = samples.SETTINGS.read_text(encoding="utf-8").partition("[connection]")[0]
        connection = f'\n[connection]\nendpoint_url = "{sandbox.order_url}"\n'
        connection += f'token_url = "{sandbox.token_url}"\nmerchant_id = "soak"\n'
        (folder / "settings.toml").write_text(written + connection, encoding="utf-8")
        sandbox.random_faults(seed, share, FAULTS)
        runs = killed = 0
        while killed < kills:
            runs += 1
            process = _start(folder)
            # From the first call on: the sender has just begun, or is in the midst of it.
            enough = len(sandbox.received) + chance.randint(0, orders // kills)
            while process.poll() is None and len(sandbox.received) < enough:
                time.sleep(chance.uniform(0, 0.004))
            if process.poll() is None:
                process.kill()
                killed += 1
            process.wait()
            if not _unfinished(folder, orders):
                break
        for _ in range(_MOST_ROUNDS):
            runs += 1
            if _start(folder).wait(timeout=600) == 0:
                break
        return _counted(folder, sandbox, orders, killed, runs)


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    command = "from orderkit.cli import main; main()"
    return subprocess.Popen(
        [
            *(sys.executable, "-c", command, "send", "events.ndjson"),
            *("--settings", "settings.toml", "--to", "live", "--yes", "--rate", "100000"),
            *("--ledger", "ledger.sqlite", "--report", "report.ndjson", "--timeout", "0.5"),
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            "ORDERKIT_CLIENT_KEY": "key-of-the-soak",
            "ORDERKIT_CLIENT_SECRET": "secret-of-the-soak",
            "HOME": str(folder),
        },
    )


def _unfinished(folder: Path, orders: int) -> bool:
    with Ledger(folder / "ledger.sqlite") as ledger:
        return ledger.counts().get(0.0, Counter())["delivered"] < orders


def _counted(folder: Path, sandbox: Sandbox, orders: int, kills: int, runs: int) -> Result:
    with Ledger(folder / "ledger.sqlite") as ledger:
        entries = ledger.entries()
    delivered: dict[str, Entry] = {}
    for entry in reversed(entries):
        if entry.delivery.verdict == "delivered":
            delivered.setdefault(entry.delivery.order_id, entry)
    received = Counter(order.order_id for order in sandbox.received)
    wanted = {f"B-{at:06}" for at in range(orders)}
    kept = {order_id for order_id in wanted if _same(sandbox, delivered.get(order_id))}
    again = {
        entry.delivery.order_id
        for entry in entries
        if (first := delivered.get(entry.delivery.order_id)) and entry.number > first.number
    } | {
        order.order_id
        for order in sandbox.received
        if (first := delivered.get(order.order_id)) and order.at > (first.ended_at or 0)
    }
    failed = [entry.delivery for entry in entries if entry.delivery.verdict != "delivered"]
    return Result(
        orders,
        kills,
        runs,
        lost=len(wanted - kept),
        delivered_twice=len(again),
        unexplained=sum(not d.message for d in failed if d.cause != "interrupted"),
        more_than_once=sum(times > 1 for times in received.values()),
        failures=dict(Counter(delivery.cause for delivery in failed).most_common()),
        faults={name: times for name, times in sandbox.met.items() if name != "ok"},
    )


def _same(sandbox: Sandbox, entry: Entry | None) -> bool:
    """Whether TikTok's side has what the ledger says was delivered."""
    if entry is None:
        return False
    order = sandbox.orders.get(entry.delivery.order_id)
    return order is not None and order.order_info == orjson.loads(entry.payload)["order_info"]


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--orders", type=int, default=5000)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=7)
    asked = options.parse_args()
    started = time.monotonic()
    with TemporaryDirectory() as place:
        result = soak(Path(place), orders=asked.orders, kills=asked.kills, seed=asked.seed)
    print(json.dumps(vars(result) | {"seconds": round(time.monotonic() - started)}, indent=2))
