"""Numbers and codes that are taken for one another: doors, rooms, hotels, percents, orders."""

from typing import Any

from orderkit.mapping.names import read_name
from orderkit.mapping.suggest.statuses import suggest_events
from orderkit.mapping.suggest.with_guesses import with_guesses
from tests.mapping.suggest.support import UTC


def proposed(end: str, events: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """What is proposed for the row whose target ends so, and whether it is sure."""
    found = with_guesses(events, UTC, suggest_events(events).statuses(events))
    return [(p.value, p.sure) for t, ps in found.items() if t.endswith(f".{end}") for p in ps]


def bookings(**more: list[Any]) -> list[dict[str, Any]]:
    """Eight bookings in a table of abbreviations, with more columns."""
    return [
        {"N_RES": f"{2500 + 7 * at}", "SIT": ["CONF", "CHKO"][at % 2], "TOTAL": f"{100 + at},50"}
        | {name: values[at % len(values)] for name, values in more.items()}
        for at in range(8)
    ]


def test_a_door_number_is_neither_how_many_rooms_nor_their_code() -> None:
    """ "398" is a room's own number: it may be offered as a code, and is never taken unasked."""
    events = bookings(N_HAB=["398", "383", "403", "312"])
    assert [value for value, _ in proposed("amount_of_room", events) if "N_HAB" in value] == []
    assert not any(sure for _, sure in proposed("third_sku_id", events))


def test_a_code_that_all_orders_have_alike_is_a_hotels_and_no_orders() -> None:
    """One hotel's export says its code in each row: it is offered, with the reason."""
    events = bookings(COD_EST=["0312"])
    assert proposed("third_shop_id", events)[0] == ("{{COD_EST}}", False)
    assert [value for value, _ in proposed("order_id", events) if "COD_EST" in value] == []


def test_a_percent_is_no_discount() -> None:
    """Ten of PCT_DTO are no ten euros that a total is reduced by."""
    events = bookings(PCT_DTO=["10", "5", "0", "15"])
    assert not any("PCT_DTO" in value for value, _ in proposed("payment_value", events))


def test_statuses_are_known_by_their_short_words() -> None:
    """CONF, ANUL, CHKO: a state that is called SIT, as in a Spanish system."""
    events = [*bookings(), {"N_RES": "9", "SIT": "ANUL", "TOTAL": "1,00"}]
    found = suggest_events(events)
    said = {event.event_name: event.order_status for event in found.events}
    assert found.event_property == "SIT"
    assert said == {"CONF": "CREATE_ORDER", "CHKO": "COMPLETE_ORDER", "ANUL": "CANCEL_ORDER"}


def test_what_a_commission_that_stands_from_the_start_is_taken_of_waits_for_the_stay() -> None:
    """With an order that is only booked, the base would go out without its currency."""
    events = [
        {
            "id": f"R-{at}",
            "state": ["Confirmed", "CheckedOut"][at % 2],
            "currency": "GBP",
            "pricing": {"total": 200.0 + 13 * at, "room": 180.0 + 13 * at},
            "commission": {"percent": 10.0, "amount": round(20 + 1.3 * at, 2)},
            "folio": {"posted_total": 230.0 + 13 * at} if at % 2 else {},
        }
        for at in range(8)
    ]
    assert proposed("commission_base_amount", events)[0] == (
        "IF(folio.posted_total, pricing.total)",
        False,
    )


def test_the_digits_of_a_postcode_are_no_amount() -> None:
    """What begins with 0 is a code, however large the number would be."""
    events = bookings(CAP=["00185", "80337", "06121", "20121"])
    for row in ("total_value", "payment_value"):
        assert not any("CAP" in value for value, _ in proposed(row, events))


def test_a_column_of_percents_is_no_discount_whatever_says_so() -> None:
    """The sign in its name, or the kind beside it: neither is taken off a price."""
    for more in (
        {"Discount %": ["10", "5", "0", "15"]},
        {"promo": [{"kind": "percent", "value": 9}]},
    ):
        events = bookings(**more)
        for row in ("payment_value", "total_value"):
            assert not any(next(iter(more)) in value for value, _ in proposed(row, events))


def test_a_rooms_own_number_is_not_how_many_even_where_one_order_is_all_there_is() -> None:
    """ "RmNo" 11 is a door, and "Rms" 1 is how many."""
    events = bookings(RmNo=["11"], Rms=["1"])[:1]
    assert ("{{RmNo}}", True) not in proposed("amount_of_room", events)


def test_a_code_of_rooms_may_have_a_name_in_each_hotel() -> None:
    """Each name has one code, and a code several names: offered, and not taken unasked."""
    codes = ["DBL", "DBL", "TWN", "STE", "DBL", "TWN", "STE", "DBL"]
    names = ["Garden Double", "Cosy Double", "Twin", "Loft Suite"] * 2
    named = dict(zip(("Garden Double", "Cosy Double", "Twin", "Loft Suite"), codes, strict=False))
    events = bookings(RTy=[named[name] for name in names], RTyDsc=names)
    assert proposed("third_sku_id", events)[0] == ("RTy", False)
    assert proposed("third_sku_name", events)[0] == ("RTyDsc", False)


def test_two_codes_that_go_with_two_names_may_do_so_by_chance() -> None:
    """Leisure and Business beside Double and Twin are purposes of a journey."""
    events = bookings(Purpose=["Leisure", "Business"], Unit=["Double Room", "Twin Room"])
    assert ("Purpose", True) not in proposed("third_sku_id", events)


def test_a_hotel_that_is_written_as_a_code_is_its_code() -> None:
    """ "hotel": "LIS" is no name."""
    events = bookings(hotel=["LIS", "OPO", "FAO"])
    assert proposed("third_shop_id", events)[0] == ("{{hotel}}", False)


def test_a_state_is_no_hotel_and_no_room() -> None:
    """Codes of states go with their words as those of hotels do with their names."""
    states = [{"cod": "CONF", "desc": "Confirmada"}, {"cod": "SAI", "desc": "Saiu"}]
    events = bookings(est=states)
    for row in ("third_shop_id", "third_sku_id", "third_shop_name", "third_sku_name"):
        assert not any("est." in value for value, _ in proposed(row, events))


def test_a_percentage_in_a_name_says_which_tax_it_is() -> None:
    """ "MwSt. 10%" is an amount of tax, and "Rab. %" is no amount."""
    assert not read_name("davon MwSt 10%").against
    assert read_name("davon MwSt 10%").subject == "charge"
    assert read_name("Rab %").against


def test_what_all_orders_have_alike_is_no_amount() -> None:
    """A version or a hotel's number beside the bookings is no total, however large."""
    events = [{**event, "schema": 4100.5, "TOTAL": None} for event in bookings()]
    assert not any("schema" in value for value, _ in proposed("total_value", events))


def test_the_only_currency_there_is_is_the_orders() -> None:
    """A column of codes that no other column has is taken; beside another one it is offered."""
    alone, beside = bookings(Wrk=["EUR"]), bookings(Wrk=["EUR"], PrWrk=["USD"])
    assert ("Wrk", True) in proposed("currency", alone)
    assert not any(sure for _, sure in proposed("currency", beside))
