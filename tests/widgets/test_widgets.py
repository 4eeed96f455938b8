"""The forms, worked as a person works them: typing into inputs, pressing buttons."""

import asyncio
import html
from pathlib import Path
from typing import Any

import pytest

from orderkit import Settings, load_settings
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


def test_settings_are_saved_and_loaded_as_typed() -> None:
    """What is typed is in the file, and a form that loads it shows the same."""
    form = SettingsForm()
    form.inputs["order_country"].value = "PT"
    form.pairs.add(order_status="CONFIRM_ORDER", event_name="booking_confirmed")
    form.path.value = "mine.toml"
    form.save_button.click()
    settings = load_settings("mine.toml")
    assert settings.settings.order_country == "PT"
    assert settings.statuses()["booking_confirmed"] == "CONFIRM_ORDER"
    assert SettingsForm("mine.toml").settings == settings == form.settings


def test_a_half_typed_reference_is_told_and_nothing_else_is_lost() -> None:
    """One wrong field is told beside it and stays as typed; the others keep their live value."""
    form = SettingsForm()
    form.inputs["payment_value"].value = "{{booking.to_pay"
    assert "write a property as {{path}}" in form.beside["payment_value"].value
    assert "450" in form.beside["total_value"].value
    assert form.settings.settings.payment_value is None
    assert form.inputs["payment_value"].value == "{{booking.to_pay"


def test_wrong_settings_are_not_saved() -> None:
    """Saving with a fault in the form writes nothing, and says what is wrong."""
    form = SettingsForm()
    form.inputs["timezone"].value = "Europe/Pariss"
    form.path.value = "mine.toml"
    form.save_button.click()
    assert not Path("mine.toml").exists()
    assert "Europe/Paris" in form.message.value


def test_a_setting_in_function_mode_is_evaluated_as_it_is_typed() -> None:
    """The mode switches a field to a formula, its steps are told, and it is saved as one."""
    form = SettingsForm()
    form.modes["third_shop_name"].value = "function"
    form.inputs["third_shop_name"].value = "UPPER(hotel.name)"
    assert "MAISON LUNE LYON" in form.beside["third_shop_name"].value
    form.inputs["third_shop_name"].value = "UPER(hotel.name)"
    assert "did you mean" in form.beside["third_shop_name"].value
    form.inputs["third_shop_name"].value = "LOWER(hotel.name)"
    form.path.value = "mine.toml"
    form.save_button.click()
    again = SettingsForm("mine.toml")
    assert again.modes["third_shop_name"].value == "function"
    assert again.settings == form.settings


def test_fields_offer_the_properties_of_the_loaded_events() -> None:
    """Each property is offered as it is written in the field's mode, with an example value."""
    form = SettingsForm()
    assert "{{booking.nights}}" in form.inputs["length_of_stay"].options
    form.modes["length_of_stay"].value = "function"
    assert "booking.nights" in form.inputs["length_of_stay"].options
    assert "Maison Lune Lyon" in form.properties_view.value


def test_proposals_are_applied_by_a_click_alone() -> None:
    """An empty field gets a proposal with its reason, and its value only when it is used."""
    form = SettingsForm()
    form.inputs["check_in_date"].value = ""
    form.propose_button.click()
    assert form.inputs["check_in_date"].value == ""
    (line,) = form.proposals.children
    line.children[0].click()
    assert form.inputs["check_in_date"].value == "{{booking.check_in}}"


def test_a_mandatory_row_that_is_not_mapped_gets_a_proposal() -> None:
    """Used, the proposal points the row at another property."""
    form = SettingsForm()
    events = samples.sample_events().values()
    renamed = [{**e, "booking_reference": e["id"]} for e in events]
    form.picker.show(
        {str(n): {k: v for k, v in e.items() if k != "id"} for n, e in enumerate(renamed)}
    )
    form.propose_button.click()
    form.proposals.children[0].children[0].click()
    assert form.settings.smart_mapping == {"order_info.order_id": "booking_reference"}


def test_a_filtered_event_is_told_in_the_required_fields() -> None:
    """The filter is visible where an event is held against the order statuses."""
    settings = load_settings(samples.SETTINGS)
    data = settings.model_dump(exclude_none=True) | {"filter": {"consent": "4711"}}
    form = RequiredForm(Settings.model_validate(data))
    assert "no consent to category" in form._event.value


def test_preview_and_required_fields_follow_what_is_typed() -> None:
    """Unfolded, both follow each letter; rows that differ from the saved settings are marked."""
    form = SettingsForm()
    form.inputs["payment_value"].value = "{{booking.totl}}"
    assert form.outcome.preview.children[1].children[0].value == ""
    form.outcome.preview.head.value = form.outcome.required.head.value = True
    preview, required = (
        part.children[1].children[0] for part in (form.outcome.preview, form.outcome.required)
    )
    assert "totl" in required.value
    form.inputs["payment_value"].value = "12"
    assert "totl" not in required.value
    (marked,) = [row for row in preview.value.split("<tr") if 'class="ok-changed"' in row]
    assert "payment_value" in marked
    form.path.value = "mine.toml"
    form.save_button.click()
    assert "ok-changed" not in preview.value


