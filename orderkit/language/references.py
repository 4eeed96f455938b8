"""Where a row's raw value comes from: a property, a constant, or a text with properties in it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.item_paths import get_every

if TYPE_CHECKING:
    from orderkit.language.formulas import Context, Explanation, Formula

#: The list of what is assumed about formulas, for people.
ASSUMPTIONS: Final = Path(__file__).with_name("README.md")

_REFERENCE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ValueReading:
    """What a source gave for one event.

    raw:      the value, or `paths.MISSING`
    found_at: where the value was found, or looked for
    refused:  why what was found cannot be used, or ""
    """

    raw: Any
    found_at: str
    refused: str = ""


class ValueSource(Protocol):
    """A compiled source.

    text:       as an engineer writes it
    properties: the paths it reads
    """

    @property
    def text(self) -> str: ...

    @property
    def properties(self) -> tuple[str, ...]: ...

    def read(self, event: Any) -> ValueReading:
        """The raw value for an event; never raises."""
        ...

    def explain_missing(self, event: Any) -> str:
        """In words, why `read` found nothing; asked for only where somebody reads it."""
        ...

    def describe(self, event: Any) -> tuple[str, ...]:
        """In words, how the raw value was put together; asked for as `explain_missing` is."""
        ...


@dataclass(frozen=True, slots=True)
class PropertySource:
    """The property at a path, with the JSON type it has in the event."""

    text: str
    parts: paths.Parts

    @property
    def properties(self) -> tuple[str, ...]:
        return (self.text,)

    def read(self, event: Any) -> ValueReading:
        return ValueReading(paths.get(event, self.parts), ".".join(self.parts))

    def explain_missing(self, event: Any) -> str:
        return paths.how_far(event, self.parts)

    def describe(self, event: Any) -> tuple[str, ...]:  # noqa: ARG002 - it is the value itself
        return ()


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value for every event; `value` may be absent in settings not filled in yet."""

    value: Any

    properties: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "" if self.value is paths.MISSING else str(self.value)

    def read(self, event: Any) -> ValueReading:  # noqa: ARG002 - the same for every event
        return ValueReading(self.value, "settings")

    def explain_missing(self, event: Any) -> str:  # noqa: ARG002 - the same for every event
        return "the setting is not filled in"

    def describe(self, event: Any) -> tuple[str, ...]:  # noqa: ARG002 - it is the value itself
        return ()


@dataclass(frozen=True, slots=True)
class Template:
    """Text with properties in it; the value is text, and missing as soon as one property is.

    pieces: text, path, text, path, …, text
    """

    text: str
    pieces: tuple[str | paths.Parts, ...]
    properties: tuple[str, ...]

    def read(self, event: Any) -> ValueReading:
        filled: list[str] = []
        where = " + ".join(self.properties)
        for piece in self.pieces:
            if isinstance(piece, str):
                filled.append(piece)
                continue
            value = paths.get(event, piece)
            path = ".".join(piece)
            if value is paths.MISSING or value is None:
                return ValueReading(paths.MISSING, where)
            if isinstance(value, dict | list):
                reason = f"`{path}` is {paths.json_type(value)}, which no text can hold"
                return ValueReading(value, path, refused=reason)
            filled.append(value if isinstance(value, str) else show(value, most=400))
        raw = "".join(filled)
        return ValueReading(raw, where)

    def describe(self, event: Any) -> tuple[str, ...]:
        raw = self.read(event).raw
        return () if raw is paths.MISSING else (f"{self.text} → {show(raw)}",)

    def explain_missing(self, event: Any) -> str:
        for piece in self.pieces:
            if isinstance(piece, str):
                continue
            value = paths.get(event, piece)
            if value is None or value is paths.MISSING:
                reason = "it is null" if value is None else paths.how_far(event, piece)
                return f"`{'.'.join(piece)}` is missing: {reason}"
        return ""


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
        quoted = ('"{}"', "'{}'")
        return [
            f'`{path}` is calculated here: read that property as GET("{path}")'
            for path, _ in paths.walk(event)
            if re.search(r"\w[-+*/ ]\w", path)
            and path in self.text
            and not any(mark.format(path) in self.text for mark in quoted)
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


def compile_reference(text: str) -> ValueSource:
    """The source for what smart mapping names: a path, or text with ``{{path}}`` in it.

    Left empty, it gives nothing, so that the row is not sent. Raises ValueError with what to write.
    """
    if not text.strip():
        return Constant(paths.MISSING)
    return compile_value(text) if "{{" in text or "}}" in text else compile_property(text)


def compile_property(path: str) -> PropertySource:
    """The source for a path. Raises ValueError with what to write."""
    if "{" in path or "}" in path:
        raise ValueError("write the path of the property alone, like booking.reference")
    return PropertySource(path.strip(), paths.parse_path(path))


def compile_value(value: str | float | None) -> ValueSource:
    """The source for a setting's value: a constant, a lone ``{{path}}``, or text with paths in it.

    Raises ValueError with what to write.
    """
    if value is None:
        return Constant(paths.MISSING)
    if not isinstance(value, str) or not re.search(r"\{\{|\}\}", value):
        return Constant(value)
    pieces = _REFERENCE.split(value)
    if any("{{" in text or "}}" in text for text in pieces) or any(
        "{" in path or "}" in path for path in pieces[1::2]
    ):
        raise ValueError("write a property as {{path}}: its two opening and two closing braces")
    if len(pieces) == 3 and not pieces[0] and not pieces[2]:
        return compile_property(pieces[1])
    return Template(
        value,
        tuple(paths.parse_path(p) if i % 2 else p for i, p in enumerate(pieces)),
        tuple(path.strip() for path in pieces[1::2]),
    )
