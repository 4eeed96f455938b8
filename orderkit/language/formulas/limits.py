"""What a formula may cost. Nothing a user types, or an event holds, goes beyond these."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one evaluation; what exceeds one ends as an error that names it.

    digits:    significant digits of a number, and places before and after its point
    text:      characters of one text
    texts:     characters of all the texts that one evaluation makes, together
    elements:  elements of one array or object, those inside it counted too
    nesting:   levels of arrays and objects inside each other
    steps:     operations and calls, one for each element of an array they run over
    seconds:   processor time of the whole evaluation, patterns included
    recorded:  parts that `Formula.steps` lists
    """

    digits: int = 100
    text: int = 1_000_000
    texts: int = 5_000_000
    elements: int = 100_000
    nesting: int = 100
    steps: int = 200_000
    seconds: float = 0.2
    recorded: int = 1_000


DEFAULT: Final = Limits()

# Limits of what is typed; they hold before there is an evaluation.
MAX_FORMULA: Final = 5_000  # characters
MAX_BRACKETS: Final = 50  # brackets inside each other, in a formula and in a pattern
MAX_PATTERN: Final = 1_000  # characters of a regular expression
MAX_PATTERN_SIZE: Final = 10_000  # its parts, each as often as it is repeated
MAX_FORMAT: Final = 200  # characters of a date format, and of a text read by one
