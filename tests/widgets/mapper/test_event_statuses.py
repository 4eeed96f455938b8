"""Codes of a booking system's statuses, and settings that were made for other events."""

from pathlib import Path
from typing import Any

import pytest

from orderkit.destination.loading import PROPOSED
from orderkit.events import samples
from orderkit.widgets.events import EventPicker
from orderkit.widgets.mapper.form import SettingsForm

CODES = ("FIX", "STO", "FIX", "ABG", "NOS", "GEÄ", "Q7")


def bookings() -> dict[str, dict[str, Any]]:
    """A list of a German booking system, whose codes nobody explains."""
    return {
        f"B-{at}": {
            "Res-Nr": f"48{at}",
            "Sts": code,
            "Anreise": "2026-10-20",
            "Abreise": "2026-10-23",
            "Storno am": "2026-09-01 10:00" if code == "STO" else None,
        }
        for at, code in enumerate(CODES)
    }


@pytest.fixture
def form() -> SettingsForm:
    """The mapper with such a list, and settings that were proposed from it."""
    made = SettingsForm(picker=EventPicker(bookings()))
    made.start_anew()
    made.accept_all()
    return made


def statuses(form: SettingsForm) -> dict[str, str]:
    return {
        pair["event_name"]: pair["order_status"] for pair in form.session.draft["event_mapping"]
    }


def test_a_code_is_mapped_unasked_only_where_two_things_speak_for_it(form: SettingsForm) -> None:
    """STO is short for Storno, and only its bookings have been cancelled; the others wait."""
    assert statuses(form) == {"STO": "CANCEL_ORDER"}
    assert form.session.draft["event_property"] == "Sts"
    others = form.screen["drawers"]["event_mapping"]["others"]
    assert {other["name"]: other["status"] for other in others} == {
        "FIX": "CREATE_ORDER",
        "ABG": "COMPLETE_ORDER",
        "NOS": "COMPLETE_ORDER",
        "GEÄ": "CREATE_ORDER",
        "Q7": "",
    }
    assert "abgereist" in {other["name"]: other["reason"] for other in others}["ABG"]


def test_all_codes_that_may_be_orders_are_mapped_in_one_step(form: SettingsForm) -> None:
    """Of those, only the one that says so is of a guest who never came; Undo takes all back."""
    form.map_events()
    assert statuses(form) == {
        "STO": "CANCEL_ORDER",
        "FIX": "CREATE_ORDER",
        "ABG": "COMPLETE_ORDER",
        "NOS": "COMPLETE_ORDER",
        "GEÄ": "CREATE_ORDER",
    }
    assert form.row("no_show")["text"] == 'IF(Sts == "NOS", true)'
    assert "agree with the client what they stand for" in form.message.value
    form.take_back()
    assert statuses(form) == {"STO": "CANCEL_ORDER"}


def test_a_person_says_what_a_code_stands_for_in_one_choice(form: SettingsForm) -> None:
    """Also where something else, or nothing, is proposed."""
    form.map_event("NOS", "CANCEL_ORDER")
    form.map_event("Q7", "COMPLETE_ORDER")
    assert statuses(form) == {"STO": "CANCEL_ORDER", "NOS": "CANCEL_ORDER", "Q7": "COMPLETE_ORDER"}
    assert form.row("no_show")["state"] not in ("ok", "invalid")


def test_settings_made_for_other_events_are_begun_anew_with_a_click() -> None:
    """What a person uploads beside the samples' settings gets its own; the connection stays."""
    form = SettingsForm(picker=EventPicker(bookings()))
    assert statuses(form) != {}
    before = form.session.draft
    assert "made for other events" in form.screen["notes"][0]["text"]
    assert form.row("third_merchant_id")["text"] == "maison-lune"
    form.start_anew()
    assert not any("made for other" in note["text"] for note in form.screen["notes"])
    assert form.row("third_merchant_id")["text"] == ""
    assert form.row("order_id")["proposal"]["text"] == "Res-Nr"
    assert form.session.draft["connection"] == before["connection"]
    form.take_back()
    assert form.session.draft == before


def test_settings_whose_event_mapping_names_some_event_are_not_made_for_others() -> None:
    """Most events of a site are not for TikTok."""
    events = {**samples.sample_events(), **bookings()}
    form = SettingsForm(picker=EventPicker(events))
    assert not any("made for other" in note["text"] for note in form.screen["notes"])
    assert "proposal" not in form.row("order_status")


def test_what_may_be_an_order_is_learnt_from_before_anybody_says_so(form: SettingsForm) -> None:
    """With one code mapped, proposals still look at all bookings."""
    assert "in 7 of 7 orders" in form.session.proposals["order_info.order_id"][0].reason
    assert form.session.statuses().count("") == 2


def test_accepting_all_says_which_names_wait_and_shows_an_order() -> None:
    """What is looked at afterwards is for TikTok, and the way on is said."""
    form = SettingsForm(picker=EventPicker(bookings()))
    form.start_anew()
    form.accept_all()
    assert "4 more event names may be orders" in form.message.value
    assert form.mapped.order_status == "CANCEL_ORDER"


def test_leaving_out_the_chosen_event_goes_on_with_an_order() -> None:
    """Where a filter leaves out what is looked at, the next order is looked at."""
    events = {
        str(at): {"event_name": "booking", "id": f"B-{at}", "ttoclid": click}
        for at, click in enumerate((None, "opfed89ds90132344n2dkkl12321s321va"))
    }
    form = SettingsForm(picker=EventPicker(events))
    form.start_anew()
    form.accept_all()
    form.write("ttoclid", "ttoclid")
    form.pick(0)
    (leave_out,) = (f for f in form.row("ttoclid")["fixes"] if f["words"].startswith("Leave out"))
    form.use_fix("ttoclid", leave_out["value"])
    assert form.session.chosen == 1


