"""A table of text: a pandas DataFrame to work with, and HTML that is good to look at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Final

from orderkit.events.paths import count
from orderkit.reports import html

if TYPE_CHECKING:
    import pandas as pd

#: Characters that stand on one line of a folded cell.
_LINE: Final = 60

#: Tones of states, the worst first.
_WORST_FIRST: Final = ("bad", "warn", "good", "later", "mute")

_CODE: Final = frozenset(
    {
        "source",
        "reads",
        "found",
        "found_at",
        "target",
        "value",
        "setting",
        "order_id",
        "log_id",
        "example",
    }
)
_BADGES: Final = frozenset({"state", "code", "outcome", "verdict"})
_CLASSES: Final = {
    "payment_value": "ok-number",
    **dict.fromkeys(
        ("message", "fix", "next_step", "meaning", "why", "steps", "conversion"), "ok-prose"
    ),
    "log_id": "ok-long",
}


@dataclass(frozen=True)
class Table:
    """A table of text: `frame` to work with; a notebook shows it as HTML.

    columns: their names
    rows:    the cells of each row, a text each
    marked:  the numbers of the rows that stand out
    badges:  the columns whose cells are status words, beside those that always are
    folded:  the columns shown on a click: the first that has something is the line to click
    causes:  the column that gives several rows a common head, if there is one: "name: more of it"
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    marked: frozenset[int] = frozenset()
    badges: frozenset[str] = frozenset()
    folded: tuple[str, ...] = ()
    causes: str = ""

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """The table for pandas, which takes half a second to load: only who asks for it waits."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.columns), dtype=str)

    def to_html(self) -> str:
        """The table as HTML that needs the style sheet of `orderkit.reports.html`."""
        if not self.rows:
            return f"<p>{escape(self.caption)}: none.</p>" if self.caption else "<p>None.</p>"
        hidden = {*self.folded, self.causes}
        shown = [column for column in self.columns if column not in hidden]
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        heads: dict[int, str] = {}
        if self.causes and len(rows) > 1:
            rows, heads = self._grouped(rows)
        cells = (
            [*(self._cell(column, row[column]) for column in shown), *self._folded(row)]
            for row in rows
        )
        names = [column.replace("_", " ") if column.islower() else column for column in shown]
        return html.html_table(
            [*names, "details"] if self.folded else names,
            cells,
            caption=self.caption,
            marked=self.marked,
            classes={column.replace("_", " "): name for column, name in _CLASSES.items()},
            heads=heads,
        )

    def _folded(self, row: Mapping[str, str]) -> list[str]:
        """The cell that holds the folded columns, where there are any."""
        said = [(column, row[column]) for column in self.folded if row[column]]
        if not said:
            return [""] if self.folded else []
        (first, text), *others = said
        line, *more = text.split("\n")
        # What is too long for the line is there in full on the click.
        whole = said if more or (not others and len(line) > _LINE) else others
        parts = ((name.replace("_", " "), self._cell(name, each)) for name, each in whole)
        return [html.details(self._cell(first, line), parts)]

    def _grouped(
        self, rows: Sequence[Mapping[str, str]]
    ) -> tuple[list[dict[str, str]], dict[int, str]]:
        """The rows by cause, those to mend first and then the most frequent; a head for each."""
        groups: dict[tuple[str, str], list[dict[str, str]]] = {}
        for row in rows:
            state = next((row[column] for column in row if column in _BADGES), "")
            groups.setdefault((state, row[self.causes]), []).append(dict(row))
        ranked = sorted(groups.items(), key=lambda group: (_rank(group[0][0]), -len(group[1])))
        ordered: list[dict[str, str]] = []
        heads: dict[int, str] = {}
        for (_state, cause), group in ranked:
            name, _, more = cause.partition(": ")
            # "5 fields missing in 3 orders", "delivered · 8 orders"
            joined = " in " if name[:1].isdigit() else " · "
            number = count(len(group), "event" if name == "filtered" else "order")
            text = f"{escape(name)}{joined}{number}"
            heads[len(ordered)] = f"{text} <span>{html.prose(more)}</span>"
            ordered += group
        return ordered, heads

    def _cell(self, column: str, text: str) -> str:
        if column in _BADGES or column in self.badges:
            return html.badge(text)
        return html.code(text) if column in _CODE else html.prose(text)

    def _repr_html_(self) -> str:
        return self.to_html()

    def __repr__(self) -> str:
        if not self.rows:
            return f"{self.caption}: none"
        cells = [[_short(cell) for cell in row] for row in (self.columns, *self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)
        return "\n".join([self.caption, *lines] if self.caption else lines)


def _short(cell: str) -> str:
    """A cell on one line that a table of plain text has room for."""
    line = " ".join(cell.split("\n"))
    return line if len(line) <= _LINE else f"{line[: _LINE - 3]}..."


def _rank(state: str) -> int:
    return _WORST_FIRST.index(html.TONES.get(state, "mute"))


def make_table(
    rows: Iterable[Sequence[Any]],
    columns: Sequence[str],
    caption: str = "",
    marked: Iterable[int] = (),
    badges: Iterable[str] = (),
) -> Table:
    """A table of these rows; every cell is text, and what is absent is empty."""
    text = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
    return Table(tuple(columns), text, caption, frozenset(marked), frozenset(badges))
