"""What the name of a property says: of whom or of what it speaks, and what about it.

The words are data, in the languages of hotels: ``name_hints.csv``. A name is judged by its own
last word(s) first and by the names of its containers second.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

HINTS: Final = Path(__file__).with_name("name_hints.csv")
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[0-9]+%?|%")
#: What a CRM puts behind the names of fields of a client's own ("Booked_On__c").
_CUSTOM: Final = re.compile("(?<=[^_])__[cr](?![^.])")
#: How many words of a name one word of the hints may stand for: "check in", "amount to pay".
_JOINED: Final = 3
#: A word is taken apart ("gesamtpreis", "bookingid") only from so many letters on.
_COMPOUND: Final = 6
_SHORTEST_PART: Final = 3
#: The one word that is shorter, and ends a compound ("orderid").
_ID: Final = "id"
#: From there on two names may be spellings of one, where no hint knows what one of them says.
_ALIKE: Final = 0.6
#: Letters that stay whole when accents are taken off, as names have them that are written plainly.
_PLAIN: Final = str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ı": "i"})
_TWO_LETTERS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
#: What German puts between the words of a compound ("buchungsnummer").
_LINKS: Final = ("", "s", "n", "es")


@dataclass(frozen=True, slots=True)
class Name:
    """What a path's name says.

    subject:    of what it speaks: ``order`` where nothing says otherwise
    attributes: what it says about it
    unknown:    words of its own that no hint knows
    against:    whether a word makes another thing of it ("net", "average", "cancelled")
    said:       where its subject stands: 2 in its own words, 1 in a container's, 0 nowhere
    """

    subject: str
    attributes: frozenset[str]
    unknown: tuple[str, ...]
    against: bool
    said: int


@cache
def hints() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Word → what it can stand for, each as (kind, concept); see ``name_hints.csv``."""
    found: dict[str, list[tuple[str, str]]] = {}
    with HINTS.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            for word in line["words"].split():
                meaning = line["kind"], line["concept"]
                for spelled in spellings(word):
                    if meaning not in found.setdefault(spelled, []):
                        found[spelled].append(meaning)
    return {word: tuple(meanings) for word, meanings in found.items()}


@lru_cache(maxsize=8_192)
def read_name(path: str) -> Name:
    """What the name of the property at a dotted path says."""
    parts = [part for part in path.split(".") if not (part == "X" or part.isdecimal())]
    own, *containers = reversed(parts) if parts else [""]
    meanings, unknown = _meanings(own)
    subjects = [concept for kind, concept in meanings if kind == "subject"]
    attributes = {concept for kind, concept in meanings if kind == "attribute"}
    against = any(kind == "against" for kind, _ in meanings)
    # "order" is what all speak of: another subject beside it says more ("booking_tax").
    others = [s for s in subjects if s != "order"]
    if set(others) == {"rate", "discount"}:
        others = ["discount"]  # what an offer saves
    if "order" in subjects and others == ["channel"]:
        # The order as another system numbers it ("ota_reservation_code"): still this order.
        others, unknown = [], [*unknown, "channel"]
    subject = others[0] if others else "order" if subjects else ""
    against = against or len(set(others)) > 1
    if attributes <= {"identifier"} and not subjects and not unknown:
        attributes |= _of_code(containers[:1])
    around, said = "", 2 if subjects else 0
    for container in containers:
        found, _ = _meanings(container)
        said = said or int(any(kind == "subject" for kind, _ in found))
        against = against or any(kind == "against" for kind, _ in found)
        around = around or _head(found)
    if around and subject in ("", "order"):
        subject = around
    elif around and subject != around:
        against = against or (around, subject) not in _CONTAINED
    if any(("attribute", "base") in _meanings(part)[0] for part in parts):
        # What a commission is taken of; of anything else it is not all.
        attributes.add("base")
        against = against or subject != "commission"
    return Name(subject or "order", frozenset(attributes), tuple(unknown), against, said)


def _of_code(containers: list[str]) -> set[str]:
    """What a code says by the object that it alone stands for: "country.code" is a country."""
    found, unknown = _meanings(containers[0]) if containers else ([], [])
    said = {concept for kind, concept in found if kind == "attribute"}
    return said & {"country", "currency"} if len(found) == len(said) and not unknown else set()


def mean_the_same(path: str, other: str) -> bool:
    """Whether one property's own name may be another spelling of the other's.

    It may where no hint knows what one of them says, and not where both say something and it
    differs: an arrival is no departure, a tax is no total. A letter too many or too few is a slip,
    even where it makes another word ("to_pays": "pays" is a country in French).
    """
    own, others = (name.rpartition(".")[2] for name in (path, other))
    if {"click", "otherclick"} <= read_name(own).attributes | read_name(others).attributes:
        return False  # the ids that other networks, or TikTok's paid ads, gave a click
    if _one_letter_more(own, others) or _one_letter_more(others, own):
        return True
    one, two = read_name(own), read_name(others)
    if one.against != two.against:
        return False
    if one.subject != two.subject and not one.unknown and not two.unknown:
        return False
    said, heard = _told_apart(one), _told_apart(two)
    if said and heard:
        return said == heard
    alike = SequenceMatcher(None, own.casefold(), others.casefold(), autojunk=False)
    return alike.ratio() >= _ALIKE


