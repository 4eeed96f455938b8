"""The heat map in a notebook: its cells can be gone through and asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets


class HeatView(anywidget.AnyWidget):
    """Draws a heat map's `html`; `on_cell` is given the number of a field and that of a column.

    opened: the cell that was asked for, by `field` and `column`, and the `html` of what is said of
            it, which stands below the field's row; nothing where none is open
    """

    _esm = Path(__file__).with_name("heat.js")
    html = traitlets.Unicode().tag(sync=True)
    opened: Any = traitlets.Dict().tag(sync=True)

    def __init__(self, on_cell: Callable[[int, int], None]) -> None:
        super().__init__()
        self.on_msg(
            lambda _widget, content, _buffers: on_cell(
                int(content["field"]), int(content["column"])
            )
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
