"""Whether the one total that events have is before a discount or after it, as its parts show.

``accommodation + tax`` is either the total, or the total and the discount that was taken off.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations, takewhile
from typing import Final, NamedTuple

from orderkit.mapping.suggest.agreed_amounts import discount_amounts, shows
from orderkit.mapping.suggest.parts import is_sum
from orderkit.mapping.suggest.properties import Seen
from orderkit.mapping.suggest.proposal import Proposal
from orderkit.mapping.suggest.values import written_amount

#: So many amounts are tried as parts, and so many of them together.
_MOST: Final = 10
_MOST_PARTS: Final = 5
#: Fewer different totals show nothing: a sum that fits is an accident.
_LEAST: Final = 3


class Discounted(NamedTuple):
    """What the parts of a total show of a discount.

    path:  of the discount
    after: whether the total is what is left after it
    parts: paths of the amounts that add up
    """

    path: str
    after: bool
    parts: tuple[str, ...]


def discounted(total: Proposal, seen: Seen) -> Discounted | None:
    """What the amounts beside a total say of the discount beside it; None where they say nothing,
    or both.
    """
    whole = {n: written_amount(v) for n, v in total.given.items()}
    if len(set(whole.values())) < _LEAST or None in whole.values() or len(total.properties) != 1:
        return None
    left = {n: amount for n, amount in whole.items() if amount is not None}
    for path, discount in discount_amounts(seen).items():
        around = _around(total.properties[0], path)
        if not shows(total.given, discount):
            continue
        beside = _beside(around, {total.properties[0], path}, seen, left)
        before = {n: amount + discount.get(n, Decimal(0)) for n, amount in left.items()}
        found = [next(_adding_up(beside, sums), ()) for sums in (left, before)]
        if bool(found[0]) != bool(found[1]):
            return Discounted(path, bool(found[1]), found[0] or found[1])
    return None


def _around(path: str, other: str) -> str:
    """The object that has both, with a dot behind it; "" for the event itself."""
    alike = takewhile(
        lambda pair: pair[0] == pair[1], zip(path.split("."), other.split("."), strict=False)
    )
    return "".join(f"{name}." for name, _ in alike)


def _beside(
    around: str, without: set[str], seen: Seen, whole: Mapping[int, Decimal]
) -> dict[str, dict[int, Decimal]]:
    """Path → the amounts, of the first in that object that every order has."""
    found: dict[str, dict[int, Decimal]] = {}
    for path, prop in seen.properties.items():
        if not path.startswith(around) or prop.in_array or path in without:
            continue
        read = {n: written_amount(prop.values.get(n)) for n in whole}
        amounts = {n: amount for n, amount in read.items() if amount is not None}
        if len(amounts) == len(whole) and any(amounts.values()):
            found[path] = amounts
        if len(found) == _MOST:
            break
    return found


def _adding_up(
    amounts: Mapping[str, Mapping[int, Decimal]], sums: Mapping[int, Decimal]
) -> Iterator[tuple[str, ...]]:
    for size in range(2, _MOST_PARTS + 1):
        for paths in combinations(amounts, size):
            if is_sum(sums, [amounts[path] for path in paths]):
                yield paths
