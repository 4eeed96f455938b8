"""JSON in and out, with numbers that keep their decimal digits."""

import decimal
import json
import math
from decimal import Decimal
from typing import Any

import orjson


def loads(text: bytes | bytearray | memoryview | str) -> Any:
    """The JSON value in `text`. Raises ValueError with place and reason."""
    return orjson.loads(text)


def dumps(value: Any, *, indent: bool = False) -> bytes:
    """`value` as UTF-8 JSON; a `Decimal` keeps all its digits."""
    return orjson.dumps(value, _exact, orjson.OPT_INDENT_2 if indent else None)


def _exact(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} is no JSON value")


def plain_number(number: Decimal) -> int | float | Decimal:
    """The simplest JSON number with exactly these digits.

    An int where nothing follows the point, a float where its shortest form is the same number, and
    the `Decimal` itself where a float would lose digits.
    """
    if number == number.to_integral_value() and abs(number) < 2**63:
        return int(number)
    try:
        as_float = float(number)
    except (OverflowError, decimal.InvalidOperation):
        return number
    return as_float if Decimal(repr(as_float)) == number else number


def show(value: Any, most: int = 60) -> str:
    """A value as short JSON text for a message, cut after `most` characters."""
    if isinstance(value, str):
        # Escaping only what is kept: the value may be as long as the event.
        text = dumps(plain(value[: most + 1])).decode()
    elif isinstance(value, float) and not math.isfinite(value):
        text = str(value)
    else:
        try:
            text = dumps(value).decode()
        except TypeError:
            text = dumps(plain(value)).decode()
    return text if len(text) <= most else f"{text[:most]}…"


def plain(value: Any, depth: int = 100) -> Any:
    """`value` in a form that `dumps` takes, for showing it.

    Lone surrogates become "?", integers of any length keep their digits, what lies deeper than
    `depth` or is no JSON value is named.
    """
    match value:
        case None | bool():
            return value
        case str():
            return value.encode("utf-8", "replace").decode()
        case int():
            return value if -(2**63) <= value < 2**64 else Decimal(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal() if value.is_finite():
            return value
        case dict() | list() if not depth:
            return "…"
        case dict():
            return {plain(str(key)): plain(part, depth - 1) for key, part in value.items()}
        case list():
            return [plain(part, depth - 1) for part in value]
    return f"<{type(value).__name__}>"


def loads_lenient(text: bytes) -> Any:
    """The JSON value in `text`, which may hold NaN, 1e400 or half a surrogate pair.

    Of an event that has them, all other properties can be used. Raises ValueError as `loads` does.
    """
    try:
        return orjson.loads(text)
    except ValueError as error:
        try:
            return json.loads(text.decode(), parse_int=_integer)
        except (ValueError, RecursionError):
            raise error from None


def _integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # more digits than Python reads
        return float(digits)


def dumps_plain(value: Any) -> bytes:
    """`value` as JSON in any case: what JSON cannot carry is shown as `plain` does."""
    try:
        return dumps(value)
    except TypeError:
        return dumps(plain(value))
