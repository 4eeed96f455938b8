"""Short codes of statuses, in the languages of hotels: what they are short for, and who says so."""

from typing import Any

import pytest

from orderkit.mapping.suggest.settings_file import proposed_settings
from orderkit.mapping.suggest.statuses import ProposedEvent, suggest_events


def proposed(*codes: str, **only: dict[str, Any]) -> dict[str, ProposedEvent]:
    """What is proposed for the codes of a list; `only`: code → what its bookings alone have."""
    events = [
        {"no": f"R{at}", "StatCd": code, **only.get(code, {})} for at, code in enumerate(codes * 2)
    ]
    return {event.event_name: event for event in suggest_events(events).events}


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        ("CXL CNL CAN STO ANN ANU GEANN", "CANCEL_ORDER"),
        ("BKD CFM BEST PREN RSV FIX", "CREATE_ORDER"),
        ("INH MOD CHG", "CREATE_ORDER"),
        ("DEP ABGER VERTR", "COMPLETE_ORDER"),
        ("NOSH NSH", "COMPLETE_ORDER"),
        ("PEN OPT WAIT", ""),
        ("R1 X Q CO", ""),
    ],
)
def test_a_code_that_is_short_for_one_kind_of_word_may_be_it(codes: str, status: str) -> None:
    """Alone it is "perhaps": nothing but letters speaks for it."""
    for code in codes.split():
        event = proposed(code, "Z9")[code]
        assert (event.order_status or event.perhaps) == status, code


def test_what_only_its_bookings_have_tells_what_a_code_is() -> None:
    """An opaque code whose bookings alone have been cancelled, or billed, may be that."""
    only = {"8": {"storno_am": "2026-01-01"}, "9": {"invoice_no": "R-1"}}
    found = proposed("7", "8", "9", **only)
    assert {code: event.perhaps for code, event in found.items()} == {
        "7": "",
        "8": "CANCEL_ORDER",
        "9": "COMPLETE_ORDER",
    }
    assert "storno_am" in found["8"].reason


def test_a_cancellation_of_none_tells_nothing() -> None:
    """A column that all bookings have, empty or 0 for most, is read by what it says."""
    found = proposed("7", "8", **{"7": {"storno_no": "0"}, "8": {"storno_no": "12"}})
    assert (found["7"].perhaps, found["8"].perhaps) == ("", "CANCEL_ORDER")


def test_a_charge_tells_of_no_cancellation() -> None:
    """A guest who never came pays for one as well."""
    found = proposed("7", "8", **{"7": {"storno_fee": "0,00"}, "8": {"storno_fee": "12,00"}})
    assert (found["7"].perhaps, found["8"].perhaps) == ("", "")


def test_what_an_object_is_called_tells_what_its_properties_are_of() -> None:
    """A booking alone that has a "withdrawal" was withdrawn, whatever stands in it."""
    only = {"withdrawal": {"at": "2026-01-01", "by": "GST"}}
    found = proposed("W7", "CXL", "K7", W7=only, CXL=only)
    assert (found["W7"].perhaps, found["CXL"].order_status) == ("CANCEL_ORDER", "CANCEL_ORDER")
    assert found["K7"].perhaps == ""


def test_what_a_booking_has_as_well_tells_of_no_end() -> None:
    """A folio is opened with each booking in some systems: it tells no stay that is over."""
    found = proposed("FIRM", "K7", "Z9", FIRM={"folio_key": "F1"}, K7={"folio_key": "F2"})
    assert found["K7"].perhaps == ""
    found = proposed("FIRM", "K7", "Z9", K7={"folio_key": "F2"})
    assert found["K7"].perhaps == "COMPLETE_ORDER"


def test_two_letters_beside_each_other_are_what_they_are_in_many_systems() -> None:
    """One alone may be anything; several are a hotel system's, and still "perhaps"."""
    found = proposed("CF", "CO", "XL", "IH", "NS", "TN")
    assert {code: event.perhaps for code, event in found.items()} == {
        "CF": "CREATE_ORDER",
        "CO": "COMPLETE_ORDER",
        "XL": "CANCEL_ORDER",
        "IH": "CREATE_ORDER",
        "NS": "COMPLETE_ORDER",
        "TN": "",
    }
    assert found["NS"].no_show
    assert not found["CO"].no_show
    assert proposed("XL", "Z9")["XL"].perhaps == ""


