"""Undo: states of a form, the way back, and forth again."""

from collections.abc import Mapping
from typing import Any

#: How far back one can go.
_MOST = 200


class Undo:
    """States of a form, each a mapping of field → what stands there.

    Typing in one field is one step back, however many letters it was.
    """

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.saved = self.current = dict(state)
        self._before: list[tuple[str, dict[str, Any]]] = []
        self._after: list[dict[str, Any]] = []

    def record(self, state: Mapping[str, Any]) -> None:
        """Take note of the form as it stands now."""
        changed = changed_fields(self.current, state)
        if not changed:
            return
        self._after.clear()
        field = changed[0] if len(changed) == 1 else ""
        if not (field and self._before and self._before[-1][0] == field):
            self._before.append((field, self.current))
            del self._before[:-_MOST]
        self.current = dict(state)

    def back(self) -> dict[str, Any] | None:
        """The state before the last change, None when there is none; it is the current one now."""
        while self._before and not changed_fields(self._before[-1][1], self.current):
            self._before.pop()  # what was typed was taken back while typing
        if not self._before:
            return None
        self._after.append(self.current)
        _, self.current = self._before.pop()
        return self.current

    def again(self) -> dict[str, Any] | None:
        """The state that `back` left last, None when there is none; it is the current one now."""
        if not self._after:
            return None
        self._before.append(("", self.current))
        self.current = self._after.pop()
        return self.current

    def keep(self) -> None:
        """The current state is saved."""
        self.saved = self.current
        self.end_step()

    def end_step(self) -> None:
        """What is typed next is a step of its own, in the same field too."""
        if self._before:
            self._before[-1] = ("", self._before[-1][1])

    @property
    def unsaved(self) -> list[str]:
        """The fields that differ from what was saved."""
        return changed_fields(self.saved, self.current)

    @property
    def possible(self) -> bool:
        """Whether there is a way back."""
        return any(changed_fields(state, self.current) for _, state in self._before)


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The fields in which two states differ."""
    return [key for key in {**old, **new} if old.get(key) != new.get(key)]
