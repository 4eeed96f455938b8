"""Sending by the ledger: what is skipped, in which order payloads go, how a run ends."""

import asyncio
import math
import sqlite3
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager, closing
from itertools import count, islice, pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from orderkit import Mapped, Mapper, Settings, load_settings
from orderkit.errors import EventsError, LedgerError
from orderkit.events import samples
from orderkit.events.reader import EventLine
from orderkit.mapping.results import EventResult
from orderkit.sandbox import Sandbox
from orderkit.sending.client import Client, Endpoint, Policy, Wait
from orderkit.sending.credentials import AccessToken, Credentials
from orderkit.sending.failure_streak import HOPELESS
from orderkit.sending.in_flight import send_all
from orderkit.sending.ledger import Ledger
from orderkit.sending.reading import ReadAhead
from orderkit.sending.results import SendResult
from orderkit.sending.run import Run
from orderkit.sending.target_ledger import TargetLedger
from tests.sending.server import OK, Got, Script, Step, answer, serving
from tests.sending.support import FIXED, endpoint_of

MAPPER = Mapper(load_settings(samples.SETTINGS))
SAMPLES = samples.sample_events()
ONE = MAPPER.map(SAMPLES["created"])


def order(order_id: str, total: float = 450, situation: str = "created") -> Mapped:
    """A booking under an id of its own."""
    event = SAMPLES[situation]
    booking = event["booking"] | {"total": total, "to_pay": total}
    mapped = MAPPER.map(event | {"id": order_id, "booking": booking})
    assert mapped.outcome == "mapped"
    return mapped


def result_of(index: int, mapped: Mapped | None, error: str = "") -> EventResult:
    """A result as it comes of a file."""
    return EventResult(EventLine(index, None, None, error), mapped)


def numbered(orders: Iterable[Mapped]) -> Iterator[EventResult]:
    """Results as they are read from a file."""
    for index, mapped in enumerate(orders):
        yield result_of(index, mapped)


def endless(seen: list[int]) -> Iterator[EventResult]:
    """Bookings without end; `seen` gets the index of each that was asked for."""
    for index in count():
        seen.append(index)
        yield result_of(index, order(f"B-{index}"))


def quick(sandbox: Sandbox, **policy: Any) -> Client:
    """A client for a sandbox, without a pace and without waits."""
    return Client(
        Endpoint(sandbox.order_url, sandbox.token_url, "merchant"),
        Credentials.of("key-of-tests", "secret-of-tests"),
        Policy(**{"rate": math.inf, "backoff_initial": 0, "timeout": 5, **policy}),
    )


def sent(
    orders: Iterable[Mapped] | Iterator[EventResult],
    sandbox: Sandbox,
    book: TargetLedger | None = None,
    **policy: Any,
) -> list[SendResult]:
    """The verdicts of one run."""

    async def run() -> list[SendResult]:
        async with quick(sandbox, **policy) as client:
            return [entry async for entry in send_all(numbered(orders), client, None, book)]

    return asyncio.run(run())


def verdicts(run: list[SendResult]) -> list[str]:
    return [entry.verdict for entry in run]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as ledger:
        yield ledger


# -- what is sent again, and what is not


def test_what_was_delivered_is_skipped(sandbox: Sandbox, ledger: Ledger) -> None:
    """The same orders again are skipped with the moment and log_id, and nothing goes out."""
    orders = [order("A"), order("B")]
    assert verdicts(sent(orders, sandbox, TargetLedger(ledger, "here"))) == ["delivered"] * 2
    again = sent(orders, sandbox, TargetLedger(ledger, "here"))
    assert verdicts(again) == ["skipped"] * 2
    assert all(entry.done for entry in again)
    first = ledger.entries()[-1]
    assert f"log_id {first.delivery.log_id}" in again[0].message
    assert [got.order_id for got in sandbox.received] == ["A", "B"]
    assert len(ledger.entries()) == 2


def test_force_sends_again(sandbox: Sandbox, ledger: Ledger) -> None:
    """With force, what was delivered is delivered again, also within one file."""
    sent([order("A")], sandbox, TargetLedger(ledger, "here"))
    forced = sent([order("A"), order("A")], sandbox, TargetLedger(ledger, "here", force=True))
    assert verdicts(forced) == ["delivered"] * 2
    assert len(sandbox.received) == 3


