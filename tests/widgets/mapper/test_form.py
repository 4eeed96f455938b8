"""The settings form, worked as a person works it: by the messages that a browser sends."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from orderkit import Settings, load_settings
from orderkit.destination.loading import PROPOSED
from orderkit.destination.saving import save_settings
from orderkit.events import samples
from orderkit.widgets import EventPicker, SettingsForm
from orderkit.widgets.mapper.screen import listed_events
from orderkit.widgets.mapper.view import INTENTS, MapperView
from orderkit.widgets.parts import guarded
from tests.mapping.test_guesses import bookings


class Browser:
    """What a page knows of the form: what it was sent, put together."""

    def __init__(self, form: SettingsForm) -> None:
        self.form, self.sent = form, list[dict[str, Any]]()
        self.screen: dict[str, Any] = {"rows": {}}
        form.view.send = self._receive
        self.does("draw")

    def _receive(self, content: dict[str, Any], _buffers: Any = None) -> None:
        self.sent.append(content)
        patch = dict(content.get("patch", {}))
        self.screen["rows"] |= patch.pop("rows", {})
        self.screen |= patch

    def does(self, action: str, **more: Any) -> dict[str, Any]:
        """Send a message as the page does; gives what the last patch held."""
        guarded(self.form, self.form.take)({"do": action, "number": 1, **more})
        patches = [content["patch"] for content in self.sent if "patch" in content]
        return patches[-1] if patches else {}

    def answer(self, key: str) -> Any:
        """The last answer of that kind."""
        return next(content[key] for content in reversed(self.sent) if key in content)


def without_names(events: dict[str, Any], *numbers: int) -> dict[str, Any]:
    """Events of which some call the hotel's name otherwise."""
    changed = deepcopy(events)
    for at, event in enumerate(changed.values()):
        if at in numbers:
            event["hotel"]["title"] = event["hotel"].pop("name")
    return changed


def test_the_page_always_shows_what_python_holds() -> None:
    """Patches put together are the whole screen, whatever was done; nothing is sent twice."""
    form = SettingsForm()
    page = Browser(form)
    for action, more in (
        ("choose_row", {"target": "payment_value"}),
        ("type", {"target": "payment_value", "text": "booking.t", "caret": 9}),
        ("leave", {}),
        ("step", {"by": 1}),
        ("fill", {"path": "booking.total"}),
        ("fill", {"path": "booking.total"}),
        ("change_part", {"part": "event_mapping", "value": []}),
        ("accept_all", {}),
        ("narrow", {"outcome": "mapped"}),
        ("take_back", {}),
        ("pick", {"at": 3}),
    ):
        page.does(action, **more)
        assert page.screen == form.screen
    assert page.does("choose_row", target="") != {}
    assert page.does("choose_row", target="") == {}


def test_every_button_of_the_page_does_something() -> None:
    """What is drawn with an act is known to the script, and so is what can be done of a note."""
    script = MapperView._esm
    known = set(re.findall(r"^      (\w+): \(", script, re.MULTILINE))
    drawn = set(re.findall(r"""(?:button\("|data-act=")(\w+)""", script))
    assert drawn - known == set()
    assert {"start_anew", "change_part"} <= known
    assert "button(note.do," in script


def test_every_action_of_the_page_is_known_here_and_there() -> None:
    """The front end sends no action that Python does not take, and Python knows no other."""
    script = str(MapperView._esm)
    for intent in INTENTS:
        assert f'send("{intent}"' in script or intent == "write"
    form = SettingsForm()
    guarded(form, form.take)({"do": "settings"})
    assert "no such action" in form.message.value


def test_settings_are_saved_and_loaded_as_typed() -> None:
    """What is typed is in the file, and a form that loads it shows the same."""
    form = SettingsForm()
    form.write("order_country", "PT")
    pairs = form.session.draft["event_mapping"]
    pair = {"order_status": "CONFIRM_ORDER", "event_name": "booking_confirmed"}
    form.change_part("event_mapping", [*pairs, pair])
    form.path.value = "mine.toml"
    form.save()
    settings = load_settings("mine.toml")
    assert settings.settings.order_country == "PT"
    assert settings.statuses()["booking_confirmed"] == "CONFIRM_ORDER"
    assert SettingsForm("mine.toml").settings == settings == form.settings


def test_a_half_typed_reference_is_told_and_nothing_else_is_lost() -> None:
    """One wrong field is told in its row and stays as typed; the others keep their live value."""
    form = SettingsForm()
    form.type("payment_value", "{{booking.to_pay")
    row = form.row("payment_value")
    assert "write a property as {{path}}" in row["problem"]["text"]
    assert (row["text"], row["state"]) == ("{{booking.to_pay", "invalid")
    assert form.row("total_value")["value"] == "450.0"
    assert form.settings.settings.payment_value is None
    form.leave()
    assert form.row("payment_value")["text"] == "{{booking.to_pay"


def test_wrong_settings_are_not_saved() -> None:
    """Saving with a fault writes nothing, and says what is wrong."""
    form = SettingsForm()
    page = Browser(form)
    page.does("change_part", part="timezone", value="Europe/Pariss")
    assert "Europe/Paris" in form.screen["drawers"]["connection"]["faults"][0]["text"]
    form.path.value = "mine.toml"
    page.does("save")
    assert not Path("mine.toml").exists()
    assert "Europe/Paris" in form.message.value


def test_a_formula_is_evaluated_as_it_is_typed() -> None:
    """Its value stands beside it, a slip in it is told, and it is saved as a formula."""
    form = SettingsForm()
    form.type("third_shop_name", "UPPER(hotel.name)")
    row = form.row("third_shop_name")
    assert (row["kind"], row["value"]) == ("formula", '"MAISON LUNE LYON"')
    form.type("third_shop_name", "UPER(hotel.name)")
    assert "did you mean" in form.row("third_shop_name")["problem"]["text"]
    form.write("third_shop_name", "LOWER(hotel.name)")
    form.path.value = "mine.toml"
    form.save()
    again = SettingsForm("mine.toml")
    assert again.row("third_shop_name")["kind"] == "formula"
    assert again.settings == form.settings


@pytest.mark.parametrize(
    ("typed", "first", "note"),
    [
        ("booking.ni", "booking.nights", "7 of 7"),
        ("COALESCE(bookin", "COALESCE(booking.nights", ""),
        ("COAL", "COALESCE()", "formula"),
        ("two", "two", "text"),
    ],
)
def test_what_may_be_meant_is_offered(typed: str, first: str, note: str) -> None:
    """Paths with how many events have them, functions, and the same text for every order."""
    page = Browser(SettingsForm())
    page.does("choose_row", target="length_of_stay")
    page.does("type", target="length_of_stay", text=typed, caret=len(typed))
    found = page.answer("completions")
    texts = [each["text"] for each in found]
    assert first in texts
    assert note in found[texts.index(first)]["note"]


