"""What the property for a row is called, as data: ``row_hints.csv``."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from orderkit.mapping.names import Name

HINTS: Final = Path(__file__).with_name("row_hints.csv")


@dataclass(frozen=True, slots=True)
class RowHint:
    """What the name of a property for a row says; see ``row_hints.csv``.

    role:    what the row is in a set of proposals that must agree, or ""
    subject: of what the name speaks
    any_of:  what it says, at least one of these
    besides: what it may say besides
    bare:    "yes" where the subject's own name alone will do ("rooms": 2), and what it may say
             instead, with the subject in its own words ("bookingTime", "roomType")
    """

    role: str
    subject: str
    any_of: frozenset[str]
    besides: frozenset[str]
    bare: str

    def is_bare(self, name: Name) -> bool:
        """Whether a name has the subject in its own words, and says nothing else than it may."""
        allowed = set(self.bare.split())
        said = name.attributes
        return name.said == 2 and (said <= allowed if said else "yes" in allowed)


@cache
def row_hints() -> Mapping[str, RowHint]:
    """Target → what its property is called."""
    with HINTS.open(encoding="utf-8", newline="") as file:
        return {
            line["target"]: RowHint(
                line["role"],
                line["subject"],
                frozenset(line["any_of"].split()),
                frozenset(line["besides"].split()),
                line["bare"],
            )
            for line in csv.DictReader(file)
        }
