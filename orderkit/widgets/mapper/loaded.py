"""The loaded events, and the one of them that is looked at."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from orderkit.widgets.mapper.states import EventStates

_BAD = ("missing", "invalid")
_NOT_SENT = "not for TikTok"


class LoadedEvents(ABC):
    """Loaded events by name, with the way from one to the next.

    events: name → event; `names` in their order, `chosen` the number of the one that is looked at
    envelope: what their document holds beside them
    states: every row over all events
    shown:  the outcome that the way is narrowed to, or ""
    """

    def __init__(self, events: Mapping[str, Any], envelope: Mapping[str, Any]) -> None:
        self.show_events(events, envelope)

    def show_events(self, events: Mapping[str, Any], envelope: Mapping[str, Any]) -> None:
        """Work with these events from now on, the first of them first."""
        self.envelope = envelope
        self.events, self.chosen, self.shown = dict(events), 0, ""
        self.names = list(self.events)
        self.states = EventStates(self.events.values())

    @abstractmethod
    def _look(self) -> None:
        """Look at the chosen event."""

    @abstractmethod
    def problem_target(self) -> str:
        """The row whose problem is looked at, or ""."""

    @property
    def event(self) -> Any:
        """The chosen event as it came; an empty one where none is loaded."""
        return self.events[self.names[self.chosen]] if self.names else {}

    @property
    def seen(self) -> Any:
        """The chosen event as the rows see it."""
        return self.states.seen(self.chosen) if self.names else {}

    @property
    def in_view(self) -> list[int]:
        """The events of the outcome that the way is narrowed to, or all."""
        every = range(len(self.names))
        return [at for at in every if not self.shown or self.states.outcome(at) == self.shown]

    @property
    def is_order(self) -> bool:
        """Whether the chosen event is for TikTok."""
        return bool(self.names) and self.states.outcome(self.chosen) != _NOT_SENT

    def pick_next_order(self) -> None:
        """Look at the next event that is for TikTok, or at the first; where none is, stay."""
        every = [*range(self.chosen, len(self.names)), *range(self.chosen)]
        orders = (at for at in every if self.states.outcome(at) != _NOT_SENT)
        self.pick(next(orders, self.chosen))

    def pick(self, at: int) -> None:
        """Look at another event."""
        if 0 <= at < len(self.names) and at != self.chosen:
            self.chosen = at
            self._look()

    def step(self, by: int) -> None:
        """Look at the next event of those in view, or, with -1, at the one before."""
        view = self.in_view
        others = [at for at in view if (at - self.chosen) * by > 0]
        if view:
            self.pick((others or view)[0 if by > 0 else -1])

    def narrow(self, outcome: str) -> None:
        """Go through the events of one outcome alone; the same again goes through all."""
        self.shown = "" if outcome == self.shown else outcome
        view = self.in_view
        if view and self.chosen not in view:
            self.pick(view[0])

    def next_with_this_problem(self, by: int = 1) -> None:
        """Look at the next event whose row has the problem that this one has, or any problem."""
        target = self.problem_target()
        order = [*range(self.chosen + 1, len(self.names)), *range(self.chosen)][::by]
        for at in order:
            if self.states.state(target, at) in _BAD if target else self.states.errors(at):
                self.pick(at)
                return

    def with_problem(self, target: str) -> list[int]:
        """The events in which a row is missing or invalid."""
        return [at for at in range(len(self.names)) if self.states.state(target, at) in _BAD]
