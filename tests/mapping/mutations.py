"""Mutated events: ``python -m tests.mapping.mutations [NUMBER [SEED]]`` tries that many.

Each is a sample with a few values or characters of it changed. It must be read or refused, and what
is read must be mapped, filtered or rejected alike by the generated function and by the trace.
"""

import json
import random
import sys
from collections.abc import Iterator
from functools import cache
from typing import Final

import orjson

from orderkit import Mapper, Settings, load_settings
from orderkit.events import samples
from orderkit.events.entries import Reading
from orderkit.events.jsontext import dumps_plain
from orderkit.events.reader import line_entries
from orderkit.mapping.results import EventResult
from orderkit.reports.compare import approved
from orderkit.sending.results import plan_sending
from tests import mutating
from tests.mapping.golden import CASES, read

_PIECES: Final = (*'{}[],:"\\', "null", "NaN", "1e400", "\\ud800", "-", "0", "\n", "\x00", "é")


#: Each so many-th event is explained as well, and its results are written.
_EXPLAINED: Final = 4


@cache
def _known() -> tuple[tuple[Mapper, tuple[bytes, ...]], ...]:
    """Mappers, each with the events that its settings are for."""
    found: dict[bytes, list[bytes]] = {}
    for case in CASES:
        settings = orjson.dumps(read(case, "settings") | {"checks": {"platform": True}})
        found.setdefault(settings, []).append(dumps_plain(read(case, "event")))
    made = [
        (Mapper(Settings.model_validate(orjson.loads(settings))), tuple(events))
        for settings, events in found.items()
    ]
    events = [*samples.sample_events().values(), *samples.damaged_events().values()]
    return (*made, (Mapper(load_settings(samples.SETTINGS)), tuple(map(dumps_plain, events))))


def mutated(number: int, seed: int) -> Iterator[tuple[int, int, bytes]]:
    """So many lines of NDJSON, each with its number and that of the settings to map it for."""
    chance = random.Random(seed)  # noqa: S311 - no secret is made
    for at in range(number):
        # The samples are as many as all cases together.
        which = chance.choice((-1, chance.randrange(len(_known()))))
        event = orjson.loads(chance.choice(_known()[which][1]))
        for _change in range(chance.randint(1, 3)):
            event = mutating.replaced(event, chance, lambda: chance.choice(mutating.VALUES))
        text = json.dumps(event)
        if chance.random() < 0.2:
            text = mutating.cut(text, chance, _PIECES)
        yield at, which, text.encode("utf-8", "surrogatepass")


def outcome(tried: tuple[int, int, bytes]) -> str:
    """What becomes of a line."""
    number, which, line = tried
    mapper, ended = _known()[which][0], "nothing"
    for entry in line_entries(0, 1, line, Reading()):
        if entry.event is None:
            assert entry.error
            ended = "unreadable"
            continue
        mapped = mapper.map(entry.event)
        assert all(problem.fix for problem in mapped.problems)
        if number % _EXPLAINED == 0:
            explained = mapper.explain(entry.event)
            assert approved(mapped) == approved(explained), "map and explain differ"
            dumps_plain(EventResult(entry, explained).as_json())
            dumps_plain(plan_sending(EventResult(entry, mapped), None).as_json())
        ended = mapped.outcome
    return ended


if __name__ == "__main__":
    sys.exit(mutating.main(mutated, outcome))
