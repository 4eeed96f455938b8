"""Ids, names and other texts: what they may hold, and what only looks like a value."""

import re
import unicodedata
from typing import Any, Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from orderkit.mapping.conversion import Converted, Doubt, Mending, Unconvertible

#: Words that programs write where they have nothing, and what each looks like.
NO_VALUES: Final = {
    **dict.fromkeys(
        ("NULL", "null", "Null", "\\N", "(null)", "<null>", "[NULL]"),
        "what databases write for nothing",
    ),
    "undefined": "what JavaScript writes for nothing",
    "None": "what Python writes for nothing",
    "nil": "what Ruby and Go write for nothing",
    **dict.fromkeys(
        (f"[object {kind}]" for kind in ("Object", "Undefined", "Null", "Promise", "Array")),
        "what JavaScript writes for an object in a text",
    ),
    "Invalid Date": "what JavaScript writes for a date that is none",
    "NaT": "what Python writes for a date that is none",
    **dict.fromkeys(
        ("NaN", "nan", "Infinity", "-Infinity"), "what programs write for a number that is none"
    ),
    **dict.fromkeys(("N/A", "n/a"), "what people write for nothing"),
    **dict.fromkeys(
        ("#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"),
        "a spreadsheet's error",
    ),
}
#: Characters that nobody sees, besides blanks: controls, and what Unicode calls ignorable.
_UNSEEN: Final = (
    "\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_NOT_IN_IDS: Final = re.compile(rf"[\s{_UNSEEN}]")
_SEEN: Final = re.compile(rf"[^\s{_UNSEEN}]")
#: Not in a name either; line breaks are, and what joins letters or gives an emoji its colour.
_NOT_IN_NAMES: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_NAMED: Final = {
    " ": "a blank",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a carriage return",
    "\x00": "the character NUL (U+0000)",
    "\x1b": "the character ESCAPE (U+001B)",
}
_SHORTENED_BY_SPREADSHEET: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+")
#: ``{{ttoclid}}``, ``${id}``, ``{id}``: what templates fill in, and tags now and then do not.
_PLACEHOLDER: Final = re.compile(r"\$?\{\{?[^{}]*\}?\}")
_ENCODED: Final = re.compile("%[0-9A-Fa-f]{2}")


def convert_text(raw: Any, _zone: ZoneInfo) -> Converted:
    """A text, without blanks around it."""
    value, steps = _text_or_integer(raw)
    if not _SEEN.search(value):
        unseen = f"{_character(value[0])}, which nobody sees" if value else "nothing"
        raise Unconvertible(f"all that it holds is {unseen}")
    trimmed = value.strip()
    return trimmed, steps if trimmed == value else (*steps, "blanks around it dropped")


def convert_id(raw: Any, _zone: ZoneInfo) -> Converted:
    """An id: text without blanks and without characters that nobody sees."""
    value, steps = _text_or_integer(raw)
    if value in NO_VALUES and _NOT_IN_IDS.search(value):
        raise Unconvertible(f"it looks like {NO_VALUES[value]}")
    if unfit := _NOT_IN_IDS.search(value):
        at = unfit.start()
        place = "at its beginning" if not at else f"as character {at + 1}"
        place = "at its end" if 0 < at == len(value) - 1 else place
        raise Unconvertible(f"it has {_character(unfit[0])} {place}", *_cleaned(value))
    return value, steps


def _text_or_integer(raw: Any) -> Converted:
    if isinstance(raw, str):
        if not encodable(raw):
            raise Unconvertible("it holds half of a character (a lone surrogate)")
        return raw, ()
    if isinstance(raw, int) and not isinstance(raw, bool) and raw.bit_length() <= 64:
        return str(raw), ("integer → text",)
    raise Unconvertible("only text or an integer can be text")


def _cleaned(value: str) -> tuple[Mending, ...]:
    """What takes the unfit characters out of an id; a blank within may be part of it."""
    unfit = sorted({c for c in _NOT_IN_IDS.findall(value.strip()) if ord(c) < 2**16})
    if any(character.isspace() for character in unfit):
        return ()
    codes = "".join(rf"\\u{ord(character):04x}" for character in unfit)
    without = f'REPLACE({{x}}, "[{codes}]", "")' if codes else "{x}"
    cleaned = _NOT_IN_IDS.sub("", value)
    trimmed = without if value.strip() == value else f"TRIM({without})"
    return (Mending(cleaned, (trimmed,)),) if cleaned else ()


def _character(character: str) -> str:
    """A character in words."""
    name = unicodedata.name(character, "control character")
    return _NAMED.get(character, f"the character {name} (U+{ord(character):04X})")


def encodable(value: str) -> bool:
    """Whether a text can be written as UTF-8: it holds no half of a character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def unusual_text(value: Any) -> Doubt | None:
    """The doubt about a word that stands for nothing, or about a character that nobody sees."""
    if value in NO_VALUES:
        return _stands_for_nothing(value)
    if unseen := _NOT_IN_NAMES.search(value):
        where = f"as character {unseen.start() + 1}"
        return Doubt(f"it has {_character(unseen[0])} {where}, which nobody sees")
    return None


def unusual_id(value: Any) -> Doubt | None:
    """The doubt about a word that stands for nothing, or about a number that lost its digits."""
    if _SHORTENED_BY_SPREADSHEET.fullmatch(value):
        return Doubt(
            "it looks like a long number that a spreadsheet shortened: the last digits are lost",
            fix="export the column as text, so that it keeps all digits",
        )
    if _PLACEHOLDER.fullmatch(value):
        return Doubt("it looks like a placeholder that nothing was filled into")
    return _stands_for_nothing(value) if value in NO_VALUES else None


def _stands_for_nothing(word: str) -> Doubt:
    fix = "send the value, and no property at all where there is none"
    return Doubt(f"it looks like {NO_VALUES[word]}", fix=fix)


def unusual_click_id(value: Any) -> Doubt | None:
    """The doubt about a click id that is still as it stood in an address."""
    codes = dict.fromkeys(_ENCODED.findall(value))
    if not codes:
        return unusual_id(value)
    formula = "{x}"
    # The percent sign's own code comes last: what it stands for is no code.
    for code in sorted(codes, key="%25".__eq__):
        formula = f'SUBSTITUTE({formula}, "{code}", "{unquote(code)}")'
    shown = ", ".join(f"{code} stands for {unquote(code)}" for code in codes)
    reason = (
        f"it is still URL-encoded ({shown}), and the platform has no function that decodes; "
        "SUBSTITUTE can replace the codes one by one"
    )
    return Doubt(reason, (Mending(unquote(value), (formula,)),))
