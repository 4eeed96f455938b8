"""Who cancelled a booking, by the words that events have only once it is cancelled."""

from collections.abc import Iterator
from typing import Final

from orderkit.events.jsontext import show
from orderkit.mapping.names import read_name, words
from orderkit.mapping.suggest.candidates import spelled
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.values import OrderValues

_MOST_WORDS: Final = 4
_HOTEL: Final = frozenset({"hotel", "merchant"})
#: What names of properties ask by: "cancelled_by", "annulation.origine".
_BY: Final = frozenset(
    words("by par por durch von vom door da origin origine origen origem source initiator actor")
)


def who_cancelled(values: OrderValues) -> Iterator[tuple[str, str, list[int], bool]]:
    """A property that says CUSTOMER or MERCHANT, or a formula that reads one of few words as that.

    Each as (path or formula, why, the events that count, whether all words and the name say so).
    One of the words must speak of the guest.
    """
    numbers = values.with_status("CANCEL_ORDER")
    for prop, own in _of_cancelled(values, numbers):
        said = {str(value) for value in values.values(prop, numbers)}
        guests = [word for word in said if read_name(word).subject == "guest"]
        asks = bool(_BY & set(words(prop.path))) or not own
        if said <= {"MERCHANT", "CUSTOMER"}:
            yield prop.path, "there only once a booking is cancelled", numbers, asks
        elif len(said) <= _MOST_WORDS and len(guests) == 1:
            others = sorted(said - set(guests))
            hotels = [word for word in others if read_name(word).subject in _HOTEL]
            # Beside a word that is known to speak of the hotel, another one may speak of anybody.
            read = hotels or others
            text = ""
            for word in [*guests, *reversed(read)][::-1]:
                meant = "CUSTOMER" if word in guests else "MERCHANT"
                rest = f", {text}" if text else ""
                text = f'IF({spelled(prop.path)} == {show(word, 60)}, "{meant}"{rest})'
            as_hotel = f", {', '.join(f'`{word}`' for word in read)} as the hotel" if read else ""
            open_ = ", ".join(f"`{word}`" for word in others if word not in read)
            nothing = f"{open_} and any other word give" if open_ else "any other word gives"
            fact = f"`{guests[0]}` is read as the guest{as_hotel}; {nothing} nothing"
            yield text, fact, numbers, asks and bool(hotels) and not open_


def _of_cancelled(values: OrderValues, numbers: list[int]) -> Iterator[tuple[Property, bool]]:
    """Properties that say something of cancelled bookings alone, and whether only those have them.

    A status may say who it was: "Storno Gast".
    """
    yield from ((prop, True) for prop in values.only_in(numbers))
    others = [number for number in values.numbers if number not in numbers]
    for prop in values.of(numbers):
        said = {str(value) for value in values.values(prop, numbers)}
        elsewhere = set(map(str, values.values(prop, others)))
        told_apart = len({read_name(word).subject for word in said}) > 1
        if elsewhere and told_apart and said.isdisjoint(elsewhere):
            yield prop, False
