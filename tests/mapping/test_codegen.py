"""`Mapper.map` runs a function generated for the settings; the plain evaluation is its oracle.

The ordinary run compares some 20,000 pairs of settings and event, half of them damaged by chance.
For more of these:
``ORDERKIT_PAIRS=300000 pytest tests/mapping/test_codegen.py``.
"""

import copy
import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit import Mapper, Settings, field_mappings, load_settings
from orderkit.destination.settings import MAPPED_KEYS
from orderkit.events import samples
from orderkit.language.filters import OPERATORS, WITHOUT_VALUE
from orderkit.mapping import codegen
from orderkit.mapping.interpreter import map_event
from tests.mapping.golden import CASES, read
from tests.mapping.test_properties import ASKED, FULL, FULL_SETTINGS, MIXED, SETTINGS, STATUSES
from tests.mapping.test_properties import MAPPERS as COMMON
from tests.mapping.test_properties import events as any_event

PAIRS: Final = int(os.environ.get("ORDERKIT_PAIRS", "4000"))
CLOCK: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)

ITEM: Final = "order_info.spu_list.0.sku_list.0.third_sku_id"

#: What may stand anywhere: each form that a conversion tells apart, and its neighbours.
ODD: Final[list[Any]] = [
    None, True, False, 0, -0.0, 0.0, 1, 1.0, -1, 3, 3.0, 3.5, 2, 450.0, 449.999, 1e-7, 0.1, 41.5,
    2**53 - 1, 2**53, float(2**53), 10**13, 10**30, -(10**30), 1e300, float("nan"), float("inf"),
    Decimal("1.10"), Decimal(450), 0.1 + 0.2, 99999999999999.98,
    "", " \n", "0", "450", "450.00", " 450.0 ", "450,00", "1e3", "-1", "+1",
    "12345678901234567890.1", "true", "FALSE", "EUR", "eur", " EUR", "FR", "fr", "XX", "\ud800",
    "Hôtel", "😀", "MERCHANT", "JPY", "KWD", "XAU", "1.480", "1480.555", 0.125, 45000.5, "NULL",
    "[object Object]", "MLB 1", "\u200b", "a\u00adb", "\x00", "1.23457E+12", "E.C%2Fb", " padded ",
    1780308000123456, 20260601120000, "20260601120000", 202606011200, "2026-06-09T22:30:00Z",
    {"consent_categories": []}, {"consent_categories": "3"}, {"event_timestamp": 1780308000},
    {"event_id": "e", "event_timestamp": "1780308000123"}, {"name": "n", "currency": "USD"},
    "merchant", "CUSTOMER", "CREATE_ORDER", "CANCEL", "booking_created", "booking_no_show",
    "booking_view", 946_684_799, 946_684_800, 4_133_980_799, 4_133_980_800, 999_999_999_999,
    10**12, 946_684_800_000, 4_133_980_799_999, 4_133_980_800_000, "1780308000", "1780308000123",
    "20260601", "2026-06-01", "2026-06-31", "2026-6-1", "01/02/2026", "1 June 2026", "1999-12-31",
    "2100-12-31", "2101-01-01", "2026-W23-1", "2026-W231T1", "２０２６-06-01", "2026-06-01 ",
    "2026-06-01T12:00:00+02:00", "2026-06-01T12:00:00Z", "2026-06-01T12:00:00.999999Z",
    "2026-06-01T12:00:00.123456789Z", "2026-06-01T12:00:00", "2026-06-01 12:00:00 Z",
    "2026-06-01T25:00:00Z", "2026-06-01T12:00:00+25:00", "2026-06-01T23:59:60Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31T23:59:59Z",
    [], {}, [[]], [{}], [None], [1, 2], {"0": {"id": "by name", "product": {"name": "n"}}},
    [{"id": "a", "product": {"name": "b"}}, {"id": "c"}], {"id": 1}, {"tiktok": {}}, {"name": "n"},
    ["advertising", 3], "a" * 2_000, "x'\"\\{}\n",
]  # fmt: skip


