"""The golden cases: one folder a situation, with what comes in and what has to come out.

A case without settings of its own is one of the settings beside the folders.
"""

from pathlib import Path
from typing import Any, Final

from orderkit.events.jsontext import loads

_FOLDER: Final = Path(__file__).with_name("cases")

#: The names of all cases.
CASES: Final = sorted(path.name for path in _FOLDER.iterdir() if path.is_dir())


def read(case: str, part: str) -> Any:
    """The ``event``, ``settings`` or ``expected`` of a case."""
    own = _FOLDER / case / f"{part}.json"
    path = own if own.exists() or part != "settings" else _FOLDER / own.name
    return loads(path.read_bytes())
