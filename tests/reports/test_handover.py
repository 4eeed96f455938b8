"""The document for the client: what its parts say, and of which bookings."""

import re
from collections.abc import Iterable
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from orderkit.destination.loading import PROPOSED, load_settings, parse_settings
from orderkit.events import samples
from orderkit.events.entries import EventLine
from orderkit.mapping.mapper import Mapper
from orderkit.reports import html
from orderkit.reports.handover import handover_page
from orderkit.reports.pages import deliveries_page, profile_page
from orderkit.reports.profile import profile
from orderkit.reports.ribbon import ribbon_svg
from orderkit.sending.ledger import Entry, Ledger
from orderkit.sending.results import plan_sending
from orderkit.sending.target_ledger import TargetLedger

SAMPLES = samples.sample_events()
#: A table of a booking system: the names of its columns are words, with blanks between them.
COLUMNS = """
event_property = "Booking status"
[settings]
third_merchant_id = "hotels-x"
third_shop_id = "{{Hotel code}}"
third_shop_name = "{{Hotel name}}"
payment_value = { formula = 'NUMBER(GET("Amount to pay")) - NUMBER(GET("Amount of tax"))' }
[[event_mapping]]
order_status = "COMPLETE_ORDER"
event_name = "over"
[[event_mapping]]
order_status = "CREATE_ORDER"
event_name = "booked"
[smart_mapping]
"order_info.order_id" = "Booking number"
"order_info.value.currency" = { formula = '"EUR"' }
"order_info.value.fulfillment_value" = "Amount paid"
"""
BOOKED = {
    "Booking status": "booked",
    "Booking number": "B-1",
    "Hotel code": "H1",
    "Amount to pay": "12",
    "Amount of tax": "2",
}
OVER = BOOKED | {"Booking status": "over", "Booking number": "B-2", "Amount paid": "12"}


def page_of(events: Iterable[dict[str, Any]], text: str = COLUMNS, **more: Any) -> str:
    """The document for events of a booking system, with an empty ledger unless one is given."""
    return handover_page(
        parse_settings(text, draft=True), {str(n): e for n, e in enumerate(events)}, **more
    )


def bands(page: str) -> set[str]:
    """What the bands of the picture lead from and to, with their number."""
    return set(re.findall(r"<title>([^<]+: \d+)</title>", page))


def part(page: str, number: int) -> str:
    """The text of a section."""
    inside = page.partition(f'<section id="part{number}">')[2].partition("</section>")[0]
    return " ".join(
        re.sub(r"<[^>]+>", "", re.sub(r"</?(?:t[dhr]|p|h2)[^>]*>", " ", inside)).split()
    )


def refused(path: Path, events: Iterable[dict[str, Any]], text: str = COLUMNS) -> list[Entry]:
    """A ledger's entries, the latest first, of events of which the checks refuse each."""
    settings = parse_settings(text, draft=True)
    lines = (EventLine(number, None, event) for number, event in enumerate(events))
    with Ledger(path) as ledger:
        for result in Mapper(settings).results(lines):
            TargetLedger(ledger, "sandbox").note(plan_sending(result, None))
        return ledger.entries()


def test_the_picture_shows_what_a_column_is_called() -> None:
    """A column whose name has blanks is a part of the booking, and a text in a formula is none."""
    found = bands(page_of([BOOKED]))
    assert {"Hotel code → Hotel: 1", "Booking number → Order: 1"} <= found
    assert {"Amount to pay → Money: 1", "Amount of tax → Money: 1"} <= found
    same = {band for band in found if band.startswith("the same for every order")}
    assert same == {"the same for every order → Order: 1", "the same for every order → Money: 1"}


def test_the_picture_looks_into_the_envelope_of_a_booking() -> None:
    """Where all stands in one object of a message, the parts are those inside it."""
    settings = parse_settings(
        '[settings]\nthird_shop_id = "{{data.booking.hotel.code}}"\n'
        'order_country = "{{data.booking.hotel.country}}"\n'
        'total_value = "{{data.booking.price.total}}"\ncreate_time = "{{data.booking.made}}"\n',
        draft=True,
    )
    drawn = ribbon_svg(f for f in Mapper(settings).compiled.fields if f.row.setting)
    assert {"hotel → Hotel: 2", "price → Money: 1", "made → Dates: 1"} <= bands(drawn)


def test_the_picture_is_of_all_bookings() -> None:
    """What only a finished stay has is in the picture too, each field once."""
    found = bands(page_of([BOOKED, OVER, OVER]))
    assert "Amount paid → Once the stay is over: 1" in found
    assert "over 3 bookings" in part(page_of([BOOKED, OVER, OVER]), 2)


def test_equal_causes_are_told_once(tmp_path: Path) -> None:
    """Orders with one cause stand below one head, a line each, without words of the settings."""
    events = [BOOKED | {"Booking number": f"B-{n}"} for n in range(7)]
    told = part(page_of(events, entries=refused(tmp_path / "l.sqlite", events)), 3)
    assert told.count("The event fails the checks: no order was sent.") == 1
    assert "7 messages" in told
    assert all(f"B-{n} CREATE_ORDER" in told for n in range(7))
    assert "[smart_mapping]" not in told
    assert "The latest 100" not in told


def test_a_list_that_is_cut_says_so_at_once(tmp_path: Path) -> None:
    """Above the latest 100 stands of how many they are."""
    events = [BOOKED | {"Booking number": f"B-{n}"} for n in range(103)]
    told = part(page_of(events, entries=refused(tmp_path / "l.sqlite", events)), 3)
    assert told.startswith("3 · Test orders The latest 100 of 103 sendings.")
    assert "B-102 " in told
    assert "B-2 " not in told


