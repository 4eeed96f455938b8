"""Writing tables: payloads become rows, a column for each target."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from json import loads
from typing import Any, BinaryIO, Final

from orderkit.destination.fields import field_mappings
from orderkit.errors import EventsError
from orderkit.events import paths
from orderkit.events.files import is_parquet, unpacked_suffix
from orderkit.events.packing import optional

_ROWS_OF_A_GROUP: Final = 20_000
#: How a text begins that a spreadsheet would compute; an apostrophe before it makes it a text.
_COMPUTED: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")


@contextmanager
def table_writer(name: str, file: BinaryIO) -> Iterator[Callable[[bytes], object]]:
    """What writes payload lines as rows into an open file, of CSV or Parquet by its name.

    Raises EventsError for what the columns cannot hold.
    """
    targets = [row.target for row in field_mappings()]
    parts = [tuple(target.split(".")) for target in targets]

    def rows(lines: bytes) -> list[list[Any]]:
        payloads = (loads(line, parse_float=Decimal) for line in lines.splitlines())
        return [[paths.get(payload, path) for path in parts] for payload in payloads]

    if is_parquet(name):
        with _parquet_writer(name, file, targets) as write:
            yield lambda lines: write(rows(lines))
    else:
        mark = "\t" if unpacked_suffix(name) == ".tsv" else ","
        file.write(_csv([targets], mark))
        yield lambda lines: file.write(_csv(rows(lines), mark))


def _csv(rows: Iterable[list[Any]], mark: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=mark, lineterminator="\n")
    writer.writerows([_text(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _text(value: Any) -> str:
    match value:
        case paths.MISSING:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            return format(value, "f")
        case str() if value.startswith(_COMPUTED) and not _NUMBER.fullmatch(value):
            return f"'{value}"
    return str(value)


@contextmanager
def _parquet_writer(
    name: str, file: BinaryIO, targets: list[str]
) -> Iterator[Callable[[list[list[Any]]], None]]:
    arrow = optional("pyarrow", "files", name)
    parquet = optional("pyarrow.parquet", "files", name)
    types = {
        # Decimals, and not floats, keep an amount's digits.
        "amount": arrow.decimal128(38, 9),
        "whole number": arrow.int64(),
        "timestamp": arrow.int64(),
        "boolean": arrow.bool_(),
    }
    kinds = [types.get(row.type, arrow.string()) for row in field_mappings()]
    schema = arrow.schema(list(zip(targets, kinds, strict=True)))
    batches: list[Any] = []

    def flush() -> None:
        writer.write_table(arrow.Table.from_batches(batches, schema))
        batches.clear()

    def write(rows: list[list[Any]]) -> None:
        columns = []
        for target, kind, cells in zip(targets, kinds, zip(*rows, strict=True), strict=False):
            values = [None if cell is paths.MISSING else cell for cell in cells]
            try:
                columns.append(arrow.array(values, kind))
            except (ValueError, OverflowError, arrow.ArrowException) as error:
                raise EventsError(
                    f"{name}: a value of {target} does not fit its column of {kind}: {error}; "
                    "write NDJSON, which has no such limit"
                ) from error
        if columns:
            batches.append(arrow.record_batch(columns, schema))
        if sum(batch.num_rows for batch in batches) >= _ROWS_OF_A_GROUP:
            flush()

    with parquet.ParquetWriter(file, schema) as writer:
        yield write
        flush()
