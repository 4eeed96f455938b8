"""What is proposed for rows, and taking it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from orderkit.destination.fields import FieldMapping
from orderkit.destination.labels import field_labels
from orderkit.errors import OrderkitError
from orderkit.mapping.compiled import CompiledSettings
from orderkit.mapping.suggest import Proposal
from orderkit.mapping.suggest.order_object import in_platform_shape
from orderkit.mapping.suggest.with_guesses import with_guesses
from orderkit.widgets.mapper.draft import row_key, with_source
from orderkit.widgets.mapper.event_statuses import EventStatuses
from orderkit.widgets.mapper.written import ROWS

#: So many other proposals stand beside a row's first.
MOST_OTHERS: Final = 2


class ProposedRows(EventStatuses):
    """Settings under work beside loaded events, with what is proposed for their rows."""

    def show_events(self, events: Mapping[str, Any], envelope: Mapping[str, Any]) -> None:
        """Work with these events from now on, the first of them first."""
        self._proposals: dict[str, list[Proposal]] | None = None
        self._guessed_by: tuple[str, ...] = ()
        self._guessed_for: CompiledSettings | None = None
        self._learnt: dict[tuple[str, str, tuple[int, ...]], list[Proposal]] = {}
        super().show_events(events, envelope)

    @property
    def proposals(self) -> dict[str, list[Proposal]]:
        """Target → ranked proposals: from names, and, where they are not sure, from values too."""
        # Each row asks, at each key; only a change of settings can change the statuses.
        if self._proposals is None or self._guessed_for is not self.compiled:
            self._guessed_for, statuses = self.compiled, self.statuses()
            by = (self.settings.timezone, *statuses)
            if self._proposals is None or self._guessed_by != by:
                self._proposals, self._guessed_by = self._propose(statuses), by
        return self._proposals

    @property
    def as_documented(self) -> bool:
        """Whether the events have the platform's shape, whose names mean what they say."""
        by = self.settings.transformation
        return self.counted("shape", by, lambda: in_platform_shape(self.first_seen.events))

    def _propose(self, statuses: list[str]) -> dict[str, list[Proposal]]:
        seen = [self.states.seen(at) for at in range(len(self.names))]
        if not seen:
            return {}
        return with_guesses(seen, self.settings.zone, statuses, self.envelope)

    def proposal(self, row: FieldMapping) -> Proposal | None:
        """The best proposal for a row in which nothing is written, or that no event fills as it is.

        What somebody wrote is shown, with what mends it; what was only proposed, of other events,
        and what is read unasked in events of another shape, has no such standing.
        """
        ranked = self._ranked(row)
        if not ranked or row.target == self.typing:
            return None
        written, key = self.source(row), row_key(row, self.draft)
        unasked = key not in self.draft
        ok, of = self.states.counts(row.target)
        empty = not ok and (
            unasked or bool(of and key in self.unconfirmed and key in self.open_unconfirmed())
        )
        lacks = not written.text or empty or (unasked and not self.as_documented)
        best = ranked[0]
        return best if lacks and written.value != source_value(best) else None

    def other_proposals(self, row: FieldMapping, first: Proposal) -> list[Proposal]:
        """What else is proposed for a row, where the first is not sure."""
        if first.sure:
            return []
        return [p for p in self._ranked(row) if p != first][:MOST_OTHERS]

    def _ranked(self, row: FieldMapping) -> list[Proposal]:
        """A row's proposals; a name that goes with the code that is written comes first."""
        ranked = self.proposals.get(row.target, [])
        code = row.target.removesuffix("_name") + "_id"
        if code not in ROWS or not ranked or ranked[0].sure:
            return ranked
        read = {f"`{path}`" for path in self.field(code).source.properties}
        return sorted(ranked, key=lambda p: not any(path in p.reason for path in read))

    def open_proposals(self) -> dict[str, Proposal]:
        """The proposals that `accept_all` takes: at least likely."""
        found = {target: self.proposal(row) for target, row in ROWS.items()}
        return {target: best for target, best in found.items() if best and best.sure}

    def doubtful_proposals(self) -> int:
        """How many mandatory rows lack a value and have proposals that `accept_all` leaves."""
        found = (self.proposal(row) for row in ROWS.values() if row.mandatory)
        return sum(not best.sure for best in found if best)

    def focus_gives(self) -> bool:
        """Whether the focused row gives the chosen event what it should, and nothing is proposed
        instead.
        """
        if not self.focus or self.proposal(self.row(self.focus)):
            return False
        return any(e.state == "ok" for e in self.rows.trace if e.target == self.focus)

    def accept(self, name: str) -> None:
        """Take a row's proposal. Raises OrderkitError where there is none."""
        row = self.row(name)
        if row.type == "status" and (pairs := self.proposed_mapping()):
            self.change(self.with_events(self.draft, pairs))
        elif best := self.proposal(row):
            self.change(_with_proposal(self.draft, best))
        else:
            raise OrderkitError(f"{field_labels()[row.target].label}: nothing is proposed")
        self.undo_states.end_step()

    def accept_all(self) -> int:
        """Take every proposal that is at least likely, in one step; gives how many."""
        draft, taken = self.draft, 0
        if pairs := self.proposed_mapping():
            draft, taken = self.with_events(draft, pairs), 1
        for best in self.open_proposals().values():
            draft, taken = _with_proposal(draft, best), taken + 1
        self.change(dict(draft))
        return taken


def source_value(proposal: Proposal) -> Any:
    """What a proposal writes, as a settings file has it."""
    return {"formula": proposal.value} if proposal.formula else proposal.value


def _with_proposal(draft: dict[str, Any], proposal: Proposal) -> dict[str, Any]:
    value = source_value(proposal)
    if proposal.row.setting:
        draft = dict(draft)
        with suppress(KeyError):
            del draft[f"smart_mapping.{proposal.row.target}"]
        return {**draft, f"settings.{proposal.row.setting}": value}
    return with_source(proposal.row, draft, value)
