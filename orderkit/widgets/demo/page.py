"""What each page of the demo is made of: a headline, one sentence, controls, a message, a view."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from html import escape
from typing import Any

import ipywidgets as w

from orderkit.reports import html
from orderkit.reports.views import Table
from orderkit.widgets.background import BackgroundTask
from orderkit.widgets.demo.session import DemoSession
from orderkit.widgets.working import Work


class Page(w.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """One page: what can be done on it, and below that what is shown.

    session: what all pages look at
    view:    HTML, written by the page's `refresh`
    """

    def __init__(
        self,
        session: DemoSession,
        headline: str,
        lead: str,
        *controls: w.Widget,
        below: Sequence[w.Widget] = (),
    ) -> None:
        self.session = session
        self.message, self.view = w.HTML(), w.HTML()
        self.work = Work(self, self.show_state)
        head = w.HTML(f'<h2>{escape(headline)}</h2><p class="ok-lead">{escape(lead)}</p>')
        super().__init__([head, *controls, self.message, self.view, *below])
        self.add_class("ok-part")

    def show_message(self, text: str, tone: html.Tone = "mute") -> None:
        """Show a message, and have it announced."""
        self.message.value = html.notice(text, tone)

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """One handler of all pages runs at a time."""
        return self.session.lock

    @property
    def task(self) -> BackgroundTask[None] | None:
        """The sending under way, or the last one."""
        return self.work.task

    def show_state(self) -> None:
        """Disable the page's buttons while it sends."""


def card(title: str, body: str, note: str = "") -> str:
    """A part of a page that stands for itself; `body` is HTML."""
    below = f'<p class="ok-hint">{html.prose(note)}</p>' if note else ""
    return f'<section class="ok-card"><h3>{escape(title)}</h3>{below}{body}</section>'


def card_table(table: Table, none: str) -> str:
    """A table on a card; `none` says that nothing is there yet."""
    if not table.rows:
        return card(table.caption, f'<p class="ok-hint">{escape(none)}</p>')
    return f'<section class="ok-card">{table.to_html()}</section>'


def columns(*children: w.Widget) -> w.Box:
    """Parts side by side, below each other where there is no room."""
    box = w.Box(list(children))
    box.add_class("ok-columns")
    return box
