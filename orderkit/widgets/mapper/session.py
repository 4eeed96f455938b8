"""The mapper's state: what is written, what it makes of all events, and what is offered.

A browser's intents and a test's calls come to the same methods; nothing here draws anything.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from orderkit.destination.fields import FieldMapping
from orderkit.destination.loading import drafted
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.mapping.compiled import CompiledField
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.fixes import property_in_formula, source_in_formula
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.problems import Problem
from orderkit.mapping.suggest import Proposal, suggest
from orderkit.mapping.suggest.candidates import readings
from orderkit.mapping.suggest.click_ids import CLICK_ID
from orderkit.mapping.suggest.marked_tests import MarkedTests, marked_tests
from orderkit.mapping.suggest.order_object import find_order
from orderkit.mapping.suggest.status_words import NO_SHOW_STATUS
from orderkit.widgets.mapper.completion import code_meant
from orderkit.widgets.mapper.draft import file_data, row_key, with_source
from orderkit.widgets.mapper.offers import MOST_FIXES, OfferedSource, fix_sources
from orderkit.widgets.mapper.proposed_rows import ProposedRows
from orderkit.widgets.mapper.sources import read_source
from orderkit.widgets.mapper.states import Effect
from orderkit.widgets.mapper.written import ROWS

ORDER_ID: Final = "order_info.order_id"
CURRENCY: Final = "order_info.value.currency"
#: What a fix is called that changes the filter, and no row.
LEAVE_OUT: Final = "leave_out"
#: So many events with a problem are looked at for what mends it.
_LEARNT_FROM: Final = 20
_LONGEST_TEXT: Final = 10_000
_LONGEST_ID: Final = 60


class MapperSession(ProposedRows):
    """Settings under work beside loaded events, with what mends their problems."""

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
        sources = fix_sources(field, self.seen, payload, problem, ranked, setting)
        for offered in (*self._readings(row, problem), *sources):
            tried = self._try(row, offered.value, elsewhere=target == CLICK_ID)
            if tried and repr(offered.value) not in found:
                found[repr(offered.value)] = offered, tried
        best = sorted(found.values(), key=_helps_most)
        first = {offered.code: (offered, tried) for offered, tried in reversed(best)}
        best = [pair for pair in best if first[pair[0].code] == pair][:MOST_FIXES]
        others = (*self._nobody_came(row, problem), *self._as_text(row, problem))
        return [*best, *others, *self._leave_out(target, problem)]

    def _readings(self, row: FieldMapping, problem: Problem) -> Iterator[OfferedSource]:
        """Formulas that read all values of the property that a row reads, as "1.104,00 zł"."""
        written = self.source(row)
        prop = self.first_seen.properties.get(written.text)
        if problem.code == "invalid" and written.kind == "path" and prop:
            order = find_order(self.first_seen)
            for made in readings(row, prop, self.first_seen, order, self.settings.zone):
                if made.formula:
                    yield OfferedSource({"formula": made.value}, "Use", made.value)

    def _nobody_came(
        self, row: FieldMapping, problem: Problem
    ) -> Iterator[tuple[OfferedSource, Effect]]:
        """Nothing was paid for a stay to which nobody came: 0, in the order's currency."""
        name = self.event_names[self.chosen]
        asked = problem.code == "missing" and row.mandatory == NO_SHOW_STATUS
        if not (asked and self.named_events.named(name).no_show):
            return
        nothing = "0"
        if row.type == "currency":
            nothing = source_in_formula(self.field(CURRENCY).source) or "null"
        event = property_in_formula(self.draft["event_property"])
        present = source_in_formula(self.field(row.target).source)
        rest = f", {present}" if present else ""
        formula = {"formula": f"IF({event} == {show(name, _LONGEST_TEXT)}, {nothing}{rest})"}
        if tried := self._try(row, formula):
            yield OfferedSource(formula, "Nobody came (an assumption):", nothing), tried

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
        words = f"Leave out the {left_out:,} without it:"
        offered = OfferedSource({LEAVE_OUT: changed}, words, "", "not for TikTok then")
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
            every = range(len(self.names))
            sent = [at for at in every if self.states.outcome(at) != "not for TikTok"]
            events = [*self.events.values()]
            found = marked_tests(self.known.counts, [events[at] for at in sent])
            return found and found._replace(tests=tuple(sent[at] for at in found.tests))

        return self.counted("tests", by, those_sent)

    def order_id(self, at: int) -> str:
        """The order number of an event, shortened; "" where it has none."""
        found = self.field(ORDER_ID).source.read(self.states.seen(at)).raw
        return "" if paths.is_blank(found) else str(found)[:_LONGEST_ID]

    def _left_out(self, changed: Mapping[str, Any]) -> int:
        """How many orders a filter leaves out, if these are all that lack a click id; else 0.

        None where an order that lacks it has it in another of its events: its cancellation would
        never arrive.
        """
        settings, faults = drafted(file_data({**self.draft, "filter": changed}))
        if len(faults) > len(self.faults):
            return 0
        refuses = Mapper(settings).compiled.filter.explain_refusal
        number, ids = self.field(ORDER_ID).source, {True: Counter[str](), False: Counter[str]()}
        for at, event in enumerate(self.events.values()):
            if state := self.states.state(CLICK_ID, at):
                refused = bool(refuses(event))
                if refused == (state == "ok"):
                    return 0
                ids[refused][str(number.read(self.states.seen(at)).raw)] += 1
        return 0 if ids[True].keys() & ids[False].keys() else ids[True].total()

    def _as_text(self, row: FieldMapping, problem: Problem) -> list[tuple[OfferedSource, Effect]]:
        """What looks like a path and is none, as the text that it may be meant as ("E.C.P.…")."""
        written = self.source(row)
        key = row_key(row, self.draft)
        # Not what the vendor reads unasked, nor what was proposed of other events.
        own = key in self.draft and key not in self.open_unconfirmed()
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
        numbers = tuple(self.with_problem(row.target)[:_LEARNT_FROM])
        place = row.target, self.settings.timezone, numbers
        if place not in self._learnt:
            seen = [self.states.seen(at) for at in numbers]
            self._learnt[place] = suggest(seen, self.settings.zone).get(row.target, [])
        return self._learnt[place]

    def _try(self, row: FieldMapping, value: Any, *, elsewhere: bool = False) -> Effect | None:
        """What another source of a row would do; None where it does not help the chosen event, or,
        with `elsewhere`, any.
        """
        settings, faults = drafted(file_data(with_source(row, self.draft, value)))
        if len(faults) > len(self.faults):
            return None
        field = Mapper(settings).compiled.by_target[row.target]
        alternative = self.states.alternative(field, repr(value))
        effect = self.states.effect(row.target, alternative)
        if alternative[self.chosen] == "ok":
            return replace(effect, gives=_given(field, self.seen))
        return effect if elsewhere and effect.after > effect.before else None

    def use_fix(self, name: str, value: Any) -> None:
        """Let a row read what a fix offers."""
        self.typing = ""
        self.undo_states.end_step()
        if isinstance(value, dict) and LEAVE_OUT in value:
            self.change({**self.draft, "filter": value[LEAVE_OUT]})
        else:
            self.change(with_source(self.row(name), self.draft, value))
        self.undo_states.end_step()


def _given(field: CompiledField, event: Any) -> str:
    """What a field gives for an event, shortened."""
    try:
        return show(field.type.convert(field.source.read(event).raw, field.zone)[0], 40)
    except Unconvertible:
        return ""


def _helps_most(offer: tuple[OfferedSource, Effect]) -> tuple[int, bool]:
    """Sorts what mends a row: what the row reads now is kept where it gives something."""
    offered, tried = offer
    return -tried.after, (offered.words == "Else") == (tried.before == 0)
