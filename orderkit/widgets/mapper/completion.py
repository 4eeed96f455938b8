"""What can be meant by what is typed in a row: properties, functions, a constant text."""

import re
from typing import Any, Final

from orderkit.destination.codes import countries, country_code
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.mapping.compiled import CompiledField
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.fixes import property_in_formula
from orderkit.widgets.mapper.known import KnownPaths, plain_path
from orderkit.widgets.mapper.sources import read_source

_TOKEN: Final = re.compile(r"[\w.$-]*\Z")
_MOST: Final = 8
#: Types of which a text that happens to be one is hardly the beginning of a path.
_NARROW: Final = frozenset({"currency", "amount", "integer", "date", "timestamp"})
_MOST_FUNCTIONS: Final = 4
_LEAST_TYPED: Final = 3


def completions(
    text: str, caret: int, field: CompiledField, event: Any, known: KnownPaths, *, setting: bool
) -> list[dict[str, Any]]:
    """What may follow: the whole text that it makes, and what to say of it.

    text: the field's text then, caret: where typing goes on, shown: what is offered, hint: what it
    gives or does, note: how many events have it, or what is wrong with it (`bad`)
    """
    before, after = text[:caret], text[caret:]
    formula = "(" in text or text.lstrip().startswith("=")
    match = _TOKEN.search(before) if formula else None
    token = match[0] if match else before.strip()
    start = before[: len(before) - len(token)] if formula else ""
    rest = after if formula else ""
    if formula and not token and before.rstrip()[-1:] not in ("", "(", ",", "="):
        return []  # what comes next is no property
    found: list[dict[str, Any]] = []
    for path in known.matching(token, _MOST):
        written = property_in_formula(path) if formula else path
        value = paths.get(event, paths.parse_path(plain_path(path)))
        unfit = "" if formula or value is paths.MISSING else _unfit(field, value)
        found.append(
            {
                "text": f"{start}{written}{rest}",
                "caret": len(start) + len(written),
                "shown": path,
                "hint": "" if value is paths.MISSING else show(value, 60),
                "note": unfit or f"{known.counts[path]:,} of {known.events:,}",
                "bad": bool(unfit),
            }
        )
    found.sort(key=lambda each: bool(each["bad"]))
    constant = _constant(token, formula, known, setting)
    if constant and field.type.name == "country" and (code := code_meant(token)):
        meant = {**constant[0], "text": code, "caret": len(code), "shown": show(code)}
        return [{**meant, "hint": f"the code of {token}", "sure": True}, *found]
    # A code or a number that the row takes is meant as it is typed ("EUR").
    if constant and field.type.name in _NARROW:
        if not _unfit(field, token):
            return [{**constant[0], "sure": True}, *found]
        # No number is called so: a property is meant that is, or begins so.
        if found and not found[0]["bad"]:
            found[0]["sure"] = True
    elif constant and found and not found[0]["bad"] and _begins(found[0]["shown"], token):
        found[0]["sure"] = True
    return [*found, *_functions(start, token, rest), *constant]


def _begins(path: str, token: str) -> bool:
    """Whether somebody who types that is on the way to the path, or its last name, letter by
    letter: a text that happens to begin as one is rare, and stays to be chosen.
    """
    own = path.rpartition(".")[2]
    return len(token) >= _LEAST_TYPED and (path.startswith(token) or own.startswith(token))


def _functions(start: str, token: str, rest: str) -> list[dict[str, Any]]:
    if not token or "." in token:
        return []
    from orderkit.language.formulas import FUNCTIONS

    named = [info for name, info in FUNCTIONS.items() if name.startswith(token.upper())]
    return [
        {
            "text": f"{start}{info.name}({rest or ')'}",
            "caret": len(start) + len(info.name) + 1,
            "shown": info.signature,
            "hint": info.description,
            "note": "formula",
            "bad": False,
            "more": True,
        }
        for info in named[:_MOST_FUNCTIONS]
    ]


def _constant(token: str, formula: bool, known: KnownPaths, setting: bool) -> list[dict[str, Any]]:
    if formula or not token or token in known:
        return []
    quoted = show(token.strip("\"'"), 200)
    plain = read_source(token, known, setting=setting).kind == "text" and token[0] not in "\"'"
    text = token if plain else quoted
    hint = "same text for every order"
    return [
        {
            "text": text,
            "caret": len(text),
            "shown": quoted,
            "hint": hint,
            "note": "text",
            "bad": False,
        }
    ]


def code_meant(text: str) -> str:
    """The code of the country that is meant by its name or another code; "" for a code itself."""
    code = country_code(text) or text.upper()
    return code if code != text and code in countries() else ""


def _unfit(field: CompiledField, value: Any) -> str:
    """Why a row does not take a value, or ""."""
    try:
        field.type.convert(value, field.zone)
    except Unconvertible as error:
        return error.reason
    return ""
