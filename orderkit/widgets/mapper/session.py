"""The mapper's state: what is written, what it makes of all events, and what is offered.

A browser's intents and a test's calls come to the same methods; nothing here draws anything.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from orderkit.destination.fields import FieldMapping
from orderkit.destination.labels import field_labels
from orderkit.destination.loading import drafted
from orderkit.errors import OrderkitError
from orderkit.events.jsontext import show
from orderkit.mapping.compiled import CompiledSettings
from orderkit.mapping.fixes import source_in_formula
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.problems import Problem
from orderkit.mapping.suggest import Proposal, suggest
from orderkit.mapping.suggest.click_ids import CLICK_ID
from orderkit.mapping.suggest.marked_tests import MarkedTests, marked_tests
from orderkit.mapping.suggest.with_guesses import with_guesses
from orderkit.widgets.mapper.completion import code_meant
from orderkit.widgets.mapper.draft import file_data, row_key, with_source
from orderkit.widgets.mapper.event_statuses import EventStatuses
from orderkit.widgets.mapper.offers import (
    MOST_FIXES,
    OfferedSource,
    fix_sources,
)
from orderkit.widgets.mapper.sources import read_source
from orderkit.widgets.mapper.states import Effect
from orderkit.widgets.mapper.written import ROWS

#: What a fix is called that changes the filter, and no row.
LEAVE_OUT: Final = "leave_out"
#: So many events with a problem are looked at for what mends it.
_LEARNT_FROM: Final = 20
_LONGEST_TEXT: Final = 10_000
#: So many other proposals stand beside a row's first.
MOST_OTHERS: Final = 2


class MapperSession(EventStatuses):
    """Settings under work beside loaded events, with proposals and fixes."""

    def show_events(self, events: Mapping[str, Any], envelope: Mapping[str, Any]) -> None:
        """Work with these events from now on, the first of them first."""
        self._proposals: dict[str, list[Proposal]] | None = None
        self._guessed_by: list[str] = []
        self._guessed_for: CompiledSettings | None = None
        self._learnt: dict[tuple[str, tuple[int, ...]], list[Proposal]] = {}
        super().show_events(events, envelope)

    @property
    def proposals(self) -> dict[str, list[Proposal]]:
        """Target → ranked proposals: from names, and, where they are not sure, from values too."""
        # Each row asks, at each key; only a change of settings can change the statuses.
        if self._proposals is None or self._guessed_for is not self.compiled:
            self._guessed_for, statuses = self.compiled, self.statuses()
            if self._proposals is None or self._guessed_by != statuses:
                self._proposals, self._guessed_by = self._propose(statuses), statuses
        return self._proposals

    def _propose(self, statuses: list[str]) -> dict[str, list[Proposal]]:
        seen = [self.states.seen(at) for at in range(len(self.names))]
        if not seen:
            return {}
        return with_guesses(seen, self.settings.zone, statuses, self.envelope)

    def proposal(self, row: FieldMapping) -> Proposal | None:
        """The best proposal for a row in which nothing is written, or that no event fills as it is.

        What somebody wrote is shown, with what mends it.
        """
        ranked = self._ranked(row)
        if not ranked or row.target == self.typing:
            return None
        written = self.source(row)
        unasked = row_key(row, self.draft) not in self.draft
        lacks = not written.text or (unasked and not self.states.counts(row.target)[0])
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

    def problem(self, target: str) -> Problem | None:
        """The error of a row in the chosen event."""
        found = (p for p in self.mapped.problems if p.target == target and p.level == "error")
        return next(found, None)

    def fixes(self, target: str) -> list[tuple[OfferedSource, Effect]]:
        """What mends a row's problem in the chosen event, with what it does to all, best first;
        of a country that is named, its code.
        """
        problem, row = self.problem(target), ROWS[target]
        if target == self.typing or self.proposal(row) or not self.names:
            return []
        written = self.source(row)
        if row.type == "country" and written.kind == "text" and (code := code_meant(written.text)):
            tried = self._try(row, code)
            offered = OfferedSource(code, "Use", code, f"the code of {written.text}")
            return [(offered, tried)] if tried else []
        if problem is None:
            return []
        field, setting = self.compiled.by_target[target], self._in_settings(row)
        ranked = [*self._proposals_where_bad(row), *self.proposals.get(target, [])]
        found: dict[str, tuple[OfferedSource, Effect]] = {}
        payload = self.mapped.payload
        for offered in fix_sources(field, self.seen, payload, problem, ranked, setting):
            tried = self._try(row, offered.value)
            if tried and repr(offered.value) not in found:
                found[repr(offered.value)] = offered, tried
        best = sorted(found.values(), key=_helps_most)
        first = {offered.code: (offered, tried) for offered, tried in reversed(best)}
        best = [pair for pair in best if first[pair[0].code] == pair][:MOST_FIXES]
        return [*best, *self._as_text(row, problem), *self._leave_out(target, problem)]

    def _leave_out(self, target: str, problem: Problem) -> list[tuple[OfferedSource, Effect]]:
        """A filter for orders without a click id: TikTok can do nothing with them."""
        if target != CLICK_ID or problem.code != "missing":
            return []
        of, chosen = self.states.counts(target)[0], self.settings
        present = source_in_formula(self.field(target).source)
        changed = self.filter_with(f"{present} != null")
        wanted = changed["formula"]
        named = chosen.event_mapping, chosen.event_property, chosen.transformation
        by = wanted, chosen.filter, named, chosen.timezone, len(self.faults)
        left_out = present and of and self.counted(LEAVE_OUT, by, lambda: self._left_out(changed))
        if not left_out:
            return []
        mapped = self.states.outcomes()["mapped"]
        words, said = f"{left_out:,} without it", "then not for TikTok"
        offered = OfferedSource({LEAVE_OUT: changed}, "Leave out the", words, said)
        return [(offered, Effect(of, of, of, mapped, mapped))]

    def filter_with(self, formula: str) -> dict[str, Any]:
        """The filter as it stands, and this formula, which must hold too."""
        stands = self.draft["filter"].get("formula")
        wanted = f"({stands}) && {formula}" if stands else formula
        return {**self.draft["filter"], "formula": wanted}

    def tests(self) -> MarkedTests | None:
        """What marks some events as tests, as long as these are for TikTok."""
        by = self.settings.filter, self.settings.event_mapping, self.settings.event_property

        def those_sent() -> MarkedTests | None:
            every = enumerate(self.events.values())
            sent = [e for at, e in every if self.states.outcome(at) != "not for TikTok"]
            return marked_tests(self.known.counts, sent)

        return self.counted("tests", by, those_sent)

    def _left_out(self, changed: Mapping[str, Any]) -> int:
        """How many orders a filter leaves out, if these are all that lack a click id; else 0."""
        settings, faults = drafted(file_data({**self.draft, "filter": changed}))
        if len(faults) > len(self.faults):
            return 0
        refuses = Mapper(settings).compiled.filter.explain_refusal
        left_out = 0
        for at, event in enumerate(self.events.values()):
            if state := self.states.state(CLICK_ID, at):
                refused = bool(refuses(event))
                if refused == (state == "ok"):
                    return 0
                left_out += refused
        return left_out

    def _as_text(self, row: FieldMapping, problem: Problem) -> list[tuple[OfferedSource, Effect]]:
        """What looks like a path and is none, as the text that it may be meant as ("E.C.P.…")."""
        written = self.source(row)
        own = row_key(row, self.draft) in self.draft  # not what the vendor reads unasked
        if problem.code != "missing" or written.kind != "path" or not own:
            return []
        if written.text in self.known:
            return []
        quoted = show(written.text, _LONGEST_TEXT)
        value = read_source(quoted, self.known, setting=self._in_settings(row)).value
        tried = self._try(row, value)
        return [(OfferedSource(value, "As text", quoted), tried)] if tried else []

    def _proposals_where_bad(self, row: FieldMapping) -> list[Proposal]:
        """Proposals learnt only from the first events in which the row has a problem."""
        place = row.target, tuple(self.with_problem(row.target)[:_LEARNT_FROM])
        if place not in self._learnt:
            seen = [self.states.seen(at) for at in place[1]]
            self._learnt[place] = suggest(seen, self.settings.zone).get(row.target, [])
        return self._learnt[place]

    def _try(self, row: FieldMapping, value: Any) -> Effect | None:
        """What another source of a row would do; None where it does not help the chosen event."""
        settings, faults = drafted(file_data(with_source(row, self.draft, value)))
        if len(faults) > len(self.faults):
            return None
        field = Mapper(settings).compiled.by_target[row.target]
        alternative = self.states.alternative(field, repr(value))
        if alternative[self.chosen] != "ok":
            return None
        return self.states.effect(row.target, alternative)

    def use_fix(self, name: str, value: Any) -> None:
        """Let a row read what a fix offers."""
        self.typing = ""
        self.undo_states.end_step()
        if isinstance(value, dict) and LEAVE_OUT in value:
            self.change({**self.draft, "filter": value[LEAVE_OUT]})
        else:
            self.change(with_source(self.row(name), self.draft, value))
        self.undo_states.end_step()


def _helps_most(offer: tuple[OfferedSource, Effect]) -> tuple[int, bool]:
    """Sorts what mends a row: what the row reads now is kept where it gives something."""
    offered, tried = offer
    return -tried.after, (offered.words == "Else") == (tried.before == 0)


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
