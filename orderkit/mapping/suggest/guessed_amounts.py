"""Which properties may be an order's amounts, by their size and by when they are there."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from statistics import mean
from typing import Final

from orderkit.mapping.moments import YEARS
from orderkit.mapping.names import read_name, words
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.proposal import spelled
from orderkit.mapping.suggest.topics import words_of
from orderkit.mapping.suggest.values import OrderValues


def guess_amounts(
    values: OrderValues, taken: set[str]
) -> Iterator[tuple[str, list[Property], str]]:
    """End of a row's target, the properties that may fill it, and what each of these is."""
    largest = _largest_first(values, values.full, values.numbers, taken)
    # What tells of a payment, as the last digits of a card, is no total.
    money = sorted(largest, key=lambda p: p.name.subject == "payment")
    # Of what a part or a payment is called, nobody owes the whole.
    beside = sorted([*money[1:2], *money[:1], *money[2:]], key=lambda p: p.name.subject in _PARTS)
    yield "total_value", money, "among the largest amounts of each order"
    if money and (less := _less(values, money[0])):
        yield "payment_value", [less[0]], f"`{money[0].path}` less `{less[1].path}`"
        beside = [prop for prop in beside if prop is not less[0]]
    yield "payment_value", beside, "an amount beside the largest"
    numbers = values.with_status("COMPLETE_ORDER")
    only = values.only_in(numbers)
    money = _largest_first(values, only, numbers, taken)
    # A commission has its currency beside it.
    currencies = [p for p in only if values.converts(p, "currency", numbers)]
    owed = {prop.container for prop in currencies}
    rest = sorted(
        money[1:],
        key=lambda p: (
            p.container in owed,
            not stand_together(p, money[0]),
            p.name.subject != "charge",
        ),
    )
    taxes = [prop for prop in rest if is_called(prop, TAXES)]
    fees = [prop for prop in rest if prop not in taxes and is_called(prop, FEES)]
    others = [p for p in rest if p not in taxes and p not in fees and not _is_no_part(p)]
    why = "there only once a stay is over"
    wholes = [
        prop
        for prop in money
        if prop.name.subject != "charge" and not (is_called(prop, TAXES) or is_called(prop, FEES))
    ]
    yield "fulfillment_value", wholes, why
    yield "fulfillment_tax", [*taxes, *others], why
    yield "fulfillment_service_fee", [*fees, *others[1:], *others[:1]], why
    yield "commission_base_amount", list(_bases(wholes, currencies)), why
    yield from _called_so(values, numbers, [*wholes, *taxes, *fees])


def _called_so(
    values: OrderValues, numbers: list[int], known: list[Property]
) -> Iterator[tuple[str, list[Property], str]]:
    """What is called a bill, a tax or a fee, though orders have it that are not complete: a bill
    of a cancellation, a tax that is known from the start.
    """
    had = [
        prop
        for prop in (values.of(numbers) if numbers else ())
        if not prop.in_array and values.money(prop, numbers) and not is_called(prop, NO_AMOUNTS)
    ]
    rows = (("value", _BILLS, "a bill"), ("tax", TAXES, "a tax"), ("service_fee", FEES, "a fee"))
    for end, names, what in rows:
        if not any(is_called(prop, names) for prop in known):
            found = [prop for prop in had if is_called(prop, names)]
            found.sort(key=lambda p: not p.name.attributes & _AMOUNTS)
            yield (
                f"fulfillment_{end}",
                found,
                f"called {what}, and there before a stay is over, too",
            )


def _bases(money: list[Property], currencies: list[Property]) -> Iterator[Property]:
    """What a commission may be taken of, the likelier first: what is called a base, and what has
    a commission's currency beside it, as a column may have by its name ("Base Com", "Div Com").
    """
    beside = {prop.container for prop in currencies}
    called = {word for p in currencies if not p.container for word in _own_words(p)}

    def unlike(prop: Property) -> tuple[bool, ...]:
        is_base = "base" in prop.name.attributes
        column = not prop.container and not called.isdisjoint(_own_words(prop))
        return not is_base, not column, prop.container not in beside

    bases = sorted(money, key=unlike)
    # Without a base, or a currency of its own, the largest amount is what was paid.
    yield from bases if currencies or (bases and not unlike(bases[0])[0]) else bases[1:]


def _own_words(prop: Property) -> tuple[str, ...]:
    return words(prop.called.rpartition(".")[2])


#: What taxes and fees are called, where a name says which of both it is.
TAXES: Final = words_of("tax")
FEES: Final = words_of("fee")
_BILLS: Final = words_of("bill")
#: Of what the name of an amount speaks that is not the whole order's.
_PARTS: Final = frozenset({"room", "rate", "payment", "charge", "commission", "discount"})
#: What a property says that is an amount, whoever it is of ("guest_total").
_AMOUNTS: Final = frozenset({"total", "sum", "amount"})
#: What so many orders have alike is a version, or a number of a hotel.
_MANY_ORDERS: Final = 6
#: So many amounts are looked at; among more, one that fits is an accident.
_MOST: Final = 30
NO_AMOUNTS: Final = words_of("percent")


