"""What a formula tells besides its value: what it reads, its steps, where it is wrong."""

import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orderkit.errors import FormulaError
from orderkit.language import formulas

CONTEXT = formulas.Context(datetime(2026, 3, 4, 10, 20, 30, tzinfo=UTC), ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("text", "properties"),
    [
        ("LOWER(user.email) + id + user.email", ("user.email", "id")),
        ("items.X.id", ("items.0.id",)),
        ("SUM(items, price * root.rate)", ("items", "rate")),
        ("FOR_EACH(root, FOR_EACH(nights, GET('x') + root.a.b))", ("root", "a.b")),
        ('GET("room-type") + GETCOOKIE("a")', ("room-type", "context.device.cookie")),
        ("{a: b, c: [d, 'e']}", ("b", "d")),
        ("IF(a, b, c) IN(d)", ("a", "b", "c", "d")),
        ("SUM(items.price)", ("items.price",)),
        ("FOR_EACH(ids, {id: ids, price: prices})", ("ids", "prices")),
        ('GETHEADER("x")', ("_headers",)),
        ("1 + 1", ()),
    ],
)
def test_properties(text: str, properties: tuple[str, ...]) -> None:
    """A formula names the properties it reads from the event, in order and once each."""
    assert formulas.parse(text).properties == properties


def test_steps_in_order() -> None:
    """Steps come in the order of evaluation, inner parts first; what is not reached is absent."""
    steps = formulas.parse('IF((price + 1) > 2, UPPER(name), "x" + other)').steps(
        {"price": 1.5, "name": "ana"}, CONTEXT
    )
    assert [(step.text, step.value, step.depth) for step in steps] == [
        ("price", Decimal("1.5"), 3),
        ("price + 1", Decimal("2.5"), 2),
        ("(price + 1) > 2", True, 1),
        ("name", "ana", 2),
        ("UPPER(name)", "ANA", 1),
        ('IF((price + 1) > 2, UPPER(name), "x" + other)', "ANA", 0),
    ]


def test_steps_end_with_the_error() -> None:
    """The part that has no value ends the steps, with the reason; it is the error's part too."""
    formula = formulas.parse("1 + NUMBER(a) / b")
    *before, last = formula.steps({"a": "4", "b": 0}, CONTEXT)
    assert [step.text for step in before] == ["a", "NUMBER(a)", "b"]
    assert last == formulas.EvaluationStep("NUMBER(a) / b", None, "division by zero", 1)
    with pytest.raises(formulas.EvaluationError) as caught:
        formula.evaluate({"a": "4", "b": 0}, CONTEXT)
    assert (caught.value.part_text, caught.value.reason) == (last.text, last.error)
    assert str(caught.value) == "`NUMBER(a) / b`: division by zero"


def test_steps_of_a_literal() -> None:
    """A formula that is a literal has one step: itself."""
    assert formulas.parse('"x"').steps({}, CONTEXT) == [
        formulas.EvaluationStep('"x"', "x", None, 0)
    ]


def test_the_event_is_left_alone() -> None:
    """A value that comes out of the event is a copy: changing it does not change the event."""
    event: dict[str, Any] = {"items": [{"tags": ["a"]}]}
    found = formulas.parse("items").evaluate(event, CONTEXT)
    found[0]["tags"].append("b")
    assert event == {"items": [{"tags": ["a"]}]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("12.50"), 12.5),
        (Decimal("1E+2"), 100),
        (Decimal("0.1"), 0.1),
        ([Decimal("1.5"), {"a": Decimal(2)}], [1.5, {"a": 2}]),
        ("x", "x"),
        (True, True),
        (None, None),
    ],
)
def test_to_json(value: Any, expected: Any) -> None:
    """`to_json` makes pure JSON of a result: int where whole, else float."""
    found = formulas.to_json(value)
    assert (found, type(found)) == (expected, type(expected))


def test_caret_under_the_place() -> None:
    """The error of a formula over several lines shows the line and a caret under the place."""
    with pytest.raises(FormulaError) as caught:
        formulas.parse('IF(a,\n   UPER(b),\n   "c")')
    assert caught.value.position == 9
    assert str(caught.value) == (
        "`UPER` is no function; did you mean `UPPER`?\n     UPER(b),\n     ^"
    )


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("1 + lower(a)", 4),
        ("1 + LEFT(a)", 4),
        ('a ~ "("', 4),
        ("LOWER(a", 5),
        ('1 + "abc', 4),
        ("a = = b", 4),
        ("DATEADD(a, 1, 'dais')", 14),
        ("DATEFORMAT(a, 'YYYY')", 14),
        ("a b", 2),
        ("1 +  ", 3),
    ],
)
def test_position_of_an_error(text: str, position: int) -> None:
    """The position is that of the part to change."""
    with pytest.raises(FormulaError) as caught:
        formulas.parse(text)
    assert caught.value.position == position


