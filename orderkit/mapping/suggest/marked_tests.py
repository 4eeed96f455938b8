"""Orders that are tests, as events mark them (``isTest``, ``livemode``, ``environment``), or as a
remark or a guest's name says ("STAFF TEST", "Prueba").
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.mapping.names import words
from orderkit.mapping.suggest.proposal import spelled
from orderkit.mapping.suggest.topics import words_of

_TESTS: Final = words_of("test")
_LIVE: Final = frozenset(["live", "livemode", "production", "prod"])
_NOTHING: Final = words_of("nothing")
_TWO: Final = 2
_PLACES: Final = words_of("environment")
#: What a flag's name may say besides.
_BESIDE: Final = words_of("test_flag")
#: What a remark is called, and the part of a guest's name in which such a word stands.
_REMARKS: Final = words_of("remark")
_SAID: Final = "TESTBUCHUNG|TESTBOOKING|TEST|PRUEBA|PROVA|ESSAI|TESTE|DUMMY"
#: The word alone: no "contest", no "protest".
_ALONE: Final = "(?:^|[^A-Z])({})(?:[^A-Z]|$)"
_SAYS: Final = re.compile(_ALONE.format(_SAID))


class MarkedTests(NamedTuple):
    """What marks tests: the property, the filter's formula for the other events, and which these
    are, by their places among all.
    """

    path: str
    formula: str
    tests: tuple[int, ...]


def marked_tests(names: Collection[str], events: Sequence[Any]) -> MarkedTests | None:
    """What marks some of these events as tests, and not all of them; `names`: their properties."""
    for path in names:
        own = set(words(path.rpartition(".")[2]))
        # Read are the few properties that may speak of tests, of however many events.
        if not own or not own <= _TESTS | _LIVE | _PLACES | _BESIDE:
            continue
        parts = paths.parse_path(path)
        values = [paths.get(event, parts) for event in events]
        value = _of_tests(own, [value for value in values if not paths.is_blank(value)])
        tests = tuple(at for at, other in enumerate(values) if other == value)
        if value is not None and 0 < len(tests) < len(events):
            return MarkedTests(path, f"{spelled(path)} != {show(value, 40)}", tests)
    return max(_in_remarks(names, events), key=lambda found: len(found.tests), default=None)


def _in_remarks(names: Iterable[str], events: Sequence[Any]) -> Iterator[MarkedTests]:
    """What the remarks of some events say; of more than half of them it says something else."""
    for path in names:
        if not _REMARKS & set(words(path.rpartition(".")[2])):
            continue
        parts = paths.parse_path(path)
        values = (paths.get(event, parts) for event in events)
        told = [_SAYS.search(value.upper()) if isinstance(value, str) else None for value in values]
        said = sorted({found[1] for found in told if found})
        tests = tuple(at for at, found in enumerate(told) if found)
        if 0 < 2 * len(tests) <= len(events):
            pattern = _ALONE.format("|".join(said))
            formula = f"SELECT(UPPER({spelled(path)}), {show(pattern, 400)}, 1) == null"
            yield MarkedTests(path, formula, tests)


def _of_tests(own: Collection[str], found: Sequence[Any]) -> Any:
    """The value that a property has in tests; None where it says nothing of them.

    own: the words of its name; found: its values
    """
    if not all(isinstance(value, str | bool) for value in found):
        return None
    flags = {_as_flag(value): value for value in found}
    if flags.keys() <= {True, False}:
        if any(word in _TESTS for word in own):
            return flags.get(True)
        return flags.get(False) if any(word in _LIVE for word in own) else None
    said = {str(value).casefold(): value for value in found}
    no = said.keys() & _NOTHING
    if len(said) == _TWO and len(no) == 1 and any(word in _TESTS for word in own):
        # "J" and "N", "da" and "ne": what is not the no is the yes.
        return next(value for word, value in said.items() if word not in no)
    tests, live = said.keys() & _TESTS, said.keys() & _LIVE
    if len(tests) == len(live) == 1 and len(said) == _TWO and all(word in _PLACES for word in own):
        return said[next(iter(tests))]
    return None


def _as_flag(value: str | bool) -> str | bool:
    """A flag, also where it is written as a text."""
    return {"true": True, "false": False}.get(str(value).casefold(), value)
