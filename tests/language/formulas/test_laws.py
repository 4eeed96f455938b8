"""Laws that hold for any value, and that no text at all gives anything but a value or an error."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderkit.errors import FormulaError
from orderkit.language import formulas

CONTEXT = formulas.Context(datetime(2026, 3, 4, 10, 20, 30, tzinfo=UTC), ZoneInfo("Europe/Paris"))
FORMULAS = {
    text: formulas.parse(text)
    for text in (
        "DECODE_BASE64(ENCODE_BASE64(a))",
        "JSON_PARSE(JSON_STRINGIFY(a))",
        'DATEPARSE(DATEFORMAT(a, "yyyy-MM-dd HH:mm:ss.SSS ZZ"), "yyyy-MM-dd HH:mm:ss.SSS ZZ")',
        'DATEPARSE(DATEFORMAT(a, "EEE d MMM yyyy h:mm:ss a x"), "EEE d MMM yyyy h:mm:ss a x")',
        "DATESUB(DATEADD(a, b, u), b, u)",
        "DATEDIFF(a, DATEADD(a, b, u), u)",
        "NOT(a AND b) = (NOT(a) OR NOT(b))",
        "NOT(a OR b) = (NOT(a) AND NOT(b))",
        "(a + b) + c = a + (b + c)",
        "a * (b + c) = a * b + a * c",
        "a - b + b = a",
        "SUBSTRING(a, 0, b - 1) = LEFT(a, b)",
        "LEFT(a, b) + SUBSTRING(a, b) = a",
        "NUMBER(STRING(a)) = a",
        "(a < b) = (b > a)",
        "(a <= b) = (a < b OR a = b)",
        "LENGTH(SUBSTITUTE(a, b, b + b)) >= LENGTH(a)",
        "a ~ b",
    )
}


def value(formula: str, **event: Any) -> Any:
    return FORMULAS[formula].evaluate(event, CONTEXT)


def texts(**bounds: Any) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]), **bounds)


amounts = st.decimals(-(10**9), 10**9, allow_nan=False, places=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | amounts | texts(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts(max_size=4), inner),
    max_leaves=12,
)
offsets = st.integers(-14 * 4, 14 * 4).map(lambda n: timezone(timedelta(minutes=15 * n)))
moments = st.datetimes(
    datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2200-01-01"), timezones=offsets
)


@given(a=texts())
def test_base64_round_trip(a: str) -> None:
    """What is encoded in Base64 is decoded to the same text."""
    assert value("DECODE_BASE64(ENCODE_BASE64(a))", a=a) == a


@given(a=json_values)
def test_json_round_trip(a: Any) -> None:
    """What is written as JSON is read as the same value, every digit of it."""
    assert value("JSON_PARSE(JSON_STRINGIFY(a))", a=a) == a


@given(moment=moments)
def test_date_round_trip(moment: datetime) -> None:
    """A date written with milliseconds and offset is read as the same moment and offset."""
    iso = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    form = "yyyy-MM-dd HH:mm:ss.SSS ZZ"
    assert value(f'DATEPARSE(DATEFORMAT(a, "{form}"), "{form}")', a=iso) == iso


@given(moment=moments)
def test_timestamp_round_trip(moment: datetime) -> None:
    """A date's own milliseconds decide, whatever else is written beside them."""
    form = "EEE d MMM yyyy h:mm:ss a x"
    found = value(
        f'DATEPARSE(DATEFORMAT(a, "{form}"), "{form}")', a=moment.isoformat(timespec="milliseconds")
    )
    assert abs(datetime.fromisoformat(found) - moment) < timedelta(milliseconds=1)


@given(
    moment=moments,
    number=st.integers(-5000, 5000),
    unit=st.sampled_from(["weeks", "days", "hours", "minutes", "seconds"]),
)
def test_moving_a_date_back(moment: datetime, number: int, unit: str) -> None:
    """A date moved by a length that is fixed comes back, and lies that far away."""
    iso = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert value("DATESUB(DATEADD(a, b, u), b, u)", a=iso, b=number, u=unit) == iso
    assert value("DATEDIFF(a, DATEADD(a, b, u), u)", a=iso, b=number, u=unit) == number


@pytest.mark.parametrize("law", [text for text in FORMULAS if text.startswith("NOT(")])
@given(a=json_values, b=json_values)
def test_de_morgan(law: str, a: Any, b: Any) -> None:
    """De Morgan's laws hold for any two values as conditions."""
    assert value(law, a=a, b=b) is True


@given(a=amounts, b=amounts, c=amounts)
@example(a=Decimal("0.1"), b=Decimal("0.2"), c=Decimal("0.3"))
def test_arithmetic_is_exact(a: Decimal, b: Decimal, c: Decimal) -> None:
    """Sums may be regrouped and factors distributed: no digit is lost."""
    for law in ("(a + b) + c = a + (b + c)", "a * (b + c) = a * b + a * c", "a - b + b = a"):
        assert value(law, a=a, b=b, c=c) is True


@given(
    a=amounts | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e60, max_value=1e60)
)
@example(a=0.1 + 0.2)
def test_number_of_string(a: Any) -> None:
    """A number as text is that number again."""
    assert abs(a) < 1e-60 or value("NUMBER(STRING(a)) = a", a=a) is True


