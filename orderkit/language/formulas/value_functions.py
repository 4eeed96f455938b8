"""The functions that choose, convert and collect values, and those that read the event."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from orderkit.events import paths
from orderkit.events.headers import HEADERS
from orderkit.language.formulas.evaluation import Closure, Each, Frame, any_of, look_up
from orderkit.language.formulas.registry import function
from orderkit.language.formulas.text_functions import number
from orderkit.language.formulas.values import (
    RefusedError,
    as_number,
    as_text,
    brief,
    calculate,
    is_empty,
    is_true,
    json_text,
    json_value,
    same,
    type_name,
)


@function("IF(condition, a[, b])", "logic", "a if the condition holds, else b or null", lazy=True)
def if_(frame: Frame, condition: Closure, yes: Closure, no: Closure | None = None) -> Any:
    if is_true(condition(frame)):
        return yes(frame)
    return no(frame) if no else None


@function(
    "SWITCH(value, v1, r1, v2, r2, …[, default])",
    "logic",
    "The result beside the first equal value, else the default, else null",
    lazy=True,
)
def switch(frame: Frame, value: Closure, first: Closure, result: Closure, *rest: Closure) -> Any:
    wanted = value(frame)
    pairs = [first, result, *rest]
    for at in range(0, len(pairs) - 1, 2):
        if any_of(frame, wanted, pairs[at](frame), same):
            return pairs[at + 1](frame)
    return pairs[-1](frame) if len(pairs) % 2 else None


@function("COALESCE(a, b, …)", "logic", "The first value that is not empty, else null", lazy=True)
def coalesce(frame: Frame, first: Closure, *others: Closure) -> Any:
    for value in (first, *others):
        if not is_empty(found := value(frame)):
            return found
        if found == "":
            frame.assume("COALESCE")
    return None


@function("ISEMPTY(value)", "logic", 'Whether the value is missing, null, "", [] or {}', nulls=True)
def isempty(value: Any) -> bool:
    return is_empty(value)


@function("SIZE(array or object)", "array", "The number of elements")
def size(value: Any) -> int:
    if isinstance(value, list | dict):
        return len(value)
    hint = "; LENGTH(…) counts the characters of a text" if isinstance(value, str) else ""
    raise RefusedError(
        f"{brief(value)} is {type_name(value)}; an array or object is expected{hint}"
    )


@function("JSON_PARSE(text)", "conversion", "The value that a JSON text holds")
def json_parse(frame: Frame, text: Any) -> Any:
    whole = as_text(text)
    frame.grow(len(whole))
    return json_value(whole, frame.limits)


@function(
    "JSON_STRINGIFY(value[, default])",
    "conversion",
    "The value as compact JSON; the default for null",
    nulls=True,
)
def json_stringify(frame: Frame, value: Any, default: Any = paths.MISSING) -> Any:
    if value is None and default is not paths.MISSING:
        return default
    return json_text(value, frame.limits)


@function(
    "VALUE_FROM_JSON(text, path)", "conversion", "The value at a path in a JSON text, or null"
)
def value_from_json(frame: Frame, text: Any, path: Any) -> Any:
    return _property(json_parse(frame, text), path)


def _property(holder: Any, name: Any) -> Any:
    """The property of that whole name, or at that dotted path."""
    path = as_text(name, "the name")
    if isinstance(holder, dict) and path in holder:
        return holder[path]
    try:
        found = look_up(holder, paths.parse_path(path))
    except ValueError as error:
        raise RefusedError(f"{brief(path)} is no path: {error}") from None
    return None if found is paths.MISSING else found


@function("GET(name)", "event", "The property of that name, for names with characters like `-`")
def get(frame: Frame, name: Any) -> Any:
    return _property(frame.element, name)


@function("GETHEADER(name)", "event", "A header of the request that brought the event, or null")
def getheader(frame: Frame, name: Any) -> str | None:
    wanted = as_text(name, "the name").lower()
    headers = frame.context.headers
    if headers is None:
        headers = paths.get(frame.event, (HEADERS,))
    if not isinstance(headers, Mapping):
        frame.note(f"GETHEADER is null: the event was given without headers (`{HEADERS}`)")
        return None
    values = (value for header, value in headers.items() if header.lower() == wanted)
    found = next(values, None)
    # A header that came several times is one with commas, as HTTP has it.
    return ", ".join(map(as_text, found)) if isinstance(found, list) else found


@function("GETCOOKIE(name)", "event", "A cookie out of `context.device.cookie`")
def getcookie(frame: Frame, name: Any) -> str | None:
    wanted = as_text(name, "the name")
    cookies = paths.get(frame.event, ("context", "device", "cookie"))
    if not isinstance(cookies, str):
        return None
    for cookie in cookies.split(";"):
        key, _, value = cookie.strip().partition("=")
        if key == wanted:
            return unquote(value)
    return None


def _over(frame: Frame, array: Closure, each: Each | None) -> list[Any] | None:
    """The expression's value for each element, the elements without one; None without an array."""
    items = array(frame)
    if items is None:
        return None
    if not isinstance(items, list):
        raise RefusedError(f"the first argument is {type_name(items)}; an array is expected")
    if each is None:
        frame.tick(len(items))
        return items
    return frame.over(items, each)


