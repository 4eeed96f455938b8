"""Many events at once: how well each row is filled, with what, and what goes wrong how often."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.events.jsontext import show
from orderkit.mapping.results import Mapped

#: Distinct values are counted up to here, so that memory does not grow with the events.
MOST_DISTINCT: Final = 1_000
#: Texts and numbers in a step, but not the number of a standard.
_VALUES: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|(?<!ISO )(?<![0-9])[0-9][0-9.,:/+-]*')
_NO_STATUS: Final = "no status"


@dataclass(slots=True)
class RowProfile:
    """What one row was filled with over all events that were not filtered.

    events, filled: number of events, and of those with a value, by order status
    types:          JSON types of what was found
    conversions:    how often each kind of conversion was made
    distinct:       different values, counted up to `MOST_DISTINCT`
    example:        the first value
    """

    row: FieldMapping
    events: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    conversions: Counter[str] = field(default_factory=Counter)
    example: Any = None
    _values: set[str] = field(default_factory=set)

    @property
    def distinct(self) -> int:
        """The number of different values, at most `MOST_DISTINCT`."""
        return len(self._values)

    def fill_rate(self, status: str | None = None) -> float:
        """The share of events with a value, from 0 to 1; of one status, or of all."""
        if status is None:
            return self.filled.total() / max(self.events.total(), 1)
        return self.filled[status] / max(self.events[status], 1)

    def as_json(self) -> dict[str, Any]:
        """The profile of the row as a JSON object."""
        return {
            "source": self.row.source,
            "target": self.row.target,
            "fill_rate": round(self.fill_rate(), 4),
            "fill_rate_by_status": {s: round(self.fill_rate(s), 4) for s in self.events},
            "types": dict(self.types.most_common()),
            "conversions": dict(self.conversions.most_common()),
            "distinct": self.distinct,
            "distinct_is_at_least": self.distinct >= MOST_DISTINCT,
            "example": self.example,
        }


@dataclass(slots=True)
class Failure:
    """One kind of problem: how often it came, and the first event that had it."""

    code: str
    target: str
    level: str
    reason: str
    fix: str
    count: int
    first_event: int

    def as_json(self) -> dict[str, Any]:
        """The kind of problem as a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}


class Profile:
    """A profile that grows by `add`, in memory that does not."""

    def __init__(self) -> None:
        self.rows = {row.target: RowProfile(row) for row in field_mappings()}
        self.outcomes: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.failures: dict[tuple[str, str, str], Failure] = {}

    def add(self, index: int, mapped: Mapped | None) -> None:
        """Count one event: its result with trace, or None for what is no JSON object."""
        self.outcomes[mapped.outcome if mapped else "unreadable"] += 1
        if mapped is None or mapped.outcome == "filtered":
            return
        status = mapped.order_status or _NO_STATUS
        self.statuses[status] += 1
        for entry in mapped.trace:
            row = self.rows[entry.target]
            row.events[status] += 1
            if entry.json_type != "missing":
                row.types[entry.json_type] += 1
            if entry.state != "ok":
                continue
            row.filled[status] += 1
            # The words of a step, less the value it is about.
            row.conversions.update(_kind(step) for step in entry.steps)
            if row.example is None:
                row.example = entry.value
            if len(row._values) < MOST_DISTINCT:
                row._values.add(show(entry.value, 200))
        for problem in mapped.problems:
            found = problem.found if problem.code == "missing" else problem.rule
            key = (problem.code, problem.target, found)
            if key in self.failures:
                self.failures[key].count += 1
            else:
                self.failures[key] = Failure(
                    problem.code,
                    problem.target,
                    problem.level,
                    problem.message,
                    problem.fix,
                    1,
                    index,
                )

    def worst(self) -> list[Failure]:
        """The kinds of problems, errors first, the most frequent first."""
        return sorted(self.failures.values(), key=lambda f: (f.level != "error", -f.count))

    def as_json(self) -> dict[str, Any]:
        """The whole profile as a JSON object."""
        return {
            "events": self.outcomes.total(),
            "outcomes": dict(self.outcomes),
            "order_statuses": dict(self.statuses),
            "rows": [row.as_json() for row in self.rows.values()],
            "failures": [failure.as_json() for failure in self.worst()],
        }


def profile(results: Iterable[tuple[int, Mapped | None]]) -> Profile:
    """The profile of results with their trace."""
    made = Profile()
    for index, mapped in results:
        made.add(index, mapped)
    return made


def _kind(step: str) -> str:
    """A step less the values in it: of these there may be as many as events."""
    words, equals, _value = step.rpartition(" = ")
    return _VALUES.sub("…", words if equals else step)
