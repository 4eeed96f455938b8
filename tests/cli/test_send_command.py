"""``orderkit send`` in a process of its own: going on, stopping, reporting, telling."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest

from orderkit.cli.send import command
from orderkit.events import samples
from orderkit.events.jsontext import dumps, loads
from orderkit.events.reader import number_of
from orderkit.sandbox import Sandbox
from orderkit.sending.ledger import Ledger
from tests.cli.test_commands import ORDERKIT, bare_environment, lines, run

TOKEN = "token-4711"
BOUNDS = ("rate", "timeout", "order-seconds", "run-seconds")
SETTINGS = ["--settings", str(samples.SETTINGS)]
Process = subprocess.Popen[str]

posix = pytest.mark.skipif(
    os.name != "posix", reason="signals, limits and pseudo-terminals are POSIX's"
)


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(access_tokens=[TOKEN]) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


class Desk:
    """A folder with settings for the sandbox as if it were live, and events to send."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.home = folder / "home"
        self.home.mkdir()
        self.ledger = folder / "ledger.sqlite"
        text = samples.SETTINGS.read_text(encoding="utf-8")
        self.settings = folder / "settings.toml"
        self.settings.write_text(
            f'{text}endpoint_url = "{sandbox.order_url}"\ntoken_url = "{sandbox.token_url}"\n',
            encoding="utf-8",
        )
        self.events = folder / "events.ndjson"
        self.environment = {"ORDERKIT_ACCESS_TOKEN": TOKEN, "HOME": str(self.home)}

    def arguments(self, *more: str, events: Path | None = None) -> list[str]:
        """The command to send live, at once."""
        return [
            *("send", str(events or self.events), "--settings", str(self.settings)),
            *("--to", "live", "--yes", "--rate", "10000", "--ledger", str(self.ledger), *more),
        ]

    def send(self, *more: str, events: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return run(*self.arguments(*more, events=events), **self.environment)

    def start(self, *more: str, **how: Any) -> Process:
        """Start the command."""
        return subprocess.Popen(
            [*ORDERKIT, *self.arguments(*more)],
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how},
            env=bare_environment(**{"home": self.home, **self.environment}),
        )

    def verdicts(self) -> dict[str, int]:
        """What the ledger counts."""
        with Ledger(self.ledger) as ledger:
            return dict(ledger.counts().get(0.0, {}))


@pytest.fixture
def desk(tmp_path: Path, sandbox: Sandbox) -> Desk:
    made = Desk(tmp_path, sandbox)
    made.events.write_bytes(samples.bookings(8))
    return made


def wait_until(reached: Callable[[], Any], process: Process) -> None:
    """Wait for something that a running command does."""
    while not reached():
        assert process.poll() is None
        time.sleep(0.002)