def test_a_property_that_the_row_does_not_take_says_why() -> None:
    """It is offered after those that fit, with the reason."""
    page = Browser(SettingsForm())
    page.does("type", target="check_in_date", text="booking", caret=7)
    found = {each["text"]: each for each in page.answer("completions")}
    assert not found["booking.check_in"]["bad"]
    assert found["booking.total"]["bad"]
    assert next(iter(found)) != "booking.total"


def test_proposals_are_taken_by_a_click_alone() -> None:
    """An empty row gets a proposal with its reason, and its value only when it is taken."""
    form = SettingsForm()
    form.write("check_in_date", "")
    row = form.row("check_in_date")
    assert row["text"] == ""
    assert row["proposal"]["text"] == "booking.check_in"
    assert row["proposal"]["confidence"] in ("very likely", "likely")
    form.accept("check_in_date")
    assert form.row("check_in_date")["text"] == "booking.check_in"
    assert form.settings.settings.check_in_date == "{{booking.check_in}}"


def test_a_mandatory_row_that_is_not_mapped_gets_a_proposal() -> None:
    """Taken, the proposal points the row at another property."""
    events = {}
    for name, event in samples.sample_events().items():
        kept = {key: value for key, value in event.items() if key != "id"}
        events[name] = {**kept, "booking_reference": event["id"]}
    form = SettingsForm(picker=EventPicker(events))
    assert form.row("order_id")["proposal"]["text"] == "booking_reference"
    form.accept("order_id")
    assert form.settings.smart_mapping == {"order_info.order_id": "booking_reference"}


def test_from_nothing_accept_all_maps_most_of_the_events() -> None:
    """Event mapping and rows are filled in one step, which undo takes back in one."""
    Path("settings.toml").write_text("", encoding="utf-8")
    form = SettingsForm()
    assert form.screen["bar"]["outcomes"]["not for TikTok"] == 7
    assert form.row("order_status")["proposal"]["kind"] == "event mapping"
    offered = form.screen["bar"]["accept"]
    assert offered > 8
    form.accept_all()
    assert form.screen["bar"]["accept"] == 0
    assert form.settings.statuses()["booking_cancelled"] == "CANCEL_ORDER"
    assert form.screen["meter"]["words"] != "18 mandatory, all there"  # the merchant is no property
    form.write("third_merchant_id", "maison-lune")
    form.take_back()
    form.take_back()
    assert form.screen["bar"]["accept"] == offered


def test_a_fix_says_what_it_does_to_all_events_before_it_is_used() -> None:
    """Read that property too: from those that have it to all, and so it comes."""
    events = without_names(samples.sample_events(), 2, 4)
    form = SettingsForm(picker=EventPicker(events))
    page = Browser(form)
    page.does("narrow", outcome="with problems")
    assert page.screen["bar"]["event"]["at"] == 2
    row = page.screen["rows"]["order_info.third_shop_name"]
    assert row["problem"]["more"] == "2 of 7 orders lack it"
    fix = row["fixes"][0]
    assert (fix["words"], fix["code"]) == ("Else", "hotel.title")
    assert (fix["before"], fix["after"], fix["of"], fix["mapped"]) == (5, 7, 7, [5, 7])
    page.does("use_fix", target="third_shop_name", value=fix["value"])
    assert page.screen["bar"]["outcomes"] == {
        "mapped": 7,
        "with problems": 0,
        "not for TikTok": 0,
    }
    assert page.screen["rows"]["order_info.third_shop_name"]["kind"] == "formula"


def test_a_problem_can_be_worded_for_the_site() -> None:
    """It names what is asked for, what was found, and the orders it concerns."""
    form = SettingsForm(picker=EventPicker(without_names(samples.sample_events(), 2, 4)))
    page = Browser(form)
    page.does("narrow", outcome="with problems")
    page.does("ask", target="third_shop_name")
    assert "2 of 7 orders: MLB-20260003, MLB-20260005" in page.answer("copy")


def test_the_way_leads_through_the_events_with_the_same_problem() -> None:
    """Next with this problem goes round; without one here, it goes to the first one."""
    form = SettingsForm(picker=EventPicker(without_names(samples.sample_events(), 2, 4)))
    page = Browser(form)
    met = []
    for _ in range(3):
        page.does("next_problem", by=1)
        met.append(page.screen["bar"]["event"]["at"])
    assert met == [2, 4, 2]
    page.does("next_problem", by=-1)
    assert page.screen["bar"]["event"]["at"] == 4
    assert form.picker.event["id"] == "MLB-20260005"
    page.does("list_events", query="20260003")
    (line,) = page.answer("events")
    assert (line["at"], line["words"], line["status"]) == (2, "1 missing", "Cancelled")


def test_the_order_marks_what_differs_from_the_saved_settings() -> None:
    """Changed, new, missing and gone values have marks, until they are saved."""
    form = SettingsForm()
    form.write("total_value", "12")
    form.write("third_shop_name", "hotel.nmae")
    form.write("order_url", "")
    form.write("promotion_info.description", '"Summer"')
    lines = {line["k"]: line for line in form.screen["order"]["lines"]}
    marks = {key: line["m"] for key, line in lines.items() if line.get("m")}
    assert marks == {
        "total_value": "~",
        "third_shop_name": "!",
        "order_url": "-",
        "description": "+",
    }
    form.write("third_shop_name", "hotel.name")
    form.path.value = "mine.toml"
    form.save()
    assert form.screen["order"]["changed"] == 0


def test_not_yet_is_not_missing() -> None:
    """What a later status asks for counts apart, and the meter says so in words."""
    form = SettingsForm()
    assert form.screen["meter"]["words"] == "18 mandatory, all there"
    assert form.screen["meter"]["more"] == "6 not yet"
    assert form.row("initiator")["state"] == "not yet"
    form.picker.pick("cancelled by guest")
    assert form.screen["meter"]["words"] == "19 mandatory, all there"
    assert form.row("fulfillment_value")["state"] == "not needed"


def test_drawers_are_typed_saved_and_shown() -> None:
    """A filtered event says why; steps of every kind come back from the file as they were."""
    form = SettingsForm()
    lines = [{"property": "currency", "operator": "is", "value": "USD"}]
    form.change_part("filter", {"condition": lines})
    assert "the filter" in form.screen["notes"][0]["text"]
    assert form.screen["drawers"]["filter"]["passed"] == 0
    steps = [
        {"property": "booking.ref", "new_name": "booking.reference"},
        {"property": "sum", "copy_from": "booking.total", "event_names": ["booking_created"]},
        {"property": "size", "value": {"typed": "SIZE(items)"}, "condition": lines},
        {"property": "gone", "delete": True},
    ]
    form.change_part("transformation", steps)
    drawer = form.screen["drawers"]["transformation"]
    assert drawer["texts"] == ["", "", "SIZE(items)", ""]
    assert drawer["counts"][1] == 1 or drawer["counts"][1] > 0
    assert not drawer["faults"]
    form.path.value = "mine.toml"
    form.save()
    settings = load_settings("mine.toml")
    assert settings.filter.condition[0].value == "USD"
    assert settings.transformation[2].value is not None
    assert SettingsForm("mine.toml").settings == settings == form.settings


