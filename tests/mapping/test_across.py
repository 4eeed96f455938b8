"""What only many events together show."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orderkit import Mapped, Mapper, load_settings
from orderkit.events import samples
from orderkit.events.entries import EventLine
from orderkit.events.jsontext import dumps
from orderkit.mapping.across import AcrossEvents, RepeatedOrders, find_repeated_orders
from orderkit.mapping.results import EventResult

MAPPER = Mapper(load_settings(samples.SETTINGS))


def order(order_id: str, total: int, status: str = "CREATE_ORDER", **context: Any) -> Mapped:
    event = samples.sample_events()["created"]
    booking, given = event["booking"] | {"total": total}, event["context"] | context
    changed = event | {"id": order_id, "booking": booking, "context": given}
    return MAPPER.map(changed, status=status)


def test_the_same_order_twice() -> None:
    """An order that comes again in its status with other content is counted, with both places."""
    repeated = RepeatedOrders()
    assert repeated.add(0, 1, order("R-1", 220)) == ""
    assert repeated.add(1, 2, order("R-2", 220)) == ""
    assert repeated.add(2, 3, order("R-1", 220, "CANCEL_ORDER")) == ""
    assert repeated.add(3, 4, order("R-1", 220, event_timestamp=1893456000000)) == ""
    assert repeated.add(4, 5, order("R-1", 999)) == "lines 4 and 5"
    assert repeated.add(5, None, order("R-1", 220)) == "events 4 and 5"
    assert repeated.add(6, 7, Mapped("filtered", None, None)) == ""
    assert repeated.add(7, 8, None) == ""
    (sentence,) = repeated.sentences()
    assert sentence.startswith("2 repeated orders with different content in the same status")
    assert '"R-1" CREATE_ORDER (lines 4 and 5)' in sentence


def test_memory_is_bounded() -> None:
    """Only the last orders are remembered, which the sentence says once one was forgotten."""
    repeated = RepeatedOrders(most=10)
    for number in range(100):
        assert repeated.add(number, None, order(str(number), 1)) == ""
    assert repeated.add(100, None, order("95", 2))
    assert not repeated.add(101, None, order("5", 2))
    assert "compared were the last 10" in repeated.sentences()[0]


def test_a_file_is_looked_through_before_sending(tmp_path: Path) -> None:
    """Both places are known before anything is sent; a stream and broken files say nothing."""
    mapper = Mapper(load_settings(samples.SETTINGS))
    event = samples.sample_events()["created"]
    other = event | {"context": {**event["context"], "page": {"url": "https://x.example"}}}
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(map(dumps, [event, other, event])))
    (sentence,) = find_repeated_orders(file, mapper) or [""]
    assert sentence.startswith("2 repeated orders")
    assert "(lines 1 and 2)" in sentence
    file.write_bytes(b"\n".join(map(dumps, [event, event])))
    assert find_repeated_orders(file, mapper) == []
    file.write_bytes(b"\x00\x01" * 20)
    assert find_repeated_orders(file, mapper) == []
    assert find_repeated_orders("-", mapper) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=12))
def test_counts(orders: list[tuple[str, int]]) -> None:
    """Each order that differs from the one before of its id is counted once."""
    repeated = RepeatedOrders()
    last: dict[str, int] = {}
    expected = 0
    for index, (order_id, total) in enumerate(orders):
        expected += last.get(order_id, total) != total
        last[order_id] = total
        repeated.add(index, None, order(order_id, total))
    assert repeated.count == expected


def test_names_nearly_mapped() -> None:
    """Events whose name is nearly a mapped one are counted; so is that nothing would be sent."""
    mapper = Mapper(load_settings(samples.SETTINGS))
    across = AcrossEvents(mapper)
    for index, name in enumerate(["booking_created ", "Booking_Created", "booking_created ", "x"]):
        event = samples.sample_events()["created"] | {"event_name": name}
        across.add(index, None, mapper.map(event))
    blank, capitals = across.sentences()
    assert blank.startswith("no event is named in the event mapping; 2 events are called")
    assert "a blank at its end" in blank
    assert capitals.startswith('1 event is called "Booking_Created"')


def test_repeated_orders_of_a_stream_are_said_when_they_arrive() -> None:
    """Each of the first is said before it is handed on; the others are only counted."""
    said: list[str] = []
    orders = [
        EventResult(EventLine(number, number + 1, {}), order("R-1", number)) for number in range(9)
    ]
    repeated = RepeatedOrders()
    known = [len(said) for _result in repeated.watch(orders, said.append)]
    assert known == [0, 1, 2, 3, 4, 6, 6, 6, 6]
    assert said[0].endswith('"R-1" CREATE_ORDER (lines 1 and 2)')
    assert "8 repeated orders" in repeated.sentences()[0]
