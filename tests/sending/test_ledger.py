"""The ledger: private, told apart from other files, and a true record of what was sent."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderkit.errors import LedgerError
from orderkit.sending.delivery import OUTCOMES, Delivery
from orderkit.sending.ledger import Entry, Ledger
from orderkit.sending.request import Request, order_request
from orderkit.sending.retry import Wait

URL = "https://endpoint.example/order"
TARGETS = ("sandbox", URL)
posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


def request(order_id: str = "A", status: str = "CREATE_ORDER", **more: Any) -> Request:
    """The order call of a small order."""
    info = {"order_id": order_id, "order_status": status, **more}
    return order_request(URL, {"order_info": info}, None)


def outcome(cause: str, **more: Any) -> Delivery:
    """How a delivery ended, by its cause."""
    known: dict[str, Any] = {
        "verdict": OUTCOMES[cause].verdict,
        "cause": cause,
        "http_status": 200,
        "code": 0,
        "message": f"because of {cause}",
        "log_id": "log-1",
        "attempts": 1,
        "seconds": 0.25,
        "waits": (),
        "order_id": "A",
        "order_status": "CREATE_ORDER",
        "request": "",
        "answer": "",
    }
    return Delivery(**(known | more))


def sent(ledger: Ledger, what: Request, cause: str, target: str = "sandbox") -> int:
    """Write a whole delivery down."""
    number = ledger.begin(target, what)
    ledger.end(number, outcome(cause))
    return number


def causes(ledger: Ledger, target: str = "") -> list[str]:
    """The causes of what is unsettled, one for each order."""
    return [entry.delivery.cause for group in ledger.unsettled(target) for entry in group]


def python(code: str, *arguments: object) -> "subprocess.Popen[str]":
    """Another process with a ledger of its own."""
    imports = (
        "import sys\nfrom orderkit.sending.ledger import Ledger\n"
        "from tests.sending.test_ledger import *\n"
    )
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", imports + code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


# -- the file


@posix
def test_the_file_is_the_users_alone(tmp_path: Path) -> None:
    """The ledger, its folder and all that SQLite puts beside it are closed to others."""
    path = tmp_path / "new folder" / "ledger.sqlite"
    with Ledger(path) as ledger, ledger.sending():
        sent(ledger, request(), "delivered")
        modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
    names = {path.name + end for end in ("", "-wal", "-shm")}
    assert names <= modes.keys()
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@posix
def test_an_empty_file_becomes_private(tmp_path: Path) -> None:
    """An empty file that others may read is theirs no longer once it is a ledger."""
    path = tmp_path / "ledger.sqlite"
    path.touch(0o644)
    with Ledger(path) as ledger:
        ledger.begin("sandbox", request())
        assert {stat.S_IMODE(entry.stat().st_mode) for entry in tmp_path.iterdir()} == {0o600}


def test_the_file_is_in_wal_mode(tmp_path: Path) -> None:
    """The file itself says that it keeps a write-ahead log."""
    with Ledger(tmp_path / "ledger.sqlite"):
        pass
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as rows:
        assert rows.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_was_written_is_there_without_closing(tmp_path: Path) -> None:
    """Begin and end are in the file at once, before anything is closed."""
    with Ledger(tmp_path / "l") as writer, Ledger(tmp_path / "l") as reader:
        number = writer.begin("sandbox", request())
        assert [entry.delivery.cause for entry in reader.entries()] == ["interrupted"]
        writer.end(number, outcome("delivered"))
        assert [entry.delivery.cause for entry in reader.entries()] == ["delivered"]


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as rows:
        rows.execute("CREATE TABLE theirs (a)")
        rows.commit()


def _claimed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as rows:
        rows.executescript("PRAGMA user_version = 3; VACUUM;")


def _text(path: Path) -> None:
    path.write_text("a letter\n" * 200, encoding="utf-8")


def _newer(path: Path) -> None:
    with Ledger(path):
        pass
    with closing(sqlite3.connect(path)) as rows:
        rows.execute("PRAGMA user_version = 99")
        rows.execute("PRAGMA journal_mode = DELETE")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (_foreign, "another program"),
        (_claimed, "another program"),
        (_text, "another kind of file"),
        (_newer, "newer orderkit"),
    ],
)
def test_files_that_are_no_ledger_are_left_alone(tmp_path: Path, made: Any, said: str) -> None:
    """What another program wrote is named in one message, and not a byte of it changes."""
    path = tmp_path / "file"
    made(path)
    before = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    with pytest.raises(LedgerError, match=said) as raised:
        Ledger(path)
    assert str(path) in str(raised.value)
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == before


def test_places_that_cannot_hold_a_ledger_are_told(tmp_path: Path) -> None:
    """A folder, and a place below a file, are a LedgerError that names them."""
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "ledger.sqlite"):
        with pytest.raises(LedgerError, match="cannot be used") as raised:
            Ledger(path)
        assert str(path) in str(raised.value)


@contextmanager
def unprivileged() -> Iterator[Path]:
    """A folder of somebody's own who is not root, whom modes do not bind."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with TemporaryDirectory() as folder:
            yield Path(folder)
            Path(folder).chmod(0o700)
    finally:
        if root:
            os.seteuid(0)


