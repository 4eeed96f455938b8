"""What the names of properties say."""

import pytest

from orderkit.mapping.names import mean_the_same


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
