"""Which events stand for which order status: proposals for the event mapping.

TikTok's list of order statuses is not public; ``CREATE_ORDER`` is a placeholder for what the
vendor does not name.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.mapping.fixes import property_in_formula
from orderkit.mapping.names import words
from orderkit.mapping.suggest.properties import Seen, look_at
from orderkit.mapping.suggest.status_codes import meanings
from orderkit.mapping.suggest.status_words import (
    NO_SHOW_STATUS,
    ORDERS,
    STATES,
    is_made,
    likely_status,
    possible_status,
    status_words,
)
from orderkit.mapping.suggest.topics import words_of

EVENT_NAME: Final = "event_name"
#: A property with more different words than this is no status.
_MOST_WORDS: Final = 12
#: The row that says that a guest never came.
NO_SHOW: Final = "order_info.extra.no_show"
_LONGEST_NAME: Final = 10_000
_STATUS_NAMES: Final = frozenset({"status", "kind", "identifier", "name"})
#: What else the name of such a property may say.
_CODES: Final = STATES | frozenset(
    words("code codes cd id booking order reservation res rsv resv bk bkg current")
)
#: What a booking is called that the hotel counts on.
_FIRM: Final = words_of("firm")
#: Subjects whose status is that of the order: its own, and the message's that tells of it.
_SPEAK: Final = frozenset({"order", "channel"})


@dataclass(frozen=True, slots=True)
class ProposedEvent:
    """One event name, and what it stands for.

    times:        how often it came
    order_status: what it likely stands for, or ""
    perhaps:      without that, what it may stand for where a person says so, or ""
    reason:       why, where the name alone does not say it
    no_show:      whether it tells of a guest who never came
    """

    event_name: str
    times: int
    order_status: str
    perhaps: str = ""
    reason: str = ""
    no_show: bool = False


@dataclass(frozen=True)
class ProposedEvents:
    """The property that says what happened, and its values, the most frequent first.

    event_property: ``event_name``, or another property where that one says nothing of statuses
    """

    event_property: str
    events: tuple[ProposedEvent, ...]

    def named(self, name: str) -> ProposedEvent:
        """What is proposed for a name, also for one that was in none of the events."""
        return self._by_name.get(name) or _by_words(name, 0, likely_status(name))

    @cached_property
    def _by_name(self) -> dict[str, ProposedEvent]:
        return {event.event_name: event for event in self.events}

    def statuses(self, events: Iterable[Any]) -> list[str]:
        """The order status of each event, also what it may be; "" where none is proposed, and for
        guests who never came: a stay that is over says more.
        """
        path = paths.parse_path(self.event_property)
        known = {e.event_name: e.order_status or e.perhaps for e in self.events if not e.no_show}
        found = (paths.get(event, path) for event in events)
        return [known.get(each, "") if isinstance(each, str) else "" for each in found]


def no_show_formula(event_property: str, names: Iterable[str]) -> str:
    """The formula that is true for guests who never came, by what happened; "" for no names."""
    event = property_in_formula(event_property)
    either = " || ".join(f"{event} == {show(name, _LONGEST_NAME)}" for name in names)
    return either and f"IF({either}, true)"


def suggest_events(events: Iterable[Any]) -> ProposedEvents:
    """The property that says what happened, and the order status for each of its values."""
    return propose_events(look_at(events))


def propose_events(seen: Seen) -> ProposedEvents:
    """As `suggest_events`, of events that were looked at."""
    return _with_meanings(seen, _that_says_most(seen))


def read_statuses(seen: Seen, event_property: str) -> ProposedEvents:
    """What the values of a property stand for, of events that were looked at."""
    counted = _counted(seen.events, event_property)
    return _with_meanings(seen, _proposed(event_property, counted))


def _that_says_most(seen: Seen) -> ProposedEvents:
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
            known = known or any(map(_says_status, counted))
            if _telling(found, len(seen.events)) > _telling(best, len(seen.events)):
                best = found
    # A mere "booking" is one as long as nothing else says what became of it.
    told, mapped = _said(best)
    best = proposed if known and not told else best
    return best if known or mapped else _by_values(seen) or _by_name(seen) or best


def _says_status(value: str) -> bool:
    """Whether a word of a value says what an order's state is, or that it is something else."""
    said = (status_words()[word] for word in words(value) if word in status_words())
    return any(not word.perhaps for word in said)


def _with_meanings(seen: Seen, proposed: ProposedEvents) -> ProposedEvents:
    """With what the names that say no status may stand for, and why."""
    path = proposed.event_property
    known = {event.event_name: event.order_status for event in proposed.events}
    # Names of events are words; the values of another property may be codes.
    codes = meanings(seen, path, known) if path != EVENT_NAME else {}
    found = []
    for event in proposed.events:
        if meant := codes.get(event.event_name):
            status = meant.order_status
            sure, perhaps = (status, "") if meant.sure else ("", status)
            event = replace(event, order_status=sure, perhaps=perhaps, reason=meant.reason)
            event = replace(event, no_show=meant.no_show)
        found.append(event)
    return ProposedEvents(path, tuple(found))


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


def _telling(proposed: ProposedEvents, events: int) -> tuple[int, int, int]:
    """How much a property tells: how many different statuses where no event lacks it, then as
    `_said`, less the events that do not have it at all, as each of them would be faulty.
    """
    told, mapped = _said(proposed)
    without = events - sum(event.times for event in proposed.events)
    different = {event.order_status or event.perhaps for event in proposed.events} - {""}
    # What became of an order has more values than what a message tells of it.
    breadth = len(different) if told and not without else 0
    return breadth, max(told - without, 0), max(mapped - without, 0)


def _said(proposed: ProposedEvents) -> tuple[int, int]:
    """How many events it tells of what became of an order, and how many that they hold one.

    "Booking" says that it is one, and stays so when it is declined.
    """
    mapped = [event for event in proposed.events if event.order_status]
    said = [event for event in mapped if not set(words(event.event_name)) <= ORDERS]
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
        made = (name for name, status in found.items() if not status and is_made(name))
        found |= dict.fromkeys(made, "CREATE_ORDER")
    firm = [name for name, status in found.items() if not status and _is_firm(name)]
    if told - {""} and "CREATE_ORDER" not in found.values() and len(firm) == 1:
        # Where no other name stands for a booking, one that is guaranteed is what bookings are.
        found[firm[0]] = "CREATE_ORDER"
    return ProposedEvents(
        path, tuple(_by_words(name, n, found[name]) for name, n in counted.most_common())
    )


def _is_firm(name: str) -> bool:
    return not _FIRM.isdisjoint(words(name)) and possible_status(name) == "CREATE_ORDER"


def _by_words(name: str, times: int, status: str) -> ProposedEvent:
    """What the words of a name say, `status` being what they likely stand for."""
    perhaps = "" if status else possible_status(name)
    return ProposedEvent(name, times, status, perhaps, no_show=perhaps == NO_SHOW_STATUS)
