"""Widgets that draw nothing, and only let a script of ours run in the page."""

from pathlib import Path

import anywidget
import traitlets

from orderkit.reports.html import TABLES_MODULE


class InView(anywidget.AnyWidget):
    """Where Run All ends: the first time it is shown, it scrolls the notebook's form into view."""

    _esm = Path(__file__).with_name("in_view.js")
    pending = traitlets.Bool(True).tag(sync=True)

    def __repr__(self) -> str:
        return "The form is above."


class TableScript(anywidget.AnyWidget):
    """Lets the page's tables sort, search, filter and copy, once for all of them."""

    _esm = TABLES_MODULE

    def __repr__(self) -> str:
        return "The script of tables."


class InOrder(anywidget.AnyWidget):
    """Lets what a person does reach the kernel in the order in which it is done."""

    _esm = Path(__file__).with_name("in_order.js")

    def __repr__(self) -> str:
        return "The script of messages."


class OwnKeys(anywidget.AnyWidget):
    """Keeps the notebook's keys out of forms and tables."""

    _esm = Path(__file__).with_name("own_keys.js")

    def __repr__(self) -> str:
        return "The script of keys."
