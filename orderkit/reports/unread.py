"""What the settings name and no event has: properties they read, steps that find nothing."""

from typing import Any, Final

from orderkit.events import paths
from orderkit.language.item_paths import get_every
from orderkit.language.transformations import IdleSteps
from orderkit.mapping.mapper import Mapper

#: Of how many events the properties are kept, to find near misses among them.
_EVENTS_KEPT: Final = 50


class UnreadProperties:
    """What settings and smart mapping read, less what any event so far had."""

    def __init__(self, mapper: Mapper) -> None:
        self._wanted = {
            path: field.target
            for field in mapper.compiled.fields
            if field.remapped or field.row.setting
            for path in field.source.properties
        }
        self._transform = mapper.compiled.transform
        self._idle = IdleSteps(self._transform)
        self._known: dict[str, None] = {}
        self._events = 0

    def add(self, event: Any) -> None:
        """Take an event into account."""
        self._events += 1
        self._idle.look(event)
        if not self._wanted and self._events > _EVENTS_KEPT:
            return
        event = self._transform(event)
        found = [
            p for p in self._wanted if get_every(event, paths.parse_path(p)) is not paths.MISSING
        ]
        for path in found:
            del self._wanted[path]
        if self._events <= _EVENTS_KEPT:
            self._known.update((path, None) for path, _value in paths.walk(event))

    def describe(self) -> list[str]:
        """One sentence for each property that no event had, with near misses."""
        if not self._events:
            return []
        sentences = []
        for path, target in self._wanted.items():
            near = paths.near_misses(path, self._known)
            meant = f"; did you mean {' or '.join(near)}?" if near else ""
            sentences.append(f"{target} reads {path}, which occurs in none of the events{meant}")
        return sentences + self._idle.describe()
