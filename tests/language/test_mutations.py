"""A small part of what ``python -m tests.language.mutations`` tries."""

from tests.language.mutations import mutated, outcome
from tests.mutating import outcomes


def test_mutated_formulas() -> None:
    """Whatever is typed by mistake has a value, or none, or is refused: with a reason, and soon."""
    found = outcomes(mutated(3_000, seed=4), outcome)
    assert found.keys() == {"value", "no value", "refused"}
    # Most of what is tried gets past the grammar: otherwise little would be tried.
    assert found["refused"] < 2_000
