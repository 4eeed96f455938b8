"""What the names of properties say."""

import pytest

from orderkit.mapping.names import mean_the_same, read_name


@pytest.mark.parametrize(
    ("path", "other", "same"),
    [
        ("booking.check_in", "booking.checkInDate", True),
        ("arrival", "arival", True),
        ("total", "totla", True),
        ("total", "total_price", True),
        ("hotel_id", "hotelId", True),
        ("order_id", "order_no", True),
        ("anreise", "anreisedatum", True),
        ("ttoclid", "tier", False),
        ("ClickIds.Ttoclid", "ClickIds.Fbclid", False),
        ("ttoclid", "ttclid", False),
        ("ttoclid", "ttocld", True),
        ("created", "created_at", True),
        ("booking.to_pays", "booking.to_pay", True),
        ("anreise", "abreise", False),
        ("hotel_id", "room_id", False),
        ("hotel_name", "hotel_id", False),
        ("total_gross", "total_net", False),
        ("to_pay", "total", False),
        ("start", "end", False),
    ],
)
def test_two_names_of_one_meaning(path: str, other: str, same: bool) -> None:
    """Another spelling means the same, another word of the hints does not, both ways round."""
    assert mean_the_same(path, other) == mean_the_same(other, path) == same


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("Währung", "waehrung"),
        ("anzahl_nächte", "anzahlNaechte"),
        ("beløp", "belop"),
        ("geändert", "geaendertAm"),
        ("ödenecek", "odenecek"),
    ],
)
def test_a_name_without_its_letters_says_the_same(plain: str, written: str) -> None:
    """Whoever has no ä writes "a" or "ae": what is said stays the same."""
    assert read_name(plain).attributes
    assert read_name(plain).attributes <= read_name(written).attributes
    assert not read_name(written).unknown


def test_an_offer_has_a_saving_and_no_hotel_has_one() -> None:
    """What stands in an offer is the discount it gives; elsewhere two subjects say nothing."""
    assert not read_name("offer.saving").against
    assert read_name("offer.saving").subject == "discount"
    assert read_name("payment.saving").against
