"""What a commission is taken of, an amount of which a rate gives another one; and its currency."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import permutations
from typing import Final

from orderkit.mapping.names import words
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.proposal import Proposal, as_formula, spelled
from orderkit.mapping.suggest.topics import words_of
from orderkit.mapping.suggest.values import OrderValues, written_amount

#: A commission is rounded to its currency's units: to a cent, or a whole one.
_ROUNDED: Final = Decimal("0.01")
#: A rate is a percentage, or a part of one.
_WHOLE: Final = 100
#: Orders with other rates or amounts; one alone may be an accident.
_LEAST: Final = 2
#: A rate of exchange gives the same amount in another currency.
_EXCHANGES: Final = words_of("exchange")
_OTHERS: Final = frozenset({"charge", "discount"})
_TAKEN: Final = words_of("tax") | words_of("promotion")
#: So many amounts are looked at; among more, one that fits is an accident.
_MOST: Final = 20


def commission_bases(values: OrderValues, numbers: list[int]) -> Iterator[tuple[Property, str]]:
    """Each amount of these orders that a rate beside a commission is taken of, and why; that which
    stands beside it first.
    """
    only = values.only_in(numbers)
    found = _commission_bases(values, numbers, only, only)
    yield from ((base, fact) for base, fact, _ in sorted(found, key=lambda each: not each[2]))


def bases_from_the_start(values: OrderValues, numbers: list[int]) -> Iterator[tuple[Property, str]]:
    """As `commission_bases`, of commissions that orders have before they are complete: they, or
    their bases, are called so.
    """
    full = [prop for prop in values.full if not prop.in_array]
    owed = [prop for prop in full if prop.name.subject == "commission"]
    found = _commission_bases(values, values.numbers, owed, full)
    early = {b.path: (b, fact) for b, fact, _ in found if b.values.keys() >= set(numbers)}
    yield from early.values()
    every = [prop for prop in values.seen.properties.values() if not prop.in_array]
    for base in (p for p in every if "base" in p.name.attributes and p.path not in early):
        beside = [p for p in every if p is not base and _stands_with(p, base)][:_MOST]
        for rate, due in permutations(beside, 2):
            if _is_taken(base, rate, due, sorted(base.values)):
                yield base, f"`{_own(rate)}` of it is `{_own(due)}` in each order that has one"
                break


def _stands_with(prop: Property, base: Property) -> bool:
    """Whether a property stands in one object with another, which may be the event where their
    names begin alike.
    """
    alike = words(_own(prop))[:1] == words(_own(base))[:1]
    return prop.container == base.container and (bool(prop.container) or alike)


def _commission_bases(
    values: OrderValues, numbers: list[int], billed: list[Property], only: list[Property]
) -> Iterator[tuple[Property, str, bool]]:
    """Each base, why it is one, and whether it stands beside the commission, in an object.

    billed: what may be a commission; only: what may be its rate and base
    """
    amounts = [prop for prop in only if values.money(prop, numbers)][:_MOST]
    for owed in (prop for prop in amounts if prop in billed and not _is_of_others(prop)):
        around = {owed.container, owed.called.rpartition(".")[0]}
        rates = [p for p in only if p is not owed and p.container in around][:_MOST]
        for base in amounts:
            if base is owed or values.number(base, numbers) == values.number(owed, numbers):
                continue
            for rate in rates:
                if rate is not base and _is_taken(base, rate, owed, numbers):
                    fact = f"`{_own(rate)}` of it is `{_own(owed)}` in each order that has one"
                    yield base, fact, base.container in around - {""}
                    break


def _is_of_others(prop: Property) -> bool:
    """Whether it is a tax, or what a promotion takes off: these have rates and bases as well."""
    return prop.name.subject in _OTHERS or not _TAKEN.isdisjoint(words(prop.path))


def commission_currencies(
    values: OrderValues,
    numbers: list[int],
    holders: set[str],
    billed: Sequence[Proposal],
    codes: Sequence[str],
) -> Iterator[tuple[str, str, bool]]:
    """A path or a formula, why, and whether it stands where the commission is shown to stand.

    A currency of its own: the order's would go out with each order, and a commission with none.

    holders: where commissions stand; billed, codes: what was paid, and orders' currencies
    """
    found = [p for p in values.only_in(numbers) if values.converts(p, "currency", numbers)]
    called = [prop for prop in found if prop.name.subject == "commission"]
    for prop in (*called, *(prop for prop in found if prop not in called)):
        own = prop in called if called else prop.container in holders - {""}
        beside = own and bool(holders) and "currency" in prop.name.attributes
        yield prop.path, "beside the commission" if beside else "codes of a currency", beside
    named = (p.name for p in values.seen.properties.values())
    own = any(n.subject == "commission" and "currency" in n.attributes for n in named)
    if billed and codes and not own:
        text = f"IF({as_formula(billed[0])}, {spelled(codes[0])})"
        yield text, f"the order's currency, where `{billed[0].reads}` is there", False


def _is_taken(base: Property, rate: Property, owed: Property, numbers: list[int]) -> bool:
    """Whether the rate of the base is what is owed, wherever all three are there."""
    if not _EXCHANGES.isdisjoint(words(rate.path)):
        return False
    tried = set()
    for number in numbers:
        amount, share, due = (_number(prop, number) for prop in (base, rate, owed))
        if amount is None or share is None or due is None:
            continue
        # From 1 on a rate is a percentage; below, it may be one, or a part of the whole.
        shares = (share / _WHOLE, share) if share < 1 else (share / _WHOLE,)
        parts = shares if 0 < share < _WHOLE else ()
        if not any(abs(amount * part - due) <= _ROUNDED for part in parts):
            return False
        tried.add(amount)
    return len(tried) >= _LEAST


def _number(prop: Property, number: int) -> Decimal | None:
    value = prop.values.get(number)
    return written_amount(value.rstrip(" \u00a0\u202f%") if isinstance(value, str) else value)


def _own(prop: Property) -> str:
    return prop.called.rpartition(".")[2]
