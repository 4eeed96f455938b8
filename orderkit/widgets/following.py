"""Tables below a form that follow it: what a cell has shown is drawn anew when the form changes."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from IPython.display import DisplayHandle, display

from orderkit.reports.views import Table


class Following:
    """The tables of one form that cells have shown, each the last time."""

    def __init__(self) -> None:
        self._shown: dict[str, tuple[DisplayHandle, Callable[[], Table], str]] = {}

    def table(self, name: str, make: Callable[[], Table]) -> Table:
        """What `make` gives now; where a notebook shows it, it is followed from then on."""
        now = make()
        parts = {each.name: getattr(now, each.name) for each in fields(Table)}
        return _Followed(**parts, begin=lambda: self._begin(name, make))

    def draw(self) -> None:
        """Draw those anew that have changed."""
        for name, (handle, make, before) in self._shown.items():
            now = make()
            if (html := now.to_html()) != before:
                self._shown[name] = handle, make, html
                handle.update(now)

    def _begin(self, name: str, make: Callable[[], Table]) -> None:
        now = make()
        handle = display(now, display_id=True)
        if handle is not None:
            self._shown[name] = handle, make, now.to_html()


@dataclass(frozen=True)
class _Followed(Table):
    """A table that says when a notebook shows it."""

    begin: Callable[[], None] = field(default=lambda: None, compare=False, kw_only=True)

    def _ipython_display_(self, **_options: Any) -> None:
        self.begin()
