"""What each type of the table accepts, refuses, and says about it."""

import math
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.destination.fields import field_mappings
from orderkit.events.jsontext import dumps, loads
from orderkit.mapping.amounts import MAX_INTEGER
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.types import field_type

UTC = ZoneInfo("UTC")
PARIS = ZoneInfo("Europe/Paris")
INF, NAN = math.inf, math.nan
HALF = "\ud800"  # half a surrogate pair: Python text that no UTF-8 can hold

# type, raw value, value, whether a step is told; dates have a table of their own in test_dates.py
ACCEPTED: list[tuple[str, Any, Any, bool]] = [
    ("text", "MLB-1", "MLB-1", False),
    ("text", " 12 ", "12", True),
    ("text", "Hôtel de l’Île 👨‍👩‍👧", "Hôtel de l’Île 👨‍👩‍👧", False),
    ("id", "MLB-1", "MLB-1", False),
    ("id", "été_1/2:3", "été_1/2:3", False),
    ("id", 1001, "1001", True),
    ("click id", "E.C.P/ab==", "E.C.P/ab==", False),
    ("text", "٣", "٣", False),
    ("text", 1001, "1001", True),
    ("text", -1, "-1", True),
    ("text", 2**63, "9223372036854775808", True),
    ("status", "CREATE_ORDER", "CREATE_ORDER", False),
    ("status", "X", "X", False),
    ("country", "FR", "FR", False),
    ("country", "France", "France", False),
    ("currency", "EUR", "EUR", False),
    ("currency", "eur", "EUR", True),
    ("currency", " Jpy\n", "JPY", True),
    ("amount", 450, 450, False),
    ("amount", 0, 0, False),
    ("amount", 120.5, 120.5, False),
    ("amount", 0.1 + 0.2, 0.30000000000000004, False),
    ("amount", Decimal("0.10"), Decimal("0.10"), False),
    ("amount", -0.0, 0, False),
    ("amount", "-0", 0, True),
    ("amount", "120.50", 120.5, True),
    ("amount", " 12 ", 12, True),
    ("amount", "+7", 7, True),
    ("amount", "007", 7, True),
    ("amount", "0.1", 0.1, True),
    ("amount", MAX_INTEGER, MAX_INTEGER, False),
    ("amount", "0.1234567890123456789", Decimal("0.1234567890123456789"), True),
    (
        "amount",
        "12345.123456789012345678901234567891",
        Decimal("12345.123456789012345678901234567891"),
        True,
    ),
    ("whole number", 3, 3, False),
    ("whole number", 0, 0, False),
    ("whole number", 3.0, 3, True),
    ("whole number", "3", 3, True),
    ("whole number", "3.0", 3, True),
    ("whole number", " 12 ", 12, True),
    ("whole number", -0.0, 0, True),
    ("boolean", True, True, False),
    ("boolean", False, False, False),
    ("boolean", "true", True, True),
    ("boolean", "False", False, True),
    ("boolean", " TRUE ", True, True),
    ("boolean", 1, True, True),
    ("boolean", 0, False, True),
    ("boolean", 1.0, True, True),
    ("boolean", "1", True, True),
    ("boolean", " 0", False, True),
    ("timestamp", 1780308000, 1780308000, False),
    ("timestamp", 1780308000.999, 1780308000, True),
    ("timestamp", 1780308000123, 1780308000, True),
    ("timestamp", "1780308000", 1780308000, True),
    ("timestamp", "1780308000123", 1780308000, True),
    ("timestamp", " 1780308000 ", 1780308000, True),
    ("timestamp", 253_402_300_799, 253_402_300_799, False),
    ("timestamp", 253_402_300_799_999, 253_402_300_799, True),
    ("timestamp", 10**12, 10**9, True),
    ("timestamp", 0, 0, False),
    ("timestamp", "2026-06-01T12:00:00+02:00", 1780308000, True),
    ("timestamp", "2026-06-01T12:00:00.999+02:00", 1780308000, True),
    ("timestamp", "2026-06-01T10:00:00Z", 1780308000, True),
    ("timestamp", "2026-06-01T10:00:00 Z", 1780308000, True),
    ("timestamp", "2026-06-01T10:00:00", 1780308000, True),
    ("timestamp", "2026-06-01 10:00", 1780308000, True),
    ("timestamp", "20260601T100000Z", 1780308000, True),
    ("timestamp", "2026-06-01", 1780272000, True),
    ("MERCHANT or CUSTOMER", "MERCHANT", "MERCHANT", False),
    ("MERCHANT or CUSTOMER", "CUSTOMER", "CUSTOMER", False),
]

