"""One field for all that a row can read: a path, a text or a formula, told apart by its look.

What a path looks like is one, whether or not an event has it: a property that is absent is seen as
missing, while a text that was meant as a path would go out with every order.
"""

import json
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from orderkit.errors import FormulaError
from orderkit.events.jsontext import show

Kind: TypeAlias = Literal["path", "text", "formula", ""]

_CALL: Final = re.compile(r"(?:^|[^\w.])[A-Z][A-Z0-9_]+\s*\(")
_OPERATOR: Final = re.compile(r"[-+*/<>=~]|\b(?:AND|OR|IN|NOT)\b")
_LONE: Final = re.compile(r"\{\{([^{}]+)\}\}")
_NAME: Final = re.compile(r"[^\W\d][\w$-]*")
_DOTTED: Final = re.compile(r"[^\W\d][\w$-]*(?:\.[\w$-]+)+")
_LONGEST: Final = 10_000
#: So long a part of a name, with digits among its letters, is no property's.
_LONG_PART: Final = 12
_ID_PART: Final = re.compile("[a-z][0-9]+[a-z]|[0-9][a-z]+[0-9]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WrittenSource:
    """What stands in a row's field.

    kind:  how it is read; "" where nothing stands there
    text:  as it is shown
    value: as a settings file has it: None, a text, a number or ``{"formula": …}``
    """

    kind: Kind
    text: str
    value: Any


def read_source(text: str, known: Container[str], *, setting: bool) -> WrittenSource:
    """How a typed text is read.

    known:   the paths that events have
    setting: whether it is written under ``[settings]``; otherwise under ``[smart_mapping]``, which
             takes paths as they are, and a constant as a formula only
    """
    typed = text.strip()
    kind, inside = _kind_of(typed, known, setting)
    value: Any = None if setting else ""
    if kind == "formula":
        value = {"formula": inside}
    elif kind == "path":
        value = f"{{{{{inside}}}}}" if setting else inside
    elif kind == "text":
        constant = not setting and "{{" not in inside
        value = {"formula": show(inside, _LONGEST)} if constant else inside
    return WrittenSource(kind, text, value)


def show_source(value: Any, known: Container[str], *, setting: bool) -> WrittenSource:
    """How a value of a settings file is shown, so that what is shown reads as that value again."""
    if value is None or value == "":
        return WrittenSource("", "", value)
    for text in _spellings(value, setting):
        read = read_source(text, known, setting=setting)
        if read.value == value or (isinstance(value, int | float) and read.value == str(value)):
            return WrittenSource(read.kind, text, value)
    # What nobody can read is shown as it stands, for whoever mends it.
    text = str(value.get("formula", "")) if isinstance(value, dict) else str(value)
    return WrittenSource("formula" if isinstance(value, dict) else "text", text, value)


def _kind_of(typed: str, known: Container[str], setting: bool) -> tuple[Kind, str]:
    if not typed:
        return "", ""
    if typed.startswith("="):
        return "formula", typed[1:].strip()
    if typed[0] in "\"'" and (inside := _unquoted(typed)) is not None:
        return "text", inside
    if lone := _LONE.fullmatch(typed):
        return "path", lone[1].strip()
    if "{{" in typed or "}}" in typed:
        return "text", typed
    if typed in known:
        return "path", typed
    if _CALL.search(typed) or _calculates(typed, known):
        return "formula", typed
    if _is_id(typed) and typed.partition(".")[0] not in known:
        return "text", typed
    if _DOTTED.fullmatch(typed) or (not setting and _NAME.fullmatch(typed)):
        return "path", typed
    return "text", typed


def _is_id(typed: str) -> bool:
    """Whether it is an id, as "E.C.P.CrYQb0aTest123": it begins with letters that stand alone, or
    a part of it is long and has digits among its letters.
    """
    parts = typed.split(".")
    alone = len(parts) > 2 and all(len(part) == 1 for part in parts[:2])
    return alone or any(len(p) >= _LONG_PART and _ID_PART.search(p) for p in parts)


def _unquoted(typed: str) -> str | None:
    """What stands between quotes, if that is all there is."""
    if len(typed) < 2 or typed[0] != typed[-1]:
        return None
    if typed[0] == "'":
        return typed[1:-1] if "'" not in typed[1:-1] else None
    try:
        return str(json.loads(typed))
    except ValueError:
        return None


def _calculates(typed: str, known: Container[str]) -> bool:
    """Whether it calculates with a property that events have: `a-b` alone may be a name."""
    if not _OPERATOR.search(typed):
        return False
    from orderkit.language import formulas

    try:
        return any(path in known for path in formulas.parse(typed).properties)
    except FormulaError:
        return False


def _spellings(value: Any, setting: bool) -> list[str]:
    """The ways to show a value, the plainest first."""
    if isinstance(value, dict):
        formula = str(value.get("formula", ""))
        return [formula, f"= {formula}"]
    text = str(value)
    if lone := _LONE.fullmatch(text):
        return [lone[1].strip(), text]
    return [text, show(text, _LONGEST)] if setting else [text, f"{{{{{text}}}}}"]