def _is_no_part(prop: Property) -> bool:
    """Whether it is called a total, the rooms', a payment or a commission's: no tax and no fee."""
    # A payment's object may be a folio, which has its "accommodation".
    own = read_name(prop.called.rpartition(".")[2]).subject
    of_others = {prop.name.subject, own} & {"payment", "commission", "hotel", "room"}
    return bool(of_others) or bool(prop.name.attributes & {"total", "base"})


def tax_items(values: OrderValues) -> Iterator[tuple[str, str]]:
    """Formulas that add up taxes that are items of a list only once a stay is over, and why."""
    numbers = set(values.with_status("COMPLETE_ORDER"))
    for path, arrays in values.seen.arrays.items():
        if not numbers or set(arrays) & set(values.numbers) - numbers:
            continue
        if TAXES.isdisjoint(words(path.rpartition(".")[2])):
            continue
        keys = sorted({key for items in arrays.values() for item in items for key in item})
        amounts = [key for key in keys if read_name(key).attributes & _AMOUNTS]
        # Beside the tax an item may have what it is taken of.
        for key in [key for key in amounts if not TAXES.isdisjoint(words(key))] or amounts:
            yield f"SUM({spelled(path)}, {spelled(key)})", f"the sum of the items in `{path}`"


def is_called(prop: Property, names: frozenset[str]) -> bool:
    """Whether what an amount is called has one of these words."""
    return not names.isdisjoint(_own_words(prop))


def stand_together(prop: Property, other: Property) -> bool:
    """Whether two amounts stand in one object, which may be the event where their names begin
    alike.
    """
    holder, _, own = prop.called.rpartition(".")
    around, _, name = other.called.rpartition(".")
    return holder == around and (bool(holder) or words(own)[:1] == words(name)[:1])


def _less(values: OrderValues, largest: Property) -> tuple[Property, Property] | None:
    """What is left of the largest amount after another one, and that one, in every order.

    Some orders have nothing to take off, as with discounts; a deposit may look so too.
    """
    whole = values.amounts(largest)
    read = {p.path: values.amounts(p) for p in values.full if p is not largest and not p.in_array}
    amounts = [p for p in values.full if read.get(p.path)][:_MOST]
    for left in values.first(amounts, lambda p: p.in_array):
        off = {n: whole[n] - amount for n, amount in read[left.path].items() if n in whole}
        sizes = set(off.values())
        if (
            left.name.subject == "payment"
            or len(off) < len(whole)
            or min(sizes) < 0
            or 0 not in sizes
            or len(sizes) == 1
        ):
            continue
        for taken in amounts:
            given = read[taken.path]
            if taken is left or taken.name.subject == "payment":
                continue
            if all(abs(given.get(n, Decimal(0))) == off[n] for n in off):
                return left, taken
    return None


def _numbers_orders(values: OrderValues, prop: Property, numbers: list[int]) -> bool:
    """Whether it counts orders, or tells them apart: amounts do not grow from order to order by
    whole numbers, and none is called a number.
    """
    found = values.number(prop, numbers)
    # "310.0" is no number of an order.
    whole = len(found) > 2 and not any("." in str(v) for v in values.values(prop, numbers))
    whole = whole and all(v == int(v) for v in found)
    in_a_row = whole and all(later > earlier for earlier, later in pairwise(found))
    named = prop.name.attributes & {"identifier"} and not prop.name.attributes & {"sum", "total"}
    return in_a_row or bool(whole and named)


def _all_alike(values: OrderValues, prop: Property, numbers: list[int]) -> bool:
    return len(numbers) >= _MANY_ORDERS and len(set(values.number(prop, numbers))) == 1


def _are_years(numbers: list[float]) -> bool:
    """Whether they are years: amounts would not all lie so near to each other."""
    low, high = YEARS
    return all(number == int(number) and low <= number <= high for number in numbers)


def _largest_first(
    values: OrderValues, props: Iterable[Property], numbers: list[int], taken: set[str]
) -> list[Property]:
    money = [
        prop
        for prop in props
        if not (prop.in_array and values.of_several(prop, numbers))
        and prop.path not in taken
        and values.money(prop, numbers)
        and (not values.of_people(prop) or prop.name.attributes & _AMOUNTS)
        and not values.is_clocked(prop)
        and not _are_years(values.number(prop, numbers))
        and not _numbers_orders(values, prop, numbers)
        and not is_called(prop, NO_AMOUNTS)
        and not (_all_alike(values, prop, numbers) and not is_called(prop, TAXES | FEES))
    ]
    return sorted(money, key=lambda p: (-mean(values.number(p, numbers)), p.depth))
