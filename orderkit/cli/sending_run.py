"""One run of ``orderkit send``: told as it goes on, and stopped cleanly."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from orderkit.cli.common import console, counted, print_json, results
from orderkit.cli.progress import Board
from orderkit.cli.sent import print_causes, print_sent
from orderkit.destination.settings import Settings
from orderkit.events.paths import count
from orderkit.events.reader import number_of
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.sandbox import Sandbox
from orderkit.sending.client import Client
from orderkit.sending.delivery import OUTCOMES
from orderkit.sending.report import Report
from orderkit.sending.retry import Policy
from orderkit.sending.run import HOPELESS, Book, Target, open_target, send_all

#: On a terminal, of more events than this only those that need somebody are printed.
_MOST_PRINTED = 50


@dataclass
class Run:
    """What is sent where, and how: `seconds` are those of the whole run."""

    events: str
    settings: Settings
    target: Target
    policy: Policy
    seconds: float
    keep_tokens: bool
    as_json: bool
    sandbox: Sandbox | None = None

    async def sent(self, book: Book | None, report: Report) -> int:
        """Send, and tell each verdict; gives the exit code."""
        total = number_of(self.events)
        out, err = console(), console(err=True)
        board = Board(err, total, bar=err.is_terminal and not (self.as_json and out.is_terminal))
        if out.is_terminal and err.is_terminal:
            # Both are the same screen: only the bar's own console prints above the bar.
            out = err
        quiet = out.is_terminal and (total is None or total > _MOST_PRINTED)
        causes: Counter[str] = Counter()
        started = time.monotonic()
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
            again = " (delivered before; --force sends them again)"
            counts += again if board.counts["skipped"] else ""
            out.print(f"{count(board.counts.total(), 'event')}: {counts}")
            if quiet:
                print_causes(out, causes)
        if client and client.stopped:
            done = board.counts.total()
            unreached = f"; {total - done:,} events were not reached" if total else ""
            why = "by hand" if interrupted else self._why_over(causes, started)
            board.tell(
                f"stopped, {why}{unreached}; the same command goes on where it was"
                f" (ledger: {book.ledger.path if book else 'none'})"
            )
        if interrupted:
            return 130
        return int(bool(causes) or bool(client and client.stopped))

    def _why_over(self, causes: Counter[str], started: float) -> str:
        if time.monotonic() - started >= self.seconds:
            return "the time is over"
        ending = next(
            (OUTCOMES[c] for c in causes if OUTCOMES[c].ends_run and c != "stopped"), None
        )
        if ending:
            return f"as each further order would fail: {ending.meaning.rstrip('.')}"
        return f"as {HOPELESS} orders in a row came to nothing in the same way"

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
