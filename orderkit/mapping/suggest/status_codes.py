"""What short codes of a state may stand for (``STO``, ``CXL``, ``NOS``), each with the reason.

Two things speak: the words of ``status_hints.csv`` that a code is short for, and what only the
orders with that code have, as a property that by its name tells of a cancellation. Both together
are likely; one alone is "perhaps", and a person says so.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

from orderkit.events import paths
from orderkit.mapping.names import words
from orderkit.mapping.suggest.properties import Seen
from orderkit.mapping.suggest.status_words import (
    NO_SHOW_STATUS,
    STATES,
    StatusWord,
    possible_status,
    status_words,
)
from orderkit.mapping.suggest.topics import words_of

#: A code has so many letters at most; a longer word is one, which is known or not.
_LONGEST: Final = 5
#: So many codes may be of one status: a stay that is over, and one that nobody came to.
_ALIKE: Final = 2
#: Two letters that stand for a word in many hotel systems, where several of them are beside each
#: other.
_USUAL: Final = {
    "cf": "confirmed",
    "rs": "reserved",
    "ci": "checked-in",
    "ih": "in-house",
    "co": "checked-out",
    "dp": "departed",
    "cn": "cancelled",
    "cx": "cancelled",
    "xl": "cancelled",
    "xx": "cancelled",
    "ns": "no-show",
}
#: Letters left out in the midst ("CNL") say something from so many on.
SKIPPING: Final = 3
#: What is written once a stay is over, in the languages of hotels.
_BILLS: Final = words_of("invoice")
#: What is asked for, whatever became of an order.
_CHARGES: Final = words_of("penalty")
#: What a property has that says nothing: no cancellation fee is none.
_NOTHING: Final = words_of("nothing")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code may stand for.

    order_status: the order status, and `reason` why
    sure:         whether two things speak for it
    no_show:      whether it tells of a guest who never came
    """

    order_status: str
    reason: str
    sure: bool = False
    no_show: bool = False


def meanings(seen: Seen, path: str, statuses: Mapping[str, str]) -> dict[str, Meaning]:
    """Code → what it may stand for, of those values of a property whose words say nothing.

    statuses: every value of the property → the order status that its words say, or ""
    """
    # What a message of a stream is called has properties of its own, whatever it tells.
    told = _told_by_orders(seen, path, statuses) if STATES & set(words(path)) else {}
    unsaid = [code for code, status in statuses.items() if not (status or _is_known(code))]
    usual = _USUAL if sum(code.casefold() in _USUAL for code in statuses) > 1 else {}
    short = {
        code: _of_word(usual[code.casefold()]) if code.casefold() in usual else _short_for(code)
        for code in unsaid
    }
    found = {code: _both(may_be, told.get(code)) for code, may_be in short.items()}
    # What another code says for sure, or has orders to show for, this one hardly says again.
    taken = {status for status in statuses.values() if status}
    taken |= {told[code][0] for code, meaning in found.items() if meaning and code in told}
    for code, may_be in short.items():
        if found[code] is None:
            left = {status: word for status, word in may_be.items() if status not in taken}
            found[code] = _both(left, None)
    return {code: meaning for code, meaning in found.items() if meaning}


def _both(short: Mapping[str, StatusWord], told: tuple[str, str] | None) -> Meaning | None:
    """What the words and the orders together say.

    short: order status → the word that the code is short for; told: a status, and a property
    """
    status, prop = told or ("", "")
    word = short.get(status) if told else None
    if word and len(short) == 1:
        reason = f"short for `{word.text}`, and only its orders have `{prop}`"
        return Meaning(status, reason, sure=not word.no_show, no_show=word.no_show)
    if told and (word or not short):
        no_show = bool(word and word.no_show)
        return Meaning(status, f"only its orders have `{prop}`", no_show=no_show)
    if len(short) == 1 and (said := next(iter(short))):
        return Meaning(said, f"short for `{short[said].text}`", no_show=short[said].no_show)
    return None


def _is_known(code: str) -> bool:
    """Whether the words of a code say by themselves what it is, or that it is something else."""
    own = words(code)
    return any(word in status_words() for word in (*own, "".join(own)))


def _of_word(text: str) -> dict[str, StatusWord]:
    word = status_words()["".join(words(text))]
    return {word.status or word.perhaps: word}


def _short_for(code: str) -> dict[str, StatusWord]:
    """Order status → a word that the code may be short for; "" for what is no order's state."""
    letters = "".join(words(code))
    if len(letters) > _LONGEST or not letters.isalpha():
        return {}
    every = status_words().items()
    begins = [word for text, word in every if text.startswith(letters)]
    skips = [word for text, word in every if len(letters) >= SKIPPING and skips_to(text, letters)]
    found: dict[str, StatusWord] = {}
    for word in begins or skips:
        found.setdefault(word.status or word.perhaps, word)
    return found


def skips_to(text: str, letters: str) -> bool:
    """Whether a word begins with the first letter, and has the others in their order."""
    rest = iter(text)
    return text[0] == letters[0] and all(letter in rest for letter in letters)


def _told_by_orders(
    seen: Seen, path: str, statuses: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Code → the status that a property tells of which only its orders have, and that property.

    What orders have as well whose words say another status tells none: every booking has a folio.
    """
    by_code = {code: _with(seen, path, code) for code in statuses}
    fewest: dict[str, int] = {}
    # A guest who never came may have a bill, and a cancellation that the night's audit wrote.
    may_be = {code: status or possible_status(code) for code, status in statuses.items()}
    said = {
        code: "" if status == NO_SHOW_STATUS and not statuses[code] else status
        for code, status in may_be.items()
    }
    found: dict[str, tuple[str, str]] = {}
    for other, prop in seen.properties.items():
        status = _tells_of(other) if other != path else ""
        if not status:
            continue
        have = {number for number, value in prop.values.items() if _says_something(value)}
        within = [code for code, numbers in by_code.items() if numbers & have]
        if any(said[code] not in ("", status) for code in within):
            continue
        if len(within) >= len(by_code) or not all(by_code[code] <= have for code in within):
            continue
        for code in within if len(within) <= _ALIKE else ():
            # What fewer codes have says more of each.
            if len(within) < fewest.get(code, _ALIKE + 1):
                found[code], fewest[code] = (status, other), len(within)
    return found


def _with(seen: Seen, path: str, code: str) -> Set[int]:
    """The numbers of the events that have that code."""
    prop = seen.properties.get(path)
    return {n for n, value in prop.values.items() if value == code} if prop else set()


def _tells_of(path: str) -> str:
    """The one order status that the words of a property, or of the object that it is of, speak of,
    or "". A charge speaks of none: whoever never came may pay for a cancellation.
    """
    *around, own = (words(part) for part in path.split("."))
    if not _CHARGES.isdisjoint(own):
        return ""
    said = Counter(filter(None, _spoken((*(around[-1] if around else ()), *own))))
    return next(iter(said)) if len(said) == 1 else ""


def _spoken(own: Iterable[str]) -> Iterator[str]:
    for word in own:
        said = status_words().get(word)
        if word in _BILLS:
            yield "COMPLETE_ORDER"
        elif said and not said.beside and said.status != "CREATE_ORDER":
            yield said.status


def _says_something(value: Any) -> bool:
    if paths.is_blank(value) or value is False or value == 0:
        return False
    return str(value).strip().casefold().strip("0.,") not in {"", *_NOTHING}
