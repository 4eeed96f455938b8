"""Sends many orders through a sandbox that fails at random, while the sender is killed and stopped.

``python -m tests.soak --orders 20000 --kills 200`` prints what came of it. The same command is run
until every order has its verdict: killed (SIGKILL), ended (SIGTERM), and held for a while (SIGSTOP)
in its midst, with a second sender beside it. What it promises is then counted, at both ends of the
wire.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from orderkit.events import samples
from orderkit.events.jsontext import dumps
from orderkit.sandbox import Sandbox
from orderkit.sending.ledger import Entry, Ledger

#: Every fault there is, with waits short enough for many of them.
FAULTS = (
    *("slow(0.05)", "timeout", "refused(0.1)", "reset_before", "reset_after"),
    *("throttled_seconds(0)", "throttled_date(0)", "server_error(500)", "server_error(503)"),
    *("unauthorized", "error_code", "no_json", "answer_lost"),
)
_MOST_ROUNDS = 40
#: Each so many-th order comes again in an older update, behind the newer one.
_STALE: Final = 5
_DAY: Final = 86_400_000
#: Calls that one second may have besides those of the pace: what was under way, and a new sender's.
_ALLOWED: Final = 12


@dataclass(frozen=True)
class Result:
    """What a run came to.

    kills, ends:     how often a sender was killed, and how often it was asked to end
    pauses:          how often it was held for a while
    refused:         how often a second sender was turned away, as the ledger was in use
    lost:            orders that are not delivered in the end, by the ledger or at TikTok's side
    delivered_twice: orders that were sent again after the ledger had them as delivered
    outdated_sent:   updates that were sent after a newer one of their order was delivered
    bursts:          seconds in which more calls came than the pace allows
    unexplained:     failed tries without a cause or without a message
    more_than_once:  orders that TikTok's side received more than once: their answers were lost
    """

    orders: int
    kills: int
    ends: int
    pauses: int
    refused: int
    runs: int
    lost: int
    delivered_twice: int
    outdated_sent: int
    bursts: int
    unexplained: int
    more_than_once: int
    failures: dict[str, int]
    faults: dict[str, int]


def soak(
    folder: Path, *, orders: int, kills: int, seed: int = 7, share: float = 0.2, rate: float = 300
) -> Result:
    """Send, kill and send again, until all is delivered; every second kill is a SIGTERM."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    (folder / "events.ndjson").write_bytes(_with_stale(orders))
    (folder / "other.sqlite").symlink_to(folder / "ledger.sqlite")
    with Sandbox() as sandbox:
        written = samples.SETTINGS.read_text(encoding="utf-8").partition("[connection]")[0]
        connection = f'\n[connection]\nendpoint_url = "{sandbox.order_url}"\n'
        connection += f'token_url = "{sandbox.token_url}"\nmerchant_id = "soak"\n'
        (folder / "settings.toml").write_text(written + connection, encoding="utf-8")
        sandbox.random_faults(seed, share, FAULTS)
        done: Counter[str] = Counter()
        while done["kills"] + done["ends"] < kills:
            done["runs"] += 1
            process = _start(folder, rate)
            # From the first call on: the sender has just begun, or is in the midst of it.
            enough = len(sandbox.received) + chance.randint(0, orders // kills)
            _wait(process, sandbox, enough, chance)
            if process.poll() is None and done["runs"] % 4 == 1:
                process, refused = _second(process, _start(folder, rate, "other.sqlite"))
                done["refused"] += refused
            if process.poll() is None and done["runs"] % 3 == 1:
                done["pauses"] += _held(process, chance.uniform(0.2, 1.5))
                _wait(process, sandbox, len(sandbox.received) + 5, chance)
            if process.poll() is None:
                number, name = (
                    (signal.SIGKILL, "kills") if done["runs"] % 2 else (signal.SIGTERM, "ends")
                )
                process.send_signal(number)
                done[name] += 1
            if process.wait(timeout=600) == 0:
                break
        for _ in range(_MOST_ROUNDS):
            done["runs"] += 1
            if _start(folder, rate).wait(timeout=3600) == 0:
                break
        return _counted(folder, sandbox, orders, done, rate)


def _with_stale(orders: int) -> bytes:
    """Bookings, and behind them older updates of some of them."""
    bookings = samples.bookings(orders)
    stale = []
    for line in bookings.splitlines()[::_STALE]:
        event = orjson.loads(line)
        moment = event["context"]["event_timestamp"]
        if isinstance(moment, int):
            event["context"]["event_timestamp"] = moment - _DAY
            event["context"]["page"]["url"] += "&stale"
            stale.append(dumps(event) + b"\n")
    return bookings + b"".join(stale)


def _wait(
    process: "subprocess.Popen[bytes]", sandbox: Sandbox, enough: int, chance: random.Random
) -> None:
    while process.poll() is None and len(sandbox.received) < enough:
        time.sleep(chance.uniform(0, 0.004))


def _second(
    first: "subprocess.Popen[bytes]", second: "subprocess.Popen[bytes]"
) -> tuple["subprocess.Popen[bytes]", int]:
    """Whichever of two senders goes on, and 1 if the other was refused; both may be at an end."""
    while first.poll() is None and second.poll() is None:
        time.sleep(0.01)
    ended, other = (first, second) if first.poll() is not None else (second, first)
    return other, int(ended.returncode == 2)


def _held(process: "subprocess.Popen[bytes]", seconds: float) -> int:
    """Hold a process for a while; 1, as that was a pause."""
    process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    process.send_signal(signal.SIGCONT)
    return 1


def _start(folder: Path, rate: float, ledger: str = "ledger.sqlite") -> "subprocess.Popen[bytes]":
    command = "from orderkit.cli import main; main()"
    return subprocess.Popen(
        [
            *(sys.executable, "-c", command, "send", "events.ndjson"),
            *("--settings", "settings.toml", "--to", "live", "--yes", "--rate", str(rate)),
            *("--ledger", ledger, "--report", f"{ledger}.report.ndjson", "--timeout", "0.5"),
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


def _counted(
    folder: Path, sandbox: Sandbox, orders: int, done: Counter[str], rate: float
) -> Result:
    with Ledger(folder / "ledger.sqlite") as ledger:
        entries = ledger.entries()[::-1]
    histories: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.payload:
            histories.setdefault(entry.delivery.order_id, []).append(entry)
    received = Counter(order.order_id for order in sandbox.received)
    wanted = {f"B-{at:06}" for at in range(orders)}
    kept = {order_id for order_id in wanted if _same(sandbox, histories.get(order_id, []))}
    failed = [entry.delivery for entry in entries if entry.delivery.verdict != "delivered"]
    return Result(
        orders,
        *(done[name] for name in ("kills", "ends", "pauses", "refused", "runs")),
        lost=len(wanted - kept),
        delivered_twice=sum(map(_sent_again, histories.values())),
        outdated_sent=sum(map(_outdated, histories.values())),
        bursts=_bursts([order.at for order in sandbox.received], rate),
        unexplained=sum(not d.message for d in failed if d.cause != "interrupted"),
        more_than_once=sum(times > 1 for times in received.values()),
        failures=dict(Counter(delivery.cause for delivery in failed).most_common()),
        faults={name: times for name, times in sandbox.met.items() if name != "ok"},
    )


def _update_time(entry: Entry) -> int:
    return int(orjson.loads(entry.payload)["order_info"]["update_time"])


def _sent_again(history: list[Entry]) -> int:
    """How often a payload was sent that had been delivered, and that nothing replaced."""
    standing, again = b"", 0
    for entry in history:
        again += entry.payload == standing
        if entry.delivery.verdict == "delivered":
            standing = entry.payload
    return again


def _outdated(history: list[Entry]) -> int:
    """How often an update was sent after a newer one was delivered."""
    newest, sent = 0, 0
    for entry in history:
        sent += _update_time(entry) < newest
        if entry.delivery.verdict == "delivered":
            newest = max(newest, _update_time(entry))
    return sent


def _bursts(moments: list[float], rate: float) -> int:
    """In how many of the seconds that begin with a call more came than the pace allows."""
    moments = sorted(moments)
    return sum(
        bisect_right(moments, moment + 1) - at > rate + _ALLOWED
        for at, moment in enumerate(moments)
    )


def _same(sandbox: Sandbox, history: list[Entry]) -> bool:
    """Whether TikTok's side has the newest update, and the ledger says that it was delivered."""
    delivered = [entry for entry in history if entry.delivery.verdict == "delivered"]
    if not delivered:
        return False
    last: Any = orjson.loads(delivered[-1].payload)["order_info"]
    order = sandbox.orders.get(last["order_id"])
    newest = max(map(_update_time, history))
    return order is not None and order.order_info == last and last["update_time"] == newest


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--orders", type=int, default=5000)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--rate", type=float, default=300)
    asked = options.parse_args()
    started = time.monotonic()
    with TemporaryDirectory() as place:
        result = soak(
            Path(place), orders=asked.orders, kills=asked.kills, seed=asked.seed, rate=asked.rate
        )
    print(json.dumps(vars(result) | {"seconds": round(time.monotonic() - started)}, indent=2))
