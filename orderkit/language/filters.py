"""Destination filters: whether an event is sent at all, and by which condition not.

Source: the platform's simple, advanced and consent filters. A simple filter is what its
transcription into a formula says. Assumptions: a value compares as text, so that 3 is "3"; an array
is, contains or matches when one of its elements does; the operators that begin with "isn't" and
"doesn't" are the inverse of the others, so that they hold of what is missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias

from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.calculation import Calculation, compile_formula
from orderkit.language.item_paths import get_every

if TYPE_CHECKING:
    from orderkit.language.formulas import Context

Match: TypeAlias = Literal["all", "any"]

#: Where the consent filter looks.
CONSENT: Final = "user.consent_categories"

#: The thirteen operators, as the platform names them → what each says, {p} being the property, {v}
#: one value, {all} all that are written so; with several values one must hold.
_POSITIVE: Final = {
    "is": "",
    "match regex": "{p} ~ {v}",
    "contains": "{p} CONTAINS {v}",
    "starts with": "{p} STARTSWITH {v}",
    "ends with": "{p} ENDSWITH {v}",
    "exists": "EXISTS({p})",
    "is empty": "ISEMPTY({p})",
}
_INVERSE: Final = {
    "isn't": "is",
    "doesn't match regex": "match regex",
    "doesn't contain": "contains",
    "doesn't start with": "starts with",
    "doesn't end with": "ends with",
    "doesn't exist": "exists",
}
#: The operators, each with the one whose inverse it is, or "".
OPERATORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: _INVERSE.get(name, "")
        for name in (
            *(name for inverse, operator in _INVERSE.items() for name in (operator, inverse)),
            "is empty",
        )
    }
)
#: These take no value.
WITHOUT_VALUE: Final = frozenset({"exists", "doesn't exist", "is empty"})


class FilterReason(str):
    """Why an event is not sent; `rule` says it without anything that the event holds."""

    __slots__ = ("rule",)
    rule: str

    def __new__(cls, reason: str, rule: str) -> Self:
        made = super().__new__(cls, reason)
        made.rule = rule
        return made


@dataclass(frozen=True)
class Condition:
    """One line of a simple filter: with several values it holds where it does with one of them."""

    property: str
    operator: str
    values: tuple[str, ...] = ()

    @cached_property
    def formula(self) -> str:
        """What it says, as a formula."""
        from orderkit.language.formulas.spelling import quote, write_alike, write_property

        path, inverse = write_property(self.property), OPERATORS[self.operator]
        operator = inverse or self.operator
        if operator == "is":
            alike = [written for value in self.values for written in write_alike(value)]
            if len(alike) == 1:
                return f"{path} {'!=' if inverse else '='} {alike[0]}"
            return f"{path} {'!IN' if inverse else 'IN'}({', '.join(alike)})"
        form = _POSITIVE[operator]
        tests = [form.format(p=path, v=quote(value)) for value in self.values or ("",)]
        whole = " || ".join(tests)
        if inverse:
            return f"NOT({whole})"
        return f"({whole})" if len(tests) > 1 else whole

    def saw(self, event: Any) -> Any:
        """The value it looks at, a list where that is one of every item, or `paths.MISSING`."""
        return get_every(event, paths.parse_path(self.property))

    def describe(self, event: Any = None) -> str:
        """In words, the condition; with an event, the value it saw as well."""
        wanted = " or ".join(map(show, self.values))
        words = f"`{self.property}` {self.operator} {wanted}".rstrip()
        if event is None:
            return words
        saw = self.saw(event)
        return f"{words} (it is {'nothing' if saw is paths.MISSING else show(saw)})"


def transcribe(conditions: Sequence[Condition], match: Match = "all") -> str:
    """A simple filter as the advanced one that says the same; "" for one without conditions."""
    return (" && " if match == "all" else " || ").join(one.formula for one in conditions)


@dataclass(frozen=True)
class Conditions:
    """Conditions of which all must hold, or any; without one they hold of every event."""

    conditions: tuple[Condition, ...]
    match: Match
    context: Callable[[], "Context"]

    @cached_property
    def _whole(self) -> Calculation:
        return self._compiled(transcribe(self.conditions, self.match))

    @cached_property
    def _single(self) -> tuple[tuple[Condition, Calculation], ...]:
        return tuple((one, self._compiled(one.formula)) for one in self.conditions)

    def _compiled(self, formula: str) -> Calculation:
        return compile_formula(formula, self.context, written=True)

    def describe(self) -> str:
        """In words, what must hold."""
        joint = " and " if self.match == "all" else " or "
        return joint.join(one.describe() for one in self.conditions)

    def explain_refusal(self, event: Any) -> FilterReason | None:
        """Why they do not hold of an event."""
        if not self.conditions or self._whole.holds(event):
            return None
        broken, rules = [], []
        for condition, source in self._single:
            met, error = source.verdict(event)
            if not met:
                broken.append(condition.describe(event) + (f": {error}" if error else ""))
                rules.append(condition.describe())
        if not broken:
            return FilterReason(self._whole.explain_refusal(event), self.describe())
        return FilterReason(" and ".join(broken), " and ".join(rules))


class EventFilter:
    """The filters of a destination: all that are filled in must let an event through.

    conditions: the simple filter
    formula:    the advanced filter, or None
    consent:    the category that the event's user must have consented to, or None
    """

    def __init__(
        self, conditions: Conditions, formula: str | None = None, consent: str | None = None
    ) -> None:
        self._conditions, self._consent = conditions, consent
        context = conditions.context
        self._formula = compile_formula(formula, context) if formula else None
        wanted = (Condition(CONSENT, "is", (consent or "",)),) if consent else ()
        self._consents = Conditions(wanted, "all", context)

    def explain_refusal(self, event: Any) -> FilterReason | None:
        """Why an event is not sent."""
        if self._consents.explain_refusal(event):
            given = paths.get(event, paths.parse_path(CONSENT))
            found = "nothing" if given is paths.MISSING else show(given)
            words = f"no consent to category {show(self._consent)}"
            return FilterReason(f"{words}: `{CONSENT}` is {found}", words)
        if reason := self._conditions.explain_refusal(event):
            words = "the filter's condition is not met: "
            return FilterReason(f"{words}{reason}", f"{words}{reason.rule}")
        formula = self._formula
        if formula is None or formula.holds(event):
            return None
        words = "the filter's formula does not hold: "
        return FilterReason(f"{words}{formula.explain_refusal(event)}", f"{words}{formula.text}")
