"""What no source states, and what is assumed instead; said wherever a user decides by it."""

import csv
from functools import cache
from pathlib import Path
from typing import Final

from orderkit.destination.fields import field_mappings

TABLE: Final = Path(__file__).with_name("assumptions.csv")
_MARK: Final = "assumption: "


@cache
def assumptions() -> tuple[tuple[str, str], ...]:
    """What each is about, and the assumption: those of single field mappings come last."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        general = [(row["about"], row["assumption"]) for row in csv.DictReader(file)]
    rows = [
        (row.target.removeprefix("order_info."), row.note.partition(_MARK)[2])
        for row in field_mappings()
        if _MARK in row.note
    ]
    return (*general, *rows)