def test_a_row_just_added_is_no_fault() -> None:
    """Nothing is wrong with what nobody has typed yet; what is half typed is told."""
    form = SettingsForm()
    steps = [{"property": "", "new_name": ""}]
    form.change_part("transformation", steps)
    assert form.screen["drawers"]["transformation"]["faults"] == []
    form.change_part("transformation", [{"property": "a..b", "new_name": "c"}])
    assert form.screen["drawers"]["transformation"]["faults"] != []


def test_an_event_name_is_mapped_and_taken_out() -> None:
    """Names without a status are listed with their number; mapped, they ask for a status."""
    events = samples.sample_events()
    events["newsletter"] = {"event_name": "newsletter_signup", "id": "n"}
    form = SettingsForm(picker=EventPicker(events))
    (other,) = form.screen["drawers"]["event_mapping"]["others"]
    assert other == {"name": "newsletter_signup", "events": 1, "status": "", "reason": ""}
    form.map_event("newsletter_signup")
    *others, pair = form.session.draft["event_mapping"]
    assert pair == {"order_status": "", "event_name": "newsletter_signup"}
    assert "newsletter_signup" in form.message.value
    assert form.screen["drawers"]["event_mapping"]["faults"]
    form.change_part("event_mapping", [*others, {**pair, "order_status": "CANCEL_ORDER"}])
    assert form.settings.statuses()["newsletter_signup"] == "CANCEL_ORDER"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("booking.modified", "CREATE_ORDER"),
        ("Umgebucht", "CREATE_ORDER"),
        ("booking.no_show", "COMPLETE_ORDER"),
        ("Guest No Show", "COMPLETE_ORDER"),
        ("InHouse", "CREATE_ORDER"),
        ("guest.updated", ""),
        ("payment.captured", ""),
    ],
)
def test_what_an_event_may_stand_for_is_said_and_mapped_with_a_click(
    name: str, status: str
) -> None:
    """A change of a booking is one of a live order: a person says so, and is told to agree it."""
    events = samples.sample_events()
    events["other"] = {"event_name": name, "id": "n"}
    form = SettingsForm(picker=EventPicker(events))
    (other,) = form.screen["drawers"]["event_mapping"]["others"]
    assert (other["name"], other["events"], other["status"]) == (name, 1, status)
    form.map_event(name)
    assert form.session.draft["event_mapping"][-1]["order_status"] == status
    assert (f"may stand for {status}" in form.message.value) == bool(status)


def test_a_guest_who_never_came_is_said_with_the_event() -> None:
    """With the event's status the row that asks for it is filled; what a person wrote stays."""
    events = samples.sample_events()
    events["other"] = {"event_name": "booking.no_show", "id": "n"}
    form = SettingsForm(picker=EventPicker(events))
    form.map_event("booking.no_show")
    assert form.row("no_show")["text"] == 'IF(event_name == "booking.no_show", true)'
    assert "also fills the row Did not arrive" in form.message.value
    form.write("no_show", "stay.no_show")
    form.map_event("booking.no_show")
    assert form.row("no_show")["text"] == "stay.no_show"


def test_what_a_mapped_event_lacks_is_said_at_once_and_taken_back_in_one_step() -> None:
    """How many orders come with it, and how many of them lack values; Undo takes all of it back."""
    events = samples.sample_events()
    events |= {f"ghost-{at}": {"event_name": "booking.no_show", "id": f"n{at}"} for at in range(3)}
    form = SettingsForm(picker=EventPicker(events))
    before = form.session.draft
    form.map_event("booking.no_show")
    assert "3 orders more, 3 with problems" in form.message.value
    form.take_back()
    assert form.session.draft == before


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["E.C.P.CuYBd2x1", "E.C.P.CuYBd2x2"], "2 of 2 ids begin with E.C.P."),
        (["Cj0KCQiAx1Cdef0", "Cj0KCQiAx2Cdef1"], "Google"),
        (["IwAR3xkq29sjd8s7d", "IwAR0lqa82jd7s6d5"], "Facebook"),
        (["4711", "opfed89ds90132344n2dkkl12321s321va"], "1 of 2 ids is short, as 4711"),
        (["opfed89ds90132344n2dkkl12321s321va"], ""),
    ],
)
def test_a_click_id_that_is_another_ones_is_told(ids: list[str], said: str) -> None:
    """TikTok asks for the organic click's id; what looks like another goes with a warning."""
    events = {id_: {"event_name": "booking", "click": id_} for id_ in ids}
    form = SettingsForm(picker=EventPicker(events))
    form.map_event("booking")
    form.write("ttoclid", "click")
    warnings = form.row("ttoclid").get("warnings", [])
    assert [said in warning for warning in warnings] == ([True] if said else [])


@pytest.mark.parametrize(
    ("typed", "code"), [("Italy", "IT"), ("Österreich", "AT"), ("pt", "PT"), ("GBR", "GB")]
)
def test_a_country_that_is_named_gets_its_code_with_a_click(typed: str, code: str) -> None:
    """TikTok asks for the code: it is offered while the name is typed, and where it stands."""
    events = {str(at): {"event_name": "booking", "id": f"B-{at}"} for at in range(3)}
    form = SettingsForm(picker=EventPicker(events))
    form.map_event("booking")
    page = Browser(form)
    page.does("type", target="order_country", text=typed, caret=len(typed))
    assert page.answer("completions")[0]["text"] == code
    page.does("leave")
    (fix,) = form.row("order_country")["fixes"]
    form.use_fix("order_country", fix["value"])
    row = form.row("order_country")
    assert (row["text"], row["state"], row.get("warnings")) == (code, "ok", None)


def test_an_empty_row_of_a_country_is_a_problem() -> None:
    """It is gone to as any other row that nothing stands in, whatever else may be read."""
    events = {
        str(at): {"event_name": "booking", "id": f"B-{at}", "guest_land": ["DE", "FR"][at % 2]}
        for at in range(3)
    }
    form = SettingsForm(picker=EventPicker(events))
    form.map_event("booking")
    form.write("order_country", "")
    assert form.row("order_country")["problem"]["text"] == "Nothing stands here yet"


@pytest.mark.parametrize("typed", ["IT", "Bavaria", "XX"])
def test_a_country_that_nobody_knows_gets_no_code(typed: str) -> None:
    """What is a code already, or none, is left as it is."""
    form = SettingsForm(picker=EventPicker({"1": {"event_name": "booking", "id": "B-1"}}))
    form.map_event("booking")
    form.write("order_country", typed)
    assert not form.row("order_country").get("fixes")


def test_an_event_that_is_mapped_by_hand_is_one_step_with_its_status() -> None:
    """Undo leaves no event without a status, which could not be saved."""
    events = samples.sample_events() | {"other": {"event_name": "sts_nos", "id": "n"}}
    form = SettingsForm(picker=EventPicker(events))
    before = form.session.draft["event_mapping"]
    form.map_event("sts_nos")
    *others, pair = form.session.draft["event_mapping"]
    form.change_part("event_mapping", [*others, {**pair, "order_status": "COMPLETE_ORDER"}])
    form.take_back()
    assert form.session.draft["event_mapping"] == before


