"""The currency that amounts are written with ("450,00 €"), where no property says it."""

import re
from collections.abc import Iterable
from typing import Final

from orderkit.destination.codes import currencies, currencies_of, names_a_currency
from orderkit.destination.fields import FieldMapping
from orderkit.events.jsontext import show
from orderkit.mapping.amounts import is_currency, words_beside_number
from orderkit.mapping.suggest.order_object import OrderObject
from orderkit.mapping.suggest.properties import Seen
from orderkit.mapping.suggest.proposal import Proposal

#: As the heads of tables have it: "Total (€)", "Betrag in EUR".
_IN_NAME: Final = re.compile(r"[(\[ ]([€£$]|[A-Z]{3})[)\]]?$")


def written_currency(words: Iterable[str], seen: Seen) -> str:
    """The code of the one currency that all these words say; "" where none is, or several may be.

    A sign that several have, such as "$", is that of a country that the events name.
    """
    said = {word for word in words if names_a_currency(word)}
    areas = {
        area
        for prop in seen.properties.values()
        if "country" in prop.name.attributes and prop.name.subject != "guest"
        for area in map(str, prop.values.values())
    }
    own = {code for area in areas for code in currencies_of(area)}
    codes = {"EUR", *own, *(currencies() & {word.upper() for word in said})}
    fit = [code for code in codes if all(is_currency(word, code) for word in said)]
    return fit[0] if said and len(fit) == 1 else ""


def constant_currency(row: FieldMapping, seen: Seen, order: OrderObject) -> list[Proposal]:
    """The currency that every order's amounts are written with, as a constant."""
    by_order: dict[int, set[str]] = {}
    of_orders: set[int] = set()
    for prop in seen.properties.values():
        heads = set(filter(names_a_currency, _IN_NAME.findall(prop.path)))
        total = prop.name.subject == "order" and prop.name.attributes & {"total", "payable"}
        for number in prop.values.keys() & order.numbers:
            said = heads | set(filter(names_a_currency, words_beside_number(prop.values[number])))
            by_order.setdefault(number, set()).update(said)
            if said and total:
                of_orders.add(number)
    words = {word for said in by_order.values() for word in said}
    code = written_currency(words, seen)
    if not code or not all(by_order.get(number) for number in order.numbers):
        return []
    facts = (f"amounts are written with {' and '.join(f'`{word}`' for word in sorted(words))}",)
    given = dict.fromkeys(sorted(order.numbers), code)
    made = Proposal(row, show(code), True, "likely", facts, code, given)
    made = made.because("no property says it")
    if of_orders < order.numbers:
        made = made.at_most("perhaps", "they may be other amounts than the order's total")
    return [made]
