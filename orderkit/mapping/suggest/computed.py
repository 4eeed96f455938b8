"""What no property holds and a formula can compute: nights, rooms, what is due."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from orderkit.destination.fields import FieldMapping
from orderkit.mapping.names import read_name, words
from orderkit.mapping.suggest.agreed_amounts import has_discounts
from orderkit.mapping.suggest.agreement import days_between
from orderkit.mapping.suggest.candidates import proposal_of, spelled
from orderkit.mapping.suggest.doubts import GENERIC
from orderkit.mapping.suggest.properties import Seen
from orderkit.mapping.suggest.proposal import CONFIDENCES, Proposal


def as_formula(proposal: Proposal) -> str:
    """What a proposal writes, as a part of a formula."""
    return proposal.value if proposal.formula else spelled(proposal.reads)


def nights(
    row: FieldMapping,
    arrival: Proposal,
    departure: Proposal,
    events: Mapping[int, Any],
    zone: ZoneInfo,
) -> Proposal | None:
    """The days between the two dates, where both are sure."""
    if not (arrival.sure and departure.sure):
        return None
    stays = days_between(arrival, departure)
    facts = ("computed from arrival and departure",)
    first, last = as_formula(arrival), as_formula(departure)
    # Between two moments lie whole days less an hour or two: then the days alone are taken.
    for form in ("{}", "LEFT({}, 10)"):
        text = f'DATEDIFF({form.format(first)}, {form.format(last)}, "days")'
        made = proposal_of(row, text, True, facts, events, zone)
        if made and made.given == stays and min(stays.values()) > 0:
            return made.at_most("likely", "assumption: DATEDIFF(a, b) counts from a to b")
    return None


def rooms(
    row: FieldMapping, seen: Seen, events: Mapping[int, Any], zone: ZoneInfo
) -> list[Proposal]:
    """The number of items of an array of rooms."""
    found = []
    for path in seen.arrays:
        name = read_name(path)
        if name.subject != "room" or name.said != 2 or name.attributes or name.unknown:
            continue
        fact = f"the number of items in `{path}`"
        made = proposal_of(row, f"SIZE({spelled(path)})", True, (fact,), events, zone)
        if made is None:
            continue
        if GENERIC & set(words(path.rpartition(".")[2])):
            made = made.at_most("perhaps", "its items may be more than rooms")
        if _has_quantity(seen, path):
            made = made.at_most("perhaps", "an item may stand for several rooms")
        found.append(made)
    return found


def _has_quantity(seen: Seen, path: str) -> bool:
    return any(
        "count" in prop.name.attributes and not prop.name.attributes & {"identifier", "nights"}
        for prop in seen.properties.values()
        if prop.path.startswith(f"{path}.X.") and prop.name.subject == "room"
    )


def due(
    row: FieldMapping,
    total: Proposal,
    seen: Seen,
    events: Mapping[int, Any],
    zone: ZoneInfo,
) -> Proposal | None:
    """The total, where no event speaks of a discount; the total less the discounts, where one does.

    The vendor: payment_value = total_value - discounts.
    """
    if not has_discounts(seen):
        fact = "the total: no event speaks of a discount"
        made = proposal_of(row, total.value, total.formula, (fact,), events, zone)
        return made and made.at_most(
            max(total.confidence, "likely", key=CONFIDENCES.index), total.facts[0]
        )
    named = [
        prop
        for prop in seen.properties.values()
        if prop.name.subject == "discount"
        and not prop.in_array
        and not prop.name.attributes - {"total", "sum", "amount"}
        and not prop.name.unknown
    ]
    if len(named) != 1:
        return None
    text = f"{as_formula(total)} - COALESCE({spelled(named[0].path)}, 0)"
    made = proposal_of(row, text, True, ("the total less the discounts",), events, zone)
    return made and made.at_most("perhaps", f"whether `{named[0].path}` is in the total already")
