"""The heat map in a notebook: its cells can be gone through and asked."""

from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets


class HeatView(anywidget.AnyWidget):
    """Draws a heat map's `html`; `on_cell` is given the number of a field and that of a column."""

    _esm = Path(__file__).with_name("heat.js")
    html = traitlets.Unicode().tag(sync=True)

    def __init__(self, on_cell: Callable[[int, int], None]) -> None:
        super().__init__()
        self.on_msg(
            lambda _widget, content, _buffers: on_cell(
                int(content["field"]), int(content["column"])
            )
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
