"""Whatever is done to a file of any format, reading it gives events, reasons, or one error."""

import gzip
import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderkit.errors import EventsError
from orderkit.events.entries import Reading
from orderkit.events.files import Opened
from orderkit.events.reader import entries_of
from tests.events.formats.test_captures import BASH, COLLECTOR, ORDER, STAY, entry, har
from tests.events.formats.test_spreadsheet import ROWS, workbook

pytest.importorskip("tree_sitter", reason='needs pip install "orderkit[captures]"')
pytest.importorskip("ijson", reason='needs pip install "orderkit[captures]"')

FILES = [
    BASH.encode(),
    f"cact('trigger', 'purchase', {ORDER})".encode(),
    ORDER.encode(),
    har(entry(COLLECTOR, json.dumps(STAY)), indent=1).encode(),
    f"{COLLECTOR}&event_name=x&items[0][id]=1&items[][a]=2".encode(),
    b"id;total;items.id\nA;1;x\nA;2;y\n",
    b'id,a\n"x\ny",2\n',
    json.dumps({"data": [STAY, STAY]}, indent=2).encode() + b"\n// more\n{}",
    workbook(("Stays", ROWS)),
    gzip.compress(json.dumps(STAY).encode(), mtime=0),
    b'{"id":1}\n{"a":NaN}\n',
    "id;é\nx;y\n".encode("utf-16"),
    "id;é\nx;ü\n".encode("cp1252"),
    f'fetch("{COLLECTOR}", {{"body": "{{}}", method: "POST"}});'.encode(),
]
PIECES = [
    *(b"", b"{", b"}", b"[", b"]", b'"', b"'", b"\\", b"\n", b",", b";", b"\0", b"\xff", b"\x9d"),
    *(b"/*", b"//", b"$'", b"=", b"[]", b"%", b"9" * 30, b"{" * 300, b"[" * 3_000, b"://["),
    *(b"curl ", b"<script>", b"`", b"${", b"\\9", b"\\ud83d", b"1e999", b"data"),
]
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 20), st.sampled_from(PIECES)), max_size=5
)


@given(st.sampled_from(FILES), CHANGES, st.sampled_from(["", "", "data", "0", "."]))
@example(FILES[0], [(0.02, 0, b"://[")], "")
@example(FILES[5], [(0.1, 0, b"\r")], "")
def test_any_change(file: bytes, changes: list[tuple[float, int, bytes]], at: str) -> None:
    """Pieces are put in, taken out and replaced anywhere."""
    for place, length, piece in changes:
        start = round(place * len(file))
        file = file[:start] + piece + file[start + length :]
    opened = Opened("f", io.BytesIO(file), lambda: 0, len(file))
    try:
        entries = list(entries_of(opened, Reading(limit=2**20, at=at)))
    except EventsError:
        return
    assert [entry.index for entry in entries] == list(range(len(entries)))
    assert all(isinstance(entry.event, dict) != bool(entry.error) for entry in entries)
