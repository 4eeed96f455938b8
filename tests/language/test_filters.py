"""Filters: the simple one, its transcription, the advanced one, and consent."""

import json
import re
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from orderkit import Mapper, Settings
from orderkit.events import samples
from orderkit.language import formulas
from orderkit.language.filters import OPERATORS, Condition, Conditions, transcribe

EVENT: dict[str, Any] = {
    "name": "Grand Hotel",
    "stars": 5,
    "none": None,
    "empty": "",
    "open": False,
    "tags": ["sea", "spa"],
    "user": {"consent_categories": ["ads", 3]},
    "rate-code": "A",
    "items": [
        {"rate": 12.5, "note": ""},
        {"coupon": "SUMMER", "product": {"tags": ["a", "b"]}},
    ],
}

CASES = [
    ("name", "is", "Grand Hotel", True),
    ("name", "is", "Grand", False),
    ("stars", "is", "5", True),
    ("open", "is", "false", True),
    ("tags", "is", "spa", True),
    ("name", "isn't", "Grand", True),
    ("gone", "isn't", "x", True),
    ("tags", "isn't", "sea", False),
    ("name", "match regex", "^Gr.+el$", True),
    ("stars", "match regex", "[0-4]", False),
    ("name", "doesn't match regex", "^x", True),
    ("name", "contains", "and H", True),
    ("tags", "contains", "pa", True),
    ("gone", "contains", "x", False),
    ("name", "doesn't contain", "Grand", False),
    ("gone", "doesn't contain", "x", True),
    ("name", "starts with", "Grand", True),
    ("name", "doesn't start with", "Grand", False),
    ("name", "ends with", "Hotel", True),
    ("name", "doesn't end with", "Hotel", False),
    ("open", "exists", "", True),
    ("none", "exists", "", False),
    ("gone", "doesn't exist", "", True),
    ("empty", "doesn't exist", "", False),
    ("empty", "is empty", "", True),
    ("gone", "is empty", "", True),
    ("open", "is empty", "", False),
    ("items.coupon", "is", "SUMMER", True),
    ("items.coupon", "isn't", "SUMMER", False),
    ("items.coupon", "starts with", "SUM", True),
    ("items.coupon", "doesn't contain", "WINTER", True),
    ("items.product.tags", "is", "b", True),
    ("items.rate", "is", "12.5", True),
    ("items.coupon", "exists", "", True),
    ("items.gone", "doesn't exist", "", True),
    ("items.note", "is empty", "", True),
    ("items.1.coupon", "is", "SUMMER", True),
    ("items.0.coupon", "exists", "", False),
    ("rate-code", "is", "A", True),
    ("user.consent_categories", "is", "3", True),
    ("user.consent_categories", "isn't", "3", False),
]


CONTEXT = formulas.Context(datetime(2026, 3, 4, tzinfo=UTC), ZoneInfo("UTC"))


def holds(event: Any, *conditions: Condition, match: Any = "all") -> bool:
    return not Conditions(conditions, match, lambda: CONTEXT).explain_refusal(event)


@pytest.mark.parametrize(("path", "operator", "value", "expected"), CASES)
def test_conditions(path: str, operator: str, value: str, expected: bool) -> None:
    """Each operator holds for what the platform says, arrays by any element."""
    assert holds(EVENT, Condition(path, operator, (value,))) is expected


def test_every_operator_has_a_case() -> None:
    """All thirteen operators are tested."""
    assert {case[1] for case in CASES} == set(OPERATORS)
    assert len(OPERATORS) == 13


def mapper(**settings: Any) -> Mapper:
    """A mapper with the sample settings and these changes."""
    from orderkit import load_settings

    data = load_settings(samples.SETTINGS).model_dump(exclude_none=True)
    return Mapper(Settings.model_validate(data | settings))


