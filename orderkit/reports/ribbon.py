"""The ribbon: which parts of a booking the groups of an order are read from, as SVG."""

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from orderkit.events.paths import Parts, parse_path
from orderkit.mapping.compiled import CompiledField
from orderkit.reports.client_words import client_words

_WIDTH: Final = 640
#: Where the bands begin and end: a column's name may be a sentence, a group's is short.
_LEFT, _RIGHT = 250, 470
_LONGEST: Final = 28
_ROW: Final = 11
_GAP: Final = 10
#: An object with more than so many of the properties is the booking's envelope.
_MOST: Final = 0.7
_FIXED: Final = "the same for every order"


def ribbon_svg(fields: Iterable[CompiledField]) -> str:
    """Bands from the booking's parts on the left to the order's groups on the right.

    A band is as thick as there are fields in the group that read the part; "" without any field.
    """
    fields = list(fields)
    inside = _envelope([path for field in fields for path in _paths(field)])
    bands: Counter[tuple[str, str]] = Counter()
    for field in fields:
        group = client_words()[field.target].group
        bands.update((part, group) for part in _parts(field, inside))
    if not bands:
        return ""
    left = list(dict.fromkeys(part for part, _ in bands))
    right = list(dict.fromkeys(group for _, group in bands))
    places = {
        **_stacked(
            [("l", name, sum(n for (p, _), n in bands.items() if p == name)) for name in left]
        ),
        **_stacked(
            [("r", name, sum(n for (_, g), n in bands.items() if g == name)) for name in right]
        ),
    }
    height = max(top + size for top, size in places.values()) + _GAP
    used: Counter[tuple[str, str]] = Counter()
    pieces = []
    for (part, group), number in bands.items():
        thick = number * _ROW
        y1, y2 = places["l", part][0] + used["l", part], places["r", group][0] + used["r", group]
        used["l", part] += thick
        used["r", group] += thick
        pieces.append(_band(y1, y2, thick, f"{part} → {group}: {number}", left.index(part)))
    names = [_name(side, name, *place) for (side, name), place in places.items()]
    said = "; ".join(f"{part} to {group}" for part, group in bands)
    return (
        f'<svg class="ok-ribbon" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(said)}">{"".join(pieces)}{"".join(names)}</svg>'
    )


def _paths(field: CompiledField) -> list[Parts]:
    return [parse_path(path) for path in field.source.properties]


def _envelope(found: Sequence[Parts]) -> Parts:
    """The object in which most properties stand, one inside the other: it tells no part apart."""
    inside: Parts = ()
    while True:
        within = [path for path in found if path[: len(inside)] == inside]
        holders = Counter(path[len(inside)] for path in within if len(path) > len(inside) + 1)
        name, number = next(iter(holders.most_common(1)), ("", 0))
        if number <= _MOST * len(found):
            return inside
        inside = (*inside, name)


def _parts(field: CompiledField, inside: Parts) -> list[str]:
    """The parts of the booking that a field reads: the first names of its properties' paths."""
    depth = len(inside)
    names = (path[depth] if path[:depth] == inside else path[0] for path in _paths(field))
    return list(dict.fromkeys(names)) or [_FIXED]


def _stacked(parts: Sequence[tuple[str, str, int]]) -> dict[tuple[str, str], tuple[int, int]]:
    """Side and name → top and height, one below the other."""
    places, top = {}, _GAP
    for side, name, number in parts:
        size = max(number * _ROW, 14)
        places[side, name] = (top, size)
        top += size + _GAP
    return places


def _band(y1: int, y2: int, thick: int, title: str, tone: int) -> str:
    x1, x2 = _LEFT, _RIGHT
    middle = (x1 + x2) // 2
    return (
        f'<path class="ok-band-{tone % 6}" d="M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}'
        f'V{y2 + thick}C{middle} {y2 + thick} {middle} {y1 + thick} {x1} {y1 + thick}Z">'
        f"<title>{escape(title)}</title></path>"
    )


def _name(side: str, name: str, top: int, size: int) -> str:
    x, anchor = (_LEFT - 10, "end") if side == "l" else (_RIGHT + 10, "start")
    half = _LONGEST // 2
    shown = name if len(name) <= _LONGEST else f"{name[:half].rstrip()}…{name[1 - half :].lstrip()}"
    return (
        f'<text x="{x}" y="{top + size / 2 + 4:.0f}" text-anchor="{anchor}">'
        f"<title>{escape(name)}</title>{escape(shown)}</text>"
    )