def settings(**changed: Any) -> Settings:
    """The cases' settings with these tables changed."""
    data = json.loads(SETTINGS.model_dump_json(exclude_none=True))
    return Settings.model_validate(data | changed)


def variants() -> Iterator[Settings]:
    """Settings in which each mode and each operator occurs."""
    yield from (SETTINGS, MIXED, FULL_SETTINGS, Settings(), load_settings(samples.SETTINGS))
    for zone in ("America/New_York", "Asia/Kathmandu", "Pacific/Apia"):
        yield settings(timezone=zone)
    for operator in OPERATORS:
        condition = {"property": "booking.nights", "operator": operator}
        given = {} if operator in WITHOUT_VALUE else {"value": "3"}
        yield settings(filter={"condition": [condition | given]})
    yield settings(filter={"consent": "advertising"})
    yield settings(checks={"platform": True})
    yield settings(
        transformation=[
            {"property": "booking.total", "new_name": "hotel.total"},
            {"property": "context.event_id"},
            {"property": "user", "new_name": "guest"},
        ],
        checks={"platform": True},
    )
    yield settings(smart_mapping={ITEM: "rooms.0.id", "order_info.value.currency": "booking.in"})
    yield settings(filter={"formula": "booking.total > 100 AND EXISTS(hotel.id)"})
    for value in ("constant", "", "3", 3, 0, -1, 1.5, "EUR", "2026-06-01", "{{a}}{{b}}", "a{{id}}"):
        yield Settings.model_validate({"settings": dict.fromkeys(MAPPED_KEYS, value)})
    formulas = ("TODAY()", "id", "booking", "1 / 0", "items", "booking.total * 2", "NUMBER(id)")
    for formula in formulas:
        written = {"formula": formula}
        yield settings(smart_mapping=dict.fromkeys((r.target for r in field_mappings()), written))
    for path in ("items.X.id", "items.0.product.name", "items.1.id", "hotel", "booking.0", "0"):
        yield settings(smart_mapping=dict.fromkeys((r.target for r in field_mappings()), path))
    yield settings(
        event_mapping=[{"order_status": "CANCEL", "event_name": "booking_created"},
                       {"order_status": "CANCEL_ORDER", "event_name": "CANCEL_ORDER"},
                       {"order_status": "COMPLETE_ORDER", "event_name": "3"}]
    )  # fmt: skip


MAPPERS: Final = [Mapper(each, now=CLOCK) for each in variants()]
EVENTS: Final = [
    FULL,
    *samples.sample_events().values(),
    *samples.damaged_events().values(),
    *(read(case, "event") for case in CASES),
]