@posix
@pytest.mark.parametrize("made_before", [False, True])
def test_a_read_only_place_is_told(made_before: bool) -> None:
    """A folder or a file that must not be written is a LedgerError that names it."""
    with unprivileged() as folder:
        path = folder / "ledger.sqlite"
        if made_before:
            with Ledger(path):
                pass
            path.chmod(0o400)
        folder.chmod(0o500)
        with pytest.raises(LedgerError, match="cannot be used: Permission denied") as raised:
            Ledger(path)
        assert str(path) in str(raised.value)


def test_a_ledger_that_breaks_later_is_told(tmp_path: Path) -> None:
    """Whatever call it is: a ledger that can no longer be used is a LedgerError."""
    with Ledger(tmp_path / "l") as ledger:
        with closing(sqlite3.connect(tmp_path / "l")) as rows:
            rows.execute("DROP TABLE delivery")
        calls: list[Any] = [
            lambda: ledger.begin("sandbox", request()),
            lambda: ledger.end(1, outcome("delivered")),
            lambda: ledger.standing("sandbox", request()),
            ledger.entries,
            ledger.unsettled,
            ledger.counts,
        ]
        for call in calls:
            with pytest.raises(LedgerError, match="cannot be used: no such table"):
                call()


# -- several processes


def test_many_may_make_it_at_once(tmp_path: Path) -> None:
    """Processes that open a new ledger at the same moment all have the same one."""
    code = "sys.stdin.readline()\nwith Ledger(sys.argv[1]) as l: l.begin('sandbox', request())"
    others = [python(code, tmp_path / "l") for _ in range(3)]
    for other in others:
        assert other.stdin is not None
        other.stdin.write("\n")
        other.stdin.flush()
    for other in others:
        other.communicate(timeout=30)
        assert other.returncode == 0
    with Ledger(tmp_path / "l") as ledger:
        assert [entry.number for entry in ledger.entries()] == [3, 2, 1]


def test_one_sends_at_a_time(tmp_path: Path) -> None:
    """A second sending is refused, may still read, and is let in when the first one is killed."""
    code = "with Ledger(sys.argv[1]) as l, l.sending(): print('in', flush=True); sys.stdin.read()"
    with python(code, tmp_path / "l") as other, Ledger(tmp_path / "l") as ledger:
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        with pytest.raises(LedgerError, match="another sending is using this ledger"):
            ledger.sending().__enter__()
        assert ledger.entries() == []
        other.kill()
        other.wait()
        with ledger.sending():
            pass