@pytest.mark.parametrize(
    ("other", "target"),
    [
        (order("A", total=451), "here"),
        (order("A", situation="cancelled by guest"), "here"),
        (order("A"), "elsewhere"),
        (order("a"), "here"),
    ],
    ids=["payload", "status", "target", "id"],
)
def test_anything_else_is_sent(
    sandbox: Sandbox, ledger: Ledger, other: Mapped, target: str
) -> None:
    """Another payload, status, target or order id is another delivery."""
    sent([order("A")], sandbox, TargetLedger(ledger, "here"))
    assert verdicts(sent([other], sandbox, TargetLedger(ledger, target))) == ["delivered"]
    assert len(sandbox.received) == 2


def test_the_same_order_twice_in_one_file_is_sent_once(sandbox: Sandbox, ledger: Ledger) -> None:
    """Of equal orders in one run the first is delivered, and the others are skipped."""
    run = sent(
        [order("A"), order("A"), order("B"), order("A")], sandbox, TargetLedger(ledger, "here")
    )
    assert verdicts(run) == ["delivered", "skipped", "delivered", "skipped"]
    assert Counter(got.order_id for got in sandbox.received) == {"A": 1, "B": 1}


def test_the_same_order_twice_is_tried_twice_when_the_first_fails(
    sandbox: Sandbox, ledger: Ledger
) -> None:
    """What was not delivered the first time is sent when the same comes again in the file."""
    sandbox.script("error_code")
    run = sent([order("A"), order("A")], sandbox, TargetLedger(ledger, "here"))
    assert verdicts(run) == ["rejected", "delivered"]


def test_unknown_and_rejected_are_told_apart_and_sent_again(
    sandbox: Sandbox, ledger: Ledger
) -> None:
    """A lost answer is unknown, an error rejected; the same command again delivers both, once."""
    sandbox.script("answer_lost, error_code, ok, server_error")
    orders = [order(name) for name in "ABCD"]
    first = sent(orders, sandbox, TargetLedger(ledger, "here"), in_flight=1, attempts=1)
    assert verdicts(first) == ["unknown", "rejected", "delivered", "failed"]
    assert all(entry.message and entry.next_step for entry in first if not entry.done)
    causes = {group[0].delivery.cause for group in ledger.unsettled()}
    assert causes == {"broken_connection", "rejected_by_code", "http_5xx"}
    second = sent(orders, sandbox, TargetLedger(ledger, "here"))
    assert verdicts(second) == ["delivered", "delivered", "skipped", "delivered"]
    assert ledger.unsettled() == []


def test_an_interrupted_order_is_sent_again(sandbox: Sandbox, ledger: Ledger) -> None:
    """An order of which only the beginning is written down is sent again."""
    mapped = order("A")
    assert mapped.payload is not None
    ledger.begin("here", quick(sandbox).request(mapped.payload))
    assert verdicts(sent([mapped], sandbox, TargetLedger(ledger, "here"))) == ["delivered"]
    latest, interrupted = ledger.entries()
    assert (latest.delivery.verdict, interrupted.delivery.verdict) == ("delivered", "unknown")
    assert latest.payload == interrupted.payload


def test_what_is_not_sent_is_counted(sandbox: Sandbox, ledger: Ledger) -> None:
    """Filtered events are counted, invalid and unreadable ones are entries of their own."""
    damaged = MAPPER.map(samples.damaged_events()["initiator misspelled"])
    filtered = MAPPER.map({"event_name": "page_view"})
    results: list[EventResult] = [
        result_of(0, damaged),
        result_of(1, None, "no JSON"),
        result_of(2, filtered),
    ]

    async def run() -> list[SendResult]:
        async with quick(sandbox) as client:
            book = TargetLedger(ledger, "here")
            return [entry async for entry in send_all(iter(results), client, None, book)]

    assert verdicts(asyncio.run(run())) == ["invalid", "invalid", "filtered"]
    assert ledger.counts()[0] == {"invalid": 2, "filtered": 1}
    assert [group[0].delivery.code for group in ledger.unsettled()] == [
        "unreadable",
        "missing order_info.initiator",
    ]
    assert "page_view" in next(iter(ledger.reasons()))


