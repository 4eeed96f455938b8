"""A small part of what ``python -m tests.mapping.mutations`` tries."""

from tests.mapping.mutations import mutated, outcome
from tests.mutating import outcomes


def test_mutated_events() -> None:
    """Whatever an event holds, it is mapped, filtered, rejected or unreadable, alike in both ways,
    and soon."""
    found = outcomes(mutated(2_000, seed=4), outcome)
    assert found.keys() <= {"mapped", "filtered", "rejected", "unreadable", "nothing"}
    # It was a trial: much of what was changed is still an event, and some of it still an order.
    assert found["unreadable"] < 500
    assert found["mapped"] > 100
