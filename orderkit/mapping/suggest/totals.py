"""An order's total and what is to be paid of it, of which the vendor says that they go together.

The vendor: payment_value = total_value - discounts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Final
from zoneinfo import ZoneInfo

from orderkit.destination.fields import FieldMapping
from orderkit.mapping.names import read_name
from orderkit.mapping.suggest import computed
from orderkit.mapping.suggest.agreed_amounts import (
    differ,
    discount_amounts,
    discount_apart,
    has_discounts,
    settle_amounts,
    shows,
)
from orderkit.mapping.suggest.agreement import Roles
from orderkit.mapping.suggest.candidates import readings
from orderkit.mapping.suggest.discounted import discounted
from orderkit.mapping.suggest.order_object import OrderObject
from orderkit.mapping.suggest.properties import Property, Seen
from orderkit.mapping.suggest.proposal import SHOWING, Proposal
from orderkit.mapping.suggest.row_hints import row_hints
from orderkit.mapping.suggest.values import written_amount

#: So many totals are told apart; among more, a pair that fits is an accident.
_MOST_TOTALS: Final = 12


def settle_totals(
    roles: Roles, rows: Mapping[str, FieldMapping], seen: Seen, order: OrderObject, zone: ZoneInfo
) -> None:
    """Settle both rows together: what no name says, the other one and the discounts may.

    rows: target → the rows that want a proposal
    """
    named = {hint.role: rows[target] for target, hint in row_hints().items() if target in rows}
    total, payable = named.get("total"), named.get("payable")
    due = next(iter(roles.get("payable", [])), None)
    # What is called a total comes first: the rooms' price is as much, where no more is booked.
    if total and due and not any(_shown_by_due(roles["total"], due, seen)):
        shown = [
            made.because(f"less `{path}` it is `{due.reads}` in every order")
            for prop, path in discount_apart(due, seen, is_total=False)
            for made in readings(total, prop, seen, order, zone)
        ]
        known = {proposal.value for proposal in roles["total"]}
        roles["total"] += [made for made in shown if made.value not in known]
    if total and payable and not due:
        _tell_apart(roles, total, payable, seen, order, zone)
    if payable and roles.get("total") and not roles["payable"]:
        first = roles["total"][0]
        # What is left to pay may be as much, where nobody has paid: a total says that it is all.
        roles["payable"] = [
            made.at_most(
                "likely" if _is_all(prop, seen, first) else "perhaps",
                f"`{first.reads}` less `{path}`, in every order",
            )
            for prop, path in discount_apart(first, seen, is_total=True)
            for made in readings(payable, prop, seen, order, zone)
        ]
    settle_amounts(roles, seen)
    if due := next((p for p in roles.get("payable", []) if p.sure), None):
        roles["total"] = [p for p in roles["total"] if _covers(p, due)]
    if total and payable and roles["total"] and not roles["payable"]:
        _by_parts(roles, total, payable, seen, order, zone)
    if payable and roles["total"] and not roles["payable"]:
        roles["payable"] = list(computed.due(payable, roles["total"][0], seen, order, zone))
    if total and has_discounts(seen):
        roles["total"] = list(_before_or_after(total, roles, seen, order, zone))
    elif total and len(order.numbers) < SHOWING:
        doubt = "so few orders do not show whether it is before a discount"
        roles["total"] = [p.at_most("perhaps", doubt) for p in roles["total"]]


def _is_all(prop: Property, seen: Seen, total: Proposal) -> bool:
    """Whether what is due is all that is to be paid, and no balance: it is called a total, or is as
    much where a part has been paid, or is left.
    """
    due = {number: written_amount(value) for number, value in prop.values.items()}
    paid = {
        number
        for other in seen.properties.values()
        if other.name.subject == "payment" and other is not prop and not other.in_array
        for number, value in other.values.items()
        if (amount := written_amount(value)) and amount > 0 and amount != due.get(number)
    }
    called_so = "total" in read_name(prop.called).attributes
    is_due = prop.name.subject == "payment" and not prop.name.against
    return called_so or (is_due and len(paid & total.given.keys()) >= SHOWING)


def _tell_apart(
    roles: Roles,
    total: FieldMapping,
    payable: FieldMapping,
    seen: Seen,
    order: OrderObject,
    zone: ZoneInfo,
) -> None:
    """A total that is another amount less a discount, in every order, is what is to be paid; and
    the other one, whatever it is called, is the total.
    """
    # The first of several payments is no order's.
    totals = [proposal for proposal in roles["total"] if ".X." not in proposal.value]
    found = [
        (whole, less, path)
        for whole, less in permutations(totals[:_MOST_TOTALS], 2)
        for path, discount in discount_amounts(seen).items()
        if differ(whole.given, less.given, discount) and shows(less.given, discount)
    ]
    found = found or [
        (whole, less, path)
        for less in totals[:_MOST_TOTALS]
        for prop, path in discount_apart(less, seen, is_total=False)
        for whole in readings(total, prop, seen, order, zone)
    ]
    pairs = {(whole.value, less.value): (whole, less, path) for whole, less, path in found[::-1]}
    # Several discounts may be the same; the totals must not be others.
    if len(pairs) == 1:
        whole, less, path = next(iter(pairs.values()))
        fact = f"`{whole.reads}` less `{path}`, in every order"
        due = replace(less, row=payable, facts=less.facts[:2])
        roles["payable"] = [due.because(fact) if due.sure else due.shown_by(fact)]
        named = next((p for p in totals if p.value == whole.value), None)
        whole = named or whole.at_most("likely", f"less the discount it is `{less.reads}`")
        others = (p for p in roles["total"] if p.value not in (whole.value, less.value))
        roles["total"] = [whole, *others]


def _by_parts(
    roles: Roles,
    total: FieldMapping,
    payable: FieldMapping,
    seen: Seen,
    order: OrderObject,
    zone: ZoneInfo,
) -> None:
    """Of one total, the other amount is what its parts say: what it was before the discount, or
    what is left to pay after it.
    """
    one = roles["total"][0]
    shown = discounted(one, seen)
    if shown is None:
        return
    added = " + ".join(f"`{part}`" for part in shown.parts)
    if shown.after:
        fact = f"{added} less `{shown.path}`, in every order"
        roles["payable"] = [replace(one, row=payable).shown_by(fact)]
        computed_ones, others = computed.before_discounts(total, one, seen, order, zone), []
    else:
        fact = f"{added}, in every order"
        computed_ones, others = computed.due(payable, one, seen, order, zone), roles["total"]
    made = [p.shown_by(fact, kept=1) for p in computed_ones if shown.path in p.properties]
    roles["payable" if others else "total"] = made[:1]


def _covers(total: Proposal, due: Proposal) -> bool:
    """Whether no order's total is less than what is to be paid of it."""
    common = total.given.keys() & due.given.keys()
    return all(total.given[n] >= due.given[n] for n in common)


