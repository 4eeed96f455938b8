"""The language, case by case: every function, every operator, every way to get it wrong."""

import json
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orderkit.errors import FormulaError
from orderkit.language import formulas

NOW = datetime(2026, 3, 4, 10, 20, 30, 456_000, tzinfo=UTC)
TABLES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))
CASES = [
    pytest.param(*case[:3], *(case[3:] or ["UTC"]), id=f"{name}-{number}")
    for table in TABLES.values()
    for name, cases in table.items()
    for number, case in enumerate(cases)
]


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


@pytest.mark.parametrize(("formula", "event", "expected", "zone"), CASES)
def test_gives_what_the_case_says(formula: str, event: str, expected: str, zone: str) -> None:
    """A formula gives the case's value, or its error with the case's words."""
    context = formulas.Context(NOW, ZoneInfo(zone), headers={"X-Shop": "Lisbon"})
    if expected.startswith("wrong: "):
        with pytest.raises(FormulaError) as wrong:
            formulas.parse(formula)
        assert expected.removeprefix("wrong: ") in str(wrong.value)
        assert 0 <= wrong.value.position <= len(formula)
        return
    parsed = formulas.parse(formula)
    if expected.startswith("error: "):
        with pytest.raises(formulas.EvaluationError) as caught:
            parsed.evaluate(json.loads(event), context)
        assert expected.removeprefix("error: ") in caught.value.reason
        assert caught.value.part_text in formula
        assert parsed.steps(json.loads(event), context)[-1].error == caught.value.reason
        return
    value = parsed.evaluate(json.loads(event), context)
    assert (value, type(value)) == (exact(expected), type(exact(expected)))
    assert parsed.steps(json.loads(event), context)[-1].value == value


def test_every_function_has_cases() -> None:
    """Each function of the table has cases, and each case's name is a function."""
    assert sorted(TABLES["functions"]) == sorted(formulas.FUNCTIONS)


def test_every_operator_has_cases() -> None:
    """Each operator of the table has cases, and each case's name is an operator."""
    assert sorted(TABLES["operators"]) == sorted(formulas.OPERATORS)


@pytest.mark.parametrize("name", sorted(formulas.FUNCTIONS))
def test_signature_agrees_with_arity(name: str) -> None:
    """A function's signature names as many arguments as it takes at least, and shows a bound."""
    info = formulas.FUNCTIONS[name]
    inside = info.signature.removeprefix(f"{name}(").removesuffix(")")
    required = inside.split("[")[0].split(", …")[0]
    named = len([part for part in required.split(",") if part.strip()])
    assert ("…" in inside) == (info.maximum is None)
    if info.maximum is not None:
        assert named == info.minimum
        assert inside.count("[") == info.maximum - info.minimum