def test_the_ledger_has_what_went_over_the_wire(sandbox: Sandbox, ledger: Ledger) -> None:
    """Address and body of an entry are those of the call, and no secret is in it."""
    run = sent([order("A")], sandbox, TargetLedger(ledger, "here"))
    (entry,) = ledger.entries()
    assert entry.url == sandbox.order_url
    assert orjson.loads(entry.payload)["order_info"] == sandbox.orders["A"].order_info
    assert entry.delivery == run[0].delivery
    assert "secret-of-tests" not in repr(entry)
    assert "Bearer ••••••" in entry.delivery.request


def test_a_failed_token_call_is_in_the_ledger(ledger: Ledger) -> None:
    """An order for which no token was to be had is an entry, though no call was made for it."""
    with Sandbox(clients={"other-key": "other-secret"}) as strict:
        run = sent([order("A")], strict, TargetLedger(ledger, "here"))
    (entry,) = ledger.entries()
    assert (entry.delivery.verdict, entry.delivery.cause) == ("failed", "credentials")
    assert entry.ended_at is not None
    assert run[0].delivery == entry.delivery


# -- in which order


def test_verdicts_come_in_the_order_of_the_events(sandbox: Sandbox) -> None:
    """However long single orders take, their verdicts come as the events came."""
    sandbox.script("slow(0.2), server_error*3, ok*4, slow(0.1), reset_before*2")
    run = sent([order(f"B-{at}") for at in range(30)], sandbox)
    assert [entry.index for entry in run] == list(range(30))
    assert verdicts(run) == ["delivered"] * 30


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_payloads_of_one_order_never_overtake(sandbox: Sandbox, ledger: Ledger, seed: int) -> None:
    """Under faults, the versions of an order reach the endpoint as they stand in the file."""
    faults = ("slow(0.02)", "server_error(503)", "reset_before", "answer_lost", "no_json")
    sandbox.random_faults(seed, 0.4, faults)
    orders = [order(name, total) for total in range(100, 108) for name in "ABCDE"]
    run = sent(orders, sandbox, TargetLedger(ledger, "here"), attempts=3)
    assert len(run) == 40
    for name in "ABCDE":
        (receipt,) = sandbox.orders[name].history
        came = [body.order_info["value"]["total_value"] for body in receipt.bodies]
        assert came == sorted(came)
        entries = [e for e in reversed(ledger.entries()) if e.delivery.order_id == name]
        for before, after in pairwise(entries):
            assert before.ended_at is not None
            assert before.ended_at <= after.started_at


def test_statuses_of_one_order_never_overtake(sandbox: Sandbox) -> None:
    """A cancellation waits for the creation that stands before it, however slow that is."""
    sandbox.script("slow(0.3)")
    orders = [order("A"), order("A", situation="cancelled by guest"), order("B")]
    sent(orders, sandbox)
    mine = [got.order_status for got in sandbox.received if got.order_id == "A"]
    assert mine == ["CREATE_ORDER", "CANCEL_ORDER"]
    assert sandbox.orders["A"].order_status == "CANCEL_ORDER"


# -- how far it reads


def test_a_stream_is_read_as_far_as_needed(sandbox: Sandbox) -> None:
    """Of events without end, no more are read than are on their way."""
    seen: list[int] = []

    async def run() -> list[SendResult]:
        taken = []
        async with quick(sandbox) as client:
            sending = send_all(endless(seen), client, None)
            async for entry in sending:
                taken.append(entry)
                if len(taken) == 20:
                    break
            await sending.aclose()  # type: ignore[attr-defined]
        return taken

    assert verdicts(asyncio.run(run())) == ["delivered"] * 20
    assert len(seen) <= 300


def test_an_order_that_waits_holds_up_no_other(ledger: Ledger) -> None:
    """While one order has no answer, those behind it are sent, but only so many are read."""
    seen: list[int] = []
    read_meanwhile: list[int] = []

    async def run() -> list[SendResult]:
        released, others = asyncio.Event(), 0

        def step(got: Got) -> Step:
            nonlocal others
            if _id(got) == "B-0":
                return Step(OK.raw, until=released)
            others += 1
            if others == 200:
                asyncio.get_running_loop().call_later(0.2, release)
            return OK

        def release() -> None:
            read_meanwhile.append(len(seen))
            released.set()

        async with _scripted([step]) as client:
            events = islice(endless(seen), 400)
            return [
                entry
                async for entry in send_all(events, client, None, TargetLedger(ledger, "here"))
            ]

    taken = asyncio.run(run())
    assert [entry.index for entry in taken] == list(range(400))
    assert verdicts(taken) == ["delivered"] * 400
    assert read_meanwhile[0] <= 300


