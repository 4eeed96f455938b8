"""Mutated formulas: ``python -m tests.language.mutations [NUMBER [SEED]]`` tries that many.

Each is a formula of the cases with a few random changes, or two in one. It must be read or refused
with a FormulaError, and evaluate or fail with an EvaluationError, soon; its value must be JSON.
"""

import random
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orderkit.errors import FormulaError
from orderkit.events.jsontext import dumps, plain
from orderkit.language import formulas
from tests import mutating
from tests.language.write_functions import DOCUMENTED

CONTEXT = formulas.Context(datetime(2026, 3, 4, 10, 20, 30, tzinfo=UTC), ZoneInfo("Europe/Paris"))
_NESTED: list[Any] = []
for _ in range(3_000):
    _NESTED = [_NESTED]
EVENT: dict[str, Any] = {
    "a": "12,30",
    "b": {"c": [1, 2.5, None, "x"], "d": "2026-03-04T10:00:00+01:00"},
    "items": [{"price": 10, "id": "i1", "tags": ["a"]}, {"price": "2.5"}, 5, []],
    "list": [1, "2", None],
    "n": 3,
    "big": 10**400,
    "float": 1e300,
    "odd": float("nan"),
    "half": "\ud800",
    "long": "ab" * 50_000,
    "deep": _NESTED,
    "_headers": {"Via": ["a", 1], "x": None},
}
PIECES = (
    *formulas.FUNCTIONS,
    *formulas.OPERATORS,
    *"()[]{},:.'\"\\$^*+?|-!~&",
    *EVENT,
    *("items.price", "items.tags", "root.n", "b.c", "b.d", "TODAY()", "null", "true", "0", "-1"),
    *("9" * 99, "9" * 101, "0.1", '"x"', "'yyyy'", '"days"', '"(a+)+$"', '"[\\w-.]{2,}"', '"D t"'),
    *('"ffff"', '"\\u2028"', "items." + "9" * 5_000, "2", "éé", "\n", "\x00", "\ud800", "“", "1e5"),
)

_TOKEN = re.compile(r""""[^"]*"|'[^']*'|[\w.$]+|[=<>!~&|]+|\s+|.""", re.DOTALL)


def seeds() -> list[str]:
    """The formulas of the cases and of the documentation that can be read."""
    path = Path(__file__).with_name("formulas") / "cases.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    documented = (e.formula for t in DOCUMENTED.values() for rows in t.values() for e in rows)
    cases = (case for table in tables.values() for rows in table.values() for case in rows)
    return [*documented, *(case[0] for case in cases if not case[2].startswith("wrong"))]


def mutated(number: int, seed: int) -> Iterator[str]:
    """So many formulas, the same for one seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret is made
    known = seeds()
    for _ in range(number):
        text = chance.choice(known)
        if chance.random() < 0.3:
            text = chance.choice(
                ("{}({})", "({}) = ({})", "{} + {}", "IF({}, {})", "[{}, {}]")
            ).format(text, chance.choice(known))
        for _ in range(chance.randint(1, 3)):
            plainly = chance.random() < 0.2
            text = mutating.cut(text, chance, PIECES) if plainly else _exchanged(text, chance)
        yield text


def _exchanged(text: str, chance: random.Random) -> str:
    """The text with one of its tokens exchanged for another of the same kind."""
    tokens = _TOKEN.findall(text)
    places = [at for at, token in enumerate(tokens) if _kind(token) != "other"]
    if not places:
        return text
    at = chance.choice(places)
    kind = _kind(tokens[at])
    tokens[at] = chance.choice([piece for piece in PIECES if _kind(piece) == kind] or [""])
    return "".join(tokens)


def _kind(token: str) -> str:
    first = token[:1]
    if info := formulas.FUNCTIONS.get(token):
        return f"function of {info.minimum}"
    if operator := formulas.OPERATORS.get(token):
        return f"operator of level {operator.level}" + " with values" * token[-1:].isalpha()
    return (
        "text"
        if first in ("'", '"')
        else "number"
        if first.isdigit()
        else ("name" if first.isalpha() or first == "_" else "other")
    )


def outcome(text: str) -> str:
    """What becomes of a formula: "value", "no value", "refused", or what must not happen."""
    try:
        formula = formulas.parse(text)
    except FormulaError as error:
        ended = "refused" if 0 <= error.position <= len(text) and str(error) else "no reason"
    else:
        explained = formula.explain(EVENT, CONTEXT)
        try:
            value = formulas.to_json(formula.evaluate(EVENT, CONTEXT))
            ended = "value" if dumps(plain(value)) else "no value"
        except formulas.EvaluationError as error:
            ended = "no value" if error.reason else "no reason"
        assert explained.steps
    return ended


if __name__ == "__main__":
    sys.exit(mutating.main(mutated, outcome))
