"""Properties transformation: what becomes of an event's properties before they are mapped.

Source: the platform's properties transformation, which is this destination's alone: rename, copy,
delete and set, each under conditions. Assumptions: a new name is the whole path of the property
from then on; a path over items means every item; conditions and values see the event as the steps
before left it; a value that cannot be made is null.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.events.paths import MISSING, Parts
from orderkit.language.calculation import Calculation
from orderkit.language.filters import Conditions
from orderkit.language.item_paths import get_every
from orderkit.language.references import Constant, PropertySource, ValueSource

Action: TypeAlias = Literal["rename", "copy", "delete", "set"]

#: Names in one path, at most: no event nests deeper than JSON libraries carry.
MOST_NAMES: Final = 250


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What one step did to one event.

    event:   the event after it
    words:   what it did, or why it did nothing
    applied: whether its conditions held, and it found what it is about, or is made of
    """

    event: Any
    words: str
    applied: bool


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """One line of the transformation.

    action:   what becomes of the property
    path:     the property: what is renamed or deleted, or what is written
    other:    its new name, or where the value is copied from; () for the other actions
    value:    what it is set to, None for the other actions
    requires: the conditions, all of which must hold
    """

    action: Action
    path: Parts
    other: Parts = ()
    value: ValueSource | None = None
    requires: tuple[Conditions, ...] = ()

    def describe(self) -> str:
        """In words, what it does, and when."""
        name, other = f"`{'.'.join(self.path)}`", f"`{'.'.join(self.other)}`"
        words = {
            "rename": f"rename {name} to {other}",
            "copy": f"copy {name} from {other}",
            "delete": f"delete {name}",
            "set": f"set {name} to {_written(self.value) if self.value else ''}",
        }[self.action]
        conditions = " and ".join(one.describe() for one in self.requires)
        return f"{words}, if {conditions}" if conditions else words

    def apply(self, event: Any) -> StepOutcome:
        """The event after this step; the one given stays as it was."""
        refusals = (one.explain_refusal(event) for one in self.requires)
        if refusal := next(filter(None, refusals), ""):
            return StepOutcome(event, f"not for this event: {refusal}", applied=False)
        if self.value:
            raw = self.value.read(event).raw
            made = None if raw is MISSING else raw
            words = show(made) if made is not None else self.value.explain_missing(event)
            return StepOutcome(_with(event, self.path, made), words, applied=made is not None)
        source = self.other if self.action == "copy" else self.path
        if (found := get_every(event, source)) is MISSING:
            return StepOutcome(event, paths.how_far(event, source), applied=False)
        if self.action == "delete":
            changed = _without(event, self.path)
        elif self.action == "copy":
            changed = _moved(event, self.other, self.path, keep=True)
        else:
            changed = _moved(event, self.path, self.other, keep=False)
        return StepOutcome(changed, show(found), applied=True)


def _written(value: ValueSource) -> str:
    """A value as it is typed into the platform, where a text and a formula are two modes."""
    if isinstance(value, Calculation):
        return f"the formula {value.text}"
    if isinstance(value, PropertySource):
        return f"{{{{{value.text}}}}}"
    return show(value.value if isinstance(value, Constant) else value.text, 400)


class EventTransformation:
    """The steps of a destination's transformation, one after the other."""

    def __init__(self, steps: Sequence[ChangeStep] = ()) -> None:
        self.steps = tuple(steps)

    def __call__(self, event: Any) -> Any:
        """The event as the field mapping sees it; the one given stays as it was."""
        for step in self.steps:
            event = step.apply(event).event
        return event

    def outcomes(self, event: Any) -> list[StepOutcome]:
        """What each step did to an event."""
        found: list[StepOutcome] = []
        for step in self.steps:
            found.append(step.apply(event))
            event = found[-1].event
        return found

    def explain(self, event: Any) -> tuple[str, ...]:
        """A line for each step: what it is to do, and what it did."""
        outcomes = zip(self.steps, self.outcomes(event), strict=True)
        return tuple(f"{step.describe()}: {outcome.words}" for step, outcome in outcomes)

    def taken(self) -> tuple[Parts, ...]:
        """The paths that events may lose by it."""
        return tuple(step.path for step in self.steps if step.action in ("rename", "delete"))


class IdleSteps:
    """The steps of a transformation that did nothing to any of the events looked at."""

    def __init__(self, transformation: EventTransformation) -> None:
        self._transformation = transformation
        self._idle = dict(enumerate(transformation.steps))
        self._last: dict[int, str] = {}
        self._events = 0

    def look(self, event: Any) -> None:
        """Take an event into account."""
        self._events += 1
        if not self._idle:
            return
        for number, outcome in enumerate(self._transformation.outcomes(event)):
            if outcome.applied:
                self._idle.pop(number, None)
            self._last[number] = outcome.words

    def describe(self) -> list[str]:
        """A sentence for each of them."""
        events = paths.count(self._events, "event")
        return [
            f"transformation {number + 1} ({step.describe()}) finds nothing in {events}; "
            f"of the last: {self._last[number]}"
            for number, step in self._idle.items()
            if number in self._last
        ]


def path_to_change(path: str) -> Parts:
    """The parts of a path to change. Raises ValueError with what to write."""
    parts = paths.parse_path(path)
    if len(parts) > MOST_NAMES:
        raise ValueError(f"write a path of at most {MOST_NAMES} names")
    return parts


def _moved(holder: Any, source: Parts, target: Parts, *, keep: bool) -> Any:
    """What `source` holds put at `target`: item by item, where both lie in one array."""
    if _is_of_every_item(holder, source[0]) and _is_of_every_item(holder, target[0]):
        return [
            _moved(item, source, target, keep=keep) if isinstance(item, dict) else item
            for item in holder
        ]
    if source[0] == target[0] and len(source) > 1 and len(target) > 1:
        inner = paths.get(holder, source[:1])
        if isinstance(inner, dict | list):
            changed = _moved(inner, source[1:], target[1:], keep=keep)
            return _with(holder, source[:1], changed)
    value = get_every(holder, source)
    if value is MISSING:
        return holder
    return _with(holder if keep else _without(holder, source), target, value)


def _is_of_every_item(holder: Any, name: str) -> bool:
    return isinstance(holder, list) and not paths.is_index(name)


def _without(holder: Any, parts: Parts) -> Any:
    """A copy without the property, if it is there; of every item where the path means those."""
    return _changed(holder, parts, lambda _value: MISSING, make=False)


def _with(holder: Any, parts: Parts, value: Any) -> Any:
    """A copy with the property, in objects made for it where there are none."""
    return _changed(holder, parts, lambda _value: value, make=True)


def _changed(holder: Any, parts: Parts, change: Callable[[Any], Any], *, make: bool) -> Any:
    if not parts:
        return change(holder)
    first, rest = parts[0], parts[1:]
    if _is_of_every_item(holder, first):
        return [
            _changed(item, parts, change, make=make) if isinstance(item, dict) else item
            for item in holder
        ]
    inner = paths.get(holder, (first,))
    if isinstance(holder, list):
        if inner is MISSING:
            return holder
        changed = _changed(inner, rest, change, make=make)
        at = int(first)
        return [*holder[:at], *([] if changed is MISSING else [changed]), *holder[at + 1 :]]
    if not make and inner is MISSING:
        return holder
    # What is no object gives way: the path says that there is one.
    kept = holder if isinstance(holder, dict) else {}
    changed = _changed(inner, rest, change, make=make)
    if changed is MISSING:
        return {key: value for key, value in kept.items() if key != first}
    return kept | {first: changed}
