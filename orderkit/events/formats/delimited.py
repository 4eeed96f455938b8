"""CSV in the dialects of spreadsheets and exports: its delimiter, its text, its padded cells."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from orderkit.errors import EventsError
from orderkit.events import paths
from orderkit.events.entries import CUT, Reading, Record
from orderkit.events.paths import count
from orderkit.events.tables import ROW_OF_TOTALS, Tree, is_row_of_totals

_MARKS: Final = ",;\t|"
#: Columns of the items of an order that has a line for each of them.
_ITEMS: Final = "items"
_BOM: Final = b"\xef\xbb\xbf"
_LINES_LOOKED_AT: Final = 6
#: A row may have a part of the limit: the reader of rows takes many bytes for each of its.
_OF_ROW: Final = 4


class _TooLongError(Exception):
    """A row that is longer than the limit."""


class _Lines:
    """The lines of a file as text, and what is known of the row that they are read for."""

    def __init__(self, lines: Iterable[bytes], reading: Reading) -> None:
        self._lines, self._reading = iter(lines), reading
        self._encoding = ""
        self.limit = reading.limit // _OF_ROW
        self.number = 0
        self.begin()

    def begin(self) -> None:
        """A new row begins with the next line."""
        self.reason = ""
        self._quotes = self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._next()
        if self._size > self.limit or line.strip() == CUT:
            raise _TooLongError
        return self._text(line)

    def _next(self) -> bytes:
        line = next(self._lines)
        self.number += 1
        self._quotes += line.count(b'"')
        self._size += len(line)
        return line

    def skip_row(self) -> None:
        """Go on behind a row that is too long: to where its last quoted cell ends."""
        while self._quotes % 2:
            line = next(self._lines, None)
            if line is None:
                return
            self.number += 1
            self._quotes += line.count(b'"')

    def _text(self, line: bytes) -> str:
        if line.isascii():
            return line.decode("ascii")
        try:
            text = line.decode("utf-8" if self._encoding != "cp1252" else "cp1252")
        except UnicodeDecodeError:
            if self._encoding:
                self.reason = "the text is not UTF-8; save the file as UTF-8"
                return line.decode("utf-8", "replace")
            # The first line that is not ASCII tells: what is no UTF-8 came from a spreadsheet.
            self._encoding = "cp1252"
            self._reading.note("read as Windows-1252 (Latin-1), which its bytes are")
            return line.decode("cp1252", "replace")
        self._encoding = self._encoding or "utf-8"
        return text


def looks_like_table(beginning: bytes) -> bool:
    """Whether the first lines of a text are rows of one width, under names."""
    text = beginning.removeprefix(_BOM).decode("utf-8", "replace")
    lines = [line for line in text.splitlines()[:_LINES_LOOKED_AT] if line.strip()]
    if lines and _named_mark(lines[0]):
        return True
    if len(lines) < 2 or lines[0].lstrip("\0 \t").startswith(("{", "[", "<")):
        return False
    mark = _mark_of(lines[0])
    try:
        rows = list(csv.reader(lines, delimiter=mark, skipinitialspace=True))
    except csv.Error:
        return False
    width = len(rows[0])
    # The last line may be cut off, and a quoted cell may go over several.
    return width > 1 and all(len(row) == width for row in rows[1:-1] or rows[1:])


def _named_mark(line: str) -> str:
    """The delimiter that a first line ``sep=;`` names."""
    text = line.strip().strip('"').casefold()
    return text[4:] if text.startswith("sep=") and len(text) == 5 else ""


def _mark_of(header: str) -> str:
    """Spreadsheets of many countries write semicolons: what the header has most of separates."""
    line = header.splitlines()[:1]
    rows = {mark: next(csv.reader(line, delimiter=mark), []) for mark in _MARKS}
    return max(_MARKS, key=lambda mark: len(rows[mark]))


def read_delimited(lines: Iterable[bytes], name: str, reading: Reading) -> Iterator[Record]:
    """The rows of a table as events. Raises EventsError where there is no header."""
    # For the whole process, and only ever more: cells are bounded by their lines here.
    csv.field_size_limit(max(csv.field_size_limit(), reading.limit))
    lines = iter(lines)
    first = next(lines, b"").removeprefix(_BOM)
    mark = _named_mark(first.decode("latin-1"))
    before = 1 if mark else 0
    if mark:
        first = next(lines, b"")
    text = _Lines(chain([first], lines), reading)
    text.number = before
    mark = mark or _mark_of(first.decode("utf-8", "replace"))
    # Blanks before quotes; where there are none, blanks are padding, of which is said that it goes.
    spaced = f'{mark} "'.encode() in first
    rows = csv.reader(text, delimiter=mark, skipinitialspace=spaced)
    header = _next(rows, text)
    if isinstance(header, str) or text.reason or not header or not any(map(str.strip, header)):
        reason = header if isinstance(header, str) and header else text.reason or "nothing"
        raise EventsError(
            f"{name}: line {before + 1}: {reason} where the names of the columns are expected; "
            "write them there, dotted, and save the file as UTF-8"
        )
    yield from _records(rows, text, [cell.strip() for cell in header], reading)


def _records(
    rows: Iterator[list[str]], text: _Lines, header: list[str], reading: Reading
) -> Iterator[Record]:
    reader: Any = None
    while True:
        text.begin()
        line = text.number + 1
        cells = _next(rows, text)
        if cells is None:
            break
        if isinstance(cells, str) or text.reason:
            yield Record(line, None, text.reason or str(cells))
            continue
        if not cells:
            continue
        stripped = [cell.strip() for cell in cells]
        padded: tuple[str, ...] = ()
        if stripped != cells:
            reading.note("padding of cells trimmed", 1)
            cut = zip(header, cells, stripped, strict=False)
            padded = tuple(name for name, cell, short in cut if cell != short)
        if not any(stripped[len(header) :]):
            del stripped[len(header) :]
        if len(stripped) != len(header):
            found = f"{count(len(cells), 'cell')} for {count(len(header), 'column')}"
            yield Record(line, None, found)
            continue
        if is_row_of_totals(stripped):
            reading.note(ROW_OF_TOTALS)
            continue
        reader = reader or rows_reader(header, stripped, reading)
        for record in reader.add(line, stripped):
            # A record of rows put together is that of rows before.
            yield record._replace(padded=padded) if padded and record.line == line else record
    if reader:
        yield from reader.end()


def _next(rows: Iterator[list[str]], text: _Lines) -> list[str] | str | None:
    """The cells of the next row, why it cannot be read, or None at the end."""
    try:
        return next(rows, None)
    except _TooLongError:
        text.skip_row()
        most = text.limit / 2**20
        return f"a row of more than {most:g} MiB; write shorter cells, or allow more with --limit"
    except csv.Error as error:
        text.skip_row()
        return f"no row of CSV: {error}"


class _Rows:
    """Each row is an event."""

    def __init__(self, columns: list[str | None], reading: Reading) -> None:
        self._tree = Tree(columns, reading)

    def add(self, line: int | None, cells: Sequence[Any]) -> Iterator[Record]:
        """The events that are whole with this row."""
        yield Record(line, self._tree.event(cells))

    def end(self) -> Iterator[Record]:
        """What is left at the end of the table."""
        return iter(())


class _Items:
    """Rows of one id, which stand together, are an event with an item from each."""

    def __init__(self, columns: list[str | None], reading: Reading) -> None:
        self._items = Tree([_of_item(column) for column in columns], reading)
        root = [None if _of_item(column) else column for column in columns]
        self._root = Tree(root, reading)
        self._id = columns.index("id")
        self._reading = reading
        self._line: int | None = None
        self._event: dict[str, Any] | None = None
        self._first: dict[str, Any] = {}

    def add(self, line: int | None, cells: Sequence[Any]) -> Iterator[Record]:
        """The event of the rows before, where this row is another's."""
        root, item = self._root.event(cells), self._items.event(cells)
        if self._event is not None and cells[self._id] and root.get("id") == self._first.get("id"):
            if root != self._first:
                self._reading.note(
                    "lines of one id that differ: the first line's values are kept", 1
                )
            self._event[_ITEMS].append(item)
            return
        yield from self.end()
        self._line, self._first = line, root
        self._event = {**root, _ITEMS: [item] if item else []}

    def end(self) -> Iterator[Record]:
        """The event of the last rows."""
        if self._event is not None:
            self._reading.note("lines of one id put together as an order with items", 1)
            yield Record(self._line, self._event)
        self._event = None


def _of_item(column: str | None) -> str | None:
    """The name of an item's property in ``items.price``; None for any other column."""
    first, _, rest = (column or "").partition(".")
    return rest if first == _ITEMS and rest else None


def rows_reader(header: list[str], first: Sequence[Any], reading: Reading) -> "_Rows | _Items":
    """What makes events of the rows under a header, of which the first row is known."""
    columns: list[str | None] = [
        name or f"column {number}" for number, name in enumerate(header, start=1)
    ]
    if not header[0] and str(first[0]) in ("0", "1", "0.0", "1.0"):
        columns[0] = None
        reading.note("column 1, a counter without a name, left out")
    items = [_of_item(column) for column in columns]
    numbered = any(item and paths.is_index(item.partition(".")[0]) for item in items)
    numbered = numbered or any((column or "").startswith(f"{_ITEMS}.X.") for column in columns)
    if any(items) and not numbered and "id" in columns:
        return _Items(columns, reading)
    return _Rows(columns, reading)
