"""The destination's field mappings as text, for the one command that loads nothing else."""

import sys
from collections.abc import Iterable

from orderkit.cli.columns import layout, natural_width
from orderkit.cli.writing import WHOLE, WIDTH_WITHOUT_TERMINAL, echo, output_width
from orderkit.destination.fields import FieldMapping, field_mappings


def print_fields(rows: Iterable[FieldMapping] | None = None) -> int:
    """Print the rows, all of them by default: a head, and columns that are aligned.

    Where there is little room, targets go without what they all begin with; where a terminal has
    none for types and sources, these stand with the notes.
    """
    chosen = list(field_mappings() if rows is None else rows)
    width = output_width(sys.stdout)
    fits = width < WIDTH_WITHOUT_TERMINAL
    prefix = "order_info." if fits else ""
    cells: list[tuple[str, ...]] = [
        ("source", "target", "mandatory", "type", "note"),
        *(
            (row.source, row.target.removeprefix(prefix), row.mandatory, row.type, row.note)
            for row in chosen
        ),
    ]
    if fits and natural_width(row[:4] for row in cells) > width:
        cells = [
            (target, mandatory, f"{kind} from {source}; {note}".removesuffix("; "))
            for source, target, mandatory, kind, note in cells
        ]
    for lines in layout(cells, width if fits else WHOLE, prose=len(cells[0]) - 1):
        for line in lines:
            echo("  ".join(line).rstrip())
    return 0
