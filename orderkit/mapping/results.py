"""What mapping gives: an event's result, its trace, and the result with the event's place."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from orderkit.destination.fields import field_mappings
from orderkit.events.jsontext import plain
from orderkit.events.reader import EventLine
from orderkit.language.filters import FilterReason
from orderkit.mapping.messages import unreadable
from orderkit.mapping.problems import Problem

Outcome: TypeAlias = Literal["mapped", "filtered", "rejected"]


def outcome_word(outcome: str) -> str:
    """An outcome as people read it: to them, "rejected" is what TikTok does with an order."""
    return "with problems" if outcome == "rejected" else outcome


#: Where the order's id is among the values of a result.
ORDER_ID: Final = [row.target for row in field_mappings()].index("order_info.order_id")
State: TypeAlias = Literal["ok", "missing", "invalid", "not needed", "not yet"]


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
    state:         ok, missing or invalid; without a value where none is asked for: not needed, or
                   not yet (a later order status asks for it)
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

    @property
    def matters(self) -> bool:
        """Whether the row has a value or a problem."""
        return self.state in ("ok", "missing", "invalid")

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
    payload:      ``{"order_info": {...}}`` with what could be mapped; None when filtered, or when
                  none was asked for (`Mapper.judge`)
    problems:     errors and warnings, in the order of the table
    reason:       why the event was filtered, or ""
    trace:        one entry a row, from `Mapper.explain` only
    changes:      a line for each step of the transformation, from `Mapper.explain` only
    values:       what the payload holds, row by row in the table's order, None for nothing
    """

    outcome: Outcome
    order_status: str | None
    payload: dict[str, Any] | None
    problems: tuple[Problem, ...] = ()
    reason: str = ""
    trace: tuple[TraceEntry, ...] = ()
    changes: tuple[str, ...] = ()
    values: tuple[Any, ...] = field(default=(), repr=False)

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
        if self.changes:
            entry["transformation"] = list(self.changes)
        if self.trace:
            entry["trace"] = [line.as_json() for line in self.trace]
        return entry


def without_values(reason: str) -> str:
    """Why an event was filtered, without anything that it holds: it may be about a person."""
    return reason.rule if isinstance(reason, FilterReason) else reason


def filtered(reason: str) -> Mapped:
    """The result of an event that is not for this destination."""
    return Mapped("filtered", None, None, reason=reason)


def judged(
    status: str | None,
    payload: dict[str, Any] | None,
    problems: Sequence[Problem],
    values: tuple[Any, ...],
    trace: Sequence[TraceEntry] = (),
    changes: tuple[str, ...] = (),
) -> Mapped:
    """The result of an event with these findings: one error, and it is rejected."""
    rejected = any(problem.level == "error" for problem in problems)
    outcome: Outcome = "rejected" if rejected else "mapped"
    return Mapped(outcome, status, payload, tuple(problems), "", tuple(trace), changes, values)


# Not frozen, for the same reason.
@dataclass(slots=True)
class EventResult:
    """One event with its result; the outcome of what is no JSON object is ``unreadable``."""

    entry: EventLine
    mapped: Mapped | None

    @property
    def outcome(self) -> str:
        return self.mapped.outcome if self.mapped else "unreadable"

    @property
    def refused(self) -> bool:
        return self.outcome in ("rejected", "unreadable")

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.mapped.problems if self.mapped else (unreadable(self.entry.error),)

    @property
    def order_id(self) -> str:
        values = self.mapped.values if self.mapped else ()
        return str(values[ORDER_ID] or "") if values else ""

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object, with the place of the event."""
        return {**place(self.entry.index, self.entry.line), **self.without_place()}

    def without_place(self) -> dict[str, Any]:
        """The result as a JSON object, without index and line."""
        if self.mapped:
            return self.mapped.as_json()
        return {
            "outcome": "unreadable",
            "order_status": None,
            "payload": None,
            "problems": [problem.as_json() for problem in self.problems],
        }


def place(index: int, line: int | None) -> dict[str, int]:
    """Where an event stands: its index, and its line where lines are counted."""
    return {"index": index} if line is None else {"index": index, "line": line}
