"""Guesses from values alone, for rows whose property no name gives away.

A code of a country looks like one whatever it is called, an order's number is another one for each
order, and two dates that lie so many nights apart are a stay. Such a guess is no more than
"perhaps": it is offered with its value, for a person to look at, and never taken unasked. What
values show is likely: an amount of which a rate gives another one, names that are all of rooms.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import permutations
from statistics import mean
from typing import Final

from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.mapping.suggest import computed
from orderkit.mapping.suggest.candidates import as_reference, proposal_of, readings
from orderkit.mapping.suggest.click_ids import like_click_ids, paid_click_ids
from orderkit.mapping.suggest.commissions import (
    bases_from_the_start,
    commission_bases,
    commission_currencies,
)
from orderkit.mapping.suggest.guessed_amounts import guess_amounts, tax_items
from orderkit.mapping.suggest.guessed_ids import order_ids
from orderkit.mapping.suggest.guessed_moments import guess_moments, rank_moment
from orderkit.mapping.suggest.initiators import who_cancelled
from orderkit.mapping.suggest.named_codes import (
    are_called_so,
    bare_codes,
    constant_codes,
    hotels_and_rooms,
    is_no_chance,
    name_rooms_alone,
    named_codes,
)
from orderkit.mapping.suggest.places import countries_at_end
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.proposal import Proposal, as_formula, spelled
from orderkit.mapping.suggest.values import MOST_COUNTED, OrderValues, days

#: So many are offered for a row.
MOST_GUESSES: Final = 3
_DOUBT: Final = "a guess from its values"
_LONGEST_STAY: Final = 60


def guess(values: OrderValues) -> dict[str, list[Proposal]]:
    """Target → guesses, the best first, for the mandatory rows of which values say something."""
    return _Guesses(values).found() if values.numbers else {}


class _Guesses:
    """What each row may read; a row's guesses look at those of rows before it.

    made: the end of a row's target → guesses; taken: paths that are codes, names or of the stay
    """

    def __init__(self, values: OrderValues) -> None:
        self.values = values
        self.made: dict[str, list[Proposal]] = {}
        self.taken: set[str] = set()

    def found(self) -> dict[str, list[Proposal]]:
        """Target → guesses."""
        self._stay()
        self._codes()
        self._times()
        self._places()
        self._rooms()
        self._order_id()
        for name, props, fact in guess_amounts(self.values, self.taken):
            self._read_amounts(name, props, fact)
        for text, fact in tax_items(self.values):
            numbers = self.values.with_status("COMPLETE_ORDER")
            self._add("fulfillment_tax", text, fact, numbers, formula=True)
        self._commission()
        self._cancelled()
        rows = {row.target: self.made.get(_end(row.target), []) for row in field_mappings()}
        ranked = {t: sorted(found, key=lambda p: not p.sure) for t, found in rows.items()}
        return {target: found[:MOST_GUESSES] for target, found in ranked.items() if found}

    def _read(self, name: str, props: Iterable[Property], fact: str, *, sure: bool = False) -> None:
        """Let a row read one of these properties."""
        for prop in props:
            self._add(name, as_reference(_row(name), prop.path), fact, sure=sure)

    def _read_amounts(self, name: str, props: Iterable[Property], fact: str) -> None:
        """Let a row read an amount, or what a formula makes one of ("1.237,12", cents)."""
        for prop in props:
            if best := next(self._readings(name, prop), None):
                guessed = replace(best, facts=(f"`{prop.path}` is {fact}",))
                self.made.setdefault(name, []).append(guessed.at_most("perhaps", _DOUBT))

    def _readings(self, name: str, prop: Property) -> Iterator[Proposal]:
        values = self.values
        return readings(_row(name), prop, values.seen, values.order, values.zone)

    def _add(
        self,
        name: str,
        value: str,
        fact: str,
        numbers: list[int] | None = None,
        *,
        formula: bool = False,
        sure: bool = False,
    ) -> None:
        events, row = self.values.events, _row(name)
        if numbers is not None:
            events = {number: events[number] for number in numbers}
        made = proposal_of(row, value, formula, (fact,), events, self.values.zone)
        if made:
            made = made.at_most("likely", fact) if sure else made.at_most("perhaps", _DOUBT)
            self.made.setdefault(name, []).append(made)

    def _paths(self, name: str) -> list[str]:
        return [p.reads for p in self.made.get(name, []) if not p.formula]

    def _stay(self) -> None:
        """Two dates, the nights between them, and what counts them."""
        values = self.values
        read: dict[str, Proposal] = {}
        dated = (p for p in values.full if values.is_dated(p) and not values.of_people(p))
        for prop in dated:
            if best := next(self._readings("check_in_date", prop), None):
                read[prop.path] = best
        found = []
        for begin, end in permutations(read, 2):
            nights = _nights(read[begin], read[end])
            if nights and min(nights) >= 1 and max(nights) <= _LONGEST_STAY:
                counts = [p for p in values.full if values.whole(p) == nights]
                found.append((not counts, mean(nights), begin, end, counts))
        if not found:
            return
        found.sort(key=lambda each: each[:2])
        _, _, begin, end, counts = found[0]
        self._read("length_of_stay", counts, "the nights between the two days")
        self._dates("check_in_date", [read[each[2]] for each in found], "first")
        self._dates("check_out_date", [read[each[3]] for each in found], "second")
        self.taken |= {begin, end, *(p.path for p in counts)}
        first, last = (replace(read[path], confidence="likely") for path in (begin, end))
        name = "length_of_stay"
        if text := computed.nights(_row(name), first, last, values.events, values.zone):
            self.made.setdefault(name, []).append(text.at_most("perhaps", _DOUBT))

    def _dates(self, name: str, found: list[Proposal], word: str) -> None:
        fact = f"of two days the {word}, up to {_LONGEST_STAY} nights apart"
        path = _row(name)
        for proposal in {p.value: p for p in found}.values():
            made = replace(proposal, row=path, facts=(fact,))
            self.made.setdefault(name, []).append(made.at_most("perhaps", _DOUBT))

    def _codes(self) -> None:
        """What is a code of a country or a currency, or a click id of TikTok's."""
        values = self.values
        for name, kind in (("order_country", "country"), ("currency", "currency")):
            fits = [p for p in values.full if values.converts(p, kind) and not values.of_people(p)]
            only = kind == "currency" and len(fits) == 1 and self._is_only_currency()
            said = f"the only codes of a {kind}" if only else f"codes of a {kind}"
            self._read(name, values.first(fits, lambda p: p.in_array), said, sure=only)
        for text, fact in countries_at_end(values):
            self._add("order_country", text, fact, formula=True)
        for prop, fact in like_click_ids(values):
            self._read("ttoclid", [prop], fact)
        for text, fact in paid_click_ids(values):
            self._add("ttoclid", text, fact, formula=True)
        self.taken |= set(self._paths("ttoclid"))

    def _is_only_currency(self) -> bool:
        """Whether no second property says a currency, of several orders: what all their amounts are
        in is theirs.
        """
        values, every = self.values, self.values.seen.properties.values()
        orders = [number for number, status in values.statuses.items() if status]
        said = sum(values.converts(prop, "currency", sorted(prop.values)) for prop in every)
        return len(orders) > 1 and said == 1

    def _times(self) -> None:
        for name, word in (("create_time", "earliest"), ("update_time", "latest")):
            rows = _row(name), _row("check_in_date")
            for value, formula in guess_moments(self.values, *rows, self.taken):
                self._add(name, value, f"among the {word} times", formula=formula)
            self.made.get(name, []).sort(key=partial(rank_moment, latest=name == "update_time"))

    def _places(self) -> None:
        """Codes with their names: of hotels and of rooms."""
        values = self.values
        country = next(iter(self._paths("order_country")), "").rpartition(".")[0]
        pairs = list(named_codes(values, self.taken))
        hotels, rooms = hotels_and_rooms(pairs, values, country)
        if not any(are_called_so(*pair) for pair in hotels):
            alike = "the same code in all orders, as one hotel has it"
            bare = bare_codes(values, "hotel")
            self._read("third_shop_id", bare, "a hotel, written as codes are")
            self._read("third_shop_id", constant_codes(values, self.taken), alike)
        for end, found in (("third_shop", hotels), ("third_sku", rooms)):
            for code, name in found:
                alone = end == "third_sku" and name_rooms_alone(code, name, pairs, values)
                said = ", names of rooms" if alone else ""
                sure = alone and is_no_chance(code, name, values)
                for part, prop, other in (("id", code, name), ("name", name, code)):
                    fact = (
                        f"{'codes' if part == 'id' else 'names'} that go with `{other.path}`{said}"
                    )
                    self._read(f"{end}_{part}", [prop], fact, sure=sure)
        self._read("third_sku_id", bare_codes(values, "room"), "a room, written as codes are")
        self.taken |= {prop.path for pair in pairs for prop in pair}

    def _rooms(self) -> None:
        values, name = self.values, "amount_of_room"
        for path in self._paths("third_sku_id")[:1]:
            if ".X." in path:
                for text, fact in computed.counts_of_items(values.seen, path.partition(".X.")[0]):
                    self._add(name, text, fact, formula=True)
        free = (p for p in values.full if p.path not in self.taken and not values.of_people(p))
        counts = [p for p in free if p.name.subject != "hotel" and _is_count(values.whole(p))]
        found = values.first(counts, lambda p: (_is_code(p), p.in_array, max(values.whole(p))))
        self._read(name, found, "a small number")
        said = [p for p in found if p.name.subject == "room" and not p.in_array]
        self.made[name] = list(computed.shown_by_numbers(self.made.get(name, []), said))
        self.taken |= set(self._paths(name)[:1])

    def _order_id(self) -> None:
        begins = next((p.given for p in self.made.get("check_in_date", [])), {})
        found = order_ids(self.values, self.taken, begins)
        self._read("order_id", found, "another one for every order")
        self.taken |= set(self._paths("order_id")[:1])

    def _commission(self) -> None:
        """What a commission is taken of, and its currency."""
        values, numbers = self.values, self.values.with_status("COMPLETE_ORDER")
        shown, name = list(commission_bases(values, numbers)), "commission_base_amount"
        for prop, fact in reversed(shown):
            if best := next(self._readings(name, prop), None):
                likely = replace(best, facts=(fact,), confidence="likely")
                self.made[name] = [likely, *self.made.get(name, [])]
        holders = {prop.container for prop, _ in shown}
        if shown:
            numbers = [number for number in numbers if number in shown[0][0].values]
        billed, codes = self.made.get("fulfillment_value", []), self._paths("currency")
        early = bases_from_the_start(values, numbers) if billed and not shown else ()
        others = self.made.pop(name, [])
        for prop, fact in early:
            # With an order that is only booked, it would go out without its currency.
            text = f"IF({as_formula(billed[0])}, {spelled(prop.path)})"
            self._add(name, text, fact, numbers, formula=True)
        self.made[name] = [*self.made.get(name, []), *others]
        for value, fact, sure in commission_currencies(values, numbers, holders, billed, codes):
            formula = value.startswith("IF(")
            self._add(_COMMISSION_CURRENCY, value, fact, numbers, formula=formula, sure=sure)

    def _cancelled(self) -> None:
        for value, fact, numbers, sure in who_cancelled(self.values):
            formula = value.startswith("IF(")
            self._add("initiator", value, fact, numbers, formula=formula, sure=sure)


_COMMISSION_CURRENCY: Final = "commission_value.0.currency"


def _end(target: str) -> str:
    """What a row is called here: the end of its target."""
    if target.endswith(_COMMISSION_CURRENCY):
        return _COMMISSION_CURRENCY
    return target.rpartition(".")[2]


def _row(name: str) -> FieldMapping:
    return next(row for row in field_mappings() if _end(row.target) == name)


def _nights(begin: Proposal, end: Proposal) -> list[int]:
    """The days between two dates, where both have the same orders."""
    first, last = days(begin.given), days(end.given)
    return [(last[n] - day).days for n, day in first.items()] if first.keys() == last.keys() else []


def _is_code(prop: Property) -> bool:
    """Whether a number is called a code, and no count."""
    return prop.name.attributes & {"identifier", "count"} == {"identifier"}


def _is_count(numbers: list[int]) -> bool:
    return bool(numbers) and min(numbers) >= 1 and max(numbers) <= MOST_COUNTED
