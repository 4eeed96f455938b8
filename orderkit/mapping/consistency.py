"""Checks over several fields of one payload, read from ``consistency_rules.csv``.

Source: the definitions of Payment Value and Total Value on the vendor's page; the others follow
from what the fields mean. A rule holds its tongue unless every field it names is there.
"""

import csv
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any, Final

from orderkit.destination.fields import field_mappings
from orderkit.events.jsontext import plain_number, show

RULES: Final = Path(__file__).with_name("consistency_rules.csv")
_TERM: Final = re.compile(r"([+-]?) *([\w.]+)")
_EXACT: Final = Context(prec=100)  # more digits than an amount can have, so that nothing is rounded
_RELATIONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class ConsistencyRule:
    """One rule: left, relation, and the sum of the signed terms on the right.

    `type` is the left row's; amounts and times compare as decimals, dates as days.
    """

    rule: str
    left: str
    relation: str
    right: tuple[tuple[int, str], ...]
    types: Mapping[str, str]
    fix: str

    @property
    def targets(self) -> tuple[str, ...]:
        """Every field the rule needs."""
        return (self.left, *(target for _sign, target in self.right))

    def broken(self, values: Mapping[str, Any]) -> tuple[str, str] | None:
        """(found, expected) in words when the values break the rule, else None."""
        if any(target not in values for target in self.targets):
            return None
        left = self._comparable(self.left, values)
        terms = [(sign, self._comparable(target, values)) for sign, target in self.right]
        if isinstance(left, str):
            right = terms[0][1]
        else:
            with localcontext(_EXACT):
                right = sum((sign * term for sign, term in terms), Decimal(0))
        if _RELATIONS[self.relation](left, right):
            return None
        name = self.left.rsplit(".", 1)[-1]
        relation = {">": "later than ", ">=": "not earlier than "}.get(self.relation, "")
        same_form = len(terms) == 1
        expected = show(values[self.right[0][1]]) if same_form else str(plain_number(right))
        return f"{name} {show(values[self.left])}", f"{relation}{expected}"

    def _comparable(self, target: str, values: Mapping[str, Any]) -> Any:
        value = values[target]
        match self.types[target]:
            case "date":
                return Decimal(date.fromisoformat(value).toordinal())
            case "amount" | "whole number" | "timestamp":
                return Decimal(str(value))
        return value


@cache
def consistency_rules() -> tuple[ConsistencyRule, ...]:
    """All rules, in the order of the file."""
    types = {row.target: row.type for row in field_mappings()}
    with RULES.open(encoding="utf-8", newline="") as file:
        return tuple(
            ConsistencyRule(
                rule=entry["rule"],
                left=entry["left"],
                relation=entry["relation"],
                right=tuple((-1 if s == "-" else 1, t) for s, t in _TERM.findall(entry["right"])),
                types=types,
                fix=entry["fix"],
            )
            for entry in csv.DictReader(file)
        )
