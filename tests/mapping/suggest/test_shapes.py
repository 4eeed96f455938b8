"""What a proposed settings file writes for public shapes of bookings."""

import pytest

from orderkit.mapping.names import hints
from orderkit.mapping.suggest import suggest
from tests.mapping.suggest.support import SHAPES, UTC, judge, load_shape, truths

#: Rows that were found right over all shapes, and values to find, when this was last improved.
FOUND, TO_FIND = 1384, 2046


@pytest.mark.parametrize("shape", truths())
def test_what_is_written_is_right(shape: str) -> None:
    """Mapped with the proposed file, no row and no order status of an event is a wrong one."""
    judged = judge(shape)
    assert judged.wrong == []
    assert judged.right | judged.open


@pytest.mark.parametrize("shape", truths())
def test_what_is_learned_from_a_booking_or_two_is_right_for_all(shape: str) -> None:
    """One test booking shows little: what is written from it holds for the other events too."""
    number = len(load_shape(shape))
    for first in range(number):
        for last in (first + 1, first + 2):
            judged = judge(shape, slice(first, last))
            assert judged.wrong == [], f"learned from {first} to {last}"


def test_most_of_what_is_there_is_found() -> None:
    """Precision is not bought by proposing nothing."""
    judged = [judge(shape) for shape in truths()]
    right = sum(len(each.right) for each in judged)
    assert right >= FOUND
    assert right + sum(len(each.open) for each in judged) == TO_FIND


def test_every_shape_is_labelled() -> None:
    """Each file of events has its truth, and each truth its events."""
    assert {path.stem for path in SHAPES.glob("*.ndjson")} == set(truths())


@pytest.mark.parametrize("shape", ["shopify_order", "channex_booking", "webhook_envelope_event_id"])
def test_the_order_of_the_events_does_not_matter(shape: str) -> None:
    """The same events backwards give the same proposals."""
    events = load_shape(shape)

    def written(given: list[dict[str, object]]) -> dict[str, list[tuple[str, str]]]:
        found = suggest(given, UTC)
        return {t: [(p.value, p.confidence) for p in ps if p.sure] for t, ps in found.items()}

    assert written(events) == written(events[::-1])


def test_the_words_are_data_without_contradiction() -> None:
    """No word of the hints stands for two subjects: it could not tell whose a property is."""
    for word, meanings in hints().items():
        subjects = [concept for kind, concept in meanings if kind == "subject"]
        assert len(set(subjects)) <= 1, word