def test_reading_goes_on_while_another_sends(tmp_path: Path) -> None:
    """A reader is never refused, and sees entries come and never go."""
    code = """
with Ledger(sys.argv[1]) as ledger, ledger.sending():
    for at in range(300):
        number = ledger.begin("sandbox", request(str(at)))
        if at == 10: print("well under way", flush=True)
        ledger.filter("sandbox", "no order")
        ledger.end(number, outcome("delivered"))
"""
    seen = [0]
    with python(code, tmp_path / "l") as other, Ledger(tmp_path / "l") as ledger:
        assert other.stdout is not None
        other.stdout.readline()
        while other.poll() is None:
            seen.append(len(ledger.entries()))
            ledger.counts(60)
            ledger.unsettled()
        assert other.returncode == 0
        assert seen == sorted(seen)
        assert ledger.counts()[0] == {"delivered": 300, "filtered": 300}


@posix
def test_one_sends_at_a_time_whatever_the_name(tmp_path: Path) -> None:
    """Another name of the same file is the same ledger: a link, or a way round."""
    (tmp_path / "other").mkdir()
    (tmp_path / "real").touch()
    (tmp_path / "link").symlink_to("real")
    names = [tmp_path / "link", tmp_path / "other" / ".." / "real"]
    with Ledger(tmp_path / "real") as ledger, ledger.sending():
        for name in names:
            with Ledger(name) as same, pytest.raises(LedgerError, match="another sending"):
                same.sending().__enter__()
        # Nothing beside it can be removed that would let another in.
        for beside in tmp_path.glob("real?*"):
            assert beside.name in ("real-wal", "real-shm")


@posix
def test_a_file_with_two_names_is_refused(tmp_path: Path) -> None:
    """A hard link is told: SQLite would keep two journals for one file."""
    with Ledger(tmp_path / "real"):
        pass
    (tmp_path / "twin").hardlink_to(tmp_path / "real")
    with pytest.raises(LedgerError, match="has another name too"):
        Ledger(tmp_path / "twin")


@posix
@pytest.mark.parametrize("replaced", [True, False])
def test_a_ledger_that_is_gone_is_noticed(tmp_path: Path, replaced: bool) -> None:
    """When the file is no longer there, or is another one, nothing further is begun."""
    with Ledger(tmp_path / "l") as ledger, ledger.sending():
        ledger.begin("sandbox", request())
        (tmp_path / "l").rename(tmp_path / "moved")
        if replaced:
            (tmp_path / "l").touch()
        with pytest.raises(LedgerError, match="the ledger is gone"):
            ledger.begin("sandbox", request())
        (tmp_path / "moved").replace(tmp_path / "l")
        ledger.begin("sandbox", request())


@posix
def test_a_view_does_not_end_the_locks_of_a_sending(tmp_path: Path) -> None:
    """A ledger that is opened and closed in the same process leaves the sending alone in it."""
    code = """
with Ledger(sys.argv[1]) as ledger:
    try:
        with ledger.sending(): print("in")
    except LedgerError: print("out")
"""
    with Ledger(tmp_path / "l") as ledger, ledger.sending():
        ledger.begin("sandbox", request())
        with Ledger(tmp_path / "l") as view:
            view.entries()
        with python(code, tmp_path / "l") as other:
            assert other.communicate(timeout=30)[0] == "out\n"
        ledger.begin("sandbox", request())
        # Had SQLite's locks been lost, the other's end would have taken the journal away.
        assert (tmp_path / "l-wal").exists()
        assert len(ledger.entries()) == 2


def test_a_ledger_of_the_first_version_goes_on(tmp_path: Path) -> None:
    """What an earlier orderkit wrote is kept, and counts in the order of updates."""
    with closing(sqlite3.connect(tmp_path / "l")) as rows:
        rows.executescript(FIRST_VERSION)
        rows.execute(
            "INSERT INTO delivery (target, url, order_id, order_status, payload, digest,"
            " started_at, ended_at, verdict, cause, code) VALUES"
            " ('sandbox', '', 'A', 'CREATE_ORDER', ?, x'00', 1, 2, 'delivered', 'delivered', '0')",
            (request(update_time=20).body,),
        )
        rows.commit()
        rows.execute("INSERT INTO filtered VALUES ('sandbox', 1, 'the filter', 3)")
        rows.commit()
    with Ledger(tmp_path / "l") as ledger:
        (entry,) = ledger.entries()
        assert ledger.reasons() == {"the filter": 3}
        assert (entry.delivery.order_id, entry.event) == ("A", b"")
        assert ledger.standing("sandbox", request(update_time=19))[0] == "outdated"


