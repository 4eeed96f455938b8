"""How far a sending is, shown on the terminal while it goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from orderkit.cli.common import counted
from orderkit.cli.terminal import Terminal
from orderkit.sending.retry import Wait
from orderkit.sending.run import Run
from orderkit.sending.speed import format_duration


class SendingProgress:
    """Shows verdicts and waits on standard error; with a bar where it is wanted."""

    def __init__(self, err: Terminal, total: int | None, *, bar: bool) -> None:
        self.err = err
        self._paced = False
        self._bar = Progress(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.fields[note]}", style="bright_black"),
            console=err,
            transient=True,
            disable=not bar,
        )
        self._task = self._bar.add_task("", total=total, rate="", left="", note="")

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the bar meanwhile."""
        with self._bar:
            yield

    def update(self, run: Run) -> None:
        """One event more has its verdict."""
        left = format_duration(run.speed.left(run.total))
        self._bar.update(
            self._task,
            advance=1,
            rate=f"{run.speed.rate:,.1f} a second",
            left=f"{left} left" if left else "",
            note=counted(run.counts),
        )

    def show_wait(self, wait: Wait) -> None:
        """A wait begins. That the pace is kept to is said once: it is so before every order."""
        if wait.kind == "pace":
            if not self._paced:
                self.print(wait.reason)
            self._paced = True
            return
        self.print(f"waiting {wait.seconds:.2g} s before try {wait.attempt}: {wait.reason}")

    def warn(self, sentence: str) -> None:
        """A warning above the bar."""
        self.err.print(f"warning: {sentence}")

    def print(self, text: str) -> None:
        """A line above the bar."""
        self.err.print(text, style="bright_black")
