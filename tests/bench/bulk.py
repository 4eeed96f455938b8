"""Figures of `orderkit map` over many events: against a hand-written loop, on two cores, on Dask.

Run alone: ``python -m tests.bench.bulk [EVENTS]``. By the clock only figures of a machine
that has nothing else to do mean anything.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson

from orderkit import Mapper, load_settings, samples
from orderkit.jsontext import loads

EVENTS = 1_000_000
Made = TypeVar("Made")


class Spent(NamedTuple):
    """Seconds by the clock, and of all processors."""

    wall: float
    processor: float


STATUSES = {
    "booking_created": "CREATE_ORDER",
    "booking_cancelled": "CANCEL_ORDER",
    "booking_completed": "COMPLETE_ORDER",
    "booking_no_show": "COMPLETE_ORDER",
}
COMMAND = [sys.executable, "-c", "from orderkit.cli import main\nif __name__ == '__main__': main()"]


def write_events(path: Path, number: int) -> None:
    """Write NDJSON of the samples over and over, each event with an id of its own."""
    lines = samples.EVENTS.read_bytes().splitlines()
    ids = [orjson.loads(line)["id"].encode() for line in lines]
    with path.open("wb") as file:
        for index in range(number):
            line = lines[index % len(lines)]
            file.write(line.replace(ids[index % len(lines)], b"B-%d" % index, 1) + b"\n")


def hand_written(source: Path, target: Path) -> None:
    """The loop that somebody would write for the samples' settings: payload lines, or the line."""
    with source.open("rb") as events, target.open("wb") as out:
        for number, line in enumerate(events, start=1):
            try:
                event = orjson.loads(line)
                payload = order_info(event)
            except (ValueError, KeyError, TypeError, IndexError) as error:
                print(f"line {number}: {error!r}", file=sys.stderr)
                continue
            out.write(orjson.dumps({"order_info": payload}) + b"\n")


def order_info(event: dict[str, Any]) -> dict[str, Any]:
    """An event's order_info; an exception where something mandatory is not there."""
    tiktok = event.get("partners", {}).get("tiktok", {})
    hotel, booking, context = event["hotel"], event["booking"], event["context"]
    status = STATUSES[event["event_name"]]
    made = {
        "order_id": text(event["id"]),
        "third_merchant_id": "maison-lune",
        "third_shop_id": text(hotel["id"]),
        "third_shop_name": text(hotel["name"]),
        "order_status": status,
        "order_country": text(hotel["country"]),
        "create_time": seconds(booking["created_at"]),
        "update_time": seconds(context["event_timestamp"]),
    }
    if status == "CANCEL_ORDER":
        if tiktok["initiator"] not in ("MERCHANT", "CUSTOMER"):
            raise ValueError(tiktok["initiator"])
        made["initiator"] = tiktok["initiator"]
    value = made["value"] = {
        "currency": text(event["currency"]).upper(),
        "payment_value": amount(booking["to_pay"]),
        "total_value": amount(booking["total"]),
    }
    extra = made["extra"] = {
        "length_of_stay": whole(booking["nights"]),
        "amount_of_room": whole(booking["rooms"]),
        "check_in_date": day(booking["check_in"]),
        "check_out_date": day(booking["check_out"]),
    }
    item = event["items"][0]
    group: dict[str, Any] = {
        "sku_list": [
            {"third_sku_id": text(item["id"]), "third_sku_name": text(item["product"]["name"])}
        ]
    }
    for key in ("third_spu_id", "third_spu_name"):
        put(group, key, item, key, text)
    made["spu_list"] = [group]
    put(extra, "actual_occupancy", tiktok, "actual_occupancy", whole)
    put(extra, "no_show", tiktok, "no_show", bool)
    put(extra, "cancel_reason", tiktok, "cancel_reason", text)
    if status == "COMPLETE_ORDER":
        for key in ("fulfillment_value", "fulfillment_tax", "fulfillment_service_fee"):
            value[key] = amount(tiktok[key])
        value["commission_value"] = [
            {
                "currency": text(tiktok["commission_currency"]).upper(),
                "commission_base_amount": amount(tiktok["commission_base_amount"]),
            }
        ]
    else:
        for key in ("fulfillment_value", "fulfillment_tax", "fulfillment_service_fee"):
            put(value, key, tiktok, key, amount)
        if tiktok.get("commission_currency"):
            one: dict[str, Any] = {"currency": text(tiktok["commission_currency"]).upper()}
            put(one, "commission_base_amount", tiktok, "commission_base_amount", amount)
            value["commission_value"] = [one]
    put(value, "total_room_fee", tiktok, "total_room_fee", amount)
    put(value, "total_tax", event, "tax_amount", amount)
    put(value, "total_service_fee", tiktok, "total_service_fee", amount)
    put(value, "discounts", tiktok, "discounts", amount)
    put(made, "order_url", context.get("page", {}), "url", text)
    promotion: dict[str, Any] = {}
    put(promotion, "promotion_id", tiktok, "promotion_id", text)
    put(promotion, "description", tiktok, "promotion_description", text)
    put(promotion, "saved_amount", tiktok, "promotion_saved_amount", amount)
    if promotion:
        made["promotion_info"] = promotion
    made["ttoclid"] = text(tiktok["ttoclid"])
    return made


