"""Proposals that must agree as a set: distinct ids, dates in order, amounts that add up."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import product
from typing import Any, Final, TypeAlias

from orderkit.events.shapes import lists_of_orders
from orderkit.mapping.names import Name, read_name, words
from orderkit.mapping.suggest.proposal import CONFIDENCES, Proposal

#: Role → proposals, the best first.
Roles: TypeAlias = dict[str, list[Proposal]]

#: The longest stay that two dates read in a guessed format may make.
_LONGEST_STAY: Final = 60
_DISTINCT: Final = 0.3
_DISTINCT_UNKNOWN: Final = 0.75
_UTC: Final = frozenset({"utc", "gmt"})
_UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_INNER: Final = frozenset({"uuid", "guid", "internal"})


def ranked(found: Iterable[Proposal]) -> list[Proposal]:
    """The proposals, the surest first; among like ones, the order's own level and fuller ones."""
    return sorted(found, key=_rank)


def _rank(proposal: Proposal) -> tuple[Any, ...]:
    # An "actual departure" is another one than the departure.
    unclear = len(_name_of(proposal).unknown)
    return (*_level(proposal), -len(proposal.given), proposal.formula, unclear, proposal.value)


def _level(proposal: Proposal) -> tuple[Any, ...]:
    """What two proposals share that nothing tells apart but their paths."""
    sure = CONFIDENCES.index(proposal.confidence)
    path = proposal.reads
    said = "total" in read_name(path).attributes
    # Beside a time in UTC, the other one is in a zone that nobody names; an item's SKU is what the
    # row asks for.
    asked = (_UTC | {"sku"}) & set(words(path.rpartition(".")[2]))
    return (sure, ".X" in proposal.value, not said, not asked, path.count("."))


def settle(found: list[Proposal]) -> list[Proposal]:
    """The proposals ranked; where two that are alike give different values, none is sure.

    Alike are those of one confidence at one level.
    """
    best = ranked(found)
    if len(best) < 2 or not best[0].sure:
        return best
    first = best[0]
    alike = [p for p in best[1:] if _level(p) == _level(first)]
    other = next((p for p in alike if p.given != first.given), None)
    if other is None:
        return best
    doubt = f"it is `{first.reads}` or `{other.reads}`, which differ"
    # And what comes after them is no surer than they are.
    return [p.at_most("perhaps", doubt) for p in best]


def settle_whole_documents(
    found: Mapping[str, list[Proposal]], events: Iterable[Any]
) -> dict[str, list[Proposal]]:
    """The proposals; where each of the events may be a document of several, none is sure: what
    stands in it once is the document's, or that of its first event.
    """
    path = ""
    for event in events:
        path = next(iter(lists_of_orders(event)), "")
        if not path:
            break
    if not path:
        return dict(found)
    doubt = f"the events may stand in `{path}`: --at {path}"
    return {t: [p.at_most("perhaps", doubt) for p in ranked] for t, ranked in found.items()}


def settle_order_id(found: list[Proposal], orders: int) -> list[Proposal]:
    """Ids that tell the orders apart; of several, the one whose own name speaks of the order."""
    judged = []
    different = [len(set(map(str, proposal.given.values()))) for proposal in found]
    for proposal, distinct in zip(found, different, strict=True):
        values = list(proposal.given.values())
        # What all orders have alike is a hotel's or a channel's, where something else differs.
        if distinct == 1 < max(different) and len(values) > 1:
            continue
        if orders == 1:
            pass
        elif distinct == len(values):
            proposal = proposal.because("distinct in every order")
        elif distinct < max(2, _least_distinct(proposal) * len(values)):
            proposal = proposal.at_most("perhaps", f"{distinct} different values in {len(values)}")
        else:
            proposal = proposal.at_most("likely", f"{distinct} different values in {len(values)}")
        judged.append(proposal)
    if any(p.sure and not _is_payment(p) for p in judged):
        doubt = "it may be the payment's, as another number names the order"
        judged = [p.at_most("perhaps", doubt) if _is_payment(p) else p for p in judged]
    # What no hint knows in a name may make another number of it ("folio_no").
    judged.sort(key=lambda p: (not p.sure, -_name_of(p).said, *_rank(p)[:1], *_unclear(p)))
    first = judged[0] if judged else None
    return [p if p is first else _beside(p, judged[0]) for p in _undecided(judged)]


def _is_payment(proposal: Proposal) -> bool:
    """Whether it numbers a transaction: in a shop that is the order, beside orders a payment."""
    return "transaction" in words(proposal.reads.rpartition(".")[2])


def _least_distinct(proposal: Proposal) -> float:
    """The share of different values of an id; what no hint knows may make a code of it."""
    return _DISTINCT_UNKNOWN if _name_of(proposal).unknown else _DISTINCT


def _undecided(ranked: list[Proposal]) -> list[Proposal]:
    """The ids; neither is sure where the first has a rival, which is as good and differs."""
    first = ranked[0] if ranked else None
    if first is None or not first.sure:
        return ranked
    rivals = _is_plain_beside if _own_subject(first) else _is_like
    different = (p for p in ranked[1:] if p.given != first.given)
    rival = next((p for p in different if rivals(p, first)), None)
    if rival is None:
        return ranked
    doubt = f"it is `{first.reads}` or `{rival.reads}`, which differ"
    return [p.at_most("perhaps", doubt) for p in ranked]


