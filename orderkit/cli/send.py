"""``orderkit send``"""

import asyncio
import math
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from orderkit.cli.common import (
    COLOURS,
    console,
    counted,
    events_argument,
    indented,
    json_option,
    print_json,
    print_problems,
    results,
    settings_option,
)
from orderkit.cli.faults import apply, faults_options
from orderkit.cli.outputs import refuse_overwriting
from orderkit.cli.progress import Board
from orderkit.client import Client
from orderkit.delivery import OUTCOMES
from orderkit.errors import OrderkitError
from orderkit.inputs import number_of
from orderkit.ledger import Ledger, default_path
from orderkit.mapping import Mapped, Mapper
from orderkit.paths import count
from orderkit.report import Report, writing
from orderkit.retry import DEFAULT_POLICY, Policy
from orderkit.sandbox import Sandbox
from orderkit.sending import (
    TARGETS,
    Book,
    Sent,
    Target,
    open_target,
    refuse_unready,
    send_all,
    target_name,
)
from orderkit.settings import Settings
from orderkit.settings_file import load_settings

#: On a terminal, of more events than this only those that need somebody are printed.
_MOST_PRINTED = 50


class _Above0(click.FloatRange):
    """A number above 0; "nan" is in no range, and yet outside none."""

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
    show_default=True,
    help="For one try.",
)
@click.option(
    "--order-seconds",
    type=_ABOVE_0,
    metavar="SECONDS",
    default=DEFAULT_POLICY.total_seconds,
    show_default=True,
    help="For one order, with all its tries and waits.",
)
@click.option(
    "--run-seconds",
    type=_ABOVE_0,
    metavar="SECONDS",
    default=86400.0,
    show_default=True,
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
    run = _Run(events, settings, target, policy, run_seconds, keep_tokens, as_json)
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


@dataclass
class _Run:
    events: str
    settings: Settings
    target: Target
    policy: Policy
    seconds: float
    keep_tokens: bool
    as_json: bool
    sandbox: Sandbox | None = None

    async def sent(self, book: Book | None, report: Report) -> int:
        total = number_of(self.events)
        out, err = console(), console(err=True)
        board = Board(err, total, bar=err.is_terminal and not (self.as_json and out.is_terminal))
        if out.is_terminal and err.is_terminal:
            # Both are the same screen: only the bar's own console prints above the bar.
            out = err
        quiet = out.is_terminal and (total is None or total > _MOST_PRINTED)
        causes: Counter[str] = Counter()
        async with open_target(
            self.target,
            self.settings,
            self.sandbox,
            policy=self.policy,
            on_wait=board.wait,
            keep_tokens=self.keep_tokens,
        ) as client:
            lines = self._lines(report)
            url = self.settings.connection.endpoint_url
            with _interrupted(client, board) as interrupted, board.shown():
                async for sent in send_all(lines, client, url, book, seconds=self.seconds):
                    board.count(sent.verdict)
                    report.add(sent)
                    if not sent.done:
                        causes[sent.delivery.cause if sent.delivery else sent.verdict] += 1
                    if self.as_json:
                        print_json(sent.as_json())
                    elif not (quiet and sent.done):
                        print_sent(out, sent)
        if not self.as_json:
            counts = counted(board.counts) or "nothing to send"
            out.print(f"{count(board.counts.total(), 'event')}: {counts}")
            if quiet:
                _print_causes(out, causes)
        if client and client.stopped:
            _tell_stop(board, causes, book, by_hand=bool(interrupted))
        if interrupted:
            return 130
        return int(bool(causes) or bool(client and client.stopped))

    def _lines(self, report: Report) -> Iterator[tuple[int, Mapped | None, str]]:
        for result in results(self.events, Mapper(self.settings)):
            report.expect(result.entry)
            yield result.entry.index, result.mapped, result.entry.error


@contextmanager
def _interrupted(client: Client | None, board: Board) -> Iterator[list[int]]:
    """Within it, Ctrl-C stops the client; a second one ends the process. Gives what came."""
    came: list[int] = []
    if client is None:
        yield came
        return
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)

    def stop(number: int, _frame: object) -> None:
        came.append(number)
        signal.signal(signal.SIGINT, before)
        # Not here: what the signal broke into may be printing itself.
        loop.call_soon_threadsafe(stopping)

    def stopping() -> None:
        client.stop()
        board.tell("stopping: calls under way are let end (Ctrl-C again leaves at once)")

    handled = [signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, handled[0])
        signal.signal(signal.SIGTERM, handled[1])


def _tell_stop(board: Board, causes: Counter[str], book: Book | None, *, by_hand: bool) -> None:
    ending = next((OUTCOMES[c] for c in causes if OUTCOMES[c].ends_run and c != "stopped"), None)
    why = "by hand"
    if not by_hand:
        why = (
            f"as each further order would fail: {ending.meaning}" if ending else "the time is over"
        )
    ledger = book.ledger.path if book else None
    board.tell(f"stopped, {why}; the same command goes on where it was (ledger: {ledger})")


def _print_causes(out: Console, causes: Counter[str]) -> None:
    for cause, number in causes.most_common():
        outcome = OUTCOMES[cause]
        out.print(Text(f"{number:,} × {cause}", style=COLOURS.get(outcome.verdict, "")))
        indented(out, outcome.meaning)
        indented(out, f"→ {outcome.next_step}", "bright_black")


def print_sent(out: Console, sent: Sent) -> None:
    """One verdict, with what to do where there is something to do."""
    line = Text(f"{sent.index:>4}  ")
    line.append(f"{sent.verdict:<10}", style=COLOURS.get(sent.verdict, ""))
    line.append(f"  {sent.order_status or '–':<15} {sent.order_id:<16}")
    if delivery := sent.delivery:
        facts = [delivery.facts, f"{delivery.seconds:.2f} s"]
        facts += [f"log_id {delivery.log_id}"] if delivery.log_id else []
        line.append(" · ".join(facts), style="bright_black")
    out.print(line, soft_wrap=True)
    if sent.problems:
        print_problems(out, sent.problems)
    elif sent.message and not sent.done:
        indented(out, sent.message)
        indented(out, f"→ {sent.next_step}", "bright_black")
    elif sent.verdict in ("filtered", "skipped"):
        indented(out, sent.message, "bright_black")
    if sent.request:
        indented(out, sent.request.as_text())
        out.print()
