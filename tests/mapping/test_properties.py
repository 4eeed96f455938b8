"""What holds for every event, whatever its shape."""

import copy
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderkit import FieldMapping, Mapped, Mapper, Settings, field_mappings
from orderkit.events import samples
from orderkit.events.jsontext import dumps, loads
from orderkit.events.paths import MISSING, get, is_blank, parse_path
from tests.mapping.golden import read

SETTINGS = Settings.model_validate(read("created", "settings"))
# Every kind of source: lone references, mixed text, constants, other properties, nothing at all.
MIXED = Settings.model_validate(
    {
        **read("created", "settings"),
        "settings": {
            **read("created", "settings")["settings"],
            "third_shop_name": "{{hotel.name}} ({{hotel.country}})",
            "total_value": "{{booking.total}}.0",
            "amount_of_room": 1,
            "third_merchant_id": None,
        },
        "smart_mapping": {
            "order_info.order_id": "items.X.id",
            "order_info.order_url": "context.page",
        },
    }
)
# Formulas, filters and transformations as well.
FULL_SETTINGS = Settings.model_validate(
    {
        **read("created", "settings"),
        "settings": {
            **read("created", "settings")["settings"],
            "total_value": {"formula": "NUMBER(booking.total) + 0"},
            "third_shop_name": {"formula": "CONCAT(UPPER(hotel.name), ' ', hotel.country)"},
            "length_of_stay": {"formula": "DATEDIFF(booking.check_in, booking.check_out, 'days')"},
            "check_in_date": {"formula": "DATEFORMAT(booking.check_in, 'yyyy-MM-dd')"},
        },
        "smart_mapping": {
            "order_info.order_url": {"formula": "REPLACE(context.page.url, '[?].*', '')"},
            "order_info.value.total_tax": {"formula": "SUM(items, price)"},
        },
        "transformation": [
            {"property": "number", "new_name": "id"},
            {"property": "hotel.stars"},
            {"property": "context.page", "new_name": "partners.page"},
        ],
        "filter": {
            "match": "any",
            "condition": [
                {"property": "id", "operator": "exists"},
                {"property": "currency", "operator": "match regex", "value": "^E"},
            ],
            "formula": "ISEMPTY(test_code)",
        },
    }
)
CLOCK = datetime(2026, 6, 1, 12, tzinfo=UTC)
MAPPERS = [
    Mapper(SETTINGS),
    Mapper(MIXED),
    Mapper(Settings()),
    Mapper(FULL_SETTINGS, now=CLOCK),
]
STATUSES = ("CREATE_ORDER", "CANCEL_ORDER", "COMPLETE_ORDER")

# Alphabets are spelt out: the tables of all of Unicode take seconds to build on a fresh machine.
TEXT = st.text("aX.0 {}é€😀\x00\ud800", max_size=5)
SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    TEXT,
    st.sampled_from(["EUR", "usd", "FR", "12,30", "450.00", "03/04/2026", "2026-07-10", "true",
                     "2026-06-01T12:00:00+02:00", "1780308000123", "MERCHANT", "booking_created",
                     "booking_completed", "page_view", 1780308000, 999999999999]),
)  # fmt: skip
JSON = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
#: The properties that the settings and the table read, and their parents: the places that matter.
PLACES = sorted(
    {
        ".".join(parts[:length])
        for mapper in MAPPERS
        for field in mapper.compiled.fields
        for path in field.source.properties
        for parts in [parse_path(path)]
        for length in range(1, len(parts) + 1)
    }
)
FULL = read("completed", "event") | {
    "event_name": "booking_completed",
    "partners": {"tiktok": read("completed", "event")["partners"]["tiktok"] | {
        "initiator": "CUSTOMER", "no_show": False, "cancel_reason": "none", "discounts": 0,
        "promotion_id": "P", "promotion_description": "d", "promotion_saved_amount": "1.50"}},
}  # fmt: skip


def put(event: Any, path: str, value: Any) -> None:
    """Set what stands at a path, as far as the event goes there."""
    *heads, last = parse_path(path)
    holder = get(event, tuple(heads)) if heads else event
    if isinstance(holder, dict):
        holder[last] = value
    elif isinstance(holder, list) and holder and last == "0":
        holder[0] = value