# -- how a run ends


def _id(got: Got) -> str:
    return str(orjson.loads(got.body)["order_info"]["order_id"])


async def _for_ever(_seconds: float) -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def _scripted(
    script: Script, on_wait: Callable[[Wait], None] | None = None, **policy: Any
) -> AsyncIterator[Client]:
    """A client of a scripted server, whose waits never end by themselves."""
    async with serving(script) as server:
        bounds = Policy(**{"rate": math.inf, "timeout": 30, "total_seconds": 600, **policy})
        async with Client(
            endpoint_of(server), FIXED, bounds, on_wait=on_wait, sleep=_for_ever, chance=lambda: 1.0
        ) as client:
            yield client


def test_a_stop_ends_waits_and_lets_calls_end(ledger: Ledger) -> None:
    """At a stop, waits end at once, a call under way gets its answer, and no other is begun."""
    waits: list[Wait] = []

    async def run() -> list[SendResult]:
        answered = asyncio.Event()

        def step(got: Got) -> Step:
            busy = answer({}, 503)
            return Step(OK.raw, until=answered) if _id(got) == "B-0" else busy

        def told(wait: Wait) -> None:
            waits.append(wait)
            if len(waits) == 2:
                client.stop()
                asyncio.get_running_loop().call_later(0.05, answered.set)

        async with _scripted([step], told, in_flight=3) as client:
            return [
                e async for e in send_all(endless([]), client, None, TargetLedger(ledger, "here"))
            ]

    run_sent = asyncio.run(run())
    assert verdicts(run_sent) == ["delivered", "failed", "failed"]
    assert all("stopped before another try" in entry.message for entry in run_sent[1:])
    written = {e.delivery.order_id: e.delivery.verdict for e in ledger.entries()}
    assert written == {"B-0": "delivered", "B-1": "failed", "B-2": "failed"}
    assert all(entry.ended_at for entry in ledger.entries())


def test_a_stop_keeps_the_order_of_payloads(ledger: Ledger) -> None:
    """When an order is stopped in a wait, what follows for the same order is not sent either."""

    async def run() -> list[SendResult]:
        def told(_: Wait) -> None:
            client.stop()

        async with _scripted([answer({}, 503)], told) as client:
            orders = numbered([order("A", 100), order("A", 101)])
            return [
                entry
                async for entry in send_all(orders, client, None, TargetLedger(ledger, "here"))
            ]

    assert verdicts(asyncio.run(run())) == ["failed"]
    assert len(ledger.entries()) == 1


def test_a_run_ends_when_its_time_is_over(ledger: Ledger) -> None:
    """Events without end, at an endpoint that only wants us to wait, end with the run's time."""

    async def run() -> list[SendResult]:
        async with _scripted([answer({}, 429, Retry_After="5")]) as client:
            sending = send_all(endless([]), client, None, TargetLedger(ledger, "here"), seconds=0.2)
            taken = [entry async for entry in sending]
            assert client.stopped
            return taken

    taken = asyncio.run(run())
    assert {entry.verdict for entry in taken} <= {"failed"}
    assert len(taken) == len(ledger.entries()) <= Policy().in_flight


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (Credentials.of("key-of-tests", "not-the-secret"), "credentials"),
        (AccessToken.of("not-a-token-4711", "in the tests"), "http_401"),
    ],
)
def test_a_run_ends_when_each_order_would_fail(
    ledger: Ledger, given: Credentials | AccessToken, cause: str
) -> None:
    """Wrong credentials end a run of events without end: no more orders fail than are in flight."""
    with Sandbox(clients={"key-of-tests": "secret-of-tests"}) as strict:

        async def run() -> list[SendResult]:
            endpoint = Endpoint(strict.order_url, strict.token_url, "merchant")
            async with Client(endpoint, given, Policy(rate=math.inf)) as client:
                book = TargetLedger(ledger, "here")
                return [entry async for entry in send_all(endless([]), client, None, book)]

        taken = asyncio.run(run())
    assert 1 <= len(taken) <= Policy().in_flight
    assert {entry.delivery and entry.delivery.cause for entry in taken} == {cause}
    assert len(ledger.entries()) == len(taken)
    assert strict.orders == {}


