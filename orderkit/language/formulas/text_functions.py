"""The functions on text. A null text gives null; numbers and booleans count as text."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

import regex

from orderkit.language.formulas.evaluation import Frame
from orderkit.language.formulas.patterns import Pattern, pattern, replacement
from orderkit.language.formulas.registry import function
from orderkit.language.formulas.values import (
    Number,
    RefusedError,
    as_text,
    as_whole,
    is_number,
    json_text,
    too_long,
    type_name,
    within,
)

_T = TypeVar("_T")

# White space and line ends as JavaScript has them: a byte order mark is one, a separator is not.
_BLANKS: Final = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_NUMBER: Final = regex.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@function(
    "EXTRACT(text, delimiter, position)",
    "text",
    "The piece at that position, from 0, after splitting; null if there is none",
)
def extract(text: Any, delimiter: Any, position: Any) -> str | None:
    whole, between = as_text(text), as_text(delimiter, "the delimiter")
    number = as_whole(position, "the position")
    if not 0 <= number <= len(whole):
        return None
    if not between:
        return whole[number] if number < len(whole) else None
    pieces = whole.split(between, number + 1)
    return pieces[number] if number < len(pieces) else None


@function("SUBSTITUTE(text, old, new)", "text", "The text with every `old` replaced, literally")
def substitute(frame: Frame, text: Any, old: Any, new: Any) -> str:
    whole, wanted = as_text(text), as_text(old, "the text to replace")
    replaced = as_text(new, "the replacement")
    if not wanted:
        return whole
    frame.grow(len(whole) + whole.count(wanted) * (len(replaced) - len(wanted)))
    return whole.replace(wanted, replaced)


@function(
    "REPLACE(text, regex, replacement)",
    "text",
    "The text with every match replaced; `$1` is the first group, `$&` the match",
    prepare={1: pattern},
)
def replace(frame: Frame, text: Any, wanted: Pattern, new: Any) -> str:
    whole, filling = as_text(text), as_text(new, "the replacement")
    # A match costs the characters it makes, and one more: there may be many empty ones.
    made = len(whole)
    frame.grow(made)

    def filled(match: "regex.Match[str]") -> str:
        nonlocal made
        out = replacement(filling, match)
        made += len(out)
        frame.grow(len(out) + 1)
        if made > frame.limits.text:
            frame.grow(made)
        return out

    return timed(frame, lambda seconds: wanted.sub(filled, whole, timeout=seconds))


@function(
    "SELECT(text, regex[, group])",
    "text",
    "The first match of the pattern, or that group of it; null if nothing matches",
    prepare={1: pattern},
)
def select(frame: Frame, text: Any, wanted: Pattern, group: Any = 0) -> str | None:
    number = as_whole(group, "the group")
    if not 0 <= number <= wanted.groups:
        raise RefusedError(f"the pattern has no group {number}; it has {wanted.groups}")
    match = search(frame, wanted, as_text(text))
    return None if match is None else match[number]


def search(frame: Frame, wanted: Pattern, text: str) -> "regex.Match[str] | None":
    """The first match, found within the evaluation's time."""
    return timed(frame, lambda seconds: wanted.search(text, timeout=seconds))


def timed(frame: Frame, run: Callable[[float], _T]) -> _T:
    """What a pattern gives, if it does within the evaluation's time."""
    try:
        return run(frame.seconds_left())
    except TimeoutError:
        raise RefusedError(
            "the pattern takes too long on this text; "
            "avoid a repeat inside a repeat, like (a+)+, and give it a fixed beginning"
        ) from None


def _encoded(text: Any) -> bytes:
    try:
        return as_text(text).encode()
    except UnicodeEncodeError:
        raise RefusedError("the text holds half a character (a lone surrogate)") from None


@function(
    "SHA256(text)", "text", "SHA-256 of the text's UTF-8, as hexadecimal digits in lower case"
)
def sha256(text: Any) -> str:
    return hashlib.sha256(_encoded(text)).hexdigest()