def test_an_order_without_an_id_has_its_number(tmp_path: Path) -> None:
    """An event without an order id is named by its place in the file, and only in its own file."""
    nameless = {key: value for key, value in BOOKED.items() if key != "Booking number"}
    entries = refused(tmp_path / "l.sqlite", [BOOKED, nameless])
    assert "event 1 CREATE_ORDER" in part(page_of([BOOKED, nameless], entries=entries), 3)
    assert "event" not in part(page_of([OVER], entries=entries), 3)


def test_a_value_that_is_not_there_is_missing_and_not_invalid(tmp_path: Path) -> None:
    """A head of test orders says what the checks found: missing is not called invalid."""
    events = [BOOKED, BOOKED | {"Booking number": "B 2"}]
    told = part(page_of(events, entries=refused(tmp_path / "l.sqlite", events)), 3)
    assert "missing · third_shop_name · 1 message" in told
    assert "invalid · order_id · 1 message" in told
    assert "invalid · missing" not in told


def first_page(page: str) -> str:
    """The text above the numbered sections."""
    inside = page.partition('<section class="ok-first')[2].partition('<section id="part1"')[0]
    return re.sub(r"<[^>]+>", "", inside)


def test_the_first_page_says_what_a_draft_leaves_open() -> None:
    """What nobody has said yet is named in the client's words, whoever does what; else nothing."""
    steps = COLUMNS + '[[step]]\nwhat = "Keep the click"\n'
    told = first_page(page_of([BOOKED], steps))
    assert "Still open: Click on TikTok, Country, Booked at, Changed at, " in told
    assert "Hotel code" not in told
    assert "Who cancelled" not in told  # none of these settings' messages is a cancellation
    assert "proposed" not in told
    told = unescape(part(page_of([BOOKED]), 2))
    assert "Country open missing" in told
    done = handover_page(load_settings(samples.SETTINGS), SAMPLES)
    assert "Still open" not in done
    assert "Still open" not in handover_page(load_settings(samples.SETTINGS), {})


def test_the_first_page_says_what_is_only_proposed() -> None:
    """Proposed settings say so, whether something is open or nothing; no pairs are open, too."""
    assert "What else these pages say is proposed" in first_page(
        page_of([BOOKED], PROPOSED + COLUMNS)
    )
    text = PROPOSED + samples.SETTINGS.read_text(encoding="utf-8")
    told = first_page(handover_page(parse_settings(text), SAMPLES))
    assert "What these pages say of your bookings is proposed" in told
    assert "Still open: What happened, " in first_page(page_of([BOOKED], "[settings]"))


def test_values_are_shown_whole() -> None:
    """A name of 60 characters stands there in full: on paper nothing unfolds."""
    name = "Hôtel Rive & Causses Saint-Malo, at the harbour, new building"
    assert name in unescape(part(page_of([BOOKED | {"Hotel name": name}]), 2))


def test_what_is_not_filled_in_is_open() -> None:
    """Settings without a value are called open, and nobody is told to find them in third person."""
    told = part(page_of([]), 1)
    assert "Credentials open" in told
    assert "Endpoint URL open" in told
    assert "Merchant Id open" in told
    assert "the client finds" not in re.sub(r"<[^>]+>", "", page_of([]))


def test_sources_are_those_of_the_settings() -> None:
    """What each status needs is named by what the settings read, not by the table's default."""
    told = unescape(part(page_of([BOOKED]), 4))
    assert "order_id Booking number" in told
    assert "items.X" not in told.partition("spu_list")[0]


def test_kinds_stand_in_the_order_of_their_life() -> None:
    """Cards and columns have one order, whichever the settings and the events have."""
    page = page_of([OVER, BOOKED])
    cards = re.findall(r"<h2>(A [^<]+)</h2>", page)
    assert cards == ["A guest books", "A stay is over"]
    assert "A guest books A stay is over asked for" in part(page, 2)


def test_an_open_address_without_a_step_says_where_it_is() -> None:
    """Where the workspace's own steps do not name the address, the strip says where it stands."""
    page = page_of([BOOKED], COLUMNS + '[[step]]\nwhat = "Keep the click"\n')
    assert "is open: it stands in your TikTok partner pages" in page
    assert re.search(r"is open \(\d\);", page_of([BOOKED]))


@pytest.fixture
def pages(tmp_path: Path) -> list[str]:
    """One page of each sort."""
    settings = load_settings(samples.SETTINGS)
    entries = refused(tmp_path / "l.sqlite", [BOOKED])
    with Ledger(tmp_path / "l.sqlite") as ledger:
        return [
            handover_page(settings, SAMPLES, entries),
            deliveries_page(ledger),
            profile_page(profile(Mapper(settings), SAMPLES.values()), "events.ndjson"),
        ]


def test_sheets_have_a_foot(pages: list[str]) -> None:
    """Whatever is printed says what it is, and which sheet of how many."""
    for page in pages:
        assert "@bottom-left { content: " in page
        assert "@bottom-right { content: counter(page)" in page


def test_headings_do_not_jump(pages: list[str]) -> None:
    """Below a heading the next level follows, so that a reader's list of them is whole."""
    for page in pages:
        levels = [1, *map(int, re.findall(r"<h([1-6])[ >]", page))]
        assert levels[1] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_code_goes_on_after_punctuation() -> None:
    """A name or formula has places to wrap at: none inside a word, none that splits a text."""
    shown = html.code('GET("Montant net") + value.service_fee')
    assert shown.replace("<wbr>", "¦") == (
        "<code>GET(¦&quot;Montant net&quot;) + value.¦service_¦fee</code>"
    )