def _is_plain_beside(proposal: Proposal, first: Proposal) -> bool:
    """Whether it is the plain ``id`` beside one that names the order.

    `id` and `booking_id`: the one may be of the booking and the other of a revision of it, or the
    one of a room and the other of the booking. A `transaction_id` may be the payment's.
    """
    plain = not (_own_subject(proposal) or _name_of(proposal).unknown)
    good = (proposal.sure or _is_distinct(proposal)) and not _is_inner(proposal)
    return plain and good and _container(proposal) == _container(first)


def _is_like(proposal: Proposal, first: Proposal) -> bool:
    """Whether nothing tells two ids of one object apart ("numero", "reference")."""
    return _stands(proposal) == _stands(first) and not _is_inner(proposal)


def _is_inner(proposal: Proposal) -> bool:
    """Whether it is an id for machines alone, by its name or its look: no guest ever sees it."""
    named = not _INNER.isdisjoint(words(proposal.reads.rpartition(".")[2]))
    return named or all(_UUID.fullmatch(str(value)) for value in proposal.given.values())


def _stands(proposal: Proposal) -> tuple[str, str, bool]:
    return proposal.confidence, _container(proposal), bool(_name_of(proposal).unknown)


def _is_distinct(proposal: Proposal) -> bool:
    values = list(map(str, proposal.given.values()))
    return len(set(values)) == len(values)


def _unclear(proposal: Proposal) -> tuple[Any, ...]:
    return (_is_inner(proposal), bool(_name_of(proposal).unknown), *_rank(proposal)[1:])


def _beside(proposal: Proposal, first: Proposal) -> Proposal:
    if proposal.sure and _name_of(proposal).said < _name_of(first).said:
        return proposal.at_most("perhaps", f"`{first.value}` speaks of the order itself")
    if proposal.sure and _name_of(proposal).unknown and not _name_of(first).unknown:
        return proposal.at_most("perhaps", f"`{first.value}` says plainly what it is")
    return proposal


def _container(proposal: Proposal) -> str:
    return proposal.reads.rpartition(".")[0]


def _own_subject(proposal: Proposal) -> bool:
    return _name_of(proposal).said == 2


def _name_of(proposal: Proposal) -> Name:
    return read_name(proposal.reads)


def settle_dates(roles: Roles) -> None:
    """Arrival before departure, nights between them, the order made before the stay ends."""
    arrivals, departures = roles.get("arrival", []), roles.get("departure", [])
    pairs = []
    for arrival, departure in product(arrivals, departures):
        stays = days_between(arrival, departure)
        if stays and min(stays.values()) > 0:
            pairs.append((arrival, departure, stays))
    guessed = [p for p in pairs if is_guess(p[0]) or is_guess(p[1])]
    short = [p for p in guessed if max(p[2].values()) <= _LONGEST_STAY]
    sure = [p for p in pairs if p not in guessed]
    pairs = sure or short or guessed
    if not pairs:
        for role in ("arrival", "departure"):
            roles[role] = [
                p.at_most(
                    "perhaps",
                    "no two of the dates are an arrival and a later departure in every order",
                )
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
        if is_guess(made) and len(pairs) == 1 and len(short) == 1:
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
    roles["created"] = [_before(p, *chosen) for p in roles.get("created", [])]


def is_guess(proposal: Proposal) -> bool:
    """Whether its format is one of two that read the same values."""
    return any("is a guess" in fact for fact in proposal.facts)


def days_between(arrival: Proposal, departure: Proposal) -> dict[int, int]:
    """Number of the event → days between its two dates."""
    common = arrival.given.keys() & departure.given.keys()
    return {
        n: (date.fromisoformat(departure.given[n]) - date.fromisoformat(arrival.given[n])).days
        for n in common
    }


def _same(one: Mapping[int, Any], other: Mapping[int, Any]) -> bool:
    return all(one[n] == other[n] for n in one.keys() & other.keys())


def _before(created: Proposal, arrival: Proposal, departure: Proposal) -> Proposal:
    days = {n: datetime.fromtimestamp(at, UTC).date() for n, at in created.given.items()}
    if any(days[n].isoformat() > departure.given[n] for n in days.keys() & departure.given.keys()):
        return created.at_most("perhaps", "it lies after the departure")
    common = days.keys() & arrival.given.keys()
    if len(common) > 1 and all(days[n].isoformat() == arrival.given[n] for n in common):
        return created.at_most("perhaps", "it is the day of the arrival in every order")
    return created


def settle_created(found: list[Proposal], order_ids: list[Proposal]) -> list[Proposal]:
    """Times that stay as they are in all events of an order: others are those of the events."""
    if not (order_ids and order_ids[0].sure):
        return found
    judged = []
    for proposal in found:
        by_order: dict[Any, set[Any]] = {}
        for number, at in proposal.given.items():
            by_order.setdefault(order_ids[0].given.get(number, number), set()).add(at)
        if any(len(times) > 1 for times in by_order.values()):
            proposal = proposal.at_most("perhaps", "it differs between the events of one order")
        judged.append(proposal)
    return judged
