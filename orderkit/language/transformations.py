"""Properties transformation: renaming and deleting properties of an event before it is mapped.

Source: the platform's properties transformation, which is this destination's alone. Assumption: a
new name is the whole path of the property from then on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from orderkit.events import paths

Transform: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One rename, or a deletion where `new` is empty."""

    old: paths.Parts
    new: paths.Parts

    def apply(self, event: Any) -> Any:
        """The event after this step; the one given stays as it was."""
        value = paths.get(event, self.old)
        if value is paths.MISSING:
            return event
        without = _without(event, self.old)
        return _with(without, self.new, value) if self.new else without


def compile_steps(renames: Sequence[tuple[str, str]]) -> Transform:
    """A function from an event to the event with these (property, new name) pairs carried out.

    A property that an event does not have changes nothing. Raises ValueError for a bad path.
    """
    steps = [Step(paths.parse(old), paths.parse(new) if new else ()) for old, new in renames]

    def transform(event: Any) -> Any:
        for step in steps:
            event = step.apply(event)
        return event

    return transform


def _without(holder: Any, parts: paths.Parts) -> Any:
    first, *rest = parts
    if isinstance(holder, list):
        changed = [*holder]
        index = int(first)
        changed[index : index + 1] = [_without(holder[index], tuple(rest))] if rest else []
        return changed
    if rest:
        return holder | {first: _without(holder[first], tuple(rest))}
    return {key: value for key, value in holder.items() if key != first}


def _with(holder: Any, parts: paths.Parts, value: Any) -> Any:
    first, *rest = parts
    if isinstance(holder, list) and first.isdecimal() and int(first) < len(holder):
        changed = [*holder]
        changed[int(first)] = _with(holder[int(first)], tuple(rest), value) if rest else value
        return changed
    # What is no object gives way: the new name says that there is one.
    kept = holder if isinstance(holder, dict) else {}
    return kept | {first: _with(kept.get(first), tuple(rest), value) if rest else value}
