"""Work in the background, outside a kernel: scripts, their end, and who waits for what."""

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from orderkit.sandbox import Sandbox
from orderkit.sending.ledger import Ledger
from orderkit.widgets.background import Background, BackgroundTask
from orderkit.widgets.deliveries import DeliveryView

SEND = """
from orderkit.widgets import SendForm
form = SendForm()
form.target.value = "Embedded sandbox"
form.send_button.click()
"""


def script(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run a script in an empty folder; warnings are errors there."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={"HOME": str(folder), "PATH": os.environ["PATH"]}
        | {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_script_sends_and_waits(tmp_path: Path) -> None:
    """Without any event loop, `form.task.result()` waits for the end; sent twice in a row."""
    done = script(
        tmp_path,
        f"{SEND}form.task.result()\nform.send_button.click()\nform.task.result()\n"
        "print([sent.verdict for sent in form.sent], len(form.sandbox.received))",
    )
    assert (done.stdout, done.stderr, done.returncode) == ("['skipped'] 1\n", "", 0)


@pytest.mark.parametrize("ending", ["", "import sys; sys.exit(3)", "form.sandbox.stop()"])
def test_a_script_ends_though_work_is_under_way(tmp_path: Path, ending: str) -> None:
    """The end of a script breaks off what is sent, without a word and without waiting for it."""
    slow = SEND.replace("form.send", "form.sandbox.script('slow(3600)')\nform.send")
    done = script(tmp_path, slow + ending)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 3 if "exit" in ending else 0)


@pytest.fixture
def background() -> Background:
    return Background()


def test_anyone_may_wait_and_give_up(background: Background) -> None:
    """Two loops and a thread wait for one piece of work; who gives up does not end it."""
    go = threading.Event()

    async def work() -> str:
        await asyncio.to_thread(go.wait)
        return threading.current_thread().name

    task: BackgroundTask[str] = background.begin(work())

    async def impatient() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(task, 0.01)

    async def patient() -> str:
        return await task

    asyncio.run(impatient())
    with pytest.raises(TimeoutError):
        task.result(0.01)
    assert not task.done()
    go.set()
    assert asyncio.run(patient()) == task.result() == "orderkit-background"
    background.close()


def test_what_fails_is_raised_for_who_waits(background: Background) -> None:
    """An exception comes to everyone who waits."""

    async def work() -> None:
        raise LookupError("of the work")

    async def wait() -> None:
        await task

    task = background.begin(work())
    for waiting in (lambda: asyncio.run(wait()), task.result):
        with pytest.raises(LookupError, match="of the work"):
            waiting()
    background.close()


def test_closing_cleans_up_and_more_work_begins_anew(background: Background) -> None:
    """Closing cancels what is under way, lets it clean up, and ends the thread."""
    steps: list[str] = []

    async def work() -> None:
        steps.append("begun")
        try:
            await asyncio.sleep(3600)
        finally:
            steps.append("cleaned up")

    async def more() -> int:
        return 4

    task = background.begin(work())
    while not steps:
        pass
    background.close()
    assert task.done()
    assert steps == ["begun", "cleaned up"]
    assert background.begin(more()).result() == 4
    background.close()
    background.close()


def test_a_ledger_is_used_by_many_threads_at_once(tmp_path: Path) -> None:
    """While orders are written down, other threads read; every look is at whole entries."""
    failed: list[BaseException] = []
    over = threading.Event()

    def read() -> None:
        try:
            while not over.is_set():
                found = ledger.entries()
                assert [entry.number for entry in found] == list(range(len(found), 0, -1))
                ledger.counts()
        except BaseException as error:
            failed.append(error)

    with Ledger(tmp_path / "l") as ledger:
        readers = [threading.Thread(target=read) for _ in range(3)]
        for thread in readers:
            thread.start()
        for number in range(60):
            ledger.refuse("sandbox", f"A-{number}", "CREATE_ORDER", "missing x", "why")
            ledger.filter("sandbox", "not for TikTok")
        over.set()
        for thread in readers:
            thread.join()
        assert failed == []
        assert ledger.counts()[0] == {"invalid": 60, "filtered": 60}


def test_a_ledger_that_breaks_is_shown_by_the_view(tmp_path: Path) -> None:
    """The delivery view says what keeps it from reading, wherever it was asked."""
    ledger = Ledger(tmp_path / "l")
    view = DeliveryView(ledger)
    ledger.close()
    view.show(ledger)
    assert "cannot be used" in view.message.value


def test_a_sandbox_is_started_and_stopped_by_many_threads() -> None:
    """However many threads start and stop it at once, one server runs, or none."""
    sandbox = Sandbox()
    before = threading.active_count()

    def start_and_stop() -> None:
        for _ in range(5):
            sandbox.start()
            sandbox.script("ok")
            sandbox.stop()

    threads = [threading.Thread(target=start_and_stop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert threading.active_count() == before
