"""What is wrong in a settings file, said so that it can be mended: line, key, found, expected."""

import re
from collections import Counter
from typing import Any, Final

from orderkit.destination.branding import Branding, Step
from orderkit.destination.settings import (
    MAPPED_KEYS,
    Connection,
    EventMapping,
    Filter,
    FilterCondition,
    Settings,
    TransformationStep,
    Values,
)
from orderkit.errors import SettingsFault
from orderkit.events import paths
from orderkit.events.jsontext import show

_SECRET: Final = re.compile(
    r"(?:client|api)[_-]?key|(?:access|refresh)[_-]?token|passw(?:or)?d|secret", re.I
)
_NO_SECRETS: Final = (
    "delete it: secrets never live in this file; keep them with "
    "`orderkit credentials set NAME` or in ORDERKIT_CLIENT_KEY and ORDERKIT_CLIENT_SECRET"
)
_TOML_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")
_TABLES: Final[dict[str, Any]] = {
    "settings": Values,
    "event_mapping": EventMapping,
    "transformation": TransformationStep,
    "filter": Filter,
    "filter.condition": FilterCondition,
    "connection": Connection,
    "client": Branding,
    "step": Step,
}


def place_of(entry: Any) -> tuple[Any, ...]:
    """Keys and indices from the root to what one of pydantic's errors is about."""
    where: tuple[Any, ...] = entry["loc"]
    # Of a key that is wrong itself pydantic says so with one part more.
    return where[:-1] if len(where) > 1 and where[-1] == "[key]" else where


def describe_fault(entry: Any, text: str) -> SettingsFault:
    """One of pydantic's errors about a file of this text; "" where it comes from no file."""
    where = place_of(entry)
    key = ".".join(str(part) for part in where)
    line = find_line(text, where)
    kind = entry["type"]
    if kind == "missing":
        return SettingsFault(key, "nothing", f'add {where[-1]} = "…"', line)
    inside = entry["input"] if isinstance(entry["input"], dict) else ()
    if any(_SECRET.search(name) for name in (key, *inside)):
        return SettingsFault(key, "what may be a secret", _NO_SECRETS, line)
    if kind == "extra_forbidden":
        return SettingsFault(key, "an unknown key", _unknown_key(where), line)
    if kind == "settings":
        return SettingsFault(key, _show_input(entry["input"]), entry["msg"], line)
    one = kind in ("model_type", "model_attributes_type", "dict_type") and key == _table(where)
    expected = (
        f"write a table, headed [{key}]" if one else f"write tables, headed [[{_table(where)}]]"
    )
    return SettingsFault(key, _show_input(entry["input"]), expected, line)


def describe_syntax(message: str, text: str) -> SettingsFault:
    """What `tomllib` says about a text that it cannot read, with the line it is about."""
    match = _TOML_PLACE.search(message)
    line = int(match[1]) if match and match[1] else len(text.splitlines()) or 1
    lines = text.splitlines() or [""]
    found = lines[line - 1].strip() if line <= len(lines) else ""
    # The line may hold what should never have been written here, or be the rest of it.
    before = (entry for entry in lines[: line - 1] if not entry.lstrip().startswith("#"))
    secret = any(_SECRET.search(entry) for entry in (*before, found))
    shown = "a line that may hold a secret" if secret else show(found)
    reason = _TOML_PLACE.sub("", message)
    return SettingsFault("TOML", shown, f"{reason[:1].lower()}{reason[1:]}; see toml.io", line)


def find_absent(data: dict[str, Any], text: str) -> list[SettingsFault]:
    """What the destination requires and a file does not have: all its settings are required."""
    faults = []
    values = data.get("settings", {})
    if isinstance(values, dict):
        line = find_line(text, ("settings",))
        faults = [
            SettingsFault(
                f"settings.{key}",
                "nothing" if key not in values else "blank text",
                f'write {key} = "…", all settings are required',
                find_line(text, ("settings", key)) or line,
            )
            for key in MAPPED_KEYS
            if key not in values or (isinstance(values[key], str) and not values[key].strip())
        ]
    if not data.get("event_mapping"):
        expected = "add [[event_mapping]] with order_status and event_name, at least one"
        faults.append(SettingsFault("event_mapping", "nothing", expected))
    return faults


def find_line(text: str, where: tuple[Any, ...]) -> int | None:
    """The line, from 1, on which the key at `where` stands; None where it is not found.

    `tomllib` does not keep places, so this looks for headers and keys as people write them.
    """
    table, counts = "", Counter[str]()
    whole = _table(where)
    wanted_table = whole if isinstance(where[-1], int) else _table(where[:-1])
    index = next((part for part in where if isinstance(part, int)), None)
    key = str(where[-1])
    header_line = None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\[?\s*([\w.\"-]+)\s*\]\]?", line):
            table = header[1]
            counts[table] += 1
            if table in (whole, wanted_table) and (index is None or counts[table] == index + 1):
                header_line = header_line or number
            continue
        entry = re.match(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([\w-]+))\s*=", line)
        name = entry and (entry[1] or entry[2] or entry[3])
        here = index is None or counts[table] == index + 1
        if name == key and table == wanted_table and here:
            return number
    return header_line


def _table(where: tuple[Any, ...]) -> str:
    """The name of a table as it is written in its header: without numbers."""
    return ".".join(part for part in where if isinstance(part, str))


def _show_input(value: Any) -> str:
    """What was found, unless it may hold a secret that somebody wrote at the wrong place."""
    if isinstance(value, dict):
        formula = value.get("formula")
        return _show_input(formula) if len(value) == 1 and isinstance(formula, str) else "a table"
    if isinstance(value, list | tuple):
        return "an array"
    return "a text that may hold a secret" if _SECRET.search(str(value)) else show(value)


def _unknown_key(where: tuple[Any, ...]) -> str:
    name = str(where[-1])
    table = _TABLES.get(_table(where[:-1]), Settings)
    known = list(table.model_fields)
    near = paths.near_misses(name, known)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"delete it, or write one of: {', '.join(known)}"
