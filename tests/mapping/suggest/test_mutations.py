"""A small part of what ``python -m tests.mapping.suggest.mutations`` tries."""

from orderkit.destination.codes import country_code
from tests.mapping.suggest.mutations import mutated, outcome
from tests.mutating import outcomes


def test_mutated_exports() -> None:
    """Whatever events hold, proposals are made of them, soon, and the file of them reads."""
    country_code("Holland")  # what CLDR calls them is loaded once
    found = outcomes(mutated(60, seed=8), outcome)
    assert found.keys() == {"nothing", "some", "most"}
