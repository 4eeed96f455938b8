"""Tables of events and payloads: CSV and Parquet with dotted column names.

A column ``booking.total`` is the property ``total`` of ``booking``; ``items.0.price`` is that of
the first item. Cells of CSV are text, an empty one is no property; cells of Parquet keep their
type, null and NaN are no property, dates and times become ISO 8601. Written are the targets of
the field mappings, in their order; amounts keep their digits.
"""

from typing import Final

from orderkit.events.files import unpacked_suffix

CSV: Final = (".csv", ".tsv")
PARQUET: Final = ".parquet"


def is_table(name: str) -> bool:
    """Whether a file of that name has columns."""
    return unpacked_suffix(name) in (*CSV, PARQUET)


def is_parquet(name: str) -> bool:
    """Whether a file of that name is Parquet."""
    return unpacked_suffix(name) == PARQUET
