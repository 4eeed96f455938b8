"""Orders on their way: a few at once, the verdicts in order, no order overtaken by its own past."""

import asyncio
import math
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from orderkit.mapping.results import EventResult
from orderkit.sending.client import Client
from orderkit.sending.delivery import OUTCOMES
from orderkit.sending.failure_streak import FailureStreak
from orderkit.sending.reading import ReadAhead
from orderkit.sending.results import SendResult, plan_sending
from orderkit.sending.target_ledger import TargetLedger

#: So many results are looked at ahead of the oldest that has no verdict yet: one order that waits
#: for a retry does not hold up the others.
_AHEAD: Final = 256
#: So many more are read ahead of those.
_READ_AHEAD: Final = 32


async def send_all(
    results: Iterable[EventResult],
    client: Client | None,
    url: str | None,
    ledger: TargetLedger | None = None,
    *,
    seconds: float = math.inf,
) -> AsyncGenerator[SendResult, None]:
    """The verdict of each result, in order; a few orders are on their way at once.

    `results` are read as far as needed, in a thread of their own. Payloads of one order never
    overtake each other. The run is over after so many `seconds`, when each further order would fail
    for the same reason, or when `HOPELESS` orders in a row came to nothing in the same way; like
    `client.stop()`, that lets calls under way end, and what was not begun by then is not among the
    verdicts.
    """
    loop = asyncio.get_running_loop()
    url = client.endpoint.order_url if client else url
    reader = ReadAhead(results, _READ_AHEAD)
    streak = FailureStreak()
    latest: dict[str, asyncio.Task[SendResult]] = {}
    begun: asyncio.Queue[asyncio.Task[SendResult] | None] = asyncio.Queue(_AHEAD)
    tasks: set[asyncio.Task[Any]] = set()
    failed: list[Exception] = []

    async def begin_all() -> None:
        try:
            async for result in reader:
                if client and client.stopped:
                    break
                planned = plan_sending(result, url)
                before = latest.get(planned.order_id)
                task = loop.create_task(_send(planned, client, ledger, streak, before))
                tasks.add(task)
                if planned.request and client:
                    latest[planned.order_id] = task
                    task.add_done_callback(partial(_forget, latest, planned.order_id))
                await begun.put(task)
                # Calls under way are not to wait for us.
                await asyncio.sleep(0)
        except Exception as error:
            failed.append(error)
        # What came before a failure is still to get its verdict.
        await begun.put(None)

    async def end_when_stopped(client: Client) -> None:
        await client.until_stopped()
        reader.end()

    tasks.add(loop.create_task(begin_all()))
    over = None
    if client:
        tasks.add(loop.create_task(end_when_stopped(client)))
        over = loop.call_later(seconds, client.stop) if seconds < math.inf else None
    try:
        while task := await begun.get():
            sent = await task
            tasks.discard(task)
            if sent.begun:
                yield sent
        if failed:
            raise failed[0]
    finally:
        reader.end()
        if over:
            over.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _forget(
    latest: dict[str, asyncio.Task[SendResult]], order_id: str, task: asyncio.Task[SendResult]
) -> None:
    if latest.get(order_id) is task:
        del latest[order_id]


async def _send(
    planned: SendResult,
    client: Client | None,
    ledger: TargetLedger | None,
    streak: FailureStreak,
    before: asyncio.Task[SendResult] | None,
) -> SendResult:
    if before:
        await asyncio.wait([before])
    request = planned.request
    if request is None:
        if ledger:
            ledger.note(planned)
        return planned
    if client is None:
        if ledger:
            ledger.ledger.rehearse(ledger.target, request, planned.entry.event)
        return planned
    if ledger and (held_back := ledger.held_back(planned, request)):
        return held_back
    number = 0

    def begin() -> None:
        nonlocal number
        number = ledger.ledger.begin(ledger.target, request, planned.entry.event) if ledger else 0

    delivery = await client.send(request, on_start=begin)
    sent = replace(
        planned,
        verdict=delivery.verdict,
        message=delivery.message,
        next_step="" if delivery.verdict == "delivered" else delivery.next_step,
        delivery=delivery,
        request=None,
    )
    if ledger and sent.begun:
        # Without a token no call was begun; that it failed is to be seen all the same.
        if not number:
            begin()
        ledger.ledger.end(number, delivery)
    streak.add(delivery)
    if OUTCOMES[delivery.cause].ends_run or streak.hopeless:
        client.stop()
    return sent