def _one_letter_more(longer: str, shorter: str) -> bool:
    if len(longer) != len(shorter) + 1:
        return False
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _told_apart(name: Name) -> frozenset[str]:
    """What a name says that it could not as well leave out: "created_at" is "created"."""
    said = name.attributes - {"time", "moment", "count", "kind"}
    of_money = said & {"total", "sum", "amount"}
    return said - of_money or frozenset({"sum"} if of_money else ())


def names_order(path: str) -> bool:
    """Whether a property's own name speaks of the order, as "order_item_id" does."""
    meanings, _ = _meanings(path.rpartition(".")[2])
    return ("subject", "order") in meanings


def held_apart(path: str) -> str:
    """The object that a name or an id stands in, where that is a thing of its own inside its
    subject's, as "country" is in "hotel.country.name"; "" elsewhere.
    """
    parts = [part for part in path.split(".") if not (part == "X" or part.isdecimal())]
    if len(parts) < 3 or read_name(path).said != 1:
        return ""
    meanings, unknown = _meanings(parts[-2])
    if any(kind == "subject" for kind, _ in meanings):
        return ""
    said = {concept for kind, concept in meanings if kind == "attribute"}
    return parts[-2] if unknown or said - {"identifier", "name"} else ""


def _head(meanings: list[tuple[str, str]]) -> str:
    """Whose a container's properties are, "" for the order's.

    The last word says it: a "hotelBooking" is a booking, and "bookingRooms" are rooms.
    """
    subjects = [concept for kind, concept in meanings if kind == "subject"]
    if not subjects or subjects[-1] == "order":
        return ""
    return next(subject for subject in subjects if subject != "order")


#: Subjects that may stand inside another's container: an order has a hotel, which has rooms.
#: So may a merchant inside the one who sends the message.
_CONTAINED: Final = {
    ("hotel", "room"),
    ("room", "hotel"),
    ("merchant", "hotel"),
    ("room", "rate"),
    ("channel", "merchant"),
    ("channel", "commission"),
    ("rate", "discount"),
}


def words(text: str) -> tuple[str, ...]:
    """The words of a name, in small letters and without accents."""
    plain = _CUSTOM.sub("", unicodedata.normalize("NFC", text))
    return tuple(_folded(word) for word in _WORDS.findall(plain))


def spellings(word: str) -> set[str]:
    """A word as names may have it: "bestatigt", and "bestaetigt" for those who have no ä."""
    return {_folded(word), _folded(word.casefold().translate(_TWO_LETTERS))}


def _folded(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold().translate(_PLAIN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(maxsize=8_192)
def _meanings(name: str) -> tuple[list[tuple[str, str]], list[str]]:
    """What the words of one name stand for, and the words that no hint knows."""
    found: list[tuple[str, str]] = []
    unknown: list[str] = []
    for word in _grouped(words(name)):
        if known := hints().get(word):
            found += known
        elif not word.removesuffix("%").isdecimal():
            unknown.append(word)
    # A word of two languages ("nombre" counts in one and names in another) says neither.
    return found, unknown


def _grouped(given: tuple[str, ...]) -> Iterator[str]:
    """The words, neighbours joined where the hints know them as one, compounds taken apart."""
    at = 0
    while at < len(given):
        for size in range(min(_JOINED, len(given) - at), 0, -1):
            joined = "".join(given[at : at + size])
            if joined in hints() or size == 1:
                yield from (joined,) if joined in hints() else _apart(joined)
                at += size
                break


def _apart(word: str) -> tuple[str, ...]:
    """A compound as the words that it is made of, or the word itself."""
    if len(word) < _COMPOUND:
        return (word,)
    return _segments(word) or (word,)


@lru_cache(maxsize=8_192)
def _segments(word: str) -> tuple[str, ...]:
    """The fewest known words that a text is made of, () where it is not."""
    if word in hints():
        return (word,)
    if word.endswith(_ID) and word.removesuffix(_ID) in hints():
        return (word.removesuffix(_ID), _ID)
    best: tuple[str, ...] = ()
    for end in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        if word[:end] not in hints():
            continue
        for link in _LINKS:
            if word[end:].startswith(link) and (rest := _segments(word[end + len(link) :])):
                whole = (word[:end], *rest)
                best = whole if not best or len(whole) < len(best) else best
    return best
