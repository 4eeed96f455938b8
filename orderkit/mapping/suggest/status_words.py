"""What names say of order statuses. The words are data, in the languages of hotels:
``status_hints.csv``.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from orderkit.mapping.names import hints, spellings, words
from orderkit.mapping.suggest.topics import words_of

HINTS: Final = Path(__file__).with_name("status_hints.csv")
#: What an event is called that is an order and says no more.
ORDERS: Final = frozenset({"booking", "order", "reservation", "transaction"})
#: What the property is called that says in what state an order is.
STATES: Final = words_of("state")
#: What an event may stand for that tells of a guest who never came.
NO_SHOW_STATUS: Final = "COMPLETE_ORDER"
#: "Not arrived" is no word for "arrived".
_NEGATIONS: Final = words_of("negation")


class StatusWord(NamedTuple):
    """What a word of an event's name stands for.

    text:    as people write it
    status:  the order status; "" for a word that makes another thing of the event
    beside:  the order status that another name must have, for the word to say anything: where it
             stands alone, "completed" may be the booking itself; beside "confirmed" it is the stay
    perhaps: what it may be all the same, where a person says so
    """

    text: str
    status: str
    beside: str
    perhaps: str

    @property
    def no_show(self) -> bool:
        """Whether it tells of a guest who never came: only then is a stay over by "perhaps"."""
        return self.perhaps == NO_SHOW_STATUS


@cache
def status_words() -> Mapping[str, StatusWord]:
    """Word, as `words` has it → what it stands for."""
    with HINTS.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return {
        spelled: StatusWord(text, line["status"], line["beside"], line["perhaps"])
        for line in lines
        for text in line["words"].split()
        for spelled in spellings("".join(re.findall(r"\w+", text)))
    }


def likely_status(event_name: str, others: Iterable[str] = ()) -> str:
    """The order status that the words of an event's name stand for, or "".

    others: the order statuses of the names beside it
    """
    # A term of a vocabulary is named by the end of its address.
    name = event_name.rstrip("/").rpartition("/")[2] if "://" in event_name else event_name
    parts = list(words(name))
    if "by" in parts[1:]:
        # "Cancelled by guest": who did it says nothing of what was done.
        del parts[parts.index("by", 1) :]
    for at, pair in enumerate(pairwise(parts)):
        if "".join(pair) in status_words():
            parts[at : at + 2] = ["".join(pair)]
    if any(word not in status_words() and word not in hints() for word in parts):
        return ""
    found = [status_words()[word] for word in parts if word in status_words()]
    if any(word.beside for word in found) and any(
        word not in status_words() and not _speaks_of_orders(word) for word in parts
    ):
        return ""
    said = {word.status if word.beside in ("", *others) else "" for word in found}
    if not said and len(parts) == 1 and parts[0] in ORDERS:
        return "CREATE_ORDER"
    # "cancellation_requested" and "not confirmed" are something else.
    return next(iter(said)) if len(said) == 1 else _stronger(said)


def possible_status(event_name: str) -> str:
    """The order status that an event may stand for where it is an order's, though its name does not
    say so; "" for others. A changed booking is a live one, a stay that nobody came to is over.
    """
    parts = words(event_name)
    said = [*pairwise(parts), *((word,) for word in parts)]
    known = [each for each in said if "".join(each) in status_words()]
    meant = [(each, status_words()["".join(each)].perhaps) for each in known]
    telling, found = next((each for each in meant if each[1]), ((), ""))
    if not _NEGATIONS.isdisjoint(parts) and _NEGATIONS.isdisjoint(telling):
        return ""
    of_others = any(
        kind == "subject" and concept not in ("order", "room")
        for word in parts
        if word not in telling
        for kind, concept in hints().get(word, ())
    )
    return "" if of_others and found == "CREATE_ORDER" else found


def _speaks_of_orders(word: str) -> bool:
    return ("subject", "order") in hints().get(word, ())


def _stronger(said: set[str]) -> str:
    # "booking_confirmation_cancelled": what ends an order says more than what began it.
    ending = said - {"CREATE_ORDER"}
    return next(iter(ending)) if "" not in said and len(ending) == 1 else ""


def is_made(event_name: str) -> bool:
    """Whether it is an order, by its name, that is completed."""
    parts = words(event_name)
    ends = any(status_words()[word].beside for word in parts if word in status_words())
    return ends and any(word in ORDERS or word == "purchase" for word in parts)