@pytest.mark.parametrize(
    ("name", "status"),
    [("NOT_ARRIVED", "COMPLETE_ORDER"), ("not guaranteed", ""), ("no modification", "")],
)
def test_what_is_denied_is_not_said(name: str, status: str) -> None:
    """Whoever has not arrived is no guest who arrived."""
    event = proposed(name, "Cancelled")[name]
    assert (event.order_status, event.perhaps) == ("", status)
    assert event.no_show == bool(status)


def test_what_many_codes_have_tells_of_no_end() -> None:
    """A folio that cancelled and present guests have as well is no bill of a stay; a total is."""
    folio, total = {"folio_no": "F1"}, {"folio_no": "F1", "folio_total": "90.00"}
    found = proposed("A7", "B7", "C7", "D7", A7=total, B7=folio, C7=folio)
    assert [found[code].perhaps for code in ("A7", "B7", "C7")] == ["COMPLETE_ORDER", "", ""]


def test_letters_that_stand_for_states() -> None:
    """One letter says little: what only its bookings have does, and leaves less for the others."""
    only = {"S": {"nº_fact": "26/1"}, "A": {"fecha_anul": "2026-01-01"}}
    found = proposed("S", "A", "C", "E", **only)
    assert {code: (event.order_status, event.perhaps) for code, event in found.items()} == {
        "S": ("", "COMPLETE_ORDER"),
        "A": ("", "CANCEL_ORDER"),
        "C": ("", "CREATE_ORDER"),
        "E": ("", ""),
    }


def test_letters_and_bookings_that_contradict_each_other_prove_nothing() -> None:
    """Short for a cancellation, billed as a stay: it is offered by its word, and not written."""
    event = proposed("STO", "FIX", STO={"invoice_no": "R-1"})["STO"]
    assert (event.order_status, event.perhaps) == ("", "CANCEL_ORDER")


def test_what_another_code_says_for_sure_a_second_one_does_not() -> None:
    """ABG is short for abgesagt as well as abgereist, and STO is the cancelled one."""
    alone, beside = proposed("ABG", "Z9"), proposed("ABG", "STO", STO={"storno_am": "2026-01-01"})
    assert (alone["ABG"].perhaps, beside["ABG"].perhaps) == ("", "COMPLETE_ORDER")
    assert beside["STO"].order_status == "CANCEL_ORDER"


def test_a_proposed_file_says_what_a_code_may_be_and_leaves_it_open() -> None:
    """The status stands in the comment, for whoever knows the system to take."""
    events = [{"no": f"R{at}", "Sts": code} for at, code in enumerate(("CFM", "Z9"))]
    text = proposed_settings(events)
    assert '# order_status = "CREATE_ORDER"\n# event_name = "CFM"  # perhaps: ' in text
    assert "short for `confirmed`" in text
    assert '# order_status = ""\n# event_name = "Z9"' in text


@pytest.mark.parametrize("state", ["Im Haus", "Em casa", "In House", "in_casa"])
def test_a_guest_in_the_house_is_a_live_order(state: str) -> None:
    """The house in such words is no hotel of which the event tells something else."""
    found = suggest_events([{"no": f"R{at}", "Status": s} for at, s in enumerate((state, "CFM"))])
    assert {event.event_name: event.perhaps for event in found.events}[state] == "CREATE_ORDER"


@pytest.mark.parametrize(
    ("names", "sure"),
    [
        (("GTD", "COUT", "CXL", "OPT"), True),  # no other name stands for a booking
        (("GTD", "CONFIRMED", "CXL"), False),
        (("GTD", "EXPECTED", "CXL"), False),  # either may be it
        (("GTD", "OPT"), False),  # nothing shows that these are an order's states
    ],
)
def test_a_guaranteed_booking_is_what_bookings_are_where_no_other_is(
    names: tuple[str, ...], sure: bool
) -> None:
    """A reservation that the hotel counts on, beside those that ended."""
    event = proposed(*names)["GTD"]
    assert (event.order_status or event.perhaps) == "CREATE_ORDER"
    assert bool(event.order_status) == sure
