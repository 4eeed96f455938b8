"""The heat map: events as columns, alike ones together where there are many."""

from copy import deepcopy
from typing import Any

from orderkit import load_settings
from orderkit.events import samples
from orderkit.events.reader import parse_text
from orderkit.mapping.mapper import Mapper
from orderkit.reports.heatmap import FIELDS, MOST_EVENTS_SHOWN, HeatMap, heat_map

_AT = {field.target: at for at, field in enumerate(FIELDS)}
_NAME = _AT["order_info.third_shop_name"]


def of_events(events: dict[str, Any]) -> HeatMap:
    """The heat map of events, by the samples' settings."""
    mapper = Mapper(load_settings(samples.SETTINGS))
    return heat_map((name, mapper.explain(event)) for name, event in events.items())


def many(number: int) -> dict[str, Any]:
    """Bookings, of which every tenth lacks the hotel's name."""
    events = {str(line.index): line.event for line in parse_text(samples.bookings(number).decode())}
    for name in list(events)[::10]:
        events[name] = deepcopy(events[name])
        del events[name]["hotel"]["name"]
    return events


def test_not_yet_is_not_missing_and_events_stand_by_status() -> None:
    """What only a later status asks for is neither filled nor missing, and counts nowhere."""
    heat = of_events(samples.sample_events() | {"page": {"event_name": "page_view"}})
    assert heat.outcomes == {"mapped": 7, "filtered": 1}
    assert heat.statuses == ("CREATE_ORDER", "CANCEL_ORDER", "COMPLETE_ORDER")
    paid = _AT["order_info.value.fulfillment_value"]
    assert [column.states[paid] for column in heat.of_status("CREATE_ORDER").columns] == [
        "not yet"
    ] * 3
    assert heat.filled(paid) == (2, 2)
    assert all(column.complete for column in heat.columns)
    assert "missing</span></td>" not in heat.to_html()


def test_above_thirty_events_a_column_is_a_pattern() -> None:
    """Events alike are one column with their number, and counts are those of all events."""
    few, lots = of_events(many(MOST_EVENTS_SHOWN)), of_events(many(300))
    assert (few.patterns, len(few.columns)) == (False, 30)
    assert lots.patterns
    assert len(lots.columns) < 10
    assert sum(column.number for column in lots.columns) == 300
    assert lots.filled(_NAME) == (270, 300)
    lacking = [column for column in lots.columns if not column.complete]
    assert sum(column.number for column in lacking) == 30
    assert f"{lacking[0].number:,} ×" in lots.to_html()
    assert "events alike, Booked, as " in lots.to_html()


def test_two_events_of_one_order_are_counted_and_told_apart() -> None:
    """An order that is booked and cancelled is two events, and each says its status."""
    booked = samples.sample_events()["created"]
    cancelled = {**samples.sample_events()["cancelled by guest"], "id": booked["id"]}
    page = of_events({"booked": booked, "cancelled": cancelled}).to_html()
    assert "Mandatory fields of 2 events" in page
    assert f'"{booked["id"]}, Booked, Hotel name: ok"' in page
    assert f'"{booked["id"]}, Cancelled, Hotel name: ok"' in page


def test_only_fields_with_problems_are_left_when_asked_for() -> None:
    """The others go, their groups with them; without a problem that is said."""
    page = of_events(many(30)).to_html(only_problems=True)
    assert page.count('scope="row"') == 1
    assert "Hotel name" in page
    assert "27 of 30" in page
    assert "Nothing is missing" in of_events(samples.sample_events()).to_html(only_problems=True)


def test_what_comes_from_events_is_escaped() -> None:
    """An order id with markup is shown as text."""
    event = {**samples.sample_events()["created"], "id": "<b>1"}
    assert "<b>1" not in of_events({"x": event}).to_html()
    assert "none has an order status" in of_events({"p": {"event_name": "x"}}).to_html()
