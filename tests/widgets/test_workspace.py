"""One workspace: all notebooks of a folder work on its settings and its events."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from orderkit import load_settings
from orderkit.events import samples
from orderkit.events.folder import events_name
from orderkit.mapping.mapper import Mapper
from orderkit.widgets import (
    BackfillForm,
    EventPicker,
    LiveForm,
    MappingForm,
    RequiredForm,
    SendForm,
    SettingsForm,
)

CLIENT = Path(__file__).parent / "booking_system"
ONE = '{"event_name": "booking_created", "id": "N-1"}'
TABLE = b"event_name;id;booking.total\nbooking_created;T-1;120.5\n".replace(b";", b",")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("ORDERKIT_SETTINGS", "ORDERKIT_EVENTS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


def paste(picker: EventPicker, text: str) -> None:
    """Paste events and use them."""
    picker.pasted.value = text
    picker.use.click()


def upload(picker: EventPicker, name: str, data: bytes) -> None:
    """Choose a file, which arrives in two slices."""
    half = len(data) // 2 or len(data)
    for start in range(0, len(data), half):
        content = {"name": name, "size": len(data), "start": start}
        picker.upload._handle_custom_msg(content, [memoryview(data[start : start + half])])


def elsewhere(work: Callable[[], None]) -> None:
    """Do it in a thread of its own, as JupyterLab runs callbacks."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@pytest.mark.parametrize("run", [lambda work: work(), elsewhere], ids=["here", "another thread"])
def test_pasted_events_are_those_of_every_notebook(
    run: Callable[[Callable[[], None]], None],
) -> None:
    """Pasted in one form, they are in the next one, in each of the others and in a backfill."""
    form = SettingsForm()
    run(lambda: paste(form.picker, ONE))
    assert form.picker.event["id"] == "N-1"
    for other in (SettingsForm(), MappingForm(), RequiredForm(), SendForm()):
        assert [event["id"] for event in other.picker.events.values()] == ["N-1"]
    assert Path(BackfillForm().events.value).read_text(encoding="utf-8") == ONE


def test_a_table_is_uploaded_and_keeps_its_format() -> None:
    """An uploaded table is the folder's events, under the ending that says how it is read."""
    picker = EventPicker()
    upload(picker, "Export Juli.CSV", TABLE)
    assert Path("events.csv").read_bytes() == TABLE
    assert picker.event["booking"] == {"total": "120.5"}
    assert EventPicker().events == picker.events


def test_nothing_is_lost_and_one_can_go_back() -> None:
    """What others took the place of is kept beside it, is named, and is the folder's again."""
    Path("events.ndjson").write_bytes(samples.EVENTS.read_bytes())
    picker = EventPicker()
    paste(picker, ONE)
    assert "events-earlier-1.ndjson" in picker.message.value
    assert Path("events-earlier-1.ndjson").read_bytes() == samples.EVENTS.read_bytes()
    upload(picker, "x.csv", TABLE)
    assert list(picker.earlier.options) == ["events-earlier-2.ndjson", "events-earlier-1.ndjson"]
    picker = EventPicker()
    picker.earlier.value = "events-earlier-1.ndjson"
    picker.go_back.click()
    assert Path("events.ndjson").read_bytes() == samples.EVENTS.read_bytes()
    assert len(EventPicker().events) == 7
    assert set(picker.earlier.options) == {"events-earlier-2.ndjson", "events-earlier-3.csv"}


def test_all_files_that_could_be_the_events_are_kept() -> None:
    """Where a folder had two, the one that is not used is told, and neither is written over."""
    Path("events.ndjson").write_bytes(samples.EVENTS.read_bytes())
    Path("events.csv").write_bytes(TABLE)
    picker = EventPicker()
    assert "events.csv is there too" in picker.message.value
    upload(picker, "y.csv", TABLE + TABLE.splitlines()[1] + b"\n")
    kept = {path.read_bytes() for path in Path().glob("events-earlier-*")}
    assert kept == {samples.EVENTS.read_bytes(), TABLE}


@pytest.mark.parametrize("text", ["", "[]", "nothing of the kind", '{"a": '])
def test_what_has_no_event_changes_nothing(text: str) -> None:
    """It is told, the folder and the form stay as they were, and nothing is left lying about."""
    Path("events.ndjson").write_bytes(samples.EVENTS.read_bytes())
    picker = EventPicker()
    for bring in (paste, lambda p, t: upload(p, "x.json", t.encode() or b" ")):
        bring(picker, text)
        assert "ok-bad" in picker.message.value
        assert len(picker.events) == 7
    assert [path.name for path in Path().iterdir()] == ["events.ndjson"]