@given(a=texts(), b=st.integers(1, 20))
def test_substring_and_left(a: str, b: int) -> None:
    """SUBSTRING from 0 is LEFT, and what LEFT leaves is the rest."""
    assert value("SUBSTRING(a, 0, b - 1) = LEFT(a, b)", a=a, b=b) is True
    assert value("LEFT(a, b) + SUBSTRING(a, b) = a", a=a, b=b) is True


@given(a=texts() | amounts | st.integers(), b=texts() | amounts | st.integers())
def test_order(a: Any, b: Any) -> None:
    """Greater is less from the other side; at most is less or equal, of values of one type."""
    assert value("(a < b) = (b > a)", a=a, b=b) is True
    if isinstance(a, str) == isinstance(b, str):
        assert value("(a <= b) = (a < b OR a = b)", a=a, b=b) is True


@given(a=texts(max_size=20), b=texts(max_size=3))
def test_substitute_is_literal(a: str, b: str) -> None:
    """SUBSTITUTE takes no character of the text to replace for a pattern."""
    assert value("LENGTH(SUBSTITUTE(a, b, b + b)) >= LENGTH(a)", a=a, b=b) is True


@given(
    a=texts(max_size=30),
    b=texts(max_size=12) | st.text("ab(?:)[]{}0123,*+?|^$\\\\dwsk<>-=!.", max_size=15),
)
def test_any_pattern(a: str, b: str) -> None:
    """Any pattern gives true, false, or the reason why it cannot be used."""
    outcome(lambda: value("a ~ b", a=a, b=b))


def outcome(run: Callable[[], Any]) -> Any:
    """What a formula gives: JSON, or an error of its own kind with a reason."""
    reason, found = "value", None
    try:
        found = run()
    except (FormulaError, formulas.EvaluationError) as error:
        reason = str(error)
    assert reason
    json.dumps(formulas.to_json(found))
    return found


EVENT = {
    "a": "12,30",
    "b": {"c": [1, 2.5, None, "x"], "d": "2026-03-04T10:00:00+01:00"},
    "items": [{"price": 10, "id": "i1"}, {"price": 2.5}],
    "n": 3,
}
TOKENS = st.sampled_from(
    [
        *formulas.FUNCTIONS,
        *formulas.OPERATORS,
        *"()[]{},:.'\"",
        *("a", "b.c", "b.d", "items", "n", "price", "root.n", "missing", "true", "null"),
        *("1", "0", "-3", "2.5", "1000000000000", '"x"', "'yyyy'", '"days"', '"(a+)+$"', '"a.b"'),
    ]
)


def complete(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Calls with as many arguments as they take, and operations."""
    calls = st.sampled_from(sorted(formulas.FUNCTIONS)).flatmap(
        lambda name: st.lists(
            inner,
            min_size=formulas.FUNCTIONS[name].minimum,
            max_size=formulas.FUNCTIONS[name].maximum or 5,
        ).map(lambda given: f"{name}({', '.join(given)})")
    )
    operators = st.sampled_from([*"+-*/=<>~", "AND", "OR", "!~", "<="])
    return calls | st.tuples(inner, operators, inner).map(lambda three: f"({' '.join(three)})")


leaves = st.sampled_from(
    [
        *("a", "b", "b.c", "b.d", "items", "n", "price", "missing", "true", "null", "[]", "{x: n}"),
        *(
            "1",
            "-3",
            "2.5",
            "1700000000",
            '"x"',
            '"yyyy-MM-dd"',
            '"days"',
            '"(.)"',
            '"{}"',
            "[1, a]",
        ),
    ]
)


def run(text: str) -> Any:
    formula = formulas.parse(text)
    steps = formula.steps(EVENT, CONTEXT)
    assert all(step.text in text for step in steps)
    return formula.evaluate(EVENT, CONTEXT)


@given(text=st.text(max_size=60) | st.text("aA1.()[]{},:'\"+-*/=<>!~|& \\\n", max_size=40))
def test_any_text(text: str) -> None:
    """Any text is a formula with a value, or is refused with a reason."""
    outcome(lambda: run(text))


@given(tokens=st.lists(TOKENS, max_size=14), glue=st.sampled_from(["", " "]))
def test_any_tokens(tokens: list[str], glue: str) -> None:
    """Any tokens in a row are a formula with a value, or are refused with a reason."""
    outcome(lambda: run(glue.join(tokens)))


@given(text=st.recursive(leaves, complete, max_leaves=8))
def test_any_formula(text: str) -> None:
    """Any formula that can be read gives a value, or says which part has none."""
    outcome(lambda: run(text))


@given(
    text=st.text(max_size=20), form=st.text("yMLdoHhmsSuaEcWkqZzXx'-/ :", min_size=1, max_size=8)
)
def test_any_date_format(text: str, form: str) -> None:
    """Any date format writes a date and reads what it wrote, or says what is wrong with it."""
    quoted = json.dumps(form)
    written = outcome(lambda: run(f"DATEFORMAT(b.d, {quoted})"))
    for read in (written, text):
        outcome(lambda read=read: run(f"DATEPARSE({json.dumps(read)}, {quoted})"))  # type: ignore[misc]
