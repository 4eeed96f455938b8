"""Which events stand for which order status: proposals for the event mapping.

The words are data, in the languages of hotels: ``status_hints.csv``. TikTok's list of order
statuses is not public; ``CREATE_ORDER`` is a placeholder for what the vendor does not name.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from orderkit.events import paths
from orderkit.mapping.names import hints, words
from orderkit.mapping.suggest.properties import Seen, look_at

HINTS: Final = Path(__file__).with_name("status_hints.csv")
EVENT_NAME: Final = "event_name"
#: A property with more different words than this is no status.
_MOST_WORDS: Final = 12
_STATUS_NAMES: Final = frozenset({"status", "kind", "identifier", "name"})
#: What the property is called that says in what state an order is, and what else its name says.
STATES: Final = frozenset(
    words("status stat sts st stt state statut état stato estado situação situación sit zustand")
)
_CODES: Final = STATES | frozenset(
    words("code codes cd id booking order reservation res rsv resv bk bkg current")
)
#: What an event is called that is an order and says no more.
_ORDERS: Final = frozenset({"booking", "order", "reservation", "transaction"})
#: Subjects whose status is that of the order: its own, and the message's that tells of it.
_SPEAK: Final = frozenset({"order", "channel"})


@dataclass(frozen=True, slots=True)
class ProposedEvent:
    """One event name, how often it came, and the order status that it likely stands for, or ""."""

    event_name: str
    times: int
    order_status: str


@dataclass(frozen=True, slots=True)
class ProposedEvents:
    """The property that says what happened, and its values, the most frequent first.

    event_property: ``event_name``, or another property where that one says nothing of statuses
    """

    event_property: str
    events: tuple[ProposedEvent, ...]

    def statuses(self, events: Iterable[Any]) -> list[str]:
        """The order status of each event, "" where none is proposed."""
        path = paths.parse_path(self.event_property)
        known = {event.event_name: event.order_status for event in self.events}
        found = (paths.get(event, path) for event in events)
        return [known.get(each, "") if isinstance(each, str) else "" for each in found]


class _Word(NamedTuple):
    """What a word of an event's name stands for.

    status: the order status; "" for a word that makes another thing of the event
    beside: the order status that another name must have, for the word to say anything: "completed"
            is the end of a stay beside "confirmed", and of the booking itself where it stands alone
    perhaps: what it may be all the same, where a person says so
    """

    status: str
    beside: str
    perhaps: str


@cache
def _hints() -> Mapping[str, _Word]:
    with HINTS.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return {
        "".join(words(text)): _Word(line["status"], line["beside"], line["perhaps"])
        for line in lines
        for text in line["words"].split()
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
        if "".join(pair) in _hints():
            parts[at : at + 2] = ["".join(pair)]
    if any(word not in _hints() and word not in hints() for word in parts):
        return ""
    found = [_hints()[word] for word in parts if word in _hints()]
    if any(word.beside for word in found) and any(
        word not in _hints() and not _speaks_of_orders(word) for word in parts
    ):
        return ""
    said = {word.status if word.beside in ("", *others) else "" for word in found}
    if not said and len(parts) == 1 and parts[0] in _ORDERS:
        return "CREATE_ORDER"
    # "cancellation_requested" and "not confirmed" are something else.
    return next(iter(said)) if len(said) == 1 else _stronger(said)


#: What an event may stand for that tells of a guest who never came.
NO_SHOW_STATUS: Final = "COMPLETE_ORDER"


def possible_status(event_name: str) -> str:
    """The order status that an event may stand for where it is an order's, though its name does not
    say so; "" for others. A changed booking is a live one, a stay that nobody came to is over.
    """
    parts = words(event_name)
    pairs = ("".join(pair) for pair in pairwise(parts))
    said = (_hints()[word].perhaps for word in (*pairs, *parts) if word in _hints())
    found = next(filter(None, said), "")
    of_others = any(
        kind == "subject" and concept not in ("order", "room")
        for word in parts
        for kind, concept in hints().get(word, ())
    )
    return "" if of_others and found == "CREATE_ORDER" else found


def _speaks_of_orders(word: str) -> bool:
    return ("subject", "order") in hints().get(word, ())


def _stronger(said: set[str]) -> str:
    # "booking_confirmation_cancelled": what ends an order says more than what began it.
    ending = said - {"CREATE_ORDER"}
    return next(iter(ending)) if "" not in said and len(ending) == 1 else ""


def suggest_events(events: Iterable[Any]) -> ProposedEvents:
    """The property that says what happened, and the order status for each of its values."""
    return propose_events(look_at(events))


def propose_events(seen: Seen) -> ProposedEvents:
    """As `suggest_events`, of events that were looked at."""
    by_name = _counted(seen.events, EVENT_NAME)
    proposed = _proposed(EVENT_NAME, by_name)
    if any(event.order_status for event in proposed.events):
        return proposed
    best, known = proposed, False
    for path, prop in seen.properties.items():
        name = prop.name
        fits = "status" in name.attributes <= _STATUS_NAMES and name.subject in _SPEAK
        if not fits or prop.in_array or name.against:
            continue
        counted = _counted(seen.events, path)
        if 0 < len(counted) <= _MOST_WORDS:
            found = _proposed(path, counted)
            known = known or any(word in _hints() for value in counted for word in words(value))
            if _telling(found, len(seen.events)) > _telling(best, len(seen.events)):
                best = found
    # A mere "booking" is one as long as nothing else says what became of it.
    told, mapped = _said(best)
    best = proposed if known and not told else best
    return best if known or mapped else _by_values(seen) or _by_name(seen) or best


def _by_values(seen: Seen) -> ProposedEvents | None:
    """A property that every event has and whose values say, of two orders, different things."""
    for path, prop in seen.properties.items():
        counted = _counted(seen.events, path)
        if (
            not prop.in_array
            and len(counted) <= _MOST_WORDS
            and len(prop.values) == len(seen.events)
        ):
            found = _proposed(path, counted)
            if len({event.order_status for event in found.events} - {""}) > 1:
                return found
    return None


def _by_name(seen: Seen) -> ProposedEvents | None:
    """A property called a state that every event has, though its codes say nothing ("R1", "X3")."""
    for path, prop in seen.properties.items():
        own = words(path.rpartition(".")[2])
        counted = _counted(seen.events, path)
        if (
            _CODES.issuperset(own)
            and not STATES.isdisjoint(own)
            and not prop.in_array
            and not prop.name.against
            and prop.name.subject in _SPEAK
            and 1 < len(counted) <= _MOST_WORDS
            and counted.total() == len(seen.events)
        ):
            return _proposed(path, counted)
    return None


def _telling(proposed: ProposedEvents, events: int) -> tuple[int, int]:
    """How much a property tells: as `_said`, less the events that do not have it at all, as each of
    them would be faulty.
    """
    told, mapped = _said(proposed)
    without = events - sum(event.times for event in proposed.events)
    return max(told - without, 0), max(mapped - without, 0)


def _said(proposed: ProposedEvents) -> tuple[int, int]:
    """How many events it tells of what became of an order, and how many that they hold one.

    "Booking" says that it is one, and stays so when it is declined.
    """
    mapped = [event for event in proposed.events if event.order_status]
    said = [event for event in mapped if not set(words(event.event_name)) <= _ORDERS]
    return sum(event.times for event in said), sum(event.times for event in mapped)


def _counted(events: list[Mapping[str, Any]], path: str) -> Counter[str]:
    values = (paths.get(event, paths.parse_path(path)) for event in events)
    return Counter(value for value in values if isinstance(value, str) and value.strip())


def _proposed(path: str, counted: Counter[str]) -> ProposedEvents:
    alone = {likely_status(name) for name in counted}
    found = {name: likely_status(name, alone) for name in counted}
    told = set(found.values())
    if "COMPLETE_ORDER" in told and "CREATE_ORDER" not in told:
        # Beside the end of a stay, what is completed is the order itself ("Order Completed").
        made = (name for name, status in found.items() if not status and _is_made(name))
        found |= dict.fromkeys(made, "CREATE_ORDER")
    return ProposedEvents(
        path, tuple(ProposedEvent(name, n, found[name]) for name, n in counted.most_common())
    )


def _is_made(event_name: str) -> bool:
    """Whether it is an order, by its name, that is completed."""
    parts = words(event_name)
    ends = any(_hints()[word].beside for word in parts if word in _hints())
    return ends and any(word in _ORDERS or word == "purchase" for word in parts)
