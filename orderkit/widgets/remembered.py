"""What a page keeps through a reload."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets


class Remembered(anywidget.AnyWidget):
    """Draws nothing. The browser keeps `state` for as long as its tab is open.

    key:      what the state belongs to: another client's is another
    restored: what was kept, once the page was loaded again
    """

    _esm = Path(__file__).with_name("remembered.js")
    key = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    restored = traitlets.Dict().tag(sync=True)

    def __init__(self, key: str, on_restored: Callable[[dict[str, Any]], object]) -> None:
        super().__init__(key=key)
        self.observe(lambda change: on_restored(change["new"]), names="restored")

    def __repr__(self) -> str:
        return "What was typed is kept."
