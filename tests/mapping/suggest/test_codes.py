"""Numbers and codes that are taken for one another: doors, rooms, hotels, percents, orders."""

from typing import Any

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
