"""Who cancelled a booking, by the words that events have only once it is cancelled."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from orderkit.mapping.names import hints, read_name, words
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.proposal import by_value
from orderkit.mapping.suggest.status_codes import SKIPPING, skips_to
from orderkit.mapping.suggest.topics import words_of
from orderkit.mapping.suggest.values import OrderValues

_MOST_WORDS: Final = 4
#: A reason in a sentence ("Overbooked, guest relocated") says not who it was.
_LONGEST: Final = 2
#: So short a word may be the beginning of one.
_LONGEST_SHORT: Final = 4
_HOTEL: Final = frozenset({"hotel", "merchant"})
#: What names of properties ask by: "cancelled_by", "annulation.origine".
_BY: Final = words_of("by")


def who_cancelled(values: OrderValues) -> Iterator[tuple[str, str, list[int], bool]]:
    """A property that says CUSTOMER or MERCHANT, or a formula that reads one of few words as that.

    Each as (path or formula, why, the events that count, whether all words and the name say so).
    One of the words must speak of the guest.
    """
    numbers = values.with_status("CANCEL_ORDER")
    for prop, own in _of_cancelled(values, numbers):
        said = {str(value) for value in values.values(prop, numbers)}
        by = bool(_BY & set(words(prop.path)))
        asks = by or not own
        if said <= {"MERCHANT", "CUSTOMER"}:
            yield prop.path, "there only once a booking is cancelled", numbers, asks
            continue
        if len(said) > _MOST_WORDS or any(len(words(word)) > _LONGEST for word in said):
            continue
        guests, hotels = _sides(said)
        short = not guests and by
        if short:
            guests, hotels = _sides_of_short(said)
        if len(guests) != 1:
            continue
        others = sorted(said - set(guests))
        # Beside a word that is known to speak of the hotel, another one may speak of anybody.
        read = hotels or others
        open_ = [word for word in others if word not in read]
        sure = asks and bool(hotels) and not open_ and not short
        meant = {guests[0]: "CUSTOMER", **dict.fromkeys(read, "MERCHANT")}
        yield by_value(prop.path, meant), _said(meant, open_), numbers, sure
        for side in ("MERCHANT", "CUSTOMER") if open_ else ():
            whole = meant | dict.fromkeys(open_, side)
            also = ", ".join(f"`{word}`" for word in open_)
            which = "hotel" if side == "MERCHANT" else "guest"
            yield (
                by_value(prop.path, whole),
                f"{also} as the {which}; {_said(whole, [])}",
                numbers,
                False,
            )


def _said(meant: Mapping[str, str], nothing: Sequence[str]) -> str:
    """The same in words; `nothing`: the words that give none."""
    read = {
        side: ", ".join(f"`{word}`" for word, other in meant.items() if other == side)
        for side in ("CUSTOMER", "MERCHANT")
    }
    as_hotel = f", {read['MERCHANT']} as the hotel" if read["MERCHANT"] else ""
    open_ = ", ".join(f"`{word}`" for word in nothing)
    left = f"{open_} and any other word give" if open_ else "any other word gives"
    verb = "are" if "," in read["CUSTOMER"] else "is"
    return f"{read['CUSTOMER']} {verb} read as the guest{as_hotel}; {left} nothing"


def _sides(said: Iterable[str]) -> tuple[list[str], list[str]]:
    """The words that speak of the guest, and those that speak of the hotel."""
    subjects = {word: read_name(word).subject for word in sorted(said)}
    guests = [word for word, subject in subjects.items() if subject == "guest"]
    return guests, [word for word, subject in subjects.items() if subject in _HOTEL]


def _sides_of_short(said: Iterable[str]) -> tuple[list[str], list[str]]:
    """The same of words that are the beginning of such a word ("CLI", "H"); none where no word is
    of a side.
    """
    short = [word for word in sorted(said) if len(word) <= _LONGEST_SHORT]
    guests, hotels = ([w for w in short if _begins(w, side)] for side in ("guest", "hotel"))
    # "H" begins words of both sides: beside "C" or "G" it is the hotel.
    guests = [word for word in guests if word not in hotels]
    return (guests, hotels) if guests and hotels else ([], [])


def _begins(word: str, subject: str) -> bool:
    """Whether a word that speaks of that subject begins so, or is what some letters are left of
    ("GST").
    """
    letters = word.casefold()
    fits = str.startswith if len(letters) < SKIPPING else skips_to
    return any(
        kind == "subject" and concept == subject and fits(whole, letters)
        for whole, meanings in hints().items()
        for kind, concept in meanings
    )


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
