"""What one evaluation needs and keeps: its context, its budget, the steps it took."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter, thread_time
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from orderkit.errors import OrderkitError
from orderkit.events.paths import count
from orderkit.language.formulas.limits import DEFAULT, Limits
from orderkit.language.formulas.values import RefusedError, brief, finished

# What a step may hold of an array or a long text: it is there to be looked at.
_SHOWN: Final = Limits(texts=10_000, elements=1_000)


class EvaluationError(OrderkitError):
    """A part of a formula that cannot be evaluated for this event.

    `part_text` is that part's source text, `reason` says why.
    """

    def __init__(self, part_text: str, reason: str) -> None:
        self.part_text, self.reason = part_text, reason
        part = part_text if len(part_text) <= 80 else f"{part_text[:79]}…"
        super().__init__(f"`{part}`: {reason}")


@dataclass(frozen=True, slots=True)
class Context:
    """What a formula sees besides the event.

    now:      the moment that TIMESTAMP, TODAY and AGE take for now; with a time zone
    zone:     in which a date without an offset is read, and a timestamp is shown
    headers:  of the request that brought the event, for GETHEADER
    """

    now: datetime
    zone: ZoneInfo
    limits: Limits = DEFAULT
    headers: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now needs a time zone, as datetime.now(UTC) has")


@dataclass(frozen=True, slots=True)
class Step:
    """The value of one part of a formula.

    text:   the part's source text
    value:  its value; of what is too large to show, a few words
    error:  why it has no value
    depth:  how many parts it lies in
    """

    text: str
    value: Any
    error: str | None
    depth: int


class Frame:
    """One evaluation under way. `element` is what names refer to, `event` what ``root`` does."""

    __slots__ = (
        "context",
        "deadline",
        "depth",
        "element",
        "event",
        "limits",
        "started",
        "steps",
        "steps_left",
        "texts_left",
    )

    def __init__(self, event: Any, context: Context) -> None:
        self.event = self.element = event
        self.context = context
        self.limits = context.limits
        self.steps_left = self.limits.steps
        self.texts_left = self.limits.texts
        self.started = thread_time()
        self.deadline = perf_counter() + self.limits.seconds
        self.steps: list[Step] = []
        self.depth = 0

    def tick(self, steps: int = 1) -> None:
        """Counts steps, and stops an evaluation that takes too many or too long."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise RefusedError(f"the formula takes more than {count(self.limits.steps, 'step')}")
        if perf_counter() > self.deadline:
            # Of a busy machine's time, what this thread did not get does not count.
            left = self.limits.seconds - (thread_time() - self.started)
            if left <= 0:
                raise RefusedError(f"the formula takes longer than {self.limits.seconds:g} seconds")
            self.deadline = perf_counter() + left

    def grow(self, size: int) -> None:
        """Counts the characters of a text before it is made."""
        self.texts_left -= size
        if size > self.limits.text:
            raise RefusedError(f"the text has more than {count(self.limits.text, 'character')}")
        if self.texts_left < 0:
            most = count(self.limits.texts, "character")
            raise RefusedError(f"the formula makes texts of more than {most}")

    def seconds_left(self) -> float:
        """For a pattern's time limit; a pattern cannot be given no time at all."""
        return max(self.limits.seconds - (thread_time() - self.started), 0.001)

    def over(self, array: Any, expression: "Closure") -> list[Any]:
        """The expression's value for each element."""
        outer, out = self.element, []
        try:
            for item in array:
                self.tick()
                self.element = item
                out.append(expression(self))
        finally:
            self.element = outer
        return out

    def record(self, text: str, value: Any, error: str | None = None) -> None:
        # The whole and the error belong to any list, however long it is.
        if len(self.steps) < self.limits.recorded or not self.depth or error:
            self.steps.append(Step(text, shown(value), error, self.depth))


Closure: TypeAlias = Callable[[Frame], Any]


def shown(value: Any) -> Any:
    """A value as a step holds it."""
    if isinstance(value, str) and len(value) > _SHOWN.texts:
        return f"{value[: _SHOWN.texts]}… ({count(len(value), 'character')})"
    try:
        return finished(value, _SHOWN)
    except RefusedError:
        return f"({brief(value)}, too large to show)"


def any_of(frame: Frame, one: Any, other: Any, holds: Callable[[Any, Any], bool]) -> bool:
    """Whether two values, or any element of the side that is an array, satisfy a comparison."""
    if not isinstance(one, list) and not isinstance(other, list):
        return holds(one, other)
    return any(_each(frame, one, other, holds))


def _each(frame: Frame, one: Any, other: Any, holds: Callable[[Any, Any], bool]) -> Iterable[bool]:
    rights = other if isinstance(other, list) else [other]
    for left in one if isinstance(one, list) else [one]:
        for right in rights:
            frame.tick()
            yield holds(left, right)
