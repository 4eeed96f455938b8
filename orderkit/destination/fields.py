"""The destination's field mappings: the vendor's table, read from ``field_mappings.csv``.

Source: the field mapping table on the vendor's page of the destination. The columns source, target
and mandatory are the vendor's; type and note are ours, and a note that begins a sentence with
"assumption" marks what no source states.
"""

import csv
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

ALWAYS: Final = "always"
TABLE: Final = Path(__file__).with_name("field_mappings.csv")
_SETTING_NAME: Final = re.compile(r"^[A-Z].* ")  # the vendor writes settings in capitals and spaces
_NO_TARGET_NAMED: Final = "the vendor's table names no target"


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One row of the table.

    source:    a property's path, or the name of a setting (with capitals and spaces)
    target:    where the value goes, from ``order_info.`` on
    mandatory: ``"always"``, the one order status that asks for it, or ``""``
    type:      what the value must be; see `mapping.types`
    note:      what the value means, and what is assumed about it
    """

    source: str
    target: str
    mandatory: str
    type: str
    note: str

    @property
    def vendor(self) -> bool:
        """Whether the row stands in the vendor's table."""
        return _NO_TARGET_NAMED not in self.note

    @property
    def setting(self) -> str:
        """The key of the setting that the row draws on, or ``""``."""
        return setting_key(self.source) if _SETTING_NAME.search(self.source) else ""

    def mandatory_for(self, status: str | None) -> bool:
        """Whether an order of that status must have the field."""
        return self.mandatory == ALWAYS or (bool(status) and self.mandatory == status)

    def awaits_later(self, status: str | None) -> bool:
        """Whether a later order status may ask for the field.

        Assumption: the statuses with mandatory fields of their own are an order's ends, and follow
        every other one; of two ends, an order reaches one.
        """
        return self.mandatory not in ("", ALWAYS) and status not in ruled_statuses()

    def as_json(self) -> dict[str, Any]:
        """The row as a JSON object, `vendor` included."""
        return {**asdict(self), "vendor": self.vendor}


def setting_key(name: str) -> str:
    """The key under ``[settings]`` for a setting's name: "Check-In Date" is ``check_in_date``."""
    return name.lower().replace("-", "_").replace(" ", "_")


@cache
def field_mappings() -> tuple[FieldMapping, ...]:
    """All rows: the vendor's 36, then the assumed one for ``ttoclid``."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(FieldMapping(**row) for row in csv.DictReader(file))


def ruled_statuses() -> tuple[str, ...]:
    """The order statuses that have mandatory fields of their own, in the order of the table."""
    rows = field_mappings()
    return tuple(dict.fromkeys(row.mandatory for row in rows if row.mandatory not in ("", ALWAYS)))