FIRST_VERSION = """
    PRAGMA journal_mode = WAL;
    CREATE TABLE delivery (
        number INTEGER PRIMARY KEY,
        target TEXT NOT NULL,
        url TEXT NOT NULL,
        order_id TEXT NOT NULL,
        order_status TEXT NOT NULL,
        payload BLOB NOT NULL,
        digest BLOB NOT NULL,
        started_at REAL NOT NULL,
        ended_at REAL,
        verdict TEXT NOT NULL DEFAULT 'unknown',
        cause TEXT NOT NULL DEFAULT 'interrupted',
        http_status INTEGER,
        code TEXT NOT NULL DEFAULT 'null',
        message TEXT NOT NULL DEFAULT '',
        log_id TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        seconds REAL NOT NULL DEFAULT 0,
        waits TEXT NOT NULL DEFAULT '[]',
        answer TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX same ON delivery (target, digest);
    CREATE INDEX latest ON delivery (target, order_id, order_status, number);
    CREATE INDEX searched ON delivery (order_id);
    CREATE TABLE filtered (
        target TEXT, minute INTEGER, reason TEXT, times INTEGER,
        PRIMARY KEY (target, minute, reason)
    );
    PRAGMA application_id = 0x6F6B4C47;
    PRAGMA user_version = 1;
"""


# -- the record


def test_an_entry_has_all_of_a_delivery() -> None:
    """What is read is what was written: payload, moments, verdict, waits and answer."""
    waits = (Wait("busy", 1.5, 2), Wait("the pace", 0.25, 1, "pace"))
    with Ledger() as ledger:
        what = request("A-1", "CANCEL_ORDER", note="é")
        number = ledger.begin(URL, what)
        ended = outcome(
            "rejected_by_code",
            code="shop_unknown",
            attempts=3,
            waits=waits,
            answer="HTTP/1.1 200 OK\n\n{}",
            order_id="A-1",
            order_status="CANCEL_ORDER",
            request=what.as_text(),
        )
        ledger.end(number, ended)
        (entry,) = ledger.entries()
    assert (entry.number, entry.target, entry.payload) == (number, URL, what.body)
    assert entry.delivery == ended
    assert entry.ended_at is not None
    assert entry.started_at <= entry.ended_at
    assert entry.as_json()["cause"] == "rejected_by_code"
    assert entry.as_json()["started_at"] == entry.started_at


def test_without_an_end_it_is_unknown() -> None:
    """What began and did not end may have arrived: unknown, interrupted, and not delivered."""
    with Ledger() as ledger:
        ledger.begin("sandbox", request())
        (entry,) = ledger.entries()
        assert (entry.delivery.verdict, entry.delivery.cause) == ("unknown", "interrupted")
        assert (entry.ended_at, entry.delivery.attempts) == (None, 0)
        assert ledger.standing("sandbox", request()) == ("new", None)
        assert causes(ledger) == ["interrupted"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"order_info": {"order_id": "A", "order_status": "S",  "total": 12.30}}',
        '{"order_info":{"order_id":"Zoë \\u0000 𝄞","order_status":"S"}}'.encode(),
        b'{"order_info":{"order_id":"A","order_status":"S","total":1.10000000000000000001}}',
        b"no JSON \xff\x00\x01",
    ],
)
def test_payloads_are_kept_byte_by_byte(tmp_path: Path, body: bytes) -> None:
    """A payload is read back as exactly the bytes that were sent."""
    with Ledger(tmp_path / "l") as ledger:
        sent(ledger, order_request(URL, body, None), "delivered")
    with Ledger(tmp_path / "l") as ledger:
        assert [entry.payload for entry in ledger.entries()] == [body]
        for again, standing in ((body, "skipped"), (body + b" ", "new")):
            assert ledger.standing("sandbox", order_request(URL, again, None))[0] == standing


