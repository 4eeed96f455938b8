"""The order as JSON, line by line: what differs from the saved settings, and what is missing."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from orderkit.events.jsontext import show
from orderkit.mapping.compiled import CompiledField
from orderkit.mapping.interpreter import payload
from orderkit.mapping.results import Mapped


class _Absent:
    """Stands where the order has no value: it is missing, or gone since settings were saved."""

    def __init__(self, words: str, mark: str) -> None:
        self.words, self.mark = words, mark


_MISSING: Final = _Absent("missing", "!")
_INVALID: Final = _Absent("invalid", "!")
_GONE: Final = _Absent("no more", "-")


def order_lines(
    fields: tuple[CompiledField, ...], mapped: Mapped, saved: Mapped
) -> list[dict[str, Any]]:
    """The lines of the order that `mapped` has; `saved` is what the saved settings make of it.

    i: how deep it stands, k: its key, v: its value as JSON, or a bracket, t: the target of a value,
    m: its mark: ``~`` changed, ``+`` new, ``-`` gone, ``!`` missing or invalid
    """
    values: dict[str, Any] = {}
    before = {entry.target: entry.value for entry in saved.trace if entry.state == "ok"}
    marks: dict[str, str] = {}
    for entry in mapped.trace:
        target = entry.target
        if entry.state == "ok":
            values[target] = entry.value
            if target not in before:
                marks[target] = "+"
            elif before[target] != entry.value:
                marks[target] = "~"
        elif entry.state in ("missing", "invalid"):
            values[target] = _MISSING if entry.state == "missing" else _INVALID
            marks[target] = "!"
        elif target in before:
            values[target] = _GONE
            marks[target] = "-"
    return list(_lines("order_info", payload(fields, values)["order_info"], 0, "order_info", marks))


def _lines(
    key: str, value: Any, depth: int, path: str, marks: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    line: dict[str, Any] = {"i": depth, "k": key}
    if not isinstance(value, dict | list):
        said = value.words if isinstance(value, _Absent) else show(value, 2_000)
        yield line | {"v": said, "m": marks.get(path, ""), "t": path}
        return
    opens, closes = ("{", "}") if isinstance(value, dict) else ("[", "]")
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        opens, closes, value, path = "[{", "}]", value[0], f"{path}.0"
    yield line | {"v": opens}
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in parts:
        shown = str(name) if isinstance(value, dict) else ""
        yield from _lines(shown, part, depth + 1, f"{path}.{name}", marks)
    yield {"i": depth, "k": "", "v": closes}
