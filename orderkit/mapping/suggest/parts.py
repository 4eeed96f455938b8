"""The parts of a total: what the room, the tax and the fee come to.

The vendor: total_value = total_room_fee + total_tax + total_service_fee.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from orderkit.mapping.suggest.agreed_amounts import differ, discount_amounts, shows
from orderkit.mapping.suggest.guessed_amounts import FEES, TAXES, is_called
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.proposal import Proposal
from orderkit.mapping.suggest.values import OrderValues, written_amount

_TOTAL: Final = "order_info.value.total_value"
_PAYABLE: Final = "order_info.value.payment_value"
#: So many amounts are tried as parts of a total; among more, a sum that fits is an accident.
_MOST: Final = 12
_NO_PARTS: Final = frozenset({"commission", "payment", "discount"})
#: Orders with other totals that show what its parts are.
_LEAST: Final = 3


def settle_by_parts(values: OrderValues, found: dict[str, list[Proposal]]) -> dict[str, str]:
    """Let a total before the discounts be likely where room, tax and fee add up to it.

    With it goes what is left of it after the discounts: that is to be paid. Gives the parts of the
    total that is first then, as `parts_of_total`.
    """
    totals, payable = found.get(_TOTAL, []), found.get(_PAYABLE, [])
    if not totals:
        return {}
    settled = totals[0].sure or bool(payable and payable[0].sure)
    for whole in () if settled else totals:
        due = _after_discounts(whole, payable, values)
        if due and (parts := parts_of_total(values, whole)):
            added = " + ".join(f"`{path}`" for path in parts.values())
            shown = whole.shown_by(f"{added} in every order")
            found[_TOTAL] = [shown, *_without(totals, whole)]
            said = "less the discounts, with which the total has these parts"
            found[_PAYABLE] = [due.shown_by(said), *_without(payable, due)]
            return parts
    return parts_of_total(values, totals[0])


def _after_discounts(
    whole: Proposal, payable: list[Proposal], values: OrderValues
) -> Proposal | None:
    """Which of the proposals for what is to be paid is a property that is this less a discount."""
    plain = (p for p in payable if len(p.properties) == 1 and p.reads != whole.reads)
    discounts = discount_amounts(values.seen).values()
    return next(
        (
            due
            for due in plain
            if any(differ(whole.given, due.given, d) and shows(due.given, d) for d in discounts)
        ),
        None,
    )


def _without(proposals: list[Proposal], taken: Proposal) -> list[Proposal]:
    return [proposal for proposal in proposals if proposal is not taken]


def parts_of_total(values: OrderValues, total: Proposal) -> dict[str, str]:
    """End of a row's target → the path of that part, where they add up to it in every order."""
    if len(set(map(str, total.given.values()))) < _LEAST:
        return {}
    whole = {n: written_amount(v) for n, v in total.given.items()}
    amounts = {
        prop.path: (prop, read)
        for prop in values.full
        if not prop.in_array
        and prop.name.subject not in _NO_PARTS
        and len(read := values.amounts(prop, whole)) == len(whole)
        and any(read.values())
    }
    # What is both, as "taxesFees", tells neither.
    taxes, fees, rooms = (
        [path for path, (prop, _) in amounts.items() if _are(prop, kind)][:_MOST]
        for kind in ((True, False), (False, True), (False, False))
    )
    fits = [
        (room, tax, fee)
        for room in rooms
        for tax in taxes
        for fee in [*fees, ""]
        if fee != tax and is_sum(whole, [amounts[path][1] for path in (room, tax, fee) if path])
    ]
    if len(fits) != 1:
        return {}
    ends = ("total_room_fee", "total_tax", "total_service_fee")
    return {end: path for end, path in zip(ends, fits[0], strict=True) if path}


def _are(prop: Property, kind: tuple[bool, bool]) -> bool:
    """Whether an amount is called a tax, and a fee."""
    return (is_called(prop, TAXES), is_called(prop, FEES)) == kind


def is_sum(whole: Mapping[int, Any], parts: Sequence[Mapping[int, Decimal]]) -> bool:
    """Whether the parts add up to the whole in each order; all are by the order's number."""
    return all(sum((part[n] for part in parts), Decimal(0)) == whole[n] for n in whole)
