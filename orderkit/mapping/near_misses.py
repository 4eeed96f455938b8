"""Properties that may have been meant where one is not there."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any, Final

from orderkit.events import paths
from orderkit.mapping.names import mean_the_same

#: Objects in which an order's own properties stand; any other speaks of somebody or something else.
_OF_THE_ORDER: Final = frozenset(
    [
        "booking",
        "context",
        "data",
        "event",
        "order",
        "page",
        "partners",
        "payload",
        "properties",
        "purchase",
        "reservation",
        "stay",
        "tiktok",
        "transaction",
        "trip",
    ]
)
_ALIKE: Final = 0.75


def similar(wanted: Iterable[str], event: Any) -> tuple[str, ...]:
    """Properties of the event that may have been meant by these paths, best first.

    Of another meaning are those that stand in an object of another kind, as `hotel.id` is no
    room's, and those whose own names say something else, as `check_out` is no `check_in`.
    """
    there = [path for path, value in paths.walk(event) if not paths.is_blank(value)]
    return tuple(
        dict.fromkeys(
            name
            for path in wanted
            for name in paths.near_misses(path, there)
            if _is_of_the_same(path, name) and mean_the_same(path, name)
        )
    )


def _is_of_the_same(path: str, other: str) -> bool:
    """Whether two properties stand in objects of one kind."""
    one, two = _holders(path), _holders(other)
    own, foreign = (
        [part for part in holders if part not in _OF_THE_ORDER] for holders in (one, two)
    )
    return own == foreign or max(_alike(one, two), _alike(own, foreign)) >= _ALIKE


def _holders(path: str) -> list[str]:
    parts = path.casefold().split(".")[:-1]
    return [part for part in parts if part != "x" and not part.isdecimal()]


def _alike(one: list[str], other: list[str]) -> float:
    return SequenceMatcher(None, ".".join(one), ".".join(other)).ratio()
