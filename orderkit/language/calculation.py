"""Where a row's raw value comes from when a formula calculates it, and why one has none."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.item_paths import get_every
from orderkit.language.references import ValueReading

if TYPE_CHECKING:
    from orderkit.language.formulas import Context, Explanation, Formula

#: The list of what is assumed about formulas, for people.
ASSUMPTIONS: Final = Path(__file__).with_name("README.md")
#: Names that a formula reads as a calculation ("Check-in"), and its texts, in which none is.
_CALCULATED: Final = re.compile(r"\w[-+*/ ]\w")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True)
class Calculation:
    """A formula; a part that cannot be evaluated makes the value missing, with the reason.

    context: gives clock, time zone and limits at the moment of evaluation
    """

    formula: "Formula"
    context: Callable[[], "Context"]

    @property
    def text(self) -> str:
        return self.formula.text

    @property
    def properties(self) -> tuple[str, ...]:
        return self.formula.properties

    def read(self, event: Any) -> ValueReading:
        value = self._read(event)
        where = " + ".join(self.properties) or "formula"
        return ValueReading(paths.MISSING if value is None else value, where)

    def reader(self) -> Callable[[Any], Any]:
        """A function from an event to the value as pure JSON, None where there is none."""
        return self._read

    @cached_property
    def _read(self) -> Callable[[Any], Any]:
        from orderkit.language.formulas import EvaluationError, to_json

        evaluate, context = self.formula.evaluate, self.context
        settled = None if self.formula.clock else context()

        def value(event: Any) -> Any:
            try:
                return to_json(evaluate(event, settled or context()))
            except EvaluationError:
                return None

        return value

    def explain_missing(self, event: Any) -> str:
        from orderkit.language.formulas import EvaluationError

        try:
            self.formula.evaluate(event, self.context())
        except EvaluationError as error:
            return "; ".join([f"the formula has no value: {error}", *self._misread(event)])
        # What a formula reads and an event does not have is named, with how far the event got.
        why = [paths.how_far(event, paths.parse_path(path)) for path in self.absent(event)]
        return "; ".join(["the formula gives null", *(self._misread(event) or why)])

    def absent(self, event: Any) -> list[str]:
        """The properties that the formula reads and the event does not have."""
        return [
            p for p in self.properties if get_every(event, paths.parse_path(p)) is paths.MISSING
        ]

    def _misread(self, event: Any) -> list[str]:
        """Properties of the event that the formula spells, and reads as a calculation."""
        unquoted = _QUOTED.sub("", self.text)
        return [
            f'`{path}` is calculated here: read that property as GET("{path}")'
            for path, _ in paths.walk(event)
            if path in unquoted and _CALCULATED.search(path)
        ]

    def describe(self, event: Any) -> tuple[str, ...]:
        found = self.formula.explain(event, self.context())
        return (*_lines(found), *found.notes)

    def holds(self, event: Any) -> bool:
        """Whether the formula gives true, as a filter wants it."""
        return self._read(event) is True

    def verdict(self, event: Any) -> tuple[bool, str]:
        """Whether the formula gives true, and why it gives nothing at all, or ""."""
        from orderkit.language.formulas import EvaluationError

        try:
            return self.formula.evaluate(event, self.context()) is True, ""
        except EvaluationError as error:
            return False, error.reason

    def explain_refusal(self, event: Any) -> str:
        """In words, what the formula of a filter gave instead of true, or why it gave nothing."""
        *_, last = _lines(self.formula.explain(event, self.context()))
        return last


def _lines(explained: "Explanation") -> list[str]:
    from orderkit.language.formulas import to_json

    return [f"{s.text} = {s.error or show(to_json(s.value))}" for s in explained.steps]


def point_at_assumptions(steps: Iterable[str]) -> str:
    """Where all assumptions about formulas are listed, if a trace names one of them; else ""."""
    named = any(step.startswith("assumption (") for step in steps)
    return f"all assumptions about formulas: {ASSUMPTIONS}" if named else ""


def compile_formula(
    text: str, context: Callable[[], "Context"], *, written: bool = False
) -> Calculation:
    """The source for a formula. Raises FormulaError with the place and what to write.

    A formula that was `written` by a function, not typed, may be of any length.
    """
    from orderkit.language import formulas

    return Calculation(formulas.parse(text, typed=not written), context)
