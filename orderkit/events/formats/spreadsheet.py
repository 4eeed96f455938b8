"""Workbooks (.xlsx): the first sheet that has rows, or the one that ``--at`` names."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any, Final

from orderkit.errors import EventsError
from orderkit.events.entries import Reading, Record
from orderkit.events.formats.delimited import rows_reader
from orderkit.events.packing import optional
from orderkit.events.tables import ROW_OF_TOTALS, is_row_of_totals, plain_cell

_PIECE: Final = 2**20
#: What the library of the language raises over archives that are damaged or locked.
_DAMAGED: Final = (NotImplementedError, RuntimeError, OSError, EOFError, ValueError, LookupError)


def read_workbook(data: bytes, name: str, reading: Reading) -> Iterator[Record]:
    """The rows of a sheet as events. Raises EventsError."""
    _refuse_bombs(data, name, reading)
    library = optional("python_calamine", "captures", name)
    try:
        book = library.load_workbook(BytesIO(data))
        named = {sheet: _rows(book, sheet) for sheet in book.sheet_names}
    except BaseException as error:
        # Its errors have no common base; a panic in it is not even an Exception.
        if not type(error).__module__.startswith(("python_calamine", "pyo3_runtime")):
            raise
        raise EventsError(f"{name}: no workbook that can be read: {error}") from error
    if reading.at and reading.at not in named:
        raise EventsError(f"{name}: no sheet {reading.at!r}; write --at {' or '.join(named)}")
    chosen = reading.at or next((sheet for sheet, rows in named.items() if len(rows) > 1), "")
    if not chosen:
        raise EventsError(f"{name}: no sheet has rows below names of columns")
    others = [sheet for sheet, rows in named.items() if rows and sheet != chosen]
    reading.note(f"sheet {chosen!r} read" + (f"; others: {', '.join(others)}" if others else ""))
    header, *rows = named[chosen] or [[]]
    names = [str(_cell(cell)).strip() for cell in header]
    reader: Any = None
    for number, row in enumerate(rows, start=2):
        cells = [_cell(cell) for cell in row]
        if not any(cell != "" for cell in cells):
            continue
        if is_row_of_totals(cells):
            reading.note(ROW_OF_TOTALS)
            continue
        reader = reader or rows_reader(names, cells, reading)
        yield from reader.add(number, cells)
    if reader:
        yield from reader.end()
    # `--at` has been used up: it names no path in an event.


def _rows(book: Any, sheet: str) -> list[list[Any]]:
    rows: list[list[Any]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
    return rows


def _refuse_bombs(data: bytes, name: str, reading: Reading) -> None:
    """Raise EventsError where a member unpacks to more than the limit, or there is no workbook."""
    import zipfile  # loaded for workbooks only: it takes long
    import zlib

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if not any(member.filename.startswith("xl/") for member in members):
                listed = ", ".join(member.filename for member in members[:5])
                raise EventsError(
                    f"{name}: a ZIP archive ({listed}); unpack it, and name a file of it"
                )
            for member in members:
                with archive.open(member) as content:
                    size = 0
                    while piece := content.read(_PIECE):
                        size += len(piece)
                        if size > reading.limit:
                            raise EventsError(
                                f"{name}: {member.filename} in it has {reading.too_long}; save the "
                                "sheet as CSV, which has no limit"
                            )
    except (zipfile.BadZipFile, zlib.error, *_DAMAGED) as error:
        raise EventsError(f"{name}: a damaged or locked workbook: {error}") from error


def _cell(value: Any) -> Any:
    """A typed cell; whole numbers, which a workbook keeps as 1.0, are whole again."""
    match value:
        case str():
            return value.strip()
        case bool():
            return value
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case timedelta():
            return str(value)
    return plain_cell(value)
