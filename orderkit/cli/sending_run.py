"""A run of ``orderkit send``: shown as it goes on, and stopped cleanly."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from functools import partial

from orderkit.cli.common import counted, print_json, print_warnings
from orderkit.cli.progress import SendingProgress
from orderkit.cli.sent import print_causes, print_sent
from orderkit.cli.terminal import Terminal
from orderkit.cli.writing import echo, going_on
from orderkit.events.paths import count
from orderkit.mapping.across import RepeatedOrders
from orderkit.sending.run import Run

#: On a terminal, of more events than this only those that need somebody are printed.
_MOST_PRINTED = 50


async def show_run(run: Run, *, as_json: bool, repeated: RepeatedOrders | None = None) -> int:
    """Send, and print each verdict; gives the exit code.

    repeated: watches for orders that come again with different content; each is printed before it
              is sent
    """
    out, err = Terminal(), Terminal(err=True)
    progress = SendingProgress(
        err, run.total, bar=err.is_terminal and not (as_json and out.is_terminal)
    )
    run.on_wait = progress.show_wait
    if repeated:
        run.results = repeated.watch(run.results, progress.warn)
    if out.is_terminal and err.is_terminal:
        # Both are the same screen: only the bar's own console prints above the bar.
        out = err
    quiet = out.is_terminal and (run.total is None or run.total > _MOST_PRINTED)
    with going_on(), _interrupted(run, progress) as interrupted, progress.shown():
        async with aclosing(run.verdicts()) as verdicts:
            async for sent in verdicts:
                progress.update(run)
                if as_json:
                    print_json(sent.as_json(), flush=True)
                elif not (quiet and sent.done):
                    print_sent(out, sent)
    done = run.counts.total()
    if not as_json:
        counts = counted(run.counts) or "nothing to send"
        if run.counts["skipped"]:
            counts += " (skipped: delivered before; --force sends them again)"
        if run.counts["outdated"]:
            counts += (
                " (outdated: TikTok has newer updates; --also-outdated sends them after those)"
            )
        out.print(f"{count(done, 'event')}: {counts}")
        if quiet:
            print_causes(out, run.causes)
    if run.authentication:
        echo(run.authentication, err=True)
    print_warnings([*run.names.warnings(), *(repeated.sentences() if repeated else ())])
    if why := run.stopped:
        unreached = f"; {run.total - done:,} events were not reached" if run.total else ""
        progress.print(
            f"stopped, {why}{unreached}; the same command goes on where it was"
            f" (ledger: {run.ledger.path if run.ledger else 'none'})"
        )
    return 130 if interrupted else int(not run.all_done)


@contextmanager
def _interrupted(run: Run, progress: SendingProgress) -> Iterator[list[int]]:
    """Within it, Ctrl-C stops the run; a second one ends the process. Gives what came."""
    came: list[int] = []
    if run.target == "dry-run":
        yield came
        return
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)
    words = "stopping: calls under way are let end (Ctrl-C again leaves at once)"

    def stop(number: int, _frame: object) -> None:
        came.append(number)
        signal.signal(signal.SIGINT, before)
        run.stop()
        # Not here: what the signal broke into may be printing itself.
        loop.call_soon_threadsafe(partial(progress.print, words))

    handled = [signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, handled[0])
        signal.signal(signal.SIGTERM, handled[1])
