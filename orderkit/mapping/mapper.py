"""From an event to a payload, for one set of settings."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Protocol

from orderkit.destination.settings import Settings
from orderkit.events.reader import EventLine
from orderkit.mapping import codegen, interpreter, platform, results
from orderkit.mapping.compiled import compile_settings
from orderkit.mapping.hotel_days import shifted_days
from orderkit.mapping.results import EventResult, Mapped, TraceEntry


class MapEvent(Protocol):
    """Maps an event, as it is or as if it were an order of the status."""

    def __call__(self, event: Any, *, status: str | None = None) -> Mapped: ...


class Mapper:
    """Maps events for one set of settings.

    The rows are compiled once; `map` and `explain` may be called any number of times, from any
    thread. No event makes them raise. `now` is the clock that formulas see; the time of day if
    absent. `compiled` has the rows and what stands around them.
    """

    def __init__(self, settings: Settings, *, now: datetime | None = None) -> None:
        if not isinstance(settings, Settings):
            raise TypeError("Mapper takes Settings: those that load_settings(path) gives")
        self.settings = settings
        self.compiled = compile_settings(settings, now)

    @cached_property
    def map(self) -> MapEvent:
        """Map an event: ``map(event, status=None)`` gives what became of it, a `Mapped`.

        `status` asks "and if it were an order of that status?". This is the generated function
        itself: a method that calls it would take part of its time.
        """
        return self._written().function()

    @cached_property
    def judge(self) -> MapEvent:
        """As `map`, without the payload: who counts over many events needs the values alone."""
        return self._written(payloads=False).function()

    def explain(self, event: Any, *, status: str | None = None) -> Mapped:
        """Map an event and keep the trace: one entry a row."""
        trace: list[TraceEntry] = []
        return interpreter.map_event(self.compiled, event, status, trace)

    def results(
        self,
        entries: Iterable[EventLine],
        *,
        status: str | None = None,
        explain: bool = False,
        payloads: bool = True,
    ) -> Iterator[EventResult]:
        """Each event as it was read with its result; with `explain`, with the trace too."""
        how = self.explain if explain else self.map if payloads else self.judge
        for entry in entries:
            mapped = None if entry.event is None else how(entry.event, status=status)
            if mapped and mapped.trace and entry.padded:
                mapped.trace = self._with_padding(mapped.trace, entry.padded)
            yield EventResult(entry, mapped)

    def _with_padding(
        self, trace: Iterable[TraceEntry], padded: Iterable[str]
    ) -> tuple[TraceEntry, ...]:
        """The trace, with what the reader of a table took away from cells as the first step."""
        steps = [
            tuple(
                f"padding of the cell `{column}` trimmed"
                for column in padded
                if column in field.source.properties
            )
            for field in self.compiled.fields
        ]
        return tuple(
            replace(entry, steps=(*step, *entry.steps)) if step else entry
            for entry, step in zip(trace, steps, strict=True)
        )

    @property
    def source(self) -> str:
        """The Python function that `map` runs, written for the settings; `explain` does without."""
        return self._written().source

    def _written(self, *, payloads: bool = True) -> codegen.Program:
        compiled = self.compiled
        steps: dict[str, Any] = {
            "run": partial(interpreter.map_event, compiled),
            "filtered": results.filtered,
            "find_status": partial(interpreter.find_status, compiled),
            "plain": interpreter.evaluate_one,
            "check": partial(interpreter.check, compiled),
            "check_item": partial(interpreter.check_item, compiled),
            "find_taken_away": partial(interpreter.find_taken_away, compiled),
            "judged": results.judged,
            "shifted_days": partial(shifted_days, compiled),
            "platform": platform.findings,
            "Mapped": Mapped,
        }
        chosen = self.settings.filter
        if chosen.consent or chosen.condition or chosen.formula:
            steps["refused"] = compiled.filter.explain_refusal
        if self.settings.transformation:
            steps["transform"] = compiled.transform
        return codegen.write(compiled, steps, payloads=payloads)
