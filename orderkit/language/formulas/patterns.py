"""Regular expressions as the platform reads them: JavaScript's, checked before they run.

A pattern is translated to the `regex` module's syntax on the way, since that module can stop
after a time. What only that module knows (fuzzy matching, recursion) is refused, and so is
a pattern whose compilation alone would take long.
"""

import string
from functools import lru_cache
from typing import Any, Final

import regex

from orderkit.language.formulas.limits import MAX_BRACKETS, MAX_PATTERN, MAX_PATTERN_SIZE
from orderkit.language.formulas.values import RefusedError, as_text, brief

# JavaScript's own meaning of the classes: ASCII letters and digits, and its end of text.
_OUTSIDE: Final = {"d": "[0-9]", "D": "[^0-9]", "w": "[A-Za-z0-9_]", "W": "[^A-Za-z0-9_]"}
_INSIDE: Final = {"d": "0-9", "w": "A-Za-z0-9_", "b": "\\x08"}
_GROUP: Final = regex.compile(r"\((?:\?(?:[:=!]|<[=!]|<[A-Za-z_]\w*>|[ims]+:))?")
_FLAGS: Final = regex.compile(r"\(\?[ims]+\)")
_TIMES: Final = regex.compile(r"\{(\d{1,9})(,?)(\d{0,9})\}[?]?")
_ESCAPE: Final = regex.compile(
    r"\\(?:u\{?[0-9A-Fa-f]{4,6}\}?|x[0-9A-Fa-f]{2}|[pP]\{\w+(?:=\w+)?\}|k<[A-Za-z_]\w*>"
    r"|[1-9]\d?|[0bBdDfnrsStvwW]|[^0-9A-Za-z])",
    regex.DOTALL,
)

Pattern = regex.Pattern[str]


class _PatternError(RefusedError):
    def __init__(self, pattern: str, position: int, reason: str) -> None:
        super().__init__(f"the pattern {brief(pattern)} cannot be used: {reason} at {position}")


def pattern(value: Any) -> Pattern:
    """The compiled pattern; raises RefusedError saying what is wrong with it, and where."""
    if not isinstance(value, str):
        raise RefusedError(f"the pattern is {brief(value)}; write a regular expression in quotes")
    return _compiled(as_text(value))


@lru_cache(maxsize=256)
def _compiled(text: str) -> Pattern:
    if len(text) > MAX_PATTERN:
        raise RefusedError(f"the pattern has more than {MAX_PATTERN:,} characters")
    translated = _translated(text)
    try:
        return regex.compile(translated, regex.VERSION0, cache_pattern=False)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        position = getattr(error, "pos", None)
        # A translated pattern has other positions than the one that was typed.
        place = f" at {position}" if position is not None and translated == text else ""
        reason = getattr(error, "msg", None) or "it is nested too deeply"
        raise RefusedError(f"the pattern {brief(text)} cannot be used: {reason}{place}") from None


def _translated(text: str) -> str:
    """The pattern in the `regex` module's syntax, if it is small enough once repeats are."""
    out: list[str] = []
    sizes = [0]  # of the groups that are open
    last = 0  # the size of what a repeat would repeat
    at = 0
    while at < len(text):
        char = text[at]
        piece = char
        if char == "\\":
            piece = _escape(text, at, _OUTSIDE, out)
        elif char == "[":
            piece = _class(text, at, out)
        elif char == "(":
            piece = _group(text, at, out)
            if not piece.endswith(")"):
                sizes.append(0)
                if len(sizes) > MAX_BRACKETS:
                    raise _PatternError(
                        text, at, f"more than {MAX_BRACKETS} brackets inside each other"
                    )
            at += len(piece)
            last = 0
            continue
        elif found := _TIMES.match(text, at):
            piece = found[0]
            times = max(int(found[1]), int(found[3] or 0), 1)
            sizes[-1] += last * (times - 1)
            last *= times
            out.append(piece)
        elif char in "*+?":
            out.append(char)
        else:
            out.append({"$": r"\Z", "{": r"\{", "}": r"\}", "]": r"\]"}.get(char, char))
        at += len(piece)
        if char == ")":
            last = sizes.pop() + 1
            if not sizes:
                raise _PatternError(text, at - 1, "a `)` without its `(`")
            sizes[-1] += last
        elif char not in "*+?" and not (char == "{" and piece != char):
            last = 1
            sizes[-1] += last
        if sizes[-1] > MAX_PATTERN_SIZE:
            raise _PatternError(text, at, f"repeats make more than {MAX_PATTERN_SIZE:,} parts")
    if len(sizes) > 1:
        raise _PatternError(text, len(text), "a `(` without its `)`")
    return "".join(out)


