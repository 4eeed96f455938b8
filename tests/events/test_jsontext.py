"""JSON text whose numbers keep their digits, and values shown in messages."""

from decimal import Decimal
from typing import Any

import pytest

from orderkit.events.jsontext import dumps, loads, plain, plain_number, show


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("3.00", 3),
        ("-0", 0),
        ("120.50", 120.5),
        ("0.1", 0.1),
        ("1e2", 100),
        ("0.1234567890123456789", Decimal("0.1234567890123456789")),
        ("1e400", Decimal("1e400")),
        ("9007199254740993", 9007199254740993),
        ("1e22", 1e22),
        ("9223372036854775809", Decimal("9223372036854775809")),
    ],
)
def test_plain_number(number: str, value: Any) -> None:
    """The simplest number with the same digits is taken: a Decimal where a float loses some."""
    simplest = plain_number(Decimal(number))
    assert (type(simplest), simplest) == (type(value), value)


def test_decimals_are_written_as_numbers() -> None:
    """A Decimal becomes a JSON number with all its digits and no exponent."""
    assert dumps({"a": Decimal("1E+3"), "b": Decimal("0.10")}) == b'{"a":1000,"b":0.10}'


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", {"a": 1j}])
def test_what_is_no_json(value: Any) -> None:
    """What is no JSON value is a TypeError for `dumps`, and named by `show`."""
    with pytest.raises(TypeError):
        dumps(value)
    assert "<" in show(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\n", '"a\\n"'),
        (None, "null"),
        (1.5, "1.5"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (10**30, "1" + "0" * 30),
        ("half \ud800", '"half ?"'),
        ({"\ud800": [10**20]}, '{"?":[100000000000000000000]}'),
        ({1: "a"}, '{"1":"a"}'),
        ("x" * 100, '"' + "x" * 59 + "…"),
        ("x" * 10**7, '"' + "x" * 59 + "…"),
    ],
    ids=range(11),
)
def test_show(value: Any, text: str) -> None:
    """Any value is shown as JSON text, cut to a length that fits a message."""
    assert show(value) == text


def test_plain_can_always_be_written() -> None:
    """Values of any depth and width of digits come into a form that can be written."""
    deep: Any = [float("inf"), Decimal("NaN"), 10**5000, "\udfff", object()]
    for _level in range(5_000):
        deep = {"a": deep}
    assert loads(dumps(plain(deep)))
    assert loads(dumps(plain([float("inf"), 2**64, "\udfff"]))) == ["inf", 2.0**64, "?"]
