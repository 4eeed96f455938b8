"""The properties transformation: rename, copy, delete and set, each under conditions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orderkit import Mapper, Settings, load_settings
from orderkit.events import samples
from orderkit.language.transformations import EventTransformation, IdleSteps

CREATED = samples.sample_events()["created"]


def mapper(**settings: Any) -> Mapper:
    """A mapper with the sample settings and these changes."""
    data = load_settings(samples.SETTINGS).model_dump(exclude_none=True)
    return Mapper(Settings.model_validate(data | settings))


def transformation(*steps: dict[str, Any]) -> EventTransformation:
    return mapper(transformation=steps).compiled.transform


@pytest.mark.parametrize(
    ("event", "steps", "expected"),
    [
        ({"a": 1, "b": 2}, [("a", "c")], {"b": 2, "c": 1}),
        ({"a": {"b": 1, "c": 2}}, [("a.b", "")], {"a": {"c": 2}}),
        ({"a": {"b": 1}}, [("a.b", "x.y.z")], {"a": {}, "x": {"y": {"z": 1}}}),
        ({"a": [{"b": 1}, {"b": 2}]}, [("a.0.b", "first")], {"a": [{}, {"b": 2}], "first": 1}),
        ({"a": [1, 2]}, [("a.0", "")], {"a": [2]}),
        ({"a": 1}, [("gone", "b"), ("a.b", "c")], {"a": 1}),
        ({"a": 1}, [("a", "b"), ("b", "c")], {"c": 1}),
        ({"a": 1, "b": "text"}, [("a", "b.c")], {"b": {"c": 1}}),
        ({"a": 1}, [("a", "a.b")], {"a": {"b": 1}}),
        ({"a": {"b": 1}}, [("a.b", "a")], {"a": 1}),
        ({"a": None}, [("a", "b")], {"b": None}),
        (
            {"items": [{"coupon": "A", "id": 1}, {"id": 2}]},
            [("items.coupon", "items.code")],
            {"items": [{"code": "A", "id": 1}, {"id": 2}]},
        ),
        (
            {"items": [{"coupon": "A"}, {"coupon": "B"}]},
            [("items.coupon", "coupons")],
            {"items": [{}, {}], "coupons": ["A", "B"]},
        ),
        (
            {"items": [{"product": {"id": 1}}, {"product": {}}]},
            [("items.product.id", "items.id")],
            {"items": [{"product": {}, "id": 1}, {"product": {}}]},
        ),
        ({"items": [{"id": 1, "x": 2}, 5]}, [("items.x", "")], {"items": [{"id": 1}, 5]}),
        ({"a": [1]}, [(f"a.{'9' * 5_000}", ""), ("a.7", "b")], {"a": [1]}),
    ],
)
def test_renaming_and_deleting(event: Any, steps: list[tuple[str, str]], expected: Any) -> None:
    """Properties are renamed and deleted in order, and the event given stays as it was."""
    before = repr(event)
    made = transformation(*({"property": old, "new_name": new} for old, new in steps))
    assert made(event) == expected
    assert repr(event) == before


ITEMS: dict[str, Any] = {"currency": "EUR", "total": 10, "items": [{"price": 4}, {"price": 6}]}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"property": "sum", "copy_from": "total"}, ITEMS | {"sum": 10}),
        ({"property": "order.sum", "copy_from": "total"}, ITEMS | {"order": {"sum": 10}}),
        ({"property": "sum", "copy_from": "gone"}, ITEMS),
        ({"property": "total", "delete": True}, {k: v for k, v in ITEMS.items() if k != "total"}),
        ({"property": "country", "value": "FR"}, ITEMS | {"country": "FR"}),
        ({"property": "total", "value": 12.5}, ITEMS | {"total": 12.5}),
        ({"property": "id", "value": "R-{{total}}"}, ITEMS | {"id": "R-10"}),
        ({"property": "copy", "value": "{{items}}"}, ITEMS | {"copy": ITEMS["items"]}),
        ({"property": "sum", "value": {"formula": "SUM(items.price)"}}, ITEMS | {"sum": 10}),
        ({"property": "sum", "value": {"formula": "gone"}}, ITEMS | {"sum": None}),
        ({"property": "sum", "value": "{{gone}} EUR"}, ITEMS | {"sum": None}),
        (
            {"property": "items.currency", "copy_from": "currency"},
            ITEMS | {"items": [{"price": 4, "currency": "EUR"}, {"price": 6, "currency": "EUR"}]},
        ),
        (
            {"property": "items.total", "copy_from": "items.price"},
            ITEMS | {"items": [{"price": 4, "total": 4}, {"price": 6, "total": 6}]},
        ),
        (
            {"property": "items.price", "value": 1},
            ITEMS | {"items": [{"price": 1}, {"price": 1}]},
        ),
    ],
)
def test_copying_and_setting(step: dict[str, Any], expected: Any) -> None:
    """A value is copied from a property, or set to a text, a number or a formula."""
    before = repr(ITEMS)
    assert transformation(step)(ITEMS) == expected
    assert repr(ITEMS) == before


IF_BIG = {"property": "total", "operator": "is", "values": ["10", "11"]}
IF_USD = {"property": "currency", "operator": "is", "value": "USD"}


@pytest.mark.parametrize(
    ("when", "applied"),
    [
        ({"event_names": ["booking", "sale"]}, True),
        ({"event_names": ["sale"]}, False),
        ({"condition": [IF_BIG]}, True),
        ({"condition": [IF_BIG, IF_USD]}, False),
        ({"condition": [IF_BIG, IF_USD], "match": "any"}, True),
        ({"event_names": ["sale"], "condition": [IF_BIG], "match": "any"}, False),
    ],
)
def test_conditions(when: dict[str, Any], applied: bool) -> None:
    """A step is for events of one of its names that meet its conditions."""
    made = transformation({"property": "total", "new_name": "amount"} | when)
    (outcome,) = made.outcomes(ITEMS | {"event_name": "booking"})
    assert ("amount" in outcome.event, outcome.applied) == (applied, applied)
    assert outcome.words.startswith("not for this event: `") == (not applied)


def test_each_step_is_explained() -> None:
    """A line a step: what it is to do, on which conditions, and what it did or why not."""
    made = transformation(
        {"property": "total", "new_name": "amount"},
        {"property": "sum", "copy_from": "total"},
        {"property": "id", "value": "R-{{amount}}"},
        {"property": "id", "delete": True, "event_names": ["sale", "refund"]},
        {"property": "nights", "value": {"formula": "DATEDIFF(a, b, 'days')"}},
        {"property": "again", "value": "{{amount}}"},
        {"property": "rooms", "value": 1},
    )
    assert made.explain(ITEMS | {"event_name": "booking"}) == (
        "rename `total` to `amount`: 10",
        "copy `sum` from `total`: the event has no `total`",
        'set `id` to "R-{{amount}}": "R-10"',
        'delete `id`, if `event_name` is "sale" or "refund": not for this event: '
        '`event_name` is "sale" or "refund" (it is "booking")',
        "set `nights` to the formula DATEDIFF(a, b, 'days'): the formula gives null; "
        "the event has no `a`; the event has no `b`",
        "set `again` to {{amount}}: 10",
        "set `rooms` to 1: 1",
    )


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"property": "a", "new_name": "b", "delete": True}, "write one of new_name and delete"),
        ({"property": "a", "copy_from": "b", "value": "c"}, "write one of copy_from and value"),
        ({"property": "a", "value": {"formula": "UPER(b)"}}, "did you mean `UPPER`"),
        ({"property": "a", "event_names": "purchase"}, "write a list of names"),
        ({"property": "a..b"}, "single dots"),
        ({"property": ".".join("a" * 251)}, "at most 250 names"),
        ({"property": "a", "new_name": "b", "condition": [{"property": "c"}]}, "operator"),
    ],
)
def test_a_wrong_step_is_refused_when_the_settings_are_loaded(
    step: dict[str, Any], said: str
) -> None:
    """No event is needed to find a step that cannot work."""
    with pytest.raises(ValidationError) as caught:
        mapper(transformation=[step])
    assert said in str(caught.value)


def test_steps_that_find_nothing_are_named() -> None:
    """A step that did nothing to any event is named, with why it did nothing to the last."""
    idle = IdleSteps(
        transformation(
            {"property": "total", "new_name": "amount"},
            {"property": "nights", "delete": True},
            {"property": "label", "value": "Room {{room}}"},
        )
    )
    assert idle.describe() == []
    for _ in range(2):
        idle.look(ITEMS)
    assert idle.describe() == [
        "transformation 2 (delete `nights`) finds nothing in 2 events; of the last: "
        "the event has no `nights`",
        'transformation 3 (set `label` to "Room {{room}}") finds nothing in 2 events; of the last: '
        "`room` is missing: the event has no `room`",
    ]


def test_transformation_comes_before_the_mapping() -> None:
    """A renamed property is found under its new name, and no longer under the old one."""
    steps = [{"property": "id", "new_name": "old.id"}]
    assert mapper(transformation=steps).map(CREATED).outcome == "rejected"
    smart = {"order_info.order_id": "old.id"}
    mapped = mapper(transformation=steps, smart_mapping=smart).map(CREATED)
    assert mapped.payload is not None
    assert mapped.payload["order_info"]["order_id"] == "MLB-20260001"


names = st.sampled_from(["a", "b", "c", "items", "0", "1"])
paths = st.lists(names, min_size=1, max_size=4).map(".".join)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@given(event=st.dictionaries(names, json_values, max_size=4), old=paths, new=paths)
def test_any_step_gives_an_event(event: dict[str, Any], old: str, new: str) -> None:
    """Whatever paths and event: the result is an event, and the one given is left alone."""
    before = repr(event)
    for step in (
        {"property": old, "new_name": new},
        {"property": old, "copy_from": new},
        {"property": old, "delete": True},
        {"property": old, "value": "x"},
    ):
        assert isinstance(transformation(step)(event), dict)
    assert repr(event) == before