@function("MD5(text)", "text", "MD5 of the text's UTF-8, as hexadecimal digits in lower case")
def md5(text: Any) -> str:
    return hashlib.md5(_encoded(text), usedforsecurity=False).hexdigest()


@function("CONCAT(a, b, …)", "text", "The values joined as text; null adds nothing", nulls=True)
def concat(frame: Frame, first: Any, *others: Any) -> str:
    pieces = [string(frame, value) for value in (first, *others)]
    frame.grow(sum(map(len, pieces)))
    return "".join(pieces)


@function("TRIM(text)", "text", "The text without blanks at its beginning and end")
def trim(text: Any) -> str:
    return as_text(text).strip(_BLANKS)


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if not isinstance(value, list):
        return change(as_text(value))
    return [None if item is None else change(as_text(item, "an element")) for item in value]


@function("LOWER(text or array)", "text", "In lower case; of an array, each element")
def lower(value: Any) -> Any:
    return _each(value, str.lower)


@function("UPPER(text or array)", "text", "In upper case; of an array, each element")
def upper(value: Any) -> Any:
    return _each(value, str.upper)


@function("LEFT(text, n)", "text", "The first n characters")
def left(text: Any, number: Any) -> str:
    return as_text(text)[: max(as_whole(number, "n"), 0)]


@function("RIGHT(text, n)", "text", "The last n characters")
def right(text: Any, number: Any) -> str:
    whole, most = as_text(text), max(as_whole(number, "n"), 0)
    return whole[max(len(whole) - most, 0) :]


@function("CHAR(text, position)", "text", "The character there, from 0; null if there is none")
def char(frame: Frame, text: Any, position: Any) -> str | None:
    frame.assume("CHAR")
    whole, number = as_text(text), as_whole(position, "the position")
    return whole[number] if 0 <= number < len(whole) else None


@function("LENGTH(text)", "text", "The number of characters")
def length(text: Any) -> int:
    if isinstance(text, list | dict):
        raise RefusedError(f"the value is {type_name(text)}; SIZE(…) counts its elements")
    return len(as_text(text))


@function(
    "SUBSTRING(text, from[, to])",
    "text",
    "The characters from one position up to and including the other, from 0; "
    "negative counts from the end",
)
def substring(text: Any, first: Any, last: Any = None) -> str:
    whole = as_text(text)
    start = as_whole(first, "the first position")
    end = len(whole) - 1 if last is None else as_whole(last, "the last position")
    start = max(start + len(whole), 0) if start < 0 else start
    end = end + len(whole) if end < 0 else end
    return whole[start : max(end + 1, 0)]


@function("ENCODE_BASE64(text)", "text", "The text's UTF-8 in Base64")
def encode_base64(text: Any) -> str:
    return base64.b64encode(_encoded(text)).decode()


@function("DECODE_BASE64(text)", "text", "The text whose UTF-8 this is in Base64")
def decode_base64(text: Any) -> str:
    digits = as_text(text).rstrip("=")
    try:
        padded = digits + "=" * (-len(digits) % 4)
        return base64.b64decode(padded.encode("ascii"), validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise RefusedError("the text is no Base64 of a text in UTF-8") from None


@function("NUMBER(value)", "conversion", "The number a text holds; null if it holds none")
def number(frame: Frame, value: Any) -> Number | None:
    if is_number(value):
        return Decimal(repr(value)) if isinstance(value, float) else value
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > 4 * frame.limits.digits:
        if _NUMBER.fullmatch(text, timeout=frame.seconds_left()):
            raise too_long(frame.limits)
        return None
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return within(Decimal(text), frame.limits)
    except InvalidOperation:
        raise too_long(frame.limits) from None


@function(
    "STRING(value)",
    "conversion",
    'The value as text; "" for null, compact JSON for an array or object',
    nulls=True,
)
def string(frame: Frame, value: Any) -> str:
    if isinstance(value, list | dict):
        return json_text(value, frame.limits)
    return as_text(value)
