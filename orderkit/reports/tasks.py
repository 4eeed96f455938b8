"""What keeps bookings back, and who does what about it, in the client's words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from orderkit.destination.settings import Settings
from orderkit.reports.client_words import Kind, count_in_words, shown_day

#: Who can act, where the workspace names nobody.
SITE, PLATFORM, HOTEL, EVERYONE = "Your website", "Commanders Act", "The hotel", "Everyone"

#: Topic → what its being missing, and its being unreadable, is called in a sentence.
_SAID: Final = {
    "Booking number": ("the booking number is missing", "the booking number cannot be used"),
    "Your id at TikTok": ("your id at TikTok is missing", "your id at TikTok cannot be used"),
    "What happened": ("what happened is not said", "what happened is not clear"),
    "The guest's click on TikTok": ("there is no click on TikTok", "the click is not readable"),
    "Who cancelled": ("it is not said who cancelled", "who cancelled is written another way"),
    "Hotel": ("the hotel is missing", "the hotel is written another way"),
    "When it was booked and changed": ("a time is missing", "a time is written another way"),
    "Arrival, departure and nights": ("a date is missing", "a date is written another way"),
    "Price": ("the price is missing", "an amount is written another way"),
    "Rooms: how many, and which": ("a room is missing", "a room is written another way"),
    "What was paid in the end": ("what was paid is missing", "what was paid is not clear"),
    "What the commission is taken of": (
        "what the commission is taken of is missing",
        "what the commission is taken of is not clear",
    ),
}
#: Topic → the same as a thing that somebody does.
_DONE: Final = {
    "Booking number": "the booking number",
    "Your id at TikTok": "your id at TikTok",
    "What happened": "what happened",
    "The guest's click on TikTok": "the click on TikTok",
    "Who cancelled": "who cancelled",
    "Hotel": "the hotel",
    "When it was booked and changed": "the times of the booking",
    "Arrival, departure and nights": "arrival, departure and nights",
    "Price": "the price",
    "Rooms: how many, and which": "the rooms",
    "What was paid in the end": "what was paid in the end",
    "What the commission is taken of": "what the commission is taken of",
}


#: Topics of several things.
_SEVERAL: Final = frozenset(
    {
        "When it was booked and changed",
        "Arrival, departure and nights",
        "Rooms: how many, and which",
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """One thing that keeps bookings back: something of a topic is missing, or unreadable.

    readable: whether the platform can read it from these bookings as they are
    found:    whether it was said where bookings have it, or what it is
    elsewhere: whether other bookings have it
    """

    topic: str
    missing: bool
    readable: bool = False
    found: bool = True
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A line of "who does what"; `gaps` are those that it closes."""

    what: str
    more: str = ""
    who: str = ""
    until: str = ""
    then: str = ""
    gaps: tuple[Gap, ...] = ()


def describe_gap(gap: Gap, number: int, kind: Kind) -> str:
    """ "In two bookings, the hotel is missing"."""
    said = _SAID[gap.topic][0 if gap.missing else 1]
    if not gap.found:
        verb = "are" if gap.topic in _SEVERAL else "is"
        said = f"{_DONE[gap.topic]} {verb} not found yet"
    return f"In {count_in_words(number, kind.one, kind.many)}, {said}"


def who_does_what(
    settings: Settings,
    found: list[tuple[str, frozenset[Gap]]],
    kinds: Mapping[str, Kind],
    open_address: bool,
) -> tuple[Task, ...]:
    """The workspace's own list; without one, a line for each gap, with who can act.

    found: order status and gaps of each booking
    kinds: order status → what a booking of it is called
    """
    if settings.step:
        return tuple(
            Task(step.what, who=step.who or "", until=shown_day(step.until) if step.until else "")
            for step in settings.step
        )
    every = Counter(gap for _, gaps in found for gap in gaps)
    tasks = [_task(gap) for gap, _ in most_frequent(every)]
    closed: set[Gap] = set()
    lines = []
    for task in tasks:
        closed |= {*task.gaps}
        affected = {status for status, gaps in found if gaps & {*task.gaps}}
        lines.append(replace(task, then=_then(found, affected, closed, kinds)))
    if open_address:
        lines.append(
            Task(
                "Find TikTok's address for your orders",
                "it stands in your TikTok partner pages; send it to us",
                HOTEL,
                then="first real bookings",
            )
        )
    lines.append(Task("Watch the first real bookings together", "", EVERYONE, then="switched on"))
    return tuple(lines)


def most_frequent(gaps: Counter[Gap]) -> list[tuple[Gap, int]]:
    """Gaps with how often they are there, the most frequent first; the same at every time."""
    return sorted(gaps.items(), key=lambda each: (-each[1], [*_DONE].index(each[0].topic), each[0]))


def _task(gap: Gap) -> Task:
    thing = _DONE[gap.topic]
    if not gap.found and gap.topic == "Your id at TikTok":
        what = "Say under which id TikTok knows you"
        return Task(what, "the one that your account there was made with", HOTEL, gaps=(gap,))
    if not gap.found:
        what = f"Find {thing} in these bookings"
        return Task(what, "your site stays as it is", PLATFORM, gaps=(gap,))
    if gap.readable and gap.missing:
        what = f"Take {thing} from where these bookings have it"
        return Task(what, "your site stays as it is", PLATFORM, gaps=(gap,))
    if gap.readable:
        what = f"Read both ways of writing {thing}"
        return Task(what, "your site stays as it is", PLATFORM, gaps=(gap,))
    if gap.topic == "The guest's click on TikTok":
        if gap.elsewhere:
            what = "Say whether these bookings began on TikTok"
            more = "those that did not are left out; of the others, keep the click"
            return Task(what, more, SITE, gaps=(gap,))
        what = "Keep the click on TikTok until the booking is made"
        return Task(what, "it stands in the address of the first page", SITE, gaps=(gap,))
    what = f"Send {thing}" if gap.missing else f"Write {thing} in one way"
    return Task(what, "with each of these bookings", SITE, gaps=(gap,))


def _then(
    found: list[tuple[str, frozenset[Gap]]],
    affected: set[str],
    closed: set[Gap],
    kinds: Mapping[str, Kind],
) -> str:
    """What is reached once all up to here is done: "5 of 6 bookings ready"."""
    some = [gaps for status, gaps in found if status in affected]
    ready = sum(gaps <= closed for gaps in some)
    one, many = "message", "messages"
    if len(affected) == 1:
        kind = kinds[next(iter(affected))]
        one, many = kind.one, kind.many
    noun = one if len(some) == 1 else many
    return f"{ready} of {len(some)} {noun} ready"
