"""Settings from TOML files and from forms, with every fault at once; `saving` writes files."""

import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from orderkit.destination.faults import describe_fault, describe_syntax, find_absent, place_of
from orderkit.destination.settings import Settings
from orderkit.errors import SettingsError, SettingsFault
from orderkit.events.failures import explain_unreadable

#: What a file begins with whose values were proposed, until all of them are confirmed.
PROPOSED: Final = "# Proposed from events: read each line through before you rely on it.\n"


def is_proposed(text: str) -> bool:
    """Whether a settings text was proposed, and not all of it is confirmed."""
    return PROPOSED in text


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
        told = explain_unreadable(path, error, "name a TOML file")
        place = str(path) or '""'
        found, _, expected = told.removeprefix(f"{place}: ").partition("; ")
        raise SettingsError(place, [SettingsFault("", found, expected)]) from error
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
        faults = [describe_fault(entry, text) for entry in error.errors(include_url=False)]
    if not draft:
        faults += find_absent(data, text)
    if faults:
        raise SettingsError(place, faults)
    return settings.as_agreed(not is_proposed(text))


def read_toml(text: str, place: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises SettingsError with line and reason."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(place, [describe_syntax(str(error), text)]) from error
    except (ValueError, RecursionError) as error:
        fault = SettingsFault("TOML", "thousands of digits or brackets", "write plain values")
        raise SettingsError(place, [fault]) from error


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
            faults += [describe_fault(entry, "") for entry in entries]
            # From the last to the first, each once: what is removed must not move what follows.
            for where in sorted({_part(place_of(entry)) for entry in entries}, reverse=True):
                data = _without(data, where)


def _part(where: tuple[Any, ...]) -> tuple[Any, ...]:
    """What goes when the value at `where` cannot be used: of a list, the whole entry."""
    index = next((at for at, part in enumerate(where) if isinstance(part, int)), len(where))
    return where[: index + 1]


def _without(part: Any, where: tuple[Any, ...]) -> Any:
    """`part` less what stands at `where`; a list loses the whole entry."""
    if isinstance(part, list | tuple):
        return [entry for number, entry in enumerate(part) if number != where[0]]
    if len(where) < 2 or not isinstance(part.get(where[0]), dict | list | tuple):
        return {key: value for key, value in part.items() if key != where[0]}
    return part | {where[0]: _without(part[where[0]], where[1:])}