def told(process: Process, words: str) -> str:
    """Read standard error up to the line that says so."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"never said: {words}")


def verdicts(done: subprocess.CompletedProcess[str]) -> list[object]:
    return [line["verdict"] for line in lines(done.stdout)]


# -- the same command again


def test_the_same_command_again_sends_nothing(desk: Desk) -> None:
    """What was delivered is skipped by the next run, unless --force sends it again."""
    assert verdicts(desk.send("--json")) == ["delivered"] * 8
    again = desk.send("--json")
    assert (verdicts(again), again.returncode) == (["skipped"] * 8, 0)
    assert len(desk.sandbox.received) == 8
    forced = desk.send("--json", "--force")
    assert (verdicts(forced), forced.returncode) == (["delivered"] * 8, 0)
    assert len(desk.sandbox.received) == 16


def test_the_same_command_again_sends_what_failed(desk: Desk) -> None:
    """Of a run with failures, the next one sends those alone."""
    desk.sandbox.script("ok, error_code, answer_lost, ok, server_error")
    first = desk.send("--json", "--attempts", "1")
    assert first.returncode == 1
    failed = [line["order_id"] for line in lines(first.stdout) if line["verdict"] != "delivered"]
    assert {line["verdict"] for line in lines(first.stdout)} == {
        *("delivered", "rejected", "unknown", "failed")
    }
    second = desk.send("--json")
    assert second.returncode == 0
    sent = [line["order_id"] for line in lines(second.stdout) if line["verdict"] == "delivered"]
    assert sent == failed
    assert len(sent) == 3
    assert desk.verdicts() == {"delivered": 8, "rejected": 1, "unknown": 1, "failed": 1}


def test_the_ledger_is_in_the_users_data_folder(tmp_path: Path) -> None:
    """Without --ledger it lies in the data folder, private, and is found by the next run."""
    command = ("send", str(samples.EVENTS), *SETTINGS, "--to", "sandbox", "--json")
    for home in ({"HOME": str(tmp_path)}, {"XDG_DATA_HOME": str(tmp_path / "data")}):
        assert verdicts(run(*command, **home)) == ["delivered"] * 7
        assert verdicts(run(*command, **home)) == ["skipped"] * 7
    if sys.platform == "linux":
        names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.sqlite")}
        place = "orderkit/deliveries.sqlite"
        assert names == {f".local/share/{place}", f"data/{place}"}


def test_a_dry_run_is_kept_as_one(tmp_path: Path) -> None:
    """What would have been sent can be looked at beside its event; it counts as no delivery."""
    ledger = ("--ledger", str(tmp_path / "l"))
    done = run("send", str(samples.EVENTS), *SETTINGS, "--json", *ledger)
    assert verdicts(done) == ["dry-run"] * 7
    shown = run("deliveries", *ledger, "--json", "--having", "items.X.id=DLX-KING")
    found: list[Any] = lines(shown.stdout)
    assert {line["verdict"] for line in found} == {"dry-run"}
    assert all(line["event"]["items"][0]["id"] == "DLX-KING" for line in found)
    sent = run("send", str(samples.EVENTS), *SETTINGS, "--to", "sandbox", "--json", *ledger)
    assert verdicts(sent) == ["delivered"] * 7


def test_a_dry_run_may_try_the_credentials(tmp_path: Path) -> None:
    """With --authenticate a token is asked for as live sending would, and no order is sent."""
    with Sandbox(clients={"key-of-tests": "secret-of-tests"}) as sandbox:
        live = tmp_path / "live.toml"
        urls = f'endpoint_url = "{sandbox.order_url}"\ntoken_url = "{sandbox.token_url}"\n'
        text = samples.SETTINGS.read_text(encoding="utf-8")
        live.write_text(text.replace("[connection]\n", f"[connection]\n{urls}"), encoding="utf-8")
        command = ("send", str(samples.EVENTS), "--settings", str(live), "--authenticate", "--json")
        command = (*command, "--ledger", str(tmp_path / "l"))
        pair = {"ORDERKIT_CLIENT_KEY": "key-of-tests", "ORDERKIT_CLIENT_SECRET": "secret-of-tests"}
        done = run(*command, **pair)
        assert verdicts(done) == ["dry-run"] * 7
        assert f"a token came from {sandbox.token_url}" in done.stderr
        wrong = run(*command, **(pair | {"ORDERKIT_CLIENT_SECRET": "another-secret"}))
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert "TikTok gives no token" in wrong.stderr
        assert sandbox.received == []
    refused = run("send", "x", "--settings", "y", "--to", "sandbox", "--authenticate")
    assert refused.returncode == 2


def test_a_dry_run_without_a_place_for_it_goes_on(tmp_path: Path) -> None:
    """Where the data folder cannot be used, a dry run says so; with --ledger that is an error."""
    (tmp_path / "data").write_text("no folder")
    place = {"XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path / "data")}
    done = run("send", str(samples.EVENTS), *SETTINGS, "--json", **place)
    assert verdicts(done) == ["dry-run"] * 7
    assert "this dry run is not kept" in done.stderr
    refused = run("send", str(samples.EVENTS), *SETTINGS, "--ledger", str(tmp_path / "data" / "l"))
    assert refused.returncode == 2


def test_json_lines_have_the_same_keys_as_ever(desk: Desk) -> None:
    """A line of --json has these keys, that of a skipped order too."""
    keys = ["index", "order_id", "order_status", "verdict", "http_status", "code", "message"]
    keys += ["log_id", "attempts", "seconds", "next_step"]
    for _ in range(2):
        done = desk.send("--json")
        assert [list(line) for line in lines(done.stdout)] == [keys] * 8


# -- the report


def test_the_report_can_be_mended_and_sent(desk: Desk) -> None:
    """The report has what was not delivered, as it came; mended and sent, all is delivered."""
    damaged = samples.damaged_events()["initiator misspelled"]
    events = [*map(loads, samples.bookings(3).splitlines()), damaged]
    desk.events.write_bytes(b"\n".join(map(dumps, events)))
    desk.sandbox.script("ok, error_code")
    report, rest = desk.folder / "report.ndjson", desk.folder / "rest.ndjson"
    assert desk.send("--report", str(report)).returncode == 1
    left = [loads(line) for line in report.read_bytes().splitlines()]
    told = {event.pop("_orderkit")["verdict"]: event for event in left}
    assert set(told) == {"rejected", "invalid"}
    assert told["invalid"] == damaged
    assert told["rejected"] in events
    mended = report.read_text(encoding="utf-8").replace('"iniator"', '"initiator"')
    report.write_text(mended, encoding="utf-8")
    done = desk.send("--report", str(rest), "--json", events=report)
    assert verdicts(done) == ["delivered"] * 2, done.stdout
    assert rest.read_bytes() == b""
    assert len(desk.sandbox.orders) == 4


def test_the_report_says_why(desk: Desk) -> None:
    """Each event of the report has verdict, message, next step and where it stood.

    What could not be read stands there as it came.
    """
    desk.sandbox.script("answer_lost")
    desk.events.write_bytes(b"\n" + samples.bookings(1) + b"{nonsense\n[1]\n")
    report = desk.folder / "report.ndjson"
    assert desk.send("--attempts", "1", "--report", str(report)).returncode == 1
    first, *others = report.read_bytes().splitlines()
    note = loads(first)["_orderkit"]
    assert (note["verdict"], note["line"]) == ("unknown", 2)
    assert note["message"]
    assert note["next_step"]
    assert others == [b"{nonsense", b"[1]"]


def test_an_unreadable_line_stays_one_in_the_report(desk: Desk) -> None:
    """Sent again without a fix, what the report has of an unreadable line is invalid again."""
    desk.events.write_bytes(b'{"event_name": "booking_created", "id": nonsense}\n')
    report = desk.folder / "report.ndjson"
    assert desk.send("--report", str(report)).returncode == 1
    again = desk.send("--json", events=report)
    assert (verdicts(again), again.returncode) == (["invalid"], 1)


@pytest.mark.parametrize(
    ("option", "name"),
    [("--report", "events"), ("--report", "settings"), ("--ledger", "events")],
)
def test_outputs_never_overwrite_inputs(desk: Desk, option: str, name: str) -> None:
    """A report or ledger in the place of an input is refused, and the input stays as it is."""
    path = getattr(desk, name)
    before = path.read_bytes()
    done = desk.send(option, str(path))
    assert done.returncode == 2
    assert "name two files" in done.stderr
    assert path.read_bytes() == before


def test_a_second_sending_leaves_the_report_of_the_first(desk: Desk) -> None:
    """While one command sends, the same command is refused, and its report is not emptied."""
    desk.sandbox.script("timeout*20")
    report = desk.folder / "report.ndjson"
    more = ("--report", str(report), "--timeout", "3600", "--json")
    with desk.start(*more) as first:
        try:
            wait_until(lambda: desk.sandbox.met.get("timeout"), first)
            report.write_bytes(b"what the first one wrote")
            second = desk.send(*more)
            assert second.returncode == 2
            assert "another sending is using this ledger" in second.stderr
            assert report.read_bytes() == b"what the first one wrote"
        finally:
            first.kill()


# -- stopping


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_cleanly_and_the_same_command_goes_on(
    desk: Desk, number: signal.Signals
) -> None:
    """Calls under way end, the exit code is 130, and in the end each order came once."""
    desk.events.write_bytes(samples.bookings(60))
    with desk.start("--rate", "40", "--json") as process:
        wait_until(lambda: len(desk.sandbox.received) >= 4, process)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "stopping: calls under way are let end" in err
    assert re.search(
        r"stopped, by hand; \d+ events were not reached; the same command goes on", err
    )
    assert f"(ledger: {desk.ledger})" in err
    first = lines(out)
    assert {line["verdict"] for line in first} == {"delivered"}
    assert 4 <= len(first) == len(desk.sandbox.received) < 60
    with Ledger(desk.ledger) as ledger:
        assert all(entry.ended_at for entry in ledger.entries())
    done = desk.send("--json")
    # On a busy machine, the last calls may have begun in another order than the file's.
    before = {line["order_id"] for line in first}
    again = {line["order_id"] for line in lines(done.stdout) if line["verdict"] == "skipped"}
    assert (again, Counter(verdicts(done))["delivered"]) == (before, 60 - len(first))
    assert len(desk.sandbox.received) == 60


@posix
def test_a_second_interrupt_leaves_at_once(desk: Desk) -> None:
    """A second Ctrl-C does not wait for the call under way, which the ledger has as unknown."""
    desk.sandbox.script("timeout*20")
    with desk.start("--timeout", "3600") as process:
        wait_until(lambda: desk.sandbox.met.get("timeout"), process)
        process.send_signal(signal.SIGINT)
        told(process, "stopping")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert set(desk.verdicts()) == {"unknown"}
    desk.sandbox.reset()
    assert verdicts(desk.send("--json")) == ["delivered"] * 8


def test_a_run_has_a_deadline(desk: Desk) -> None:
    """When --run-seconds are over, it ends with 1, says so, and goes on later."""
    desk.sandbox.script("throttled_seconds(50)*20")
    done = desk.send("--run-seconds", "0.5")
    assert done.returncode == 1
    assert "stopped, the time is over; " in done.stderr
    assert "the same command goes on where it was" in done.stderr
    desk.sandbox.reset()
    assert desk.send().returncode == 0


def test_wrong_credentials_end_the_run(desk: Desk) -> None:
    """A token that is refused ends the run after the orders in flight, and says why."""
    desk.environment["ORDERKIT_ACCESS_TOKEN"] = "not-the-token"
    desk.events.write_bytes(samples.bookings(40))
    done = desk.send("--json")
    assert done.returncode == 1
    assert 1 <= len(lines(done.stdout)) <= 10
    assert "as each further order would fail" in done.stderr
    assert "not-the-token" not in done.stdout + done.stderr


@posix
def test_a_full_disk_ends_the_run_and_loses_nothing(desk: Desk) -> None:
    """When the ledger cannot grow, the run ends with one message, and nothing went unrecorded."""
    desk.events.write_bytes(samples.bookings(100))

    import resource

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    with desk.start("--json", preexec_fn=little) as process:
        _, err = process.communicate(timeout=30)
    assert process.returncode == 2, err
    assert f"error: {desk.ledger}: cannot be used" in err
    assert "Traceback" not in err
    with Ledger(desk.ledger) as ledger:
        begun = {entry.delivery.order_id for entry in ledger.entries()}
    assert {got.order_id for got in desk.sandbox.received} <= begun
    assert desk.send().returncode == 0
    assert len(desk.sandbox.orders) == 100


# -- telling


def test_waits_are_told(desk: Desk) -> None:
    """Each wait is told on standard error before it begins, with its reason and the next try."""
    desk.sandbox.script("throttled_seconds(1), server_error(503)")
    done = desk.send("--json", "--rate", "50")
    assert done.returncode == 0
    assert done.stderr.count("keeping to 50 requests a second") == 1
    said = re.findall(r"waiting (\S+) s before try (\d): (.*)", done.stderr)
    assert [number for _, number, _ in said] == ["2", "2"]
    assert any("429" in reason and "it asks for the wait" in reason for *_, reason in said)
    assert any("503" in reason for *_, reason in said)
    assert "waiting" not in done.stdout


def test_the_pace_is_kept(desk: Desk) -> None:
    """With --rate, requests reach the endpoint no faster on the whole, retries included."""
    desk.events.write_bytes(samples.bookings(16))
    desk.sandbox.script("answer_lost*4")
    assert desk.send("--rate", "20").returncode == 0
    moments = [got.at for got in desk.sandbox.received]
    assert len(moments) == 20
    assert all(before <= after for before, after in pairwise(moments))
    # Half of the time that it should take: the first call may be late, and the last in time.
    assert moments[-1] - moments[0] >= 19 / 20 / 2


@posix
@pytest.mark.parametrize("number", [12, 60])
def test_progress_on_a_terminal(desk: Desk, number: int) -> None:
    """A terminal shows a bar with rate and counts, with whole lines above it."""
    desk.events.write_bytes(samples.bookings(number))
    desk.sandbox.script("ok, error_code, server_error")
    shown = on_terminal(desk, desk.arguments("--rate", "60"))
    assert f"{number}/{number}" in shown
    assert re.search(r"[\d.]+ a second", shown)
    assert f"{number - 1} delivered, 1 rejected" in shown
    assert f"{number} events: {number - 1} delivered, 1 rejected" in shown
    # What stands on one line of the screen at one time.
    parts = re.split(r"\r\n|\r\x1b\[2K|\n", re.sub(r"\x1b\[[\d;]*m", "", shown))
    assert not [part for part in parts if "━" in part and "B-0" in part]
    printed = [part for part in parts if re.match(r" +\d+  \w+ +[A-Z_]+ +B-\d+", part)]
    assert len(printed) == (number if number <= 50 else 1)
    if number > 50:
        assert "1 × rejected_by_code" in shown


@posix
def test_json_on_a_terminal_has_no_bar_in_it(desk: Desk) -> None:
    """With --json on a terminal, each line of the screen is JSON or a message."""
    shown = on_terminal(desk, desk.arguments("--json"))
    assert "━" not in shown
    assert len([line for line in shown.splitlines() if line.startswith("{")]) == 8


def on_terminal(desk: Desk, arguments: list[str]) -> str:
    """What a terminal of 120 columns gets to show."""
    import pty

    ours, theirs = pty.openpty()
    environment = bare_environment(desk.home, **desk.environment, COLUMNS="120", TERM="xterm")
    with subprocess.Popen(
        [*ORDERKIT, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:
                # As Linux tells the end.
                break
            if not block:
                break
            shown += block
        os.close(ours)
        process.wait(timeout=30)
    return shown.decode()


def test_a_last_line_without_an_end_counts(tmp_path: Path) -> None:
    """The number of events that the bar counts to includes a last line without a line end."""
    path = tmp_path / "events.ndjson"
    for text, number in ((b"", 0), (b"{}", 1), (b"{}\n", 1), (b"{}\n{}", 2)):
        path.write_bytes(text)
        assert number_of(path) == number


# -- options, memory


@pytest.mark.parametrize(
    ("option", "values"),
    [
        *((f"--{name}", ["0", "-1", "nan", "fast", ""]) for name in BOUNDS),
        ("--attempts", ["0", "-1", "1.5", "nan"]),
    ],
)
def test_bounds_are_numbers_above_0(option: str, values: list[str]) -> None:
    """A bound that cannot be kept is refused before anything is read."""
    for value in values:
        given = ["nowhere.ndjson", "--settings", "nowhere.toml", f"{option}={value}"]
        with pytest.raises(click.BadParameter) as raised:
            command.main(given, standalone_mode=False)
        assert f"Invalid value for '{option}'" in raised.value.format_message()


def test_a_bound_without_end_is_allowed() -> None:
    """Infinite bounds are none."""
    bounds = [f"--{name}=inf" for name in BOUNDS]
    done = run("send", str(samples.EVENTS), *SETTINGS, "--to", "sandbox", "--json", *bounds)
    assert verdicts(done) == ["delivered"] * 7


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is in kilobytes on Linux")
def test_memory_does_not_grow_with_the_events(tmp_path: Path) -> None:
    """Ten times as many events, filtered and invalid ones, take no more memory."""
    large = {"note": "n" * 20_000}
    page_view = dumps({"event_name": "page_view", **large})
    damaged = dumps(samples.damaged_events()["initiator misspelled"] | large)
    lines = b"\n".join([*[page_view] * 9, damaged, b""])
    peaks = []
    for number in (100, 1000):
        (tmp_path / "events.ndjson").write_bytes(lines * (number // 10))
        # The peak that getrusage tells has the parent's in it.
        code = (
            "import sys; from pathlib import Path; from orderkit.cli import main\n"
            "try: main()\n"
            "finally: print(*Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[:1],"
            " file=sys.stderr)"
        )
        done = subprocess.run(
            [
                *(sys.executable, "-c", code, "send", str(tmp_path / "events.ndjson"), *SETTINGS),
                *("--to", "sandbox", "--report", str(tmp_path / "report.ndjson"), "--json"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=bare_environment(tmp_path),
            check=False,
        )
        assert done.returncode == 1, done.stderr
        peaks.append(int(done.stderr.split()[-1]))
    assert (tmp_path / "report.ndjson").read_bytes().count(b"\n") == 100
    assert peaks[1] < peaks[0] + 8_000


# -- names of events


def test_a_file_without_mapped_names_is_warned_of(desk: Desk) -> None:
    """Where no name is mapped, every command that maps says what was meant; exit code 0."""
    desk.events.write_bytes(re.sub(rb'"booking_[a-z_]+"', b'"bookingCreated"', samples.bookings(3)))
    said = 'warning: no event is named in the event mapping; 3 events are called "bookingCreated"'
    outputs = ("--output", str(desk.folder / "out.ndjson"))
    for name, more in (("check", ()), ("map", outputs)):
        done = run(name, str(desk.events), *SETTINGS, *more)
        assert (done.returncode, said in done.stderr) == (0, True), done.stderr
    sent = desk.send()
    assert (sent.returncode, said in sent.stderr) == (0, True)
    assert "3 filtered" in sent.stdout


def test_folders_of_files_are_warned_of(desk: Desk) -> None:
    """Mapped into a folder, names are counted over all files, also those finished before."""
    slip = re.sub(rb'"booking_[a-z_]+"', b'"Booking Created"', samples.bookings(2))
    (desk.folder / "a.ndjson").write_bytes(slip)
    (desk.folder / "b.ndjson").write_bytes(slip + samples.bookings(1))
    files = [str(desk.folder / name) for name in ("a.ndjson", "b.ndjson")]
    for _ in range(2):
        done = run("map", *files, *SETTINGS, "-o", str(desk.folder / "out"))
        assert 'warning: 4 events are called "Booking Created"' in done.stderr


# -- said before anything is sent


def test_what_is_doubtful_and_where_it_goes_is_said_first(desk: Desk) -> None:
    """Repeated orders and both hosts are named before the question, and nothing is sent by then."""
    bookings = samples.bookings(2)
    again = bookings.replace(b"https://", b"https://other.")
    desk.events.write_bytes(bookings + again)
    words = "2 repeated orders with different content"
    del desk.environment["ORDERKIT_ACCESS_TOKEN"]
    desk.environment |= {"ORDERKIT_CLIENT_KEY": "a-key", "ORDERKIT_CLIENT_SECRET": "a-secret"}
    asked = [each for each in desk.arguments() if each != "--yes"]
    done = run(*asked, **desk.environment)
    assert (done.returncode, desk.sandbox.received) == (2, [])
    assert f"warning: {words}" in done.stderr
    assert '"B-000000" CREATE_ORDER (lines 1 and 3)' in done.stderr
    orders, tokens = (
        urlsplit(url).netloc for url in (desk.sandbox.order_url, desk.sandbox.token_url)
    )
    assert f"orders go to {orders}; client key and secret to {tokens}" in done.stderr
    dry = run("send", str(desk.events), *SETTINGS, "--ledger", str(desk.ledger))
    assert dry.stderr.count(words) == 1
    stream = 'repeated order with different content: "B-000000" CREATE_ORDER (lines 1 and 3)'
    arguments = ["send", "-", *SETTINGS, "--ledger", str(desk.ledger)]
    piped = run(*arguments, stdin=(bookings + again).decode())
    assert piped.stderr.count(stream) == piped.stderr.count(words) == 1


@posix
def test_a_pipe_that_pauses_is_interrupted_at_once(desk: Desk) -> None:
    """What came is sent while the pipe is open, and Ctrl-C ends the command without a traceback."""
    arguments = desk.arguments("--json")
    arguments[1] = "-"
    with subprocess.Popen(
        [*ORDERKIT, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=bare_environment(**{"home": desk.home, **desk.environment}),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(samples.bookings(2).decode())
        process.stdin.flush()
        came = [process.stdout.readline(), process.stdout.readline()]
        assert [line["verdict"] for line in lines("".join(came))] == ["delivered"] * 2
        process.send_signal(signal.SIGINT)
        process.wait(20)
        assert process.stderr is not None
        err = process.stderr.read()
    assert process.returncode == 130
    assert "stopped, by hand" in err
    assert "Traceback" not in err
    assert "Fatal" not in err


def test_the_report_replaces_the_old_one_at_the_end(desk: Desk) -> None:
    """Killed in its midst, a sending leaves the old report; ended, it leaves its own; events may
    come from the file that the report replaces, through a pipe."""
    report = desk.folder / "report.ndjson"
    report.write_bytes(samples.bookings(2))
    desk.sandbox.script("error_code, slow(3600)")
    with desk.start("--report", str(report), "--timeout", "3600", "--json") as process:
        wait_until(lambda: desk.sandbox.met.get("slow"), process)
        process.kill()
    assert report.read_bytes() == samples.bookings(2)
    desk.sandbox.reset()
    desk.sandbox.script("error_code")
    arguments = desk.arguments("--report", str(report), "--rate", "1")
    arguments[1] = "-"
    done = subprocess.run(
        [*ORDERKIT, *arguments],
        input=report.read_bytes(),
        env=bare_environment(**{"home": desk.home, **desk.environment}),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    (left,) = map(loads, report.read_bytes().splitlines())
    assert left["_orderkit"]["verdict"] == "rejected"
    assert desk.send("--report", str(report), events=desk.folder / "none").returncode == 2
    assert len(report.read_bytes().splitlines()) == 1
