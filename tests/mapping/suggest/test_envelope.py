"""What a document says once, beside all of its events, is proposed for each of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from orderkit import Mapper
from orderkit.destination.loading import parse_settings
from orderkit.events.folder import first_events
from orderkit.mapping.suggest.settings_file import proposed_settings

BOOKINGS = [
    {"ref": f"R-{at}", "state": "booked", "arrival": f"2026-0{at}-03", "total": 100.5 + at}
    for at in range(1, 9)
]


def proposed(tmp_path: Path, *documents: dict[str, Any]) -> Any:
    """The settings that are proposed for a file of these documents."""
    file = tmp_path / "export.json"
    file.write_text("\n".join(json.dumps(d, indent=1) for d in documents), encoding="utf-8")
    found = first_events(file)
    text = proposed_settings(list(found.events.values()), found.envelope)
    return parse_settings(text, draft=True)


@pytest.mark.parametrize(
    ("envelope", "hotel", "zone"),
    [
        (
            {
                "property": {
                    "propertyId": "UK-0417",
                    "name": "Saltmarsh House",
                    "address": {"city": "Whitby", "countryCode": "GB"},
                    "timeZone": "Europe/London",
                }
            },
            ("UK-0417", "Saltmarsh House", "GB"),
            "Europe/London",
        ),
        (
            {"Establecimiento": {"Codigo": "0312", "Nombre": "Hotel Sol", "Pais": "ES"}},
            ("0312", "Hotel Sol", "ES"),
            "UTC",
        ),
        ({"hotel": {"id": 12, "name": "Casa", "tz": "Mars/Base"}}, ("12", "Casa", None), "UTC"),
        ({"account": {"id": "acc_1", "name": "Group"}}, (None, None, None), "UTC"),
    ],
)
def test_the_hotel_that_the_envelope_names_is_that_of_all_orders(
    tmp_path: Path, envelope: dict[str, Any], hotel: tuple[str | None, ...], zone: str
) -> None:
    """Its code, name and country become constants, its time zone the one that times are read in."""
    made = proposed(tmp_path, {**envelope, "reservations": BOOKINGS})
    of = made.settings
    assert (of.third_shop_id, of.third_shop_name, of.order_country) == hotel
    assert made.timezone == zone


def test_the_one_hotel_among_hotels_is_that_of_all_orders(tmp_path: Path) -> None:
    """A list of hotels with one in it, whatever a list is called that has them."""
    hotel = {"code": "GDN", "title": "Hotel Spichlerz", "country": "PL"}
    for name in ("properties", "hotel"):
        of = proposed(tmp_path, {name: [hotel], "reservations": BOOKINGS}).settings
        found = (of.third_shop_id, of.third_shop_name, of.order_country)
        assert found == ("GDN", "Hotel Spichlerz", "PL")
    several = proposed(tmp_path, {"properties": [hotel, hotel], "reservations": BOOKINGS}).settings
    assert several.third_shop_name is None


def test_what_orders_say_themselves_comes_before_their_envelope(tmp_path: Path) -> None:
    """A chain's export names the chain once, and the hotel in each booking."""
    hotels = [
        b | {"hotel": {"code": f"H{n % 3}", "name": f"Casa {n}"}} for n, b in enumerate(BOOKINGS)
    ]
    made = proposed(tmp_path, {"hotel": {"code": "CHAIN"}, "reservations": hotels})
    assert made.settings.third_shop_id == "{{hotel.code}}"


def test_documents_of_two_hotels_say_nothing_of_all_orders(tmp_path: Path) -> None:
    """Where two documents in one file differ, neither's hotel is that of the other's orders."""
    one = {"hotel": {"code": "A1"}, "reservations": BOOKINGS[:4]}
    other = {"hotel": {"code": "B2"}, "reservations": BOOKINGS[4:]}
    assert proposed(tmp_path, one, one | {"reservations": BOOKINGS[4:]}).settings.third_shop_id
    assert proposed(tmp_path, one, other).settings.third_shop_id is None


def test_a_currency_that_only_the_envelope_names_is_a_constant(tmp_path: Path) -> None:
    """The row of the currency has no setting: it gets a formula."""
    made = proposed(tmp_path, {"meta": {"currency": "CHF"}, "reservations": BOOKINGS})
    assert made.smart_mapping["order_info.value.currency"].formula == '"CHF"'


HOTELS = [
    {"code": "LAV", "name": "Hotel Lavanda", "country": "HR"},
    {"code": "BON", "name": "Bonaca Suites", "country": "HR"},
    {"code": "LUS", "name": 'Lodge "Luštica"', "country": "ME"},
]


def test_each_booking_gets_its_hotel_of_a_list_beside_them(tmp_path: Path) -> None:
    """Bookings hold a code alone: formulas say what the list has for it, of other codes nothing."""
    coded = [b | {"house": HOTELS[at % 2]["code"]} for at, b in enumerate(BOOKINGS)]
    made = proposed(tmp_path, {"hotels": HOTELS, "reservations": coded})
    assert made.settings.third_shop_id == "{{house}}"
    mapper = Mapper(made)
    for booking, hotel in ((coded[1], HOTELS[1]), (coded[0] | {"house": "LUS"}, HOTELS[2])):
        given = {e.target: e.value for e in mapper.explain(booking, status="CREATE_ORDER").trace}
        assert given["order_info.third_shop_name"] == hotel["name"]
        assert given["order_info.order_country"] == hotel["country"]
    other = mapper.explain(coded[0] | {"house": "NEW"}, status="CREATE_ORDER").trace
    assert next(e for e in other if e.target == "order_info.third_shop_name").value is None


@pytest.mark.parametrize(
    ("name", "found"), [("sites", True), ("objects", True), ("agents", False), ("guests", False)]
)
def test_a_list_of_places_may_be_called_otherwise(
    tmp_path: Path, name: str, *, found: bool
) -> None:
    """What has a name and a country of its own is where somebody stays, or whom it was sold by."""
    coded = [b | {"at": HOTELS[at % 2]["code"]} for at, b in enumerate(BOOKINGS)]
    made = proposed(tmp_path, {name: HOTELS, "reservations": coded})
    assert bool(made.settings.third_shop_name) == found


@pytest.mark.parametrize(
    ("hotels", "codes"),
    [
        (HOTELS, ("LAV", "XYZ")),  # one that the list does not have
        ([*HOTELS, HOTELS[0]], ("LAV", "BON")),  # a code that is twice in it
        ([h | {"code": at} for at, h in enumerate(HOTELS)], (0, 1)),  # as any small number is
        ([{"code": "LAV", "rate": 1}, {"code": "BON", "rate": 2}], ("LAV", "BON")),
    ],
)
def test_a_list_that_does_not_tell_the_hotels_says_nothing(
    tmp_path: Path, hotels: list[dict[str, Any]], codes: tuple[Any, ...]
) -> None:
    """A name is proposed only where each booking's code is one of the list's, each once."""
    coded = [b | {"place": codes[at % 2]} for at, b in enumerate(BOOKINGS)]
    made = proposed(tmp_path, {"hotels": hotels, "reservations": coded})
    assert made.settings.third_shop_name is None
