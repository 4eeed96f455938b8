"""What may be the moment of an order: a property, or a day and a time of day that stand apart."""

import re
from collections.abc import Iterator
from typing import Final

from orderkit.destination.fields import FieldMapping
from orderkit.mapping.names import words
from orderkit.mapping.suggest.candidates import as_reference, readings, spelled
from orderkit.mapping.suggest.computed import as_formula
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.values import OrderValues

_CLOCK: Final = re.compile(r"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?")


def guess_moments(
    values: OrderValues, row: FieldMapping, date_row: FieldMapping
) -> Iterator[tuple[str, bool]]:
    """What the row may read, each with whether it is a formula.

    date_row: any row of type date, for how days are read
    """
    for prop in filter(values.looks_clocked, values.full):
        if values.is_clocked(prop):
            yield as_reference(row, prop.path), False
        elif read := next(readings(row, prop, values.seen, values.order, values.zone), None):
            yield read.value, read.formula
    clocks = {_beginning(p): p for p in values.full if _is_clock(values, p)}
    for day in filter(values.is_dated, values.full):
        clock = clocks.get(_beginning(day))
        read = next(iter(readings(date_row, day, values.seen, values.order, values.zone)), None)
        if clock and read:
            yield f'CONCAT({as_formula(read)}, "T", {spelled(clock.path)})', True


def _is_clock(values: OrderValues, prop: Property) -> bool:
    return all(_CLOCK.fullmatch(str(value)) for value in values.values(prop))


def _beginning(prop: Property) -> tuple[str, tuple[str, ...]]:
    """What a day and its time of day share: where they stand, and all but the end of their name."""
    return prop.container, words(prop.path.rpartition(".")[2])[:-1]
