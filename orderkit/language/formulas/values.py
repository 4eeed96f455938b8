"""The values a formula handles: JSON values, with exact decimals for numbers."""

import json
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import cache
from typing import Any, Final, TypeAlias

from orderkit.events.paths import count, json_type
from orderkit.language.formulas.limits import DEFAULT, Limits

Number: TypeAlias = int | Decimal

# Digits of a quotient that does not come out even: those of IEEE 754's decimal128.
QUOTIENT_DIGITS: Final = 34

# Bits of a whole number that is not written out: Python itself refuses soon after.
_LONGEST: Final = 4_096


class RefusedError(Exception):
    """Why a part cannot be evaluated; the evaluator adds which part it was."""


def type_name(value: Any) -> str:
    """The JSON type of a value, in words that fit "is …"."""
    return "a number" if isinstance(value, Decimal) else json_type(value)


def brief(value: Any) -> str:
    """A value in one short line, for a message."""
    if isinstance(value, list | dict):
        return f"{type_name(value)} of {count(len(value), 'element')}"
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        return "a number of more than 1,000 digits"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else plain_text(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def plain_text(value: Any) -> str:
    """A value that is no array or object as text; null is "null"."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number_text(value)


def number_text(value: int | float | Decimal) -> str:
    """A number as JSON has it: no exponent, no zeros at the end of a fraction."""
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        raise RefusedError("the number has more than 1,000 digits")
    if isinstance(value, int):
        return str(value)
    text = format(from_float(value) if isinstance(value, float) else value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def from_float(value: float) -> Decimal:
    """The decimal that was written in the event's JSON, not the binary number read from it."""
    if value - value != 0:
        raise RefusedError(f"{value} is no JSON number")
    return Decimal(repr(value))


def as_text(value: Any, name: str = "the value") -> str:
    """A text argument; numbers and booleans count as text, null as the empty text."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, list | dict):
        raise RefusedError(f"{name} is {type_name(value)}; a text is expected")
    return plain_text(value)


def as_whole(value: Any, name: str) -> int:
    """An argument that is a whole number, like a position."""
    if type(value) is int:
        return value
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    hint = "; NUMBER(…) turns a text into a number" if isinstance(value, str) else ""
    raise RefusedError(f"{name} is {brief(value)}; a whole number is expected{hint}")


def as_number(value: Any) -> Number:
    """An operand that is a number."""
    if type(value) is int or isinstance(value, Decimal):
        return value
    if isinstance(value, float):
        return from_float(value)
    hint = "; NUMBER(…) turns a text into a number" if isinstance(value, str) else ""
    raise RefusedError(f"{brief(value)} is {type_name(value)}; a number is expected{hint}")


def is_number(value: Any) -> bool:
    """Whether a value is a number, which a boolean is not."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def is_empty(value: Any) -> bool:
    """Null, ``""``, ``[]`` and ``{}`` are empty; ``0``, ``false`` and blanks are not."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def is_true(value: Any) -> bool:
    """Whether a condition holds: not for false, null, 0 and what is empty."""
    return bool(value)


def same(one: Any, other: Any, levels: int = DEFAULT.nesting) -> bool:
    """Equality of JSON values: by type and value, numbers by number (``1`` is ``1.0``)."""
    if type(one) is type(other) and isinstance(one, str | bool | int):
        return bool(one == other)
    if is_number(one) and is_number(other):
        return as_number(one) == as_number(other)
    if not levels:
        raise RefusedError(f"arrays and objects nested deeper than {DEFAULT.nesting:,} levels")
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            same(*pair, levels - 1) for pair in zip(one, other, strict=True)
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            same(one[key], other[key], levels - 1) for key in one
        )
    return one is None and other is None


@cache
def _exact(digits: int) -> Context:
    return Context(prec=digits, Emax=digits, Emin=-digits, traps=[Inexact, InvalidOperation])


_ROUNDED: Final = Context(prec=QUOTIENT_DIGITS)


def calculate(operator: str, one: Any, other: Any, limits: Limits) -> Number:
    """``+ - * /`` on two numbers: exact; only a quotient that never ends is rounded."""
    left, right = as_number(one), as_number(other)
    if operator == "/" and not right:
        raise RefusedError("division by zero")
    context = _exact(limits.digits)
    try:
        match operator:
            case "+":
                return context.add(left, right)
            case "-":
                return context.subtract(left, right)
            case "*":
                return context.multiply(left, right)
        try:
            return context.divide(left, right)
        except Inexact:
            return within(_ROUNDED.divide(Decimal(left), Decimal(right)), limits)
    except (Inexact, InvalidOperation):
        raise too_long(limits) from None


def too_long(limits: Limits) -> RefusedError:
    """What is said of a number with more digits than the limits allow."""
    return RefusedError(f"the number has more than {limits.digits:,} digits")


def within(number: Number, limits: Limits) -> Number:
    """The number, if it has no more digits than allowed."""
    if isinstance(number, int):
        # Four bits hold any digit: this spares a slow conversion of what is too long anyway.
        if number.bit_length() > 4 * limits.digits:
            raise too_long(limits)
        return number
    if not number.is_finite():
        raise RefusedError("the value is no JSON number")
    try:
        return _exact(limits.digits).create_decimal(number)
    except Inexact:
        raise too_long(limits) from None


def finished(value: Any, limits: Limits) -> Any:
    """A result as JSON values: whole numbers as int, others as Decimal, containers copied.

    Raises RefusedError when it is larger than the limits allow.
    """
    if type(value) is str or value is None or isinstance(value, bool):
        return value
    if is_number(value):
        return _number(value, limits)
    left = [limits.elements, limits.texts]
    return _finished(value, limits, left, limits.nesting)


def _number(value: Any, limits: Limits) -> Number:
    number = within(as_number(value), limits)
    if isinstance(number, int):
        return number
    return int(number) if number == number.to_integral_value() else number


def _finished(value: Any, limits: Limits, left: list[int], levels: int) -> Any:
    if isinstance(value, str):
        left[1] -= len(value)
        if left[1] < 0:
            raise RefusedError(f"the texts have more than {count(limits.texts, 'character')}")
        return value
    if value is None or isinstance(value, bool):
        return value
    if is_number(value):
        return _number(value, limits)
    left[0] -= len(value)
    if left[0] < 0:
        raise RefusedError(f"{type_name(value)} of more than {count(limits.elements, 'element')}")
    if not levels:
        raise RefusedError(f"arrays and objects nested deeper than {limits.nesting:,} levels")
    if isinstance(value, list):
        return [_finished(item, limits, left, levels - 1) for item in value]
    left[1] -= sum(map(len, value))
    return {key: _finished(item, limits, left, levels - 1) for key, item in value.items()}


def json_text(value: Any, limits: Limits) -> str:
    """Compact JSON, each number with its own digits."""
    return _json(finished(value, limits))


def _json(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{','.join(map(_json, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{_json(key)}:{_json(item)}' for key, item in value.items())}}}"
    return plain_text(value)


def json_value(text: str, limits: Limits) -> Any:
    """What a JSON text holds, its numbers exact; raises RefusedError with the place of a fault."""

    def number(digits: str) -> Number:
        # The length first: reading a number takes longer the longer it is.
        if len(digits) > 4 * limits.digits:
            raise too_long(limits)
        return within(Decimal(digits) if set(digits) & set(".eE") else int(digits), limits)

    def constant(name: str) -> Any:
        raise RefusedError(f"the text is no JSON: it holds {name}")

    try:
        value = json.loads(text, parse_float=number, parse_int=number, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise RefusedError(f"the text is no JSON: {error.msg.lower()} at {error.pos}") from None
    except (RecursionError, InvalidOperation):
        raise RefusedError("the text is no JSON that can be read: nested too deeply") from None
    return finished(value, limits)


def to_json(value: Any) -> Any:
    """A formula's result as pure JSON: whole numbers as int, others as the nearest float."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value
