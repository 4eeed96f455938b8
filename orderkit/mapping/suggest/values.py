"""What the values of properties are, whatever their names say: dates, times, amounts, codes."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.destination.codes import names_a_currency
from orderkit.mapping.amounts import decimal, written_numbers
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.suggest.order_object import MOST, OrderObject, find_order
from orderkit.mapping.suggest.properties import Property, Seen, look_at
from orderkit.mapping.types import field_type

#: A minus in front of a number, or behind one.
_MINUS: Final = re.compile(r"(?<![0-9])[-−–](?=\s*[0-9])|(?<=[0-9])\s*[-−–]\s*$")
#: A number of more digits is an id, or a time.
_MOST: Final = 1_000_000_000
_FRACTION: Final = re.compile(r"[0-9]+[.,][0-9]{1,4}")
_CODED: Final = re.compile("0[0-9]+")
_DATED: Final = re.compile(r"\s*[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}\s*|[0-9]{8}")
_CLOCKED: Final = re.compile(r".*[0-9][T ][0-9]{2}:[0-9]{2}.*|[0-9]{10}|[0-9]{13}")
#: Of whom a property speaks that is no order's, and of what that rarely is.
_PEOPLE: Final = frozenset({"guest", "person_count"})
_BESIDE: Final = frozenset({"channel", "rate", "discount", "payment"})
_LONGEST_ID: Final = 40
_LONGEST_FLAG: Final = 5
#: So many rooms or nights are a count; a larger number may be an amount.
MOST_COUNTED: Final = 9


class OrderValues:
    """The properties that most orders have, and what their values are.

    given_order: where the orders are by what events say of themselves, without the statuses
    numbers: of the events that hold an order
    full:    the properties that most of them have
    """

    def __init__(
        self, seen: Seen, statuses: Mapping[int, str], zone: ZoneInfo, order: OrderObject
    ) -> None:
        self.seen, self.statuses, self.zone, self.given_order = seen, statuses, zone, order
        self.numbers = sorted(n for n, status in statuses.items() if status) or sorted(
            order.numbers
        )
        self.order = replace(order, numbers=frozenset(self.numbers))
        self.events = {number: seen.events[number] for number in self.numbers}
        self._place = {path: at for at, path in enumerate(seen.properties)}
        self.full = self.of(self.numbers)

    def of(self, numbers: list[int], share: float = MOST) -> list[Property]:
        """The properties that most of these events have, or that share of them."""
        most = share * len(numbers)
        return [p for p in self.seen.properties.values() if len(self.values(p, numbers)) >= most]

    def values(self, prop: Property, numbers: list[int] | None = None) -> list[Any]:
        """What a property has in these events, or in all orders."""
        numbers = self.numbers if numbers is None else numbers
        return [prop.values[number] for number in numbers if number in prop.values]

    def only_in(self, numbers: list[int], share: float = MOST) -> list[Property]:
        """As `of`, where no other order has them."""
        others = [number for number in self.numbers if number not in numbers]
        return [p for p in self.of(numbers, share) if not self.values(p, others)] if numbers else []

    def with_status(self, status: str) -> list[int]:
        """The events with an order status."""
        return [number for number in self.numbers if self.statuses.get(number) == status]

    # -- what values are

    def converts(self, prop: Property, kind: str, numbers: list[int] | None = None) -> bool:
        """Whether a field of that type takes all values, without a doubt."""
        made = field_type(kind)
        try:
            taken = [made.convert(v, self.zone)[0] for v in self.values(prop, numbers)]
        except Unconvertible:
            return False
        return bool(taken) and not any(made.unusual(value) for value in taken)

    def number(self, prop: Property, numbers: list[int] | None = None) -> list[float]:
        """The values as numbers; none where one is no number, or no amount has that size."""
        found = self.values(prop, numbers)
        read = [written_amount(value) for value in found]
        sized = [float(number) for number in read if number is not None and 0 <= number < _MOST]
        return sized if len(sized) == len(found) else []

    def money(self, prop: Property, numbers: list[int] | None = None) -> list[float]:
        """The values as numbers, where some have a fraction or are no small count; else none."""
        # A number that begins with 0 is a code's: "00185" of an address.
        if any(map(_CODED.fullmatch, map(str, self.values(prop, numbers)))):
            return []
        found = self.number(prop, numbers)
        fractions = any(_FRACTION.search(str(v)) for v in self.values(prop, numbers))
        return found if fractions or max(found, default=0) > MOST_COUNTED else []

    def amounts(self, prop: Property, numbers: Iterable[int] | None = None) -> dict[int, Decimal]:
        """Number of the event → the amount, in these or all orders; none where one is no number."""
        numbers = self.numbers if numbers is None else numbers
        read = {n: written_amount(prop.values[n]) for n in numbers if n in prop.values}
        known = {number: amount for number, amount in read.items() if amount is not None}
        return known if len(known) == len(read) else {}

    def flags(self, prop: Property) -> bool:
        """Whether all values are one of two short words, as answers are."""
        found = {str(value) for value in self.values(prop)}
        return len(found) <= 2 and all(len(word) <= _LONGEST_FLAG for word in found)

    def whole(self, prop: Property) -> list[int]:
        """The values as whole numbers; none where one is something else."""
        found = self.number(prop)
        return [int(value) for value in found] if all(v == int(v) for v in found) else []

    def is_dated(self, prop: Property) -> bool:
        """Whether all values look like days."""
        return all(_DATED.fullmatch(str(value)) for value in self.values(prop))

    def looks_clocked(self, prop: Property) -> bool:
        """Whether all values look like moments, whatever order their parts have."""
        return all(_CLOCKED.fullmatch(str(value)) for value in self.values(prop))

    def is_clocked(self, prop: Property) -> bool:
        """Whether all values are moments as they stand."""
        return self.looks_clocked(prop) and self.converts(prop, "timestamp")

    def is_id(self, prop: Property) -> bool:
        """Whether all values may be ids: short, without blanks, no date and no fraction."""
        found = self.values(prop)
        if self.is_dated(prop) or self.is_clocked(prop) or not self.converts(prop, "id"):
            return False
        short = all(len(str(v)) <= _LONGEST_ID and "://" not in str(v) for v in found)
        return short and not any(_FRACTION.fullmatch(str(value)) for value in found)

    def kinds(self, prop: Property) -> int:
        """How many different values there are."""
        return len(set(map(str, self.values(prop))))

    def of_people(self, prop: Property) -> bool:
        """Whether the name speaks of a guest, or of how many there are."""
        return prop.name.subject in _PEOPLE

    def of_several(self, prop: Property, numbers: list[int]) -> bool:
        """Whether an array that it stands in has several items in one of these events."""
        arrays = (path for path in self.seen.arrays if prop.path.startswith(f"{path}.X."))
        return any(
            len(self.seen.arrays[path].get(number, ())) > 1 for path in arrays for number in numbers
        )

    def first(self, props: Iterable[Property], key: Callable[[Property], Any]) -> list[Property]:
        """The properties by that key, those of something else last, outer before inner ones."""
        return sorted(
            props,
            key=lambda p: (
                self.of_people(p),
                p.name.against,
                p.name.subject in _BESIDE,
                key(p),
                p.depth,
                self._place[p.path],
            ),
        )


def order_values(events: Iterable[Any], zone: ZoneInfo, statuses: Sequence[str]) -> OrderValues:
    """The values of events with these order statuses, "" for what is no order, as far as known."""
    seen = look_at(events)
    known = dict(enumerate(statuses[: len(seen.events)]))
    return OrderValues(seen, known, zone, find_order(seen))


def written_amount(value: Any) -> Decimal | None:
    """The number that an amount is to people, "-87,27 €" too; None for what is none.

    Of two readings ("1.480") it is the smaller one.
    """
    # One amount is asked for by many: beside others, in sums, for its size.
    hashed = isinstance(value, str | int | float)
    return _read_once(value) if hashed else _written_amount(value)


def _written_amount(value: Any) -> Decimal | None:
    try:
        return decimal(value)[0]
    except Unconvertible:
        text = value if isinstance(value, str) else ""
    sign = -1 if _MINUS.search(text) else 1
    found = [
        Decimal(str(mending.gives))
        for mending in written_numbers(_MINUS.sub("", text))
        if all(map(names_a_currency, mending.drops))
    ]
    return sign * min(found) if found else None


_read_once: Final = lru_cache(maxsize=16_384, typed=True)(_written_amount)


def days(given: Mapping[int, Any]) -> dict[int, date]:
    """Number of the event → day, of what a field of type date was given."""
    return {number: date.fromisoformat(str(value)[:10]) for number, value in given.items()}
