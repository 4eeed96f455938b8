"""What goes wrong in many events, by cause: equal problems are one, with how often they came."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.problems import Problem

#: Events that a cause names as examples.
_EXAMPLES: Final = 5
_BITS: Final = 2**64
_VARYING: Final = re.compile(r"[0-9]+|[\"'`{\[].*[\"'`}\]]")


@dataclass(slots=True)
class Cause:
    """One kind of problem: how often it came, and the first event that had it.

    problem: as the first event had it
    events:  the first events that had it, by index
    """

    problem: Problem
    count: int = 0
    events: list[int] = field(default_factory=list)
    _of_events: int = 0

    def add(self, index: int) -> None:
        """Count an event that has it."""
        self.count += 1
        if len(self.events) < _EXAMPLES:
            self.events.append(index)
        # Two causes with the same sum are of the same events, but for one case in 2**64.
        self._of_events = (self._of_events + hash((index, "event"))) % _BITS

    @property
    def same_events(self) -> tuple[int, int]:
        """Equal for causes that the same events have."""
        return self.count, self._of_events

    def as_json(self) -> dict[str, Any]:
        """The cause as a JSON object."""
        return {
            "code": self.problem.code,
            "target": self.problem.target,
            "level": self.problem.level,
            "reason": self.problem.message,
            "fix": self.problem.fix,
            "count": self.count,
            "first_event": self.events[0],
        }


def _cause(problem: Problem) -> str:
    """What makes two problems of one code and target one cause."""
    if problem.code == "missing":
        return str(problem.found)
    if problem.target:
        return problem.rule
    # A line that is no event: why, without the place and what stands there.
    return _VARYING.sub("", problem.message)[:80]


class Causes:
    """The causes of problems, in memory that does not grow with the events."""

    def __init__(self) -> None:
        self._causes: dict[tuple[str, str, str], Cause] = {}

    def __bool__(self) -> bool:
        return bool(self._causes)

    def add(self, index: int, problems: Iterable[Problem]) -> None:
        """Take an event's problems into account."""
        for problem in problems:
            key = (problem.code, problem.target, _cause(problem))
            cause = self._causes.get(key)
            if cause is None:
                cause = self._causes[key] = Cause(problem)
            cause.add(index)

    def worst(self) -> list[Cause]:
        """Errors first, the most frequent first."""
        return sorted(self._causes.values(), key=lambda c: (c.problem.level != "error", -c.count))

    def grouped(self) -> list[list[Cause]]:
        """As `worst`; fields that are missing in the same events are one group."""
        groups: dict[Any, list[Cause]] = {}
        for cause in self.worst():
            missing = cause.problem.code == "missing"
            groups.setdefault(cause.same_events if missing else id(cause), []).append(cause)
        return list(groups.values())


def describe_outcomes(mapper: Mapper, events: Iterable[Any]) -> str:
    """ "9 of 12 events mapped, 3 causes": what to say of events before any of them is looked at.

    A cause keeps orders from being mapped; fields that are missing in the same events are one.
    """
    causes, outcomes = Causes(), Counter[str]()
    for index, event in enumerate(events):
        mapped = mapper.map(event)
        outcomes[mapped.outcome] += 1
        causes.add(index, (p for p in mapped.problems if p.level == "error"))
    said = [f"{outcomes['mapped']:,} of {count(outcomes.total(), 'event')} mapped"]
    if outcomes["filtered"]:
        said.append(f"{outcomes['filtered']:,} not for TikTok")
    if causes:
        said.append(count(len(causes.grouped()), "cause"))
    return ", ".join(said)