def test_samples_are_looked_at_without_touching_the_folders_events() -> None:
    """They are shown in this form alone, and reading again brings the folder's back."""
    Path("events.json").write_text(ONE, encoding="utf-8")
    form = SendForm()
    button = next(
        child
        for row in form.picker.loading.children[1].children
        for child in getattr(row, "children", ())
        if getattr(child, "description", "") == "Damaged samples"
    )
    button.click()
    assert len(form.picker.events) == 12
    assert "this notebook only" in form.picker.message.value
    assert len(EventPicker().events) == 1
    form.picker.again.click()
    assert len(form.picker.events) == 1


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its events are read; what is pasted is looked at here only, which is told."""
    Path("events.json").write_text(ONE, encoding="utf-8")
    named = tmp_path / "named.ndjson"
    named.write_bytes(samples.bookings(3))
    monkeypatch.setenv("ORDERKIT_EVENTS", str(named))
    picker = EventPicker()
    assert len(picker.events) == 3
    paste(picker, ONE.replace("N-1", "N-2"))
    assert picker.event["id"] == "N-2"
    assert "ORDERKIT_EVENTS" in picker.message.value
    assert named.read_bytes() == samples.bookings(3)
    assert Path("events.json").read_text(encoding="utf-8") == ONE


def test_the_picker_shows_event_name_id_and_order_status() -> None:
    """The id is the one that TikTok gets, and both follow what the settings say."""
    Path("events.json").write_bytes((CLIENT / "reservations.json").read_bytes())
    settings = load_settings(CLIENT / "settings.toml")
    form = MappingForm(settings)
    first = form.picker.choose.options[0][0]
    assert first == "CX70431 · ReservationMade · CREATE_ORDER · event 0"
    form.picker.pick(list(form.picker.events)[3])
    pair = settings.event_mapping[0].model_copy(update={"order_status": "BOOK_ORDER"})
    form.picker.label_by(Mapper(settings.model_copy(update={"event_mapping": (pair,)})))
    assert form.picker.choose.options[0][0].endswith("· BOOK_ORDER · event 0")
    assert form.picker.event["Voucher"] == "CX70542"


def test_the_list_that_holds_the_events_is_named_in_the_picker() -> None:
    """An export read as one event says so; with its list named, its records are the events."""
    stays = [{"cislo": 7, "mena": "CZK"}, {"cislo": 8, "mena": "CZK"}]
    Path("events.json").write_text(json.dumps({"export": {"od": 1, "stays": stays}}), "utf-8")
    picker = EventPicker()
    assert "--at export.stays" in picker.message.value
    assert "Events are at" in picker.message.value
    for wrong, said in (
        ("", "name the list"),
        ("export.x", "--at export.stays"),
        ("a..b", "single dots"),
    ):
        picker.at.value = wrong
        picker.use_at.click()
        assert said in picker.message.value
        assert len(picker.events) == 1
    picker.at.value = "export.stays"
    picker.use_at.click()
    assert list(EventPicker().events.values()) == stays
    assert picker.earlier.options == ("events-earlier-1.json",)


@pytest.mark.parametrize("kind", [SendForm, BackfillForm])
def test_what_another_notebook_saved_is_asked_about_before_sending(
    kind: type[SendForm] | type[BackfillForm],
) -> None:
    """Settings that are not those on the screen any more hold the first press back, and say so."""
    Path("settings.toml").write_text(samples.SETTINGS.read_text(encoding="utf-8"), encoding="utf-8")
    form = kind()
    form.target.value = "Embedded sandbox"
    text = samples.SETTINGS.read_text(encoding="utf-8")
    Path("settings.toml").write_text(text.replace("maison-lune", "another"), encoding="utf-8")
    button = form.send_button if isinstance(form, SendForm) else form.start_button
    button.click()
    assert form.task is None
    assert "settings.third_merchant_id" in form.message.value
    assert "Run the form" in form.message.value
    button.click()
    assert form.task is not None
    form.task.result()
    form.sandbox.stop()


def test_settings_are_saved_in_the_folder_and_never_in_the_samples() -> None:
    """A form that began with the samples saves them beside itself; the next form reads that."""
    before = samples.SETTINGS.read_bytes()
    form = MappingForm()
    form.target.value = "order_info.order_id"
    form.reference.value = "context.event_id"
    form.point.click()
    form.save_button.click()
    assert samples.SETTINGS.read_bytes() == before
    assert load_settings("settings.toml").smart_mapping == {
        "order_info.order_id": "context.event_id"
    }
    assert SettingsForm().settings == load_settings("settings.toml")


@pytest.mark.parametrize(
    "text", ["[settings", 'timezone = "Mars"\n[settings]\nthird_shop_id = "7"\n']
)
def test_settings_that_cannot_be_read_are_told_by_every_form(text: str) -> None:
    """No form fails over them; each says what is wrong, and shows what can be used."""
    Path("settings.toml").write_text(text, encoding="utf-8")
    for form in (SettingsForm(), MappingForm(), RequiredForm(), SendForm(), BackfillForm()):
        assert "settings.toml" in form.message.value
    assert SettingsForm().row("third_shop_id")["text"] == ("7" if "7" in text else "")
    form = SettingsForm()
    form.file.load_button.click()
    assert "settings.toml" in form.message.value
    assert Path("settings.toml").read_text(encoding="utf-8") == text


def test_proposals_are_marked_until_they_are_changed() -> None:
    """A value that nobody confirmed says so beside its field; a changed one loses its mark."""
    Path("settings.toml").write_text(
        '[settings]\nlength_of_stay = "{{booking.nights}}"  # proposal: like `nights`\n'
        '[[event_mapping]]\norder_status = "CREATE_ORDER"\n'
        'event_name = "booking_created"  # proposal: made up\n',
        encoding="utf-8",
    )
    form = SettingsForm()
    assert form.row("length_of_stay")["unconfirmed"] == "like `nights`"
    said = form.row("order_status")["unconfirmed"]
    assert said.startswith("booking_created is CREATE_ORDER (CREATE_ORDER is an assumption")
    form.write("length_of_stay", "3")
    assert "unconfirmed" not in form.row("length_of_stay")
    form.save()
    text = Path("settings.toml").read_text(encoding="utf-8")
    assert "like `nights`" not in text
    assert "# proposal: made up" in text


@pytest.mark.parametrize("kind", [SettingsForm, MappingForm, RequiredForm, SendForm, BackfillForm])
def test_beside_each_form_stands_its_state_as_html(
    kind: type[SettingsForm], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the same at every run, needs no widget, and hides where the form is drawn."""
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("orderkit.widgets.parts.publish", shown.append)
    kind()._ipython_display_()
    kind()._ipython_display_()
    assert "application/vnd.jupyter.widget-view+json" in shown[0]
    assert shown[1] == shown[3]
    assert "<table" in shown[1]["text/html"]
    assert ":has(.ok-root) .ok-state{display:none}" in shown[1]["text/html"]