def test_each_event_that_is_mapped_is_a_step_of_its_own() -> None:
    """Undo takes back the last one, and not those before."""
    events = samples.sample_events()
    names = ("booking.modified", "booking.checked_in", "on_request")
    events |= {name: {"event_name": name, "id": "n"} for name in names}
    form = SettingsForm(picker=EventPicker(events))
    before = [pair["event_name"] for pair in form.session.draft["event_mapping"]]
    for name in names:
        form.map_event(name)
    form.take_back()
    mapped = [pair["event_name"] for pair in form.session.draft["event_mapping"]]
    assert mapped == [*before, *names[:2]]


def test_orders_of_several_rooms_are_counted_in_the_row() -> None:
    """Only the first room is sent: that is said whichever event is looked at."""
    events = {
        str(at): {
            "event_name": "booking",
            "rooms": [{"code": "A"}, {"code": "B"}][: 1 + (at == 2)],
        }
        for at in range(3)
    }
    form = SettingsForm(picker=EventPicker(events))
    form.map_event("booking")
    form.write("third_sku_id", "rooms.X.code")
    (said,) = (w for w in form.row("third_sku_id")["warnings"] if "rooms" in w)
    assert said.startswith("1 of 3 orders has several items in `rooms`")
    form.change_part("event_mapping", form.session.draft["event_mapping"][1:])
    assert "booking_created" not in form.settings.statuses()


def test_everything_in_a_file_is_kept() -> None:
    """Whatever a file says that the screen shows in other words comes back as it was."""
    data = load_settings(samples.SETTINGS).model_dump(exclude_none=True)
    line = {"property": "items.coupon", "operator": "is", "values": ["A", "B"]}
    data["settings"]["length_of_stay"] = 2
    data["transformation"] = [
        {"property": "sum", "copy_from": "total", "event_names": ["sale"], "condition": [line]},
        {"property": "n", "value": {"formula": "SIZE(rooms)"}},
        {"property": "gone", "new_name": ""},
    ]
    data["filter"] = {"condition": [line]}
    data["connection"] = {"throttle_codes": [7, "busy"]}
    data["smart_mapping"] = {"order_info.order_id": "", "order_info.third_shop_id": "hotel.id"}
    save_settings(Settings.model_validate(data), "mine.toml")
    with Path("mine.toml").open("a", encoding="utf-8") as file:
        file.write('\n[client]\nname = "Maison Lune"\n\n[[step]]\nwhat = "Send the key"\n')
    settings = load_settings("mine.toml")
    assert settings.step
    form = SettingsForm("mine.toml")
    assert form.settings == settings
    form.write("length_of_stay", form.row("length_of_stay")["text"])
    form.save()
    assert load_settings("mine.toml") == settings


def test_what_was_typed_comes_back_with_undo() -> None:
    """Undo takes back one field's typing at a time, and a whole loaded file."""
    form = SettingsForm()
    before = form.row("order_country")["text"]
    for text in ("G", "GB"):
        form.type("order_country", text)
    form.change_part("timezone", "Europe/London")
    form.take_back()
    assert form.settings.timezone == "Europe/Paris"
    assert form.row("order_country")["text"] == "GB"
    form.take_back()
    assert form.row("order_country")["text"] == before
    assert not form.screen["bar"]["undo"]
    form.write("order_country", "IT")
    form.file.load_button.click()
    assert form.row("order_country")["text"] == before
    form.take_back()
    assert form.row("order_country")["text"] == "IT"


def test_what_is_not_saved_is_named() -> None:
    """A changed row is marked and named until it is saved or changed back."""
    form = SettingsForm()
    assert form.screen["bar"]["unsaved"] == []
    form.write("order_country", "GB")
    assert form.screen["bar"]["unsaved"] == ["Hotel country"]
    assert form.row("order_country")["unsaved"]
    form.path.value = "mine.toml"
    form.save()
    assert form.screen["bar"]["unsaved"] == []


def test_a_text_that_looks_like_a_path_is_taken_as_text_with_a_click() -> None:
    """It has dots, as paths have: the row says so, and offers what was meant."""
    form = SettingsForm()
    page = Browser(form)
    page.does("write", target="ttoclid", text="test.click.abcdefgh")
    row = form.row("ttoclid")
    assert (row["kind"], row["state"]) == ("path", "missing")
    fix = row["fixes"][-1]
    assert (fix["words"], fix["code"]) == ("As text", '"test.click.abcdefgh"')
    assert fix["after"] == fix["of"]
    page.does("use_fix", target="order_info.ttoclid", value=fix["value"])
    assert form.row("ttoclid")["value"] == '"test.click.abcdefgh"'
    assert form.row("ttoclid")["kind"] == "text"
    page.does("write", target="ttoclid", text="test.click.other")
    page.does("use_fix", target="order_info.ttoclid", value=fix["value"])
    page.does("write", target="ttoclid", text="event_name")
    page.does("take_back")
    assert form.row("ttoclid")["value"] == '"test.click.abcdefgh"'


@pytest.mark.parametrize(
    "text", ["E.C.P.abcdefgh123456", "E.C.P.xyz1234567890", "k.opfed89ds90132344n2dkkl12321s321va"]
)
def test_a_click_id_is_a_text_though_it_has_dots(text: str) -> None:
    """No property is called so; a path that no event has stays one."""
    form = SettingsForm()
    Browser(form).does("write", target="ttoclid", text=text)
    assert (form.row("ttoclid")["kind"], form.row("ttoclid")["state"]) == ("text", "ok")
    form.write("ttoclid", "booking.attributes2024.id")
    assert form.row("ttoclid")["kind"] == "path"


def test_orders_without_a_click_id_are_left_out_with_a_click() -> None:
    """They did not begin at TikTok: a filter leaves them out, beside what is filtered already."""
    events = {
        str(at): {"event_name": "booking", "id": f"B-{at}", "country": "IE", "page": page}
        for at, page in enumerate(["?ttoclid=a1b2", "?x=1", "?ttoclid=c3d4"])
    }
    form = SettingsForm(picker=EventPicker(events))
    form.map_event("booking")
    form.change_part("filter", {"formula": 'country == "IE"'})
    form.write("ttoclid", '= SELECT(page, "ttoclid=(.+)", 1)')
    form.pick(1)
    fix = form.row("ttoclid")["fixes"][-1]
    assert (fix["words"], fix["code"], fix["after"], fix["of"]) == (
        "Leave out the 1 without it:",
        "",
        2,
        2,
    )
    form.use_fix("ttoclid", fix["value"])
    assert form.screen["bar"]["outcomes"]["not for TikTok"] == 1
    assert form.settings.filter.formula == (
        '(country == "IE") && SELECT(page, "ttoclid=(.+)", 1) != null'
    )
    form.take_back()
    assert form.settings.filter.formula == 'country == "IE"'


