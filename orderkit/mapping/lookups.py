"""How a generated function looks up what sources read: each object and array of an event once."""

from collections.abc import Iterable
from typing import Any, Final

from orderkit.events.paths import MISSING, Parts, is_index
from orderkit.language.calculation import Calculation
from orderkit.language.references import PropertySource, Template
from orderkit.mapping.compiled import CompiledField

#: Pieces of a template that are joined in one expression: Python's compiler nests them.
_LONGEST_TEMPLATE: Final = 100


#: Stands for what only the plain evaluation can read.
ODD: Final = object()


class Lookups:
    """Writes expressions for values of an event, and keeps what they need.

    Of what stands at a path, ``at_3`` is the value and ``object_3`` the same as an object, empty if
    it is none. ``ODD`` is a value that only the plain evaluation can read.

    lines: those that fill these variables
    names: what the expressions call things that are no text

    absent: what the expressions give for what is not there, None or the name `MISSING`
    """

    def __init__(self, absent: str = "None") -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {"ODD": ODD, "NOTHING": {}, "MISSING": MISSING}
        self._default = "" if absent == "None" else f", {absent}"
        self._held: dict[tuple[int, str], int] = {}

    def reading(self, field: CompiledField, number: str) -> str:
        """What the source gives, as an expression; None for nothing."""
        source = field.source
        if isinstance(source, PropertySource):
            return self.value(source.parts)
        if isinstance(source, Template):
            return self._filled(source)
        if isinstance(source, Calculation):
            self.names[f"formula_{number}"] = source.reader()
            formula = f"formula_{number}(event)"
            if not (first := source.formula.first):
                return formula
            # The commonest formula is a property, or else something: the first needs no evaluation.
            return (
                f"t if type(t := {self.value(first)}) is str and 0 < len(t) < 1_000 else {formula}"
            )
        return "ODD"

    def _filled(self, source: Template) -> str:
        """A template of texts; what is made of other values, the plain evaluation knows."""
        if len(source.pieces) > _LONGEST_TEMPLATE:
            return "ODD"
        texts, tests = [], []
        for number, piece in enumerate(source.pieces):
            if isinstance(piece, str):
                texts.append(repr(piece))
            else:
                texts.append(f"t{number}")
                tests.append(f"type(t{number} := {self.value(piece)}) is str")
        return f"{' + '.join(texts)} if {' and '.join(tests)} else ODD"

    def value(self, parts: Parts) -> str:
        """What stands at a path of the event, as an expression; None for nothing."""
        *way, last = parts
        return self._part(self.holder(way), last)

    def _part(self, holder: int, part: str) -> str:
        named = f"{f'object_{holder}' if holder else 'event'}.get({part!r}{self._default})"
        if not holder or not is_index(part):
            return named
        index = int(part)
        there = f"isinstance(at_{holder}, list) and len(at_{holder}) > {index}"
        return f"(at_{holder}[{index}] if {there} else {named})"

    def holder(self, parts: Iterable[str]) -> int:
        """The number of the variables for what stands at a path, and it as an object; 0: event."""
        holder = 0
        for part in parts:
            if (holder, part) not in self._held:
                number = self._held[holder, part] = len(self._held) + 1
                self.lines += [
                    f"object_{number} = at_{number} = {self._part(holder, part)}",
                    f"if type(at_{number}) is not dict and not isinstance(at_{number}, dict):",
                    f"    object_{number} = NOTHING",
                ]
            holder = self._held[holder, part]
        return holder
