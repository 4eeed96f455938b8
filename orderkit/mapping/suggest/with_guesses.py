"""What names and values propose, as one list for each row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.destination.fields import ALWAYS
from orderkit.mapping.suggest import put_base_first, suggest_from
from orderkit.mapping.suggest.agreement import settle_whole_documents
from orderkit.mapping.suggest.click_ids import CLICK_ID
from orderkit.mapping.suggest.envelope import of_envelope, of_listed_hotels
from orderkit.mapping.suggest.fulfilled import settle_fulfilled
from orderkit.mapping.suggest.guesses import guess
from orderkit.mapping.suggest.hundredths import divide_hundredths
from orderkit.mapping.suggest.optional import optional_rows
from orderkit.mapping.suggest.order_object import MOST
from orderkit.mapping.suggest.paired import settle_pairs
from orderkit.mapping.suggest.parts import settle_by_parts
from orderkit.mapping.suggest.proposal import Proposal
from orderkit.mapping.suggest.values import OrderValues, order_values

_ROOMS: Final = "order_info.extra.amount_of_room"
_MERCHANT: Final = "order_info.third_merchant_id"
_IN_DOUBT: Final = re.compile("it is `.*` or `.*`, which differ").fullmatch


def with_guesses(
    events: Sequence[Any],
    zone: ZoneInfo,
    statuses: Sequence[str],
    envelope: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, list[Proposal]]:
    """What `suggest` proposes, with guesses where none of it is sure.

    statuses: the order status of each event, "" for one that is no order or not known to be one
    envelope: what their document holds beside them
    """
    values = order_values(events, zone, statuses)
    found = suggest_from(values.seen, values.given_order, zone)
    _say_what_bookings_have(found, values, zone)
    told = {p.reads: target for target, ps in found.items() for p in ps[:1] if p.sure}
    for target, guesses in guess(values).items():
        named = found.get(target, [])
        # A small number that is surely the nights is no number of rooms.
        guessed = [p for p in guesses if target != _ROOMS or told.get(p.reads, target) == target]
        if not (named and named[0].sure):
            found[target] = _agreeing_first(named, guessed)
        elif target == CLICK_ID:
            # Orders without the organic click's id may have a paid one's.
            found[target] = [*named, *guessed[:1]]
    put_base_first(found)
    settle_pairs(found)
    # One merchant sells all orders: what few of them have is somebody else.
    found[_MERCHANT] = [
        p for p in found.get(_MERCHANT, []) if len(p.given) >= MOST * len(values.numbers)
    ]
    beside = of_listed_hotels(envelope, values, zone)
    beside |= of_envelope(envelope, values.given_order.numbers, zone)
    for target, said in beside.items():
        if not (found.get(target) and found[target][0].sure):
            found[target] = [*said, *(p for p in found.get(target, []) if p.value != said[0].value)]
    # Where all stays are over, nothing shows what is there only then.
    if set(statuses) - {"", "COMPLETE_ORDER"}:
        settle_fulfilled(found)
    total_parts = settle_by_parts(values, found)
    found |= optional_rows(values, found, total_parts)
    divide_hundredths(found, events, zone, envelope)
    return settle_whole_documents(found, values.events.values())


def _say_what_bookings_have(
    found: dict[str, list[Proposal]], values: OrderValues, zone: ZoneInfo
) -> None:
    """Let what is sure of all orders that are only booked be proposed, where later messages, as of
    a cancellation, say less of the booking.
    """
    order = values.given_order
    booked = order.numbers & set(values.with_status("CREATE_ORDER"))
    if not booked or booked == order.numbers:
        return
    for target, ranked in suggest_from(values.seen, replace(order, numbers=booked), zone).items():
        best, others = next(iter(ranked), None), found.get(target, [])
        if best and best.sure and best.row.mandatory == ALWAYS and not (others and others[0].sure):
            known = best.at_most("likely", "these are those booked; later messages may lack it")
            found[target] = [known, *(p for p in others if p.value != best.value)]


def _is_sum(proposal: Proposal) -> bool:
    return proposal.formula and proposal.row.type == "amount"


def _reads_more(proposal: Proposal, other: Proposal) -> bool:
    """Whether it reads what the other one does, and something else."""
    return set(proposal.properties) > set(other.properties) and not _is_sum(proposal)


def _agreeing_first(named: list[Proposal], guessed: list[Proposal]) -> list[Proposal]:
    """Proposals by names, and guesses by values, each once: what values show, what is computed and
    comes first, what both say, what else is computed.
    """
    values = {proposal.value for proposal in guessed}
    shown = [proposal for proposal in guessed if proposal.sure]
    # Where nothing tells two names apart, the one is offered beside the other.
    rivals = [proposal for proposal in named[:2] if any(map(_IN_DOUBT, proposal.facts))]
    both = [proposal for proposal in named if proposal.value in values]
    computed_ones = [proposal for proposal in named if proposal.formula]
    found: dict[str, Proposal] = {}
    leading = [proposal for proposal in named[:1] if _is_sum(proposal)]
    # A day is less than the day and the time beside it.
    leading += [p for p in guessed if named and p.formula and _reads_more(p, named[0])]
    for proposal in (*shown, *rivals, *leading, *both, *computed_ones, *guessed, *named):
        found.setdefault(proposal.value, proposal)
    return list(found.values())
