"""Times of day that stand apart from their days: ``dt_reserva`` beside ``hr_reserva``."""

import re
from typing import Any, Final, TypeAlias

from orderkit.mapping.names import words
from orderkit.mapping.suggest.properties import Property, Seen

_CLOCK: Final = re.compile(r"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?")

#: The object that two properties stand in, and the words that both names end or begin with.
Shared: TypeAlias = tuple[str, str, tuple[str, ...]]


def is_clock(value: Any) -> bool:
    """Whether a value is a time of day alone."""
    return bool(_CLOCK.fullmatch(str(value)))


def has_clock_beside(day: Property, seen: Seen) -> bool:
    """Whether the time of day of a day stands apart, beside it."""
    wanted = set(shared(day))
    clocks = (p for p in seen.properties.values() if all(map(is_clock, p.values.values())))
    return any(wanted & set(shared(clock)) for clock in clocks)


def shared(prop: Property) -> list[Shared]:
    """What a day and its time of day may share: all but the last, or the first, word of a name."""
    own = words(prop.path.rpartition(".")[2])
    found = [(prop.container, "begin", own[:-1])]
    return [*found, (prop.container, "end", own[1:])] if own[1:] else found
