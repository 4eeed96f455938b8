"""What stands once in a document, beside the list of its events, and holds for all of them.

An export of one hotel names it in its envelope: ``{"property": {"name": …}, "reservations": […]}``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.mapping.names import words
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
_ZONES: Final = frozenset({("timezone",), ("time", "zone"), ("tz",), ("time", "zone", "id")})


def of_envelope(
    envelope: Mapping[str, Any], orders: Collection[int], zone: ZoneInfo
) -> dict[str, list[Proposal]]:
    """Target → a constant for all orders, for each of the hotel's rows that the envelope fills.

    envelope: what a document holds beside its events; orders: the numbers of those that are one
    """
    proposed = suggest([envelope], zone) if envelope else {}
    return {
        target: [_constant(ranked[0], orders)]
        for target, ranked in proposed.items()
        if target in _OF_ALL and ranked and ranked[0].sure and not ranked[0].formula
    }


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


def named_zone(events: Iterable[Any], envelope: Mapping[str, Any]) -> tuple[str, str]:
    """The one time zone that events or their envelope name, and the property; "" where none is."""
    found = {
        (value, path)
        for each in (envelope, *events)
        for path, value in paths.walk(each)
        if isinstance(value, str) and tuple(words(path.rpartition(".")[2])) in _ZONES
    }
    zones = {value for value, _ in found}
    if len(zones) != 1 or not zones <= available_timezones():
        return "", ""
    return min(found, key=lambda each: (each[1].count("."), each[1]))
