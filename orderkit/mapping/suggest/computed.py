"""What no property holds and a formula can compute: nights, rooms, what is due."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from orderkit.destination.fields import FieldMapping
from orderkit.mapping.names import Name, read_name, words
from orderkit.mapping.suggest.agreed_amounts import discount_amounts, has_discounts
from orderkit.mapping.suggest.agreement import days_between, is_guess
from orderkit.mapping.suggest.candidates import proposal_of, readings
from orderkit.mapping.suggest.doubts import GENERIC
from orderkit.mapping.suggest.order_object import OrderObject
from orderkit.mapping.suggest.properties import Property, Seen
from orderkit.mapping.suggest.proposal import CONFIDENCES, SHOWING, Proposal, as_formula, spelled
from orderkit.mapping.suggest.values import written_amount


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
        holder = read_name(path)
        if holder.subject != "room" or holder.said != 2 or holder.attributes or holder.unknown:
            continue
        generic = bool(GENERIC & set(words(path.rpartition(".")[2])))
        counts = counts_of_items(seen, path)
        quantities = len(counts) > 1
        for text, fact in counts:
            made = proposal_of(row, text, True, (fact,), events, zone)
            if made is None:
                continue
            if generic:
                made = made.at_most("perhaps", "its items may be more than rooms")
            if quantities and text.startswith("SIZE"):
                made = made.at_most("perhaps", "an item may stand for several rooms")
            elif quantities:
                made = made.at_most("likely", "it may count something else than rooms")
            found.append(made)
    return found


def counts_of_items(seen: Seen, path: str) -> list[tuple[str, str]]:
    """Formulas that count what the items of an array stand for, the likelier first, and what each
    of them is.
    """
    number = f"SIZE({spelled(path)})", f"the number of items in `{path}`"
    quantities = _quantities(seen, path)
    sums = [
        (f"SUM({spelled(path)}, {spelled(own)})", f"the sum of `{own}` of all items in `{path}`")
        for own in quantities
    ]
    items = [item for items in seen.arrays.get(path, {}).values() for item in items]
    of_several = any(item[own] > 1 for own in quantities for item in items)
    return [*sums, number] if of_several else [number, *sums]


def shown_by_numbers(made: Iterable[Proposal], said: Sequence[Property]) -> Iterator[Proposal]:
    """The proposals for the number of rooms; likely where what is counted is what one of these
    properties says in every order.
    """
    for proposal in made:
        same = (p.path for p in said if _says(p, proposal.given)) if proposal.formula else iter(())
        path = next(same, "")
        yield proposal.shown_by(f"as many as `{path}` says", kept=1) if path else proposal


def _says(prop: Property, given: Mapping[int, Any]) -> bool:
    numbers = set(given.values())
    return len(numbers) > 1 and all(prop.values.get(at) == number for at, number in given.items())


def _quantities(seen: Seen, path: str) -> list[str]:
    """The properties of an array's items that may say how many rooms one stands for."""
    arrays = seen.arrays.get(path, {})
    names = {name for items in arrays.values() for item in items for name in item}
    return [
        name
        for name in sorted(names)
        if _is_quantity(read_name(f"{path}.X.{name}"), name)
        and all(
            isinstance(item.get(name), int)
            for items in seen.arrays[path].values()
            for item in items
        )
    ]


def _is_quantity(name: Name, own: str) -> bool:
    """Whether it counts rooms: as a quantity, or called as rooms are ("units")."""
    if name.subject != "room" or name.unknown or name.against:
        return False
    counts = "count" in name.attributes and not name.attributes & {"identifier", "nights"}
    bare = not name.attributes and not GENERIC & set(words(own))
    return counts or bare


def last_change(
    row: FieldMapping,
    updated: Proposal,
    created: Proposal,
    events: Mapping[int, Any],
    zone: ZoneInfo,
) -> Proposal | None:
    """When an order last changed, or was made where it never changed since."""
    if (
        not created.sure
        or is_guess(updated)
        or len(updated.given) == len(events)
        or updated.formula != created.formula
    ):
        return None
    if "updated" not in read_name(updated.reads).attributes and not updated.formula:
        return None
    text = f"COALESCE({as_formula(updated)}, {as_formula(created)})"
    fact = f"the time of creation where `{updated.reads}` gives nothing"
    made = proposal_of(row, text, True, (*updated.facts[:1], fact), events, zone)
    return made and made.at_most("likely", "an order that never changed may have none")


def due(
    row: FieldMapping, total: Proposal, seen: Seen, order: OrderObject, zone: ZoneInfo
) -> Iterator[Proposal]:
    """The total, where no event speaks of a discount; the total less the discounts, where one does,
    or the total itself, where they are taken off it already.

    The vendor: payment_value = total_value - discounts.
    """
    events = order.events(seen)
    discounted = has_discounts(seen)
    fact = "the total, less the discounts already" if discounted else "the total"
    same = proposal_of(row, total.value, total.formula, (fact,), events, zone)
    if not discounted and same:
        few = len(order.numbers) < SHOWING  # they need not show the discounts of others
        sure = max(total.confidence, "perhaps" if few else "likely", key=CONFIDENCES.index)
        yield same.because("no event speaks of a discount").at_most(sure, total.facts[0])
        return
    less = list(_with_discounts(row, total, "-", seen, order, zone))
    doubt = "the events speak of discounts: it may be before them"
    as_is = [same.at_most("perhaps", doubt)] if discounted and same else []
    # Most systems call a total what is left after the one discount that they know.
    yield from [*as_is, *less] if len(less) == 1 else [*less, *as_is]


def before_discounts(
    row: FieldMapping, amount: Proposal, seen: Seen, order: OrderObject, zone: ZoneInfo
) -> Iterator[Proposal]:
    """What an amount may have been before each of the discounts: the other reading of `due`."""
    return _with_discounts(row, amount, "+", seen, order, zone)


def _with_discounts(
    row: FieldMapping,
    amount: Proposal,
    sign: str,
    seen: Seen,
    order: OrderObject,
    zone: ZoneInfo,
) -> Iterator[Proposal]:
    events = order.events(seen)
    done = "is in the total already" if sign == "-" else "is taken off it already"
    fact = "the total less the discounts" if sign == "-" else "the amount and the discounts"
    for path in discount_amounts(seen):
        read = next(readings(row, seen.properties[path], seen, order, zone), None)
        if read is None:
            continue
        # What is taken off may be written so: -94,50.
        negative = any((written_amount(v) or 0) < 0 for v in seen.properties[path].values.values())
        written = {"-": "+", "+": "-"}[sign] if negative else sign
        text = f"{_as_number(amount, seen)} {written} COALESCE({_as_number(read, seen)}, 0)"
        if made := proposal_of(row, text, True, (fact,), events, zone):
            yield made.at_most("perhaps", f"whether `{path}` {done}")


def _as_number(proposal: Proposal, seen: Seen) -> str:
    """What a proposal reads, as a part of a sum: two texts would make one text."""
    if proposal.formula:
        return proposal.value
    path = spelled(proposal.reads)
    values = seen.properties[proposal.reads].values.values()
    return f"NUMBER({path})" if any(isinstance(v, str) for v in values) else path
