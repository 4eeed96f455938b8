"""What a formula may cost: everything nasty ends soon, with an error that says why."""

import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orderkit.errors import FormulaError
from orderkit.language import formulas

CONTEXT = formulas.Context(datetime(2026, 3, 4, tzinfo=UTC), ZoneInfo("UTC"))
EVENT: dict[str, Any] = {
    "ten": [{"id": n} for n in range(10)],
    "many": [{"id": n} for n in range(1_000)],
    "most": list(range(100_000)),
    "long": "a" * 900_000,
    "longer": "a" * 1_100_000,
    "as": "a" * 60 + "b",
    "deep": "[" * 100_000,
    "wide": "[" + ",".join(["[]"] * 200_000) + "]",
    "digits": "1" * 5_000,
    "big": 10**5_000,
    "surrogate": "\ud800",
}
deep: list[Any] = []
EVENT["nested"] = deep
for _ in range(5_000):
    deep.append([])
    deep = deep[0]

PATTERNS = [
    "(a+)+$",
    "(a|a)*$",
    "(a|aa)+$",
    "(.*)*x",
    "(.*a){25}",
    "((a*)*)*c",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(?:a?){60}a{60}c",
    r"(a*)*\1\1c",
    "(?=(a+))a*b\\1c",
]
NASTY = [
    "1" + " + 1" * 1_200,
    " AND ".join(["true"] * 500),
    "-" * 4_900 + "1",
    "LEFT(long, 900000) + long",
    "CONCAT(" + ",".join(["long"] * 900) + ")",
    "SUBSTITUTE(long, 'a', long)",
    "REPLACE(long, 'a', long)",
    "REPLACE(long, '', 'bbbb')",
    "REPLACE(long, '(a)', '$1$1$1$1')",
    "REPLACE(long, 'a', '')",
    "UPPER(longer)",
    "longer = 'a'",
    "FOR_EACH(many, FOR_EACH(root.many, FOR_EACH(root.many, 1)))",
    "FOR_EACH(most, root.long + 'b')",
    "FOR_EACH(ten, FOR_EACH(root.ten, root.most))",
    "JSON_STRINGIFY(FOR_EACH(ten, root.most))",
    "JSON_PARSE(deep)",
    "JSON_PARSE(wide)",
    "JSON_PARSE(digits)",
    "NUMBER(digits)",
    "digits * 1",
    "big",
    "big + 1",
    "STRING(big)",
    "nested",
    "nested = nested",
    "JSON_STRINGIFY(nested)",
    "STRING(nested)",
    "most = ''",
    "FOR_EACH(many, root.most CONTAINS('x'))",
    "most ~ 'x'",
    "most < most",
    "NUMBER('1e99') * NUMBER('1e99')",
    "NUMBER('1e99') + NUMBER('1e-99')",
    "1 / NUMBER('1e100') / NUMBER('1e100')",
    "DATEADD(0, NUMBER('1e100'), 'years')",
    "DATEADD(0, -NUMBER('1e100'), 'seconds')",
    "DATEFORMAT(NUMBER('1e100'), 'X')",
    "DATEFORMAT(900000000000, 'X')",
    "LEFT(long, NUMBER('1e100'))",
    "CHAR(long, NUMBER('1e100'))",
    "EXTRACT(long, 'a', NUMBER('1e100'))",
    "EXTRACT(long, 'a', 899999)",
    "SUBSTRING(long, -NUMBER('1e100'), NUMBER('1e100'))",
    "SHA256(surrogate)",
    "ENCODE_BASE64(surrogate)",
    "SHA256(long + surrogate)",
    "DATEPARSE('11111111111111111111111111111x', 'yMdohmsSqEWX')",
    "DATEPARSE(long, 'yyyy')",
    "DATEFORMAT('0001-01-01T00:00:00+14:00', 'X')",
    "DATEFORMAT('9999-12-31T23:59:59-14:00', 'yyyy kkkk X')",
    "DATEDIFF('0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00', 'months')",
    "DATEDIFF('9999-12-31T23:59:59-14:00', '0001-01-01T00:00:00+14:00', 'days')",
    "AGE('0001-01-01T00:00:00+14:00')",
    "GET('" + "a." * 2_000 + "a')",
    "SWITCH(1, " + ", ".join(["2"] * 1_500) + ")",
    "[" * 40 + "]" * 40,
    *[f"REPLACE(long, '{pattern}', 'x')" for pattern in PATTERNS],
    *[f"FOR_EACH(many, root.as ~ '{pattern}')" for pattern in PATTERNS],
]
REFUSED = [
    "(" * 5_000,
    "(" * 60 + "1" + ")" * 60,
    "[" * 5_000 + "]" * 5_000,
    "{a:" * 100 + "1" + "}" * 100,
    "LOWER(" * 1_000 + "a" + ")" * 1_000,
    "1" * 200,
    "a" * 20_000,
    '"' * 9_999,
    "a ~ 'a{1000000}'",
    "a ~ '((a{100}){100}){100}'",
    "a ~ '(?:(?:(?:a{99}){99}){99}){99}'",
    "a ~ '" + "(" * 500 + ")" * 500 + "'",
    "a ~ '" + "a?" * 3_000 + "'",
    "DATEFORMAT(a, '" + "y-" * 500 + "')",
    "a ~ '(?R)'",
    "a ~ '(?1)'",
    "a ~ '(?<x>a)(?&x)'",
    "a ~ '(?#'",
]


