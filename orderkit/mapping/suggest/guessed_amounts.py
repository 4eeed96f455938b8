"""Which properties may be an order's amounts, by their size and by when they are there."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import mean

from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.values import OrderValues


def guess_amounts(
    values: OrderValues, taken: set[str]
) -> Iterator[tuple[str, list[Property], str]]:
    """End of a row's target, the properties that may fill it, and why."""
    money = _largest_first(values, values.full, values.numbers, taken)
    beside = [*money[1:2], *money[:1], *money[2:]]
    yield "total_value", money, "the largest amount of each order"
    yield "payment_value", beside, "an amount beside the largest"
    numbers = values.with_status("COMPLETE_ORDER")
    only = values.only_in(numbers)
    money = _largest_first(values, only, numbers, taken)
    # A commission has its currency beside it.
    owed = {p.container for p in only if values.converts(p, "currency", numbers)}
    base = sorted(money, key=lambda p: p.container not in owed)
    rest = sorted(money[1:], key=lambda p: (p.container in owed, p.name.subject != "charge"))
    why = "there only once a stay is over"
    yield "fulfillment_value", money, why
    yield "fulfillment_tax", rest, why
    yield "fulfillment_service_fee", [*rest[1:], *rest[:1]], why
    yield "commission_base_amount", base if owed else base[1:], why


def _numbers_orders(values: OrderValues, prop: Property, numbers: list[int]) -> bool:
    """Whether it counts orders, or tells them apart: amounts do not grow from order to order by
    whole numbers, and none is called a number.
    """
    found = values.number(prop, numbers)
    whole = len(found) > 2 and all(v == int(v) for v in found)
    in_a_row = whole and all(later > earlier for earlier, later in pairwise(found))
    named = prop.name.attributes & {"identifier"} and not prop.name.attributes & {"sum", "total"}
    return in_a_row or bool(whole and named)


def _largest_first(
    values: OrderValues, props: Iterable[Property], numbers: list[int], taken: set[str]
) -> list[Property]:
    money = [
        prop
        for prop in props
        if not prop.in_array
        and prop.path not in taken
        and values.money(prop, numbers)
        and not values.is_clocked(prop)
        and not _numbers_orders(values, prop, numbers)
    ]
    return sorted(money, key=lambda p: (-mean(values.number(p, numbers)), p.depth))
