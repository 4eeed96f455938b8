"""From an event to a payload: the rows compiled once for the settings, then run for each event."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias

from orderkit.destination.settings import Settings
from orderkit.events import paths
from orderkit.events.jsontext import plain, show
from orderkit.events.paths import MISSING, is_blank, near_misses
from orderkit.language.filters import refused_by_conditions, refused_by_consent
from orderkit.language.references import Reading, compile_formula
from orderkit.language.transformations import compile_steps
from orderkit.mapping import codegen
from orderkit.mapping.compiled import STATUS, Row, State, compile_rows
from orderkit.mapping.consistency import ConsistencyRule, consistency_rules
from orderkit.mapping.messages import inconsistent, left_out, not_an_event
from orderkit.mapping.problems import Problem

if TYPE_CHECKING:
    from orderkit.language.formulas import Context

ASKED: Final = "the status asked for"

#: Characters of the longest event name that is worth keeping in memory.
_LONGEST_REMEMBERED: Final = 200

Outcome: TypeAlias = Literal["mapped", "filtered", "rejected"]


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """How the value of one row came about.

    target, source, type, mandatory: the row's
    reads:         what is read in fact, after settings and smart mapping
    found_at:      where the value was found, or looked for
    raw:           the value found; `None` with `json_type` "missing" where there was none
    json_type:     its JSON type, in words
    steps:         each conversion, in words
    value:         what went into the payload, or `None`
    state:         there, absent (and need not be there), missing, or invalid
    """

    target: str
    source: str
    reads: str
    type: str
    mandatory: bool
    found_at: str
    raw: Any
    json_type: str
    steps: tuple[str, ...]
    value: Any
    state: State

    def as_json(self) -> dict[str, Any]:
        """The entry as a JSON object; `raw` as far as JSON can carry what the event held."""
        # Without `raw`, which may be nested deeper than `asdict` can go.
        return asdict(replace(self, raw=None)) | {"raw": plain(self.raw)}


# Not frozen: one is made for each event, and that would take three times as long.
@dataclass(slots=True)
class Mapped:
    """What became of one event.

    outcome:      ``mapped``, ``filtered`` (not for this destination) or ``rejected`` (has an error)
    order_status: TikTok's status, or None where there is none
    payload:      ``{"order_info": {...}}`` with what could be mapped; None when filtered
    problems:     errors and warnings, in the order of the table
    reason:       why the event was filtered, or ""
    trace:        one entry a row, from `Mapper.explain` only
    """

    outcome: Outcome
    order_status: str | None
    payload: dict[str, Any] | None
    problems: tuple[Problem, ...] = ()
    reason: str = ""
    trace: tuple[TraceEntry, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object; the trace only where there is one."""
        entry: dict[str, Any] = {
            "outcome": self.outcome,
            "order_status": self.order_status,
            "payload": self.payload,
            "problems": [problem.as_json() for problem in self.problems],
        }
        if self.reason:
            entry["reason"] = self.reason
        if self.trace:
            entry["trace"] = [line.as_json() for line in self.trace]
        return entry


class MapEvent(Protocol):
    """Maps an event, as it is or as if it were an order of the status."""

    def __call__(self, event: Any, *, status: str | None = None) -> Mapped: ...