def put(
    holder: dict[str, Any], key: str, source: dict[str, Any], name: str, convert: Callable[..., Any]
) -> None:
    """Set what is optional, where it is there and not blank."""
    value = source.get(name)
    if value is not None and value != "":
        holder[key] = convert(value)


def text(value: Any) -> str:
    """Text that is not blank."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not value.strip():
        raise ValueError("blank")
    return str(value)


def amount(value: Any) -> float:
    """An amount that is not negative."""
    number = value if isinstance(value, int | float) else float(value)
    if number < 0:
        raise ValueError(f"negative {number}")
    return number


def whole(value: Any) -> int:
    """A whole number that is not negative."""
    number = int(value)
    if number < 0 or number != float(value):
        raise ValueError(f"not whole: {value}")
    return number


def seconds(value: Any) -> int:
    """A time in whole seconds."""
    if isinstance(value, str) and not value.isdecimal():
        return int(datetime.fromisoformat(value).timestamp())
    number = int(value)
    return number // 1000 if number >= 10**12 else number


def day(value: str) -> str:
    """A date as YYYY-MM-DD."""
    return datetime.strptime(value, "%Y-%m-%d").strftime("%Y-%m-%d")  # noqa: DTZ007


def mapped(source: Path, target: Path, jobs: int) -> float:
    """Run `orderkit map`; its greatest memory in MB, all of its processes together."""
    import psutil

    command = [*COMMAND, "map", str(source), "--settings", str(samples.SETTINGS)]
    most = 0.0
    with subprocess.Popen([*command, "-o", str(target), "--jobs", str(jobs)]) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            most = max(most, sum(map(memory, [watched, *watched.children(recursive=True)])))
            time.sleep(0.5)
    assert process.returncode == 0
    return most


def memory(process: Any) -> float:
    """What a process holds, in MB; of what several share, its part."""
    import psutil

    try:
        used: float = process.memory_full_info().pss / 1e6
    except psutil.Error:
        return 0.0
    return used


def on_dask(source: Path, folder: Path) -> tuple[Spent, None]:
    """Map on two worker processes of a Dask cluster, which are there already: their time."""
    from distributed import Client, LocalCluster

    from orderkit.bulk import map_files, planning

    planning.PARTITION = source.stat().st_size // 8  # type: ignore[misc]
    settings = load_settings(samples.SETTINGS)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster.scheduler_address, set_as_default=False) as client,
    ):
        client.wait_for_workers(2)
        client.run(Mapper, settings)  # what a worker does once in its life
        before = sum(client.run(time.process_time).values())
        begin = time.perf_counter()
        done = map_files([str(source)], settings, str(folder), scheduler=cluster.scheduler_address)
        wall = time.perf_counter() - begin
        processor = sum(client.run(time.process_time).values()) - before
    assert not done.failed
    return Spent(wall, processor), None


def timed(function: Callable[[], Made]) -> tuple[Spent, Made]:
    """What a call took, of the processes included that it started and ended, and what it gave."""
    begin, before = time.perf_counter(), processor_time()
    made = function()
    return Spent(time.perf_counter() - begin, processor_time() - before), made


def processor_time() -> float:
    """Seconds of processor that this process and those it started and that ended have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def figures(number: int = EVENTS) -> Iterator[tuple[str, float, str]]:
    """What is measured: name, value and unit, one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, by_hand, target = (folder / n for n in ("events.ndjson", "by-hand", "target"))
        write_events(source, number)
        loop, _ = timed(lambda: hand_written(source, by_hand))
        yield "hand-written loop", number / loop.wall, "events/s a core"
        one, most = timed(lambda: mapped(source, target, 1))
        same(by_hand, target)
        yield "orderkit map --jobs 1", number / one.wall, "events/s"
        yield "… its memory", most, "MB"
        yield "… against the loop, by the clock", loop.wall / one.wall, "×"
        yield "… by processor time", loop.processor / one.processor, "×"
        two, most = timed(lambda: mapped(source, target, 2))
        same(by_hand, target)
        yield "orderkit map --jobs 2", number / two.wall, "events/s"
        yield "… its memory, all processes", most, "MB"
        yield "… against --jobs 1, by the clock", one.wall / two.wall, "×"
        yield "… against --jobs 1, by processor time", 2 * one.processor / two.processor, "×"
        dask, _ = on_dask(source, folder / "partitions")
        yield "Dask, two workers", number / dask.wall / 2, "events/s a core"
        yield "… a core against the loop, by the clock", loop.wall / dask.wall / 2, "×"
        yield "… by processor time", loop.processor / dask.processor, "×"


def same(one: Path, other: Path) -> None:
    """Make sure that both say the same: whoever is quicker has done the same work."""
    with one.open("rb") as left, other.open("rb") as right:
        for number, (mine, theirs) in enumerate(zip(left, right, strict=True)):
            if number % 101 == 0:
                assert loads(mine) == loads(theirs)


if __name__ == "__main__":
    for what, value, unit in figures(int(sys.argv[1]) if sys.argv[1:] else EVENTS):
        print(f"{what:45} {value:12,.2f} {unit}", flush=True)
