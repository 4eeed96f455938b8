"""The formats that events are read from: how each is recognised by its content, and read."""

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, NamedTuple

from orderkit.errors import EventsError
from orderkit.events.entries import CUT, Reading, Record
from orderkit.events.files import Opened, is_parquet, is_table
from orderkit.events.formats.curl import begins_as_curl, read_curl
from orderkit.events.formats.delimited import looks_like_table, read_delimited
from orderkit.events.formats.har import begins_as_har, read_har
from orderkit.events.formats.javascript import begins_as_javascript, read_javascript
from orderkit.events.formats.json_text import begins_as_ndjson, is_event, read_json, read_ndjson
from orderkit.events.formats.pixel import begins_as_pixels, read_pixels
from orderkit.events.formats.spreadsheet import read_workbook
from orderkit.events.packing import MAGIC, unpacked
from orderkit.events.tables import read_parquet
from orderkit.events.weight import OF_DOCUMENT, explain_weight

#: Bytes at the beginning of a file that are enough to tell its format.
BEGINNING: Final = 2**18
_PIECE: Final = 2**16


@dataclass(frozen=True, slots=True)
class Source:
    """An open file whose beginning is known.

    name:      for messages
    content:   its bytes from the beginning on
    beginning: the first of them: at least the first line, if it is short
    plain:     whether these are the file's own bytes, and not unpacked or transcoded here
    """

    name: str
    content: BinaryIO
    beginning: bytes
    plain: bool = True

    def lines(self, reading: Reading) -> Iterator[bytes]:
        """Its lines; for one that is longer than the limit stands `CUT`."""
        limit, readline = reading.limit, self.content.readline
        while line := readline(limit + 1):
            if len(line) > limit and not line.endswith(b"\n"):
                while (more := readline(_PIECE)) and not more.endswith(b"\n"):
                    pass
                line = CUT + b"\n"
            yield line

    def whole(self, reading: Reading) -> bytes:
        """All of it. Raises EventsError where that is more than the limit."""
        data = self.content.read(reading.limit + 1)
        if len(data) > reading.limit:
            raise EventsError(f"{self.name}: a file of {reading.too_long}; give it in parts")
        return data

    def text(self, reading: Reading) -> bytes:
        """As `whole`, of what is text. Raises EventsError where its values are too many."""
        data = self.whole(reading)
        if heavy := explain_weight(data, reading.limit, OF_DOCUMENT):
            raise EventsError(f"{self.name}: a file with {heavy}; give it in parts")
        return data


class Format(NamedTuple):
    """A format of files.

    name:       in words
    recognises: whether a source is of it, by its beginning
    read:       the records of a source
    has_paths:  whether ``--at`` is a path in what is read, and not used up by reading
    """

    name: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source, Reading], Iterator[Record]]
    has_paths: bool = True


def _begins(test: Callable[[bytes], bool]) -> Callable[[Source], bool]:
    return lambda source: test(source.beginning)


def _is_code(source: Source) -> bool:
    if is_table(source.name) or not begins_as_javascript(source.beginning):
        return False
    # A line that is an event by itself is NDJSON, whatever its texts say.
    return not any(map(is_event, source.beginning.splitlines()[:50]))


