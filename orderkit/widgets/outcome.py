"""What settings make of one event: the mapping, and what each order status needs; both folded."""

from collections.abc import Mapping
from typing import Any

import ipywidgets as w

from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.reports import views
from orderkit.widgets import parts
from orderkit.widgets.mapping import summary


class Outcome(w.VBox):  # type: ignore[misc]  # ipywidgets has no types
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
