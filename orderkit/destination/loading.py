"""Settings files: reading one, with every fault at once; `settings_saving` writes them."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from orderkit.destination.settings import (
    MAPPED_KEYS,
    Connection,
    EventMapping,
    Filter,
    FilterCondition,
    Settings,
    Transformation,
    Values,
)
from orderkit.errors import SettingsError, SettingsFault
from orderkit.events import paths
from orderkit.events.jsontext import show

_SECRET: Final = re.compile(
    r"(?:client|api)[_-]?key|(?:access|refresh)[_-]?token|passw(?:or)?d|secret", re.I
)
_NO_SECRETS: Final = (
    "delete it: secrets never live in this file; keep them in the operating system's "
    "keyring or in ORDERKIT_CLIENT_KEY and ORDERKIT_CLIENT_SECRET"
)
_TOML_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")
_TABLES: Final[dict[str, Any]] = {
    "settings": Values,
    "event_mapping": EventMapping,
    "transformation": Transformation,
    "filter": Filter,
    "filter.condition": FilterCondition,
    "connection": Connection,
}


def load_settings(path: str | Path, *, draft: bool = False) -> Settings:
    """The settings in a TOML file.

    With `draft`, values may be absent that the destination requires; a row that needs one then
    reports `missing`. Raises SettingsError with all faults.
    """
    return parse_settings(read_text(path), str(path), draft=draft)


def read_text(path: str | Path) -> str:
    """The text of a settings file. Raises SettingsError."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(
            str(path), [SettingsFault("file", error.strerror or "no file", "name a TOML file")]
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            str(path), [SettingsFault("file", "bytes that are not UTF-8", "save it as UTF-8")]
        ) from error


def parse_settings(text: str, place: str = "settings", *, draft: bool = False) -> Settings:
    """The settings in a TOML text; `place` names it in errors. Otherwise as `load_settings`."""
    data = read_toml(text, place)
    faults: list[SettingsFault] = []
    settings = Settings()
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        faults = [_fault(entry, text) for entry in error.errors(include_url=False)]
    if not draft:
        faults += _absent(data, text)
    if faults:
        raise SettingsError(place, faults)
    return settings


def read_toml(text: str, place: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises SettingsError with line and reason."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(place, [_syntax_fault(str(error), text)]) from error
    except (ValueError, RecursionError) as error:
        fault = SettingsFault("TOML", "thousands of digits or brackets", "write plain values")
        raise SettingsError(place, [fault]) from error


def _syntax_fault(message: str, text: str) -> SettingsFault:
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


def _fault(entry: Any, text: str) -> SettingsFault:
    where = tuple(part for part in entry["loc"] if part != "[key]")
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
        return SettingsFault(key, _shown(entry["input"]), entry["msg"], line)
    one = kind in ("model_type", "model_attributes_type", "dict_type") and key == _table(where)
    expected = (
        f"write a table, headed [{key}]" if one else f"write tables, headed [[{_table(where)}]]"
    )
    return SettingsFault(key, _shown(entry["input"]), expected, line)


def _table(where: tuple[Any, ...]) -> str:
    """The name of a table as it is written in its header: without numbers."""
    return ".".join(part for part in where if isinstance(part, str))


def _shown(value: Any) -> str:
    """What was found, unless it may hold a secret that somebody wrote at the wrong place."""
    if isinstance(value, dict):
        formula = value.get("formula")
        return _shown(formula) if len(value) == 1 and isinstance(formula, str) else "a table"
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


def _absent(data: dict[str, Any], text: str) -> list[SettingsFault]:
    """What the destination requires and the file does not have: all its settings are required."""
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
    """The line, from 1, on which the key at `where` stands; None where it cannot be told.

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


def validated(data: dict[str, Any], place: str) -> Settings:
    """The settings in `data`. Raises SettingsError with all faults; `place` names it there."""
    settings, faults = drafted(data)
    if faults:
        raise SettingsError(place, faults)
    return settings


def drafted(data: dict[str, Any]) -> tuple[Settings, list[SettingsFault]]:
    """The settings in `data` as far as they can be used, and a fault for each part that cannot.

    For forms, where work goes on while a field is half typed.
    """
    faults: list[SettingsFault] = []
    while True:
        try:
            return Settings.model_validate(data), faults
        except ValidationError as error:
            entries = error.errors(include_url=False)
            faults += [_fault(entry, "") for entry in entries]
            # From the last to the first, each once: what is removed must not move what follows.
            for where in sorted({_part(entry["loc"]) for entry in entries}, reverse=True):
                data = _without(data, where)


def _part(where: tuple[Any, ...]) -> tuple[Any, ...]:
    """What goes when the value at `where` cannot be used: of a list, the whole entry."""
    index = next((at for at, part in enumerate(where) if isinstance(part, int)), len(where))
    return where[: index + 1]


def _without(part: Any, where: tuple[Any, ...]) -> Any:
    """`part` less what stands at `where`; a list loses the whole entry."""
    if isinstance(part, list):
        return [entry for number, entry in enumerate(part) if number != where[0]]
    if len(where) < 2 or not isinstance(part.get(where[0]), dict | list | tuple):
        return {key: value for key, value in part.items() if key != where[0]}
    return part | {where[0]: _without(part[where[0]], where[1:])}
