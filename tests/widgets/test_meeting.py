"""The meeting's page, worked without a browser: a client's bookings typed over, sent, restored."""

import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import ipywidgets as w
import pytest

from orderkit.destination.loading import load_settings, parse_settings
from orderkit.errors import OrderkitError
from orderkit.events import samples
from orderkit.events.folder import first_events
from orderkit.widgets import App, Meeting
from orderkit.widgets.app import Invitation
from orderkit.widgets.demo import Demo
from orderkit.widgets.parts import guarded
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


def test_a_journey_says_how_it_begins_and_then_what_goes_on(meeting: Meeting) -> None:
    """The key goes on only once a journey is under way, and the page says so in either state."""
    journey = meeting.journey
    idle = "Step by step: a button below begins, then the arrow key → goes on"
    assert journey.by_step.description == idle
    journey.by_step.value = True
    assert journey.next.disabled
    journey.buttons[0].click()
    assert journey.by_step.description == "Step by step: the arrow key → goes on"
    assert not journey.next.disabled
    # Whoever does not want to go on by hand any more is not kept waiting.
    journey.by_step.value = False
    assert journey.next.disabled
    assert journey.task is not None
    journey.task.result(60)
    assert journey.by_step.description == idle
    assert "“Next” goes on" in Demo().journey.by_step.description


def test_a_journey_under_way_can_be_slowed_to_steps(meeting: Meeting) -> None:
    """Ticked while pictures pass by themselves, the next one waits for the key."""
    journey = meeting.journey
    journey.pace = 0.2
    journey.buttons[0].click()
    journey.by_step.value = True
    assert not journey.next.disabled
    assert journey.task is not None
    with pytest.raises(TimeoutError):
        journey.task.result(3)
    meeting.tabs.selected_index = 2
    while journey.work.busy:
        meeting.step(1)
        with suppress(TimeoutError):
            journey.task.result(0.05)
    assert "Arrived once" in journey.message.value


