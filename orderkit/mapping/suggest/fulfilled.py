"""What a stay came to in the end, shown by what was to be paid for it."""

from collections.abc import Mapping
from typing import Any, Final

from orderkit.mapping.names import read_name
from orderkit.mapping.suggest.guessed_amounts import FEES, TAXES, is_called, stand_together
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.proposal import Proposal

_VALUE: Final = "order_info.value.fulfillment_value"
_PAYABLE: Final = "order_info.value.payment_value"
#: Row → what its property is called.
_BESIDE: Final = {
    "order_info.value.fulfillment_tax": TAXES,
    "order_info.value.fulfillment_service_fee": FEES,
}
_LEAST: Final = 2


def settle_fulfilled(found: dict[str, list[Proposal]]) -> None:
    """Let the final amount be likely where most orders show it to be the one that was to be paid.

    With it go its tax and fee, where they stand beside it and are called so. What is more in any
    order may be a guest's bill, with what was eaten and drunk.
    """
    billed, due = found.get(_VALUE, []), found.get(_PAYABLE, [])
    if not due or not due[0].sure or (billed and billed[0].sure):
        return
    shown = next((p for p in billed if _is_due(p.given, due[0].given)), None)
    if shown is None:
        return
    value = _property(shown)
    if whole := next((p for p in billed if _is_total_of(p, shown)), None):
        # The room alone came to what was to be paid, and the bill to more.
        found[_VALUE] = [whole, *(p for p in billed if p is not whole)]
        return
    fact = "in most orders it is what was to be paid, and in none more"
    found[_VALUE] = [shown.shown_by(fact, kept=1), *(p for p in billed if p is not shown)]
    for target, names in _BESIDE.items():
        beside = [p for p in found.get(target, []) if _is_beside(_property(p), value, names)]
        # Of two taxes neither is all of it.
        if len(beside) == 1 and beside[0] is found[target][0]:
            first = beside[0]
            found[target][0] = first.shown_by(f"beside `{value.path}`, and called so", kept=1)


def _is_beside(prop: Property, value: Property, names: frozenset[str]) -> bool:
    return is_called(prop, names) and stand_together(prop, value)


def _is_due(given: Mapping[int, Any], owed: Mapping[int, Any]) -> bool:
    """Whether most amounts are those that were to be paid, and none is more."""
    same = [number for number, amount in given.items() if owed.get(number) == amount]
    more = any(amount > owed[number] for number, amount in given.items() if number in owed)
    return len(same) >= _LEAST and 2 * len(same) >= len(given) and not more


def _is_total_of(whole: Proposal, part: Proposal) -> bool:
    """Whether an amount is called a total, stands beside the part, and is more in some orders, and
    in none less.
    """
    prop, other = _property(whole), _property(part)
    name = read_name(prop.called)
    called_so = "total" in name.attributes and not name.against
    more = [amount - part.given.get(number, amount) for number, amount in whole.given.items()]
    return called_so and stand_together(prop, other) and min(more) >= 0 < max(more)


def _property(proposal: Proposal) -> Property:
    """The one property that it reads."""
    path = proposal.properties[0]
    return Property(path, read_name(path))
