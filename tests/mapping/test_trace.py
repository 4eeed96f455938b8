"""The trace: one entry a row, from where the value was found to what went into the payload."""

from pathlib import Path
from typing import Any

import pytest

from orderkit import Mapper, Settings, TraceEntry, field_mappings
from orderkit.events.reader import open_events
from tests.mapping.golden import read


def case(part: str) -> Any:
    return read("created", part)


def trace(
    event: dict[str, Any], smart_mapping: dict[str, str] | None = None, **values: Any
) -> dict[str, TraceEntry]:
    """Target, without ``order_info.``, → entry, for the good event with something changed."""
    settings = case("settings")
    settings["settings"] |= values
    settings["smart_mapping"] = smart_mapping or {}
    result = Mapper(Settings.model_validate(settings)).explain(case("event") | event)
    assert len(result.trace) == len(field_mappings())
    return {entry.target.removeprefix("order_info."): entry for entry in result.trace}


@pytest.mark.parametrize(
    ("event", "target", "expected"),
    [
        (
            {},
            "spu_list.0.sku_list.0.third_sku_id",
            {"source": "items.X.id", "found_at": "items.0.id", "raw": "DLX-KING", "steps": (),
             "json_type": "a string", "value": "DLX-KING", "state": "ok"},
        ),
        (
            {},
            "order_status",
            {"source": "event_name", "found_at": "event_name", "value": "CREATE_ORDER",
             "steps": ('event mapping: "booking_created" → CREATE_ORDER',)},
        ),
        (
            {"context": {"event_timestamp": "1780311600123"}},
            "update_time",
            {"raw": "1780311600123", "json_type": "a string", "value": 1780311600,
             "steps": ('number in a string "1780311600123" → number', "milliseconds → seconds",
                       "cut to whole seconds")},
        ),
        (
            {},
            "value.total_value",
            {"source": "Total Value", "reads": "booking.total", "found_at": "booking.total",
             "raw": 450, "json_type": "an integer", "value": 450, "mandatory": True,
             "type": "amount"},
        ),
        (
            {},
            "third_merchant_id",
            {"source": "Third Merchant Id", "reads": "maison-lune", "found_at": "settings",
             "raw": "maison-lune"},
        ),
        (
            {},
            "initiator",
            {"mandatory": False, "raw": None, "json_type": "missing", "value": None,
             "state": "not yet", "steps": ("`partners.tiktok` has no `initiator`",)},
        ),
        (
            {"currency": " "},
            "value.currency",
            {"raw": " ", "json_type": "a string", "value": None, "state": "missing",
             "steps": ("blank: counts as absent",)},
        ),
        (
            {"currency": None},
            "value.currency",
            {"raw": None, "json_type": "null", "state": "missing",
             "steps": ("blank: counts as absent",)},
        ),
        (
            {"tax_amount": "41,50"},
            "value.total_tax",
            {"raw": "41,50", "json_type": "a string", "value": None, "state": "invalid"},
        ),
    ],
)  # fmt: skip
def test_entries(event: dict[str, Any], target: str, expected: dict[str, Any]) -> None:
    """Source, place, raw value with its JSON type, each conversion and the final value are told."""
    entry = trace(event)[target]
    assert {key: getattr(entry, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("status", "initiator", "fulfillment_tax"),
    [
        ("CREATE_ORDER", "not yet", "not yet"),
        ("CANCEL_ORDER", "missing", "not needed"),
        ("COMPLETE_ORDER", "not needed", "missing"),
    ],
)
def test_what_no_status_asks_for_now_is_not_yet_or_not_needed(
    status: str, initiator: str, fulfillment_tax: str
) -> None:
    """What a later order status asks for is not yet there; after an end, it is not needed."""
    mapper = Mapper(Settings.model_validate(case("settings")))
    traced = mapper.explain({"event_name": "booking_created"}, status=status).trace
    states = {entry.target: entry.state for entry in traced}
    assert states["order_info.initiator"] == initiator
    assert states["order_info.value.fulfillment_tax"] == fulfillment_tax
    assert states["order_info.promotion_info.description"] == "not needed"


def test_smart_mapping_is_told() -> None:
    """A row that smart mapping points elsewhere says what it reads beside the table's source."""
    moved = {"order_info.order_id": "booking.check_in"}
    entry = trace({}, moved)["order_id"]
    assert (entry.source, entry.reads, entry.found_at) == ("id", *["booking.check_in"] * 2)


def test_mixed_text_is_told() -> None:
    """Mixed text shows what it was put together from, and to what."""
    entry = trace({}, third_shop_name="{{hotel.name}} ({{hotel.country}})")["third_shop_name"]
    assert entry.found_at == "hotel.name + hotel.country"
    assert entry.steps == (
        '{{hotel.name}} ({{hotel.country}}) → "Maison Lune Lyon (FR)"',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hotel", "why"),
    [
        ({"name": "A"}, "`hotel.city` is missing: `hotel` has no `city`"),
        ({"name": "A", "city": None}, "`hotel.city` is missing: it is null"),
        ({"name": "", "city": None}, "`hotel.city` is missing: it is null"),
        ("A", "`hotel.name` is missing: `hotel` is a string"),
    ],
)
def test_the_missing_part_of_mixed_text_is_named(hotel: Any, why: str) -> None:
    """Where one property of mixed text is missing, the trace says which and why."""
    entry = trace({"hotel": hotel}, third_shop_name="{{hotel.name}}, {{hotel.city}}")
    assert entry["third_shop_name"].steps == (why,)
    assert entry["third_shop_name"].json_type == "missing"


def test_as_json() -> None:
    """As JSON an entry has every key, with `raw` as the event held it."""
    result = Mapper(Settings.model_validate(case("settings"))).explain(case("event"))
    entries = result.as_json()["trace"]
    assert [set(entry) for entry in entries] == [set(TraceEntry.__dataclass_fields__)] * 37
    assert [entry["raw"] for entry in entries] == [entry.raw for entry in result.trace]
    assert "trace" not in Mapper(Settings()).map(case("event")).as_json()


def test_padding_of_cells_is_a_step(tmp_path: Path) -> None:
    """What the reader of a table trims is the first step of each row that reads the column."""
    file = tmp_path / "export.csv"
    file.write_text("event_name,id ,currency\nbooking_created, B-7,EUR\nbooking_created,B-8,eur  ")
    settings = Settings.model_validate(
        case("settings") | {"smart_mapping": {"order_info.order_url": "{{id}}/{{currency}}"}}
    )
    with open_events(file) as entries:
        results = list(Mapper(settings).results(entries, explain=True))
    steps = [
        {
            entry.target.removeprefix("order_info."): [s for s in entry.steps if "padding" in s]
            for entry in (result.mapped.trace if result.mapped else ())
        }
        for result in results
    ]
    of_id, of_currency = (f"padding of the cell `{name}` trimmed" for name in ("id", "currency"))
    assert [step["order_id"] for step in steps] == [[of_id], []]
    assert [step["value.currency"] for step in steps] == [[], [of_currency]]
    assert [step["order_url"] for step in steps] == [[of_id], [of_currency]]
    assert [result.order_id for result in results] == ["B-7", "B-8"]


def test_texts_that_a_formula_joins_are_told_from_a_wrong_text() -> None:
    """The numbers of a table are texts: the settings mend their sum, and not the site."""
    joined = {"formula": "a + b"}
    settings = case("settings")
    settings["smart_mapping"] = {"order_info.value.payment_value": joined}
    event = case("event") | {"a": "813.1", "b": "80.00"}
    mapped = Mapper(Settings.model_validate(settings)).map(event)
    (problem,) = (p for p in mapped.problems if p.target == "order_info.value.payment_value")
    assert "NUMBER(…)" in problem.fix
    assert problem.actor == "settings"