def test_an_order_out_of_time_does_not_end_the_run() -> None:
    """An order whose own time runs out fails alone: the next one has a time of its own."""
    seconds = 0.0

    async def sleep(length: float) -> None:
        nonlocal seconds
        seconds += length

    async def run() -> list[SendResult]:
        tokens: Script = [
            answer({"access_token": "access-0001", "expires_in": 432_000}),
            answer({}, 503, Retry_After="0.6"),
            answer({"access_token": "access-0002", "expires_in": 432_000}),
        ]
        async with serving([answer({}, 503), answer({}, 401), OK], tokens) as server:
            credentials = Credentials.of("key-of-tests", "secret-of-tests")
            policy = Policy(rate=math.inf, in_flight=1, total_seconds=1, backoff_initial=0.5)
            async with Client(
                endpoint_of(server),
                credentials,
                policy,
                clock=lambda: seconds,
                sleep=sleep,
                chance=lambda: 0.99,
            ) as client:
                orders = numbered([order("A"), order("B")])
                return [entry async for entry in send_all(orders, client, None)]

    first, second = asyncio.run(run())
    assert first.delivery is not None
    assert (first.verdict, first.delivery.cause) == ("failed", "no_time_left")
    assert second.verdict == "delivered"


def test_nothing_is_sent_that_cannot_be_written_down(sandbox: Sandbox, tmp_path: Path) -> None:
    """When the ledger takes no more, the run ends in a LedgerError, and no order goes out."""
    with Ledger(tmp_path / "l") as ledger:
        with closing(sqlite3.connect(tmp_path / "l")) as rows:
            rows.execute(
                "CREATE TRIGGER full BEFORE INSERT ON delivery"
                " WHEN (SELECT count(*) FROM delivery) >= 5"
                " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
            )
            rows.commit()
        with pytest.raises(LedgerError, match="the disk is full"):
            sent([order(f"B-{at}") for at in range(100)], sandbox, TargetLedger(ledger, "here"))
        written = {entry.delivery.order_id for entry in ledger.entries()}
        assert {got.order_id for got in sandbox.received} <= written
        assert len(written) == 5


def test_an_endpoint_that_is_down_ends_the_run(ledger: Ledger) -> None:
    """After 20 orders in a row that came to nothing in the same way, no other is begun."""
    with Sandbox() as closed:
        pass
    seen: list[int] = []

    async def run() -> list[SendResult]:
        async with quick(closed, attempts=1) as client:
            book = TargetLedger(ledger, "down")
            return [entry async for entry in send_all(endless(seen), client, None, book)]

    done = asyncio.run(run())
    assert set(verdicts(done)) == {"failed"}
    assert HOPELESS <= len(done) <= len(seen) < 3 * HOPELESS + 256


def test_a_file_is_left_alone_too_when_the_endpoint_is_down() -> None:
    """A file that is read to its end long before its orders are sent ends like a longer one."""
    with Sandbox() as closed:
        pass
    done = sent([order(f"B-{at}") for at in range(200)], closed, attempts=1)
    assert set(verdicts(done)) == {"failed"}
    assert HOPELESS <= len(done) < 2 * HOPELESS


def test_a_success_between_failures_goes_on(sandbox: Sandbox) -> None:
    """Only failures in a row count: a run through many of them goes on when some get through."""
    sandbox.script(", ".join(["server_error*15, ok"] * 4))
    done = sent([order(f"B-{at}") for at in range(64)], sandbox, attempts=1, in_flight=1)
    assert len(done) == 64
    assert Counter(verdicts(done)) == {"failed": 60, "delivered": 4}


# -- a run as commands and forms have it


def run_of(sandbox: Sandbox, results: Iterable[EventResult], **how: Any) -> Run:
    return Run(results, MAPPER.settings, "sandbox", sandbox=sandbox, **how)


