"""Lists of like rows that are added and removed: event mapping, transformation, filter."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as w

from orderkit.widgets import parts


class RowList(w.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Rows of inputs, one dict each: of texts, and of what a file says that has no column here.

    columns:    key → (label, the texts offered, or None for a line of text)
    on_change:  called after every change
    """

    def __init__(
        self,
        columns: Mapping[str, tuple[str, Callable[[], Sequence[str]] | None]],
        add_label: str,
        form: parts.ShowsMessages,
        on_change: Callable[[], Any],
    ) -> None:
        self._columns, self._form, self._on_change = columns, form, on_change
        # Of each row, by its line: what is kept beside its inputs.
        self._others: dict[w.HBox, dict[str, Any]] = {}
        self.lines = w.VBox()
        self.add_button = parts.button(add_label, self.add, form)
        super().__init__([self.lines, self.add_button])

    def add(self, **values: Any) -> None:
        """Add a row with these texts; values that no column shows are kept with it."""
        changed = parts.guarded(self._form, self._on_change)
        inputs: list[w.Widget] = []
        for key, (label, offered) in self._columns.items():
            if offered is None:
                made = parts.text_input(label, values.get(key, ""))
            else:
                made = parts.suggesting_input(label, values.get(key, ""))
                made.options = tuple(offered())
            made.observe(lambda _change: changed(), names="value")
            inputs.append(made)
        remove = parts.button("Remove", lambda: self._remove(line), self._form)
        shown = (str(values[key]) for key in self._columns if values.get(key))
        remove.tooltip = f"Remove {' '.join(shown) or 'this row'}"
        line = parts.row(*inputs, remove)
        line.add_class("ok-line")
        self._others[line] = {k: v for k, v in values.items() if k not in self._columns}
        self.lines.children = (*self.lines.children, line)
        self._on_change()

    def _remove(self, line: w.HBox) -> None:
        self.lines.children = tuple(child for child in self.lines.children if child is not line)
        self._on_change()

    @property
    def values(self) -> list[dict[str, Any]]:
        """Each row that is not empty."""
        rows = []
        for line in self.lines.children:
            # The button that removes the row comes last.
            inputs = zip(self._columns, line.children[:-1], strict=True)
            texts = {key: made.value.strip() for key, made in inputs}
            if any(texts.values()):
                rows.append({**texts, **self._others[line]})
        return rows

    def show(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Show these rows instead."""
        self.lines.children = ()
        for row in rows:
            self.add(**row)
