"""Optional rows: what TikTok takes besides what it asks for, where events show that they have it.

An order does without them. So a name alone is no more than "perhaps"; likely is what the amounts
of all orders show, and what only a cancelled booking has and is called a reason.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.mapping.amounts import number_formulas
from orderkit.mapping.names import words
from orderkit.mapping.suggest.agreed_amounts import differ, discount_amounts, shows
from orderkit.mapping.suggest.candidates import as_reference, proposal_of, readings
from orderkit.mapping.suggest.order_object import MOST
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.proposal import SHOWING, Proposal, spelled
from orderkit.mapping.suggest.topics import words_of
from orderkit.mapping.suggest.values import OrderValues

_TOTAL: Final = "order_info.value.total_value"
_PAYABLE: Final = "order_info.value.payment_value"
_REASONS: Final = words_of("reason")
_ABSENT: Final = (("no", "show"), ("noshow",), ("not", "arrive"), ("not", "arrived"))
_CAME: Final = words_of("came")
#: Not everybody who cancels says why.
_GIVEN: Final = 0.5
#: Pages on which nothing was ordered.
_BEFORE: Final = words_of("before_order")
_OFFERS: Final = frozenset({"discount", "rate"})
_PROMOTED: Final = words_of("promotion")

#: End of a row's target, the path that it may read, why, and whether it is likely.
Offered: TypeAlias = Iterator[tuple[str, str, str, bool]]


def optional_rows(
    values: OrderValues, found: Mapping[str, list[Proposal]], total_parts: Mapping[str, str]
) -> dict[str, Any]:
    """Target → proposals for optional rows that have none.

    found:       the proposals for the other rows
    total_parts: what the total consists of, as `parts_of_total` has it
    """
    made: dict[str, list[Proposal]] = {}
    open_rows = {row.target.rpartition(".")[2]: row for row in _open_rows(values, found)}
    for end, path, fact, likely in _offered(values, found, total_parts):
        if row := open_rows.get(end):
            proposal = _proposal(values, row, path, fact)
            if proposal:
                confidence = "likely" if likely else "perhaps"
                made.setdefault(row.target, []).append(proposal.at_most(confidence, fact))
    ranked = {target: sorted(each, key=lambda p: not p.sure) for target, each in made.items()}
    return {target: each[:3] for target, each in ranked.items()}


def _open_rows(values: OrderValues, found: Mapping[str, Any]) -> Iterator[FieldMapping]:
    """Optional rows whose source in the table no event has."""
    for row in field_mappings():
        there = row.target in found or row.source in values.seen.properties
        if not (row.mandatory or there):
            yield row


def _offered(
    values: OrderValues, found: Mapping[str, list[Proposal]], total_parts: Mapping[str, str]
) -> Offered:
    for end, path in total_parts.items():
        others = " and ".join(f"`{other}`" for other in total_parts.values() if other != path)
        yield end, path, f"with {others} it is the total in every order", True
    yield from _discounts(values, _first(found, _TOTAL), _first(found, _PAYABLE))
    cancelled = _only_once(values, "CANCEL_ORDER", _GIVEN)
    over = _only_once(values, "COMPLETE_ORDER")
    # The words of a reason say more than its code.
    for prop in sorted(cancelled, key=lambda p: "identifier" in p.name.attributes):
        if _REASONS & set(_own(prop)):
            # A booking that was reinstated may keep its reason: so few show little.
            shown = len(values.numbers) >= SHOWING
            yield "cancel_reason", prop.path, "there only once a booking is cancelled", shown
    for prop in over:
        if values.of_people(prop) and _CAME & set(words(prop.path)) and values.whole(prop):
            yield "actual_occupancy", prop.path, "people, there only once a stay is over", False
    for prop in values.seen.properties.values():
        if prop.in_array:
            continue
        own = _own(prop)
        if any(_has(own, absent) for absent in _ABSENT):
            flags = all(isinstance(value, bool) for value in values.values(prop))
            yield "no_show", prop.path, f"named `{prop.path}`", flags
        elif own in (("ns",), ("nsh",)) and values.flags(prop):
            yield "no_show", prop.path, "a flag, by whose letters it may mean a no-show", False
        yield from _promotion(prop, own)
        addresses = ["://" in str(value) for value in values.values(prop)]
        said = {*words(prop.path)}
        if addresses and all(addresses) and {"page", "url"} <= said and not said & _BEFORE:
            yield "order_url", prop.path, "the address of a page", False


def _only_once(values: OrderValues, status: str, share: float = MOST) -> list[Property]:
    """What most orders with that status have, and none with another one, of which there are."""
    numbers = values.with_status(status)
    return values.only_in(numbers, share) if len(numbers) < len(values.numbers) else []


def _discounts(values: OrderValues, total: Proposal | None, due: Proposal | None) -> Offered:
    """The discounts: likely where they are what the total and what is to be paid differ by."""
    read = [each.properties for each in (total, due) if each]
    whole = {paths[0] for paths in read if len(paths) == 1}
    for path, given in discount_amounts(values.seen).items():
        if path in whole:
            continue  # a total, by whatever name ("total before discount")
        shown = bool(
            total
            and due
            and total.sure
            and due.sure
            and differ(total.given, due.given, given)
            and shows(due.given, given)
        )
        fact = "the total less what is to be paid" if shown else f"named `{path}`"
        end = "saved_amount" if _PROMOTED & set(words(path)) and not shown else "discounts"
        yield end, path, fact, shown


def _promotion(prop: Property, own: tuple[str, ...]) -> Offered:
    holder = words(prop.container.rpartition(".")[2]) if prop.container else ()
    named = _PROMOTED & {*own, *holder}
    if not named or prop.name.subject not in _OFFERS or prop.name.against:
        return
    if "identifier" in prop.name.attributes or own in (("coupon",), ("voucher",)):
        yield "promotion_id", prop.path, f"named `{prop.path}`", False
    elif "name" in prop.name.attributes:
        yield "description", prop.path, f"named `{prop.path}`", False


def _proposal(values: OrderValues, row: FieldMapping, path: str, fact: str) -> Proposal | None:
    """The row's proposal: an amount by what makes one of it, another value as it is."""
    prop = values.seen.properties[path]
    having = {n: values.seen.events[n] for n in values.numbers if n in prop.values}
    amounts = values.amounts(prop).values() if row.type == "amount" else ()
    if amounts and max(amounts) <= 0 > min(amounts):
        # A discount below zero, as a bill has it.
        found = values.values(prop)
        # What is below a thousand in these orders need not be in the next one.
        wide = number_formulas([*found, *values.seen.grouped.values()]) or number_formulas(found)
        read = next(iter(wide), "{x}")
        text = f"0 - {read}".replace("{x}", spelled(path))
        return proposal_of(row, text, True, (fact,), having, values.zone)
    worded = row.type == "boolean" and not all(isinstance(v, bool) for v in values.values(prop))
    if row.type == "amount" or worded:
        return next(readings(row, prop, values.seen, values.order, values.zone), None)
    value = as_reference(row, path)
    return proposal_of(row, value, False, (fact,), having, values.zone) if having else None


def _first(found: Mapping[str, list[Proposal]], target: str) -> Proposal | None:
    return next(iter(found.get(target, [])), None)


def _own(prop: Property) -> tuple[str, ...]:
    return words(prop.path.rpartition(".")[2])


def _has(own: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether these words stand in a name, one behind the other."""
    return any(own[at : at + len(part)] == part for at in range(len(own)))
