"""The keys of a meeting's page, and its presenter's mode."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget


class Stage(anywidget.AnyWidget):
    """Draws nothing. Arrow keys go on, and the button "Present" fills the screen.

    on_message: is given ``{"step": 1}`` or -1, and ``{"present": True}`` or False
    """

    _esm = Path(__file__).with_name("stage.js")

    def __init__(self, on_message: Callable[[dict[str, Any]], object]) -> None:
        super().__init__()
        self.on_msg(lambda _widget, content, _buffers: on_message(content))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
