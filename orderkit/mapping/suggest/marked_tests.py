"""Orders that are tests, as events mark them: ``isTest``, ``livemode``, ``environment``."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from orderkit.events.jsontext import show
from orderkit.mapping.names import words
from orderkit.mapping.suggest.properties import Property, look_at
from orderkit.mapping.suggest.proposal import spelled

_TESTS: Final = frozenset(["test", "tests", "testing", "qa", "sandbox", "dummy", "staging", "demo"])
_LIVE: Final = frozenset(["live", "livemode", "production", "prod"])
_PLACES: Final = frozenset(["environment", "env", "mode", "stage"])
#: What a flag's name may say besides.
_BESIDE: Final = frozenset(["is", "mode", "flag", "order", "booking", "reservation"])


class MarkedTests(NamedTuple):
    """What marks tests: the property, the filter's formula for the other events, and how many."""

    path: str
    formula: str
    number: int


def marked_tests(events: Iterable[Any]) -> MarkedTests | None:
    """What marks some of these events as tests, and not all of them."""
    seen = look_at(events)
    for prop in seen.properties.values():
        value = None if prop.in_array else _of_tests(prop)
        number = sum(found == value for found in prop.values.values())
        if value is not None and 0 < number < len(seen.events):
            formula = f"{spelled(prop.path)} != {show(value, 40)}"
            return MarkedTests(prop.path, formula, number)
    return None


def _of_tests(prop: Property) -> Any:
    """The value that a property has in tests; None where it says nothing of them."""
    own = set(words(prop.path.rpartition(".")[2]))
    values = set(map(_as_flag, prop.values.values()))
    if own & _TESTS and own <= _TESTS | _BESIDE and values <= {True, False}:
        return next((v for v in prop.values.values() if _as_flag(v) is True), None)
    if own & _LIVE and own <= _LIVE | _BESIDE and values <= {True, False}:
        return next((v for v in prop.values.values() if _as_flag(v) is False), None)
    said = {str(value).casefold() for value in prop.values.values()}
    if own <= _PLACES and said & _LIVE and said <= _TESTS | _LIVE and len(said) == 2:
        return next(v for v in prop.values.values() if str(v).casefold() in _TESTS)
    return None


def _as_flag(value: Any) -> Any:
    return (
        {"true": True, "false": False}.get(value.casefold(), value)
        if isinstance(value, str)
        else value
    )
