"""Forms in a real kernel: callbacks in its main thread and in a subshell's, also at one time."""

from collections.abc import Iterator
from typing import get_args

import pytest

from tests.widgets.kernel import RealKernel, Thread, real_kernel

THREADS = get_args(Thread)
each_thread = pytest.mark.parametrize("thread", THREADS)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealKernel]:
    with real_kernel(tmp_path_factory.mktemp("home")) as kernel:
        kernel.run(
            "import threading, time\n"
            "from orderkit.events import samples\n"
            "from orderkit.widgets import BackfillForm, Demo, FaultPanel, SendForm\n"
            "def watch(button):\n"
            "    button.on_click(lambda _: threads.append(threading.current_thread().name))"
        )
        yield kernel


@pytest.fixture
def kernel(shared: RealKernel) -> Iterator[RealKernel]:
    shared.run("threads = []")
    yield shared
    shared.run("form.sandbox.stop()")


def came_in(kernel: RealKernel, *threads: Thread) -> bool:
    """Whether the watched clicks were handled in these threads."""
    names = kernel.ask("threads")
    return ["main" if name == "MainThread" else "subshell" for name in names] == [*threads]


def send_form(kernel: RealKernel) -> None:
    """A form that is ready to send to the sandbox."""
    kernel.run("form = SendForm(); form.target.value = 'Embedded sandbox'")
    kernel.run("watch(form.send_button)")


@each_thread
def test_send_four_times(kernel: RealKernel, thread: Thread) -> None:
    """Each click sends, is recorded, shown, and leaves the button for the next one."""
    send_form(kernel)
    for number in range(1, 5):
        kernel.click("form.send_button", thread)
        kernel.run("await form.task")
        verdict = "delivered" if number == 1 else "skipped"
        assert kernel.ask("[sent.verdict for sent in form.sent]") == [verdict]
        assert kernel.ask("form.send_button.disabled") is False
        assert "1 event, 1 as they should be" in kernel.ask("form.message.value")
    assert came_in(kernel, *[thread] * 4)
    assert kernel.ask("len(form.sandbox.received)") == 1


def test_send_from_both_threads_in_turn(kernel: RealKernel) -> None:
    """One form, used in turn by cells and by both threads' callbacks, sends each time."""
    send_form(kernel)
    kernel.run("form.to.again.value = True")
    order: list[Thread] = ["main", "subshell", "subshell", "main", "subshell"]
    for thread in order:
        kernel.click("form.send_button", thread)
        kernel.run("await form.task; form.picker.choose.index += 1")
    kernel.run("form.send_button.click(); await form.task")
    assert came_in(kernel, *order, "main")
    assert kernel.ask("len(form.deliveries.entries)") == 6


def test_a_second_click_while_one_sends(kernel: RealKernel) -> None:
    """A click in the other thread meanwhile is refused in words, and the sending goes on."""
    send_form(kernel)
    kernel.run("form.sandbox.script('slow(0.5)')")
    kernel.click("form.send_button", "subshell")
    assert kernel.ask("form.send_button.disabled") is True
    kernel.click("form.send_button", "main")
    assert "a sending is under way" in kernel.ask("form.message.value")
    kernel.run("await form.task")
    assert kernel.ask("[sent.verdict for sent in form.sent]") == ["delivered"]
    assert kernel.ask("form.send_button.disabled") is False


def test_a_click_while_a_cell_is_busy(kernel: RealKernel) -> None:
    """While the main thread sleeps in a cell, a subshell's click sends to the end."""
    send_form(kernel)
    model = kernel.ask("form.send_button.model_id")
    state = {"tooltip": "moves it to the subshell"}
    kernel.send(model, {"method": "update", "state": state, "buffer_paths": []})
    busy = (
        "began = time.monotonic()\n"
        "while not (form.task and form.task.done()) and time.monotonic() < began + 20:\n"
        "    time.sleep(0.001)\n"
        "done_while_busy = bool(form.task and form.task.done())"
    )
    cell = kernel.run(busy, wait=False)
    kernel.send(model, {"method": "custom", "content": {"event": "click"}}, wait=False)
    kernel.end(cell)
    assert kernel.ask("done_while_busy") is True
    assert came_in(kernel, "subshell")
    assert kernel.ask("[sent.verdict for sent in form.sent]") == ["delivered"]


