"""Where Run All ends: JupyterLab goes to the last cell, and what this draws there goes back."""

from pathlib import Path

import anywidget
import traitlets


class InView(anywidget.AnyWidget):
    """Draws nothing; the first time it is shown, it scrolls the notebook's form into view."""

    _esm = Path(__file__).with_name("in_view.js")
    pending = traitlets.Bool(True).tag(sync=True)

    def __repr__(self) -> str:
        return "The form is above."
