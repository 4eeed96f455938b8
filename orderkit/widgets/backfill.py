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
from orderkit.events.files import refuse_overwriting
from orderkit.events.reader import number_of, open_events
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.reports import charts, views
from orderkit.sending.client import Client
from orderkit.sending.delivery import OUTCOMES
from orderkit.sending.report import writing
from orderkit.sending.retry import DEFAULT_POLICY, Wait
from orderkit.sending.run import open_target, send_all
from orderkit.sending.speed import Speed, told
from orderkit.widgets import parts
from orderkit.widgets.deliveries import DeliveryView
from orderkit.widgets.outcome import counted_outcomes
from orderkit.widgets.target import TargetChoice
from orderkit.widgets.workspace import events_path, read_settings, settings_path

#: Seconds between two looks of the progress: more often is more than an eye takes in.
_REDRAWN = 0.2


class BackfillForm(parts.Form):
    """Maps, checks and sends a file of any size; what was delivered before is skipped.

    to:         the target, and what it needs
    counts:     verdict → number of events, of the last run
    deliveries: the delivery view of all that was sent to the target
    task:       the run under way; ``await form.task`` waits for its end
    """

    def __init__(self, settings: Settings | None = None) -> None:
        settings, wrong = (settings, "") if settings else read_settings()
        self.settings = settings
        self.to = TargetChoice(settings, ("sandbox", "live"))
        self.target, self.confirm, self.sandbox = self.to.choose, self.to.confirm, self.to.sandbox
        self.counts: Counter[str] = Counter()
        self.task: asyncio.Task[None] | None = None
        self._client: Client | None = None
        self._reason = ""
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
        for made in (self.target, self.confirm):
            made.observe(lambda _change: self._lock(), names="value")
        self._lock()
        self.tell(wrong, "bad")

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
        return views.make(cells, ("verdict", "events"), "The last run")

    def begin(self) -> None:
        """Begin; the kernel stays free meanwhile."""
        if self.task and not self.task.done():
            raise OrderkitError("a run is under way: stop it, or wait for its end")
        rate = self._rate()
        name = self.events.value.strip()
        if not name:
            raise EventsError("name a file of events first")
        refuse_overwriting(events=name, report=self.report.value.strip(), settings=settings_path())
        with open_events(name):
            # Only to see that it can be read, before anything begins.
            pass
        self.to.make_ready()
        self.counts = Counter()
        self._reason = ""
        self.progress.value, self.status.value = 0, ""
        self.tell("sending …")
        self.task = asyncio.get_running_loop().create_task(self._run(name, rate))
        self.task.add_done_callback(self._ended)
        self._lock()

    def stop(self) -> None:
        """Let calls under way end, and begin no other; Start goes on where it was."""
        if self._client:
            self._reason = "stopped by hand"
            self._client.stop()

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

    async def _run(self, name: str, rate: float) -> None:
        book = self.to.book
        mapper = Mapper(self.settings)
        total = number_of(name)
        self.progress.max, self.progress.value = max(total or 1, 1), 0
        speed, drawn = Speed(), time.monotonic()
        keep = self.to.keep_tokens.value
        policy = replace(DEFAULT_POLICY, rate=rate)
        with (
            writing(self.report.value.strip() or None) as report,
            open_events(name) as entries,
            book.ledger.sending(),
        ):

            def results() -> Iterator[tuple[int, Mapped | None, str]]:
                for entry in entries:
                    report.expect(entry)
                    mapped = None if entry.event is None else mapper.map(entry.event)
                    yield entry.index, mapped, entry.error

            async with open_target(
                self.to.target,
                self.settings,
                self.sandbox,
                policy=policy,
                on_wait=self._wait,
                keep_tokens=keep,
            ) as self._client:
                async for sent in send_all(results(), self._client, None, book):
                    report.add(sent)
                    self.counts[sent.verdict] += 1
                    speed.count(sent.verdict)
                    if sent.delivery and OUTCOMES[sent.delivery.cause].ends_run:
                        self._reason = f"stopped, as each order would fail: {sent.message}"
                    if time.monotonic() - drawn > _REDRAWN:
                        drawn = time.monotonic()
                        self._draw(total, speed)
        self._draw(total, speed)

    def _draw(self, total: int | None, speed: Speed) -> None:
        done = self.counts.total()
        if total:
            self.progress.value = done
        span = told(speed.left(total)) if total != done else ""
        left = f" · {span} left" if span else ""
        of = f" of {total:,}" if total else ""
        self.status.value = (
            f'<div role="status"><p>{done:,}{of} · {speed.rate:,.1f} a second{left}</p>'
            f"{charts.legend_of(self.counts)}</div>"
        )

    def _wait(self, wait: Wait) -> None:
        if wait.kind == "retry":
            self.tell(f"waiting {wait.seconds:.3g} s before try {wait.attempt}: {wait.reason}")

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._client = None
        self._lock()
        parts.guarded(self, task.result)()
        self.deliveries.show(self.to.ledger)
        if task.cancelled() or task.exception():
            return
        good = not set(self.counts) & {"failed", "unknown", "rejected", "invalid"}
        if not self.counts and not self._reason:
            self.tell("There is no event in the file", "warn")
            return
        if good and not self._reason:
            self.tell("Every order is where it should be", "good")
            return
        why = self._reason or "Some orders are not delivered: the delivery view says why"
        self.tell(f"{why}; Start goes on where it was", "warn")

    def _lock(self) -> None:
        running = bool(self.task and not self.task.done())
        self.start_button.disabled = running or self.to.locked
        self.start_button.button_style = "danger" if self.to.target == "live" else "primary"
        self.stop_button.disabled = not running
