"""The terminal in colours: lines and tables in which nothing acts that an event holds."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from orderkit.cli.columns import INDENT, layout, wrap_whole
from orderkit.cli.writing import (
    WHOLE,
    WIDTH_WITHOUT_TERMINAL,
    escape,
    escape_lines,
    output_width,
    reader_may_go,
)

COLOURS = {
    "mapped": "green",
    "filtered": "bright_black",
    "rejected": "red",
    "with problems": "red",
    "unreadable": "red",
    "error": "red",
    "warning": "yellow",
    "delivered": "green",
    "skipped": "bright_black",
    "outdated": "bright_black",
    "dry-run": "bright_black",
    "invalid": "red",
    "failed": "red",
    "unknown": "yellow",
    "ok": "green",
    "missing": "red",
    "not needed": "bright_black",
    "not yet": "bright_black",
}


class Line(Text):
    """A line with styles, in which no character acts on the terminal, line ends included."""

    def __init__(self, text: str = "", style: str = "") -> None:
        super().__init__(escape(text), style, no_wrap=True, overflow="ignore")

    def append(self, text: Any, style: Any = None) -> "Line":
        """Add a text, or a line with its own styles."""
        super().append(text if isinstance(text, Text) else escape(text), style)
        return self


class Terminal(Console):
    """Standard output or standard error; a reader that has gone is no failure."""

    def __init__(self, *, err: bool = False) -> None:
        self._stream = sys.stderr if err else sys.stdout
        width = output_width(self._stream)
        self.fits = width < WIDTH_WITHOUT_TERMINAL
        super().__init__(stderr=err, highlight=False, markup=False, emoji=False, width=width)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print lines: a text is escaped, a `Line` and a `Columns` are already."""
        style = options.pop("style", "")
        with reader_may_go(self._stream):
            for each in objects or ("",):
                if isinstance(each, Line):
                    self._print_line(each)
                else:
                    text = Text(escape_lines(each), style) if isinstance(each, str) else each
                    super().print(text, crop=False, **options)

    def _print_line(self, line: Line) -> None:
        """A line as it is; on a terminal that is narrower, it goes on below itself, at a word."""
        if not self.fits or line.cell_len <= self.width:
            super().print(line, soft_wrap=True)
            return
        ends, rest = [0], self.width - INDENT
        for piece in wrap_whole(line.plain, rest):
            ends.append(line.plain.index(piece, ends[-1]) + len(piece))
        first, *more = line.divide(ends[1:-1])
        super().print(first, soft_wrap=True)
        for each in more:
            each.plain = each.plain.strip()
            super().print(Text(" " * INDENT).append(each), soft_wrap=True)

    def on_broken_pipe(self) -> None:
        """Let `reader_may_go` decide."""
        raise BrokenPipeError

    def paragraph(self, text: str, style: str = "") -> None:
        """Lines below a line: wrapped to a terminal, and left whole for files and pipes."""
        for line in escape_lines(text).split("\n"):
            lines = wrap_whole(line, self.width - INDENT) if self.fits else [line]
            for each in lines:
                self.indented(each, style)

    def indented(self, text: str, style: str = "") -> None:
        """Lines below a line that keep their ends and their own indent: JSON, say."""
        for line in escape_lines(text).split("\n"):
            self.print(Text(f"{' ' * INDENT}{line}", style), soft_wrap=True)


class Columns:
    """A table that fits the terminal.

    prose: the column that wraps at words; the others are shortened in the middle
    """

    def __init__(self, *names: str, title: str = "", prose: str = "") -> None:
        self._names, self._title = names, title
        self._prose = names.index(prose) if prose else -1
        self._rows: list[list[Text]] = []

    def add_row(self, *row: str | Text) -> None:
        """Add a row, a text or a line for each column."""
        self._rows.append([each if isinstance(each, Text) else Line(each) for each in row])

    def __rich_console__(self, console: Console, options: Any) -> Iterable[Text]:
        if self._title:
            yield Text(escape(self._title), "bold")
        heads = [Line(name, "bold") for name in self._names]
        rows: list[list[Text]] = [[*heads], *self._rows]
        plain = [[cell.plain for cell in row] for row in rows]
        whole = isinstance(console, Terminal) and not console.fits
        width = WHOLE if whole else options.max_width
        fitted = layout(plain, width, prose=self._prose)
        for row, lines in zip(rows, fitted, strict=True):
            styles = [cell.style for cell in row]
            for line in lines:
                if len(line) == len(row):
                    yield _styled(line, styles)
                elif len(line) > 1:
                    yield _styled(line, [s for at, s in enumerate(styles) if at != self._prose])
                else:
                    yield _styled(line, ["bright_black"])


def _styled(line: Sequence[str], styles: Sequence[Any]) -> Text:
    made = Text(no_wrap=True, overflow="ignore")
    for at, (text, style) in enumerate(zip(line, styles, strict=True)):
        made.append("  " if at else "").append(text, style)
    made.rstrip()
    return made


def coloured(word: str) -> Line:
    """A status word in its colour."""
    return Line(word, COLOURS.get(word, ""))
