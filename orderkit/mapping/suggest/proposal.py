"""One way to fill a row, with how sure it is and the facts behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from orderkit.destination.fields import FieldMapping
from orderkit.events.jsontext import show
from orderkit.mapping.fixes import property_in_formula

#: From the surest on; what is less than likely is offered, and never written into a file.
CONFIDENCES: Final = ("very likely", "likely", "perhaps")
#: So many orders show what one or two have by accident.
SHOWING: Final = 3
#: A text in a formula is cut nowhere.
_LONGEST: Final = 1_000
#: What is said of an amount that may be a hundred times too high.
HUNDREDTHS: Final = "it may count hundredths: divide by 100 if it does"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to fill a row.

    row:        the row to fill
    value:      what to write: for a setting ``{{path}}`` or a text, for another row a path; or a
                formula
    formula:    whether `value` is a formula
    confidence: one of `CONFIDENCES`
    facts:      what speaks for it, and what against it, in words
    example:    what it gives for the first event that has it
    given:      number of the event → what the row gets there
    """

    row: FieldMapping
    value: str
    formula: bool
    confidence: str
    facts: tuple[str, ...]
    example: Any
    given: Mapping[int, Any]

    @property
    def reads(self) -> str:
        """The path of the property that it reads, its formula, or the text that it is."""
        return self.value if self.formula else self.value.removeprefix("{{").removesuffix("}}")

    @property
    def constant(self) -> bool:
        """Whether it is a text that every order gets."""
        return bool(self.row.setting) and not self.formula and not self.value.startswith("{{")

    @property
    def properties(self) -> tuple[str, ...]:
        """The paths of the properties that it reads, be it by a formula."""
        from orderkit.language import formulas

        if self.constant:
            return ()
        return formulas.parse(self.value).properties if self.formula else (self.reads,)

    @property
    def sure(self) -> bool:
        """Whether it is at least likely."""
        return self.confidence != CONFIDENCES[-1]

    @property
    def reason(self) -> str:
        """Its facts as one sentence."""
        return "; ".join(self.facts)

    def because(self, fact: str, confidence: str = "") -> "Proposal":
        """The same with another fact, and another confidence where that changes it."""
        facts = self.facts if fact in self.facts else (*self.facts, fact)
        return replace(self, facts=facts, confidence=confidence or self.confidence)

    def at_most(self, confidence: str, fact: str) -> "Proposal":
        """The same, no surer than `confidence`, with the fact that speaks against it."""
        least = max(self.confidence, confidence, key=CONFIDENCES.index)
        return self.because(fact, least)

    def shown_by(self, fact: str, kept: int = 2) -> "Proposal":
        """The same, likely, as values show it: with its first facts, and what they show.

        What may count hundredths adds up as well as what does not, and stays in doubt.
        """
        if HUNDREDTHS in self.facts:
            return self.because(fact)
        return replace(self, confidence="likely", facts=(*self.facts[:kept], fact))

    def as_json(self) -> dict[str, Any]:
        """The proposal as a JSON object."""
        return {
            "target": self.row.target,
            "setting": self.row.setting,
            "value": {"formula": self.value} if self.formula else self.value,
            "confidence": self.confidence,
            "reason": self.reason,
            "example": self.example,
        }


def spelled(path: str) -> str:
    """A property as a formula reads it, of an array's items the first."""
    return property_in_formula(path.replace(".X.", ".0."))


def as_formula(proposal: Proposal) -> str:
    """What a proposal writes, as a part of a formula."""
    return proposal.value if proposal.formula else spelled(proposal.reads)


def by_value(path: str, meant: Mapping[Any, str]) -> str:
    """The formula that gives for each value of a property what it means, and nothing for others."""
    text = ""
    for value, meaning in [*meant.items()][::-1]:
        rest = f", {text}" if text else ""
        text = f"IF({spelled(path)} == {show(value, _LONGEST)}, {show(meaning, _LONGEST)}{rest})"
    return text