def drop(event: Any, path: str) -> None:
    """Remove what stands at a path."""
    *heads, last = parse_path(path)
    holder = get(event, tuple(heads)) if heads else event
    if isinstance(holder, dict):
        holder.pop(last, None)
    elif isinstance(holder, list) and last == "0":
        holder.clear()


@st.composite
def events(draw: st.DrawFn) -> Any:
    """Any JSON value, or a good event in which any of the places that matter hold anything."""
    if draw(st.booleans()):
        return draw(JSON)
    event = copy.deepcopy(FULL)
    for path in draw(st.lists(st.sampled_from(PLACES), max_size=4)):
        put(event, path, draw(JSON))
    return event


MAPPER = st.sampled_from(MAPPERS)
ASKED = st.sampled_from([None, *STATUSES])


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that is no filled object or array, with its path."""
    if isinstance(value, dict | list) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in pairs:
            yield from leaves(child, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values in which NaN equals itself."""
    return repr(one) == repr(other)


@given(MAPPER, events(), ASKED)
@example(MAPPERS[0], FULL | {"booking": {"check_in": 999999999999}}, None)
@example(MAPPERS[0], FULL | {"id": "\ud800", "initiator\ud800": 1}, "CANCEL_ORDER")
@example(MAPPERS[1], FULL | {"hotel": {"name": math.nan, "country": 10**30}}, None)
def test_any_event(mapper: Mapper, event: Any, asked: str | None) -> None:
    """No event raises, none is changed, and the result is what its parts say."""
    before = copy.deepcopy(event)
    result = mapper.map(event, status=asked)
    explained = mapper.explain(event, status=asked)
    assert same(event, before)

    assert same(replace(explained, trace=(), changes=()), result)
    dumps(result.as_json())
    dumps(explained.as_json())

    errors = [problem for problem in result.problems if problem.level == "error"]
    assert (result.outcome == "rejected") == bool(errors)
    assert (result.outcome == "filtered") == (result.payload is None) == bool(result.reason)
    if result.outcome == "filtered":
        assert asked is None or mapper.settings.filter.formula, "a status was asked for"
        assert result.problems == ()
        return
    assert list(result.payload or {}) == ["order_info"]
    payload_is_sound(result)
    if isinstance(event, dict):
        trace_is_sound(explained, asked)


def payload_is_sound(result: Mapped) -> None:
    """Nothing null or blank, only targets of the table, each with the JSON type of its row."""
    rows = {row.target: row for row in field_mappings()}
    assert result.payload is not None
    written = dict(leaves(result.payload))
    if written == {"order_info": {}}:
        return
    assert set(written) <= set(rows)
    for target, value in written.items():
        assert not is_blank(value), target
        assert has_type(rows[target], value), (target, value)
    reread = loads(dumps(result.payload))
    assert [path for path, _value in leaves(reread)] == list(written)


def has_type(row: FieldMapping, value: Any) -> bool:
    match row.type:
        case "amount":
            number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            return number and math.isfinite(value) and value >= 0
        case "whole number":
            return type(value) is int and value >= 0
        case "timestamp":
            return type(value) is int
        case "boolean":
            return type(value) is bool
    return isinstance(value, str)