def test_what_undo_took_back_is_done_again() -> None:
    """Back and forth, until something else is typed."""
    form = SettingsForm()
    page = Browser(form)
    before = form.row("order_country")["text"]
    form.write("order_country", "GB")
    page.does("take_back")
    assert form.row("order_country")["text"] == before
    page.does("do_again")
    assert form.row("order_country")["text"] == "GB"
    page.does("take_back")
    form.write("order_country", "IT")
    page.does("do_again")
    assert "Nothing was taken back" in form.message.value
    assert form.row("order_country")["text"] == "IT"


def test_a_proposed_value_of_the_file_is_confirmed() -> None:
    """One row or all; the file loses what marked them once it is saved, and Undo takes it back."""
    Path("settings.toml").write_text(
        f"{PROPOSED}# The client's own.\n"
        '[settings]\nlength_of_stay = "{{booking.nights}}"  # proposal: like `nights`\n'
        'amount_of_room = "{{booking.rooms}}"  # proposal: like `rooms`\n'
        '[[event_mapping]]\norder_status = "CREATE_ORDER"\n'
        'event_name = "booking_created"  # proposal: made up\n',
        encoding="utf-8",
    )
    form = SettingsForm()
    page = Browser(form)
    assert form.screen["bar"]["confirm"] == 3
    page.does("confirm", target="order_info.extra.length_of_stay")
    assert "unconfirmed" not in form.row("length_of_stay")
    assert form.row("amount_of_room")["unconfirmed"] == "like `rooms`"
    assert form.screen["bar"]["unsaved"] == ["Confirmed proposals"]
    page.does("take_back")
    assert form.screen["bar"]["confirm"] == 3
    page.does("confirm", target="")
    assert form.screen["bar"]["confirm"] == 0
    page.does("save")
    text = Path("settings.toml").read_text(encoding="utf-8")
    assert "proposal" not in text
    assert text.startswith("# The client's own.\n")
    assert 'length_of_stay = "{{booking.nights}}"\n' in text


def test_an_event_that_is_mapped_leaves_the_others_to_be_confirmed() -> None:
    """Confirm all is then of them as well, and what is saved has no proposal left."""
    Path("settings.toml").write_text(
        '[[event_mapping]]\norder_status = "CREATE_ORDER"\n'
        'event_name = "booking_created"  # proposal: made up\n'
        '[[event_mapping]]\norder_status = "CANCEL_ORDER"\n'
        'event_name = "booking_cancelled"  # proposal: made up\n',
        encoding="utf-8",
    )
    form = SettingsForm()
    page = Browser(form)
    form.map_event("booking_modified")
    assert form.screen["bar"]["confirm"] == 2
    *_rest, last = form.session.draft["event_mapping"]
    form.change_part("event_mapping", [*_rest[:1], {**_rest[1], "order_status": "X"}, last])
    assert form.screen["bar"]["confirm"] == 1
    page.does("confirm", target="")
    page.does("save")
    assert "booking_created: " not in form.row("order_status").get("unconfirmed", "")
    assert "proposal" not in Path("settings.toml").read_text(encoding="utf-8").split("X")[0]


def test_a_path_that_no_event_has_is_said_where_nothing_asks_for_it() -> None:
    """An optional row that is mistyped would stay empty in silence."""
    form = SettingsForm()
    form.write("description", "hotel.nmae")
    assert form.row("description")["warnings"] == [
        "No loaded event has `hotel.nmae`; did you mean `hotel.name`?"
    ]
    form.write("description", "hotel.name")
    assert "warnings" not in form.row("description")


def test_a_row_that_cannot_be_read_is_counted_beside_the_mandatory_ones() -> None:
    """All mandatory rows may be there while an optional one is no formula."""
    form = SettingsForm()
    form.write("description", "= UPPER(")
    assert "1 row cannot be read" in form.screen["meter"]["more"]
    form.path.value = "mine.toml"
    page = Browser(form)
    page.does("save")
    assert "Promotion" in form.message.value
    assert "smart_mapping" not in form.message.value


def test_a_wrong_event_property_names_a_few_events_and_counts_the_rest() -> None:
    """A number of its own in every event is no event's name."""
    events = {str(at): {"name": f"n-{at}", "id": at} for at in range(30)}
    form = SettingsForm(picker=EventPicker(events))
    form.change_part("event_property", "name")
    drawer = form.screen["drawers"]["event_mapping"]
    assert (len(drawer["others"]), drawer["more"]) == (12, 18)


def test_a_code_that_the_row_takes_is_meant_as_it_is_typed() -> None:
    """It stands inside many a property's name; what the row does not take is no first choice."""
    events = {"0": {"sender": {"neuron": "MCH-1"}, "event_name": "booking_created"}}
    form = SettingsForm(picker=EventPicker(events))
    page = Browser(form)
    page.does("type", target="order_info.value.currency", text="EUR", caret=3)
    offered = page.answer("completions")
    assert (offered[0]["shown"], offered[0]["note"], offered[0]["sure"]) == ('"EUR"', "text", True)
    assert offered[1]["bad"]


@pytest.mark.parametrize("typed", ["Folio T", "VAT I", "Svc"])
def test_a_text_in_a_row_of_amounts_is_the_beginning_of_a_column(typed: str) -> None:
    """With a blank or without: no number is called so, and Enter takes the column."""
    event = {"Folio Total": "748.78", "VAT Incl": "68.23", "Svc Chg": "28.68", "Svc Note": "x"}
    form = SettingsForm(picker=EventPicker({"0": event | {"event_name": "booking"}}))
    page = Browser(form)
    page.does("type", target="fulfillment_value", text=typed, caret=len(typed))
    offered = page.answer("completions")
    assert offered[0]["sure"]
    assert offered[0]["shown"].startswith(typed)
    assert not any(other.get("sure") for other in offered[1:])


@pytest.mark.parametrize(
    ("typed", "taken"),
    [("hote", "hotelCode"), ("cod", "site.code"), ("Hote", ""), ("ho", ""), ("otelC", "")],
)
def test_the_beginning_of_a_property_is_meant_as_it(typed: str, taken: str) -> None:
    """Letter by letter, from three on; what only looks like it stays a text, as a hotel's name."""
    event = {"hotelCode": "BON", "site": {"code": "X1"}, "event_name": "booking"}
    form = SettingsForm(picker=EventPicker({"0": event}))
    page = Browser(form)
    page.does("type", target="third_shop_id", text=typed, caret=len(typed))
    sure = [each["shown"] for each in page.answer("completions") if each.get("sure")]
    assert sure == ([taken] if taken else [])


@pytest.mark.parametrize(
    ("query", "found"),
    [("desk", ["2"]), ("testflag true", ["1"]), ("B-", ["0", "1", "2"]), ("x9", [])],
)
def test_an_event_is_found_by_what_stands_in_it(query: str, found: list[str]) -> None:
    """By its number first, or by a property's name and value, which is shown then."""
    events = {
        str(at): {"event_name": "booking", "ref": f"B-{at}", "via": via, "testFlag": at == 1}
        for at, via in enumerate(["WEB", "WEB", "DESK"])
    }
    page = Browser(SettingsForm(picker=EventPicker(events)))
    page.does("list_events", query=query)
    listed = page.answer("events")
    assert [line["name"] for line in listed] == found
    if query == "desk":
        assert listed[0]["where"] == 'via: "DESK"'


