"""What a stay came to in the end, shown by what was to be paid for it."""

from typing import Final

from orderkit.events.paths import count
from orderkit.mapping.suggest.guessed_amounts import FEES, TAXES, is_called, stand_together
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
    if not billed or not due or not due[0].sure or billed[0].sure:
        return
    given, owed = billed[0].given, due[0].given
    same = [number for number, amount in given.items() if owed.get(number) == amount]
    more = [number for number, amount in given.items() if number in owed and amount > owed[number]]
    if len(same) < _LEAST or 2 * len(same) < len(given) or more:
        return
    fact = f"what was to be paid, in {len(same)} of {count(len(given), 'order')}"
    found[_VALUE] = [_shown(billed[0], fact), *billed[1:]]
    value = _property(billed[0])
    for target, names in _BESIDE.items():
        first = next(iter(found.get(target, [])), None)
        path = _property(first) if first else ""
        if first and is_called(path, names) and stand_together(path, value):
            found[target][0] = _shown(first, f"beside `{value}`, and called so")


def _shown(proposal: Proposal, fact: str) -> Proposal:
    return Proposal(
        proposal.row,
        proposal.value,
        proposal.formula,
        "likely",
        (*proposal.facts[:1], fact),
        proposal.example,
        proposal.given,
    )


def _property(proposal: Proposal) -> str:
    """The one property that it reads."""
    from orderkit.language import formulas

    return formulas.parse(proposal.value).properties[0] if proposal.formula else proposal.reads
