"""CSV as spreadsheets and exports write it, conversions with a line for each item, and bounds."""

from pathlib import Path
from typing import Any

import pytest

from orderkit.errors import EventsError
from orderkit.events.entries import Reading
from orderkit.events.reader import parse_text
from tests.events.support import events, read

ROW = {"id": "H-1", "total": "100"}


@pytest.mark.parametrize("name", ["e.csv", "export", "e.txt"])
@pytest.mark.parametrize(
    ("text", "event", "note"),
    [
        ("id,total\nH-1,100\nH-1,100\n", ROW, ""),
        ("sep=;\r\nid;total\r\nH-1;100\r\nH-1;100\r\n", ROW, ""),
        ("id|total\nH-1|100\nH-1|100\n", ROW, ""),
        ("id\ttotal\nH-1\t100\nH-1\t100\n", ROW, ""),
        ("\ufeffid;total;\nH-1;100;\nH-1;100;\n", ROW, ""),
        (",id,total\n0,H-1,100\n1,H-1,100\n", ROW, "column 1, a counter without a name, left out"),
        ("id ,total  \n H-1, 100\nH-1,100 \n", ROW, "padding of cells trimmed: 2 events"),
        ('"id", "total"\n"H-1", "1,5"\n"H-1", "1,5"\n', {"id": "H-1", "total": "1,5"}, ""),
        ("Cod.;Check-in\nH-1;1.5.\nH-1;1.5.\n", {"Cod": "H-1", "Check-in": "1.5."},
         "dots of abbreviations left out of 1 column name, as in `Cod`"),
        ("N. Pren.;Tot. Sogg.\nH-1;7\nH-1;7\n", {"N Pren": "H-1", "Tot Sogg": "7"},
         "dots of abbreviations left out of 2 column names, as in `N Pren`"),
        ("Res.-Nr.;Preis/Zi./Nacht\nH-1;7\nH-1;7\n", {"Res-Nr": "H-1", "Preis/Zi/Nacht": "7"},
         "dots of abbreviations left out of 2 column names, as in `Res-Nr`"),
        ("Cod;Cod.\nH-1;7\nH-1;7\n", {"Cod": "H-1", "Cod.": "7"},
         'column 2 is no path of its own: GET("Cod.") reads it'),
        ("a..b;price.total\nH-1;7\nH-1;7\n", {"a..b": "H-1", "price": {"total": "7"}},
         'column 1 is no path of its own: GET("a..b") reads it'),
    ],
)  # fmt: skip
def test_dialects(tmp_path: Path, name: str, text: str, event: dict[str, Any], note: str) -> None:
    """The delimiter, a counter, padding and odd names are seen in the text, whatever its name."""
    found, notes, kind = events(tmp_path / name, text)
    assert (found, notes, kind) == ([event, event], [note] if note else [], "a table")
    assert [entry.event for entry in parse_text(text)] == [event, event]


@pytest.mark.parametrize("text", ['{"id": 1}\n', '[{"id": 1}]', '{\n"id": 1}', "\n\n{\n}\n"])
def test_json_that_is_called_csv(tmp_path: Path, text: str) -> None:
    """The content counts, and not what the file is called."""
    assert events(tmp_path / "e.csv", text)[2] in ("JSON", "NDJSON")


def test_latin_1_is_told_by_its_bytes(tmp_path: Path) -> None:
    """Text that is no UTF-8 from its first such letter on is that of a spreadsheet's export."""
    text = "id;hôtel;note\nH-1;Hôtel de la Forêt;5 €\n".encode("cp1252")
    found, notes, _kind = events(tmp_path / "e.csv", text)
    assert found == [{"id": "H-1", "hôtel": "Hôtel de la Forêt", "note": "5 €"}]
    assert notes == ["read as Windows-1252 (Latin-1), which its bytes are"]
    found, notes, _kind = events(tmp_path / "e.csv", "id;a\nH-1;é\n".encode("utf-16"))
    assert found == [{"id": "H-1", "a": "é"}]


def test_a_cell_that_holds_a_row(tmp_path: Path) -> None:
    """However long a cell is, its lines are its own, and never another order's."""
    cell = "x" * 140_000 + "\nH-9,900\n" + "y" * 10
    found, *_ = events(tmp_path / "e.csv", f'id,total\nH-1,"{cell}"\nH-2,7\n')
    assert found == [{"id": "H-1", "total": cell}, {"id": "H-2", "total": "7"}]


def test_a_cell_over_the_limit(tmp_path: Path) -> None:
    """A row over the limit is one reject, its inner lines too; the rows behind it are read."""
    cell = "\n".join(["H-9,900"] * 3_000)
    text = f'id,total\nH-1,"{cell}"\nH-2,7\n{"z" * 30_000},1\nH-3,8\n'
    entries = read(tmp_path / "e.csv", text, Reading(limit=10_000))
    assert [entry.event for entry in entries] == [
        *(None, {"id": "H-2", "total": "7"}, None, {"id": "H-3", "total": "8"})
    ]
    assert [entry.line for entry in entries] == [2, 3_002, 3_003, 3_004]
    assert all("a row of more than" in entry.error for entry in entries if entry.error)


def test_conversions(tmp_path: Path) -> None:
    """Lines of one id that stand together are one order, with an item from each of them."""
    text = (
        "event_name,id,currency,items.id,items.product.name,items.price\n"
        "purchase,H-1,EUR,R1,Deluxe,100\n"
        "purchase,H-1,EUR,R2,Suite,200\n"
        "purchase,H-2,EUR,R1,Deluxe,90\n"
        "purchase,,EUR,R1,Deluxe,1\n"
        "purchase,,EUR,R1,Deluxe,2\n"
        "purchase,H-3,USD,,,\n"
        "purchase,H-3,EUR,R9,Attic,3\n"
    )
    found, notes, _kind = events(tmp_path / "e.csv", text)
    first = {"id": "R1", "product": {"name": "Deluxe"}, "price": "100"}
    second = {"id": "R2", "product": {"name": "Suite"}, "price": "200"}
    assert found[0] == {
        "event_name": "purchase",
        "id": "H-1",
        "currency": "EUR",
        "items": [first, second],
    }
    assert [event.get("id") for event in found] == ["H-1", "H-2", None, None, "H-3"]
    assert found[4]["currency"] == "USD"
    assert any("differ" in note for note in notes)
    numbered = text.replace("items.", "items.0.")
    assert len(events(tmp_path / "e.csv", numbered)[0]) == 7


def test_a_table_of_one_line(tmp_path: Path) -> None:
    """A header without rows is no event, and an empty file says what is missing."""
    assert events(tmp_path / "e.csv", "id,total\n")[0] == []
    with pytest.raises(EventsError, match="nothing where the names"):
        events(tmp_path / "e.csv", "")