def _as_number(frame: Frame, value: Any) -> Any:
    """A number, or the one that a text holds."""
    held = number(frame, value) if isinstance(value, str) else value
    return as_number(value if held is None else held)


def _numbers(frame: Frame, array: Closure, each: Each | None) -> list[Any] | None:
    found = _over(frame, array, each)
    if found is None:
        return None
    return [_as_number(frame, value) for value in found if not is_empty(value)]


def _total(frame: Frame, numbers: list[Any]) -> Any:
    total: Any = 0
    for one in numbers:
        total = calculate("+", total, one, frame.limits)
    return total


@function(
    "SUM(array[, expression])",
    "array",
    "The sum of the elements, or of the expression",
    lazy=True,
)
def sum_(frame: Frame, array: Closure, each: Each | None = None) -> Any:
    numbers = _numbers(frame, array, each)
    return None if numbers is None else _total(frame, numbers)


@function(
    "AVERAGE(array[, expression])",
    "array",
    "The mean of the elements, or of the expression over them",
    lazy=True,
)
def average(frame: Frame, array: Closure, each: Each | None = None) -> Any:
    numbers = _numbers(frame, array, each)
    if not numbers:
        return None
    return calculate("/", _total(frame, numbers), len(numbers), frame.limits)


def _extreme(
    frame: Frame, array: Closure, each: Each | None, choose: Callable[[list[Any]], Any]
) -> Any:
    found = [value for value in _over(frame, array, each) or [] if not is_empty(value)]
    if not found:
        return None
    # Texts that are all numbers compare as numbers: "9" is less than "10".
    if all(isinstance(value, str) for value in found) and any(
        number(frame, value) is None for value in found
    ):
        return choose(found)
    return choose([_as_number(frame, value) for value in found])


@function("MIN(array[, expression])", "array", "The least number or text", lazy=True)
def min_(frame: Frame, array: Closure, each: Each | None = None) -> Any:
    return _extreme(frame, array, each, min)


@function("MAX(array[, expression])", "array", "The greatest number or text", lazy=True)
def max_(frame: Frame, array: Closure, each: Each | None = None) -> Any:
    return _extreme(frame, array, each, max)


@function(
    "COUNT(array[, expression])",
    "array",
    "How many elements, or values of the expression, are not empty",
    lazy=True,
)
def count(frame: Frame, array: Closure, each: Each | None = None) -> int | None:
    found = _over(frame, array, each)
    return None if found is None else sum(not is_empty(value) for value in found)


@function(
    "FOR_EACH(array, expression)",
    "array",
    "A new array of the expression's value for each element; names refer to the element, "
    "`root.x` to the event; over a list of texts or numbers its own name is the element, and "
    "other lists are read at the same index",
    lazy=True,
)
def for_each(frame: Frame, array: Closure, each: Each) -> list[Any] | None:
    return _over(frame, array, each)
