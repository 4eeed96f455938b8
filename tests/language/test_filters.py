"""Filters and the properties transformation."""

from typing import Any

import pytest
from pydantic import ValidationError

from orderkit import Mapper, Settings
from orderkit.events import samples
from orderkit.language.filters import OPERATORS, Condition
from orderkit.language.transformations import compile_steps

EVENT: dict[str, Any] = {
    "name": "Grand Hotel",
    "stars": 5,
    "none": None,
    "empty": "",
    "open": False,
    "tags": ["sea", "spa"],
    "user": {"consent_categories": ["ads", 3]},
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
]


@pytest.mark.parametrize(("path", "operator", "value", "expected"), CASES)
def test_conditions(path: str, operator: str, value: str, expected: bool) -> None:
    """Each operator holds for what the platform says, arrays by any element."""
    assert Condition(path, operator, value).holds(EVENT) is expected


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
    ],
)
def test_a_wrong_filter_is_told_when_the_settings_are_loaded(
    chosen: dict[str, Any], said: str
) -> None:
    """No event is needed to find a filter that cannot work."""
    with pytest.raises(ValidationError) as caught:
        mapper(filter=chosen)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("event", "renames", "expected"),
    [
        ({"a": 1, "b": 2}, [("a", "c")], {"b": 2, "c": 1}),
        ({"a": {"b": 1, "c": 2}}, [("a.b", "")], {"a": {"c": 2}}),
        ({"a": {"b": 1}}, [("a.b", "x.y.z")], {"a": {}, "x": {"y": {"z": 1}}}),
        ({"a": [{"b": 1}, {"b": 2}]}, [("a.0.b", "first")], {"a": [{}, {"b": 2}], "first": 1}),
        ({"a": [1, 2]}, [("a.0", "")], {"a": [2]}),
        ({"a": 1}, [("gone", "b"), ("a.b", "c")], {"a": 1}),
        ({"a": 1}, [("a", "b"), ("b", "c")], {"c": 1}),
        ({"a": 1, "b": "text"}, [("a", "b.c")], {"b": {"c": 1}}),
    ],
)
def test_transformation(event: Any, renames: list[tuple[str, str]], expected: Any) -> None:
    """Properties are renamed and deleted in order, and the event given stays as it was."""
    before = repr(event)
    assert compile_steps(renames)(event) == expected
    assert repr(event) == before


def test_transformation_comes_before_the_mapping() -> None:
    """A renamed property is found under its new name, and no longer under the old one."""
    steps = [{"property": "id", "new_name": "old.id"}]
    assert mapper(transformation=steps).map(CREATED).outcome == "rejected"
    smart = {"order_info.order_id": "old.id"}
    mapped = mapper(transformation=steps, smart_mapping=smart).map(CREATED)
    assert mapped.payload is not None
    assert mapped.payload["order_info"]["order_id"] == "MLB-20260001"


def test_a_pattern_that_takes_too_long_keeps_the_event_back() -> None:
    """Neither "matches" nor "doesn't match" is claimed, and the reason is told."""
    condition = {"property": "id", "operator": "doesn't match regex", "value": "^(a|aa)+$"}
    mapped = mapper(filter={"condition": [condition]}).map(CREATED | {"id": "a" * 5000 + "!"})
    assert mapped.outcome == "filtered"
    assert "takes more than" in mapped.reason
