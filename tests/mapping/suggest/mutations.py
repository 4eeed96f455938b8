"""Mutated exports: ``python -m tests.mapping.suggest.mutations [NUMBER [SEED]]`` tries so many.

Each is a few events of a public shape, with values of other kinds or of other properties in places,
and other names. Whatever they hold, proposals are made of them, and the file of those reads.
"""

import random
import sys
from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from typing import Any, Final

from orderkit.destination.loading import parse_settings
from orderkit.mapping.suggest.settings_file import as_settings_file
from orderkit.mapping.suggest.statuses import suggest_events
from orderkit.mapping.suggest.with_guesses import with_guesses
from tests import mutating
from tests.mapping.suggest.support import UTC, load_shape, truths

_NAMES: Final = (
    *("id", "total", "currency", "discount", "amount_payable", "ttoclid", "status", "tax", "rate"),
    *("X", "0", "a.b", "{{id}}", "", "check-in", "cancelled_by"),
)
_AMOUNTS: Final = ("-3,00 €", "€", "1.250,00 $", "kr 5", "12 %", "½", "a; ttoclid=b", "Storno Gast")


def mutated(number: int, seed: int) -> Iterator[list[dict[str, Any]]]:
    """So many lists of events."""
    chance = random.Random(seed)  # noqa: S311 - no secret is made
    shapes = sorted(truths())
    for _ in range(number):
        events = deepcopy(load_shape(chance.choice(shapes)))
        chance.shuffle(events)
        del events[chance.choice((1, 2, 3, 6)) :]
        others = [value for event in events for value in _values(event)]
        values = (*mutating.VALUES, *_AMOUNTS, *others)
        odd = partial(chance.choice, values)
        for at, event in enumerate(events):
            for _change in range(chance.randrange(4)):
                changed = mutating.replaced(event, chance, odd)
                events[at] = event = changed if isinstance(changed, dict) else event
            if event and chance.random() < 0.3:
                event[chance.choice(_NAMES)] = event.pop(chance.choice(sorted(event)))
        yield events


def _values(value: Any) -> Iterator[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in inner:
        yield child
        yield from _values(child)


def outcome(events: list[dict[str, Any]]) -> str:
    """How many rows are proposed, as "nothing", "some" or "most"."""
    found = with_guesses(events, UTC, suggest_events(events).statuses(events))
    parse_settings(as_settings_file(found, events), "proposed", draft=True)
    sure = sum(bool(ranked and ranked[0].sure) for ranked in found.values())
    return "nothing" if not sure else "some" if sure < 10 else "most"


if __name__ == "__main__":
    sys.exit(mutating.main(mutated, outcome))
