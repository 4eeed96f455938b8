"""Options that let the sandbox fail, for the commands that run one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from orderkit.cli.writing import echo
from orderkit.sandbox.faults import FAULTS, FaultError, parse_script

if TYPE_CHECKING:
    from orderkit.sandbox import Sandbox

F = TypeVar("F", bound=Callable[..., Any])


def faults_options(command: F) -> F:
    """--faults SCRIPT, --random SHARE, --seed N, as `apply` takes them, and --list-faults."""
    options = (
        click.option(
            "--faults",
            "script",
            metavar="SCRIPT",
            default="",
            callback=_readable,
            help="What the order calls meet, one entry a call, then all is well: name, "
            "name(value), name*times, separated by commas.",
        ),
        click.option(
            "--random",
            "share",
            metavar="SHARE",
            type=click.FloatRange(0, 1),
            help="Let that share of all order calls (0 to 1) meet one of the faults in --faults; "
            "without it, any but rate_limit.",
        ),
        click.option(
            "--seed",
            metavar="N",
            type=int,
            default=0,
            show_default=True,
            help="The same number makes --random choose the same again.",
        ),
        click.option(
            "--list-faults",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_list,
            help=f"Explain the faults and end: {', '.join(FAULTS)}.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def apply(sandbox: "Sandbox", script: str, share: float | None, seed: int) -> None:
    """Let the sandbox fail as the options say. Raises FaultError."""
    if share is None:
        sandbox.script(script)
    else:
        sandbox.random_faults(seed, share, [script] if script else None)


def _readable(_context: click.Context, _option: click.Parameter, script: str) -> str:
    try:
        parse_script(script)
    except FaultError as error:
        raise click.BadParameter(str(error)) from None
    return script


def _list(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    lines = [(fault.written, fault.meaning) for fault in FAULTS.values()]
    width = max(len(written) for written, _ in lines)
    for written, meaning in lines:
        echo(f"{written.ljust(width)}  {meaning}")
    context.exit()
