"""Names of events that were filtered: which of them were probably meant to be mapped."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.destination.loading import parse_settings
from orderkit.events import samples
from orderkit.mapping.event_names import EventNames, UnmappedName, meant_name, name_warnings
from orderkit.mapping.mapper import Mapper

MAPPED = ("booking_created", "booking_cancelled", "booking_completed", "booking_no_show")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("bookingCreated", "booking_created"),
        ("booking_created ", "booking_created"),
        ("Booking Created", "booking_created"),
        ("BOOKING-CREATED", "booking_created"),
        ("booking_creatd", "booking_created"),
        ("booking_canceled", "booking_cancelled"),
        ("booking_noshow", "booking_no_show"),
        # What another word says is another event.
        ("booking_updated", ""),
        ("booking_confirmed", ""),
        ("page_view", ""),
        ("___", ""),
    ],
)
def test_a_slip_is_told_from_another_event(name: str, meant: str) -> None:
    """Case, blanks, signs and a letter more or less are slips; another word is another event."""
    assert meant_name(name, MAPPED) == meant


def test_each_slip_is_a_sentence_with_its_count() -> None:
    """Of a file in which others are mapped, only the slips are named, the most frequent first."""
    unmapped = Counter({"page_view": 900, "bookingCreated": 3, "booking_canceled ": 1})
    assert name_warnings(unmapped, 1_000, MAPPED) == [
        '3 events are called "bookingCreated" and were filtered; did you mean "booking_created"?',
        '1 event is called "booking_canceled ", with a blank at its end, and was filtered; '
        'did you mean "booking_cancelled"?',
    ]


def test_a_file_without_any_mapped_name_says_so() -> None:
    """Where all events are filtered by name: the slips, or the names there are and could be."""
    (slip,) = name_warnings(Counter({"bookingCreated": 300}), 300, MAPPED)
    assert slip.startswith("no event is named in the event mapping; 300 events are called")
    (others,) = name_warnings(Counter({"page_view": 2, "login": 1}), 3, MAPPED)
    assert '"page_view" (2), "login" (1)' in others
    assert 'the event mapping has "booking_created"' in others
    (other,) = name_warnings(Counter({"booking_updated": 3}), 3, MAPPED)
    assert "did you mean" not in other


def test_only_a_slip_is_near_where_an_event_is_filtered() -> None:
    """What names have in common, as their first word, makes another event no near miss."""
    text = samples.SETTINGS.read_text(encoding="utf-8")
    mapper = Mapper(parse_settings(text.replace('"booking_created"', '"reservation.amended"')))
    other = mapper.map({"event_name": "reservation.payment_failed"})
    assert other.reason == 'event "reservation.payment_failed" is in no event mapping entry'
    slip = mapper.map({"event_name": "reservation.amend"})
    assert slip.reason.endswith('; did you mean "reservation.amended"?')


def test_nothing_is_said_of_what_is_mapped_or_filtered_otherwise() -> None:
    """Mapped events, those that another filter keeps, and an empty file give no warning."""
    names = EventNames(MAPPED)
    assert names.warnings() == []
    for reason in ("", "no consent to category 3"):
        names.add(reason)
    assert names.warnings() == []
    names.add(UnmappedName("event ... is in no event mapping entry", "Booking_Created"))
    assert len(names.warnings()) == 1


@given(st.dictionaries(st.text(max_size=30), st.integers(1, 9), max_size=8))
def test_any_names_give_sentences(names: dict[str, int]) -> None:
    """Whatever the names are, no text raises, and no control character reaches the terminal."""
    for sentence in name_warnings(Counter(names), sum(names.values()), MAPPED):
        assert not any(ord(letter) < 32 for letter in sentence)
