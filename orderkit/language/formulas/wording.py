"""The errors of a formula that cannot be read: where, what was found, what was expected."""

from typing import Any, Final

from orderkit.errors import FormulaError

WRITE_VALUE: Final = "write a text in quotes, a number, a property or a function"

_WORDS: Final = frozenset(
    {"AND", "OR", "IN", "NOT", "BETWEEN", "STARTSWITH", "ENDSWITH", "CONTAINS"}
)
_TESTS: Final = ("IN", "BETWEEN", "INFIX")
_CLOSING: Final = {"LPAR": ")", "LSQB": "]", "LBRACE": "}"}
_CHARACTERS: Final = {
    "“": 'use straight quotes: "text"',
    "”": 'use straight quotes: "text"',
    "„": 'use straight quotes: "text"',
    "«": 'use straight quotes: "text"',
    "‘": "use straight quotes: 'text'",
    "’": "use straight quotes: 'text'",
    "`": "use straight quotes: 'text'",
    "&": "write `AND` or `&&`",
    "|": "write `OR` or `||`",
    "!": "write NOT(…), `!=`, `!~` or `!IN(…)`",
    ";": "separate arguments with commas",
    ".": "a number begins with a digit, a property with a letter",
    "#": 'a property\'s name with such characters is read by GET("name")',
    "@": 'a property\'s name with such characters is read by GET("name")',
    "$": 'a property\'s name with such characters is read by GET("name")',
    "\\": "a backslash belongs between quotes",
}


def unknown_character(text: str, position: int) -> FormulaError:
    """What is said of a character that begins nothing in the language."""
    char = text[position]
    if char in "\"'":
        problem = f"the text that starts here has no closing {char}"
        return FormulaError(text, position, problem, f"end it with {char}")
    hint = _CHARACTERS.get(char, "remove it, or put it between quotes")
    return FormulaError(text, position, f"`{char}` has no meaning in a formula", hint)


def unexpected(
    text: str, token: Any, expected: set[str], before: list[Any], open_brackets: list[Any]
) -> FormulaError:
    """The error for a token that does not fit what stands before it."""
    if problem_of_test := _unfit_test(token, expected, before, open_brackets):
        start = len(text.rstrip()) if token.type == "$END" else token.start_pos
        return FormulaError(text, start, *problem_of_test)
    if token.type == "$END":
        return _unfinished(text, open_brackets)
    position: int = token.start_pos
    found = f"`{_cut(str(token))}`"
    last = before[-1] if before else None
    if token.type == "LBRACE" and last is not None and last.type == "LBRACE":
        problem = "a formula has no {{…}}"
        return FormulaError(
            text, last.start_pos, problem, "write the property alone: `price`, not `{{price}}`"
        )
    if "COLON" in expected:
        return FormulaError(text, position, f"found {found} after a key", "write `:` and its value")
    if "NUMBER" not in expected and "PATH" in expected:
        hint = "write a key, like {name: value}"
        return FormulaError(text, position, f"found {found} where a key is expected", hint)
    if "NUMBER" in expected:
        hint = _value_hint(token, last)
        return FormulaError(text, position, f"found {found} where a value is expected", hint)
    if "LPAR" in expected and len(expected) == 1:
        hint = f"write {last}(…)"
        return FormulaError(text, position, f"found {found} after `{last}`", hint)
    problem, hint = _after_value(token, last, open_brackets)
    return FormulaError(text, position, problem or f"found {found} after a value", hint)


def _unfit_test(
    token: Any, expected: set[str], before: list[Any], open_brackets: list[Any]
) -> tuple[str, str] | None:
    """What is wrong where a comparison written after its value has too few or too many values."""
    opened = (at for at, one in enumerate(before) if open_brackets and one is open_brackets[-1])
    inside = next(opened, -1)
    opener = before[inside - 1] if inside > 0 else None
    if opener is not None and opener.type in _TESTS and token.type == "COMMA":
        if opener.type == "BETWEEN":
            return "`BETWEEN` takes 2 values", "write BETWEEN(low, high)"
        return f"`{opener}` takes 1 value here", "join several with OR"
    tests = [one for one in before[inside + 1 :] if one.type in _TESTS]
    if not tests:
        return None
    if tests[-1].type == "BETWEEN" and "COMMA" in expected and "_AND" not in expected:
        return "`BETWEEN` takes 2 values, not 1", "write BETWEEN(low, high)"
    if tests[-1].type == "IN" and token.type == "COMMA" and "COMMA" not in expected:
        return f"`{tests[-1]}` without brackets takes 1 value", f"write {tests[-1]}(…)"
    return None


def _unfinished(text: str, open_brackets: list[Any]) -> FormulaError:
    if open_brackets:
        bracket = open_brackets[-1]
        closing = _CLOSING[bracket.type]
        problem = f"the `{bracket}` here is never closed"
        return FormulaError(text, bracket.start_pos, problem, f"add `{closing}`")
    return FormulaError(text, len(text.rstrip()), "the formula ends too early", WRITE_VALUE)


def _value_hint(token: Any, last: Any) -> str:
    if token.type in ("_AND", "_OR", *_TESTS, "STAR", "SLASH") or (
        token.type == "COMPARE" and (last is None or last.type != "COMPARE")
    ):
        return f"`{_cut(str(token))}` needs a value on its left"
    if token.type == "COMPARE":
        together = f"{last}{token}"
        meant = {"=<": "<=", "=>": ">=", "===": "=", "!==": "!=", "~=": "~", "=~": "~"}
        return f"write `{meant[together]}`" if together in meant else WRITE_VALUE
    if token.type in ("RPAR", "RSQB", "RBRACE") and last is not None and last.type == "COMMA":
        return f"remove the comma before `{token}`, or write a value after it"
    return WRITE_VALUE


def _after_value(token: Any, last: Any, open_brackets: list[Any]) -> tuple[str, str]:
    word = str(token)
    if token.type in ("PATH", "CALL") and word.upper() in _WORDS and word not in _WORDS:
        return f"`{word}` is no operator", f"operators are written in capitals: `{word.upper()}`"
    if last is not None and str(last).upper() == "NOT":
        return "", "write NOT(…), with brackets"
    if word == "NOT":
        return "", "write `!IN(…)`, or NOT(…) around the whole comparison"
    if token.type in ("RPAR", "RSQB", "RBRACE"):
        if not open_brackets:
            return (
                f"the `{word}` here closes nothing",
                f"remove it, or open with `{_OPENING[word]}`",
            )
        closing = _CLOSING[open_brackets[-1].type]
        return "", f"close the `{open_brackets[-1]}` first, with `{closing}`"
    if token.type in ("COMPARE", *_TESTS):
        return "", "join comparisons with AND or OR"
    if token.type == "LPAR":
        return "", "only functions take brackets, and their names are capitals without dots"
    if not open_brackets:
        return "", "write an operator between them (`+`, `=`, `AND`, …), or end the formula"
    closing = _CLOSING[open_brackets[-1].type]
    return "", f"write an operator (`+`, `=`, `AND`, …), `,` or `{closing}`"


_OPENING: Final = {")": "(", "]": "[", "}": "{"}


def _cut(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"
