"""What the platform documents of its language holds here."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from orderkit.language import formulas
from tests.language.write_functions import DOCUMENTED, SOURCES, Example

NOW = datetime(2026, 3, 4, 10, 20, 30, 456_000, tzinfo=UTC)
EXAMPLES = [
    pytest.param(example, id=f"{name}-{number}")
    for table in DOCUMENTED.values()
    for name, examples in table.items()
    for number, example in enumerate(examples)
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_documented_example(example: Example) -> None:
    """A formula of the documentation gives the value of the documentation."""
    context = formulas.Context(NOW, ZoneInfo(example.zone))
    value = formulas.parse(example.formula).evaluate(json.loads(example.event), context)
    expected = json.loads(example.value, parse_float=Decimal)
    assert (value, type(value)) == (expected, type(expected))
    assert example.source in SOURCES


def test_everything_is_documented() -> None:
    """Every function and operator has an example, and no example is of another."""
    assert sorted(DOCUMENTED["functions"]) == sorted(formulas.FUNCTIONS)
    assert sorted(DOCUMENTED["operators"]) == sorted(formulas.OPERATORS)