def test_endings_say_how_a_file_is_read() -> None:
    """The ending of what was uploaded stays, whatever else its name says."""
    names = {
        "a/b.CSV": "events.csv",
        "x.2026.ndjson.gz": "events.ndjson.gz",
        "x": "events.txt",
        "../../x.exe": "events.txt",
        "x.parquet": "events.parquet",
        "x.gz": "events.txt.gz",
    }
    assert {name: events_name(name) for name in names} == names


def test_a_live_event_is_opened_in_the_mapper() -> None:
    """What arrived is kept, and the next notebook opens on the one that was asked for."""
    form = LiveForm()
    created, damaged = (*samples.sample_events().values(),)[:2]
    form.events = [created, damaged, {**created, "id": "L-3"}]
    form.live._handle_custom_msg({"open": 3}, [])
    assert "Notebook 01 opens on this event" in form.message.value
    assert "3 events kept" in form.message.value
    assert SettingsForm().session.event["id"] == "L-3"
    assert MappingForm().picker.event["id"] == "L-3"
    assert form.keep_button.disabled
    form.live._handle_custom_msg({"open": 2}, [])
    assert "kept" not in form.message.value
    assert EventPicker().event == damaged
    paste(EventPicker(), ONE)
    assert EventPicker().event["id"] == "N-1"
    form.live._handle_custom_msg({"open": 1}, [])
    assert "not among the first" in form.message.value
