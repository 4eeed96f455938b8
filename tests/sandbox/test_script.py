"""The text of scripts, and the order in which calls meet what they say."""

import pytest

from orderkit import OrderkitError
from orderkit.sandbox import FAULTS, FaultError, Sandbox
from orderkit.sandbox.faults import Script, parse_script


def words(script: str) -> list[str]:
    return [str(step) for step in parse_script(script)]


def test_one_entry_a_call() -> None:
    """Entries come in their order, repeated as often as the script says."""
    assert words("server_error(503)*2, slow(0.5) ,ok, answer_lost") == [
        "server_error(503)",
        "server_error(503)",
        "slow(0.5)",
        "ok",
        "answer_lost",
    ]


@pytest.mark.parametrize("script", ["", " ", ",", "slow*0"])
def test_empty_script_has_no_steps(script: str) -> None:
    """Nothing, blanks, commas and no repetitions are a script for no call."""
    assert parse_script(script) == []


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_can_be_written_bare(name: str) -> None:
    """Every fault of the table has a default that lies within its own bounds."""
    (step,) = parse_script(name)
    assert step.fault is FAULTS[name]
    assert step.fault.low <= step.value <= step.fault.high
    assert step.fault.description


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "ok, sever_error",
            "entry 2 of the script: there is no fault 'sever_error'; did you mean ",
        ),
        ("x", "entry 1 of the script: there is no fault 'x'; The faults are slow, timeout, "),
        ("slow(much)", "found slow(much); write seconds from 0 to 3,600"),
        ("slow(-1)", "found slow(-1); write seconds from 0 to 3,600"),
        ("slow(nan)", "found slow(nan); write seconds from 0 to 3,600"),
        ("server_error(200)", "found server_error(200); write status from 400 to 599"),
        ("timeout(3)", "timeout takes no value; write timeout"),
        ("slow 3", "found 'slow 3'; write a fault as name, name(value), name*times or"),
        ("slow(1", "found 'slow(1'; write a fault as"),
        ("ok*999999", "a script is for at most 100,000 calls"),
    ],
)
def test_bad_script_is_told(script: str, message: str) -> None:
    """What cannot be read is named with its place and what to write instead."""
    with pytest.raises(FaultError) as error:
        parse_script(script)
    assert message in str(error.value)
    assert isinstance(error.value, OrderkitError)


def test_near_miss_is_named() -> None:
    """A misspelled fault is answered with the one that was meant."""
    with pytest.raises(FaultError, match="did you mean server_error"):
        parse_script("sever_error")


def test_pending_is_what_is_left() -> None:
    """What is pending reads like the script that would bring it about."""
    script = Script()
    script.write(parse_script("slow(0.5)*3, ok, timeout"))
    assert script.take().fault.name == "slow"
    assert script.pending() == ["slow(0.5)*2", "ok", "timeout"]


def test_after_the_script_all_is_well() -> None:
    """Once a script is over, calls are answered as they should be, and counted as ok."""
    script = Script()
    script.write(parse_script("no_json"))
    assert [script.take().fault.name for _ in range(3)] == ["no_json", "ok", "ok"]
    assert script.pending() == []
    assert script.met == {"no_json": 1, "ok": 2}


def test_refusals_in_a_row_are_one() -> None:
    """Refusals take no call: those in a row are summed up when it is their turn."""
    script = Script()
    script.write(parse_script("refused(0.5)*2, refused(1), timeout"))
    assert script.refusal() == 2
    assert script.refusal() == 0
    assert script.take().fault.name == "timeout"


def drawn(seed: int, share: float, names: list[str] | None = None) -> list[str]:
    script = Script()
    script.write_random(seed, share, names)
    steps = []
    for _ in range(400):
        script.refusal()
        steps.append(str(script.take()))
    return steps


def test_random_faults_follow_from_the_seed() -> None:
    """The same seed gives the same faults, another seed others."""
    assert drawn(7, 0.3) == drawn(7, 0.3)
    assert drawn(7, 0.3) != drawn(8, 0.3)


def test_random_faults_keep_to_share_and_names() -> None:
    """About that share of calls meets a fault, and only faults that were named."""
    steps = drawn(7, 0.3, ["slow(0.1)", "no_json"])
    assert set(steps) == {"ok", "slow(0.1)", "no_json"}
    assert 0.2 < 1 - steps.count("ok") / len(steps) < 0.4
    assert set(drawn(7, 0)) == {"ok"}
    assert "ok" not in drawn(7, 1, ["no_json"])


def test_random_refusals_come_to_an_end() -> None:
    """Even where nothing but refusals is drawn, calls get through in between."""
    assert set(drawn(7, 1, ["refused(0.01)"])) == {"ok"}


@pytest.mark.parametrize(
    ("share", "names"), [(1.5, None), (-0.1, None), (float("nan"), None), (0.5, []), (0.5, ["x"])]
)
def test_bad_random_faults_are_told(share: float, names: list[str] | None) -> None:
    """A share that is none, no names and unknown names are refused."""
    with pytest.raises(FaultError):
        Script().write_random(1, share, names)


def test_bad_script_leaves_the_old_one(sandbox: Sandbox) -> None:
    """A script that cannot be read changes nothing."""
    sandbox.script("no_json")
    with pytest.raises(FaultError):
        sandbox.script("slow, nonsense")
    assert sandbox.pending == ["no_json"]
