"""``orderkit send``"""

import asyncio
import math
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from orderkit.cli.common import (
    command_reading,
    events_argument,
    json_option,
    print_warnings,
    results,
    settings_option,
)
from orderkit.cli.faults import apply, faults_options
from orderkit.cli.sending_run import show_run
from orderkit.cli.writing import echo
from orderkit.destination.loading import load_settings
from orderkit.errors import LedgerError, OrderkitError
from orderkit.events.overwriting import refuse_overwriting
from orderkit.events.reader import number_of
from orderkit.mapping.across import RepeatedOrders, find_repeated_orders
from orderkit.mapping.mapper import Mapper
from orderkit.sending.ledger import Ledger, default_path
from orderkit.sending.retry import DEFAULT_POLICY, Policy
from orderkit.sending.run import Run
from orderkit.sending.targets import TARGETS, Target, describe_hosts, refuse_unready

if TYPE_CHECKING:
    from orderkit.sandbox import Sandbox


class _Above0(click.FloatRange):
    """A number above 0; "nan" is in no range, and yet outside none."""

    name = "number above 0"

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"found {value}; write a number above 0", param, ctx)
        return number


_ABOVE_0 = _Above0()


@click.command("send")
@events_argument
@settings_option
@click.option(
    "--to",
    "target",
    type=click.Choice(TARGETS),
    default="dry-run",
    show_default=True,
    help="Nobody, the embedded sandbox, or the endpoint of the settings.",
)
@click.option(
    "--authenticate", is_flag=True, help="With --to dry-run: get a token from the live endpoint."
)
@click.option("--yes", is_flag=True, help="Do not ask before sending live, for scripts.")
@click.option(
    "--rate",
    type=_ABOVE_0,
    metavar="N",
    help="Requests a second, retries included.  [default: 3 live, no limit for the sandbox]",
)
@click.option(
    "--attempts",
    type=click.IntRange(1),
    metavar="N",
    default=DEFAULT_POLICY.attempts,
    show_default=True,
    help="Tries of one order at most.",
)
@click.option(
    "--timeout",
    type=_ABOVE_0,
    metavar="SECONDS",
    default=DEFAULT_POLICY.timeout,
    show_default=f"{DEFAULT_POLICY.timeout:g}",
    help="For one try.",
)
@click.option(
    "--order-seconds",
    type=_ABOVE_0,
    metavar="SECONDS",
    default=DEFAULT_POLICY.total_seconds,
    show_default=f"{DEFAULT_POLICY.total_seconds:g}",
    help="For one order, with all its tries and waits.",
)
@click.option(
    "--run-seconds",
    type=_ABOVE_0,
    metavar="SECONDS",
    default=86400.0,
    show_default="86400, a day",
    help="For the whole run; the same command goes on later.",
)
@click.option(
    "--ledger",
    "ledger_path",
    metavar="FILE",
    help="Where deliveries are written down.  [default: in your data folder]",
)
@click.option("--force", is_flag=True, help="Send again what was delivered before.")
@click.option(
    "--also-outdated",
    is_flag=True,
    help="Send an update too when a newer one of its order was delivered.",
)
@click.option("--report", metavar="FILE", help="NDJSON of what was not delivered, to send again.")
@click.option("--keep-tokens", is_flag=True, help="Keep access tokens in the system's keyring.")
@faults_options
@json_option
def command(
    events: str,
    settings_path: str,
    target: Target,
    authenticate: bool,
    yes: bool,
    rate: float | None,
    attempts: int,
    timeout: float,
    order_seconds: float,
    run_seconds: float,
    ledger_path: str | None,
    force: bool,
    also_outdated: bool,
    report: str | None,
    keep_tokens: bool,
    script: str,
    share: float | None,
    seed: int,
    as_json: bool,
) -> int:
    """Map, check and send events as orders; what cannot be sent is shown with the fix.

    Each delivery is written down in a ledger, so that the same command again sends only what was
    not delivered: Ctrl-C, or a lost connection, loses nothing. Look at it with orderkit deliveries.
    An update of an order never follows a newer one, by update_time, that was delivered: it is
    outdated.

    Live sending needs endpoint_url in the settings, and credentials in the keyring or in
    ORDERKIT_CLIENT_KEY and ORDERKIT_CLIENT_SECRET, or ORDERKIT_ACCESS_TOKEN alone. Ends with 0 when
    every order that was meant to be sent was delivered, with 1 otherwise.

    Example: orderkit send events.ndjson --settings settings.toml --to sandbox
    """
    settings = load_settings(settings_path)
    if authenticate and target != "dry-run":
        raise click.UsageError("--authenticate is for dry runs: a sending needs a token anyway")
    refuse_unready("live" if authenticate else target, settings)
    refuse_overwriting(
        events=events,
        settings=settings_path,
        report=report,
        ledger=ledger_path or default_path(),
        output="-",
    )
    if (script or share) and target != "sandbox":
        raise click.UsageError("--faults and --random are for the embedded sandbox: --to sandbox")
    mapper = Mapper(settings)
    said = None if target == "dry-run" else find_repeated_orders(events, mapper, command_reading())
    print_warnings(said or ())
    if target == "live":
        echo(describe_hosts(settings), err=True)
        if not yes:
            _confirm(events)
    policy = Policy(
        attempts=attempts,
        timeout=timeout,
        total_seconds=order_seconds,
        rate=rate or (DEFAULT_POLICY.rate if target == "live" else math.inf),
    )
    with ExitStack() as stack:
        ledger = _ledger(ledger_path, target)
        if ledger:
            stack.enter_context(ledger)
        run = Run(
            results(events, mapper),
            settings,
            target,
            ledger,
            force=force,
            also_outdated=also_outdated,
            total=number_of(events),
            report=report,
            policy=policy,
            seconds=run_seconds,
            sandbox=stack.enter_context(_sandbox(target, script, share, seed)),
            keep_tokens=keep_tokens,
            authenticate=authenticate,
        )
        # Of a stream no more is known before than what was read of it.
        repeated = RepeatedOrders() if said is None else None
        return asyncio.run(show_run(run, as_json=as_json, repeated=repeated))


def _ledger(path: str | None, target: Target) -> Ledger | None:
    """The ledger; None where a dry run finds no place for one, and nobody named one."""
    try:
        return Ledger(path or default_path())
    except LedgerError as error:
        if path or target != "dry-run":
            raise
        echo(f"warning: this dry run is not kept: {error}", err=True)
        return None


@contextmanager
def _sandbox(
    target: Target, script: str, share: float | None, seed: int
) -> "Iterator[Sandbox | None]":
    """The embedded sandbox, for a target that is one, failing as the options say."""
    if target != "sandbox":
        yield None
        return
    # Its server takes longer to load than all else: only who sends there pays for it.
    from orderkit.sandbox import Sandbox

    with Sandbox() as sandbox:
        apply(sandbox, script, share, seed)
        yield sandbox


def _confirm(events: str) -> None:
    if events == "-" or not sys.stdin.isatty():
        raise OrderkitError("live sending is confirmed on a terminal; in a script, add --yes")
    click.confirm(f"Send the orders of {events}?", abort=True)