def test_a_key_after_the_last_picture_is_not_swallowed(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While what was sent is still being kept, the key leads on to the results."""
    keeping, kept = threading.Event(), threading.Event()

    def keep() -> None:
        keeping.set()
        kept.wait(60)

    monkeypatch.setattr(meeting.session, "keep_sent", keep)
    journey = meeting.journey
    journey.pace = 0
    meeting.tabs.selected_index = 2
    journey.buttons[0].click()
    journey.by_step.value = True
    while not keeping.wait(0.05):
        journey.step()
    assert journey.work.busy
    assert "Arrived once" in journey.message.value
    meeting.step(1)
    assert meeting.tabs.selected_index == 3
    kept.set()
    assert journey.task is not None
    journey.task.result(60)


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


def _try_all(meeting: Meeting) -> None:
    meeting.results.try_button.click()
    assert meeting.results.task is not None
    meeting.results.task.result(60)


def test_what_was_sent_is_still_there_after_a_reload(tmp_path: Path) -> None:
    """Results, readiness and document have it, and the page says that it was before."""
    settings = load_settings(SYSTEM / "settings.toml")
    events = first_events(SYSTEM / "reservations.json").events
    first = Meeting(settings, events, keep_in=tmp_path / "sent")
    assert "sent" not in first.remembered.state
    _try_all(first)
    first.session.sandbox.stop()
    state = dict(first.remembered.state)
    again = Meeting(settings, events, keep_in=tmp_path / "sent")
    again.remembered.restored = state
    assert again.results.view.value == first.results.view.value
    assert again.readiness_view.value == first.readiness_view.value
    assert "before the page was loaded again" in again.results.message.value
    assert len(again.session.ledger.entries()) == 12
    assert again.remembered.state["sent"] == state["sent"]
    # What would be sent otherwise now was not sent.
    changed = parse_settings(
        (SYSTEM / "settings.toml").read_text(encoding="utf-8").replace("casa-hotels", "casa")
    )
    other = Meeting(changed, events, keep_in=tmp_path / "sent")
    other.remembered.restored = state
    assert not other.results.results
    # Nothing but a file of this page is read, and that is gone once the page is no longer served.
    elsewhere = Meeting(settings, events, keep_in=tmp_path / "another")
    elsewhere.remembered.restored = state | {"sent": f"../sent/{state['sent']}"}
    assert not elsewhere.results.results


def test_trying_all_again_ends_as_the_first_time(meeting: Meeting) -> None:
    """A demonstration that is repeated shows the same: no older message is refused."""
    for _ in range(2):
        _try_all(meeting)
        assert meeting.results.kept.total() == 12
        assert "refused" not in meeting.results.view.value


def test_a_journey_is_not_counted_as_a_booking(meeting: Meeting) -> None:
    """What goes on its way for show is in no number of the readiness or the document."""
    meeting.journey.buttons[0].click()
    assert meeting.journey.task is not None
    meeting.journey.task.result(60)
    assert "reached the test system" not in meeting.readiness_view.value
    _try_all(meeting)
    assert "All seven bookings reached the test system" in meeting.readiness_view.value
    assert "Both cancellations reached the test system" in meeting.readiness_view.value


def test_trouble_that_no_journey_met_is_in_no_result(meeting: Meeting) -> None:
    """A journey of a booking that is not ready is over at once, and its faults with it."""
    meeting.booking.inputs["House.Label"].value = ""
    meeting.journey.buttons[0].click()
    assert meeting.journey.task is not None
    meeting.journey.task.result(60)
    assert "was not sent" in meeting.journey.message.value
    _try_all(meeting)
    assert {sent.attempts for sent in meeting.results.results.values()} == {1}


def test_a_message_that_is_not_for_tiktok_is_no_booking_to_choose() -> None:
    """Only bookings are offered; what became of the rest stands in the results."""
    events = first_events(SYSTEM / "reservations.json").events
    other = {**next(iter(events.values())), "event_name": "Newsletter"}
    made = Meeting(load_settings(SYSTEM / "settings.toml"), {"0 other": other, **events})
    labels = [label for label, _ in made.booking.choose.options]
    assert len(labels) == len(events)
    assert not any("Not for TikTok" in label for label in labels)
    assert "Message 1" in made.results.view.value


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
        *(page.children[0].value for page in (meeting.booking, meeting.journey, meeting.results)),
        *meeting.tabs.titles,
        *(made.description for made in meeting.booking.inputs.values()),
    ]
    for html in shown:
        found = OURS.search(re.sub(r"<[^>]+>", " ", html))
        assert not found, html[:300]


@pytest.fixture
def unmapped() -> Iterator[Meeting]:
    """Bookings of a system of which most is still to be mapped."""
    text = (
        'event_property = "kind"\n[[event_mapping]]\norder_status = "CREATE_ORDER"\n'
        'event_name = "made"\n[settings]\nthird_shop_name = "{{house.name}}"\n'
        '[smart_mapping]\n"order_info.order_id" = "ref"\n'
    )
    made = Meeting(
        parse_settings(text, draft=True),
        {"one": {"kind": "made", "ref": "A-1", "house": {"name": "Casa"}}, "two": {"kind": "made"}},
    )
    yield made
    made.session.sandbox.stop()


def test_what_nobody_has_found_yet_is_said_and_is_no_field(unmapped: Meeting) -> None:
    """A value of which nobody has said where bookings have it is named calmly, in their words."""
    page = unmapped.booking
    assert [*page.inputs] == ["ref", "kind", "house.name"]
    said = form_text(unmapped)
    assert "Hotel code and Country: nobody has said yet where your bookings have this." in said
    assert "Your id at TikTok: nobody has said yet under which one TikTok knows you." in said
    assert "Who cancelled" not in said
    assert not any(beside.value for beside in page._beside.values())
    assert not OURS.search(said)
    # What was said, and this booking does not have, can be typed.
    page.choose.value = "two"
    assert "TikTok asks for this" in page._beside["house.name"].value


def form_text(meeting: Meeting) -> str:
    """What stands in the cards of a booking, but what can be typed."""
    shown = [
        part.value
        for card in meeting.booking._form.children
        for part in card.children
        if isinstance(part, w.HTML)
    ]
    return re.sub(r"<[^>]+>", "", "\n".join(shown))


@pytest.fixture
def _nothing_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SETTINGS", "EVENTS", "FOLDER"):
        monkeypatch.delenv(f"ORDERKIT_{name}", raising=False)


def drop(app: App, name: str, content: bytes) -> Meeting:
    """Drop a file of that name on the page; what it shows then."""
    dropped = Path("arriving")
    dropped.write_bytes(content)
    app.take(dropped, name)
    assert isinstance(app.shown, Meeting)
    return app.shown


@pytest.mark.usefixtures("_nothing_named")
def test_the_app_shows_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone the demo; settings alone an invitation; a client's events, or a dropped file, them."""
    app = App()
    assert isinstance(app.shown, Demo)
    assert len(drop(app, "bookings.ndjson", samples.EVENTS.read_bytes()).session.events) == 7
    again = App()
    again._remembered.restored = dict(app._remembered.state)
    assert isinstance(again.shown, Meeting)
    monkeypatch.setenv("ORDERKIT_SETTINGS", str(SYSTEM / "settings.toml"))
    invited = App()
    assert isinstance(invited.shown, Invitation)
    assert "casa-hotels" in invited.shown.value
    meeting = drop(invited, "r.json", (SYSTEM / "reservations.json").read_bytes())
    assert "ready for TikTok" in meeting.readiness_view.value
    monkeypatch.setenv("ORDERKIT_EVENTS", str(SYSTEM / "reservations.json"))
    client = App().shown
    assert isinstance(client, Meeting)
    assert "casa-hotels" in client.head.value


@pytest.mark.usefixtures("_nothing_named")
def test_a_file_that_cannot_be_read_is_told_in_the_clients_words() -> None:
    """The page stays as it is, and says on top what could not be read, without our words."""
    app = App()
    shown = app.shown
    Path("arriving").write_bytes(b'{"a": [1')
    guarded(app, app.take)(Path("arriving"), "broken.json")
    assert app.shown is shown
    assert app.children.index(app.message) < app.children.index(app._place)
    said = re.sub(r"<[^>]+>", " ", app.message.value)
    assert "We could not read broken.json" in said
    assert "dropped" not in said
    assert not OURS.search(said)


@pytest.mark.usefixtures("_nothing_named")
def test_a_dropped_file_takes_no_other_files_place() -> None:
    """Whatever it is called, the notebook that is served and files elsewhere stay as they are."""
    Path("demo.ipynb").write_text("{}", encoding="utf-8")
    app = App()
    for name in ("demo.ipynb", "../demo.ipynb", "..\\demo.ipynb"):
        drop(app, name, samples.EVENTS.read_bytes())
    assert Path("demo.ipynb").read_text(encoding="utf-8") == "{}"
    assert sorted(path.name for path in Path().iterdir()) == ["demo.ipynb", "dropped"]
    Path("elsewhere.ndjson").write_bytes(samples.EVENTS.read_bytes())
    again = App()
    again._remembered.restored = {"dropped": "dropped/../elsewhere.ndjson"}
    assert isinstance(again.shown, Demo)


@pytest.mark.usefixtures("_nothing_named")
def test_what_is_changed_in_the_mapper_is_in_the_meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last tab is the mapper, made when first opened; leaving it shows what it made."""
    shutil.copy(SYSTEM / "settings.toml", "settings.toml")
    monkeypatch.setenv("ORDERKIT_SETTINGS", "settings.toml")
    monkeypatch.setenv("ORDERKIT_EVENTS", str(SYSTEM / "reservations.json"))
    meeting = App().shown
    assert isinstance(meeting, Meeting)
    assert meeting.settings_form is None
    meeting.booking.inputs["Bill.Gross"].value = "99.00"
    meeting.tabs.selected_index = 4
    form = meeting.settings_form
    assert form is not None
    assert form.path.value == "settings.toml"
    form.take({"do": "write", "target": "third_shop_name", "text": "House.Name"})
    meeting.tabs.selected_index = 1
    assert "House.Name" in meeting.booking.inputs
    assert meeting.booking.inputs["Bill.Gross"].value == "99.00"
    assert "need one thing each" in meeting.readiness_view.value
    assert "In seven bookings, the hotel is missing" in meeting.readiness_view.value
    again = App().shown
    assert isinstance(again, Meeting)
    again.remembered.restored = dict(meeting.remembered.state)
    assert "need one thing each" in again.readiness_view.value
    again.tabs.selected_index = 4
    assert again.settings_form is not None
    again.settings_form.save()
    assert "{{House.Name}}" in Path("settings.toml").read_text(encoding="utf-8")


@pytest.mark.usefixtures("_nothing_named")
def test_arrow_keys_and_the_presenter_stay_out_of_the_mapper(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No key of the presenter's leads there, and who presents leaves it."""
    monkeypatch.setenv("ORDERKIT_EVENTS", str(SYSTEM / "reservations.json"))
    meeting = App().shown
    assert isinstance(meeting, Meeting)
    meeting.tabs.selected_index = 3
    meeting.take({"step": 1})
    assert meeting.tabs.selected_index == 3
    meeting.tabs.selected_index = 4
    meeting.take({"present": True})
    assert meeting.tabs.selected_index == 0


@pytest.mark.usefixtures("_nothing_named")
def test_proposed_settings_are_saved_where_one_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They are in no file until one is named, from the folder where the command was started."""
    monkeypatch.setenv("ORDERKIT_FOLDER", str(tmp_path / "started"))
    (tmp_path / "started").mkdir()
    app = App()
    meeting = drop(app, "r.json", (SYSTEM / "reservations.json").read_bytes())
    meeting.tabs.selected_index = 4
    form = meeting.settings_form
    assert form is not None
    assert form.row("length_of_stay")["text"] == "Stay.Nights"
    assert form.row("length_of_stay")["unconfirmed"]
    form.take({"do": "write", "target": "third_merchant_id", "text": "casa"})
    # Other bookings: what was typed for these stays.
    other = drop(app, "more.json", (SYSTEM / "reservations.json").read_bytes())
    assert "casa" in other.head.value
    other.tabs.selected_index = 4
    assert other.settings_form is form
    with pytest.raises(OrderkitError, match="name the settings file first"):
        form.save()
    assert form.file.is_open
    form.path.value = "casa.toml"
    form.save()
    saved = load_settings(tmp_path / "started" / "casa.toml", draft=True)
    assert saved.settings.third_merchant_id == "casa"


@pytest.mark.usefixtures("_nothing_named")
def test_messages_are_still_open_until_all_that_was_proposed_is_confirmed() -> None:
    """What other messages mean is open in proposed settings; confirmed and saved, they say it."""
    bookings = json.loads((SYSTEM / "reservations.json").read_text(encoding="utf-8"))
    other = {**bookings[0], "event_name": "Newsletter"}
    meeting = drop(App(), "r.json", json.dumps([*bookings, other]).encode())
    assert "Still open" in meeting.results.view.value
    meeting.tabs.selected_index = 4
    form = meeting.settings_form
    assert form is not None
    form.path.value = "casa.toml"
    form.save()
    meeting.tabs.selected_index = 3
    assert "Still open" in meeting.results.view.value
    meeting.tabs.selected_index = 4
    form.confirm()
    form.save()
    meeting.tabs.selected_index = 3
    assert "Still open" not in meeting.results.view.value
    assert "Not for TikTok" in meeting.results.view.value


@pytest.mark.usefixtures("_nothing_named")
def test_the_demo_has_a_mapper_and_keeps_what_was_typed() -> None:
    """Samples are mapped anew on the page, nowhere else, and texts come back after a reload."""
    demo = App().shown
    assert isinstance(demo, Demo)
    demo.booking.choose.value = "with a promotion"
    demo.booking.kind.value = "booking_cancelled"
    demo.booking.inputs["booking.nights"].value = "4"
    demo.tabs.selected_index = len(demo.tabs.children) - 1
    form = demo.settings_form
    assert form is not None
    form.take({"do": "write", "target": "third_shop_name", "text": "A fixed name"})
    demo.tabs.selected_index = 1
    assert "A fixed name" in demo.mapping.view.value
    again = App().shown
    assert isinstance(again, Demo)
    again.remembered.restored = dict(demo.remembered.state)
    assert again.session.name == "with a promotion"
    assert again.booking.inputs["booking.nights"].value == "4"
    assert again.booking.kind.value == "booking_cancelled"
    assert again.session.event == demo.session.event
    assert "A fixed name" in again.mapping.view.value


def test_another_booking_has_nothing_typed(meeting: Meeting) -> None:
    """What was typed over one booking is not kept for the one that is chosen next."""
    meeting.booking.inputs["House.Label"].value = "Casa Nova"
    meeting.booking.choose.value = list(meeting.session.events)[1]
    assert meeting.remembered.state["typed"] == {}
