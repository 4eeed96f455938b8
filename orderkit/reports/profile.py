"""Many events at once: how well each row is filled, with what, and what goes wrong how often."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from operator import is_
from typing import Any, Final

from orderkit.destination.fields import FieldMapping
from orderkit.events.paths import JSON_TYPES, MISSING, Missing
from orderkit.language.references import Calculation, Template
from orderkit.mapping.compiled import STATUS
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.readings import raw_reader, value_reader
from orderkit.mapping.results import Mapped
from orderkit.reports.causes import Cause, Causes

#: Distinct values are counted up to here, so that memory does not grow with the events.
MOST_DISTINCT: Final = 1_000
#: Texts and numbers in a step, but not the number of a standard.
_VALUES: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|(?<!ISO )(?<![0-9])[0-9][0-9.,:/+-]*')
_NO_STATUS: Final = "no status"
#: Events that are counted by kind before they are counted by row.
_COUNTED_TOGETHER: Final = 1_000


@dataclass(slots=True)
class RowProfile:
    """What one row was filled with over all events that were not filtered.

    events, filled: number of events, and of those with a value, by order status
    types:          JSON types of what was found
    conversions:    how often each kind of conversion was made
    distinct:       different values, counted up to `MOST_DISTINCT`
    example:        the first value

    A row that is read by a formula, or a text with properties in it, has that as a conversion.
    """

    row: FieldMapping
    events: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    conversions: Counter[str] = field(default_factory=Counter)
    example: Any = None
    _values: set[Any] = field(default_factory=set)

    @property
    def distinct(self) -> int:
        """The number of different values, at most `MOST_DISTINCT`."""
        return min(len(self._values), MOST_DISTINCT)

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


class Profile:
    """A profile that grows by `add`, in memory that does not.

    causes: what goes wrong, and how often
    """

    def __init__(self, mapper: Mapper) -> None:
        self.outcomes: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.causes = Causes()
        fields = mapper.compiled.fields
        self._fields, self._statuses = fields, mapper.compiled.statuses
        self._rows = {field.target: RowProfile(field.row) for field in fields}
        self._read_raws = raw_reader(mapper.compiled)
        self._read_values = value_reader(mapper.compiled)
        # Most events are alike but for their values: counted is how often each kind of them came.
        self._alike: Counter[tuple[str, tuple[type, ...], tuple[type, ...]]] = Counter()
        self._collecting: list[tuple[int, set[Any]]] = []
        self._count_alike()

    def add(self, index: int, event: Any, mapped: Mapped | None) -> None:
        """Count one event and what became of it, or None for what is no JSON object."""
        self.outcomes[mapped.outcome if mapped else "unreadable"] += 1
        if mapped is None or mapped.outcome == "filtered" or mapped.payload is None:
            return
        status = mapped.order_status or _NO_STATUS
        self.statuses[status] += 1
        raws = self._read_raws(event)
        values = self._read_values(mapped.payload["order_info"])
        self._alike[status, tuple(map(type, raws)), tuple(map(type, values))] += 1
        for number, known in self._collecting:
            if (value := values[number]) is not MISSING:
                if not known:
                    self._row(number).example = value
                known.add(value)
        # Most values are taken over as they are.
        if not all(map(is_, raws, values)):
            self._count_conversions(raws, values)
        if mapped.problems:
            self.causes.add(index, mapped.problems)
        self._uncounted += 1
        if self._uncounted == _COUNTED_TOGETHER:
            self._count_alike()

    def _count_conversions(self, raws: tuple[Any, ...], values: tuple[Any, ...]) -> None:
        for number, (raw, value) in enumerate(zip(raws, values, strict=True)):
            if value is raw or value is MISSING:
                continue
            if value != raw or type(value) is not type(raw):
                self._row(number).conversions.update(self._kinds(number, raw, value))

    @property
    def rows(self) -> dict[str, RowProfile]:
        """Target → profile of its row."""
        self._count_alike()
        return self._rows

    def _count_alike(self) -> None:
        for (status, raws, values), number in self._alike.items():
            of_row = zip(self._rows.values(), self._fields, raws, values, strict=True)
            for row, field_, raw, value in of_row:
                row.events[status] += number
                if raw is not Missing:
                    row.types[JSON_TYPES.get(raw, raw.__name__)] += number
                if value is not Missing:
                    row.filled[status] += number
                    if isinstance(field_.source, Template | Calculation):
                        row.conversions[field_.source.text] += number
        self._alike.clear()
        self._uncounted = 0
        self._collecting = [
            (number, row._values)
            for number, row in enumerate(self._rows.values())
            if len(row._values) < MOST_DISTINCT
        ]

    def _row(self, number: int) -> RowProfile:
        return self._rows[self._fields[number].target]

    def _kinds(self, number: int, raw: Any, value: Any) -> tuple[str, ...]:
        """The kinds of the conversions that a value went through: their words less the values."""
        field_ = self._fields[number]
        if field_.type.name == STATUS:
            # A status that was asked for did not come from the event.
            mapped = self._statuses.get(str(raw)) == value
            return (f"event mapping: … → {value}",) if mapped else ()
        try:
            _converted, steps = field_.type.convert(raw, field_.zone)
        except Unconvertible:
            return ()
        return tuple(map(_kind, steps))

    def worst(self) -> list[Cause]:
        """The causes, errors first, the most frequent first."""
        return self.causes.worst()

    def as_json(self) -> dict[str, Any]:
        """The whole profile as a JSON object."""
        return {
            "events": self.outcomes.total(),
            "outcomes": dict(self.outcomes),
            "order_statuses": dict(self.statuses),
            "rows": [row.as_json() for row in self.rows.values()],
            "failures": [cause.as_json() for cause in self.worst()],
        }


def profile(mapper: Mapper, events: Iterable[Any]) -> Profile:
    """The profile of events, None being what could not be read."""
    made = Profile(mapper)
    for index, event in enumerate(events):
        made.add(index, event, None if event is None else mapper.map(event))
    return made


# The same few words come again and again.
@lru_cache(maxsize=1_024)
def _kind(step: str) -> str:
    """A step less the values in it: of these there may be as many as events."""
    words, equals, _value = step.rpartition(" = ")
    return _VALUES.sub("…", words if equals else step)
