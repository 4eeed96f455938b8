"""What stands once in a document, beside the list of its events, and holds for all of them.

An export of one hotel names it in its envelope: ``{"property": {"name": …}, "reservations": […]}``.
One of several has a list of them, and each booking a code: ``{"hotels": [{"code": …}, …], …}``.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.destination.fields import field_mappings
from orderkit.events.jsontext import show
from orderkit.mapping.names import read_name, words
from orderkit.mapping.suggest import suggest
from orderkit.mapping.suggest.candidates import as_reference
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.proposal import Proposal, by_value
from orderkit.mapping.suggest.topics import words_of
from orderkit.mapping.suggest.values import OrderValues

#: Lists of whom no order is a stay at, however their items are called.
_NO_HOTELS: Final = frozenset(
    {"guest", "merchant", "channel", "rate", "charge", "payment", "discount", "commission", "room"}
)
_PLACES: Final = words_of("place")
_CODE: Final = "order_info.third_shop_id"
_NAME: Final = "order_info.third_shop_name"
#: The rows of which one value may hold for all orders of a document.
_OF_ALL: Final = frozenset(
    {
        _CODE,
        _NAME,
        "order_info.order_country",
        "order_info.value.currency",
    }
)
#: A formula that names more hotels than that is nothing to read.
_MOST_HOTELS: Final = 12


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


def of_listed_hotels(
    envelope: Mapping[str, Any], values: OrderValues, zone: ZoneInfo
) -> dict[str, list[Proposal]]:
    """Target → a formula by the code that each booking has, of a list of hotels beside them."""
    found: dict[str, list[Proposal]] = {}
    for name, items in envelope.items():
        joined = next(_codes(items, values), None) if _may_be_hotels(name, items) else None
        if joined is None:
            continue
        key, prop = joined
        # By whatever name, what has a name and a country of its own is where somebody stays.
        alone = [{"property": item} for item in items]
        for target, ranked in suggest(alone, zone).items():
            best = next(iter(ranked), None)
            if target in _OF_ALL - {_CODE} and best and best.sure and len(best.given) == len(items):
                meant = {item[key]: str(best.given[at]) for at, item in enumerate(items)}
                made = _by_code(best, prop, meant, name)
                found[target] = [_as_property(made, values) or made]
                if target == _NAME:
                    found[_CODE] = [_code(prop, name)]
    return found


def _code(prop: Property, name: str) -> Proposal:
    """The code of a hotel that the list names."""
    row = next(row for row in field_mappings() if row.target == _CODE)
    facts, example = (f"`{name}` beside the events has each",), next(iter(prop.values.values()))
    return Proposal(row, as_reference(row, prop.path), False, "likely", facts, example, prop.values)


def _may_be_hotels(name: str, items: Any) -> bool:
    """Whether it is a list of some objects that its name does not call something else."""
    few = isinstance(items, list) and 1 < len(items) <= _MOST_HOTELS
    others = read_name(name).subject in _NO_HOTELS and not _PLACES & set(words(name))
    return few and not others and all(isinstance(item, dict) for item in items)


def _codes(items: list[dict[str, Any]], values: OrderValues) -> Iterator[tuple[str, Property]]:
    """A key that tells the items apart, and the property by which bookings name one of them."""
    for key in items[0]:
        codes = [item.get(key) for item in items]
        texts = {str(code) for code in codes if isinstance(code, str | int)}
        if len(texts) < len(items):
            continue
        for prop in values.full:
            small = all(text.isdecimal() for text in texts) and prop.name.subject != "hotel"
            if not (prop.in_array or small) and set(values.values(prop)) <= set(codes):
                yield key, prop


def _by_code(best: Proposal, prop: Property, meant: Mapping[Any, str], name: str) -> Proposal:
    """What a hotel's code means in each order."""
    given = {number: meant[code] for number, code in prop.values.items() if code in meant}
    said = f"`{name}` beside the events has it for each `{prop.path}`"
    return replace(
        best,
        value=by_value(prop.path, meant),
        formula=True,
        confidence="likely",
        facts=(said,),
        example=next(iter(given.values()), ""),
        given=given,
    )


def _as_property(made: Proposal, values: OrderValues) -> Proposal | None:
    """The property that says in each order what the list does, where there is one."""
    same = (p for p in values.full if not p.in_array and p.values == made.given)
    if prop := next(same, None):
        path = as_reference(made.row, prop.path)
        return replace(made, value=path, formula=False)
    return None


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