CREATED = samples.sample_events()["created"]


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ({"consent": "advertising"}, ""),
        ({"consent": 3}, ""),
        ({"consent": "4"}, "no consent to category"),
        ({"formula": "hotel.country = 'FR' AND value > 400"}, ""),
        ({"formula": "hotel.country = 'PT'"}, "hotel.country = 'PT' = false"),
        ({"formula": "value / 0 > 1"}, "division by zero"),
        (
            {"condition": [{"property": "currency", "operator": "is", "value": "USD"}]},
            '`currency` is "USD" (it is "EUR")',
        ),
        (
            {
                "match": "any",
                "condition": [
                    {"property": "currency", "operator": "is", "value": "USD"},
                    {"property": "coupon", "operator": "doesn't exist"},
                ],
            },
            "",
        ),
    ],
)
def test_a_filtered_event_says_why(chosen: dict[str, Any], reason: str) -> None:
    """An event that a filter keeps back is filtered, by the condition and the value it saw."""
    mapped = mapper(filter=chosen).map(CREATED)
    assert mapped.outcome == ("filtered" if reason else "mapped")
    assert reason in mapped.reason


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"formula": "UPER(x)"}, "did you mean `UPPER`"),
        ({"match": "some"}, '"all" or "any"'),
        ({"condition": [{"property": "a", "operator": "equals", "value": "x"}]}, "write one of"),
        ({"condition": [{"property": "a", "operator": "is"}]}, "add value"),
        ({"condition": [{"property": "a", "operator": "match regex", "value": "("}]}, "pattern"),
        ({"condition": [{"property": "a", "operator": "is", "values": "x"}]}, "write a list"),
        (
            {"condition": [{"property": "a", "operator": "is", "value": "x", "values": ["y"]}]},
            "not both",
        ),
        (
            {"condition": [{"property": "a", "operator": "match regex", "values": ["a", "a++"]}]},
            "nothing to repeat at 2",
        ),
    ],
)
def test_a_wrong_filter_is_told_when_the_settings_are_loaded(
    chosen: dict[str, Any], said: str
) -> None:
    """No event is needed to find a filter that cannot work."""
    with pytest.raises(ValidationError) as caught:
        mapper(filter=chosen)
    assert said in str(caught.value)


def test_a_pattern_that_takes_too_long_keeps_the_event_back() -> None:
    """Neither "matches" nor "doesn't match" is claimed, and the reason is given."""
    condition = {"property": "id", "operator": "doesn't match regex", "value": "^(a|aa)+$"}
    mapped = mapper(filter={"condition": [condition]}).map(CREATED | {"id": "a" * 5000 + "!"})
    assert mapped.outcome == "filtered"
    assert "takes too long" in mapped.reason


@pytest.mark.parametrize(
    ("condition", "formula"),
    [
        (("page_type", "is", ("funnel",)), 'page_type = "funnel"'),
        (("stars", "is", ("5",)), 'stars IN("5", 5)'),
        (("stars", "isn't", ("a", "true")), 'stars !IN("a", "true", true)'),
        (("a", "contains", ("x", "y")), '(a CONTAINS "x" || a CONTAINS "y")'),
        (("a", "doesn't start with", ("x", "y")), 'NOT(a STARTSWITH "x" || a STARTSWITH "y")'),
        (("a", "match regex", (r"^\d+$",)), r'a ~ "^\d+$"'),
        (("a", "ends with", ('say "hi"\\',)), 'a ENDSWITH "say \\"hi\\"\\\\"'),
        (("rate-code", "exists", ()), 'EXISTS(GET("rate-code"))'),
        (("items.X.id", "is empty", ()), "ISEMPTY(items.0.id)"),
        (("COUNT", "doesn't exist", ()), 'NOT(EXISTS(GET("COUNT")))'),
        (("true", "is", ("x",)), 'GET("true") = "x"'),
    ],
)
def test_transcription(condition: tuple[str, str, tuple[str, ...]], formula: str) -> None:
    """A condition is written as the platform's advanced filter has it."""
    assert Condition(*condition).formula == formula


def test_transcription_of_the_documentation() -> None:
    """The platform's own example: infix operators, without brackets."""
    conditions = [
        Condition("page_type", "starts with", ("funnel",)),
        Condition("page_name", "contains", ("confirmation",)),
    ]
    assert transcribe(conditions) == (
        'page_type STARTSWITH "funnel" && page_name CONTAINS "confirmation"'
    )


