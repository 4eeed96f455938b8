"""What is offered for a row: proposals where it lacks a value, and fixes where it has a problem."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from orderkit.destination.fields import ruled_statuses
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.mapping.compiled import CompiledField
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.fixes import mending_formulas, property_in_formula, source_in_formula
from orderkit.mapping.problems import Problem
from orderkit.mapping.suggest import Proposal
from orderkit.mapping.suggest.statuses import ProposedEvents

_LONGEST_SHOWN: Final = 1_000
#: Buttons of one row.
MOST_FIXES: Final = 3


@dataclass(frozen=True, slots=True)
class OfferedSource:
    """Another source for a row.

    value: as a settings file has it, for the table that the row is written in
    words: what is done with it, and `code`: the property or formula that it is done with
    said:  what comes of it, where that is more than how many orders have the value
    """

    value: Any
    words: str
    code: str
    said: str = ""


def reference_value(path: str, *, setting: bool) -> str:
    """A path as a settings file has it."""
    return f"{{{{{path}}}}}" if setting else path


def fix_sources(
    field: CompiledField,
    event: Any,
    payload: Any,
    problem: Problem,
    proposals: Sequence[Proposal],
    setting: bool,
) -> Iterator[OfferedSource]:
    """What may mend a row's problem; whoever offers it has tried it on the event before.

    payload: what is made of the event so far; an amount's currency is there
    """
    if problem.code == "invalid":
        raw = field.source.read(event).raw
        currency = paths.get(payload, tuple(field.currency.split(".")))
        known = currency if isinstance(currency, str) else None
        try:
            field.type.convert(raw, field.zone)
        except Unconvertible as error:
            for formula, words in mending_formulas(field, raw, error.mendings, known):
                yield OfferedSource({"formula": formula}, words or "Use", formula)
    present = source_in_formula(field.source)
    near = list(problem.near_misses)
    near += [p.reads for p in proposals if not (p.formula or p.constant)]
    for path in dict.fromkeys(near):
        if path in field.source.properties:
            continue
        if present and problem.code == "missing":
            formula = f"COALESCE({present}, {property_in_formula(path)})"
            yield OfferedSource({"formula": formula}, "Else", path)
        yield OfferedSource(reference_value(path, setting=setting), "Only", path)
    for proposal in proposals:
        if proposal.formula and proposal.value != field.source.text:
            code, words = proposal.value, "Use"
            if "SELECT(" in code:
                # What a part of a text is called says more than the formula that takes it out.
                code = proposal.facts[0].partition(":")[0].replace("`", "")
            elif len(proposal.properties) == 1 and field.source.properties != proposal.properties:
                code, words = proposal.properties[0], "Only"
            if present and problem.code == "missing":
                formula = f"COALESCE({present}, {proposal.value})"
                yield OfferedSource({"formula": formula}, "Else", code)
            yield OfferedSource({"formula": proposal.value}, words, code)
        elif proposal.constant:
            yield OfferedSource(proposal.value, "Use", show(proposal.value, _LONGEST_SHOWN))


def ask_the_site(problem: Problem, orders: Sequence[str], of: int) -> str:
    """What to write to whoever builds the site: what is asked for, what was found, where."""
    shown = ", ".join(orders[:5]) + (f" and {len(orders) - 5} more" if len(orders) > 5 else "")
    return (
        f"{problem.source or problem.target}: please send {problem.expected} with each event. "
        f"Found: {problem.found}. {problem.message}. "
        f"It concerns {len(orders)} of {paths.count(of, 'order')}: {shown}."
    )


def proposed_pairs(proposed: ProposedEvents) -> list[dict[str, str]]:
    """The rows of an event mapping that are proposed."""
    return [
        {"order_status": event.order_status, "event_name": event.event_name}
        for event in proposed.events
        if event.order_status
    ]


def describe_pairs(pairs: Sequence[Mapping[str, str]]) -> str:
    """Proposed rows in words; what TikTok's list does not name is said to be a placeholder."""
    words = ", ".join(f"{pair['event_name']} is {pair['order_status']}" for pair in pairs)
    named = {pair["order_status"] for pair in pairs} <= set(ruled_statuses())
    return (
        words if named else f"{words} (CREATE_ORDER is an assumption: TikTok's list is not public)"
    )