def test_orders_with_a_paid_clicks_id_alone_can_have_it_beside_the_organic_one() -> None:
    """The organic one stays first; that the others are paid is said from then on."""
    site = "https://hotel.example/?"
    clicks = ("ttoclid=opfed89ds90132344n2dkkl12321s321va", "ttclid=E.C.P.mWLaM2soKvWh4PUm", "a=b")
    events = {
        str(at): {"event_name": "booking", "id": f"B-{at}", "landing": site + click}
        for at, click in enumerate(clicks)
    }
    form = SettingsForm(picker=EventPicker(events))
    form.start_anew()
    form.accept_all()
    form.pick(1)
    first = form.row("ttoclid")["fixes"][0]
    assert (first["words"], first["before"], first["after"]) == ("Else", 1, 2)
    form.use_fix("ttoclid", first["value"])
    assert form.row("ttoclid")["value"].strip('"').startswith("E.C.P.")
    assert "paid clicks" in form.row("ttoclid")["warnings"][0]
    form.pick(0)
    assert "opfed89ds" in form.row("ttoclid")["value"]


def test_nothing_is_paid_by_a_guest_who_never_came_with_a_click() -> None:
    """What only a stay that took place has is 0 for that event, and stays as it is for others."""
    events = bookings()
    for booking in events.values():
        booking["Whg"] = "EUR"
        if booking["Sts"] == "ABG":
            booking["Rg"] = 120.5
    form = SettingsForm(picker=EventPicker(events))
    form.start_anew()
    form.accept_all()
    form.map_events()
    form.write("order_info.value.currency", "Whg")
    form.write("fulfillment_value", "Rg")
    form.write("order_info.value.commission_value.0.currency", '= IF(Sts == "ABG", Whg)')
    form.pick(CODES.index("NOS"))
    for target, value in (
        ("fulfillment_value", "0"),
        ("fulfillment_tax", "0"),
        ("order_info.value.commission_value.0.currency", '"EUR"'),
    ):
        fix = next(f for f in form.row(target)["fixes"] if "Nobody came" in f["words"])
        form.use_fix(target, fix["value"])
        assert (form.row(target)["state"], form.row(target)["value"]) == ("ok", value)
    form.pick(CODES.index("ABG"))
    assert form.row("fulfillment_value")["value"] == "120.5"
    assert form.row("fulfillment_tax")["state"] == "missing"


def test_messages_without_a_click_id_are_not_left_out_where_their_booking_has_one() -> None:
    """A stream says the click once: its cancellations would never arrive."""
    click = "opfed89ds90132344n2dkkl12321s321va"
    events = {
        "made": {"event_name": "booking.created", "id": "B-1", "ttoclid": click},
        "gone": {"event_name": "booking.cancelled", "id": "B-1"},
        "other": {"event_name": "booking.created", "id": "B-2"},
    }
    form = SettingsForm(picker=EventPicker(events))
    form.start_anew()
    form.accept_all()
    form.write("ttoclid", "ttoclid")
    form.pick(2)
    assert form.row("ttoclid")["state"] == "missing"
    assert not [
        f for f in form.row("ttoclid").get("fixes", []) if f["words"].startswith("Leave out")
    ]


def test_what_was_proposed_of_other_events_is_proposed_anew() -> None:
    """A row that gives nothing any more is not to be confirmed: what is there now is offered."""
    text = '[smart_mapping]\n"order_info.order_id" = "items.0.nr"  # proposal: likely: named\n'
    Path("settings.toml").write_text(f"{PROPOSED}{text}", encoding="utf-8")
    events = {
        str(at): {"event_name": "booking_created", "res_no": f"R-{at}", "item": {"nr": at}}
        for at in range(3)
    }
    form = SettingsForm(picker=EventPicker(events))
    form.map_event("booking_created")
    row = form.row("order_id")
    assert row["proposal"]["text"] == "res_no"
    assert form.screen["bar"]["confirm"] == 0
    assert not [fix for fix in row.get("fixes", []) if fix["words"] == "As text"]


def test_what_the_vendor_reads_unasked_waits_where_events_have_another_shape() -> None:
    """An "id" beside a confirmation number may be either: both are offered."""
    events = {
        str(at): {"state": "Confirmed", "id": f"res_{at}A", "confirmationNumber": f"TNL-{at}"}
        for at in range(4)
    }
    form = SettingsForm(picker=EventPicker(events))
    form.start_anew()
    form.accept_all()
    proposal = form.row("order_id")["proposal"]
    offered = [proposal["text"], *(other["text"] for other in proposal["others"])]
    assert {"id", "confirmationNumber"} <= set(offered)


def test_why_an_event_is_left_out_is_said_in_words() -> None:
    """No formula of a filter is read to find out that there was no click."""
    site = "https://hotel.example/?"
    clicks = ("ttoclid=opfed89ds90132344n2dkkl12321s321va", "a=b")
    events = {
        str(at): {"event_name": "booking", "id": f"B-{at}", "landing": site + click}
        for at, click in enumerate(clicks)
    }
    form = SettingsForm(picker=EventPicker(events))
    form.start_anew()
    form.accept_all()
    form.pick(1)
    leave_out = next(f for f in form.row("ttoclid")["fixes"] if f["words"].startswith("Leave out"))
    form.use_fix("ttoclid", leave_out["value"])
    form.pick(1)
    said = form.screen["notes"][0]["text"]
    assert said == "This event is not sent: the filter leaves it out, as it has no click id"
    assert (form.row("order_status")["value"], form.row("order_status")["state"]) == (
        "",
        "not needed",
    )