def text_of(value: Any) -> str | None:
    """A scalar as JSON writes it, the way a person reads it."""
    if value is None or isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def expected_of(event: Any, path: str, operator: str, values: tuple[str, ...]) -> bool:
    """What a condition means, without formulas; paths have one name, or one below `items`."""
    first, _, rest = path.partition(".")
    saw = event.get(first)
    if rest:
        inside = [item.get(rest) for item in saw or [] if isinstance(item, dict)]
        flat = [v for value in inside for v in (value if isinstance(value, list) else [value])]
        there = any(value is not None for value in inside)
        saw = [value for value in flat if value not in (None, "", [], {})] if there else None
    texts = [text_of(value) for value in (saw if isinstance(saw, list) else [saw])]
    tests = {
        "is": lambda text, value: text == value,
        "isn't": lambda text, value: text == value,
        "contain": lambda text, value: value in text,
        "start": lambda text, value: text.startswith(value),
        "end": lambda text, value: text.endswith(value),
        "match": lambda text, value: re.search(value, text) is not None,
    }
    if operator.endswith(("exists", "exist")):
        return (saw is not None) == (operator == "exists")
    if operator == "is empty":
        return saw in (None, "", [], {})
    name = next(name for name in ("isn't", *tests) if name in operator)
    found = any(tests[name](text, v) for text in texts if text is not None for v in values)
    return found != operator.startswith(("isn't", "doesn't"))


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 300)
    | st.sampled_from(["", "a", "ab", "3", "true", "12.5", 12.5, 'q"\\n', "3.0", "-2"])
)
values = scalars | st.lists(scalars, max_size=3) | st.just({"x": 1})
events = st.fixed_dictionaries(
    {},
    optional={
        "a": values,
        "b-c": values,
        "items": st.lists(st.dictionaries(st.sampled_from(["a", "b"]), values), max_size=3),
    },
)
conditions = st.tuples(
    st.sampled_from(["a", "b-c", "items.a", "items.b"]),
    st.sampled_from(sorted(OPERATORS)),
    st.lists(
        st.sampled_from(["", "a", "ab", "3", "true", "12.5", 'q"\\n', "-2", "30"]),
        min_size=1,
        max_size=3,
    ).map(tuple),
)


@given(
    event=events,
    lines=st.lists(conditions, min_size=1, max_size=3),
    match=st.sampled_from(["all", "any"]),
)
@example({"a": ["1", "3"]}, [("a", "isn't", ("3",))], "all")
@example({"items": [{"a": ""}, {}]}, [("items.a", "is empty", ("",))], "all")
def test_a_simple_filter_and_its_transcription_say_the_same(
    event: Any, lines: list[tuple[str, str, tuple[str, ...]]], match: str
) -> None:
    """Of every event the simple filter says what its conditions mean, and so does the formula."""
    lines = [
        (path, operator, tuple(map(re.escape, given)) if "regex" in operator else given)
        for path, operator, given in lines
    ]
    made = [Condition(*line) for line in lines]
    verdicts = [expected_of(event, *line) for line in lines]
    expected = all(verdicts) if match == "all" else any(verdicts)
    assert holds(event, *made, match=match) is expected
    advanced = formulas.parse(transcribe(made, match))  # type: ignore[arg-type]
    assert advanced.evaluate(event, CONTEXT) is expected


def test_several_values_are_an_or() -> None:
    """A condition with several values holds where one does, and the reason names them all."""
    for country, outcome in (("FR", "mapped"), ("PT", "mapped"), ("ES", "filtered")):
        line = {"property": "hotel.country", "operator": "is", "values": ["FR", "PT"]}
        event = CREATED | {"hotel": CREATED["hotel"] | {"country": country}}
        mapped = mapper(filter={"condition": [line]}).map(event)
        assert mapped.outcome == outcome
    assert '`hotel.country` is "FR" or "PT" (it is "ES")' in mapped.reason


def test_one_time_limit_for_one_condition() -> None:
    """A pattern over a long array is stopped once, not once for each of its elements."""
    line = {"property": "arr", "operator": "doesn't match regex", "value": "^(.*?,){11}P"}
    slow = mapper(filter={"condition": [line]})
    event = CREATED | {"arr": [",".join("1234567890" * 3) for _ in range(300)]}
    start = time.perf_counter()
    assert slow.map(event).outcome == "filtered"
    assert time.perf_counter() - start < 3


def test_a_filter_of_any_length_is_transcribed() -> None:
    """A condition with hundreds of values is no formula that somebody types, and works."""
    many = Condition("name", "is", tuple(f"Hotel {number}" for number in range(2_000)))
    assert len(many.formula) > 20_000
    assert holds({"name": "Hotel 1999"}, many)
    assert not holds({"name": "Hotel 2000"}, many)