class Mapper:
    """Maps events for one set of settings.

    The rows are compiled once; `map` and `explain` may be called any number of times, from any
    thread. No event makes them raise. `now` is the clock that formulas see; the time of day if
    absent.
    """

    def __init__(self, settings: Settings, *, now: datetime | None = None) -> None:
        if not isinstance(settings, Settings):
            raise TypeError("Mapper takes Settings: those that load_settings(path) gives")
        self.settings = settings
        self._zone = settings.zone
        self._now = now
        self._statuses = settings.statuses()
        #: An event as the rows see it: renamed and deleted properties carried out.
        self.transform = compile_steps([(t.property, t.new_name) for t in settings.transformation])
        self._conditions = tuple(c.compiled() for c in settings.filter.condition)
        formula = settings.filter.formula
        self._filter = compile_formula(formula, self._context) if formula else None
        self.rows = compile_rows(settings, self._context)
        self._status_row = next(row for row in self.rows if row.type.name == STATUS)
        self._by_target = {row.field.target: row for row in self.rows}
        # The first row of each array stands for it.
        self._arrays: dict[paths.Parts, Row] = {}
        for row in self.rows:
            if row.array:
                self._arrays.setdefault(row.array, row)

    @cached_property
    def map(self) -> MapEvent:
        """Map an event: ``map(event, status=None)`` gives what became of it, a `Mapped`.

        `status` asks "and if it were an order of that status?". This is the generated function
        itself: a method that calls it would take part of its time.
        """
        return self._program.function()

    def explain(self, event: Any, *, status: str | None = None) -> Mapped:
        """Map an event and keep the trace: one entry a row."""
        return self._run(event, status, [])

    @property
    def source(self) -> str:
        """The Python function that `map` runs, written for the settings; `explain` does without."""
        return self._program.source

    @cached_property
    def _program(self) -> codegen.Program:
        steps: dict[str, Any] = {
            "run": self._run,
            "filtered": _filtered,
            "find_status": self._status,
            "plain": _evaluate,
            "check": self._check,
            "judged": _judged,
            "Mapped": Mapped,
        }
        chosen = self.settings.filter
        if chosen.consent or chosen.condition or chosen.formula:
            steps["refused"] = self._refused
        if self.settings.transformation:
            steps["transform"] = self.transform
        return codegen.write(self.rows, self._arrays, self._statuses, steps)

    def _run(
        self, event: Any, asked: str | None = None, trace: list[TraceEntry] | None = None
    ) -> Mapped:
        """The plain evaluation, row by row."""
        if not isinstance(event, dict):
            return Mapped("rejected", None, {"order_info": {}}, (not_an_event(event),))
        if reason := self._refused(event):
            return _filtered(reason)
        event = self.transform(event)
        status, status_reading, reason = self._status(event, asked)
        if reason:
            return _filtered(reason)
        payload: dict[str, Any] = {"order_info": {}}
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for row in self.rows:
            reading = status_reading if row is self._status_row else None
            reading = reading or row.source.read(event)
            value, steps, state, problem = row.evaluate(reading, status, event)
            if problem:
                problems.append(problem)
            if state == "there":
                values[row.field.target] = value
                _put(payload, row.parts, value)
            if trace is not None:
                trace.append(_entry(row, reading, steps, value, state, status, event))
        for array, row in self._arrays.items():
            items = paths.get(event, array)
            if isinstance(items, list) and len(items) > 1:
                problems.append(left_out(row, array, len(items)))
        for rule in consistency_rules():
            self._check(rule, values, problems)
        return _judged(status, payload, problems, trace or ())

    def _refused(self, event: Any) -> str:
        """Why the destination's filters keep an event back, or ""."""
        chosen = self.settings.filter
        if chosen.consent and (reason := refused_by_consent(chosen.consent, event)):
            return reason
        if reason := refused_by_conditions(self._conditions, chosen.match, event):
            return reason
        if self._filter is None or self._filter.read(event).raw is True:
            return ""
        steps = self._filter.told(event)
        return f"the filter's formula does not hold: {steps[-1] if steps else self._filter.text}"

    def _context(self) -> "Context":
        from orderkit.language.formulas import Context

        return Context(now=self._now or datetime.now(UTC), zone=self._zone)

    def _status(self, event: Any, asked: str | None) -> tuple[str | None, Reading | None, str]:
        """The order status, the reading of its row, and why the event is filtered."""
        if asked:
            return asked, Reading(asked, ASKED), ""
        reading = self._status_row.source.read(event)
        name = str(reading.raw) if type(reading.raw) is int else reading.raw
        if is_blank(name) or not isinstance(name, str):
            return None, reading, ""
        status = self._statuses.get(name)
        if status is None:
            told = _unmapped if len(name) < _LONGEST_REMEMBERED else _unmapped.__wrapped__
            return None, None, told(name, tuple(self._statuses))
        return status, reading, ""

    def _check(
        self, rule: ConsistencyRule, values: Mapping[str, Any], problems: list[Problem]
    ) -> None:
        if broken := rule.broken(values):
            row = self._by_target[rule.left]
            problems.append(inconsistent(row, rule.rule, *broken, rule.fix))


# Most events of a site are of a few other names.
@lru_cache(maxsize=1_024)
def _unmapped(name: str, mapped: tuple[str, ...]) -> str:
    """Why an event of that name is filtered."""
    near = near_misses(name, mapped, most=1)
    meant = f"; did you mean {show(near[0])}?" if near else ""
    return f"event {show(name)} is in no event mapping entry{meant}"


def _filtered(reason: str) -> Mapped:
    return Mapped("filtered", None, None, reason=reason)


def _judged(
    status: str | None,
    payload: dict[str, Any],
    problems: Sequence[Problem],
    trace: Sequence[TraceEntry] = (),
) -> Mapped:
    refused = any(problem.level == "error" for problem in problems)
    outcome: Outcome = "rejected" if refused else "mapped"
    return Mapped(outcome, status, payload, tuple(problems), trace=tuple(trace))


def _evaluate(
    row: Row,
    event: Any,
    status: str | None,
    problems: list[Problem],
    reading: Reading | None = None,
) -> Any:
    """The value of one row, None where there is none; a problem joins the others."""
    reading = reading or row.source.read(event)
    value, _steps, _state, problem = row.evaluate(reading, status, event)
    if problem:
        problems.append(problem)
    return value


def _entry(
    row: Row,
    reading: Reading,
    steps: Sequence[str],
    value: Any,
    state: State,
    status: str | None,
    event: Any,
) -> TraceEntry:
    found = reading.raw is not MISSING
    # A status that was asked for did not come from the row's source.
    told = row.source.told(event) if reading.found_at != ASKED else ()
    steps = (*told, *steps)
    if not found:
        steps = (*steps, row.source.why_absent(event))
    elif found and state in ("absent", "missing"):
        steps = (*steps, "blank: counts as absent")
    return TraceEntry(
        target=row.field.target,
        source=row.field.source,
        reads=row.reads,
        type=row.field.type,
        mandatory=row.field.mandatory_for(status),
        found_at=reading.found_at,
        raw=reading.raw if found else None,
        json_type=paths.json_type(reading.raw),
        steps=tuple(steps),
        value=value,
        state=state,
    )


def _put(payload: dict[str, Any], parts: paths.Parts, value: Any) -> None:
    """Set a value at a target, making the objects and arrays on the way."""
    holder: Any = payload
    for part, following in pairwise(parts):
        empty: Any = [] if following.isdecimal() else {}
        if isinstance(holder, list):
            if not holder:
                holder.append(empty)
            holder = holder[0]
        else:
            holder = holder.setdefault(part, empty)
    holder[parts[-1]] = value
