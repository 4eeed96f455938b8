"""Workbooks: a minimal one is written by hand, as spreadsheets do it."""

import io
import zipfile
from pathlib import Path

import pytest

from orderkit.errors import EventsError
from tests.events.support import events

pytest.importorskip("python_calamine", reason='needs pip install "orderkit[captures]"')

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROWS = [
    ["id", "total", "nights", "check_in"],
    ["H-1", 450.5, 3.0, 46_174.0],
    [" H-2 ", 90.0, 1.0, ""],
]


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    """A workbook of these sheets: texts inline, numbers as they are, the fourth column dates."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        types = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/'
            'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"'
            f"/>{types}</Types>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" Type='
            f'"{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        named = "".join(
            f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>'
            for n, (name, _rows) in enumerate(sheets, start=1)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{SHEETS}" xmlns:r="{RELATIONS}"><sheets>{named}</sheets></workbook>',
        )
        links = "".join(
            f'<Relationship Id="r{n}" Type="{RELATIONS}/worksheet" '
            f'Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{links}<Relationship Id="s" Type='
            f'"{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{SHEETS}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
            "</styleSheet>",
        )
        for n, (_name, rows) in enumerate(sheets, start=1):
            body = "".join(
                f'<row r="{r}">'
                + "".join(cell(r, c, value) for c, value in enumerate(row))
                + "</row>"
                for r, row in enumerate(rows, start=1)
            )
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<worksheet xmlns="{SHEETS}"><sheetData>{body}</sheetData></worksheet>',
            )
    return data.getvalue()


def cell(row: int, column: int, value: object) -> str:
    place = f"{'ABCDEFG'[column]}{row}"
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
    return f'<c r="{place}" s="{int(column == 3)}"><v>{value}</v></c>'


@pytest.mark.parametrize("name", ["e.xlsx", "export", "e.csv"])
def test_a_workbook(tmp_path: Path, name: str) -> None:
    """The first sheet with rows is read: whole numbers are whole, dates ISO 8601, texts trimmed."""
    data = workbook(("Notes", [["read me"]]), ("Stays", ROWS), ("More", ROWS))
    found, notes, kind = events(tmp_path / name, data)
    assert found == [
        {"id": "H-1", "total": 450.5, "nights": 3, "check_in": "2026-06-01"},
        {"id": "H-2", "total": 90, "nights": 1},
    ]
    assert notes == ["sheet 'Stays' read; others: Notes, More"]
    assert kind == "a workbook"


def test_a_sheet_by_name(tmp_path: Path) -> None:
    """``--at`` names the sheet; one that is not there is an error with those that are."""
    data = workbook(("Stays", ROWS), ("Other", [["id"], ["X"]]))
    assert events(tmp_path / "e.xlsx", data, at="Other")[0] == [{"id": "X"}]
    with pytest.raises(EventsError, match="no sheet 'Third'; write --at Stays or Other"):
        events(tmp_path / "e.xlsx", data, at="Third")


def test_what_is_no_workbook(tmp_path: Path) -> None:
    """A damaged one, a bomb, and any other archive are errors that say what they are."""
    data = workbook(("Stays", ROWS))
    with pytest.raises(EventsError, match="damaged or locked workbook"):
        events(tmp_path / "e.xlsx", data[:-200])
    bomb = workbook(("Stays", [*ROWS, ["x" * 3_000_000]]))
    assert len(bomb) < 20_000
    with pytest.raises(EventsError, match=r"sheet1\.xml in it has more than 1 MiB"):
        events(tmp_path / "e.xlsx", bomb, limit=2**20)
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("events.ndjson", "{}")
    with pytest.raises(EventsError, match=r"a ZIP archive \(events\.ndjson\); unpack it"):
        events(tmp_path / "e.zip", other.getvalue())
