"""Proposals that must agree as a set: distinct ids, dates in order, amounts that add up."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any, Final, TypeAlias

from orderkit.mapping.suggest.names import read_name
from orderkit.mapping.suggest.properties import Seen
from orderkit.mapping.suggest.proposal import CONFIDENCES, Proposal

#: Role → proposals, the best first.
Roles: TypeAlias = dict[str, list[Proposal]]

#: The longest stay that two dates read in a guessed format may make.
_LONGEST_STAY: Final = 60
_DISTINCT: Final = 0.3


def ranked(found: Iterable[Proposal]) -> list[Proposal]:
    """The proposals, the surest first; among like ones, the order's own level and fuller ones."""
    return sorted(found, key=_rank)


def _rank(proposal: Proposal) -> tuple[Any, ...]:
    sure = CONFIDENCES.index(proposal.confidence)
    depth = proposal.value.count(".")
    said = "total" in read_name(proposal.value.strip("{}")).attributes
    return (sure, ".X" in proposal.value, not said, depth, -len(proposal.given), proposal.value)


def settle(found: list[Proposal]) -> list[Proposal]:
    """The proposals ranked; where two that are alike give different values, neither is sure.

    Alike are those of one confidence at one level.
    """
    best = ranked(found)
    if len(best) < 2 or not best[0].sure:
        return best
    first = best[0]
    level = _rank(first)[:4]
    other = next((p for p in best[1:] if _rank(p)[:4] == level and p.given != first.given), None)
    if other is None:
        return best
    doubt = f"it is `{first.value}` or `{other.value}`, which differ"
    return ranked(p.at_most("perhaps", doubt) if _rank(p)[:4] == level else p for p in best)


def settle_order_id(found: list[Proposal], orders: int) -> list[Proposal]:
    """Ids that tell the orders apart; of several, the one whose own name speaks of the order."""
    judged = []
    for proposal in found:
        values = list(proposal.given.values())
        distinct = len(set(map(str, values)))
        if orders == 1:
            pass
        elif distinct == len(values):
            proposal = proposal.because("distinct in every order")
        elif distinct < max(2, _DISTINCT * len(values)):
            proposal = proposal.at_most("perhaps", f"{distinct} different values in {len(values)}")
        else:
            proposal = proposal.at_most("likely", f"{distinct} different values in {len(values)}")
        judged.append(proposal)
    judged.sort(key=lambda p: (not p.sure, -_name_of(p).said, *_rank(p)))
    return [
        p.at_most("perhaps", f"`{judged[0].value}` speaks of the order itself")
        if p.sure and _name_of(p).said < _name_of(judged[0]).said
        else p
        for p in judged
    ]


def _name_of(proposal: Proposal) -> Any:
    return read_name(proposal.value.strip("{}"))


def settle_dates(roles: Roles) -> None:
    """Arrival before departure, nights between them, the order made before the stay ends."""
    arrivals, departures = roles.get("arrival", []), roles.get("departure", [])
    pairs = []
    for arrival, departure in product(arrivals, departures):
        stays = _stays(arrival, departure)
        if stays and min(stays.values()) > 0:
            pairs.append((arrival, departure, stays))
    guessed = [p for p in pairs if _guess(p[0]) or _guess(p[1])]
    short = [p for p in guessed if max(p[2].values()) <= _LONGEST_STAY]
    sure = [p for p in pairs if p not in guessed]
    pairs = sure or short or guessed
    if not pairs:
        for role in ("arrival", "departure"):
            roles[role] = [
                p.at_most("perhaps", "no arrival and departure follow each other in every order")
                for p in roles.get(role, [])
            ]
        return
    pairs.sort(key=lambda pair: (*_rank(pair[0]), *_rank(pair[1])))
    arrival, departure, stays = pairs[0]
    agrees = "arrival and departure follow each other in every order"
    nights = roles.get("nights", [])
    matching = [p for p in nights if p.given.keys() & stays.keys() and _same(p.given, stays)]
    chosen = []
    for made in (arrival, departure):
        made = made.because(agrees)
        if matching:
            made = made.because(f"agrees with `{matching[0].value}`")
        if _guess(made) and len(pairs) == 1 and len(short) == 1:
            made = made.because("only this format makes a stay of every order", "likely")
        chosen.append(made)
    roles["arrival"] = [chosen[0], *(p for p in arrivals if p is not arrival)]
    roles["departure"] = [chosen[1], *(p for p in departures if p is not departure)]
    roles["nights"] = [
        p.because("agrees with the two dates")
        if p in matching
        else p.at_most("perhaps", "the two dates give another number")
        for p in nights
    ]
    roles["created"] = [_before(p, departure) for p in roles.get("created", [])]


