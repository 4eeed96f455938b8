"""Destination filters: whether an event is sent at all, and by which condition not.

Source: the platform's simple, advanced and consent filters. Assumptions: a scalar compares as text,
so that 3 is "3"; an array is, contains or matches when one of its elements does; a condition on a
missing property holds only for the operators that begin with "isn't" or "doesn't", and "is empty".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from orderkit.events import paths
from orderkit.events.jsontext import show

#: Seconds that one match of a pattern may take.
MOST_SECONDS: Final = 0.1

Match: TypeAlias = Literal["all", "any"]
Holds: TypeAlias = Callable[[Any, str], bool]


def _text(value: Any) -> str | None:
    if value is None or value is paths.MISSING or isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else show(value)


def _any_text(test: Callable[[str, str], bool]) -> Holds:
    """A test of text, of a value or of any element of an array."""

    def holds(value: Any, wanted: str) -> bool:
        values = value if isinstance(value, list) else [value]
        return any(text is not None and test(text, wanted) for text in map(_text, values))

    return holds


def _not(holds: Holds) -> Holds:
    return lambda value, wanted: not holds(value, wanted)


def _matches(text: str, pattern: str) -> bool:
    from orderkit.language.formulas.patterns import pattern as compiled

    return compiled(pattern).search(text, timeout=MOST_SECONDS) is not None


def _exists(value: Any, _wanted: str) -> bool:
    return value is not paths.MISSING and value is not None


_IS: Final = _any_text(lambda text, wanted: text == wanted)
_MATCH: Final = _any_text(_matches)
_CONTAINS: Final = _any_text(lambda text, wanted: wanted in text)
_STARTS: Final = _any_text(lambda text, wanted: text.startswith(wanted))
_ENDS: Final = _any_text(lambda text, wanted: text.endswith(wanted))

#: The thirteen operators, as the platform names them.
OPERATORS: Final[dict[str, Holds]] = {
    "is": _IS,
    "isn't": _not(_IS),
    "match regex": _MATCH,
    "doesn't match regex": _not(_MATCH),
    "contains": _CONTAINS,
    "doesn't contain": _not(_CONTAINS),
    "starts with": _STARTS,
    "doesn't start with": _not(_STARTS),
    "ends with": _ENDS,
    "doesn't end with": _not(_ENDS),
    "exists": _exists,
    "doesn't exist": _not(_exists),
    "is empty": lambda value, _wanted: value in (None, "", [], {}) or value is paths.MISSING,
}
#: These take no value.
WITHOUT_VALUE: Final = frozenset({"exists", "doesn't exist", "is empty"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a simple filter."""

    property: str
    operator: str
    value: str

    def holds(self, event: Any) -> bool:
        """Whether an event meets it."""
        return OPERATORS[self.operator](self.saw(event), self.value)

    def saw(self, event: Any) -> Any:
        """The value it looks at, or `paths.MISSING`."""
        return paths.get(event, paths.parse(self.property))

    def told(self, event: Any) -> str:
        """In words, the condition and the value it saw."""
        wanted = "" if self.operator in WITHOUT_VALUE else f" {show(self.value)}"
        saw = self.saw(event)
        found = "nothing" if saw is paths.MISSING else show(saw)
        return f"`{self.property}` {self.operator}{wanted} (it is {found})"


def refused_by_conditions(conditions: Iterable[Condition], match: Match, event: Any) -> str:
    """Why a simple filter keeps an event back, or ""."""
    conditions = tuple(conditions)
    try:
        broken = [condition for condition in conditions if not condition.holds(event)]
    except TimeoutError:
        # Neither "matches" nor "doesn't": what is not known to be wanted is not sent.
        return f"a pattern of the filter takes more than {MOST_SECONDS} s on this event"
    if not broken or (match == "any" and len(broken) < len(conditions)):
        return ""
    told = " and ".join(condition.told(event) for condition in broken)
    return f"the filter's condition is not met: {told}"


def refused_by_consent(category: str, event: Any) -> str:
    """Why the consent filter keeps an event back, or ""; categories compare as text."""
    given = paths.get(event, ("user", "consent_categories"))
    if _IS(given, category):
        return ""
    found = "nothing" if given is paths.MISSING else show(given)
    return f"no consent to category {show(category)}: `user.consent_categories` is {found}"
