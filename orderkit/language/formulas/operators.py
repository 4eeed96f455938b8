"""The operators of the language: one table, and what each comparison means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from orderkit.language.formulas.evaluation import Frame, any_of
from orderkit.language.formulas.patterns import Pattern
from orderkit.language.formulas.registry import function
from orderkit.language.formulas.text_functions import search, string
from orderkit.language.formulas.values import (
    as_number,
    as_text,
    calculate,
    is_number,
    is_true,
    same,
)

Holds: TypeAlias = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class OperatorInfo:
    """One operator of the language.

    symbol:       as it is written
    usage:        with its operands
    level:        how tightly it binds, 1 loosest
    description:  one line
    """

    symbol: str
    usage: str
    level: int
    description: str


_ROWS: Final = (
    ("OR", "a OR b", 1, "Whether one of them holds"),
    ("||", "a || b", 1, "The same as OR"),
    ("AND", "a AND b", 2, "Whether both hold"),
    ("&&", "a && b", 2, "The same as AND"),
    ("=", "a = b", 3, "Equal by type and value; of an array, some element is"),
    ("==", "a == b", 3, "The same as ="),
    ("!=", "a != b", 3, "The inverse of =: of an array, no element is equal"),
    ("<>", "a <> b", 3, "The same as !="),
    ("<", "a < b", 3, "Less: two numbers, or two texts by their characters"),
    (">", "a > b", 3, "Greater"),
    ("<=", "a <= b", 3, "Less or equal"),
    (">=", "a >= b", 3, "Greater or equal"),
    ("~", "a ~ regex", 3, "The pattern is found in a"),
    ("!~", "a !~ regex", 3, "The pattern is not found in a"),
    ("IN", "a IN(b, c, …)", 3, "Equal to one of them; also a IN b, where b may be an array"),
    ("!IN", "a !IN(b, c, …)", 3, "The inverse of IN: equal to none of them"),
    ("BETWEEN", "a BETWEEN(low, high)", 3, "low <= a <= high; also a BETWEEN low, high"),
    ("STARTSWITH", "a STARTSWITH b", 3, "a begins with b; also a STARTSWITH(b), STARTSWITH(a, b)"),
    ("ENDSWITH", "a ENDSWITH b", 3, "a ends with b; also a ENDSWITH(b), ENDSWITH(a, b)"),
    ("CONTAINS", "a CONTAINS b", 3, "b is found in a; also a CONTAINS(b), CONTAINS(a, b)"),
    ("+", "a + b", 4, "The sum of two numbers; otherwise both joined, null if one is null"),
    ("-", "a - b", 4, "The difference; also the sign of a number"),
    ("*", "a * b", 5, "The product"),
    ("/", "a / b", 5, "The quotient"),
    ("NOT", "NOT(a)", 6, "Whether a does not hold"),
    ("EXISTS", "EXISTS(property)", 6, "Whether the property is there and not null"),
)

OPERATORS: Final[Mapping[str, OperatorInfo]] = MappingProxyType(
    {row[0]: OperatorInfo(*row) for row in _ROWS}
)


def _ordered(one: Any, other: Any, holds: Holds) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return holds(one, other)
    if is_number(one) and is_number(other):
        return holds(as_number(one), as_number(other))
    return False


def _less(one: Any, other: Any) -> bool:
    return _ordered(one, other, lambda a, b: a < b)


def _greater(one: Any, other: Any) -> bool:
    return _less(other, one)


def _at_most(one: Any, other: Any) -> bool:
    return _ordered(one, other, lambda a, b: a <= b)


def _at_least(one: Any, other: Any) -> bool:
    return _at_most(other, one)


def _textual(holds: Callable[[str, str], bool]) -> Holds:
    """A comparison of texts; numbers and booleans count as text, nothing else does."""

    def compare(one: Any, other: Any) -> bool:
        if one is None or other is None or isinstance(one, dict) or isinstance(other, dict):
            return False
        return holds(as_text(one), as_text(other))

    return compare


COMPARISONS: Final[Mapping[str, Holds]] = MappingProxyType(
    {
        "=": same,
        "==": same,
        # The inverse of what holds of some element: see `compare`.
        "!=": same,
        "<>": same,
        "<": _less,
        ">": _greater,
        "<=": _at_most,
        ">=": _at_least,
        "STARTSWITH": _textual(str.startswith),
        "ENDSWITH": _textual(str.endswith),
        "CONTAINS": _textual(lambda one, other: other in one),
    }
)


def compare(frame: Frame, operator: str, one: Any, other: Any) -> bool:
    """A comparison: with an array it holds if some element satisfies it, `!=` if none is equal."""
    return any_of(frame, one, other, COMPARISONS[operator]) != (operator in ("!=", "<>"))


def matches(frame: Frame, operator: str, one: Any, wanted: Pattern) -> bool:
    """``~`` and ``!~``; null matches nothing."""
    negative = operator == "!~"

    def holds(value: Any, _: Any) -> bool:
        if value is None or isinstance(value, dict | list):
            return negative
        return (search(frame, wanted, as_text(value)) is None) == negative

    return any_of(frame, one, None, holds)


def is_in(frame: Frame, value: Any, choices: list[Any], negative: bool) -> bool:
    """``IN`` and its inverse ``!IN``; a choice that is an array stands for its elements."""
    return any(any_of(frame, value, choice, same) for choice in choices) != negative


def is_between(frame: Frame, value: Any, low: Any, high: Any) -> bool:
    """Whether a value, or any element of an array, lies between two others or is one of them."""
    return any_of(frame, value, None, lambda one, _: _at_most(low, one) and _at_most(one, high))


def arithmetic(frame: Frame, operator: str, one: Any, other: Any) -> Any:
    """``+ - * /``; null if an operand is."""
    if one is None or other is None:
        return None
    if operator != "+" or (is_number(one) and is_number(other)):
        return calculate(operator, one, other, frame.limits)
    if isinstance(one, list) and isinstance(other, list):
        frame.tick(len(one) + len(other))
        return one + other
    left, right = string(frame, one), string(frame, other)
    frame.grow(len(left) + len(right))
    return left + right


def negated(value: Any) -> int | Decimal | None:
    """The number with the other sign; null stays null."""
    if value is None:
        return None
    number = as_number(value)
    # Decimal's own minus rounds to the digits of the thread's context.
    return number.copy_negate() if isinstance(number, Decimal) else -number


@function("NOT(condition)", "logic", "Whether the condition does not hold", nulls=True)
def not_(value: Any) -> bool:
    return not is_true(value)


@function("EXISTS(property)", "logic", "Whether the property is there and not null", nulls=True)
def exists(value: Any) -> bool:
    return value is not None


def _as_function(name: str, description: str) -> None:
    def run(frame: Frame, one: Any, other: Any) -> bool:
        return compare(frame, name, one, other)

    function(f"{name}(text, part)", "text", description, nulls=True)(run)


_as_function("STARTSWITH", "Whether the text begins with the part")
_as_function("ENDSWITH", "Whether the text ends with the part")
_as_function("CONTAINS", "Whether the part is found in the text")