def trace_is_sound(result: Mapped, asked: str | None) -> None:
    """One entry a row, which agrees with the payload and with the problems."""
    status = asked or result.order_status
    assert [entry.target for entry in result.trace] == [row.target for row in field_mappings()]
    written = dict(leaves(result.payload))
    found = {(problem.target, problem.code) for problem in result.problems}
    for row, entry in zip(field_mappings(), result.trace, strict=True):
        assert entry.mandatory == row.mandatory_for(status)
        assert (entry.state == "ok") == (row.target in written)
        assert entry.state != "ok" or same(entry.value, written[row.target])
        assert (entry.state == "missing") == ((row.target, "missing") in found)
        assert (entry.state == "invalid") == ((row.target, "invalid") in found)
        assert entry.found_at
        assert entry.json_type


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("row", field_mappings(), ids=lambda row: row.target)
def test_removing_a_mandatory_property(row: FieldMapping, status: str) -> None:
    """Without what a mandatory row reads the order is rejected for it; otherwise it is no error."""
    mapper = MAPPERS[0]
    assert mapper.map(FULL, status=status).outcome == "mapped"
    (compiled,) = (field for field in mapper.compiled.fields if field.row == row)
    event = copy.deepcopy(FULL)
    if not compiled.source.properties:
        settings = SETTINGS.settings.model_copy(update={row.setting: None})
        mapper = Mapper(SETTINGS.model_copy(update={"settings": settings}))
    for path in compiled.source.properties:
        drop(event, path)
        assert get(event, parse_path(path)) is MISSING
    # The status asked for stands in for the event's name.
    asked = None if row.target == "order_info.order_status" else status
    result = mapper.map(event, status=asked)
    codes = [(problem.code, problem.target) for problem in result.problems]
    assert (("missing", row.target) in codes) == row.mandatory_for(status)
    assert (result.outcome == "rejected") == row.mandatory_for(status)


@pytest.mark.parametrize("blank", [None, "", " \n", [], {}], ids=repr)
@pytest.mark.parametrize("field", MAPPERS[0].compiled.fields, ids=lambda field: field.target)
def test_blank_never_satisfies(field: Any, blank: Any) -> None:
    """Blank where a mandatory row reads is missing, and is in no payload."""
    for path in field.source.properties:
        event = copy.deepcopy(FULL)
        put(event, path, blank)
        for status in STATUSES:
            asked = None if field.target == "order_info.order_status" else status
            result = MAPPERS[0].map(event, status=asked)
            missing = [p.target for p in result.problems if p.code == "missing"]
            assert (field.target in missing) == field.row.mandatory_for(status)
            assert field.target not in dict(leaves(result.payload))


def shuffled(value: Any, backwards: bool) -> Any:
    """The same value with the keys of every object in another order."""
    if isinstance(value, dict):
        keys = sorted(value, reverse=backwards)
        return {key: shuffled(value[key], not backwards) for key in keys}
    return [shuffled(child, backwards) for child in value] if isinstance(value, list) else value


# Without formulas: those may make text of an object, which keeps the order of its keys.
@given(st.sampled_from(MAPPERS[:3]), events(), ASKED, st.booleans())
def test_key_order_is_irrelevant(
    mapper: Mapper, event: Any, asked: str | None, backwards: bool
) -> None:
    """Payload, outcome and findings do not depend on the order of the event's keys."""

    def essence(result: Mapped) -> Any:
        findings = [(p.code, p.target, sorted(p.near_misses)) for p in result.problems]
        return result.outcome, result.order_status, result.payload, result.reason, findings

    other = shuffled(event, backwards)
    assert same(essence(mapper.map(other, status=asked)), essence(mapper.map(event, status=asked)))


@pytest.mark.parametrize("depth", [200, 900, 20_000])
def test_nesting_of_any_depth(depth: int) -> None:
    """An event nested deeper than any writer or recursion goes is mapped, explained and shown."""
    deep: Any = 1
    for _level in range(depth):
        deep = [deep]
    event = FULL | {"id": deep, "currency": {"code": deep}, "items": deep, "hotel": {"name": deep}}
    for mapper in MAPPERS:
        result = mapper.explain(event, status="CREATE_ORDER")
        assert result.outcome == "rejected"
        assert loads(dumps(result.as_json()))["outcome"] == "rejected"


def test_a_mapper_keeps_nothing() -> None:
    """The same mapper gives the same result again, whatever it mapped in between."""
    mapper = Mapper(SETTINGS)
    first = mapper.explain(FULL)
    for event in samples.sample_events().values():
        mapper.map(event)
    mapper.map({"event_name": "booking_cancelled"})
    assert mapper.explain(FULL) == first


def test_every_row_can_be_filled() -> None:
    """The full event reaches every one of the 37 targets."""
    result = MAPPERS[0].map(FULL)
    assert result.problems == ()
    assert set(dict(leaves(result.payload))) == {row.target for row in field_mappings()}