def test_now_needs_a_time_zone() -> None:
    """A clock without a time zone is refused: it would be read differently on each machine."""
    with pytest.raises(ValueError, match="time zone"):
        formulas.Context(CONTEXT.now.replace(tzinfo=None), CONTEXT.zone)


def test_tables_tell_what_help_shows() -> None:
    """Every function and operator has the texts that help is made of."""
    for info in formulas.FUNCTIONS.values():
        assert info.signature.startswith(f"{info.name}(")
        assert info.description[0].isalnum()
        assert not info.description.endswith(".")
        assert info.category in {"logic", "text", "conversion", "date", "array", "event"}
    for operator in formulas.OPERATORS.values():
        assert operator.symbol in operator.usage
        assert 1 <= operator.level <= 6
    assert all(assumption.endswith(".") for assumption in formulas.ASSUMPTIONS.values())


def test_formulas_are_imported_on_first_use() -> None:
    """Importing orderkit loads neither the formulas nor what they are made with."""
    code = (
        "import sys, orderkit, orderkit.errors, orderkit.events.paths; "
        "print(sys.modules.keys() & {'orderkit.language.formulas', 'lark', 'regex'})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_formulas_that_read_the_clock() -> None:
    """Exactly the functions that look at the context's clock make a formula depend on it."""
    for name, info in formulas.FUNCTIONS.items():
        assert info.clock == ("now" in info.run.__code__.co_names), name
    assert formulas.parse("IF(a, YEAR(TODAY()), 1)").clock
    assert not formulas.parse("COALESCE(a, YEAR(b))").clock


def notes(text: str, event: Any = None, **context: Any) -> list[str]:
    """What the value rests on, by what each note is about."""
    given = formulas.Context(CONTEXT.now, CONTEXT.zone, **context)
    found = formulas.parse(text).explain(event or {}, given).notes
    return [note.removeprefix("assumption (").partition(")")[0] for note in found]


@pytest.mark.parametrize(
    ("text", "event", "about"),
    [
        ('DATEDIFF("2026-03-01", "2026-03-02", "days")', {}, ["DATEDIFF"]),
        ('CHAR("abc", 1)', {}, ["CHAR"]),
        ('COALESCE(a, "x")', {"a": ""}, ["COALESCE"]),
        ('COALESCE(a, "x")', {"a": None}, []),
        ("IF(false, CHAR(a, 0), 1)", {"a": "x"}, []),
        ('DATEFORMAT(a, "X")', {"a": "2026-03-01T10:00:00Z"}, []),
    ],
)
def test_doubt_is_noted(text: str, event: Any, about: list[str]) -> None:
    """Where a value rests on one of two readings, the assumption is among the notes."""
    assert notes(text, event) == about


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ('DATEFORMAT("2026-03-01", "X")', True),
        ('DATEFORMAT("2026-03-01T10:00:00+01:00", "X")', False),
        ("YEAR(1700000000)", False),
        ('DATEPARSE("01/03/2026", "dd/MM/yyyy")', True),
        ('DATEPARSE("01/03/2026 +01:00", "dd/MM/yyyy ZZ")', False),
    ],
)
def test_a_time_zone_that_nobody_chose_is_noted(text: str, noted: bool) -> None:
    """A date without an offset rests on the zone: an assumption, unless somebody set it."""
    assert notes(text, assumed=True) == (["time zone"] if noted else [])
    assert notes(text) == []


def test_an_event_without_headers_is_noted() -> None:
    """GETHEADER says why it is null; an event with headers gives them, in any case of letters."""
    assert "without headers" in notes('GETHEADER("Referer")')[0]
    event = {"_headers": {"referer": "https://x.example", "Via": ["a", "b"]}}
    for name, value in (("Referer", "https://x.example"), ("VIA", "a, b"), ("Host", None)):
        formula = formulas.parse(f'GETHEADER("{name}")')
        assert formula.evaluate(event, CONTEXT) == value
        assert not formula.explain(event, CONTEXT).notes


@pytest.mark.parametrize("name", formulas.FUNCTIONS)
@pytest.mark.parametrize("around", ["{}", "FOR_EACH(items, {})", "SUM(items, {})", "IF({}, 1, 2)"])
def test_a_call_without_arguments_is_read_or_refused(name: str, around: str) -> None:
    """Wherever a call without arguments stands, it is a formula or an error with its place."""
    with suppress(FormulaError):
        formulas.parse(around.format(f"{name}()"))
