"""Reading tables: rows of cells become events."""

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from itertools import chain
from typing import Any, BinaryIO, Final, TypeAlias

from orderkit.errors import EventsError
from orderkit.events import paths
from orderkit.events.files import is_parquet
from orderkit.events.jsontext import plain_number
from orderkit.events.packing import optional
from orderkit.events.paths import count

#: The line a row begins on, if lines are counted; the event, if it could be read; why not, if not.
Row: TypeAlias = tuple[int | None, dict[str, Any] | None, str]

_ROWS_AT_ONCE: Final = 1_000
_NO_CELL: Final = ("", None)


def read_table(name: str, content: BinaryIO, groups: Sequence[int] | None = None) -> Iterator[Row]:
    """The rows of an open CSV or Parquet file, of the latter's `groups` only, if they are named.

    Raises EventsError when it is no such file.
    """
    if is_parquet(name):
        return _read_parquet(name, content, groups)
    return _read_csv(name, content)


class _Tree:
    """What dotted columns make of a row of cells; compiled once for all rows."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        root: dict[str, Any] = {}
        for number, column in enumerate(columns):
            try:
                parts = paths.parse(column)
            except ValueError as error:
                raise EventsError(f"{name}: column {number + 1}, {column!r}: {error}") from error
            if len(parts) > paths.MAX_DEPTH:
                raise EventsError(f"{name}: column {number + 1} has too many parts: write fewer")
            holder = root
            for part in parts[:-1]:
                holder = holder.setdefault(part, {})
                if not isinstance(holder, dict):
                    raise _clash(name, column)
            if parts[-1] in holder:
                raise _clash(name, column)
            holder[parts[-1]] = number
        self._make = _object(name, root)
        self.width = len(columns)

    def event(self, cells: Sequence[Any]) -> dict[str, Any]:
        """The event of a row; "" and None are no cell."""
        return self._make(cells) or {}


def _clash(name: str, column: str) -> EventsError:
    return EventsError(
        f"{name}: column {column!r} is there twice, or is both a value and part of a name: "
        "name each column once"
    )


def _maker(place: str, node: Any) -> Callable[[Sequence[Any]], Any]:
    """What makes the value of a node of the tree from cells; None where all of them are empty."""
    if isinstance(node, int):
        return lambda cells: None if cells[node] in _NO_CELL else cells[node]
    if all(part.isdecimal() and len(part) < 10 for part in node):
        numbers = sorted(map(int, node))
        if numbers != list(range(len(numbers))):
            raise EventsError(
                f"{place}: columns of the items {', '.join(map(str, numbers))} of one array: "
                "number items from 0 on, without gaps"
            )
        items = [_maker(place, node[part]) for part in sorted(node, key=int)]
        return lambda cells: _list([item(cells) for item in items])
    return _object(place, node)


def _object(place: str, node: dict[str, Any]) -> Callable[[Sequence[Any]], dict[str, Any] | None]:
    parts = [(part, _maker(place, child)) for part, child in node.items()]
    return lambda cells: (
        {part: value for part, make in parts if (value := make(cells)) is not None} or None
    )


def _list(values: list[Any]) -> list[Any] | None:
    """The items up to the last that there is."""
    while values and values[-1] is None:
        values.pop()
    return values or None


def _read_csv(name: str, content: BinaryIO) -> Iterator[Row]:
    first = content.readline().removeprefix(b"\xef\xbb\xbf")
    # Spreadsheets of many countries write semicolons: what the header has most of separates.
    mark = max(",;\t", key=first.decode("utf-8", "replace").count)
    damaged: list[int] = []
    reader = csv.reader(_texts(chain([first], content), damaged), delimiter=mark)
    header = _next(reader)
    if isinstance(header, str) or damaged or not first.strip():
        reason = header if isinstance(header, str) else "not UTF-8" if damaged else "nothing"
        raise EventsError(
            f"{name}: line 1: {reason} where the names of the columns are expected; "
            "write them there, dotted, and save the file as UTF-8"
        )
    tree = _Tree(name, header or [])
    while True:
        line = reader.line_num + 1
        cells = _next(reader)
        if cells is None:
            return
        if isinstance(cells, str):
            yield line, None, cells
        elif damaged:
            yield line, None, "the text is not UTF-8; save the file as UTF-8"
        elif cells and len(cells) != tree.width:
            yield line, None, f"{count(len(cells), 'cell')} for {count(tree.width, 'column')}"
        elif cells:
            yield line, tree.event(cells), ""
        damaged.clear()


def _next(reader: Iterator[list[str]]) -> list[str] | str | None:
    """The cells of the next row, why it cannot be read, or None at the end."""
    try:
        return next(reader, None)
    except csv.Error as error:
        return f"no row of CSV: {error}"


def _texts(lines: Iterable[bytes], damaged: list[int]) -> Iterator[str]:
    """Each line as text; the number of one that is not UTF-8 is put into `damaged`."""
    for number, line in enumerate(lines, start=1):
        try:
            yield line.decode()
        except UnicodeDecodeError:
            damaged.append(number)
            yield line.decode("utf-8", "replace")


def rows_of_groups(name: str, content: BinaryIO) -> list[int]:
    """How many rows each row group of an open Parquet file has. Raises EventsError."""
    with _parquet(name, content) as file:
        about = file.metadata
        return [about.row_group(number).num_rows for number in range(about.num_row_groups)]


def _read_parquet(name: str, content: BinaryIO, groups: Sequence[int] | None) -> Iterator[Row]:
    arrow = optional("pyarrow", "files", name)
    with _parquet(name, content) as file:
        tree = _Tree(name, file.schema_arrow.names)
        for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=groups):
            columns = [_cells(arrow, column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                yield None, tree.event(cells), ""


@contextmanager
def _parquet(name: str, content: BinaryIO) -> Iterator[Any]:
    arrow = optional("pyarrow", "files", name)
    parquet = optional("pyarrow.parquet", "files", name)
    try:
        yield parquet.ParquetFile(content)
    except (ValueError, OSError, arrow.ArrowException) as error:
        raise EventsError(
            f"{name}: no Parquet that can be read: {error}; write it again"
        ) from error


def _cells(arrow: Any, column: Any) -> list[Any]:
    if arrow.types.is_timestamp(column.type):
        # Python's times end at microseconds.
        column = column.cast(arrow.timestamp("us", column.type.tz), safe=False)
    return [_plain(value) for value in column.to_pylist(maps_as_pydicts="lossy")]


def _plain(value: Any) -> Any:
    """A cell of Parquet as a JSON value."""
    match value:
        case None | str() | int():
            return value
        case float():
            return None if math.isnan(value) else value
        case Decimal():
            number = plain_number(value)
            return format(value, "f") if isinstance(number, Decimal) else number
        case date() | time():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace")
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case list():
            return [_plain(part) for part in value]
    return str(value)
