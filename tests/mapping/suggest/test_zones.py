"""Moments without an offset: which time zone they are of, and which say that they are in UTC."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orderkit import Mapper
from orderkit.destination.loading import parse_settings
from orderkit.mapping.suggest.settings_file import proposed_settings
from orderkit.mapping.suggest.with_guesses import with_guesses
from orderkit.mapping.suggest.zones import named_zone, shown_zone

SUMMER = {"made_at": "2026-07-04 09:00:00", "made_at_gmt": "2026-07-04 12:00:00"}
WINTER = {"made_at": "2026-12-04 09:00:00", "made_at_gmt": "2026-12-04 13:00:00"}


@pytest.mark.parametrize(
    ("events", "country", "zone"),
    [
        ([SUMMER, WINTER], "CA", "America/Halifax"),
        # In summer Santiago and Punta Arenas differ, in these months they need not.
        ([{"made": "2026-01-04 09:00", "made_utc": "2026-01-04 12:00"}], "CL", ""),
        ([SUMMER, {**WINTER, "made_at_gmt": "2026-12-04 17:00:00"}], "CA", ""),
        ([SUMMER], "DE", ""),
        (
            [{"made_local": "2026-07-04T09:00", "made_utc": "2026-07-04T07:00"}],
            "ES",
            "Europe/Madrid",
        ),
        ([{"t": {"in_local_time": "2026-07-04T09:00", "in_utc": "2026-07-04T07:00"}}], "DE", ""),
        (
            [{"made_local": "2026-07-04T09:00", "made_utc": "2026-07-04T07:00"}],
            "DE",
            "Europe/Berlin",
        ),
        ([{"made_at": "2026-07-04 09:00:00"}], "DE", ""),
        ([SUMMER], "XX", ""),
        ([{"made": "2026-07-04 09:00", "made_utc": "2026-07-04 08:00"}], "PT GB", "Europe/London"),
        ([{"made": "2026-07-04 09:00", "made_utc": "2026-07-04 08:00"}], "PT TN", ""),
    ],
)
def test_two_moments_side_by_side_show_the_zone(
    events: list[dict[str, Any]], country: str, zone: str
) -> None:
    """It is the country's in which all of them agree, where no two such zones ever differ."""
    assert shown_zone(events, country.split())[0] == zone


def bookings() -> list[dict[str, Any]]:
    """A shop's bookings in Canada, each with its moments twice."""
    return [
        {
            "order_number": f"B-{at}",
            "status": "confirmed",
            "hotel_country": "CA",
            "total": 100.5 + at,
            "created_at": f"2026-{month}-04 09:00:00",
            "created_at_gmt": f"2026-{month}-04 {utc}:00:00",
        }
        for at, (month, utc) in enumerate((("07", 12), ("12", 13), ("08", 12)))
    ]


def test_a_proposed_file_names_the_zone_that_is_shown() -> None:
    """And says which property shows it."""
    text = proposed_settings(bookings())
    assert parse_settings(text, draft=True).timezone == "America/Halifax"
    assert "`created_at` says so" in text


@pytest.mark.parametrize(
    ("made", "country", "zone"),
    [
        ("02/06/2026 21:14", "IE", "Europe/Dublin"),
        ("02.06.2026 21:14:09", "DE", "Europe/Berlin"),
        ("02/06/2026 21:14", "ES", "UTC"),  # the Canaries have another time
        ("2026-06-02 21:14:09", "IE", "UTC"),  # a database may have it in UTC
        ("2026-06-02T21:14:09Z", "IE", "UTC"),
    ],
)
def test_a_report_for_people_has_the_hotels_time(made: str, country: str, zone: str) -> None:
    """Where its country has one; it is an assumption either way, and the file says so."""
    events = [
        {
            "order_number": f"B-{at}",
            "status": "confirmed",
            "hotel_country": country,
            "created": made,
        }
        for at in range(3)
    ]
    text = proposed_settings(events)
    assert parse_settings(text, draft=True).timezone == zone
    assert "assumption" in text.splitlines()[1]


@pytest.mark.parametrize(
    ("event", "zone"),
    [
        (
            {"stamps": {"made": "2026-03-04 23:41:09", "clock": "Australia/Brisbane"}},
            "Australia/Brisbane",
        ),
        (
            {
                "stamps": {"made": "2026-03-04 23:41:09", "clock": "Australia/Brisbane"},
                "hotel": {"zone": "Australia/Hobart"},
            },
            "Australia/Brisbane",
        ),
        ({"hotel": {"zone": "Australia/Hobart"}, "office": {"tz": "Europe/Rome"}}, ""),
        ({"hotel": {"zone": "Mars/Base"}}, ""),
        ({"device": {"timezone": "Europe/Rome"}}, ""),  # the guest's
    ],
)
def test_a_zone_is_known_by_what_it_is(event: dict[str, Any], zone: str) -> None:
    """Whatever its property is called; of several, the one that stands beside the moments."""
    assert named_zone([event, event], {})[0] == zone


def test_what_says_that_it_is_in_utc_is_read_so_in_every_zone() -> None:
    """A zone that somebody names later does not move it."""
    (made,) = with_guesses(bookings(), ZoneInfo("UTC"), ["CREATE_ORDER"] * 3)[
        "order_info.create_time"
    ][:1]
    assert (made.value, made.sure) == ('CONCAT(created_at_gmt, "Z")', True)
    settings = (
        '[[event_mapping]]\norder_status = "CREATE_ORDER"\nevent_name = "confirmed"\n'
        f"[settings]\ncreate_time = {{ formula = '{made.value}' }}\n"
    )
    for zone in ("UTC", "America/Halifax", "Asia/Tokyo"):
        head = f'timezone = "{zone}"\nevent_property = "status"\n'
        mapper = Mapper(parse_settings(head + settings, draft=True))
        traces = [mapper.explain(event).trace for event in bookings()]
        times = [e.value for trace in traces for e in trace if e.target == "order_info.create_time"]
        assert times == [1783166400, 1796389200, 1785844800]
