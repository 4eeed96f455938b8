"""What may be the moment of an order: a property, or a day and a time of day that stand apart."""

from collections.abc import Container, Iterator
from statistics import mean
from typing import Any, Final

from orderkit.destination.fields import FieldMapping
from orderkit.mapping.names import read_name, words
from orderkit.mapping.suggest.candidates import as_reference, readings
from orderkit.mapping.suggest.clocks import is_clock, shared
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.proposal import Proposal, as_formula, spelled
from orderkit.mapping.suggest.topics import words_of
from orderkit.mapping.suggest.values import OrderValues
from orderkit.mapping.suggest.zones import says_utc

#: When a message was sent or came, and not when something happened to the order.
_OF_MESSAGES: Final = words_of("message")


def guess_moments(
    values: OrderValues, row: FieldMapping, date_row: FieldMapping, taken: Container[str]
) -> Iterator[tuple[str, bool]]:
    """What the row may read, each with whether it is a formula.

    date_row: any row of type date, for how days are read
    taken:    paths that are something else: the day of an arrival has a time of day beside it, too
    """
    for prop in filter(values.looks_clocked, values.full):
        read = next(readings(row, prop, values.seen, values.order, values.zone), None)
        if values.is_clocked(prop) and not (read and read.formula):
            yield as_reference(row, prop.path), False
        elif read:
            yield read.value, read.formula
    clocks = {key: p for p in values.full if _is_clock(values, p) for key in shared(p)}
    for day in (p for p in values.full if values.is_dated(p) and p.path not in taken):
        clock = next((clocks[key] for key in shared(day) if key in clocks), None)
        read = next(iter(readings(date_row, day, values.seen, values.order, values.zone)), None)
        if clock and read:
            yield f'CONCAT({as_formula(read)}, "T", {spelled(clock.path)})', True


def rank_moment(proposal: Proposal, *, latest: bool) -> tuple[Any, ...]:
    """How likely a moment is to be that of a change, or of the making: the likelier, the less.

    When a payment came it need not be, nor when a message was sent.
    """
    names = [read_name(path) for path in proposal.properties]
    other = "created" if latest else "updated"
    moments = mean(proposal.given.values())
    return (
        any(other in name.attributes or name.subject == "payment" for name in names),
        any(name.against for name in names),
        bool(_OF_MESSAGES & set(words(proposal.reads))),
        # Whatever zone the other one is in, this one says its own.
        not any(map(says_utc, proposal.properties)),
        -moments if latest else moments,
    )


def _is_clock(values: OrderValues, prop: Property) -> bool:
    return all(map(is_clock, values.values(prop)))
