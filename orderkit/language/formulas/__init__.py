"""Formulas: what an engineer types into a setting in function mode, evaluated here.

>>> from datetime import UTC, datetime
>>> from zoneinfo import ZoneInfo
>>> formula = parse('UPPER(user.name) + "!"')
>>> formula.properties
('user.name',)
>>> context = Context(now=datetime(2026, 1, 1, tzinfo=UTC), zone=ZoneInfo("UTC"))
>>> formula.evaluate({"user": {"name": "ana"}}, context)
'ANA!'

Numbers are exact decimals inside. Assumptions: `ASSUMPTIONS` lists what the platform's public
documentation leaves open and what holds here. `Limits` says what a formula may cost.
Only a module that meets a formula imports this package.
"""

from functools import lru_cache
from typing import Any

from orderkit.events.paths import Parts
from orderkit.language.formulas.assumptions import ASSUMPTIONS
from orderkit.language.formulas.compiler import Compiler
from orderkit.language.formulas.evaluation import (
    Context,
    EvaluationError,
    EvaluationStep,
    Explanation,
    Frame,
)
from orderkit.language.formulas.functions import FUNCTIONS
from orderkit.language.formulas.grammar import Node, parse_tree
from orderkit.language.formulas.limits import DEFAULT, Limits
from orderkit.language.formulas.operators import OPERATORS, OperatorInfo
from orderkit.language.formulas.registry import FunctionInfo
from orderkit.language.formulas.values import RefusedError, finished, to_json

__all__ = [
    "ASSUMPTIONS",
    "DEFAULT",
    "FUNCTIONS",
    "OPERATORS",
    "Context",
    "EvaluationError",
    "EvaluationStep",
    "Explanation",
    "Formula",
    "FunctionInfo",
    "Limits",
    "OperatorInfo",
    "parse",
    "to_json",
]


class Formula:
    """A formula that has been read and compiled; it keeps nothing of an evaluation.

    text:        as it was typed
    properties:  the paths it reads from the event, in order, each once
    clock:       whether its value depends on the context's `now`
    first:       of ``path`` and ``COALESCE(path, …)`` that path: where it holds a text, not empty
                 and within the limits, that is the value
    """

    __slots__ = ("_node", "_recording", "_run", "clock", "first", "properties", "text")

    def __init__(self, text: str, node: Node) -> None:
        compiler = Compiler(text)
        self.text = text
        self._node = node
        self._run = compiler.compile(node)
        self._recording: Any = None
        self.properties: tuple[str, ...] = tuple(compiler.properties)
        self.clock = compiler.clock
        self.first = _first(node)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def evaluate(self, event: Any, context: Context) -> Any:
        """The value for an event: JSON values, whole numbers as int, others as Decimal.

        `to_json` turns it into pure JSON. Raises EvaluationError with the part that has no value.
        """
        value = self._run(Frame(event, context))
        try:
            return finished(value, context.limits)
        except RefusedError as error:
            raise EvaluationError(self.text, str(error)) from None

    def explain(self, event: Any, context: Context) -> Explanation:
        """How the value came about: the value of each part, and what was assumed on the way.

        Literals are left out: their value is their text. The first error ends the steps.
        """
        if self._recording is None:
            self._recording = Compiler(self.text, recording=True).compile(self._node)
        frame = Frame(event, context)
        try:
            value = self._recording(frame)
            if self._node.kind == "literal":
                frame.record(self.text, value)
            finished(value, context.limits)
        except EvaluationError:
            pass  # recorded with the part it is of
        except RefusedError as error:
            frame.record(self.text, None, str(error))
        return Explanation(tuple(frame.steps), tuple(frame.notes))

    def steps(self, event: Any, context: Context) -> list[EvaluationStep]:
        """The steps of `explain`."""
        return list(self.explain(event, context).steps)


def _first(node: Node) -> Parts | None:
    if node.kind == "call" and node.value == "COALESCE":
        node = node.parts[0]
    return node.value if node.kind == "path" else None


# Settings that were checked are compiled next: each formula is read once.
@lru_cache(maxsize=256)
def parse(text: str, *, typed: bool = True) -> Formula:
    """The formula that a text holds.

    Raises FormulaError with the position and what was expected there, for a formula that cannot
    be read, names no such function, calls one with the wrong number of arguments, or has a
    constant pattern, date format or unit that cannot be used. One that was not `typed`, but written
    by a function, may be longer than what anybody types.
    """
    return Formula(text, parse_tree(text, typed=typed))