def _guess(proposal: Proposal) -> bool:
    return any("is a guess" in fact for fact in proposal.facts)


def _stays(arrival: Proposal, departure: Proposal) -> dict[int, int]:
    common = arrival.given.keys() & departure.given.keys()
    return {
        n: (date.fromisoformat(departure.given[n]) - date.fromisoformat(arrival.given[n])).days
        for n in common
    }


def _same(one: Mapping[int, Any], other: Mapping[int, Any]) -> bool:
    return all(one[n] == other[n] for n in one.keys() & other.keys())


def _before(created: Proposal, departure: Proposal) -> Proposal:
    for number in created.given.keys() & departure.given.keys():
        made = datetime.fromtimestamp(created.given[number], UTC).date().isoformat()
        if made > departure.given[number]:
            return created.at_most("perhaps", "it lies after the departure")
    return created


def settle_amounts(roles: Roles, seen: Seen) -> None:
    """Totals that are the sum of their parts, and what is left to pay of them."""
    totals = [_with_parts(p, seen) for p in roles.get("total", [])]
    roles["total"] = totals = settle(totals)
    payable = roles.get("payable", [])
    discounts = _discounts(seen)
    for at, proposal in enumerate(payable):
        agree = [t for t in totals if _differ_by(t.given, proposal.given, discounts)]
        if agree:
            fact = (
                f"`{agree[0].value}` less the discounts" if discounts else "the same as the total"
            )
            payable[at] = proposal.because(fact)
        elif totals:
            payable[at] = proposal.at_most("perhaps", "it is not the total less the discounts")
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
            if sums and all(sums[n] == _exact(total.given[n]) for n in sums):
                fact = f"the sum of `{path}.X.{key}`"
                full = len(total.given) == len(sums)
                return total.because(fact, "likely" if full and not total.sure else "")
    return total


def _sum(items: list[Any], key: str) -> Decimal | None:
    amounts = [_exact(item.get(key)) for item in items]
    return None if None in amounts else sum((a for a in amounts if a is not None), Decimal(0))


def _exact(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


def _discounts(seen: Seen) -> dict[int, Decimal]:
    """Number of the event → the discount that it names, where there is one."""
    found: dict[int, Decimal] = {}
    for prop in seen.properties.values():
        name = prop.name
        if (
            name.subject == "discount"
            and not prop.in_array
            and not name.attributes
            - {
                "total",
                "sum",
                "amount",
            }
        ):
            for number, value in prop.values.items():
                if exact := _exact(value):
                    found.setdefault(number, abs(exact))
    return found


def has_discounts(seen: Seen) -> bool:
    """Whether any event speaks of a discount, by whatever name."""
    return any(prop.name.subject == "discount" for prop in seen.properties.values())


def _differ_by(
    totals: Mapping[int, Any], payable: Mapping[int, Any], discounts: Mapping[int, Decimal]
) -> bool:
    common = totals.keys() & payable.keys()
    for number in common:
        total, due = _exact(totals[number]), _exact(payable[number])
        if total is None or due is None or total - discounts.get(number, Decimal(0)) != due:
            return False
    return bool(common)


def is_order(path: str) -> bool:
    """Whether an event that has the property holds an order: a stay, or an order's total."""
    name = read_name(path)
    wanted = {"arrival", "departure", "nights", "total", "payable"}
    return name.subject == "order" and not name.against and bool(name.attributes & wanted)
