"""Names of events that are in no event mapping entry, and which of them were meant to be.

Most events of a site are not for TikTok, so that one is filtered is no fault; that a name is almost
one of the event mapping may be. Names are alike by `SequenceMatcher`, without case and whatever is
neither letter nor digit: ``bookingCreated `` is ``booking_created``. The bounds are assumptions.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import Final, Self

from orderkit.events.jsontext import show
from orderkit.events.paths import count
from orderkit.language.filters import FilterReason

#: So many names are told apart; a site has far fewer, unless it makes them up.
_MOST_NAMES: Final = 1_000
#: So many names are shown in one sentence.
_SHOWN: Final = 3
#: From here on a name is taken for a slip of the other: above "booking_updated" and
#: "booking_created" (0.79), below "booking_canceled" and "booking_cancelled" (0.97).
_SLIP: Final = 0.9


class UnmappedName(FilterReason):
    """Why an event was filtered whose name is in no event mapping entry; `name` is that name."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, reason: str, name: str) -> Self:
        made = super().__new__(cls, reason, reason)
        made.name = name
        return made


class EventNames:
    """Counts the events of a file, and those that were filtered for their names.

    mapped:   the names in the event mapping
    events:   how many events there were
    unmapped: name → how many events were filtered for it
    """

    def __init__(self, mapped: Collection[str]) -> None:
        self.mapped = tuple(mapped)
        self.events = 0
        self.unmapped: Counter[str] = Counter()

    def add(self, reason: str) -> None:
        """Count an event, with the reason why it was filtered, or ""."""
        self.events += 1
        count_name(self.unmapped, reason)

    def warnings(self) -> list[str]:
        """What may be wrong, a sentence each; see `name_warnings`."""
        return name_warnings(self.unmapped, self.events, self.mapped)


def count_name(unmapped: Counter[str], reason: str) -> None:
    """Count the name for which an event was filtered, as long as not too many differ."""
    if type(reason) is UnmappedName and (reason.name in unmapped or len(unmapped) < _MOST_NAMES):
        unmapped[reason.name] += 1


def name_warnings(unmapped: Counter[str], events: int, mapped: Collection[str]) -> list[str]:
    """Names that were probably meant to be in the event mapping, with how many events have them.

    Where no event at all is named in the event mapping, this is said too, with the names there are.
    """
    slips = [
        f"{called(name, times)} and {'was' if times == 1 else 'were'} filtered; "
        f"did you mean {show(meant)}?"
        for name, times in unmapped.most_common()
        if (meant := meant_name(name, mapped))
    ]
    if not events or unmapped.total() < events:
        return slips
    names = _listed([f"{show(name)} ({times:,})" for name, times in unmapped.most_common()])
    if not mapped:
        return [f"the event mapping is empty; events are called {names}"]
    have = f"the event mapping has {_listed([show(name) for name in mapped])}"
    if slips:
        return [f"no event is named in the event mapping; {slips[0]}", *slips[1:]]
    return [f"no event is named in the event mapping: {names}; {have}"]


def called(name: str, times: int) -> str:
    """How many events are called so; a blank that cannot be seen is named."""
    edges = {"a blank at its beginning": name[:1], "a blank at its end": name[-1:]}
    blanks = [words for words, edge in edges.items() if edge and not edge.strip()]
    with_blanks = f", with {' and '.join(blanks)}," if blanks else ""
    return (
        f"{count(times, 'event')} {'is' if times == 1 else 'are'} called {show(name)}{with_blanks}"
    )


def meant_name(name: str, mapped: Collection[str]) -> str:
    """The name in the event mapping of which `name` is a slip, or ""."""
    found = [(_alike(name, other), other) for other in mapped]
    score, best = max(found, default=(0.0, ""))
    return best if score >= _SLIP else ""


def _alike(one: str, other: str) -> float:
    first, second = _plain(one), _plain(other)
    return SequenceMatcher(None, first, second).ratio() if first and second else 0.0


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
