"""Codes and names of one thing, each of which tells what the other one is."""

from typing import Any, Final

from orderkit.mapping.names import read_name
from orderkit.mapping.suggest.proposal import Proposal

_ITEM: Final = "order_info.spu_list.0.sku_list.0.third_sku"
_HOTEL: Final = "order_info.third_shop_id"
_HOTEL_NAME: Final = "order_info.third_shop_name"
_COUNTRY: Final = "order_info.order_country"
_CODES_AND_NAMES: Final = (
    (_HOTEL, _HOTEL_NAME),
    (f"{_ITEM}_id", f"{_ITEM}_name"),
)
#: Of what a code or a name of a hotel or a room is not.
_OTHERS: Final = frozenset({"channel", "guest", "payment"})
#: So many codes, each with a name of its own, are no accident.
_LEAST: Final = 3


def settle_pairs(found: dict[str, list[Proposal]]) -> None:
    """Put first what goes with the sure one of a code and a name; likely, if it alone does.

    A country that differs between the bookings of one hotel is its guests', a name its rooms'.
    """
    for code, name in _CODES_AND_NAMES:
        for known, asked in ((code, name), (name, code)):
            first = next((p for p in found.get(known, [])[:1] if p.sure), None)
            if first and found.get(asked):
                found[asked] = _beside(first, found[asked])
    _drop_what_differs_within_a_hotel(found)


def _drop_what_differs_within_a_hotel(found: dict[str, list[Proposal]]) -> None:
    hotel = next(iter(found.get(_HOTEL, [])), None)
    if hotel is None:
        return
    # A code that is only guessed shows nothing of names.
    for target in (_COUNTRY, _HOTEL_NAME) if hotel.sure else (_COUNTRY,):
        if target in found:
            found[target] = [p for p in found[target] if not _differs_within(p, hotel)]


def _differs_within(proposal: Proposal, holder: Proposal) -> bool:
    """Whether bookings of which the holder says the same have different values."""
    seen: dict[str, Any] = {}
    return any(
        seen.setdefault(str(holder.given[n]), value) != value
        for n, value in proposal.given.items()
        if n in holder.given
    )


def _beside(known: Proposal, asked: list[Proposal]) -> list[Proposal]:
    """The proposals, those first that are one for one with the known one and in its object."""
    there = [p for p in asked if _holder(p) == _holder(known)]
    fits = [p for p in there if _one_for_one(p, known)]
    if not fits or fits[0].sure:
        settled = asked[0].sure and (not fits or fits[0] is asked[0])
        order = asked if settled else [*fits, *there, *asked]
    else:
        same = [p for p in fits if _is_called_as(p, known)]
        best = same[0] if same else fits[0]
        alone = (same or len(fits) == 1) and read_name(best.reads).subject not in _OTHERS
        shown = best.shown_by(f"each goes with one `{known.reads}`") if alone else best
        order = [shown, *(p for p in (*fits, *there, *asked) if p is not best)]
    return list({id(p): p for p in order}.values())


def _holder(proposal: Proposal) -> str:
    return proposal.reads.rpartition(".")[0]


def _is_called_as(one: Proposal, other: Proposal) -> bool:
    """Whether one's name is the beginning of the other's: "Room Type" and "Room Type Name"."""
    return one.reads.startswith(other.reads) or other.reads.startswith(one.reads)


def _one_for_one(one: Proposal, other: Proposal) -> bool:
    """Whether each of one's values goes with another one of the other's, and vice versa."""
    if any(str(v) == str(other.given.get(n)) for n, v in one.given.items()):
        return False
    pairs = {(str(v), str(other.given[n])) for n, v in one.given.items() if n in other.given}
    kinds = len({a for a, _ in pairs}), len({b for _, b in pairs})
    enough = len(pairs) >= _LEAST or _is_called_as(one, other)
    return enough and kinds == (len(pairs), len(pairs))
