"""A small part of what ``python -m tests.language.mutations`` tries."""

from collections import Counter

from tests.language.mutations import mutated, outcome


def test_mutated_formulas() -> None:
    """Whatever is typed by mistake has a value, or none, or is refused: with a reason, and soon."""
    found = Counter(outcome(text) for text in mutated(3_000, seed=4))
    assert found.keys() == {"value", "no value", "refused"}
    # Most of what is tried gets past the grammar: otherwise little would be tried.
    assert found["refused"] < 2_000
