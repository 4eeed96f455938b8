"""The options that let a command's sandbox fail."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import httpx
import pytest
from click.testing import CliRunner

from orderkit.cli.faults import apply, faults_options
from orderkit.cli.sandbox import command
from orderkit.sandbox import FAULTS, Sandbox


@faults_options
@click.command()
def faulty(script: str, share: float | None, seed: int) -> None:
    """A command with the options, which shows what they make of a sandbox."""
    sandbox = Sandbox()
    apply(sandbox, script, share, seed)
    click.echo(", ".join(sandbox.pending))


@pytest.mark.parametrize(
    ("arguments", "pending"),
    [
        ([], ""),
        (
            ["--faults", "server_error*2, slow(0.5),ok,answer_lost"],
            "server_error(500)*2, slow(0.5), ok, answer_lost",
        ),
        (["--random", "0.25"], "random, seed 0, share 0.25"),
        (["--random", "1", "--seed", "7", "--faults", "no_json"], "random, seed 7, share 1"),
    ],
)
def test_options_become_what_is_pending(arguments: list[str], pending: str) -> None:
    """A script, or a share of random faults with its seed, is what the sandbox's calls meet."""
    done = CliRunner().invoke(faulty, arguments)
    assert (done.exit_code, done.output.strip()) == (0, pending)


def test_random_faults_are_those_of_the_script() -> None:
    """With both options, faults are drawn from the script and nothing else."""
    sandbox = Sandbox()
    apply(sandbox, "no_json, slow(0)", 1.0, 3)
    drawn = {str(sandbox._state.script.take()) for _ in range(50)}
    assert drawn == {"no_json", "slow(0)"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--faults", "ok, sever_error"], "'--faults': entry 2 of the script"),
        (["--faults", "ok, sever_error"], "did you mean server_error"),
        (["--faults", "slow(x)"], "found slow(x); write seconds from 0 to 3,600"),
        (["--random", "2"], "'--random'"),
        (["--random", "some"], "'--random'"),
        (["--seed", "x"], "'--seed'"),
    ],
)
def test_bad_options_are_told(arguments: list[str], said: str) -> None:
    """Option, place and what to write are named, and the command ends with 2."""
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output


def test_faults_are_listed() -> None:
    """`--list-faults` explains every fault of the table, and --help names them."""
    listed = CliRunner().invoke(command, ["--list-faults"])
    assert listed.exit_code == 0
    assert [line.partition(" ")[0] for line in listed.output.splitlines()] == [
        fault.written for fault in FAULTS.values()
    ]
    assert all(fault.meaning in listed.output for fault in FAULTS.values())
    shown = CliRunner().invoke(command, ["--help"]).output
    assert all(name in shown for name in FAULTS)


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[str, str]]:
    """``orderkit sandbox`` with these arguments: its URL, and all that it printed at its start."""
    start = "from orderkit.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", start, "sandbox", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline() for _ in range(8)]
            yield lines[0].split()[4], "".join(lines)
        finally:
            process.terminate()


def test_the_sandbox_command_fails_as_told() -> None:
    """The script is pending in the running sandbox, and what is pending is printed."""
    with serving("--faults", "no_json, slow(0.5)*2") as (url, printed):
        assert "faults       no_json, slow(0.5)*2" in printed
        assert httpx.get(f"{url}/faults").json()["pending"] == ["no_json", "slow(0.5)*2"]
