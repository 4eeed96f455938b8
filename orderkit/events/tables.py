"""Tables of events: columns with dotted names become properties; cells of Parquet.

A column ``booking.total`` is the property ``total`` of ``booking``; ``items.0.price`` is that of
the first item. Cells of CSV are text, an empty one is no property; cells of Parquet keep their
type, null and NaN are no property, dates and times become ISO 8601.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from typing import Any, BinaryIO, Final

from orderkit.errors import EventsError
from orderkit.events import paths
from orderkit.events.entries import Reading, Record
from orderkit.events.jsontext import plain_number
from orderkit.events.packing import optional

_ROWS_AT_ONCE: Final = 1_000
_NO_CELL: Final = ("", None)
#: A dot that ends a word; one that joins two leads from an object to its property.
_ABBREVIATED: Final = re.compile(r"\.(?=[\s/-]|$)")
#: What is said of such a row.
ROW_OF_TOTALS: Final = "a row of totals left out"
#: How a row of totals begins, in the languages of hotels, in small letters.
_TOTALS: Final = re.compile(
    r"(?:grand |sub|sous-|zwischen)?"
    r"(?:totals?|totaux|totale|totales|totaal|summen?|gesamt(?:summe)?|soma|suma)\b"
)
_SUM: Final = re.compile(r"[-+\d.,'’\s%€$£]*\d[-+\d.,'’\s%€$£]*")


class Tree:
    """What dotted columns make of a row of cells; compiled once for all rows.

    A dot that ends an abbreviation ("N. Pren.") leads to no deeper property, and is left out of the
    name. A column whose name is no path, or clashes with another, is a property of just that name
    at the root: ``GET("…")`` reads it. ``None`` is a column that is left out.
    """

    def __init__(self, columns: Iterable[str | None], reading: Reading) -> None:
        root: dict[str, Any] = {}
        self.width, shortened = 0, []
        for number, column in enumerate(columns):
            self.width += 1
            if column is None:
                continue
            plain = _ABBREVIATED.sub("", column)
            if plain != column and _place(root, plain, number):
                shortened.append(plain)
            elif not _place(root, column, number):
                name = column
                while name in root:
                    name = f"{name} (column {number + 1})"
                root[name] = number
                reading.note(f'column {number + 1} is no path of its own: GET("{name}") reads it')
        if shortened:
            names = paths.count(len(shortened), "column name")
            reading.note(f"dots of abbreviations left out of {names}, as in `{shortened[0]}`")
        self._make = _object(root)

    def event(self, cells: Sequence[Any]) -> dict[str, Any]:
        """The event of a row; "" and None are no cell."""
        return self._make(cells) or {}


def is_row_of_totals(cells: Sequence[Any]) -> bool:
    """Whether a row sums up those above it, as reports end: "Total", and else numbers alone."""
    filled = (str(cell) for cell in cells if cell not in _NO_CELL)
    # Every row of a table is asked, and the first cell of most says no.
    if not _TOTALS.match(next(filled, "").strip().casefold()):
        return False
    others = list(filled)
    return bool(others) and all(map(_SUM.fullmatch, others))


def _place(root: dict[str, Any], column: str, number: int) -> bool:
    """Put a column where its dotted name says; False where that is no place."""
    try:
        parts = paths.parse_path(column)
    except ValueError:
        return False
    if len(parts) > paths.MAX_DEPTH:
        return False
    node: Any = root
    for part in parts:
        if not isinstance(node, dict):
            return False
        node = node.get(part, {})
    if node != {}:
        return False
    for part in parts[:-1]:
        root = root.setdefault(part, {})
    root[parts[-1]] = number
    return True


def _maker(node: Any) -> Callable[[Sequence[Any]], Any]:
    """What makes the value of a node of the tree from cells; None where all of them are empty."""
    if isinstance(node, int):
        return lambda cells: None if cells[node] in _NO_CELL else cells[node]
    if all(paths.is_index(part) for part in node):
        numbers = sorted(map(int, node))
        # With gaps, or counted from 1, they are names in an object: the paths stay as written.
        if numbers == list(range(len(numbers))):
            items = [_maker(node[part]) for part in sorted(node, key=int)]
            return lambda cells: _list([item(cells) for item in items])
    return _object(node)


def _object(node: dict[str, Any]) -> Callable[[Sequence[Any]], dict[str, Any] | None]:
    parts = [(part, _maker(child)) for part, child in node.items()]
    return lambda cells: (
        {part: value for part, make in parts if (value := make(cells)) is not None} or None
    )


def _list(values: list[Any]) -> list[Any] | None:
    """The items up to the last that there is."""
    while values and values[-1] is None:
        values.pop()
    return values or None


def rows_of_groups(name: str, content: BinaryIO) -> list[int]:
    """How many rows each row group of an open Parquet file has. Raises EventsError."""
    with _parquet(name, content) as file:
        about = file.metadata
        return [about.row_group(number).num_rows for number in range(about.num_row_groups)]


def read_parquet(
    name: str, content: BinaryIO, reading: Reading, groups: Sequence[int] | None = None
) -> Iterator[Record]:
    """The rows of an open Parquet file, of its `groups` only, if named. Raises EventsError."""
    arrow = optional("pyarrow", "files", name)
    with _parquet(name, content) as file:
        tree = Tree(file.schema_arrow.names, reading)
        for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=groups):
            columns = [_cells(arrow, column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                yield Record(None, tree.event(cells))


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
    return [plain_cell(value) for value in column.to_pylist(maps_as_pydicts="lossy")]


def plain_cell(value: Any) -> Any:
    """A typed cell as a JSON value."""
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
            return {key: plain_cell(part) for key, part in value.items()}
        case list():
            return [plain_cell(part) for part in value]
    return str(value)
