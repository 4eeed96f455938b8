"""States of all rows in all events: whatever changed in between, they are what mapping gives."""

import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orderkit import load_settings
from orderkit.events import samples
from orderkit.events.reader import parse_text
from orderkit.mapping.mapper import Mapper
from orderkit.widgets.mapper.screen import difference, screen
from orderkit.widgets.mapper.session import MapperSession

_EVENTS = {**samples.sample_events(), **samples.damaged_events()}
_ROWS = ["order_id", "value.currency", "payment_value", "third_shop_name", "length_of_stay"]
_TEXTS = [
    "id",
    "booking.total",
    "hotel.nme",
    "currency",
    '"JPY"',
    "UPPER(hotel.name)",
    "",
    "12.345",
]
_PARTS: list[tuple[str, Any]] = [
    ("timezone", "America/New_York"),
    ("event_property", "currency"),
    ("event_mapping", [{"order_status": "CANCEL_ORDER", "event_name": "booking_created"}]),
    ("transformation", [{"property": "hotel.name", "new_name": "hotel.nme"}]),
    ("transformation", [{"property": "id", "delete": True}]),
    ("filter", {"condition": [{"property": "currency", "operator": "is", "value": "EUR"}]}),
    ("filter", {}),
]
_steps = st.one_of(
    st.tuples(st.sampled_from(_ROWS), st.sampled_from(_TEXTS)),
    st.sampled_from(_PARTS),
    st.just(None),
)


@given(st.lists(_steps, max_size=6))
@settings(max_examples=60, deadline=None)
def test_after_any_changes_the_states_are_those_of_the_mapping(steps: list[Any]) -> None:
    """Only what a change touches is computed, and nothing that it touches stays as it was."""
    session = MapperSession(load_settings(samples.SETTINGS), _EVENTS)
    for step in steps:
        if step is None:
            session.undo()
        elif step[0] in _ROWS:
            session.write(*step)
        else:
            session.change_part(*step)
    mapper = Mapper(session.settings)
    for at, event in enumerate(_EVENTS.values()):
        mapped = mapper.explain(event)
        outcome = {"mapped": "mapped", "rejected": "with problems", "filtered": "not for TikTok"}
        assert session.states.outcome(at) == outcome[mapped.outcome]
        for entry in mapped.trace:
            assert session.states.state(entry.target, at) == entry.state


def test_a_key_is_answered_at_once_with_a_thousand_events() -> None:
    """Typing in a row costs a small part of evaluating all rows anew, the first answer apart."""
    lines = parse_text(samples.bookings(1_000).decode())
    events = {str(line.index): line.event for line in lines}
    session = MapperSession(load_settings(samples.SETTINGS), events)
    shown = screen(session)
    text, taken = "COALESCE(booking.to_pay, booking.total)", []
    for end in range(1, len(text) + 1):
        before = time.process_time()
        session.type("payment_value", text[:end])
        now = screen(session)
        patch, shown = difference(shown, now), now
        taken.append(time.process_time() - before)
        assert len(patch.get("rows", {})) <= 2
    session.end_typing()
    assert session.states.counts("order_info.value.payment_value") == (1_000, 1_000)
    # A tenth of a second is the bound in a browser, of which the wire takes about half.
    assert sorted(taken)[len(taken) // 2] < 0.1