def test_a_click_on_a_rooms_property_fills_the_row_for_every_room() -> None:
    """The vendor's row reads all items: the first one was clicked for all of them."""
    form = SettingsForm()
    page = Browser(form)
    page.does("choose_row", target="third_sku_name")
    page.does("fill", path="items.0.product.name")
    assert form.row("third_sku_name")["text"] == "items.X.product.name"
    page.does("type", target="order_info.spu_list.0.sku_list.0.third_sku_id", text="items", caret=5)
    shown = [each["shown"] for each in page.answer("completions")]
    assert "items.X.id" in shown
    assert not [path for path in shown if ".1" in path or ".0" in path]


def test_a_property_goes_into_the_formula_that_is_typed() -> None:
    """Where the caret is, and spelled as a formula reads it."""
    form = SettingsForm()
    page = Browser(form)
    page.does("choose_row", target="description")
    page.does("insert", path="hotel.name", text="= UPPER()", start=8, end=8)
    assert (page.answer("typed"), page.answer("caret")) == ("= UPPER(hotel.name)", 18)
    assert form.row("description")["value"] == '"MAISON LUNE LYON"'


def test_clicking_a_property_fills_the_chosen_row() -> None:
    """Without a chosen row, the form says what to do first."""
    form = SettingsForm()
    page = Browser(form)
    page.does("fill", path="hotel.name")
    assert "choose a row first" in form.message.value
    page.does("choose_row", target="description")
    page.does("fill", path="hotel.name")
    assert form.row("description")["value"] == '"Maison Lune Lyon"'
    assert "hotel.name" in page.screen["used"]["focused"]
    page.does("choose_row", target="order_status")
    page.does("fill", path="hotel.country")
    page.does("fill", path="hotel.country")
    assert form.screen["drawers"]["event_mapping"]["event_property"] == "hotel.country"


def test_a_stray_click_leaves_a_row_that_has_its_value() -> None:
    """The first click asks, the second on the same property does it, and says so."""
    form = SettingsForm()
    page = Browser(form)
    page.does("choose_row", target="ttoclid")
    before = form.session.draft
    for path in ("booking.created_at", "hotel.name"):
        page.does("fill", path=path)
        assert "has a value: click again to let it read" in form.message.value
        assert form.session.draft == before
    page.does("fill", path="hotel.name")
    assert form.row("ttoclid")["text"] == "hotel.name"
    assert "hotel.name</code> now" in form.message.value.replace("<wbr>", "")


def test_times_without_an_offset_are_said_to_be_read_as_utc() -> None:
    """Where an event's times hang on a time zone that nobody set, that stands above the rows."""
    event = deepcopy(next(iter(samples.sample_events().values())))
    form = SettingsForm(picker=EventPicker({"one": event}))
    assert form.screen["notes"] == []
    event["booking"]["created_at"] = "2026-06-01T12:00:00"
    form = SettingsForm(picker=EventPicker({"one": event}))
    form.change_part("timezone", "UTC")
    assert ["an assumption" in note["text"] for note in form.screen["notes"]] == [True]


def test_without_events_the_page_says_how_to_begin() -> None:
    """Nothing fails where none is loaded, and the samples can be shown."""
    form = SettingsForm(picker=EventPicker({}))
    page = Browser(form)
    assert page.screen["bar"]["total"] == 0
    for action in ("accept_all", "take_back", "leave"):
        page.does(action)
    page.does("load_samples")
    assert page.screen["bar"]["total"] == 7


def test_no_secret_is_on_the_screen() -> None:
    """The drawer of the connection has the name of credentials, and no place for more."""
    drawer = SettingsForm().screen["drawers"]["connection"]
    assert drawer["credentials"] == "maison-lune"
    assert not [key for key in drawer["connection"] if "secret" in key or "client_key" in key]


def test_names_that_say_nothing_take_a_click_a_row() -> None:
    """Of a system whose names say nothing, each mandatory row but the merchant has an Accept."""
    events, statuses = bookings(5, 20)
    names = dict(zip(("CREATE_ORDER", "CANCEL_ORDER", "COMPLETE_ORDER"), "abc", strict=True))
    picker = EventPicker({str(at): event for at, event in enumerate(events)})
    form = SettingsForm(picker=picker, text='event_property = "Qd.Kv"')
    pairs = [{"order_status": status, "event_name": name} for status, name in names.items()]
    form.take({"do": "change_part", "part": "event_mapping", "value": pairs})
    clicks = 0
    while offered := [t for t, row in form.screen["rows"].items() if "proposal" in row]:
        form.take({"do": "accept", "target": offered[0]})
        clicks += 1
    assert clicks < 25
    missing = [
        t for t, row in form.screen["rows"].items() if row["state"] in ("missing", "invalid")
    ]
    assert missing == ["order_info.third_merchant_id"]
    assert "Must match" in form.row("third_merchant_id")["problem"]["more"]
    form.take({"do": "write", "target": "third_merchant_id", "text": "haus"})
    created = statuses.count("CREATE_ORDER")
    assert form.screen["bar"]["outcomes"]["mapped"] >= created


def test_what_else_a_row_may_read_is_a_click_away() -> None:
    """Where values alone speak, the next guesses stand beside the first; what is typed stays."""
    events, _statuses = bookings(5, 20)
    picker = EventPicker({str(at): event for at, event in enumerate(events)})
    form = SettingsForm(picker=picker, text='event_property = "Qd.Kv"')
    (other, *_more) = form.row("total_value")["proposal"]["others"]
    assert other["text"] == "Qg.Kc"
    form.take({"do": "use_fix", "target": "total_value", "value": other["value"]})
    assert form.row("total_value")["text"] == "Qg.Kc"
    pair = {"order_status": "CREATE_ORDER", "event_name": "a"}
    form.take({"do": "change_part", "part": "event_mapping", "value": [pair]})
    form.take({"do": "write", "target": "third_shop_name", "text": "Qb.Nope"})
    row = form.row("third_shop_name")
    assert (row["text"], "proposal" in row) == ("Qb.Nope", False)
    assert "Qb.Kb" in [fix["code"] for fix in row["fixes"]]


def test_an_order_number_that_most_orders_have_is_told() -> None:
    """A property that says how they were booked maps well, and numbers no order."""
    names = ["web", "web", "web", "phone", "web"]
    events = {
        str(at): {"event_name": "booking", "id": f"B-{at}", "channel": name}
        for at, name in enumerate(names)
    }
    form = SettingsForm(picker=EventPicker(events))
    form.map_event("booking")
    form.write("order_id", "channel")
    assert "4 of 5 orders have the number web" in form.row("order_id")["warnings"]
    form.write("order_id", "id")
    assert "warnings" not in form.row("order_id")


def test_events_without_an_order_number_are_called_by_their_name() -> None:
    """A number in a list says nothing of an event."""
    events = {"0": {"event_name": "search", "q": "x"}, "1": {"event_name": "booking", "id": "B-1"}}
    form = SettingsForm(picker=EventPicker(events))
    form.map_event("booking")
    form.write("order_id", "id")
    found = listed_events(form.session, "")
    assert [(line["id"], line["event"]) for line in found] == [("", "search"), ("B-1", "booking")]


