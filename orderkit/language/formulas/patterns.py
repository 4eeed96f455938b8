"""Regular expressions as the platform reads them: JavaScript's, checked before they run.

A pattern is translated to the `regex` module's syntax on the way, since that module can stop
after a time. What JavaScript does not know (inline flags, possessive repeats, recursion) is refused
with its place, and so is what means another thing with JavaScript's ``u`` flag than without, and a
pattern whose compilation alone would take long. Source: ECMAScript, "RegExp (Regular Expression)
Objects" and its annex B.
"""

import string
from functools import lru_cache
from typing import Any, Final

import regex

from orderkit.language.formulas.limits import MAX_BRACKETS, MAX_PATTERN, MAX_PATTERN_SIZE
from orderkit.language.formulas.values import RefusedError, as_text, brief

# White space and line ends, as JavaScript has them.
_SPACE: Final = r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_NO_SPACE: Final = (
    r"\x00-\x08\x0e-\x1f!-\x9f\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e"
    r"\u2060-\u2fff\u3001-\ufefe\uff00-\U0010ffff"
)
_NO_WORD: Final = r"\x00-/:-@\[-\^`{-\U0010ffff"
_NO_DIGIT: Final = r"\x00-/:-\U0010ffff"
# JavaScript's own meaning of the classes: ASCII letters and digits, and its white space.
_INSIDE: Final = {
    "d": "0-9",
    "D": _NO_DIGIT,
    "w": "A-Za-z0-9_",
    "W": _NO_WORD,
    "s": _SPACE,
    "S": _NO_SPACE,
    "b": r"\x08",
}
_OUTSIDE: Final = {name: f"[{text}]" for name, text in _INSIDE.items()} | {"b": r"\b"}
_PLAIN: Final = {".": r"[^\n\r\u2028\u2029]", "$": r"\Z", "{": r"\{", "}": r"\}", "]": r"\]"}
_GROUP: Final = regex.compile(r"\((?:\?(?:[:=!]|<[=!]|<[A-Za-z_]\w*>))?")
_REPEAT: Final = regex.compile(r"(?:[*+?]|\{(\d{1,9})(,?)(\d{0,9})\})[?]?")
_SEVERAL: Final = regex.compile(r"\\[dDwWsS]")
_ESCAPE: Final = regex.compile(
    r"\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|k<[A-Za-z_]\w*>|[1-9]\d?|0(?!\d)|[bBdDfnrsStvwW]"
    r"|[^0-9A-Za-z])",
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
    translation = _Translation(text)
    try:
        # ASCII is what `\b` goes by.
        return regex.compile(translation.whole(), regex.V0 | regex.ASCII, cache_pattern=False)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        position = translation.place(getattr(error, "pos", None))
        reason = getattr(error, "msg", None) or "it is nested too deeply"
        raise _PatternError(text, position, reason) from None


class _Translation:
    """A pattern in the `regex` module's syntax, if it is small enough once repeats are."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.out: list[str] = []
        # Where each piece of `out` began in the text.
        self.places: list[int] = []
        # Of the groups that are open: their size, and whether what they hold can be repeated.
        self.sizes = [0]
        self.repeatable = [False]
        # The size of what a repeat would repeat; 0 where there is nothing.
        self.last = 0
        self.names: set[str] = set()

    def whole(self) -> str:
        """The pattern, translated. Raises `_PatternError`."""
        while self.at < len(self.text):
            self._step()
            if self.sizes[-1] > MAX_PATTERN_SIZE:
                self._refuse(f"repeats make more than {MAX_PATTERN_SIZE:,} parts")
        if len(self.sizes) > 1:
            self._refuse("a `(` without its `)`")
        return "".join(self.out)

    def place(self, position: int | None) -> int:
        """The place in the text of a position in the translation."""
        for start, piece in zip(self.places, self.out, strict=True):
            if position is None or position < len(piece):
                return start
            position -= len(piece)
        return len(self.text)

    def _refuse(self, reason: str) -> None:
        raise _PatternError(self.text, self.at, reason)

    def _put(self, piece: str, length: int, size: int) -> None:
        """Takes `length` characters of the text, which `piece` stands for."""
        self.out.append(piece)
        self.places.append(self.at)
        self.at += length
        self.last = size
        self.sizes[-1] += size

    def _step(self) -> None:
        char = self.text[self.at]
        repeat = _REPEAT.match(self.text, self.at)
        if repeat:
            self._repeat(repeat)
        elif char == "\\":
            piece, length = self._escape(_OUTSIDE)
            self._put(piece, length, 0 if piece in (r"\b", r"\B") else 1)
        elif char == "[":
            self._class()
        elif char == "(":
            self._open()
        elif char == ")":
            self._close()
        elif char in "^|":
            self._put(char, 1, 0)
            self.sizes[-1] += 1
        elif char == "$":
            self._put(_PLAIN[char], 1, 0)
        else:
            self._put(_PLAIN.get(char, char), 1, 1)

    def _repeat(self, found: "regex.Match[str]") -> None:
        if not self.last:
            self._refuse(f"`{found[0]}` has nothing to repeat")
        times = max(int(found[1] or 1), int(found[3] or 0), 1)
        if found[3] and int(found[3]) < int(found[1]):
            self._refuse(f"the numbers of `{found[0]}` are out of order")
        more = self.last * (times - 1)
        self._put(found[0], len(found[0]), 0)
        self.sizes[-1] += more

    def _escape(self, meanings: dict[str, str]) -> tuple[str, int]:
        """What the escape here stands for, and its length."""
        found = _ESCAPE.match(self.text, self.at)
        rest = self.text[self.at : self.at + 2]
        if found is None and rest in (r"\p", r"\P", r"\u"):
            self._refuse(f"`{rest}` means another thing with JavaScript's `u` flag than without")
        if found is None:
            self._refuse("a backslash ends it" if len(rest) == 1 else f"`{rest}` is unknown")
        assert found is not None  # noqa: S101
        name = found[0][1:]
        if name in meanings:
            piece = meanings[name]
        elif name.startswith("k<"):
            piece = _group_again(name[2:-1])
        elif name[0] in "123456789":
            piece = _group_again(name)
        elif name[0] == "u":
            piece = f"\\U{int(name[1:], 16):08x}"
        else:
            piece = "\\x00" if name == "0" else found[0]
        if meanings is _INSIDE and (name[0] in "123456789Bk"):
            self._refuse(f"`{found[0]}` is unknown between `[` and `]`")
        return piece, len(found[0])

    def _class(self) -> None:
        """The class of characters that starts here."""
        start, text = self.at, self.text
        negative = text.startswith("[^", start)
        at = start + 2 if negative else start + 1
        if text[at : at + 1] == "]":  # JavaScript's `[]` matches nothing, its `[^]` anything
            self._put(r"[\s\S]" if negative else "(?!)", at + 1 - start, 1)
            return
        pieces = [text[start:at]]
        several = False  # whether the last piece stands for several characters
        while at < len(text) and text[at] != "]":
            self.at, piece, length = at, text[at], 1
            if piece == "\\":
                piece, length = self._escape(_INSIDE)
            elif piece == "[" or (piece == "-" and (several or _SEVERAL.match(text, at + 1))):
                # A range has one character at each end, otherwise `-` is itself.
                piece = f"\\{piece}"
            several = length == 2 and text[at + 1] in "dDwWsS"
            pieces.append(piece)
            at += length
        self.at = start
        if at == len(text):
            self._refuse("a `[` without its `]`")
        self._put("".join([*pieces, "]"]), at + 1 - start, 1)

    def _open(self) -> None:
        found = _GROUP.match(self.text, self.at)
        assert found is not None  # the place holds a bracket  # noqa: S101
        piece: str = found[0]
        if piece == "(" and self.text[self.at + 1 : self.at + 2] == "?":
            self._refuse(f"`{self.text[self.at : self.at + 3]}` is unknown")
        if piece.endswith(">"):
            if piece in self.names:
                self._refuse(f"`{piece}` names a second group")
            self.names.add(piece)
        self._put(piece.replace("(?<", "(?P<") if piece.endswith(">") else piece, len(piece), 0)
        if len(self.sizes) == MAX_BRACKETS:
            self._refuse(f"more than {MAX_BRACKETS} brackets inside each other")
        self.sizes.append(0)
        # JavaScript repeats what looks ahead, but not what looks behind.
        self.repeatable.append(piece not in ("(?<=", "(?<!"))

    def _close(self) -> None:
        if len(self.sizes) == 1:
            self._refuse("a `)` without its `(`")
        size = self.sizes.pop() + 1
        self._put(")", 1, size)
        self.last = size if self.repeatable.pop() else 0


def _group_again(group: str) -> str:
    """What that group holds; nothing, as in JavaScript, where it took no part."""
    name = f"(?P={group})" if not group.isdecimal() else f"\\{group}"
    return f"(?({group}){name}|)"


def replacement(text: str, match: "regex.Match[str]") -> str:
    """The replacement with ``$1``…``$99``, ``$&``, ``$<name>`` and the like filled in."""
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
    if following and following in "&`'":
        start, end = match.span()
        whole = match.string
        return text[:2], {"&": match[0], "`": whole[:start], "'": whole[end:]}[following]
    groups = match.re.groups
    for length in (2, 1):
        digits = text[1 : 1 + length]
        numeric = len(digits) == length and set(digits) <= set(string.digits)
        if numeric and 1 <= int(digits) <= groups:
            return f"${digits}", match[int(digits)] or ""
    if following == "<" and ">" in text and match.re.groupindex:
        name = text[2 : text.index(">")]
        return f"$<{name}>", (match[name] or "") if name in match.re.groupindex else ""
    return "$", "$"
