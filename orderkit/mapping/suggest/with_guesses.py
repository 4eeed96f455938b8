"""What names and values propose, as one list for each row."""

import re
from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.mapping.suggest import suggest
from orderkit.mapping.suggest.fulfilled import settle_fulfilled
from orderkit.mapping.suggest.guesses import guess
from orderkit.mapping.suggest.proposal import Proposal

_IN_DOUBT: Final = re.compile("it is `.*` or `.*`, which differ").fullmatch

_ITEM: Final = "order_info.spu_list.0.sku_list.0.third_sku"
#: A name is sought first where its code stands.
_CODES_AND_NAMES: Final = (
    ("order_info.third_shop_id", "order_info.third_shop_name"),
    (f"{_ITEM}_id", f"{_ITEM}_name"),
)


def with_guesses(
    events: Sequence[Any], zone: ZoneInfo, statuses: Sequence[str]
) -> dict[str, list[Proposal]]:
    """What `suggest` proposes, with guesses where none of it is sure; `statuses` as for `guess`."""
    found = suggest(events, zone)
    for target, guessed in guess(events, zone, statuses).items():
        named = found.get(target, [])
        if not (named and named[0].sure):
            found[target] = _agreeing_first(named, guessed)
    for code, name in _CODES_AND_NAMES:
        first = next((p for p in found.get(code, []) if p.sure), None)
        if first and name in found and not (found[name] and found[name][0].sure):
            beside = first.reads.rpartition(".")[0]
            there = [p for p in found[name] if p.reads.rpartition(".")[0] == beside]
            found[name] = [*there, *(p for p in found[name] if p not in there)]
    # Where all stays are over, nothing shows what is there only then.
    if set(statuses) - {"", "COMPLETE_ORDER"}:
        settle_fulfilled(found)
    return found


def _agreeing_first(named: list[Proposal], guessed: list[Proposal]) -> list[Proposal]:
    """Proposals by names, and guesses by values, each once: what values show, what both say, what
    is computed.
    """
    values = {proposal.value for proposal in guessed}
    shown = [proposal for proposal in guessed if proposal.sure]
    # Where nothing tells two names apart, the one is offered beside the other.
    rivals = [proposal for proposal in named[:2] if any(map(_IN_DOUBT, proposal.facts))]
    both = [proposal for proposal in named if proposal.value in values]
    computed_ones = [proposal for proposal in named if proposal.formula]
    found: dict[str, Proposal] = {}
    for proposal in (*shown, *rivals, *both, *computed_ones, *guessed, *named):
        found.setdefault(proposal.value, proposal)
    return list(found.values())
