"""The demo page, worked without a browser: typing into fields, pressing buttons."""

import asyncio
from collections.abc import Iterator

import pytest

from orderkit.widgets import Demo
from orderkit.widgets.demo.booking import FIELDS, value_of
from orderkit.widgets.demo.journey import BUSY, LOST
from orderkit.widgets.demo.session import overlaid


@pytest.fixture
def demo() -> Iterator[Demo]:
    """A page of its own; its sandbox is stopped in the end."""
    made = Demo()
    made.journey.pace = 0
    yield made
    made.session.sandbox.stop()


def test_choosing_a_booking_shows_it_as_it_is(demo: Demo) -> None:
    """Whichever booking is chosen, nothing counts as typed, and nothing stands out."""
    for name, event in demo.session.events.items():
        demo.booking.choose.value = name
        demo.booking.typed()
        assert demo.session.event == event, name
        assert not demo.mapping.table.marked, name


def test_every_field_shows_a_property_of_some_sample(demo: Demo) -> None:
    """No field of the form is empty for all samples: its path is one that the samples have."""
    filled: set[str] = set()
    for name in demo.session.events:
        demo.booking.choose.value = name
        filled |= {path for path, made in demo.booking.inputs.items() if made.value}
    assert filled == {field.path for group in FIELDS.values() for field in group}


def test_what_is_typed_is_in_the_order_at_once(demo: Demo) -> None:
    """A typed value reaches the order, its row alone stands out, and the sample can be had back."""
    demo.booking.inputs["booking.nights"].value = "4"
    assert demo.session.mapped.payload is not None
    assert demo.session.mapped.payload["order_info"]["extra"]["length_of_stay"] == 4
    marked = demo.mapping.table.frame.iloc[sorted(demo.mapping.table.marked)]
    assert list(marked["in the booking"]) == ["Nights"]
    demo.booking.reset.click()
    assert demo.booking.inputs["booking.nights"].value == "3"
    assert demo.session.event == demo.session.chosen


def test_a_mistake_is_told_beside_its_field_and_stays_typed(demo: Demo) -> None:
    """What is no number is sent as the text it is, told beside the field, and kept from sending."""
    demo.booking.inputs["booking.total"].value = "450,00"
    assert "this text is no number" in demo.booking._beside["booking.total"].value
    assert demo.booking._beside["booking.to_pay"].value == ""
    assert demo.booking.inputs["booking.total"].value == "450,00"
    assert demo.session.mapped.outcome == "rejected"


def test_markup_in_a_field_is_shown_as_text(demo: Demo) -> None:
    """What is typed is escaped wherever it is shown."""
    demo.booking.inputs["hotel.name"].value = "<img src=x>"
    pages = (demo.booking.order_view, demo.mapping.view, demo.needs.view)
    shown = "".join(page.value for page in pages)
    assert "<img" not in shown
    assert "&lt;img" in shown


@pytest.mark.parametrize(
    ("busy", "lost", "calls", "reached"),
    [(True, True, 4, 3), (True, False, 3, 2), (False, True, 3, 3), (False, False, 2, 2)],
)
def test_a_journey_arrives_once_whatever_goes_wrong(
    demo: Demo, busy: bool, lost: bool, calls: int, reached: int
) -> None:
    """With each fault on or off, TikTok's side keeps one order that has both statuses."""

    async def work() -> None:
        demo.journey.switches[BUSY].value = busy
        demo.journey.switches[LOST].value = lost
        demo.journey.buttons[1].click()
        assert demo.journey.task is not None
        await demo.journey.task

    asyncio.run(work())
    (order,) = demo.session.orders.values()
    assert [receipt.order_status for receipt in order.history] == ["CREATE_ORDER", "CANCEL_ORDER"]
    assert all(len(receipt.bodies) == 1 for receipt in order.history)
    assert f"Arrived once: {calls} calls made, {reached} of them" in demo.journey.message.value
    assert [len(leg.tries) for leg in demo.journey.legs] == [1 + busy, 1 + lost]
    assert list(demo.results.table.frame["tries"]) == [str(1 + busy), str(1 + lost)]


def test_a_journey_of_a_damaged_booking_stops_and_says_why(demo: Demo) -> None:
    """Nothing is sent of a booking that has an error, and its fix is told."""

    async def work() -> None:
        demo.booking.choose.value = "damaged: nights in words"
        demo.journey.buttons[0].click()
        assert demo.journey.task is not None
        await demo.journey.task

    asyncio.run(work())
    assert demo.session.orders == {}
    assert "length_of_stay" in demo.journey.message.value
    assert len(demo.journey.legs) == 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b", {"a": {"b": 1}, "l": [{"x": 0}]}),
        ("l.0.x", {"a": "text", "l": [{"x": 1}]}),
        ("l.1.x", {"a": "text", "l": [{"x": 0}, {"x": 1}]}),
        ("c.d.e", {"a": "text", "l": [{"x": 0}], "c": {"d": {"e": 1}}}),
    ],
)
def test_a_value_is_put_at_any_path(path: str, expected: object) -> None:
    """What a path needs is made, what stands in its way is replaced, the event stays as it is."""
    event = {"a": "text", "l": [{"x": 0}]}
    assert overlaid(event, {path: 1}) == expected
    assert event == {"a": "text", "l": [{"x": 0}]}


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("3.5", 3.5), (" 7 ", 7), ("3,5", "3,5"), ("nan", "nan"), ("1_0", "1_0"), ("", "")],
)
def test_a_number_is_read_as_the_site_would_send_it(text: str, value: object) -> None:
    """A typed number becomes one; all else stays the text that it is."""
    assert value_of(text, number=True) == value
    assert type(value_of(text, number=True)) is type(value)
