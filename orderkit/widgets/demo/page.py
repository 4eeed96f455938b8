"""What each page of the demo is made of: a headline, one sentence, controls, a message, a view."""

import asyncio
from collections.abc import Coroutine, Sequence
from html import escape
from typing import Any

import ipywidgets as w

from orderkit.errors import OrderkitError
from orderkit.reports import html
from orderkit.reports.views import Table
from orderkit.widgets import parts


class Page(w.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """One page: what can be done on it, and below that what is shown.

    view: HTML, written by the page's `refresh`
    task: the sending under way, or the last one
    """

    def __init__(
        self, headline: str, lead: str, *controls: w.Widget, below: Sequence[w.Widget] = ()
    ) -> None:
        self.message, self.view = w.HTML(), w.HTML()
        self.task: asyncio.Task[None] | None = None
        head = w.HTML(f'<h2>{escape(headline)}</h2><p class="ok-lead">{escape(lead)}</p>')
        super().__init__([head, *controls, self.message, self.view, *below])
        self.add_class("ok-part")

    def tell(self, text: str, tone: html.Tone = "mute") -> None:
        """Show a message, and have it announced."""
        self.message.value = html.notice(text, tone)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin work that takes time; the page can be used meanwhile, and a failure is told."""
        if self.task and not self.task.done():
            work.close()
            raise OrderkitError("a sending is under way: wait for its end")
        self.task = asyncio.get_running_loop().create_task(work)
        self.task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled():
            parts.guarded(self, task.result)()


def card(title: str, body: str, note: str = "") -> str:
    """A part of a page that stands for itself; `body` is HTML."""
    below = f'<p class="ok-hint">{html.prose(note)}</p>' if note else ""
    return f'<section class="ok-card"><h3>{escape(title)}</h3>{below}{body}</section>'


def shown(table: Table, none: str) -> str:
    """A table on a card; `none` says that nothing is there yet."""
    if table.frame.empty:
        return card(table.caption, f'<p class="ok-hint">{escape(none)}</p>')
    return f'<section class="ok-card">{table.to_html()}</section>'


def columns(*children: w.Widget) -> w.Box:
    """Parts side by side, below each other where there is no room."""
    box = w.Box(list(children))
    box.add_class("ok-columns")
    return box
