"""One event with its result, also where it could not be read: what commands print and write."""

from dataclasses import dataclass
from typing import Any

from orderkit.events.reader import EventLine
from orderkit.mapping.mapper import Mapped
from orderkit.mapping.messages import unreadable
from orderkit.mapping.problems import Problem


@dataclass(frozen=True, slots=True)
class Result:
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
        info = ((self.mapped and self.mapped.payload) or {}).get("order_info", {})
        return str(info.get("order_id", ""))

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
