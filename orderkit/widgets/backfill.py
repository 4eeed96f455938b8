"""Sending a whole file of events while the kernel stays free, with a Stop button."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import ipywidgets as w

from orderkit.destination.settings import Settings
from orderkit.errors import EventsError, OrderkitError
from orderkit.events.overwriting import refuse_overwriting
from orderkit.events.reader import number_of, open_events
from orderkit.mapping.across import find_repeated_orders
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import EventResult
from orderkit.reports import charts, views
from orderkit.reports.funnel import run_funnel_html
from orderkit.sending.retry import DEFAULT_POLICY, Wait
from orderkit.sending.run import Run
from orderkit.sending.speed import format_duration
from orderkit.widgets import parts
from orderkit.widgets.background import BackgroundTask
from orderkit.widgets.deliveries import DeliveryView
from orderkit.widgets.outcome import counted_outcomes
from orderkit.widgets.target import TargetChoice
from orderkit.widgets.working import REDRAWN, Work, conclusion
from orderkit.widgets.workspace import SettingsInUse, events_path, settings_path


class BackfillForm(parts.Form):
    """Maps, checks and sends a file of any size; what was delivered before is skipped.

    to:         the target, and what it needs
    counts:     verdict → number of events, of the last run
    deliveries: the delivery view of all that was sent to the target
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._in_use = SettingsInUse(settings)
        self.settings = settings = self._in_use.settings
        self.to = TargetChoice(settings, ("sandbox", "live"))
        self.target, self.confirm, self.sandbox = self.to.choose, self.to.confirm, self.to.sandbox
        self.counts: Counter[str] = Counter()
        self._work = Work(self, self._show_state)
        self._run: Run | None = None
        #: What was said of the orders of the file, before it was sent all the same.
        self._said: list[str] = []
        self.events = parts.text_input(
            "File of events", str(events_path()), "NDJSON of any size, or a JSON array"
        )
        self.report = parts.text_input(
            "Report",
            hint="Gets what was not delivered, to be sent again after a fix",
            placeholder="a file for what was not delivered, if you want one",
        )
        self.rate = parts.text_input(
            "Requests a second",
            hint="3 is the lowest limit that TikTok publishes for its neighbouring calls",
            placeholder="3 live, no limit for the sandbox",
        )
        self.start_button = parts.button("Start", self.begin, self, "primary")
        self.stop_button = parts.button("Stop", self.stop, self)
        self.progress = w.IntProgress(min=0, max=1, description="Progress")
        self.status = w.HTML()
        self.deliveries = DeliveryView(self.to.ledger)
        super().__init__(
            self.events,
            self.report,
            self.rate,
            self.to,
            parts.row(self.start_button, self.stop_button, self.progress),
            self.status,
            below=[
                parts.title(
                    "What became of the orders",
                    "Over time, by cause with its solution, and each order's request and answer.",
                ),
                self.deliveries,
            ],
        )
        show_state = parts.guarded(self, self._show_state)
        for made in (self.target, self.confirm):
            made.observe(lambda _change: show_state(), names="value")
        self._show_state()
        self.show_message(self._in_use.wrong, "bad")

    def state_html(self) -> str:
        return self.expected.to_html()

    @property
    def expected(self) -> views.Table:
        """What the first events of the file would become, counted."""
        return counted_outcomes(self.settings, self.events.value)

    @property
    def table(self) -> views.Table:
        """Verdicts and their numbers, of the last run."""
        cells = [(name, self.counts[name]) for name in charts.VERDICTS if self.counts[name]]
        return views.make_table(cells, ("verdict", "events"), "The last run")

    @property
    def task(self) -> BackgroundTask[None] | None:
        """The run under way, or the last one.

        ``await form.task`` in a cell, and ``form.task.result()`` in a script, wait for its end.
        """
        return self._work.task

    def begin(self) -> None:
        """Begin; the kernel stays free meanwhile."""
        self._work.refuse_second()
        # No result of an earlier run stands beside what is said of this one.
        self.progress.value, self.status.value = 0, ""
        rate = self._rate()
        name, report = self.events.value.strip(), self.report.value.strip()
        if not name:
            raise EventsError("name a file of events first")
        refuse_overwriting(events=name, report=report, settings=settings_path())
        self._in_use.refuse_changed()
        with open_events(name):
            # Only to see that it can be read, before anything begins.
            pass
        self.to.make_ready()
        policy = replace(DEFAULT_POLICY, rate=rate)
        run = self._run = self.to.run(
            self._results(name), report=report or None, policy=policy, on_wait=self._show_wait
        )
        self.counts = run.counts
        self.show_message("sending …")
        self._work.begin(self._deliver(run, name))

    def stop(self) -> None:
        """Let calls under way end, and begin no other; Start goes on where it was."""
        if self._run:
            self._run.stop()

    def _rate(self) -> float:
        text = self.rate.value.strip()
        if not text:
            return DEFAULT_POLICY.rate if self.to.target == "live" else math.inf
        try:
            rate = float(text)
        except ValueError:
            rate = 0
        if not 0 < rate < math.inf:
            raise OrderkitError(f"Requests a second: found {text!r}; write a number above 0")
        return rate

    def _results(self, name: str) -> Iterator[EventResult]:
        with open_events(name) as entries:
            yield from Mapper(self.settings).results(entries)

    async def _deliver(self, run: Run, name: str) -> None:
        said = await asyncio.to_thread(find_repeated_orders, name, Mapper(self.settings))
        if said and said != self._said:
            self._said = said
            again = "Correct the file, or press Start again to send it as it is."
            self.show_message("\n".join([*said, again]), "warn")
            return
        run.total = await asyncio.to_thread(number_of, name)
        drawn = time.monotonic()
        try:
            async for _sent in run.verdicts():
                if time.monotonic() - drawn > REDRAWN:
                    drawn = time.monotonic()
                    self._draw(run)
        finally:
            if not run.stopped:
                run.total = run.counts.total()  # how many there are is known at last
            self._draw(run)
            self.status.value += run_funnel_html(run.counts)
            self.deliveries.show(run.ledger or self.to.ledger)
        good = "Every order is where it should be"
        bad = "Some orders are not delivered: the delivery view says why"
        self.show_message(*conclusion(run, good, bad, "; Start goes on where it was"))

    def _draw(self, run: Run) -> None:
        done, total = run.counts.total(), run.total
        if total:
            self.progress.max, self.progress.value = total, done
        span = format_duration(run.speed.left(total)) if total != done else ""
        left = f" · {span} left" if span else ""
        of = f" of {total:,}" if total else ""
        self.status.value = (
            f'<div role="status"><p>{done:,}{of} · {run.speed.rate:,.1f} a second{left}</p>'
            f"{charts.legend_of(run.counts)}</div>"
        )

    def _show_wait(self, wait: Wait) -> None:
        if wait.kind == "retry":
            self.show_message(
                f"waiting {wait.seconds:.3g} s before try {wait.attempt}: {wait.reason}"
            )

    def _show_state(self) -> None:
        self.start_button.disabled = self._work.busy or self.to.locked
        self.start_button.button_style = "danger" if self.to.target == "live" else "primary"
        self.stop_button.disabled = not self._work.busy
