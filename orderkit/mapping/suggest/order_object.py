"""The order in its events: which events hold one, where it stands, and what its items are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from orderkit.events.conversion import is_platform_event
from orderkit.mapping.names import read_name, words
from orderkit.mapping.suggest.properties import Property, Seen
from orderkit.mapping.suggest.status_words import STATES
from orderkit.mapping.suggest.statuses import ProposedEvents, propose_events

#: What an order alone has, and no customer, payment or message.
_TELLING: Final = frozenset({"arrival", "departure", "begin", "end", "nights", "total", "payable"})
_PRICE: Final = frozenset({"total", "payable"})
#: What has the dates of an order: itself, and what it is of.
_IN_ORDERS: Final = frozenset({"hotel", "room"})
_OF_ORDERS: Final = _IN_ORDERS | {"order"}
#: What an order has, as others may.
_HAD: Final = frozenset({"sum", "currency"})
#: Words of a text that names a hotel, or says that something is one.
_HOTELS: Final = frozenset(
    {"hotel", "hotels", "hoteles", "hostel", "motel", "resort", "albergo", "pousada"}
)
#: The subject stands in a property's own name.
_OWN: Final = 2
#: A share of the events that is as good as all.
MOST: Final = 0.9
#: A text longer than this is prose, and names nothing.
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class OrderObject:
    """Where the orders are.

    numbers:     of the events that hold an order
    home:        path of the object that holds it, "" for the event itself, None where none can be
                 told
    hotel_items: arrays whose items are hotels → the value that says so
    named:       whether the events' names say so
    numbered:    paths of the objects that hold a number which by its name is the order's
    as_documented: whether the events have the platform's shape, whose names mean what they say
    """

    numbers: frozenset[int]
    home: str | None
    hotel_items: dict[str, str]
    named: bool
    as_documented: bool
    numbered: frozenset[str] = frozenset()

    def events(self, seen: Seen) -> dict[int, Mapping[str, Any]]:
        """Number → event, of those that hold an order, in their order."""
        return {number: seen.events[number] for number in sorted(self.numbers)}

    def outside(self, prop: Property) -> bool:
        """Whether a property is of an object around or beside the order, and names none itself."""
        return prop.name.said == 0 and prop.container not in (self.home, *self.numbered)


def find_order(seen: Seen) -> OrderObject:
    """Where the orders are in events that were looked at."""
    proposed = propose_events(seen)
    return OrderObject(
        numbers=frozenset(_numbers(seen, proposed) or range(len(seen.events))),
        home=_home(seen),
        hotel_items=_hotel_items(seen),
        named=bool(_named(seen, proposed)),
        as_documented=in_platform_shape(seen.events),
        numbered=frozenset(
            prop.container
            for prop in seen.properties.values()
            if not prop.in_array
            and prop.name.said == _OWN
            and prop.name.subject == "order"
            and "identifier" in prop.name.attributes
            and not (prop.name.against or prop.name.unknown)
        ),
    )


def in_platform_shape(events: Iterable[Any]) -> bool:
    """Whether the events are as the platform documents them."""
    shaped = [is_platform_event(event) for event in events]
    return bool(shaped) and sum(shaped) >= MOST * len(shaped)


def _numbers(seen: Seen, proposed: ProposedEvents) -> set[int]:
    """The events that hold an order: named so, or else with what an order alone has.

    Where it is a status that tells, the others with one are orders too, in another state.
    """
    named = _named(seen, proposed)
    if named and not STATES & set(words(proposed.event_property.rpartition(".")[2])):
        return named
    return named | _telling(seen)


def _named(seen: Seen, proposed: ProposedEvents) -> set[int]:
    """The events whose name stands for an order status."""
    names = {event.event_name for event in proposed.events if event.order_status}
    prop = seen.properties.get(proposed.event_property)
    return {number for number, value in prop.values.items() if value in names} if prop else set()


def _telling(seen: Seen) -> set[int]:
    """The events with a property that an order alone has."""
    return {
        number for path, prop in seen.properties.items() if _tells(path) for number in prop.values
    }


def _tells(path: str, what: frozenset[str] = _TELLING) -> bool:
    name = read_name(path)
    return name.subject in _OF_ORDERS and not name.against and bool(name.attributes & what)


def _home(seen: Seen) -> str | None:
    """The object with most of what an order alone has, or else of what an order has at all."""
    for what in (_TELLING, _HAD):
        found: dict[str, set[str]] = {}
        for path, prop in seen.properties.items():
            if _tells(path, what):
                found.setdefault(_around(path), set()).update(prop.name.attributes & what)
        if found:
            # The outermost of those that are alike.
            best = min(found, key=lambda path: (-len(found[path]), path.count("."), path))
            return _of_all_parts(best, found)
    return None


def _of_all_parts(best: str, found: Mapping[str, set[str]]) -> str:
    """The object that has the stay and the price each as one of its own, where it is so."""
    around, _, _ = best.rpartition(".")
    beside = [path for path in found if path != best and path.rpartition(".")[0] == around]
    others = set().union(*(found[path] for path in beside))
    parted = not found[best] & _PRICE and bool(others & _PRICE)
    return around if best and parted else best


def _around(path: str) -> str:
    """The object around a property: not its room or hotel, which are of the order."""
    parts = path.split(".")[:-1]
    for at, part in enumerate(parts):
        if part == "X" or read_name(part).subject in _IN_ORDERS:
            return ".".join(parts[: at - (part == "X")])
    return ".".join(parts)


def _hotel_items(seen: Seen) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, prop in seen.properties.items():
        array, _, own = path.rpartition(".X.")
        if not array or "." in own:
            continue
        texts = [v for v in prop.values.values() if isinstance(v, str) and _is_name(v)]
        speaking = [text for text in texts if _names_a_hotel(text)]
        if speaking and len(speaking) * 2 > len(prop.values):
            found.setdefault(array, speaking[0])
    return found


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and "://" not in text


def _names_a_hotel(text: str) -> bool:
    return not _HOTELS.isdisjoint(words(text))