def test_a_run_is_stopped_from_another_thread(sandbox: Sandbox, ledger: Ledger) -> None:
    """Stopped anywhere, before it began as well, it lets calls under way end and says why."""

    async def send(run: Run, after: int) -> list[SendResult]:
        found = []
        async with aclosing(run.verdicts()) as verdicts:
            async for entry in verdicts:
                found.append(entry)
                if len(found) == after:
                    await asyncio.to_thread(run.stop)
        return found

    run = run_of(sandbox, endless([]), ledger=ledger)
    found = asyncio.run(send(run, 3))
    assert run.stopped == "by hand"
    assert not run.all_done
    assert 3 <= len(found) == run.counts["delivered"] == len(sandbox.received)
    early = run_of(sandbox, endless([]), ledger=ledger)
    early.stop()
    assert asyncio.run(send(early, 0)) == []
    assert early.stopped == "by hand"


def test_a_source_that_pauses_holds_up_nothing(sandbox: Sandbox) -> None:
    """Verdicts come while the next event is waited for, and a stop ends the run at once."""
    go_on = threading.Event()

    def paused() -> Iterator[EventResult]:
        yield result_of(0, order("B-0"))
        yield result_of(1, order("B-1"))
        go_on.wait(30)
        yield result_of(2, order("B-2"))

    run = run_of(sandbox, paused())

    async def send() -> list[int]:
        found = []
        async for entry in run.verdicts():
            found.append(entry.index)
            if len(found) == 2:
                run.stop()
        return found

    try:
        assert asyncio.run(send()) == [0, 1]
        assert not go_on.is_set()
    finally:
        go_on.set()


def test_what_the_source_raises_ends_the_run(sandbox: Sandbox) -> None:
    """A file that breaks off in its middle is told after the verdicts of what came before."""

    def broken() -> Iterator[EventResult]:
        yield result_of(0, order("B-0"))
        raise EventsError("events.ndjson: broken off")

    found: list[str] = []

    async def send() -> None:
        async for entry in run_of(sandbox, broken()).verdicts():
            found.append(entry.verdict)  # noqa: PERF401 - what came before it breaks off counts

    with pytest.raises(EventsError, match="broken off"):
        asyncio.run(send())
    assert found == ["delivered"]


def test_any_number_is_read_in_its_order() -> None:
    """However many items a source has, all come, in order, and not many more than are asked for."""
    seen: list[int] = []

    def source() -> Iterator[int]:
        for number in range(1_000):
            seen.append(number)
            yield number

    async def read() -> list[int]:
        ahead = ReadAhead(source(), 10)
        first = await anext(ahead)
        await asyncio.sleep(0.05)
        assert len(seen) <= 11
        return [first] + [number async for number in ahead]

    assert asyncio.run(read()) == list(range(1_000))


def test_filtered_events_leave_nothing_of_themselves(sandbox: Sandbox, tmp_path: Path) -> None:
    """The ledger counts filtered events by the rule that kept them, without what they hold."""
    data = load_settings(samples.SETTINGS).model_dump(exclude_unset=True)
    person = "guest@example.org"
    event = samples.sample_events()["created"]
    event["user"] = {"email": person, "consent_categories": [person]}
    rules: list[tuple[dict[str, Any], str]] = [
        ({"consent": "ads"}, 'no consent to category "ads"'),
        (
            {"condition": [{"property": "user.email", "operator": "ends with", "value": ".com"}]},
            'the filter\'s condition is not met: `user.email` ends with ".com"',
        ),
        (
            {"formula": "user.email"},
            "the filter's formula does not hold: user.email",
        ),
    ]
    path = tmp_path / "ledger"
    for rule, _said in rules:
        settings = Settings.model_validate(data | {"filter": rule})
        (result,) = Mapper(settings).results([EventLine(0, 1, event)])
        assert person in (result.mapped.reason if result.mapped else "")
        with Ledger(path) as ledger:
            run = Run([result], settings, "sandbox", ledger, sandbox=sandbox)
            asyncio.run(_finish(run))
    with Ledger(path) as ledger:
        assert set(ledger.reasons()) == {said for _rule, said in rules}
    assert all(person.encode() not in file.read_bytes() for file in tmp_path.iterdir())


async def _finish(run: Run) -> None:
    async for _sent in run.verdicts():
        pass