def _is_json(source: Source) -> bool:
    return source.beginning.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[")


def _is_delimited(source: Source) -> bool:
    return is_table(source.name) or looks_like_table(source.beginning)


NDJSON: Final = "NDJSON"
#: In the order in which they are tried: the first that recognises a source reads it.
FORMATS: Final = (
    Format(
        "Parquet",
        lambda source: source.beginning.startswith(b"PAR1") or is_parquet(source.name),
        lambda source, reading: read_parquet(source.name, _seekable(source, reading), reading),
    ),
    Format(
        "a workbook",
        _begins(lambda beginning: beginning.startswith(b"PK\x03\x04")),
        lambda source, reading: read_workbook(source.whole(reading), source.name, reading),
        has_paths=False,
    ),
    Format(
        "HAR",
        _begins(begins_as_har),
        lambda source, reading: read_har(source.content, source.name, reading),
    ),
    Format(
        NDJSON,
        _begins(begins_as_ndjson),
        lambda source, reading: read_ndjson(source.lines(reading), reading),
    ),
    Format(
        "cURL",
        _begins(begins_as_curl),
        lambda source, reading: read_curl(source.text(reading), source.name, reading),
    ),
    Format(
        "pixels",
        _begins(begins_as_pixels),
        lambda source, reading: read_pixels(source.lines(reading), reading),
    ),
    Format(
        "JavaScript",
        _is_code,
        lambda source, reading: read_javascript(source.text(reading), source.name, reading),
    ),
    Format(
        "a table",
        lambda source: not _is_json(source) and _is_delimited(source),
        lambda source, reading: read_delimited(source.lines(reading), source.name, reading),
    ),
    Format(
        "JSON",
        lambda _source: True,
        lambda source, reading: read_json(source.lines(reading), source.name, reading),
    ),
)

#: What is not read: how it begins → what it is, and the way out.
_NOT_READ: Final = {
    rb"%PDF": "a PDF document; ask for the data behind it: CSV, JSON or a workbook",
    rb"\xd0\xcf\x11\xe0": "a workbook of the old format (.xls); save it as .xlsx or CSV",
    rb"SQLite format 3": "a SQLite database; export a table of it as CSV",
    rb"\x89PNG|\xff\xd8\xff|GIF8": "a picture; copy the text that it shows",
    rb"BZh|\xfd7zXZ|7z\xbc\xaf": "a packed file of another kind; unpack it, or pack it with gzip",
    rb"\s*<\?xml|\s*<[A-Za-z][\w:.-]*[^<>]*>\s*<(?!/?(?:script|img)\b)": (
        "XML or a page without scripts; export the bookings as JSON or CSV"
    ),
    rb"\s*---\s*\n": "YAML; write it as JSON",
}


def recognised(file: Opened, reading: Reading) -> tuple[Source, Format]:
    """An open file as a source, and its format. Raises EventsError for what is not read."""
    content: Any = file.content
    beginning = content.read1(_PIECE)
    for magic, packing in MAGIC.items():
        if beginning.startswith(magic):
            # Packed, whatever the name says: as a download or an upload may be.
            content = unpacked(file.name, _continued(beginning, content), packing)
            beginning = content.read1(_PIECE)
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        reading.note("read as UTF-16, which its first bytes say")
        content = _Transcoded(_continued(beginning, content), "utf-16")
        beginning = content.read(_PIECE)
    while not begins_as_ndjson(beginning) and len(beginning) < BEGINNING:
        more = content.read1(_PIECE)
        if not more:
            break
        beginning += more
    plain = content is file.content
    source = Source(file.name, _continued(beginning, content), beginning, plain)
    chosen = next(each for each in FORMATS if each.recognises(source))
    if chosen is FORMATS[-1] and not _is_json(source):
        for pattern, what in _NOT_READ.items():
            if re.match(pattern, beginning):
                raise EventsError(f"{file.name}: it looks like {what}")
    reading.kind = chosen.name
    return source, chosen


class _Continued(io.RawIOBase):
    """A stream whose beginning was read already."""

    def __init__(self, beginning: bytes, rest: Any) -> None:
        self._beginning, self._rest = memoryview(beginning), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: Any = self._beginning[: len(buffer)]
        self._beginning = self._beginning[len(data) :]
        if not data:
            data = self._rest.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Transcoded(io.RawIOBase):
    """A text in another encoding as UTF-8."""

    def __init__(self, content: BinaryIO, encoding: str) -> None:
        self._reader = codecs.getreader(encoding)(content, "replace")
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            self._left = self._reader.read(_PIECE, _PIECE // 4).encode()
        data, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def read1(self, most: int) -> bytes:
        """As a buffered stream has it."""
        return self.read(most) or b""


def _continued(beginning: bytes, rest: Any) -> Any:
    return io.BufferedReader(_Continued(beginning, rest), BEGINNING)


def _seekable(source: Source, reading: Reading) -> BinaryIO:
    return io.BytesIO(source.whole(reading))