NO_NUMBER: list[Any] = [True, False, NAN, INF, -INF, "NaN", "inf", "1e3", "0x10", "1_000", "٣",
                        "", " ", "12,30", "1 2", ".5", "5.", "--1", "12€", "1" * 31, b"12", [], [1],
                        {}, None, HALF, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"),
                        1j, object()]  # fmt: skip
REFUSED: list[tuple[str, list[Any]]] = [
    ("amount", [*NO_NUMBER, -0.01, -1, "-1", 10**30, 1e300, MAX_INTEGER + 1]),
    ("whole number", [*NO_NUMBER, -1, "-3", 3.5, "3.5", 5e-324, 10**30, 1e300, "1" * 30]),
    ("timestamp", [*NO_NUMBER, -1, "-1.5", "1969-12-31T23:59:59Z", 10**12 - 1, 253_402_300_800,
                   253_402_300_800_000, 1780308000123456, 1780308000123456789,
                   202606011200, 20260601120000, "20260601120000", 10**30, -(10**30), 1e300,
                   "2026-13-01T00:00:00Z", "2026-02-30",
                   "2026-06-01T24:30:00Z", "2026-06-01T10:00:60Z", "2026-06-01T10:00:00+25:00",
                   "0000-01-01T00:00:00Z", "2026-W23-1", "01/06/2026", "yesterday",
                   "2026-06-01T10:00:00 CEST"]),
    ("text", [True, 1.0, NAN, INF, 10**30, b"x", [], ["x"], {}, None, HALF]),
    ("id", [True, 1.0, None, HALF, " MLB-1", "MLB-1\n", "MLB 1", "MLB\u00a01", "\u200b",
            "\ufeffMLB-1", "MLB\x00-1", "MLB\x1b[31m", "MLB\u00ad1", "a\u3164", "\U000e0041"]),
    ("text", ["\u200b", "\u2060 \ufeff"]),
    ("country", [True, 1.5, [], {}, None, b"FR", HALF]),
    ("status", ["", "create_order", "Create", "A B", " A", "A\n", "1A", "É", 7, None, [], HALF]),
    ("currency", ["", "EURO", "€", "EU", "ABC", "ZZZ", "CNH", "DEM", 978, True, None, [], HALF]),
    ("boolean", ["yes", "no", "2", "1.0", "", "on", 2, -1, 0.5, NAN, None, [], {}, b"true", HALF]),
    ("MERCHANT or CUSTOMER", ["merchant", "GUEST", "", " MERCHANT", "MERCHANT or CUSTOMER", 1, None,
                              [], HALF]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "value", "told"), ACCEPTED)
def test_accepted(name: str, raw: Any, value: Any, told: bool) -> None:
    """The value comes out with its exact JSON type, and a step is told when it was changed."""
    converted, steps = field_type(name).convert(raw, UTC)
    assert (type(converted), converted) == (type(value), value)
    assert bool(steps) == told
    assert all(step.strip() for step in steps)


@pytest.mark.parametrize(("name", "raw"), [(name, raw) for name, raws in REFUSED for raw in raws])
def test_refused(name: str, raw: Any) -> None:
    """The value is refused with a reason, and with nothing but `Unconvertible`."""
    with pytest.raises(Unconvertible) as caught:
        field_type(name).convert(raw, UTC)
    assert caught.value.reason.strip()


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        *(
            ("amount", raw)
            for raw in ["12,30", "1.234,50", "1,234.50", "1 234.50", "1'234", "€ 12.50", "12,50 €"]
        ),
        ("whole number", "1,234"),
        ("MERCHANT or CUSTOMER", " merchant "),
    ],
)
def test_a_formula_is_offered(name: str, raw: str) -> None:
    """For the usual ways of writing it, the refusal carries a formula with a place for the path."""
    with pytest.raises(Unconvertible) as caught:
        field_type(name).convert(raw, UTC)
    assert "{x}" in caught.value.formula


@pytest.mark.parametrize("raw", ["a lot", "1,2,3,", "-5,00", "–5,00", "5,00 CR", "9" * 50 + ",00"])
def test_no_formula_is_guessed(raw: str) -> None:
    """Where no formula would give a sure number, none is offered."""
    with pytest.raises(Unconvertible) as caught:
        field_type("amount").convert(raw, UTC)
    assert caught.value.formula == ""


@pytest.mark.parametrize(
    ("raw", "steps"),
    [
        (1780308000123, ("milliseconds → seconds", "cut to whole seconds")),
        (
            "1780308000000",
            ('number in a string "1780308000000" → number', "milliseconds → seconds"),
        ),
        ("2026-06-01T12:00:00", ("no offset: read in Europe/Paris", "ISO 8601 → seconds")),
        ("2026-06-01T12:00:00+02:00", ("ISO 8601 → seconds",)),
    ],
)
def test_steps_of_a_timestamp(raw: Any, steps: tuple[str, ...]) -> None:
    """Each of the documented forms of a time tells what was done with it."""
    assert field_type("timestamp").convert(raw, PARIS) == (1780308000, steps)