def agree(mapper: Mapper, event: Any, asked: str | None = None) -> str:
    """All give the same, with the same types and the same order of keys; the outcome.

    Where no payload is made, all else is the same.
    """
    generated = mapper.map(event, status=asked)
    plain = map_event(mapper.compiled, event, asked)
    judged = mapper.judge(event, status=asked)
    assert repr(generated) == repr(plain)
    assert repr(replace(judged, payload=plain.payload)) == repr(plain)
    assert repr(generated.values) == repr(judged.values) == repr(plain.values)
    return generated.outcome


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in an event, at every depth."""
    if way:
        yield way
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*way, key))


def damaged(event: Any, chance: random.Random) -> Any:
    """The event with something else, or nothing, at some places."""
    event = copy.deepcopy(event)
    for _time in range(chance.choice((1, 1, 2, 3, 8))):
        ways = list(places(event))
        if not ways:
            break
        *heads, last = chance.choice(ways)
        holder = event
        for key in heads:
            holder = holder[key]
        if chance.random() < 0.25:
            del holder[last]
        else:
            holder[last] = copy.deepcopy(chance.choice(ODD))
    return event


def test_damaged_events() -> None:
    """On thousands of events with odd values at any place, under any settings, both agree."""
    chance = random.Random(20260601)  # noqa: S311 - no secret
    outcomes: Counter[str] = Counter()
    for number in range(PAIRS):
        mapper = MAPPERS[number % len(MAPPERS)] if number % 2 else chance.choice(MAPPERS[:5])
        asked = chance.choice((None, None, None, *STATUSES, "OTHER", "lower"))
        event = chance.choice(EVENTS)
        outcomes[agree(mapper, damaged(event, chance) if number % 10 else event, asked)] += 1
    assert all(outcomes[outcome] > PAIRS / 50 for outcome in ("mapped", "filtered", "rejected"))


def test_every_odd_value_at_every_place() -> None:
    """Each place of a full event, emptied or with each odd value, gives the same by both."""
    mapper = COMMON[0]
    agree(mapper, FULL)
    for way in places(FULL):
        for value in ODD:
            event = copy.deepcopy(FULL)
            holder = event
            for key in way[:-1]:
                holder = holder[key]
            holder[way[-1]] = value
            agree(mapper, event)


def test_cases() -> None:
    """Both agree on each golden case, whatever status is asked for."""
    for case in CASES:
        mapper = Mapper(Settings.model_validate(read(case, "settings")))
        event = read(case, "event")
        for asked in (None, *STATUSES):
            agree(mapper, event, asked)


#: Texts that would break out of a source they were pasted into.
HOSTILE: Final = (
    "x'); raise SystemExit(1) #", '"""', "'''", "\\", "\\'", "\\N{BULLET}", "a\nb",
    "a\r\nraise", "\x00", "\u2028raise", "__class__", "__builtins__", "event", "v",
    "%s", "{0}", "{event}", "f'{1/0}'",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_hostile_texts(text: str) -> None:
    """Whatever a path, a constant, a text with paths or an event's name holds, it stays a text."""
    path = text.replace("{", "").replace("}", "").replace(".", "") or "x"
    event = FULL | {path: {path: "found"}, "event_name": text}
    bare = text.replace("{", "").replace("}", "")
    for chosen in (
        settings(smart_mapping={"order_info.order_id": f"{path}.{path}"}),
        settings(smart_mapping={"order_info.order_id": f"{bare} {{{{{path}.{path}}}}}"}),
        settings(event_mapping=[{"order_status": "CREATE_ORDER", "event_name": text}]),
        settings(transformation=[{"property": path, "new_name": f"id.{path}"}]),
        settings(filter={"condition": [{"property": path, "operator": "isn't", "value": text}]}),
        Settings.model_validate({"settings": dict.fromkeys(MAPPED_KEYS, bare)}),
    ):
        mapper = Mapper(chosen)
        agree(mapper, event)
        agree(mapper, event, "CREATE_ORDER")
        assert "raise SystemExit(1) #\n" not in mapper.source


def test_long_paths() -> None:
    """A path of a thousand names is looked up like any other."""
    event: Any = "deep"
    for _level in range(1_000):
        event = {"n": event}
    path = ".".join(["n"] * 1_000)
    mapper = Mapper(settings(smart_mapping={"order_info.order_url": path}))
    payload = mapper.map(FULL | event).payload
    assert payload is not None
    assert payload["order_info"]["order_url"] == "deep"
    assert "order_url" not in str(mapper.map(FULL).payload)


@given(st.sampled_from(MAPPERS), any_event(), ASKED)
def test_any_event(mapper: Mapper, event: Any, asked: str | None) -> None:
    """Both agree on anything that JSON can hold."""
    agree(mapper, event, asked)


def test_a_mapper_in_many_threads() -> None:
    """Threads that share a mapper from its first event on get what one alone gets."""
    mapper, alone = Mapper(SETTINGS), Mapper(SETTINGS)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(mapper.map, EVENTS * 20))
    assert list(map(repr, results)) == [repr(alone.map(event)) for event in EVENTS] * 20


def test_the_source_can_be_read() -> None:
    """`source` is the function that runs, with a line that says what each row reads."""
    source = Mapper(SETTINGS).source
    for field in Mapper(SETTINGS).compiled.fields:
        assert f"# {field.target!r}: {field.type.name} from {field.reads!r}" in source


def test_the_sample_is_what_is_written() -> None:
    """The sample in the module's docstring stands in the function for the samples' settings."""
    (sample,) = re.findall(r"::\n\n((?:    .*\n)+)", codegen.__doc__ or "")
    assert sample in Mapper(load_settings(samples.SETTINGS)).source
