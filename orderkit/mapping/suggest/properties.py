"""The properties of the events at hand: where they stand, what they hold, what their names say."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

from orderkit.events import paths
from orderkit.mapping.names import Name, read_name, words
from orderkit.mapping.written_moments import day_order

#: How many events are looked at; more would not change what is proposed first.
MOST_EVENTS: Final = 500
#: Arrays of objects are looked into no deeper than this many items.
_MOST_ITEMS: Final = 50
#: An amount of thousands with hundredths, as people write it.
_GROUPED: Final = re.compile(r"[0-9][.,\s'’][0-9]{3}[.,][0-9]{2}(?![0-9])")
_LONGEST_AMOUNT: Final = 40
#: So many names that begin with the same word have it as a prefix, if one is of an order.
_SHARED: Final = 3
#: What the amount is called in an object that has a currency beside it.
_OF_MONEY: Final = {("value",), ("amount",), ("amt",), ("betrag",), ("montant",), ("importe",)}
_OF_AN_ORDER: Final = frozenset({"total", "arrival", "departure", "nights"})


@dataclass(slots=True)
class Property:
    """A property that some event has.

    path:   where it stands; inside an array of objects ``X`` is the item
    name:   what its name says
    values: number of the event → its value, of the first item inside an array
    """

    path: str
    name: Name
    values: dict[int, Any] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        """How many names deep it stands; an array counts as one more."""
        return len(self.path.split("."))

    @property
    def in_array(self) -> bool:
        """Whether it is a property of an array's items."""
        return ".X" in self.path

    @property
    def container(self) -> str:
        """The path of the object that it stands in, "" for the event itself."""
        return self.path.rpartition(".")[0]

    @property
    def called(self) -> str:
        """What an amount is called: its path, without the "value" of an object for an amount."""
        holder, _, own = self.path.rpartition(".")
        plain = not holder.endswith(".X") and words(own) in _OF_MONEY
        return holder if holder and plain else self.path


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first events hold: path → property, and path → array of each event.

    grouped: how amounts of thousands are written: one of each look ("9.999,99 €")
    orders:  what dates with their year last show to stand first, as `day_order` has it
    """

    events: list[Mapping[str, Any]]
    properties: dict[str, Property]
    arrays: dict[str, dict[int, list[Any]]]
    grouped: dict[str, str] = field(default_factory=dict)
    orders: set[str] = field(default_factory=set)


def look_at(events: Iterable[Any]) -> Seen:
    """The properties of the first `MOST_EVENTS` events; blank values are left out."""
    found = Seen([e for e in islice(events, MOST_EVENTS) if isinstance(e, dict)], {}, {})
    for number, event in enumerate(found.events):
        for path, value in paths.walk(event):
            general = _general(path)
            # What has braces in its name, no reference can say.
            said = general and "{{" not in general and "}}" not in general
            if said and not paths.is_blank(value):
                known = found.properties.setdefault(general, Property(general, read_name(general)))
                known.values.setdefault(number, value)
            amount = isinstance(value, str) and len(value) <= _LONGEST_AMOUNT
            if amount and _GROUPED.search(value):
                found.grouped.setdefault(re.sub("[0-9]+", "9", value), value)
            if amount and (order := day_order(value)):
                found.orders.add(order)
        _collect_arrays("", event, number, found.arrays)
    _drop_prefixes(found.properties)
    return found


def _drop_prefixes(properties: Mapping[str, Property]) -> None:
    """Let an unknown word that begins most names of an object say nothing ("tr_orderid")."""
    by_prefix: dict[tuple[str, str], list[Property]] = {}
    for prop in properties.values():
        first = words(prop.path.rpartition(".")[2])[:1]
        if first and first == prop.name.unknown[:1]:
            by_prefix.setdefault((prop.container, first[0]), []).append(prop)
    for group in by_prefix.values():
        # What begins the names of an order's total and dates is no other's, as "cust_" would be.
        if len(group) >= _SHARED and any(p.name.attributes & _OF_AN_ORDER for p in group):
            for prop in group:
                prop.name = replace(prop.name, unknown=prop.name.unknown[1:])


def _general(path: str) -> str:
    """The path with ``X`` for the first item; "" for another item's."""
    parts = path.split(".")
    if any(part.isdecimal() and part != "0" for part in parts[1:]):
        return ""
    # An array of texts or numbers has no properties: its first value is no order's.
    if parts[-1] == "0":
        return ""
    return ".".join("X" if part == "0" else part for part in parts)


def _collect_arrays(
    prefix: str, value: Mapping[str, Any], number: int, found: dict[str, dict[int, list[Any]]]
) -> None:
    for key, child in value.items():
        path = f"{prefix}{key}"
        if isinstance(child, dict) and prefix.count(".") < 4:
            _collect_arrays(f"{path}.", child, number, found)
        elif isinstance(child, list) and child and all(isinstance(c, dict) for c in child):
            found.setdefault(path, {})[number] = child[:_MOST_ITEMS]
