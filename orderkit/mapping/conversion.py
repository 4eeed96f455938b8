"""What converting a value can come to: the value, a refusal, or a doubt, with what mends it."""

from dataclasses import dataclass
from typing import Any, TypeAlias

#: What was done to a value, in words; none where it went through unchanged.
Steps: TypeAlias = tuple[str, ...]
#: The value for the payload, and the steps to it.
Converted: TypeAlias = tuple[Any, Steps]


@dataclass(frozen=True, slots=True)
class Mending:
    """A formula that may mend a value; it is tried on that value before it is offered.

    gives:    the value that the field must get from it
    formulas: with ``{x}`` where the value goes; the first that gives it is offered
    words:    which reading of the value it is, where there are several
    drops:    words beside a number that the formulas leave out
    """

    gives: Any
    formulas: tuple[str, ...]
    words: str = ""
    drops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a value is accepted with a warning.

    fix: what to send instead, where that can be said
    """

    reason: str
    mendings: tuple[Mending, ...] = ()
    fix: str = ""


class Unconvertible(ValueError):  # noqa: N818 - a finding about a value, not a failure of the code
    """A value that its field's type does not accept, why, and what may mend it."""

    def __init__(self, reason: str, *mendings: Mending) -> None:
        super().__init__(reason)
        self.reason, self.mendings = reason, mendings

    @property
    def formula(self) -> str:
        """The first formula that may mend the value, not tried yet; "" if there is none."""
        return self.mendings[0].formulas[0] if self.mendings else ""