def test_entries_are_found_by_order_verdict_and_target() -> None:
    """The newest come first; a part of an order id in any case, a verdict and a target narrow."""
    with Ledger() as ledger:
        for order_id, cause, target in (
            ("Hotel-1", "delivered", "sandbox"),
            ("Hotel-2", "http_400", "sandbox"),
            ("Inn-1%", "delivered", URL),
        ):
            sent(ledger, request(order_id), cause, target)

        def ids(**narrowed: Any) -> list[str]:
            return [entry.delivery.order_id for entry in ledger.entries(**narrowed)]

        assert ids() == ["Inn-1%", "Hotel-2", "Hotel-1"]
        assert ids(order="hotel") == ["Hotel-2", "Hotel-1"]
        assert ids(order="%") == ["Inn-1%"]
        assert ids(verdict="delivered") == ["Inn-1%", "Hotel-1"]
        assert ids(verdict="delivered", target=URL) == ["Inn-1%"]
        assert ids(most=1) == ["Inn-1%"]
        assert ids(order="nowhere") == []


def test_an_order_is_settled_by_its_latest_delivery() -> None:
    """Unsettled are orders whose last delivery failed, by cause, the largest group first."""
    with Ledger() as ledger:
        sent(ledger, request("A"), "http_400")
        sent(ledger, request("A"), "delivered")
        sent(ledger, request("B"), "delivered")
        sent(ledger, request("B", total=2), "http_5xx")
        sent(ledger, request("A", "CANCEL_ORDER"), "http_400")
        sent(ledger, request("C"), "http_400")
        sent(ledger, request("D"), "http_400", URL)
        found = [
            [(entry.delivery.order_id, entry.delivery.order_status) for entry in group]
            for group in ledger.unsettled("sandbox")
        ]
        assert found == [
            [("C", "CREATE_ORDER"), ("A", "CANCEL_ORDER")],
            [("B", "CREATE_ORDER")],
        ]
        assert [len(group) for group in ledger.unsettled()] == [3, 1]


def test_what_is_unsettled_is_grouped_by_cause_and_code() -> None:
    """Two codes of one cause are two groups, and so are two kinds of invalid events."""
    with Ledger() as ledger:
        for order_id, code in (("A", 7), ("B", 7), ("C", "7"), ("D", None)):
            number = ledger.begin("sandbox", request(order_id))
            ledger.end(number, outcome("rejected_by_code", code=code))
        for order_id, kind in (("E", "missing order_info.initiator"), ("F", "unreadable")):
            ledger.refuse("sandbox", order_id, "CREATE_ORDER", kind, "mend it")
        groups = ledger.unsettled()
        assert [[entry.delivery.order_id for entry in group] for group in groups] == [
            ["B", "A"],
            *(["F"], ["E"], ["D"], ["C"]),
        ]


def test_what_was_refused_is_an_entry_without_a_payload() -> None:
    """An event that the checks kept back is invalid, with its message, no address and no tries."""
    with Ledger() as ledger:
        ledger.refuse("sandbox", "A", "CREATE_ORDER", "missing x", "x is missing")
        (entry,) = ledger.entries(verdict="invalid")
    delivery = entry.delivery
    assert (delivery.order_id, delivery.order_status) == ("A", "CREATE_ORDER")
    assert (delivery.cause, delivery.message, delivery.attempts) == ("invalid", "x is missing", 0)
    assert (entry.payload, entry.url, delivery.request) == (b"", "", "")
    assert entry.ended_at == entry.started_at


