"""Amounts that must agree: a total with its parts, its taxes, and what is left to pay of it."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from orderkit.mapping.names import read_name
from orderkit.mapping.suggest.agreement import Roles, settle
from orderkit.mapping.suggest.hundredths import in_whole_units
from orderkit.mapping.suggest.properties import Property, Seen
from orderkit.mapping.suggest.proposal import CONFIDENCES, Proposal
from orderkit.mapping.suggest.values import written_amount


def settle_amounts(roles: Roles, seen: Seen) -> None:
    """Totals that are the sum of their parts, and what is left to pay of them."""
    totals = [_with_parts(p, seen) for p in roles.get("total", [])]
    totals = [in_whole_units(_with_tax(p, seen), roles, seen) for p in totals]
    roles["total"] = totals = settle(totals)
    payable = [in_whole_units(p, roles, seen) for p in roles.get("payable", [])]
    discounts = list(discount_amounts(seen).values())
    for at, proposal in enumerate(payable):
        agree = [t for t in totals if _differ_by(t.given, proposal.given, discounts)]
        if agree:
            fact = (
                f"`{agree[0].reads}` less the discounts" if discounts else "the same as the total"
            )
            payable[at] = proposal.because(fact)
        elif totals and totals[0].sure and proposal.confidence == CONFIDENCES[0]:
            # A total may be without taxes and fees; "à payer" says plainly what it is.
            doubt = f"less the discounts it is not `{proposal.reads}`"
            roles["total"] = totals = [p.at_most("perhaps", doubt) for p in totals]
            payable[at] = proposal.at_most("likely", "it is not known what the total is")
        elif totals and totals[0].sure:
            payable[at] = proposal.at_most("perhaps", "it is not the total less the discounts")
        elif totals:
            payable[at] = proposal.at_most("likely", "it is not known what the total is")
    roles["payable"] = settle(payable)


def _with_parts(total: Proposal, seen: Seen) -> Proposal:
    """The total with what its parts say: where they add up to it, it is no price of a part."""
    for path, arrays in seen.arrays.items():
        keys = {key for items in arrays.values() for item in items for key in item}
        for key in sorted(keys):
            name = read_name(f"{path}.X.{key}")
            if name.against or not name.attributes & {"total", "sum", "amount"}:
                continue
            sums = {n: _sum(items, key) for n, items in arrays.items() if n in total.given}
            if sums and all(sums[n] == written_amount(total.given[n]) for n in sums):
                return total.because(f"the sum of `{path}.X.{key}`")
    return total


def _with_tax(total: Proposal, seen: Seen) -> Proposal:
    """The total; where its items' prices alone add up to it beside a tax, it is one without tax."""
    taxed = {
        number
        for prop in seen.properties.values()
        if prop.name.subject == "charge" and not prop.in_array
        for number, value in prop.values.items()
        if written_amount(value)
    }
    common = taxed & total.given.keys()
    if common and all(written_amount(total.given[n]) in _item_sums(seen, n) for n in common):
        return total.at_most("perhaps", "the items add up to it: the tax beside it is not in it")
    return total


def _item_sums(seen: Seen, number: int) -> set[Decimal | None]:
    """What the items of each array of an event add up to, with and without their quantity."""
    sums: set[Decimal | None] = set()
    for path, arrays in seen.arrays.items():
        items = arrays.get(number, [])
        for key in {key for item in items for key in item}:
            name = read_name(f"{path}.X.{key}")
            if name.against or not name.attributes & {"amount", "sum", "total"}:
                continue
            sums.add(_sum(items, key))
            counted = [{key: _times(item.get(key), _count(path, item))} for item in items]
            sums.add(_sum(counted, key))
    return sums


def _count(path: str, item: dict[str, Any]) -> Decimal:
    """How often an item stands for itself: its quantity, or 1."""
    counts = (
        written_amount(v)
        for k, v in item.items()
        if "count" in read_name(f"{path}.X.{k}").attributes
    )
    return next((count for count in counts if count), Decimal(1))


def _times(price: Any, number: Decimal) -> str | None:
    exact = written_amount(price)
    return None if exact is None else str(exact * number)


_MOST_DISCOUNTS: Final = 6
_PERCENT: Final = frozenset({"percent", "percentage", "pct", "%"})
#: So many discounted orders show what an amount is; one may be an accident.
_LEAST_SHOWN: Final = 2


def _sum(items: list[Any], key: str) -> Decimal | None:
    amounts = [written_amount(item.get(key)) for item in items]
    return None if None in amounts else sum((a for a in amounts if a is not None), Decimal(0))


def discount_amounts(seen: Seen) -> dict[str, dict[int, Decimal]]:
    """Path of each property that says a discount → number of the event → the discount, if any.

    Of the first few: where there are many, none is the order's.
    """
    found: dict[str, dict[int, Decimal]] = {}
    for path, prop in seen.properties.items():
        name = prop.name
        amount = not name.attributes - {"total", "sum", "amount"} and not _is_percent(prop, seen)
        if name.subject == "discount" and amount and not (prop.in_array or name.against):
            read = {number: written_amount(value) for number, value in prop.values.items()}
            if given := {number: abs(exact) for number, exact in read.items() if exact}:
                found[path] = given
        if len(found) == _MOST_DISCOUNTS:
            break
    return found


def _is_percent(prop: Property, seen: Seen) -> bool:
    """Whether something beside an amount says that it is a percentage ("kind": "percent")."""
    so = {
        number
        for other in seen.properties.values()
        if prop.container and other.container == prop.container
        for number, value in other.values.items()
        if isinstance(value, str) and value.casefold() in _PERCENT
    }
    return any(
        (written_amount(prop.values[number]) or 0) <= 100 for number in so & prop.values.keys()
    )


def has_discounts(seen: Seen) -> bool:
    """Whether any event speaks of a discount, by whatever name; of 0 too: the next may have one."""
    return any(prop.name.subject == "discount" for prop in seen.properties.values())


def _differ_by(
    totals: Mapping[int, Any],
    payable: Mapping[int, Any],
    discounts: Sequence[Mapping[int, Decimal]],
) -> bool:
    """Whether one of the discounts, or none where there is none, is what they differ by."""
    return any(differ(totals, payable, discount) for discount in discounts or ({},))


def shows(payable: Mapping[int, Any], discount: Mapping[int, Decimal]) -> bool:
    """Whether enough orders have the discount for what they show to be no accident."""
    return len({payable[n] for n in discount.keys() & payable.keys()}) >= _LEAST_SHOWN


def differ(
    totals: Mapping[int, Any], payable: Mapping[int, Any], discount: Mapping[int, Decimal]
) -> bool:
    """Whether the discount, or nothing where there is none, is what the amounts differ by."""
    common = totals.keys() & payable.keys()
    for number in common:
        total, due = written_amount(totals[number]), written_amount(payable[number])
        if total is None or due is None or total - discount.get(number, Decimal(0)) != due:
            return False
    return bool(common)


def discount_apart(
    known: Proposal, seen: Seen, *, is_total: bool
) -> Iterator[tuple[Property, str]]:
    """Each property that is a total less a discount in every order, or, of what is to be paid, that
    with the discount; and the path of the discount.

    What is left to pay may look so as long as nobody has paid.
    """
    given = known.given
    for path, discount in discount_amounts(seen).items():
        for prop in seen.properties.values():
            if prop.in_array or prop.path == path or not given.keys() <= prop.values.keys():
                continue
            total, due = (given, prop.values) if is_total else (prop.values, given)
            if shows(due, discount) and differ(total, due, discount):
                yield prop, path