def test_local_time_follows_the_clock() -> None:
    """A time without an offset is read with the offset that its zone has on that day."""
    convert = field_type("timestamp").convert
    summer, winter = (convert(f"2026-{day}T12:00", PARIS)[0] for day in ("07-01", "12-01"))
    assert (summer % 86_400, winter % 86_400) == (10 * 3600, 11 * 3600)


@pytest.mark.parametrize(
    ("name", "value", "usual"),
    [
        ("country", "FR", True),
        ("country", "GB", True),
        ("country", "fr", False),
        ("country", "UK", False),
        ("country", "XK", False),
        ("country", "ZZ", False),
        ("country", "FRA", False),
        ("timestamp", 946_684_799, False),
        ("timestamp", 946_684_800, True),
        ("timestamp", 4_133_980_799, True),
        ("timestamp", 4_133_980_800, False),
        ("date", "1999-12-31", False),
        ("date", "2000-01-01", True),
        ("date", "2100-12-31", True),
        ("date", "2101-01-01", False),
        ("amount", 0, True),
    ],
)
def test_unusual(name: str, value: Any, usual: bool) -> None:
    """Countries beside ISO 3166-1 alpha-2 and times outside 2000 to 2100 are doubted."""
    assert (field_type(name).unusual(value) is None) is usual


def test_every_type_of_the_table_is_known() -> None:
    """Each row's type exists and says what it expects; another name is refused."""
    assert all(field_type(row.type).expected for row in field_mappings())
    with pytest.raises(ValueError, match="no such type: colour"):
        field_type("colour")


@given(st.integers(0, MAX_INTEGER // 1000), st.integers(0, 999))
def test_amounts_are_exact(whole: int, thousandths: int) -> None:
    """An amount in text becomes the JSON number with the same digits."""
    text = f"{whole}.{thousandths:03}"
    value, _steps = field_type("amount").convert(text, UTC)
    assert Decimal(dumps(value).decode()) == Decimal(text)


@given(st.integers(0, MAX_INTEGER - 1), st.integers(0, 10**30 - 1))
def test_long_amounts_lose_no_digit(whole: int, fraction: int) -> None:
    """Digits that a float would lose are kept down to the JSON text."""
    text = f"{whole}.{fraction:030}"
    value, _steps = field_type("amount").convert(text, UTC)
    assert Decimal(dumps(value).decode()) == Decimal(text)


@given(st.integers(10**9, 4 * 10**9), st.integers(0, 999))
def test_all_forms_of_a_time_agree(seconds: int, milliseconds: int) -> None:
    """Seconds, milliseconds, both as text, and a fraction come to the same second."""
    whole = seconds * 1000 + milliseconds
    fraction = f"{seconds}.{milliseconds:03}"
    forms = (seconds, str(seconds), whole, str(whole), fraction, float(fraction))
    assert {field_type("timestamp").convert(form, UTC)[0] for form in forms} == {seconds}


# Alphabets are spelt out: the tables of all of Unicode take seconds to build on a fresh machine.
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.binary(max_size=4),
    st.text("0123456789 +:.,/TZ-", max_size=25), st.text("aé€٣\u00a0\x00\ud800😀ERU"),
    st.decimals(allow_nan=True), st.lists(st.integers()),
    st.dictionaries(st.text("ab", max_size=3), st.integers(), max_size=2),
)  # fmt: skip


@given(st.sampled_from(sorted({row.type for row in field_mappings()})), ANYTHING)
def test_convert_gives_or_refuses(name: str, raw: Any) -> None:
    """Whatever it is given, a conversion refuses it or gives a value that JSON keeps as it is."""
    try:
        value, steps = field_type(name).convert(raw, PARIS)
    except Unconvertible:
        return
    if isinstance(value, Decimal):
        assert Decimal(dumps(value).decode()) == value
    else:
        assert loads(dumps(value)) == value
    assert isinstance(steps, tuple)
    doubt = field_type(name).unusual(value)
    assert doubt is None or doubt.reason


@pytest.mark.parametrize("name", ["amount", "whole number", "timestamp", "date", "text"])
@pytest.mark.parametrize(
    "raw", [10**5000, -(10**5000), 1.7976931348623157e308], ids=["integer", "negative", "float"]
)
def test_extreme_numbers(name: str, raw: Any) -> None:
    """A number of hundreds or thousands of digits is refused, and breaks nothing."""
    with pytest.raises(Unconvertible):
        field_type(name).convert(raw, UTC)