def _shown_by_due(totals: list[Proposal], due: Proposal, seen: Seen) -> Iterator[Proposal]:
    """The totals that are, less a discount, what is to be paid, as the vendor's sum has it."""
    discounts = discount_amounts(seen)
    for total in totals:
        for path, discount in discounts.items():
            if differ(total.given, due.given, discount) and shows(due.given, discount):
                fact = f"less `{path}` it is `{due.reads}`, in every order"
                # Where few orders have both, each is in doubt, and not that they go together.
                yield total.shown_by(fact) if due.sure else total.because(fact)


def _before_or_after(
    row: FieldMapping, roles: Roles, seen: Seen, order: OrderObject, zone: ZoneInfo
) -> Iterator[Proposal]:
    """The totals, where none is sure beside what may have been one before the discounts."""
    totals, payable = roles["total"], roles["payable"]
    due = next(iter(payable), None)
    if due and not due.sure and len(due.properties) > 1:
        due = None  # computed from a total, and shows none
    known = bool(due and due.sure and totals and totals[0].sure)
    if due and not known and (shown := next(_shown_by_due(totals, due, seen), None)):
        yield shown
        yield from (p for p in totals if p.value != shown.value)
        return
    if due and (due.sure or not totals):
        if not known:
            yield from computed.before_discounts(row, due, seen, order, zone)
        yield from totals
        return
    doubt = "the events speak of discounts: it may be before or after them"
    given = [proposal.at_most("perhaps", doubt) for proposal in totals]
    first = given[:1]
    before = [
        p for total in first for p in computed.before_discounts(row, total, seen, order, zone)
    ]
    # Most systems call a total what is left after the one discount that they know.
    yield from [*before, *first] if len(before) == 1 else [*first, *before]
    yield from given[1:]
