"""The golden cases: one folder a situation."""

from pathlib import Path
from typing import Any

from orderkit.events.jsontext import loads

CASES = Path(__file__).with_name("cases")


def read_case(name: str, part: str) -> Any:
    """The case's ``event``, ``expected`` or ``settings``; most cases share one settings file."""
    path = CASES / name / f"{part}.json"
    return loads((path if path.exists() else CASES.with_name(f"{part}.json")).read_bytes())