def test_the_mapper_begins_with_an_order_that_lacks_least() -> None:
    """Neither with a search, nor with an order of the telephone that no setting can fill."""
    booking = next(
        event
        for event in samples.sample_events().values()
        if event["event_name"] == "booking_created"
    )
    events = {
        "search": {"event_name": "search"},
        "phone": {"event_name": "booking_created"},
        "web": booking,
    }
    form = SettingsForm(picker=EventPicker(events))
    assert form.screen["bar"]["event"]["name"] == "web"


@pytest.mark.parametrize(
    "mark",
    [
        lambda test: {"isTest": test},
        lambda test: {"livemode": "false" if test else "true"},
        lambda test: {"environment": "sandbox" if test else "live"},
        lambda test: {"training": test},
        lambda test: {"remarks": "STAFF TEST, ignore" if test else "Contest winner"},
        lambda test: {"OBS": "Prueba recepción" if test else None},
        lambda test: {"Nachname": "Test" if test else "Tester-Hof"},
        lambda test: {"probna": "D" if test else "N"},
    ],
    ids=["flag", "livemode", "environment", "training", "remark", "observation", "name", "letters"],
)
def test_orders_that_are_marked_as_tests_are_left_out_with_a_click(mark: Any) -> None:
    """The filter says how many orders are tests, and by what; a click keeps them from TikTok."""
    events = {
        name: event | mark(at == 1)
        for at, (name, event) in enumerate(samples.sample_events().items())
    }
    page = Browser(SettingsForm(picker=EventPicker(events)))
    found = page.screen["drawers"]["filter"]["tests"]
    assert found["number"] == 1
    assert found["named"] == [[*events.values()][1]["id"]]
    assert found["path"] in events[next(iter(events))]
    page.does("pick", at=1)
    assert [note["do"] for note in page.screen["notes"] if "as a test" in note["text"]] == ["tests"]
    page.does("pick", at=0)
    assert not [note for note in page.screen["notes"] if "as a test" in note["text"]]
    before = page.screen["bar"]["outcomes"]["mapped"]
    page.does("change_part", part="filter", value=found["filter"])
    assert page.screen["bar"]["outcomes"]["mapped"] == before - 1
    assert page.screen["drawers"]["filter"]["tests"] is None
    page.does("take_back")
    assert page.screen["bar"]["outcomes"]["mapped"] == before


def test_orders_of_which_none_is_marked_are_no_tests() -> None:
    """Events that speak of no test, or are all tests, get no such offer."""
    for mark in (
        {},
        {"isTest": False},
        {"isTest": True},
        {"test_drive": True},
        {"remarks": "Test"},
        {"remarks": "protest march nearby"},
        {"room": "Test"},
    ):
        events = {name: event | mark for name, event in samples.sample_events().items()}
        page = Browser(SettingsForm(picker=EventPicker(events)))
        assert page.screen["drawers"]["filter"]["tests"] is None


def test_one_click_id_for_all_orders_is_said_to_be_for_a_test() -> None:
    """An id typed as a text goes out with every order, in the place of their own."""
    page = Browser(SettingsForm(picker=EventPicker(samples.sample_events())))
    page.does("write", target="ttoclid", text='"E.C.P.CrYQb0aTest123"')
    row = page.screen["rows"]["order_info.ttoclid"]
    assert any("Every order gets this one id" in warning for warning in row["warnings"])


def test_an_optional_row_gets_a_proposal_that_nothing_asks_for() -> None:
    """What a cancelled booking alone has as a reason is offered; Accept all takes what is sure."""
    events, _ = bookings(3, 12)
    for event in events:
        if "Qk" in event:
            event["reason"] = "Change of plans"
    page = Browser(SettingsForm(picker=EventPicker({str(at): e for at, e in enumerate(events)})))
    for code, status in (("a", "CREATE_ORDER"), ("b", "CANCEL_ORDER"), ("c", "COMPLETE_ORDER")):
        rows = [*page.screen["drawers"]["event_mapping"]["rows"]]
        rows.append({"order_status": status, "event_name": code})
        page.does("change_part", part="event_mapping", value=rows)
        page.does("change_part", part="event_property", value="Qd.Kv")
    row = page.screen["rows"]["order_info.extra.cancel_reason"]
    assert not row["mandatory"]
    assert row["proposal"]["text"] == "reason"
    page.does("accept", target="order_info.extra.cancel_reason")
    assert page.screen["rows"]["order_info.extra.cancel_reason"]["text"] == "reason"


