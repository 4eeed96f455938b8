"""Proposals for settings that are not filled in; nothing is applied without a click."""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import ipywidgets as w

from orderkit.events.jsontext import show
from orderkit.mapping.suggest import Proposal, suggest
from orderkit.reports import html
from orderkit.widgets import parts


class Proposals(w.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """One line a proposal, with a button that uses it; `use` is given the proposal."""

    def __init__(self, form: parts.ShowsMessages, use: Callable[[Proposal], Any]) -> None:
        super().__init__()
        self._form, self._use = form, use

    def show(
        self,
        events: Iterable[Mapping[str, Any]],
        zone: ZoneInfo,
        filled: Callable[[Proposal], bool],
    ) -> None:
        """Propose the best for each row that is not `filled`."""
        best = (ranked[0] for ranked in suggest(events, zone).values() if ranked)
        self.children = tuple(self._line(each) for each in best if not filled(each))
        if not self.children:
            self._form.show_message(
                "Nothing to propose: every setting that the events speak of is filled in."
            )

    def _line(self, proposal: Proposal) -> w.HBox:
        def use() -> None:
            self._use(proposal)
            self.children = tuple(child for child in self.children if child is not line)

        told = w.HTML(
            f"{escape(proposal.row.source)}: {html.code(proposal.value)} gives "
            f"{html.code(show(proposal.example))}"
            f'<div class="ok-hint">{html.prose(proposal.reason)}</div>'
        )
        told.add_class("ok-beside")
        line = parts.row(parts.button(f"Use for {proposal.row.source}", use, self._form), told)
        line.children[0].layout.width = "auto"
        return line
