"""What one evaluation needs and keeps: its context, its budget, the steps it took."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter, thread_time
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from orderkit.errors import OrderkitError
from orderkit.events.paths import MISSING, Parts, count
from orderkit.language.formulas.assumptions import ASSUMPTIONS
from orderkit.language.formulas.limits import DEFAULT, Limits
from orderkit.language.formulas.values import RefusedError, brief, finished
from orderkit.language.item_paths import get_every

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
    headers:  of the request that brought the event, for GETHEADER; those the event itself has
              (`HEADERS`) if absent
    assumed:  whether the zone was chosen by nobody, so that reading a date in it is an assumption
    """

    now: datetime
    zone: ZoneInfo
    limits: Limits = DEFAULT
    headers: Mapping[str, str] | None = None
    assumed: bool = False

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now needs a time zone, as datetime.now(UTC) has")


@dataclass(frozen=True, slots=True)
class EvaluationStep:
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


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a formula's value came about.

    steps: the value of each part that was evaluated, in that order; the last is the whole
    notes: in words, what was assumed on the way, or not there
    """

    steps: tuple[EvaluationStep, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListElement:
    """An element of a flat list, one of texts and numbers, as names in an expression see it.

    The list's own name is the element; the name of another list is its element at that index.

    holder: what names refer to outside the expression
    own:    the path of the list, () where it has none
    """

    holder: Any
    own: Parts
    index: int
    value: Any

    def get(self, parts: Parts) -> Any:
        """What a path refers to, or `MISSING`."""
        if parts == self.own:
            return self.value
        other = look_up(self.holder, parts)
        if not isinstance(other, list) or self.index >= len(other):
            return MISSING
        found = other[self.index]
        return MISSING if isinstance(found, dict | list) else found


def look_up(holder: Any, parts: Parts, tick: Callable[[], object] | None = None) -> Any:
    """What a path refers to in an event, an element or a `ListElement`; `MISSING` if nothing."""
    if type(holder) is ListElement:
        return holder.get(parts)
    return get_every(holder, parts, tick)


class Frame:
    """One evaluation under way. `element` is what names refer to, `event` what ``root`` does."""

    __slots__ = (
        "context",
        "deadline",
        "depth",
        "element",
        "event",
        "limits",
        "notes",
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
        self.steps: list[EvaluationStep] = []
        self.notes: dict[str, None] = {}
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

    def over(self, array: list[Any], each: "Each") -> list[Any]:
        """The expression's value for each element."""
        outer, out = self.element, []
        flat = not any(isinstance(item, dict | list) for item in array)
        try:
            for index, item in enumerate(array):
                self.tick()
                self.element = ListElement(outer, each.own, index, item) if flat else item
                out.append(each.expression(self))
        finally:
            self.element = outer
        return out

    def assume(self, about: str) -> None:
        """Notes that the value rests on this one of the `ASSUMPTIONS`."""
        self.notes[f"assumption ({about}): {ASSUMPTIONS[about]}"] = None

    def note(self, words: str) -> None:
        """Notes something that whoever looks at the value should know."""
        self.notes[words] = None

    def record(self, text: str, value: Any, error: str | None = None) -> None:
        # The whole and the error belong to any list, however long it is.
        if len(self.steps) < self.limits.recorded or not self.depth or error:
            self.steps.append(EvaluationStep(text, show_briefly(value), error, self.depth))


Closure: TypeAlias = Callable[[Frame], Any]


@dataclass(frozen=True, slots=True)
class Each:
    """An expression over the elements of an array; `own` is the array's path, () if it has none."""

    own: Parts
    expression: Closure


def show_briefly(value: Any) -> Any:
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
