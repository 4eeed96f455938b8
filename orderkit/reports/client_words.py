"""The client's words: what each field is called on a client's screen, and each kind of booking.

The table lies in ``client_words.csv``. No word of ours is on those screens: never event, field,
mapping, payload, property or status.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from orderkit.events.jsontext import show
from orderkit.mapping.results import TraceEntry


class ClientWord(NamedTuple):
    """What a field is called.

    target: the field
    group:  the head that it stands under
    word:   its name
    topic:  the line of "What TikTok asks for" that it belongs to; "" for what is never asked for
    """

    target: str
    group: str
    word: str
    topic: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of booking, by the order status that it has at TikTok.

    title:  what happens: "A guest books"
    one, many: what such a thing is called
    ready:  how a sentence about all of them begins
    """

    status: str
    title: str
    one: str
    many: str
    ready: str


_KINDS: Final = {
    "CREATE_ORDER": ("A guest books", "booking", "bookings", "New bookings"),
    "CANCEL_ORDER": ("A guest cancels", "cancellation", "cancellations", "Cancellations"),
    "COMPLETE_ORDER": ("A stay is over", "stay", "stays", "Finished stays"),
}
_NUMBERS: Final = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


@cache
def client_words() -> dict[str, ClientWord]:
    """Target → its words, in the order in which they are shown."""
    file = Path(__file__).with_name("client_words.csv")
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["target"]: ClientWord(**row) for row in csv.DictReader(lines)}


@cache
def topics() -> tuple[str, ...]:
    """What TikTok asks for, in lines."""
    return tuple(dict.fromkeys(word.topic for word in client_words().values() if word.topic))


def kind_of(status: str) -> Kind:
    """What an order status is called; one that the vendor does not name, by itself."""
    if status in _KINDS:
        return Kind(status, *_KINDS[status])
    name = status.removesuffix("_ORDER").replace("_", " ").lower()
    return Kind(status, name.capitalize(), "message", "messages", f"“{name.capitalize()}”")


def in_order_of_life(statuses: Iterable[str]) -> list[str]:
    """Order statuses as a booking goes through them; those that the vendor does not name last."""
    life = list(_KINDS)
    return sorted(statuses, key=lambda s: life.index(s) if s in _KINDS else len(life))


def aside_word(agreed: bool) -> str:
    """What messages are called that are not sent; `agreed` as settings have it."""
    return "not for TikTok" if agreed else "still open"


def in_words(number: int) -> str:
    """Small numbers as words, "three", others as digits."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"


def count_in_words(number: int, one: str, many: str) -> str:
    """ "two bookings", "one booking"."""
    return f"{in_words(number)} {one if number == 1 else many}"


def listed(words: Iterable[str]) -> str:
    """ "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def capital(text: str) -> str:
    """A text with a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def shown_value(entry: TraceEntry, zone: ZoneInfo) -> str:
    """A value as people read it: a moment is a day and a time, a text has no quotes."""
    value = entry.value
    if entry.type == "timestamp" and isinstance(value, int):
        moment = datetime.fromtimestamp(value, zone)
        return f"{moment.day} {moment:%b %Y, %H:%M}"
    return value if isinstance(value, str) else show(value)


def shown_day(iso: str) -> str:
    """A day as people write it: "Mon 30 Nov"."""
    day = date.fromisoformat(iso)
    return f"{day:%a} {day.day} {day:%b}"
