"""What settings make of one event, with what each order status needs, and of many at once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import ipywidgets as w

from orderkit.destination.settings import Settings
from orderkit.errors import EventsError
from orderkit.events.folder import first_events
from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.reports import views
from orderkit.widgets import parts
from orderkit.widgets.mapping import summary

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
    rows = ((outcome, status, n, why) for (outcome, status, why), n in counts.most_common())
    caption = f"The first {len(found.events):,} events of the file" if found.more else "The file"
    return views.make_table(rows, columns, caption)


class OutcomeView(w.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A line with the outcome, and two parts to unfold; what is folded costs no time.

    preview:  source → value → target; rows that differ from what the saved settings give are marked
    required: the event against every order status, with what to mend
    """

    def __init__(self) -> None:
        self._summary, self._preview, self._required = w.HTML(), w.HTML(), w.HTML()
        self.preview = parts.Folded("Preview", self._preview)
        self.required = parts.Folded("Required fields by order status", self._required)
        super().__init__([self._summary, self.preview, self.required])
        for part in (self.preview, self.required):
            part.head.observe(lambda _change: self._draw(), names="value")

    def show(self, mapper: Mapper, saved: Mapper, event: Mapping[str, Any], mapped: Mapped) -> None:
        """Show what `mapper` makes of the event, which is `mapped`, beside what `saved` did."""
        self._shown = mapper, saved, event, mapped
        self._draw()

    def _draw(self) -> None:
        mapper, saved, event, mapped = self._shown
        self._summary.value = summary(mapped, mapper.settings.filter.describe())
        if self.preview.is_open:
            self._preview.value = views.mapping_table(mapped, saved.explain(event)).to_html()
        if self.required.is_open:
            against = views.against_statuses(mapper, event, views.statuses_of(mapper))
            fixes = against.fixes.to_html() if len(against.fixes.frame) else ""
            self._required.value = against.matrix.to_html() + fixes