def seconds(run: Any) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def outcome(text: str, context: formulas.Context = CONTEXT) -> str:
    try:
        formulas.parse(text).evaluate(EVENT, context)
    except formulas.EvaluationError as error:
        return str(error)
    return "value"


@pytest.mark.parametrize("text", NASTY, ids=lambda text: text[:40])
def test_nasty_formulas_end(text: str) -> None:
    """A formula made to run long ends soon, with a value or a short error; so do its steps."""
    # Less time than by default keeps the suite short; the limit is the same one.
    short = formulas.Context(CONTEXT.now, CONTEXT.zone, formulas.Limits(seconds=0.05))
    results: list[str] = []
    assert seconds(lambda: results.append(outcome(text, short))) < 3
    assert 0 < len(results[0]) < 1_000
    steps: list[formulas.EvaluationStep] = []
    assert seconds(lambda: steps.extend(formulas.parse(text).steps(EVENT, short))) < 5
    assert 0 < len(steps) <= formulas.DEFAULT.recorded + 3


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
def test_oversized_formulas_are_refused(text: str) -> None:
    """A formula or pattern that is too long, deep or costly is refused when it is read, at once."""

    def parse() -> None:
        with pytest.raises(FormulaError):
            formulas.parse(text)

    assert seconds(parse) < 2


@pytest.mark.parametrize("pattern", PATTERNS)
def test_backtracking_is_stopped(pattern: str) -> None:
    """A pattern that would backtrack for ages gives up, or is fast after all."""
    formula = formulas.parse(f"as ~ '{pattern}'")
    assert seconds(lambda: outcome(formula.text)) < 3


def test_a_pattern_that_takes_too_long_says_so() -> None:
    """The reason names the pattern's time, and how to write it better."""
    with pytest.raises(formulas.EvaluationError, match="the pattern takes too long"):
        formulas.parse("as ~ '(a|a)*$'").evaluate(EVENT, CONTEXT)


@pytest.mark.parametrize(
    ("limits", "text", "reason"),
    [
        (formulas.Limits(digits=5), "99999 + 1 + 0.5", "more than 5 digits"),
        (formulas.Limits(text=10), "CONCAT('abcdef', 'abcdef')", "more than 10 characters"),
        (formulas.Limits(text=10), "'abcdef' + 'abcdef'", "more than 10 characters"),
        (formulas.Limits(texts=10), "'abcdef' + 'a' + 'b'", "texts of more than 10 characters"),
        (formulas.Limits(elements=9), "ten", "more than 9 elements"),
        (formulas.Limits(nesting=2), "[[[1]]]", "deeper than 2 levels"),
        (formulas.Limits(steps=5), "FOR_EACH(ten, id)", "more than 5 steps"),
        (formulas.Limits(seconds=0), "UPPER('a')", "longer than 0 seconds"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_limit_names_itself(limits: formulas.Limits, text: str, reason: str) -> None:
    """Each limit ends an evaluation with a reason that gives the limit."""
    context = formulas.Context(CONTEXT.now, CONTEXT.zone, limits)
    with pytest.raises(formulas.EvaluationError) as caught:
        formulas.parse(text).evaluate(EVENT, context)
    assert reason in caught.value.reason


def test_recorded_steps_end_with_the_whole() -> None:
    """However many steps are left out, the last is the whole formula's."""
    limits = formulas.Limits(recorded=3)
    steps = formulas.parse("SUM(ten, id + 1)").steps(
        EVENT, formulas.Context(CONTEXT.now, CONTEXT.zone, limits)
    )
    assert (len(steps), steps[-1].text, steps[-1].value) == (4, "SUM(ten, id + 1)", 55)


def test_a_busy_machine_stops_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the time that the evaluation itself took counts, not that it spent waiting."""
    clock = iter(range(0, 10**6, 60))
    monkeypatch.setattr("orderkit.language.formulas.evaluation.perf_counter", lambda: next(clock))
    assert formulas.parse("UPPER('a') + LOWER('B')").evaluate({}, CONTEXT) == "Ab"
