"""What forms share that send in the background: one piece of work at a time, failures shown."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from orderkit.errors import OrderkitError
from orderkit.reports.client_words import capital
from orderkit.reports.html import Tone
from orderkit.sending.run import Run
from orderkit.widgets import parts
from orderkit.widgets.background import BACKGROUND, BackgroundTask

#: Seconds between two looks of the progress: more often is more than an eye takes in.
REDRAWN: Final = 0.2


class Work:
    """What a form does in the background, begun from any thread.

    form:       shows what fails
    show_state: enables what can be pressed now, and disables what cannot
    busy:       whether work is under way
    task:       the work under way, or the last one
    """

    def __init__(self, form: parts.ShowsMessages, show_state: Callable[[], object]) -> None:
        self.form, self.show_state = form, show_state
        self.busy = False
        self.task: BackgroundTask[None] | None = None

    def refuse_second(self) -> None:
        """Raise OrderkitError when work is under way."""
        if self.busy:
            raise OrderkitError("a sending is under way: wait for its end")

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let `work` go on while everything else can be used. Raises OrderkitError when busy."""
        with self.form.lock:
            if self.busy:
                work.close()
            self.refuse_second()
            self.busy = True
            self.show_state()
            self.task = BACKGROUND.begin(self._carry_out(work))

    async def _carry_out(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            parts.show_failure(self.form, error)
            raise
        finally:
            with self.form.lock:
                self.busy = False
                self.show_state()


def conclusion(run: Run, good: str, bad: str, go_on: str = "") -> tuple[str, Tone]:
    """What came of a run in words, and their tone.

    `good` and `bad` say it where orders were sent, `go_on` how to send what is left. That nothing
    was sent is never good, and names of events that may be slips are always shown.
    """
    events, filtered = run.counts.total(), run.counts["filtered"]
    tone: Tone = "warn"
    if not events:
        text = "There is no event to send"
    elif run.stopped:
        text = f"stopped {run.stopped}{go_on}"
    elif run.causes:
        text = f"{bad}{go_on}"
    elif filtered == events:
        which = "the event was" if events == 1 else f"all {events:,} events were"
        text = f"Nothing was sent: {which} filtered"
    else:
        text, tone = good, "good"
    warnings = [capital(text) for text in run.names.warnings()]
    token = run.authentication
    more = [capital(token)] if token else []
    return "\n".join([text, *more, *warnings]), "warn" if warnings else tone
