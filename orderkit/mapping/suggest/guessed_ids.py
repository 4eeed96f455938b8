"""Guesses from values alone: which property tells the orders apart."""

import re
from collections.abc import Container, Mapping
from typing import Any

from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.values import OrderValues


def order_ids(
    values: OrderValues, taken: Container[str], arrivals: Mapping[int, Any]
) -> list[Property]:
    """The properties that may be the order's number, the likeliest first.

    taken:    paths that are something else
    arrivals: number of the event → when the stay begins
    """
    found = [
        p
        for p in values.full
        if p.path not in taken
        and not p.in_array
        and values.is_id(p)
        and p.name.subject == "order"
        and not p.name.against
        and not p.name.attributes & {"total", "sum", "amount"}
        and all(any(map(str.isdigit, str(v))) for v in values.values(p))
        and 2 * values.kinds(p) > len(values.numbers)
        and _of_one_stay(values, p, arrivals)
    ]
    return values.first(found, lambda p: (_shapes(values.values(p)), values.kinds(p)))


def _of_one_stay(values: OrderValues, prop: Property, arrivals: Mapping[int, Any]) -> bool:
    """Whether events with the same value there are of the same stay."""
    stays: dict[str, set[str]] = {}
    for number in values.numbers:
        begin = str(arrivals.get(number))
        stays.setdefault(str(prop.values.get(number)), set()).add(begin)
    return all(len(stay) == 1 for stay in stays.values())


def _shapes(values: list[Any]) -> int:
    """How many shapes texts have, letters and digits being alike: ids have few."""
    return len({re.sub("[0-9]", "9", re.sub("[^\\W\\d_]", "a", str(value))) for value in values})
