"""Many events at once: how well each row is filled, with what, and what goes wrong how often."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import is_
from types import NoneType
from typing import Any, Final

from orderkit.destination.fields import FieldMapping
from orderkit.events.paths import JSON_TYPES, Missing
from orderkit.language.calculation import Calculation
from orderkit.language.references import Template
from orderkit.mapping.compiled import STATUS
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.readings import raw_reader
from orderkit.mapping.results import Mapped
from orderkit.reports.causes import Cause, Causes

#: Distinct values are counted up to here, so that memory does not grow with the events.
MOST_DISTINCT: Final = 1_000
#: Texts and numbers in a step, but not the number of a standard.
_VALUES: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|(?<!ISO )(?<![0-9])[0-9][0-9.,:/+-]*')
_NO_STATUS: Final = "no status"
_DIGITS: Final = str.maketrans("12345678", "9" * 8)
_MOST_KINDS: Final = 4_096
#: Events of which the values are held, to be counted together.
_COUNTED_TOGETHER: Final = 200


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

    def share(self, status: str | None = None) -> tuple[int, int] | None:
        """How many events have a value, of those that are to; None where none has and none is to.

        Of all statuses, those that ask for the field count, if any does.
        """
        statuses = self._statuses(status)
        asked = [each for each in statuses if self.row.mandatory_for(each)]
        filled = sum(self.filled[each] for each in asked or statuses)
        events = sum(self.events[each] for each in asked or statuses)
        return (filled, events) if asked or filled else None

    def lacks(self, status: str | None = None) -> bool:
        """Whether events have no value that are to have one."""
        return any(
            self.filled[each] < self.events[each]
            for each in self._statuses(status)
            if self.row.mandatory_for(each)
        )

    def describe(self, status: str | None = None) -> str:
        """ "4 of 7", "not yet" or "not needed": how the row is filled, for a status or for all."""
        if share := self.share(status):
            return f"{share[0]:,} of {share[1]:,}"
        later = any(self.row.awaits_later(each) for each in self._statuses(status))
        return "not yet" if later else "not needed"

    def _statuses(self, status: str | None) -> list[str]:
        return [*self.events] if status is None else [status]

    def count(self, status: str, found: type, times: int, *, filled: bool) -> None:
        """Count events of a status in which a value of that type was found."""
        self.events[status] += times
        if found is not Missing:
            self.types[JSON_TYPES.get(found, found.__name__)] += times
        if filled:
            self.filled[status] += times

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
        self._nothing = (None,) * len(fields)
        self._known_kinds: dict[tuple[int, type, str], tuple[str, ...]] = {}
        self._together: list[tuple[str, tuple[Any, ...], tuple[Any, ...]]] = []

    def add(self, index: int, event: Any, mapped: Mapped | None) -> None:
        """Count one event and what became of it, or None for what is no JSON object."""
        self.outcomes[mapped.outcome if mapped else "unreadable"] += 1
        if mapped is None or mapped.outcome == "filtered":
            return
        status = mapped.order_status or _NO_STATUS
        self.statuses[status] += 1
        values = mapped.values or self._nothing
        self._together.append((status, self._read_raws(event), values))
        if len(self._together) == _COUNTED_TOGETHER:
            self._count()
        if mapped.problems:
            self.causes.add(index, mapped.problems)

    @property
    def rows(self) -> dict[str, RowProfile]:
        """Target → profile of its row."""
        self._count()
        return self._rows

    def _count(self) -> None:
        """Count row by row what was read of the last events: a row of many at once is quick."""
        if not self._together:
            return
        statuses, raws, values = zip(*self._together, strict=True)
        self._together.clear()
        columns = zip(
            self._rows.values(), zip(*raws, strict=True), zip(*values, strict=True), strict=True
        )
        for number, (row, raw, value) in enumerate(columns):
            kinds = Counter(zip(statuses, map(type, raw), map(type, value), strict=True))
            for (status, raw_type, value_type), times in kinds.items():
                row.count(status, raw_type, times, filled=value_type is not NoneType)
            source = self._fields[number].source
            if isinstance(source, Template | Calculation):
                row.conversions[source.text] += sum(each is not None for each in value)
            if all(value_type is NoneType for _status, _raw_type, value_type in kinds):
                continue
            if len(row._values) < MOST_DISTINCT:
                if row.example is None:
                    row.example = next((each for each in value if each is not None), None)
                row._values.update(value)
                row._values.discard(None)
            # Most values are taken over as they are.
            if not all(map(is_, raw, value)):
                self._count_conversions(number, row, zip(raw, value, strict=True))

    def _count_conversions(
        self, number: int, row: RowProfile, pairs: Iterable[tuple[Any, Any]]
    ) -> None:
        for raw, value in pairs:
            if value is raw or value is None:
                continue
            if value != raw or type(value) is not type(raw):
                row.conversions.update(self._kinds(number, raw, value))

    def _kinds(self, number: int, raw: Any, value: Any) -> tuple[str, ...]:
        """The kinds of the conversions that a value went through: their words less the values.

        Values that differ only in digits other than 0 go the same way.
        """
        field_ = self._fields[number]
        if field_.type.name == STATUS:
            # A status that was asked for did not come from the event.
            mapped = self._statuses.get(str(raw)) == value
            return (f"event mapping: … → {value}",) if mapped else ()
        key = number, type(raw), str(raw).translate(_DIGITS)
        kinds = self._known_kinds.get(key)
        if kinds is None:
            try:
                _converted, steps = field_.type.convert(raw, field_.zone)
            except Unconvertible:
                return ()
            if len(self._known_kinds) >= _MOST_KINDS:
                self._known_kinds.clear()
            kinds = self._known_kinds[key] = tuple(map(_kind, steps))
        return kinds

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


def _kind(step: str) -> str:
    """A step less the values in it: of these there may be as many as events."""
    words, equals, _value = step.rpartition(" = ")
    return _VALUES.sub("…", words if equals else step)