def test_the_name_that_is_proposed_goes_with_the_code_that_is_written() -> None:
    """Of two codes with their names, whoever chooses the second one means its name, too."""
    kinds = [("A1", "Nord am Hof", "P7", "Mit Garten"), ("A2", "Süd am Hof", "P8", "Mit Balkon")]
    events = {
        str(at): {"Xa": f"F{881 + 7 * at}", "Xs": ["confirmed", "cancelled"][at % 2]}
        | dict(zip(("Ca", "Cb", "Da", "Db"), kinds[(at // 2) % 2], strict=True))
        for at in range(8)
    }
    form = SettingsForm(picker=EventPicker(events))
    form.change_part("event_property", "Xs")
    form.change_part("event_mapping", [])
    form.accept("order_status")
    form.write("third_sku_id", "")
    proposed = {form.row("third_sku_id")["proposal"]["text"]}
    for code, name in (("Ca", "Cb"), ("Da", "Db"), ("Ca", "Cb")):
        form.write("third_sku_id", code)
        assert form.row("third_sku_name")["proposal"]["text"] == name
    assert proposed <= {"Ca", "Da"}


def test_what_a_proposed_file_leaves_open_goes_when_it_is_mapped() -> None:
    """The comment of an event that is mapped by now is gone from the file, and the others stay."""
    left_open = "".join(
        f'# [[event_mapping]]\n# order_status = ""\n# event_name = "{name}"  # proposal: in 2\n\n'
        for name in ("booking_modified", "page_view")
    )
    Path("settings.toml").write_text(f"{PROPOSED}{left_open}[settings]\n", encoding="utf-8")
    form = SettingsForm()
    form.map_event("booking_modified")
    form.save()
    text = Path("settings.toml").read_text(encoding="utf-8")
    assert text.count("booking_modified") == 1
    assert '# event_name = "page_view"' in text


def test_a_row_that_a_proposed_file_left_open_is_so_no_more_once_it_is_filled() -> None:
    """What was said of it goes with the value; what is empty still says why."""
    target = "order_info.order_id"
    Path("settings.toml").write_text(
        f'{PROPOSED}[smart_mapping]\n"{target}" = ""  # left open: `id` may be something else\n'
        '"order_info.update_time" = ""  # left open: `context.event_timestamp` may be\n',
        encoding="utf-8",
    )
    form = SettingsForm()
    form.write(target, "booking.ref")
    form.map_event("booking_created")
    form.save()
    text = Path("settings.toml").read_text(encoding="utf-8")
    assert f'"{target}" = "booking.ref"\n' in text
    assert "context.event_timestamp` may be" in text


def test_lines_of_one_order_are_told_in_its_row() -> None:
    """A table with a line for each room: TikTok would keep the last line of an order alone."""
    events = {
        str(at): {"event_name": "booking", "id": f"B-{at // 2}", "room": at} for at in range(4)
    } | {"x": {"event_name": "booking", "id": "B-9"}}
    form = SettingsForm(picker=EventPicker(events))
    form.map_event("booking")
    form.write("order_id", "id")
    (said,) = form.row("order_id")["warnings"]
    assert said.startswith("2 orders stand in several events of one status, as B-0")
    form.change_part("filter", {"formula": "room != 1 && room != 3"})
    assert "warnings" not in form.row("order_id")


def test_a_moment_is_shown_as_people_read_it() -> None:
    """In the settings' time zone, beside the seconds that are sent."""
    form = SettingsForm(picker=EventPicker({"1": {"event_name": "booking", "made": 1745143260}}))
    form.map_event("booking")
    form.write("create_time", "made")
    form.change_part("timezone", "UTC")
    assert form.row("create_time")["value"] == "2025-04-20 10:01 UTC, 1745143260"
    form.change_part("timezone", "Europe/Rome")
    assert form.row("create_time")["value"] == "2025-04-20 12:01 CEST, 1745143260"
    form.write("create_time", "")
    assert form.row("create_time")["proposal"]["value"] == "2025-04-20 12:01 CEST, 1745143260"


def test_what_is_proposed_is_read_in_the_zone_that_was_just_named() -> None:
    """A time that is offered, and what else is, are not those of the zone before."""
    event = {"event_name": "booking", "booked": "02/06/2025 21:14", "changed": "21/08/2025 10:52"}
    form = SettingsForm(picker=EventPicker({"1": event, "2": event, "3": event}))
    form.start_anew()
    form.map_event("booking")

    def offered() -> str:
        return str(form.row("update_time")["proposal"]["value"])

    form.change_part("timezone", "UTC")
    assert offered() == "2025-08-21 10:52 UTC, 1755773520"
    form.change_part("timezone", "Europe/Dublin")
    assert offered() == "2025-08-21 10:52 IST, 1755769920"


def test_the_mapper_begins_with_what_needs_least_to_be_an_order() -> None:
    """Where no status is said yet, a booking asks for less than a stay that is over."""
    events = {
        str(at): {"Stat": code, "booking_no": f"B-{at}", **only}
        for at, (code, only) in enumerate(
            [("DPT", {"invoice_no": "R1"}), ("CXL", {}), ("CFM", {}), ("INH", {})]
        )
    }
    form = SettingsForm(picker=EventPicker(events))
    form.start_anew()
    assert form.session.event["Stat"] == "CFM"


def test_the_zone_of_moments_that_a_formula_reads_is_asked_for() -> None:
    """A text that DATEPARSE reads says no zone: as long as none is set, that is told."""
    event = {"event_name": "booking", "made": "20/04/2025 10:01"}
    form = SettingsForm(picker=EventPicker({"1": event}))
    form.map_event("booking")
    form.write("create_time", '= DATEFORMAT(DATEPARSE(made, "dd/MM/yyyy HH:mm"), "X")')
    form.change_part("timezone", "UTC")
    assert any("time zone" in note["text"] for note in form.screen["notes"])
    form.change_part("timezone", "Europe/Rome")
    assert not any("time zone" in note["text"] for note in form.screen["notes"])


def test_the_one_time_zone_of_the_hotels_country_is_named_with_a_click() -> None:
    """In Italy all clocks are alike; in Spain they are not, and hotels in two countries differ."""
    event = {"event_name": "booking", "made": "20/04/2025 10:01"}

    def note(*countries: str) -> dict[str, Any]:
        events = {str(at): {**event, "land": land} for at, land in enumerate(countries)}
        form = SettingsForm(picker=EventPicker(events))
        form.start_anew()
        form.map_event("booking")
        form.write("create_time", '= DATEFORMAT(DATEPARSE(made, "dd/MM/yyyy HH:mm"), "X")')
        form.write("order_country", "land")
        (note,) = form.screen["notes"]
        form.take(note.get("with", {}) | {"do": note.get("do", "leave")})
        return {**note, "zone": form.settings.timezone}

    assert note("IT", "IT")["zone"] == "Europe/Rome"
    assert note("de")["zone"] == "Europe/Berlin"
    for countries in (("ES",), ("IT", "PT"), ("XX",)):
        assert (note(*countries)["zone"], note(*countries)["drawer"]) == ("UTC", "connection")


def test_what_the_vendor_reads_unasked_is_not_offered_as_a_text() -> None:
    """Only what somebody typed may be meant as the text that it is."""
    form = SettingsForm(picker=EventPicker({"1": {"event_name": "booking", "id": "B-1"}}))
    form.map_event("booking")
    for target in ("third_sku_id", "third_sku_name"):
        assert not any(fix["words"] == "As text" for fix in form.row(target).get("fixes", []))
    form.write("third_sku_id", "rooms.DBL")
    assert "As text" in [fix["words"] for fix in form.row("third_sku_id")["fixes"]]


def test_what_was_said_of_one_action_goes_with_the_next() -> None:
    """A message stands while one types or looks, and not after something else was done."""
    events = {name: {"event_name": name, "id": "n"} for name in ("on_request", "booking_modified")}
    form = SettingsForm(picker=EventPicker(events))
    page = Browser(form)
    page.does("map_event", name="on_request", status="")
    assert "Choose the order status" in form.message.value
    page.does("list_events", query="")
    assert "Choose the order status" in form.message.value
    page.does("pick", at=1)
    assert form.message.value == ""


def test_events_are_found_by_what_happened() -> None:
    """The list shows the event's name, so that one can look for it."""
    events = {str(at): {"event_name": f"made_{at}", "id": f"B-{at}"} for at in range(4)}
    form = SettingsForm(picker=EventPicker(events))
    page = Browser(form)
    page.does("list_events", query="made_2")
    assert [line["id"] for line in page.answer("events")] == ["B-2"]


def test_an_event_that_is_no_order_asks_for_nothing() -> None:
    """A payment lacks no hotel: its rows are not needed, and what may be an order still asks."""
    events = samples.sample_events() | {
        "payment": {"event_name": "payment_captured", "id": "p"},
        "change": {"event_name": "booking_modified", "id": "c"},
    }
    form = SettingsForm(picker=EventPicker(events))
    form.pick(form.session.names.index("payment"))
    assert form.screen["meter"]["words"] == "not sent"
    assert {row["state"] for row in form.screen["rows"].values()} == {"not needed"}
    assert not any("problem" in row for row in form.screen["rows"].values())
    form.pick(form.session.names.index("change"))
    assert form.row("third_shop_name")["state"] == "missing"
    form.change_part("filter", {"formula": 'id == "p"'})
    form.pick(0)
    assert form.screen["meter"]["words"] == "not sent"
