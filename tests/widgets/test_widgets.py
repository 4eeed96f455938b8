"""The forms, worked as a person works them: typing into inputs, pressing buttons."""

import asyncio
import base64
import html
import re
from pathlib import Path
from typing import Any

import pytest

from orderkit import Settings, load_settings
from orderkit.destination.loading import PROPOSED
from orderkit.destination.saving import save_settings
from orderkit.errors import EventsError
from orderkit.events import samples
from orderkit.events.jsontext import dumps
from orderkit.sandbox import Sandbox
from orderkit.widgets import (
    BackfillForm,
    EventPicker,
    MappingForm,
    RequiredForm,
    SendForm,
    SettingsForm,
)
from orderkit.widgets.parts import guarded
from orderkit.widgets.target import SecretInput


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("ORDERKIT_SETTINGS", "ORDERKIT_EVENTS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_filtered_event_is_told_in_the_required_fields() -> None:
    """The filter is visible where an event is held against the order statuses."""
    settings = load_settings(samples.SETTINGS)
    data = settings.model_dump(exclude_none=True) | {"filter": {"consent": "4711"}}
    form = RequiredForm(Settings.model_validate(data))
    assert "no consent to category" in form._event.value


def test_a_change_is_reviewed_before_it_is_kept() -> None:
    """The review names each event and value that a new reference changes."""
    form = MappingForm()
    form.target.value = "order_info.order_id"
    form.reference.value = "context.event_id"
    form.point.click()
    form.review_button.click()
    assert form.changes.sentence == "1 value changed in 7"
    assert "evt-0001" in form.review_view.value
    assert "MLB-20260001" in form.review_view.value
    form.reference.value = "booking.nowhere"
    form.point.click()
    form.review_button.click()
    assert form.changes.sentence == "7 events fewer"
    assert "with problems: 1 field missing" in form.review_view.value


def test_the_profile_is_shown_and_written() -> None:
    """All loaded events are profiled, and the page is a file of its own."""
    form = RequiredForm()
    form.profile_button.click()
    assert "ok-bar" in form.profile_view.value
    form.write_button.click()
    assert "<table" in Path("profile.html").read_text(encoding="utf-8")


def test_pointing_a_row_at_another_property_changes_the_table() -> None:
    """The preview follows, and the row can be put back."""
    form = MappingForm()
    form.target.value = "order_info.order_id"
    form.reference.value = "context.event_id"
    form.point.click()
    assert form.mapped.payload is not None
    assert form.mapped.payload["order_info"]["order_id"] == "evt-0001-booking_created"
    form.reset.click()
    assert form.mapped.payload["order_info"]["order_id"] == "MLB-20260001"


def test_a_path_that_the_event_does_not_have_is_told_with_near_misses() -> None:
    """A slip in the path names what may have been meant."""
    form = MappingForm()
    form.reference.value = "booking.totall"
    form.point.click()
    assert "did you mean booking.total" in form.message.value


def test_pasted_json_with_an_error_says_where() -> None:
    """Line, column and the text around it are named, and the text stays in the field."""
    picker = EventPicker()
    picker.pasted.value = '{\n  "event_name": nope,\n}'
    picker.use.click()
    assert "line 2, column" in picker.message.value
    assert picker.pasted.value.startswith("{")
    assert picker.event == samples.sample_events()["created"]


def test_markup_in_an_event_is_shown_as_text() -> None:
    """What comes from an event is escaped wherever it is shown."""
    form = MappingForm()
    form.picker.pasted.value = '{"event_name": "booking_created", "id": "<img src=x onerror=1>"}'
    form.picker.use.click()
    shown = "".join(view.value for view in form.views)
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_required_fields_follow_the_event_and_a_status_can_be_added() -> None:
    """The matrix has a column for each status looked at."""
    form = RequiredForm()
    form.status.value = "CONFIRM_ORDER"
    form.add.click()
    assert "CONFIRM_ORDER" in form.against.matrix.frame.columns
    form.status.value = "confirm"
    form.add.click()
    assert "one word in capitals" in form.message.value


def test_what_is_said_of_a_cell_goes_with_its_column() -> None:
    """A cell's detail stands in its row as long as its column is shown, wherever that is then."""
    form = RequiredForm()
    last = len(form.heat.columns) - 1
    form.show_cell(0, last)
    assert (form.heat_view.opened["field"], form.heat_view.opened["column"]) == (0, last)
    assert "MLB-20260005, Completed, Order number: ok" in form.heat_view.opened["html"]
    form.only.value = "COMPLETE_ORDER"
    assert form.heat_view.opened["column"] == len(form.heat.of_status("COMPLETE_ORDER").columns) - 1
    form.only.value = "CREATE_ORDER"
    assert form.heat_view.opened == {}
    form.show_cell(0, 0)
    form.show_cell(0, 0)
    assert form.heat_view.opened == {}


def test_saving_over_another_s_change_is_asked_about(tmp_path: Path) -> None:
    """What another wrote into the file since a form read it is named before it is written over."""
    file = tmp_path / "client.toml"
    save_settings(load_settings(samples.SETTINGS), file)
    form, mapping = SettingsForm(file), MappingForm(load_settings(file))
    form.path.value = mapping.path.value = str(file)
    mapping._files.note(file)
    form.write("order_country", "PT")
    others = load_settings(file).model_copy(update={"timezone": "Asia/Tokyo"})
    others = others.model_copy(update={"smart_mapping": {"order_info.order_url": "page"}})
    save_settings(others, file)
    form.save()
    mapping.save_button.click()
    assert "timezone, smart_mapping.order_info.order_url" in form.message.value
    assert "smart_mapping.order_info.order_url" in mapping.message.value
    assert "timezone" not in mapping.message.value
    assert load_settings(file) == others
    form.save()
    assert "Saved to" in form.message.value
    assert load_settings(file).settings.order_country == "PT"
    form.write("order_country", "ES")
    form.save()
    assert "Saved to" in form.message.value


def test_sending_to_the_sandbox_shows_every_verdict() -> None:
    """All loaded events are sent, and the orders appear at TikTok's side."""

    async def work() -> None:
        form = SendForm()
        form.target.value = "Embedded sandbox"
        form.which.value = "all loaded events"
        form.send_button.click()
        assert form.task is not None
        await form.task
        await asyncio.sleep(0)
        assert set(form.results.frame["verdict"]) == {"delivered"}
        assert "MLB-20260007" in form.orders_view.value
        form.sandbox.stop()

    asyncio.run(work())


def test_why_there_is_no_request_is_told_as_a_message() -> None:
    """An event that fails the checks has no cURL command, but words in which code is code."""
    form = SendForm(picker=EventPicker(samples.damaged_events()))
    assert "`" in form.curl
    assert "No request: " in form.curl_view.value
    assert "`" not in form.curl_view.value


def test_the_handover_of_proposed_settings_says_still_open() -> None:
    """A message that no proposal names is still open, as the command and the app have it."""
    text = samples.SETTINGS.read_text(encoding="utf-8")
    other = EventPicker({"other": {"event_name": "newsletter"}})
    for beginning, said in ((PROPOSED, "1 still open"), ("", "1 not for TikTok")):
        Path("settings.toml").write_text(f"{beginning}{text}", encoding="utf-8")
        form = SendForm(picker=other)
        form.handover_button.click()
        saved = re.search(r'base64,([^"]+)"', form.handover_view.value)
        assert saved is not None
        assert said in base64.b64decode(saved[1]).decode()


def test_live_is_locked() -> None:
    """The live target needs the confirmation, and says what is missing."""
    form = SendForm()
    form.target.value = "Live endpoint"
    assert form.send_button.disabled
    form.confirm.value = True
    form.send_button.click()
    assert "endpoint_url is not set" in form.message.value
    assert form.task is None


def test_a_dry_run_may_get_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tick of a dry run asks for what a token needs, says where it goes, and gets one."""
    for name in ("CLIENT_KEY", "CLIENT_SECRET", "ACCESS_TOKEN"):
        monkeypatch.delenv(f"ORDERKIT_{name}", raising=False)
    with Sandbox(clients={"key-of-form": "secret-of-form"}) as sandbox:
        settings = load_settings(samples.SETTINGS).model_dump(exclude_unset=True)
        urls = {"endpoint_url": sandbox.order_url, "token_url": sandbox.token_url}
        settings["connection"] |= urls
        form = SendForm(Settings.model_validate(settings))
        assert all(url in form.confirm.description for url in urls.values())
        form.to.authenticate.value = True
        assert sandbox.token_url in form.to.authenticate.description
        form.send_button.click()
        assert "ORDERKIT_CLIENT_KEY" in form.message.value
        form.to.key.value, form.to.secret.value = "key-of-form", "secret-of-form"
        form.send_button.click()
        assert form.task is not None
        form.task.result()
        assert f"A token came from {sandbox.token_url}" in html.unescape(form.message.value)
        assert [sent.verdict for sent in form.sent] == ["dry-run"]
        assert sandbox.received == []


def test_an_outdated_update_can_be_sent_from_the_form() -> None:
    """A newer update that was delivered holds an older one back, unless the tick says otherwise."""
    created = samples.sample_events()["created"]
    newer = {**created, "context": {**created["context"], "event_timestamp": 1893456000000}}
    form = SendForm(load_settings(samples.SETTINGS), EventPicker({"newer": newer, "old": created}))
    form.target.value, verdicts = "Embedded sandbox", []
    for chosen, also in (("newer", False), ("old", False), ("old", True)):
        form.picker.choose.value, form.to.also_outdated.value = chosen, also
        form.send_button.click()
        assert form.task is not None
        form.task.result()
        verdicts += [sent.verdict for sent in form.sent]
    form.sandbox.stop()
    assert verdicts == ["delivered", "outdated", "delivered"]


def test_repeated_orders_are_said_before_sending(tmp_path: Path) -> None:
    """One form shows them above its button; the other, which reads the file, asks for a second
    press."""
    created = samples.sample_events()["created"]
    other = {**created, "context": {**created["context"], "page": {"url": "https://b.example"}}}
    form = SendForm(load_settings(samples.SETTINGS), EventPicker({"a": created, "b": created}))
    assert form.repeated_view.value == ""
    form.picker.show({"a": created, "b": other})
    assert "(events 0 and 1)" in form.repeated_view.value
    backfill = BackfillForm(load_settings(samples.SETTINGS))
    file = tmp_path / "events.ndjson"
    file.write_bytes(dumps(created) + b"\n" + dumps(other))
    backfill.events.value = str(file)
    counts = []
    for _press in range(2):
        backfill.start_button.click()
        assert backfill.task is not None
        backfill.task.result()
        counts.append(dict(backfill.counts))
        said = "(lines 1 and 2)" in backfill.message.value
        assert said is (not counts[-1])
    backfill.sandbox.stop()
    assert counts == [{}, {"delivered": 2}]


def test_a_backfill_never_sends_an_older_update_after_a_newer_one(tmp_path: Path) -> None:
    """A reversed file holds the older update back, and so does the same file once more."""
    created = samples.sample_events()["created"]
    newer = {**created, "context": {**created["context"], "event_timestamp": 1893456000000}}
    form = BackfillForm(load_settings(samples.SETTINGS))
    file = tmp_path / "events.ndjson"
    file.write_bytes(dumps(newer) + b"\n" + dumps(created))
    form.events.value, counts = str(file), []
    for _press in range(2):
        form.start_button.click()
        assert form.task is not None
        form.task.result()
        counts.append(dict(form.counts))
    form.sandbox.stop()
    assert len(form.sandbox.received) == 1
    assert counts == [{"delivered": 1, "outdated": 1}, {"skipped": 1, "outdated": 1}]


def test_a_typed_secret_leaves_the_widget() -> None:
    """The widget's state never holds what was typed."""
    made = SecretInput("Client secret")
    made.value = "canary-4711"
    assert made.secret() == "canary-4711"
    assert made.value == ""
    assert "canary" not in str(made.get_state())


def test_a_failing_handler_becomes_a_message() -> None:
    """An exception in a callback is told, never swallowed."""
    form = RequiredForm()
    guarded(form, lambda: 1 // 0)()
    assert "ZeroDivisionError" in form.message.value


def test_a_file_of_any_size_can_be_chosen() -> None:
    """It arrives in slices, all of it; the first thousand events are shown, and that is told."""
    picker = EventPicker()
    asked: list[dict[str, Any]] = []
    picker.upload.send = asked.append
    data = samples.bookings(1_500)
    for start in range(0, len(data), 100_000):
        content = {"name": "Export 7.NDJSON", "size": len(data), "start": start}
        picker.upload.take_slice(content, [memoryview(data[start : start + 100_000])])
    assert asked[0] == {"next": 100_000}
    assert asked[-1] == {"end": True}
    assert Path("events.ndjson").read_bytes() == data
    assert len(picker.events) == 1_000
    assert "notebook 05" in picker.message.value
    assert len(EventPicker().events) == 1_000


def test_a_backfill_of_any_file_ends_with_a_full_bar(tmp_path: Path) -> None:
    """A JSON array, whose events are not counted before, ends as "7 of 7" all the same."""
    file = tmp_path / "events.json"
    file.write_bytes(dumps([*samples.sample_events().values()]))

    async def work() -> None:
        form = BackfillForm()
        form.events.value = str(file)
        form.start_button.click()
        assert form.task is not None
        await form.task
        form.sandbox.stop()
        assert (form.progress.value, form.progress.max) == (7, 7)
        assert "7 of 7" in form.status.value

    asyncio.run(work())


def test_a_backfill_never_writes_over_its_events(tmp_path: Path) -> None:
    """A report in the place of the events, or of the settings, is refused, and nothing is lost."""
    form = BackfillForm()
    events = tmp_path / "events.ndjson"
    events.write_bytes(samples.bookings(3))
    form.events.value = form.report.value = str(events)
    form.start_button.click()
    assert "name two files" in form.message.value
    assert events.read_bytes() == samples.bookings(3)
    assert form.task is None


def test_the_delivery_view_shows_the_wire_of_what_is_found() -> None:
    """Request and answer are those of the first delivery found, and of none if none is."""

    async def work() -> None:
        form = SendForm()
        form.target.value, form.which.value = "Embedded sandbox", "all loaded events"
        form.send_button.click()
        assert form.task is not None
        await form.task
        await asyncio.sleep(0)
        form.sandbox.stop()
        view = form.deliveries
        for order in ("MLB-20260003", "MLB-20260001"):
            view.order.value = order
            assert f"&quot;order_id&quot;:&quot;{order}&quot;" in view.entry_view.value
        view.order.value = "nowhere"
        assert (view.entries, view.entry_view.value, view.curl) == ([], "", "")

    asyncio.run(work())


def renamed(path: Path, name: str) -> str:
    """A file of seven events whose names are all that one."""
    events = [{**event, "event_name": name} for event in samples.sample_events().values()]
    path.write_bytes(b"\n".join(map(dumps, events)))
    return str(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bookingCreated", "7 events are called &quot;bookingCreated&quot;"),
        ("booking_created ", "with a blank at its end"),
        ("page_view", "the event mapping has &quot;booking_created&quot;"),
    ],
)
def test_nothing_sent_is_not_good(tmp_path: Path, name: str, said: str) -> None:
    """Where every event was filtered, both forms say so in amber, with what was meant."""
    backfill, send = BackfillForm(), SendForm()
    backfill.events.value = renamed(tmp_path / "events.ndjson", name)
    backfill.start_button.click()
    send.picker.show({str(at): {"event_name": name, "id": str(at)} for at in range(7)})
    send.which.value, send.target.value = "all loaded events", "Embedded sandbox"
    send.send_button.click()
    for form in (backfill, send):
        assert form.task is not None
        form.task.result()
        assert "ok-warn" in form.message.value
        assert "Nothing was sent: all 7 events were filtered" in form.message.value
        assert said in form.message.value
        form.sandbox.stop()


def test_a_slip_among_sent_events_is_amber_too(tmp_path: Path) -> None:
    """Orders are where they should be, and yet a name that is almost mapped is not passed over."""
    form = BackfillForm()
    path = tmp_path / "events.ndjson"
    slips = renamed(path, "booking_canceled")
    with path.open("ab") as file:
        file.write(b"\n" + samples.bookings(2))
    form.events.value = slips
    form.start_button.click()
    assert form.task is not None
    form.task.result()
    assert "Every order is where it should be" in form.message.value
    assert "did you mean &quot;booking_cancelled&quot;" in form.message.value
    assert "ok-warn" in form.message.value
    form.sandbox.stop()


def test_what_fails_is_shown_and_the_buttons_work_again(tmp_path: Path) -> None:
    """A report that cannot be written ends the run with its message, and Start can be pressed."""
    form = BackfillForm()
    form.events.value = renamed(tmp_path / "events.ndjson", "booking_created")
    form.report.value = str(tmp_path / "no such folder" / "report.ndjson")
    form.start_button.click()
    assert form.task is not None
    with pytest.raises(EventsError):
        form.task.result()
    assert "no such folder" in form.message.value
    assert (form.start_button.disabled, form.stop_button.disabled) == (False, True)
    form.report.value = ""
    form.start_button.click()
    form.task.result()
    assert form.counts["delivered"] == 7
    form.sandbox.stop()
