"""The meeting's page, worked without a browser: a client's bookings typed over, sent, restored."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from orderkit.destination.loading import load_settings
from orderkit.events import samples
from orderkit.events.folder import first_events
from orderkit.widgets import App, Meeting
from orderkit.widgets.demo import Demo
from tests.reports.test_readiness import OURS

SYSTEM = Path(__file__).parent / "booking_system"


@pytest.fixture
def meeting() -> Iterator[Meeting]:
    """The bookings of a system whose names are not the samples'."""
    events = first_events(SYSTEM / "reservations.json").events
    made = Meeting(load_settings(SYSTEM / "settings.toml"), events)
    made.journey.pace = 0
    yield made
    made.session.sandbox.stop()


def test_what_is_typed_goes_into_the_order(meeting: Meeting) -> None:
    """A value is typed where the site has it, and what TikTok does not take is told there."""
    meeting.booking.inputs["House.Label"].value = "Casa Nova"
    assert meeting.session.mapped.payload is not None
    assert meeting.session.mapped.payload["order_info"]["third_shop_name"] == "Casa Nova"
    assert "Casa Nova" in meeting.booking.order_view.value
    meeting.booking.inputs["Bill.Gross"].value = "much"
    assert "TikTok does not take this" in meeting.booking._beside["Bill.Gross"].value
    assert "1 open" in meeting.booking.order_view.value
    meeting.booking.reset.click()
    assert meeting.booking.inputs["Bill.Gross"].value == "120.00"


def test_what_was_typed_comes_back_after_a_reload(meeting: Meeting) -> None:
    """What the browser kept of one page fills the next: booking, values and tab."""
    second = list(meeting.session.events)[1]
    meeting.booking.choose.value = second
    meeting.booking.inputs["House.Label"].value = "Casa Nova"
    meeting.tabs.selected_index = 1
    state = dict(meeting.remembered.state)
    again = Meeting(meeting.session.mapper.settings, meeting.session.events)
    again.remembered.restored = state
    assert again.session.name == second
    assert again.booking.inputs["House.Label"].value == "Casa Nova"
    assert again.tabs.selected_index == 1


def test_arrow_keys_go_through_tabs_and_pictures(meeting: Meeting) -> None:
    """Between tabs, and on a journey that waits for it from picture to picture."""
    for by, at in ((1, 1), (1, 2), (1, 3), (1, 3), (-1, 2)):
        meeting.step(by)
        assert meeting.tabs.selected_index == at
    meeting.journey.by_step.value = True
    meeting.journey.buttons[0].click()
    task = meeting.journey.task
    assert task is not None
    for _ in range(400):
        with suppress(TimeoutError):
            task.result(0.05)
            break
        meeting.step(1)
    assert "Arrived once" in meeting.journey.message.value
    assert meeting.tabs.selected_index in (2, 3)


def test_all_bookings_go_to_the_test_system(meeting: Meeting) -> None:
    """Each that is ready is kept, the funnel says so, and the lights know of it."""
    meeting.results.try_button.click()
    assert meeting.results.task is not None
    meeting.results.task.result(60)
    assert meeting.results.kept.total() == 12
    assert "<strong>12</strong> kept" in meeting.results.view.value
    assert "All seven bookings reached the test system" in meeting.readiness_view.value
    meeting.results.hand_over()
    assert "handover.html" in meeting.results.handover_view.value


def test_no_word_of_ours_is_on_any_page(meeting: Meeting) -> None:
    """Every text that a client sees, of every page, is in the client's words."""
    meeting.journey.buttons[0].click()
    assert meeting.journey.task is not None
    meeting.journey.task.result(60)
    shown = [
        meeting.readiness_view.value,
        meeting.booking.order_view.value,
        meeting.journey.view.value,
        meeting.journey.message.value,
        meeting.results.view.value,
        *(child.value for page in meeting.tabs.children[1:] for child in page.children[:1]),
        *(made.description for made in meeting.booking.inputs.values()),
    ]
    for html in shown:
        found = OURS.search(re.sub(r"<[^>]+>", " ", html))
        assert not found, html[:300]


def test_the_app_shows_what_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Alone the demo; a client's files, or a file that is dropped, the meeting."""
    monkeypatch.chdir(tmp_path)
    for name in ("ORDERKIT_SETTINGS", "ORDERKIT_EVENTS"):
        monkeypatch.delenv(name, raising=False)
    app = App()
    assert isinstance(app.shown, Demo)
    bad = tmp_path / "arrived"
    bad.write_text("no event", encoding="utf-8")
    app.shown.session.sandbox.stop()
    dropped = tmp_path / "arriving"
    dropped.write_bytes(samples.EVENTS.read_bytes())
    app.take(dropped, "bookings.ndjson")
    assert isinstance(app.shown, Meeting)
    assert len(app.shown.session.events) == 7
    monkeypatch.setenv("ORDERKIT_SETTINGS", str(SYSTEM / "settings.toml"))
    monkeypatch.setenv("ORDERKIT_EVENTS", str(SYSTEM / "reservations.json"))
    client = App().shown
    assert isinstance(client, Meeting)
    assert "casa-hotels" in client.children[1].value
