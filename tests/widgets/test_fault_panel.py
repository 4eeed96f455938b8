"""The panel that lets the sandbox fail, worked as a person works it."""

import asyncio
from collections.abc import Iterator

import pytest

from orderkit.sandbox import FAULTS, Sandbox
from orderkit.widgets import FaultPanel, SendForm


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def test_faults_are_chosen_with_their_meaning(sandbox: Sandbox) -> None:
    """The list has every fault of the table with what it does."""
    shown = {name: label for label, name in FaultPanel(sandbox).fault.options}
    assert set(shown) == {*FAULTS, "ok"}
    assert all(fault.description in shown[name] for name, fault in FAULTS.items())


def test_chosen_faults_are_pending_in_their_order(sandbox: Sandbox) -> None:
    """Value and number of calls become the entries of the script, and the script the sandbox's."""
    panel = FaultPanel(sandbox)
    panel.fault.value = "server_error"
    panel.value.value, panel.times.value = "503", "2"
    panel.add_button.click()
    panel.fault.value = "answer_lost"
    panel.times.value = "1"
    panel.add_button.click()
    assert panel.value.disabled
    assert panel.script.value == "server_error(503)*2, answer_lost"
    assert sandbox.pending == []
    panel.set_button.click()
    assert sandbox.pending == ["server_error(503)*2", "answer_lost"]
    assert list(panel.coming.frame["entry"]) == sandbox.pending
    assert "answer_lost" in panel.coming_view.value


@pytest.mark.parametrize(
    ("name", "value", "times", "said"),
    [
        ("slow", "much", "1", "write seconds from 0 to 3,600"),
        ("slow", "1", "often", "write a fault as name"),
        ("server_error", "200", "1", "write status from 400 to 599"),
    ],
)
def test_a_bad_entry_is_told_and_not_added(
    sandbox: Sandbox, name: str, value: str, times: str, said: str
) -> None:
    """What cannot be an entry is told with what to write, and the script stays."""
    panel = FaultPanel(sandbox)
    panel.script.value = "ok"
    panel.fault.value = name
    panel.value.value, panel.times.value = value, times
    panel.add_button.click()
    assert said in panel.message.value
    assert 'role="alert"' in panel.message.value
    assert panel.script.value == "ok"


@pytest.mark.parametrize(
    ("script", "said"), [("", "no entries"), ("ok, no_jsn", "did you mean no_json")]
)
def test_a_bad_script_leaves_the_old_one(sandbox: Sandbox, script: str, said: str) -> None:
    """A typed script with a slip is told, and changes nothing that is pending."""
    sandbox.script("timeout")
    panel = FaultPanel(sandbox)
    panel.script.value = script
    panel.set_button.click()
    assert said in panel.message.value
    assert sandbox.pending == ["timeout"]


def test_faults_at_random(sandbox: Sandbox) -> None:
    """Share and seed are asked for when faults come at random, and bad ones are told."""
    panel = FaultPanel(sandbox)
    assert panel.chance.layout.display == "none"
    panel.order.value = panel.order.options[1]
    assert panel.chance.layout.display == ""
    panel.share.value, panel.seed.value, panel.script.value = "0.5", "7", "no_json, slow(0)"
    panel.set_button.click()
    assert sandbox.pending[-1] == "random, seed 7, share 0.5"
    for share, seed, said in (("half", "7", "found &#x27;half"), ("0.5", "x", "the seed")):
        panel.share.value, panel.seed.value = share, seed
        panel.set_button.click()
        assert said in panel.message.value
    panel.share.value, panel.seed.value = "2", "7"
    panel.set_button.click()
    assert "write 0 to 1" in panel.message.value
    assert sandbox.pending[-1] == "random, seed 7, share 0.5"


def test_clear_ends_what_is_pending(sandbox: Sandbox) -> None:
    """Clearing empties script and sandbox."""
    panel = FaultPanel(sandbox)
    panel.script.value = "timeout*9"
    panel.set_button.click()
    panel.clear_button.click()
    assert (sandbox.pending, panel.script.value, panel.coming_view.value) == ([], "", "")


def test_the_panel_works_with_the_form_for_sending() -> None:
    """Faults said before the sandbox runs are met by the form's orders, and counted."""

    async def work() -> None:
        form = SendForm()
        panel = FaultPanel(form.sandbox)
        panel.script.value = "throttled_seconds(0), error_code(-7)"
        panel.set_button.click()
        form.target.value = "Embedded sandbox"
        form.send_button.click()
        assert form.task is not None
        await form.task
        await asyncio.sleep(0)
        assert [(sent.verdict, sent.delivery and sent.delivery.code) for sent in form.sent] == [
            ("rejected", -7)
        ]
        panel.look_button.click()
        assert panel.met.frame[["fault", "calls"]].to_numpy().tolist() == [
            ["throttled_seconds", "1"],
            ["error_code", "1"],
        ]
        assert "ok-badge" in panel.met_view.value
        assert panel.coming_view.value == ""
        form.sandbox.stop()

    asyncio.run(work())
