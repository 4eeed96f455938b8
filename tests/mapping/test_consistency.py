"""The rules over several fields: exact, and silent where a part is absent."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.destination.fields import field_mappings
from orderkit.mapping.consistency import RULES, consistency_rules

KEPT: dict[str, Any] = {
    "value.total_value": 450.5,
    "value.total_room_fee": 400,
    "value.total_tax": Decimal("41.5"),
    "value.total_service_fee": 9,
    "value.payment_value": 405.5,
    "value.discounts": 45,
    "extra.length_of_stay": 3,
    "extra.check_in_date": "2028-02-27",
    "extra.check_out_date": "2028-03-01",
    "create_time": 1780308000,
    "update_time": 1780308000,
    "value.currency": "EUR",
    "value.commission_value.0.currency": "EUR",
}


def broken(values: dict[str, Any]) -> list[str]:
    """The targets on the left of the rules that the values break."""
    full = {f"order_info.{target}": value for target, value in values.items()}
    return [rule.left.removeprefix("order_info.") for rule in consistency_rules()
            if rule.broken(full)]  # fmt: skip


def test_the_rules() -> None:
    """Six rules, each over targets of the table, each with a fix, one a line of the file."""
    targets = {row.target for row in field_mappings()}
    assert len(consistency_rules()) == 6
    assert len(RULES.read_text(encoding="utf-8").splitlines()) == 7
    assert all(set(rule.targets) <= targets and rule.fix for rule in consistency_rules())


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({}, []),
        ({"value.payment_value": 405}, ["value.payment_value"]),
        ({"value.discounts": 0}, ["value.payment_value"]),
        ({"value.total_tax": 41}, ["value.total_value"]),
        ({"extra.length_of_stay": 2}, ["extra.length_of_stay"]),
        (
            {"extra.check_out_date": "2028-02-27"},
            ["extra.length_of_stay", "extra.check_out_date"],
        ),
        ({"update_time": 1780307999}, ["update_time"]),
        ({"update_time": 1780308001}, []),
        ({"value.commission_value.0.currency": "USD"}, ["value.currency"]),
    ],
)
def test_broken(changes: dict[str, Any], left: list[str]) -> None:
    """Exactly the rules that a value breaks are told, leap days counted."""
    assert broken(KEPT | changes) == left


@pytest.mark.parametrize("absent", KEPT)
def test_silent_without_a_part(absent: str) -> None:
    """A rule says nothing where one of its parts is absent, however wrong the others are."""
    wrong = {target: 1 if isinstance(value, int | float | Decimal) else value
             for target, value in KEPT.items() if target != absent}  # fmt: skip
    for rule in consistency_rules():
        full = {f"order_info.{target}": value for target, value in wrong.items()}
        if f"order_info.{absent}" in rule.targets:
            assert rule.broken(full) is None


CENTS = st.decimals(0, 10**9, places=2, allow_nan=False)


@given(CENTS, CENTS, CENTS)
def test_sums_of_floats_are_exact(room: Decimal, tax: Decimal, fee: Decimal) -> None:
    """Amounts that JSON holds as floats add up as they are written: 0.1 + 0.2 is 0.3."""
    parts = [float(room), float(tax), float(fee)]
    names = ["value.total_room_fee", "value.total_tax", "value.total_service_fee"]
    total = room + tax + fee
    values = dict(zip(names, parts, strict=True))
    assert broken(values | {"value.total_value": float(total)}) == []
    assert broken(values | {"value.total_value": float(total) + 0.01}) == ["value.total_value"]


def test_sums_of_many_digits_are_exact() -> None:
    """A difference in the thirtieth digit is a difference."""
    long = Decimal("9007199254740991.000000000000000000000000000001")
    values = {"value.total_value": long, "value.discounts": 0}
    assert broken(values | {"value.payment_value": long}) == []
    assert broken(values | {"value.payment_value": 9007199254740991}) == ["value.payment_value"]
