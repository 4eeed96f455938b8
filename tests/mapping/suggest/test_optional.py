"""Optional rows: a guest who never came, by a flag in the words of the hotel's language."""

from typing import Any

import pytest

from orderkit.mapping.suggest.statuses import suggest_events
from orderkit.mapping.suggest.with_guesses import with_guesses
from tests.mapping.suggest.support import UTC

_STATES = ("confirmed", "checked out", "cancelled", "checked out")


def bookings(name: str, yes: Any, no: Any) -> list[dict[str, Any]]:
    """Six bookings, to one of which nobody came."""
    return [
        {
            "id": f"B-{at}",
            "status": _STATES[at % 4],
            "arrival": f"2026-05-0{1 + at}",
            "total": 100 + at,
            name: yes if at == 3 else no,
        }
        for at in range(6)
    ]


@pytest.mark.parametrize(
    ("yes", "no"), [("Y", "N"), ("S", "N"), ("ja", "nein"), ("Sí", "No"), ("O", "N"), ("X", "")]
)
def test_a_flag_in_words_is_read_by_what_says_yes(yes: str, no: str) -> None:
    """What is not yes is no, an empty cell too; and it is offered, never written."""
    events = bookings("no_show", yes, no)
    found = with_guesses(events, UTC, suggest_events(events).statuses(events))
    (best, *_others) = found["order_info.extra.no_show"]
    assert (best.value, best.confidence) == (f'no_show == "{yes}"', "perhaps")
    assert [best.given.get(at) for at in range(6) if events[at]["no_show"]] == [
        events[at]["no_show"] == yes for at in range(6) if events[at]["no_show"]
    ]


@pytest.mark.parametrize(("yes", "no"), [("late", "early"), ("A", "B")])
def test_words_that_are_no_flag_are_not_read_as_one(yes: str, no: str) -> None:
    """A code is no answer to whether somebody came."""
    events = bookings("no_show", yes, no)
    found = with_guesses(events, UTC, suggest_events(events).statuses(events))
    assert "order_info.extra.no_show" not in found
