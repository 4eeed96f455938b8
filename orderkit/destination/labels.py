"""What screens call the fields, and in which groups: ours, read from ``field_labels.csv``."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

LABELS: Final = Path(__file__).with_name("field_labels.csv")
#: What screens call the order statuses that they know; any other is called by its own name.
STATUS_LABELS: Final = {
    "CREATE_ORDER": "Booked",
    "CANCEL_ORDER": "Cancelled",
    "COMPLETE_ORDER": "Completed",
}


@dataclass(frozen=True, slots=True)
class FieldLabel:
    """What a field is called, and the group that it stands in."""

    group: str
    label: str
    target: str


@cache
def field_labels() -> dict[str, FieldLabel]:
    """Target → label, group by group in the order of a screen."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        return {line["target"]: FieldLabel(**line) for line in csv.DictReader(file)}


def status_label(status: str | None) -> str:
    """What a screen calls an order of that status."""
    return STATUS_LABELS.get(status or "", status or "No status")