def test_the_span_is_that_of_all_events() -> None:
    """The first and the last moment are those of the entries; nothing has no span."""
    with Ledger() as ledger:
        assert ledger.span() is None
        sent(ledger, request("A"), "delivered")
        sent(ledger, request("B"), "delivered", URL)
        last, first = ledger.entries()
        assert ledger.span() == (first.started_at, last.started_at)
        assert ledger.span(URL) == (last.started_at, last.started_at)
        assert ledger.span("nowhere") is None


def test_filtered_events_are_counted_with_their_reasons(tmp_path: Path) -> None:
    """Filtered events are no entries: their number and their reasons are kept, also on closing."""
    with Ledger(tmp_path / "l") as ledger:
        for _ in range(1500):
            ledger.filter("sandbox", "page_view is in no event mapping")
        ledger.filter("sandbox", "the filter")
        ledger.filter(URL, "the filter")
    with Ledger(tmp_path / "l") as ledger:
        assert ledger.entries() == []
        assert ledger.counts()[0] == {"filtered": 1502}
        assert ledger.reasons() == {"page_view is in no event mapping": 1500, "the filter": 2}
        assert ledger.reasons(URL) == {"the filter": 1}


def test_what_is_sent_again_counts_once() -> None:
    """The same events again change neither the health nor how many are filtered for a reason."""
    events = ({"name": "no id, one"}, {"name": "no id, two"})
    with Ledger() as ledger:
        for _ in range(3):
            with ledger.sending():
                sent(ledger, request("A"), "delivered")
                sent(ledger, request("B"), "http_400")
                for event in events:
                    ledger.refuse("sandbox", "", "CREATE_ORDER", "missing order_id", "why", event)
                ledger.filter("sandbox", "the filter")
                ledger.filter("sandbox", "the filter")
            with ledger.sending():
                ledger.filter("sandbox", "the filter")
            assert ledger.settled("sandbox") == (1, 4)
            assert [len(group) for group in ledger.unsettled("sandbox")] == [2, 1]
            assert ledger.reasons() == {"the filter": 2}


def test_counts_by_time_add_up() -> None:
    """Steps of time are multiples of their length, in order, and hold every event once."""
    with Ledger() as ledger:
        for at in range(20):
            sent(ledger, request(str(at)), "delivered" if at % 2 else "http_5xx")
        ledger.filter("sandbox", "the filter")
        whole = ledger.counts()[0]
        assert whole == {"delivered": 10, "failed": 10, "filtered": 1}
        for seconds in (0.001, 1, 60, 3600, 86400):
            steps = ledger.counts(seconds)
            assert sum(steps.values(), Counter()) == whole
            assert list(steps) == sorted(steps)
            for moment in steps:
                number = moment / seconds
                assert number == pytest.approx(round(number), abs=1e-6)


def test_the_ledger_outlives_its_causes(tmp_path: Path) -> None:
    """An entry whose cause a later orderkit wrote is still read, with its own verdict."""
    with Ledger(tmp_path / "l") as ledger:
        sent(ledger, request(), "http_400")
        with closing(sqlite3.connect(tmp_path / "l")) as rows:
            rows.execute("UPDATE delivery SET cause = 'of_tomorrow'")
            rows.commit()
        (entry,) = ledger.entries()
        assert entry.delivery.verdict == "rejected"
        assert entry.delivery.meaning


# -- against a plain model

_CAUSES = st.sampled_from(["delivered", "http_400", "http_5xx", "no_answer", None])
_STEP = st.one_of(
    st.tuples(
        st.just("send"),
        st.sampled_from(["sandbox", URL]),
        st.sampled_from(["A", "a", "B%", "Ü\x00"]),
        st.sampled_from(["CREATE_ORDER", "CANCEL_ORDER"]),
        st.integers(0, 1),
        st.integers(1, 3),
        _CAUSES,
    ),
    st.tuples(st.just("filter"), st.sampled_from(["sandbox", URL]), st.sampled_from(["x", "y"])),
    st.tuples(st.just("reopen")),
)


