"""What settings make of many events at once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from orderkit.destination.settings import Settings
from orderkit.errors import EventsError
from orderkit.events.folder import first_events
from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import outcome_word
from orderkit.reports import views

#: More lines are nothing to read through.
_MOST_LINES = 100


def outcomes(settings: Settings, events: Mapping[str, Mapping[str, Any]]) -> views.Table:
    """What each of these events becomes, by name, of the first of them; nothing is sent."""
    mapper = Mapper(settings)
    first = islice(events.items(), _MOST_LINES)
    table = views.outcomes_table((name, mapper.map(event)) for name, event in first)
    if len(events) <= _MOST_LINES:
        return table
    return replace(table, caption=f"The first {_MOST_LINES} of {count(len(events), 'event')}")


def counted_outcomes(settings: Settings, file: str | Path) -> views.Table:
    """How many of a file's first events become what; nothing is sent."""
    columns = ("outcome", "order_status", "events", "why")
    try:
        found = first_events(file)
    except EventsError as error:
        return views.make_table(
            [("unreadable", "", "", error)], columns, "The first events of the file"
        )
    mapper = Mapper(settings)
    counts: Counter[tuple[str, str, str]] = Counter()
    for event in found.events.values():
        mapped = mapper.map(event)
        problems = dict.fromkeys(f"{p.code} {views.short(p.target)}" for p in mapped.problems)
        why = mapped.reason or "; ".join(problems)
        counts[mapped.outcome, mapped.order_status or "", why] += 1
    if found.left_out:
        counts["unreadable", "", found.left_out[0].error] += len(found.left_out)
    rows = (
        (outcome_word(outcome), status, n, why)
        for (outcome, status, why), n in counts.most_common()
    )
    caption = f"The first {len(found.events):,} events of the file" if found.more else "The file"
    return views.make_table(rows, columns, caption)
