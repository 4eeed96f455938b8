"""What a check found."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Code: TypeAlias = Literal["missing", "invalid", "inconsistent", "left_out", "unusual", "platform"]
Level: TypeAlias = Literal["error", "warning"]
Actor: TypeAlias = Literal["event", "settings", "endpoint"]

#: An error keeps an order from being sent; a warning does not.
LEVELS: dict[Code, Level] = {
    "missing": "error",
    "invalid": "error",
    "inconsistent": "warning",
    "left_out": "warning",
    "unusual": "warning",
    "platform": "warning",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one event, worded for the person who can act.

    code:        what kind of finding it is
    target:      the payload field concerned, from ``order_info.`` on; "" for the event itself
    source:      what the row reads: a property's path, or a setting's name
    rule:        the rule that is not kept
    found:       what was there instead, in words
    expected:    what the rule asks for
    message:     the finding in one sentence
    fix:         what to do about it
    actor:       who can: whoever sends the event, keeps the settings, or runs the endpoint
    near_misses: properties of this event that may have been meant, best first
    """

    code: Code
    target: str
    source: str
    rule: str
    found: str
    expected: str
    message: str
    fix: str
    actor: Actor
    near_misses: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """``error`` or ``warning``."""
        return LEVELS[self.code]

    def as_json(self) -> dict[str, Any]:
        """The problem as a JSON object, `level` included."""
        entries = asdict(self)
        return {
            "code": entries.pop("code"),
            "level": self.level,
            **entries,
            "near_misses": list(self.near_misses),
        }