def test_filter_and_transformation_are_typed_saved_and_shown() -> None:
    """A filtered event says why in the form, and both parts come back from the file."""
    form = SettingsForm()
    form.conditions.add(property="currency", operator="is", value="USD")
    assert "the filter" in form.message.value
    form.transformation.add(property="booking.ref", new_name="booking.reference")
    form.path.value = "mine.toml"
    form.save_button.click()
    settings = load_settings("mine.toml")
    assert settings.filter.condition[0].value == "USD"
    assert settings.transformation[0].new_name == "booking.reference"
    assert SettingsForm("mine.toml").settings == settings


def test_what_the_form_has_no_input_for_stays_in_the_file() -> None:
    """Steps and conditions that a file says more of than the form shows are kept with their row."""
    data = load_settings(samples.SETTINGS).model_dump(exclude_none=True)
    line = {"property": "items.coupon", "operator": "is", "values": ["A", "B"]}
    data["transformation"] = [
        {"property": "sum", "copy_from": "total", "event_names": ["sale"], "condition": [line]},
        {"property": "n", "value": {"formula": "SIZE(rooms)"}},
        {"property": "gone", "new_name": ""},
    ]
    data["filter"] = {"condition": [line]}
    settings = Settings.model_validate(data)
    save_settings(settings, "mine.toml")
    assert load_settings("mine.toml") == settings
    form = SettingsForm("mine.toml")
    assert form.settings == settings
    form.transformation.add(property="a", new_name="b")
    form.save_button.click()
    saved = load_settings("mine.toml")
    assert saved.transformation[:3] == settings.transformation
    assert saved.filter == settings.filter


def test_a_change_is_reviewed_before_it_is_kept() -> None:
    """The review names each event and value that a new reference changes."""
    form = MappingForm()
    form.target.value = "order_info.order_id"
    form.reference.value = "context.event_id"
    form.point.click()
    form.review_button.click()
    assert len(form.changes.frame) == 7
    assert "evt-0001" in form.review_view.value


def test_the_profile_is_shown_and_written() -> None:
    """All loaded events are profiled, and the page is a file of its own."""
    form = RequiredForm()
    form.profile_button.click()
    assert "ok-bar" in form.profile_view.value
    form.write_button.click()
    assert "<table" in Path("profile.html").read_text(encoding="utf-8")


def test_an_event_mapping_row_can_be_removed() -> None:
    """Remove takes the row out of the settings."""
    form = SettingsForm()
    first = form.pairs.lines.children[0]
    first.children[-1].click()
    assert "booking_created" not in form.settings.statuses()


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


def test_saving_over_another_s_change_is_asked_about(tmp_path: Path) -> None:
    """What another wrote into the file since a form read it is named before it is written over."""
    file = tmp_path / "client.toml"
    save_settings(load_settings(samples.SETTINGS), file)
    form, mapping = SettingsForm(file), MappingForm(load_settings(file))
    form.path.value = mapping.path.value = str(file)
    mapping._files.note(file)
    form.inputs["order_country"].value = "PT"
    others = load_settings(file).model_copy(update={"timezone": "Asia/Tokyo"})
    others = others.model_copy(update={"smart_mapping": {"order_info.order_url": "page"}})
    save_settings(others, file)
    form.save_button.click()
    mapping.save_button.click()
    assert "timezone, smart_mapping.order_info.order_url" in form.message.value
    assert "smart_mapping.order_info.order_url" in mapping.message.value
    assert "timezone" not in mapping.message.value
    assert load_settings(file) == others
    form.save_button.click()
    assert "Saved to" in form.message.value
    assert load_settings(file).settings.order_country == "PT"
    form.inputs["order_country"].value = "ES"
    form.save_button.click()
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


def test_what_was_typed_comes_back_with_undo() -> None:
    """Undo takes back one field's typing at a time, and a whole loaded file."""
    form = SettingsForm()
    before = form.inputs["order_country"].value
    for text in ("G", "GB"):
        form.inputs["order_country"].value = text
    form.inputs["timezone"].value = "Europe/London"
    form.undo_button.click()
    assert form.inputs["timezone"].value == "Europe/Paris"
    assert form.inputs["order_country"].value == "GB"
    form.undo_button.click()
    assert form.inputs["order_country"].value == before
    assert form.undo_button.disabled
    form.inputs["order_country"].value = "IT"
    form.pairs.add(order_status="CREATE_ORDER", event_name="booked_by_phone")
    form.load_button.click()
    assert form.inputs["order_country"].value == before
    form.undo_button.click()
    assert form.inputs["order_country"].value == "IT"
    assert {"order_status": "CREATE_ORDER", "event_name": "booked_by_phone"} in form.pairs.values


def test_what_is_not_saved_is_marked(tmp_path: Path) -> None:
    """A changed field is marked and named until it is saved or changed back."""
    form = SettingsForm()
    assert form.unsaved_view.value == ""
    form.inputs["order_country"].value = "GB"
    assert "Not saved: Order Country" in form.unsaved_view.value
    assert "ok-unsaved" in form.inputs["order_country"]._dom_classes
    form.path.value = str(tmp_path / "settings.toml")
    form.save_button.click()
    assert form.unsaved_view.value == ""
    assert "ok-unsaved" not in form.inputs["order_country"]._dom_classes


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