def _escape(text: str, at: int, meanings: dict[str, str], out: list[str]) -> str:
    found = _ESCAPE.match(text, at)
    if found is None:
        what = "a backslash ends it" if at + 1 == len(text) else f"`{text[at : at + 2]}` is unknown"
        raise _PatternError(text, at, what)
    piece: str = found[0]
    name = piece[1:]
    if name.startswith("k<"):
        out.append(f"(?P={name[2:-1]})")
    elif name.startswith("u"):
        code = int(name[1:].strip("{}"), 16)
        if code > 0x10FFFF:
            raise _PatternError(text, at, f"`{piece}` is no character")
        out.append(f"\\U{code:08x}")
    elif name == "0":
        out.append("\\x00")
    else:
        out.append(meanings.get(name, piece))
    return piece


def _class(text: str, at: int, out: list[str]) -> str:
    """Copies the class of characters that starts here; gives its text."""
    start = at
    at += 2 if text.startswith("[^", at) else 1
    if text[at : at + 1] == "]":  # JavaScript's `[]` matches nothing, its `[^]` anything
        out.append(r"[\s\S]" if text[at - 1] == "^" else "(?!)")
        return text[start : at + 1]
    out.append(text[start:at])
    while at < len(text) and text[at] != "]":
        if text[at] == "\\":
            at += len(_escape(text, at, _INSIDE, out))
        else:
            out.append("\\[" if text[at] == "[" else text[at])
            at += 1
    if at == len(text):
        raise _PatternError(text, start, "a `[` without its `]`")
    out.append("]")
    return text[start : at + 1]


def _group(text: str, at: int, out: list[str]) -> str:
    """Copies the opening of the group that starts here; gives its text."""
    found = (_FLAGS.match(text) if at == 0 else None) or _GROUP.match(text, at)
    assert found is not None  # the place holds a bracket  # noqa: S101
    piece: str = found[0]
    if piece == "(" and text[at + 1 : at + 2] == "?":
        raise _PatternError(text, at, f"`{text[at : at + 3]}` is unknown")
    out.append(piece.replace("(?<", "(?P<") if piece.endswith(">") else piece)
    return piece


def replacement(text: str, match: "regex.Match[str]") -> str:
    """The replacement with ``$1``…``$99``, ``$&`` and ``$<name>`` filled in; ``$$`` is a dollar."""
    if "$" not in text:
        return text
    out: list[str] = []
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        out.append(text[at:dollar])
        piece, filled = _reference(text[dollar : dollar + 66], match)
        out.append(filled)
        at = dollar + len(piece)
    out.append(text[at:])
    return "".join(out)


def _reference(text: str, match: "regex.Match[str]") -> tuple[str, str]:
    following = text[1:2]
    if following == "$":
        return "$$", "$"
    if following == "&":
        return "$&", match[0]
    groups = match.re.groups
    for length in (2, 1):
        digits = text[1 : 1 + length]
        numeric = len(digits) == length and set(digits) <= set(string.digits)
        if numeric and 1 <= int(digits) <= groups:
            return f"${digits}", match[int(digits)] or ""
    if following == "<" and ">" in text:
        name = text[2 : text.index(">")]
        if name in match.re.groupindex:
            return f"$<{name}>", match[name] or ""
    return "$", "$"