@settings(max_examples=25)  # each makes files
@given(st.lists(_STEP, max_size=25))
def test_the_ledger_agrees_with_a_plain_model(steps: list[tuple[Any, ...]]) -> None:
    """After any sendings, filterings and reopenings it answers as lists and dicts would."""
    entries: list[tuple[str, str, str, bytes, str]] = []
    filtered: Counter[tuple[str, str]] = Counter()
    run = 0
    runs: list[int] = []
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder, "l"))
        for what, *step in steps:
            if what == "send":
                target, order_id, status, total, moment, cause = step
                made = request(order_id, status, total=total, update_time=moment)
                number = ledger.begin(target, made)
                assert number == len(entries) + 1
                if cause:
                    ledger.end(number, outcome(cause, order_id=order_id, order_status=status))
                entries.append((target, order_id, status, made.body, cause or "interrupted"))
                runs.append(run)
            elif what == "filter":
                target, reason = step
                ledger.filter(target, reason)
                filtered[target, reason] += 1
            else:
                ledger.close()
                ledger = Ledger(Path(folder, "l"))
                run += 1
        with ledger:
            _compare(ledger, entries, filtered)
            for target, body in {(target, entry[3]) for target in TARGETS for entry in entries}:
                asked = order_request(URL, body, None)
                assert ledger.standing(target, asked)[0] == _standing(
                    entries, runs, run, target, body
                )


def _compare(
    ledger: Ledger,
    entries: list[tuple[str, str, str, bytes, str]],
    filtered: Counter[tuple[str, str]],
) -> None:
    assert [_plain(entry) for entry in ledger.entries()] == entries[::-1]
    for target in ("", *TARGETS):
        mine = [entry for entry in entries if target in ("", entry[0])]
        assert [_plain(entry) for entry in ledger.entries(target=target)] == mine[::-1]
        counts = Counter(OUTCOMES[entry[4]].verdict for entry in mine)
        counts["filtered"] = sum(n for (there, _), n in filtered.items() if target in ("", there))
        assert ledger.counts(target=target).get(0.0, Counter()) == +counts
        latest = {entry[:3]: entry for entry in mine}
        left = Counter(
            e[4]
            for key, e in latest.items()
            if e[4] != "delivered"
            and not any(
                other[:2] == key[:2]
                and other[4] == "delivered"
                and _moment(other[3]) >= _moment(e[3])
                for other in mine[len(mine) - mine[::-1].index(e) :]
            )
        )
        assert Counter(causes(ledger, target)) == left


def _moment(body: bytes) -> int:
    return int(orjson.loads(body)["order_info"]["update_time"])


def _standing(
    entries: list[tuple[str, str, str, bytes, str]],
    runs: list[int],
    run: int,
    target: str,
    body: bytes,
) -> str:
    """What a payload is, by what TikTok may have, and by which was the newest it got."""
    order_id = orjson.loads(body)["order_info"]["order_id"]
    may_have: set[bytes | None] = {None}
    newest: tuple[int, int] | None = None
    history = [(at, entry) for at, entry in enumerate(entries) if entry[:2] == (target, order_id)]
    for at, (*_, sent_body, cause) in history:
        if cause == "delivered":
            may_have = {sent_body}
            newest = max(newest or (0, 0), (_moment(sent_body), at))
        elif OUTCOMES[cause].verdict == "unknown":
            may_have.add(sent_body)
    if may_have == {body}:
        return "skipped"
    if newest is None or _moment(body) > newest[0]:
        return "new"
    if _moment(body) < newest[0]:
        return "outdated"
    earlier = [entry[3] for at, entry in history if runs[at] == runs[newest[1]] and at < newest[1]]
    return "outdated" if runs[newest[1]] != run and body in earlier else "new"


def _plain(entry: Entry) -> tuple[str, str, str, bytes, str]:
    delivery = entry.delivery
    return entry.target, delivery.order_id, delivery.order_status, entry.payload, delivery.cause
