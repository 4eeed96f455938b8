"""Codes and names that go together, as those of a hotel or a room do."""

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import available_timezones

from orderkit.mapping.names import words
from orderkit.mapping.suggest.properties import Property
from orderkit.mapping.suggest.status_words import STATES
from orderkit.mapping.suggest.topics import words_of
from orderkit.mapping.suggest.values import MOST_COUNTED, OrderValues

#: A code, and the name that goes with it.
Pair = tuple[Property, Property]
#: Whose a code may be that all orders have alike, where its name does not say it.
_OWN: Final = frozenset({"order", "hotel"})
#: Of so many orders, what all have alike is no accident.
_MANY: Final = 6
#: What rooms are called by, in the languages of hotels, and what is sold beside or with them.
_ROOMS: Final = words_of("room")
_ENDS: Final = ("zimmer", "kamer", "suite", "apartment", "room")
_OFFERS: Final = words_of("offer")
_NEITHER: Final = frozenset({"payment", "charge", "commission", "guest"})
_TOWNS: Final = words_of("town")
_LEAST: Final = 2
#: So many different codes, each with names of its own, are no chance.
_MANY_KINDS: Final = 3


def named_codes(values: OrderValues, taken: set[str]) -> Iterator[Pair]:
    """Two properties of one object, a code and a name, each of which gives the other.

    taken: paths that are something else
    """
    few = max(1, len(values.numbers) * 2 // 3)
    free = [p for p in values.full if p.path not in taken and not STATES & set(words(p.path))]
    names = [p for p in free if _is_name(p, values)]
    for code in free:
        spoken = code in names and " " in str(values.values(code)[0])
        if spoken or not values.is_id(code) or values.of_people(code):
            continue
        if values.converts(code, "currency") or _counts(code, values):
            continue
        beside = (p for p in names if p is not code and p.container == code.container)
        fits = [name for name in beside if _go_together(code, name, values, few)]
        if fits:
            # A name that is called a hotel's, or begins as its code does, is its.
            yield code, max(fits, key=lambda name: (_is_called_hotels(name), _shared(name, code)))


def _go_together(code: Property, name: Property, values: OrderValues, few: int) -> bool:
    """Whether each code has its name, and each name its code; a room's may have one in each
    hotel.
    """
    both, kinds = len(_both(code, name, values)), (values.kinds(code), values.kinds(name))
    if both != kinds[1] or max(kinds) > few:
        return False
    several = kinds[0] >= _MANY_KINDS and kinds[1] <= 2 * kinds[0] and names_rooms(name, values)
    return kinds[0] == kinds[1] or several


def constant_codes(values: OrderValues, taken: set[str]) -> Iterator[Property]:
    """Codes that all orders have alike, as those of one hotel have its code."""
    for prop in values.full if len(values.numbers) >= _MANY else ():
        called = "identifier" in prop.name.attributes and prop.name.subject in _OWN
        bare = prop.name.subject == "hotel" and not prop.name.attributes
        if (
            (called or bare)
            and prop.path not in taken
            and not (prop.in_array or prop.name.against)
            and values.kinds(prop) == 1
            and values.is_id(prop)
            and not any(values.converts(prop, kind) for kind in ("currency", "country"))
        ):
            yield prop


def bare_codes(values: OrderValues, subject: str) -> Iterator[Property]:
    """What is called by a hotel or a room alone, or its type, and is written as codes are
    ("hotel": "LIS").
    """
    for prop in values.full:
        name = prop.name
        # A "type" may be that of an event, too.
        bare = name.subject == subject and name.attributes <= {"kind", "status"}
        if bare and not (name.unknown or name.against) and _written_as_codes(prop, values):
            yield prop


def _written_as_codes(prop: Property, values: OrderValues) -> bool:
    """Whether all values have capitals, and no small letter or blank, as a name would."""
    found = [str(value) for value in values.values(prop)]
    return bool(found) and all(v.isupper() and " " not in v for v in found)


def are_called_so(code: Property, name: Property) -> bool:
    """Whether a code and a name are called a code and a name."""
    return "identifier" in code.name.attributes and "name" in name.name.attributes


def hotels_and_rooms(
    pairs: Sequence[Pair], values: OrderValues, around: str
) -> tuple[list[Pair], list[Pair]]:
    """The codes and names that may be of hotels, and those that may be of rooms, likeliest first.

    around: the object that the hotel's country stands in, "" for the event itself
    """
    pairs = [pair for pair in pairs if _NEITHER.isdisjoint(prop.name.subject for prop in pair)]
    named = [pair for pair in pairs if names_rooms(pair[1], values)]
    rooms = [pair for pair in pairs if pair[0].in_array or pair in named]
    rooms.sort(key=lambda pair: (pair not in named, _of_rates(*pair)))
    hotels = [pair for pair in pairs if not pair[0].in_array and pair not in named]
    hotels.sort(
        key=lambda pair: (
            "hotel" not in (pair[0].name.subject, pair[1].name.subject),
            pair[0].container != around,
            not are_called_so(*pair),
            values.kinds(pair[0]),
        )
    )
    rooms += [pair for pair in hotels[1:] + hotels[:1] if pair[0].name.subject != "hotel"]
    return [pair for pair in hotels if _may_be_hotels(*pair, values)], rooms


def name_rooms_alone(
    code: Property, name: Property, pairs: Sequence[Pair], values: OrderValues
) -> bool:
    """Whether of all pairs this one alone has names of rooms."""
    return [pair for pair in pairs if names_rooms(pair[1], values)] == [(code, name)]


def is_no_chance(code: Property, name: Property, values: OrderValues) -> bool:
    """Whether a code and a name go together by more than chance: two of each may, as two purposes
    of a journey do.
    """
    one_each = values.kinds(code) == values.kinds(name)
    return (one_each and values.kinds(code) >= _MANY_KINDS) or are_called_so(code, name)


def _of_rates(code: Property, name: Property) -> bool:
    """Whether a code or its name is called a rate's: a price list is no room."""
    return "rate" in (code.name.subject, name.name.subject)


def _may_be_hotels(code: Property, name: Property, values: OrderValues) -> bool:
    """Whether some name is written as a proper one is, and the codes are no countries': languages,
    users and channels go with codes as well, and a town with its time zone.
    """
    codes, names = ({str(value) for value in values.values(prop)} for prop in (code, name))
    proper = any(text[:1].isupper() for text in names)
    zoned = (codes | names) & available_timezones()
    placed = any(_TOWNS & set(words(p.path.rpartition(".")[2])) for p in (code, name))
    return proper and not (zoned or placed or values.converts(code, "country"))


def names_rooms(prop: Property, values: OrderValues) -> bool:
    """Whether all values name a kind of room, as its words say, and none a rate or a service."""
    found = {str(value) for value in values.values(prop)}
    return len(found) >= _LEAST and all(_names_room(value) for value in found)


def _names_room(value: str) -> bool:
    said = words(value)
    if _OFFERS & set(said):
        return False
    return bool(_ROOMS & set(said)) or any(word.endswith(_ENDS) for word in said)


def _both(code: Property, name: Property, values: OrderValues) -> set[tuple[str, str]]:
    return {
        (str(code.values[number]), str(name.values[number]))
        for number in values.numbers
        if number in code.values and number in name.values
    }


def _counts(prop: Property, values: OrderValues) -> bool:
    """Whether it is called a number of something, and is a small one: no code of a thing."""
    small = values.whole(prop)
    return bool(small) and max(small) <= MOST_COUNTED and "count" in prop.name.attributes


def _is_name(prop: Property, values: OrderValues) -> bool:
    found = values.values(prop)
    named = all(isinstance(v, str) and any(map(str.islower, v)) and "://" not in v for v in found)
    return named and not values.is_clocked(prop) and not values.of_people(prop)


def _is_called_hotels(prop: Property) -> bool:
    return "name" in prop.name.attributes and prop.name.subject == "hotel"


def _shared(prop: Property, other: Property) -> int:
    """How many letters two paths begin with together."""
    a, b = prop.path, other.path
    differ = (at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    return next(differ, min(len(a), len(b)))
