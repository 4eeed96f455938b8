"""What stands once in a document, beside the list of its events, and holds for all of them.

An export of one hotel names it in its envelope: ``{"property": {"name": …}, "reservations": […]}``.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.events.jsontext import show
from orderkit.mapping.suggest import suggest
from orderkit.mapping.suggest.proposal import Proposal

#: The rows of which one value may hold for all orders of a document.
_OF_ALL: Final = frozenset(
    {
        "order_info.third_shop_id",
        "order_info.third_shop_name",
        "order_info.order_country",
        "order_info.value.currency",
    }
)


def of_envelope(
    envelope: Mapping[str, Any], orders: Collection[int], zone: ZoneInfo
) -> dict[str, list[Proposal]]:
    """Target → a constant for all orders, for each of the hotel's rows that the envelope fills.

    envelope: what a document holds beside its events; orders: the numbers of those that are one
    """
    proposed = suggest([_with_single_items(envelope)], zone) if envelope else {}
    return {
        target: [_constant(ranked[0], orders)]
        for target, ranked in proposed.items()
        if target in _OF_ALL and ranked and ranked[0].sure and not ranked[0].formula
    }


def _with_single_items(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """The envelope with the one item of a list instead of the list: the hotel among hotels."""
    found: dict[str, Any] = {}
    for name, part in envelope.items():
        alone = isinstance(part, list) and len(part) == 1
        # In an event "properties" are what it has; beside events they are hotels.
        found["property" if alone and name.casefold() == "properties" else name] = (
            part[0] if alone else part
        )
    return found


def _constant(found: Proposal, orders: Collection[int]) -> Proposal:
    text = str(found.example)
    formula = not found.row.setting
    said = f"`{found.reads}` stands once in the document, beside all of its events"
    return replace(
        found,
        value=show(text, 1_000) if formula else text,
        formula=formula,
        confidence="likely",
        facts=(said,),
        example=text,
        given=dict.fromkeys(sorted(orders), text),
    )