@each_thread
def test_search_and_refresh(kernel: RealKernel, thread: Thread) -> None:
    """Search, refresh and hand-over read the ledger from any thread, any number of times."""
    send_form(kernel)
    kernel.run("form.which.value = 'all loaded events'")
    kernel.click("form.send_button", thread)
    kernel.run("await form.task")
    for order in ("20260003", "20260001", "nowhere", ""):
        kernel.enter("form.deliveries.order", "value", order, thread)
        found = kernel.ask("[e.delivery.order_id for e in form.deliveries.entries]")
        assert len(found) == {"": 7, "nowhere": 0}.get(order, 1)
        assert all(order in name for name in found)
        kernel.click("form.deliveries.again", thread)
        assert kernel.ask("form.deliveries.message.value") == ""
    kernel.enter("form.deliveries.choose", "index", 2, thread)
    assert kernel.ask(
        "form.deliveries.entries[2].delivery.order_id in form.deliveries.entry_view.value"
    )
    kernel.click("form.handover_button", thread)
    assert "handover.html" in kernel.ask("form.handover_view.value")


@each_thread
def test_start_stop_start(kernel: RealKernel, thread: Thread) -> None:
    """A run stopped by hand goes on where it was, twice, and sends each order once."""
    kernel.run(
        "open('bookings.ndjson', 'wb').write(samples.bookings(240))\n"
        "form = BackfillForm()\n"
        "form.events.value, form.rate.value = 'bookings.ndjson', '200'\n"
        "watch(form.start_button); watch(form.stop_button)"
    )
    for _ in range(2):
        before = kernel.ask("len(form.sandbox.received)")
        kernel.click("form.start_button", thread)
        assert kernel.ask("form.stop_button.disabled") is False
        kernel.until(f"len(form.sandbox.received) > {before}")
        kernel.click("form.stop_button", thread)
        kernel.run("await form.task")
        assert "stopped by hand; Start goes on" in kernel.ask("form.message.value")
        assert kernel.ask("form.start_button.disabled, form.stop_button.disabled") == (False, True)
    kernel.click("form.start_button", thread)
    kernel.run("await form.task")
    assert "Every order is where it should be" in kernel.ask("form.message.value")
    assert kernel.ask("sorted(dict(form.counts))") == ["delivered", "skipped"]
    assert kernel.ask("len(form.sandbox.received), len(form.sandbox.orders)") == (240, 240)
    assert came_in(kernel, *[thread] * 5)


@each_thread
def test_the_fault_panel(kernel: RealKernel, thread: Thread) -> None:
    """Faults are set and looked at from any thread, and met by the next sending."""
    send_form(kernel)
    kernel.run("panel = FaultPanel(form.sandbox)")
    kernel.enter("panel.script", "value", "error_code(-7)", thread)
    kernel.click("panel.set_button", thread)
    kernel.click("form.send_button", thread)
    kernel.run("await form.task")
    assert kernel.ask("[sent.delivery.code for sent in form.sent]") == [-7]
    kernel.click("panel.look_button", thread)
    assert kernel.ask("list(panel.met.frame['fault'])") == ["error_code"]
    kernel.click("panel.clear_button", thread)
    assert "no fault is pending" in kernel.ask("panel.message.value")


@each_thread
def test_the_demo_page(kernel: RealKernel, thread: Thread) -> None:
    """The app's pages send and show from any thread, one booking after the other."""
    kernel.run("form = Demo(); form.sandbox = form.session.sandbox; watch(form.send.button)")
    for number in (1, 2):
        kernel.click("form.send.button", thread)
        kernel.run("await form.send.task")
        assert kernel.ask("len(form.session.sent)") == number
        assert "arrived" in kernel.ask("form.send.message.value")
        assert kernel.ask("form.send.button.disabled") is False
    kernel.run("form.journey.switches[next(iter(form.journey.switches))].value = False")
    kernel.run("form.journey.pace = 0")
    kernel.click("form.journey.buttons[1]", thread)
    kernel.run("await form.journey.task")
    assert "Arrived once" in kernel.ask("form.journey.message.value")
    assert came_in(kernel, thread, thread)
