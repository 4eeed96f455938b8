"""``orderkit send``"""

import asyncio
import math
import sys
from contextlib import ExitStack
from typing import Any

import click

from orderkit.cli.common import events_argument, json_option, settings_option
from orderkit.cli.faults import apply, faults_options
from orderkit.cli.sending_run import Run
from orderkit.destination.loading import load_settings
from orderkit.destination.settings import Settings
from orderkit.errors import OrderkitError
from orderkit.events.files import refuse_overwriting
from orderkit.sandbox import Sandbox
from orderkit.sending.ledger import Ledger, default_path
from orderkit.sending.report import writing
from orderkit.sending.retry import DEFAULT_POLICY, Policy
from orderkit.sending.run import TARGETS, Book, Target, refuse_unready, target_name


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
@click.option("--report", metavar="FILE", help="NDJSON of what was not delivered, to send again.")
@click.option("--keep-tokens", is_flag=True, help="Keep access tokens in the system's keyring.")
@faults_options
@json_option
def command(
    events: str,
    settings_path: str,
    target: Target,
    yes: bool,
    rate: float | None,
    attempts: int,
    timeout: float,
    order_seconds: float,
    run_seconds: float,
    ledger_path: str | None,
    force: bool,
    report: str | None,
    keep_tokens: bool,
    script: str,
    share: float | None,
    seed: int,
    as_json: bool,
) -> int:
    """Map, check and send events as orders; what cannot be sent is told with the fix.

    Each delivery is written down in a ledger, so that the same command again sends only what was
    not delivered: Ctrl-C, or a lost connection, loses nothing. Look at it with orderkit deliveries.

    Live sending needs endpoint_url in the settings, and credentials in the keyring or in
    ORDERKIT_CLIENT_KEY and ORDERKIT_CLIENT_SECRET, or ORDERKIT_ACCESS_TOKEN alone. Ends with 0 when
    every order that was meant to be sent was delivered, with 1 otherwise.

    Example: orderkit send events.ndjson --settings settings.toml --to sandbox
    """
    settings = load_settings(settings_path)
    refuse_unready(target, settings)
    refuse_overwriting(events=events, settings=settings_path, report=report, ledger=ledger_path)
    if (script or share) and target != "sandbox":
        raise click.UsageError("--faults and --random are for the embedded sandbox: --to sandbox")
    if target == "live" and not yes:
        _confirm(events, settings)
    policy = Policy(
        attempts=attempts,
        timeout=timeout,
        total_seconds=order_seconds,
        rate=rate or (DEFAULT_POLICY.rate if target == "live" else math.inf),
    )
    run = Run(events, settings, target, policy, run_seconds, keep_tokens, as_json)
    with ExitStack() as stack:
        if target == "sandbox":
            run.sandbox = stack.enter_context(Sandbox())
            apply(run.sandbox, script, share, seed)
        book = None
        if target != "dry-run":
            ledger = stack.enter_context(Ledger(ledger_path or default_path()))
            stack.enter_context(ledger.sending())
            book = Book(ledger, target_name(target, settings), force)
        # Emptied last: a run that cannot begin leaves the report of the one before.
        written = stack.enter_context(writing(report))
        return asyncio.run(run.sent(book, written))


def _confirm(events: str, settings: Settings) -> None:
    if events == "-" or not sys.stdin.isatty():
        raise OrderkitError("live sending is confirmed on a terminal; in a script, add --yes")
    click.confirm(f"Send the orders of {events} to {settings.connection.endpoint_url}?", abort=True)
