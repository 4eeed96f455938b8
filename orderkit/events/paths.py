"""Dotted paths into events: reading them, saying how far they got, finding near misses."""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Final, TypeAlias

Parts: TypeAlias = tuple[str, ...]

# Bounds for walking an event whose size nobody vouches for.
MAX_LEAVES: Final = 2_000
MAX_DEPTH: Final = 40
_NEAR: Final = 0.8
_LONGEST_REMEMBERED: Final = 400


class Missing:
    """The type of `MISSING`: what a path gives where the event holds nothing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


def parse_path(path: str) -> Parts:
    """The parts of a dotted path; ``X`` ("of the item") is the first item's index.

    Raises ValueError, with what to write, for an empty path or an empty part.
    """
    parts = tuple(part.strip() for part in path.split("."))
    if not all(parts):
        raise ValueError("write a property as names joined by single dots, like context.page.url")
    return tuple("0" if part == "X" else part for part in parts)


def is_index(part: str) -> bool:
    """Whether a part of a path can be the index of an item, from 0."""
    return part.isdecimal() and len(part) < 10


def get(event: Any, parts: Parts) -> Any:
    """The value at `parts`, or `MISSING`; list items are addressed by their index from 0."""
    value = event
    for part in parts:
        if isinstance(value, dict):
            value = value.get(part, MISSING)
        elif isinstance(value, list) and is_index(part):
            value = value[int(part)] if int(part) < len(value) else MISSING
        else:
            return MISSING
    return value


def how_far(event: Any, parts: Parts) -> str:
    """In words, the part of a missing path at which the event had nothing more."""
    for depth in range(1, len(parts) + 1):
        if get(event, parts[:depth]) is not MISSING:
            continue
        if depth == 1:
            return f"the event has no `{parts[0]}`"
        before = ".".join(parts[: depth - 1])
        holder = get(event, parts[: depth - 1])
        if isinstance(holder, list) and parts[depth - 1].isdecimal():
            return f"`{before}` has {count(len(holder), 'item')}"
        if isinstance(holder, dict):
            return f"`{before}` has no `{parts[depth - 1]}`"
        return f"`{before}` is {json_type(holder)}"
    return f"`{'.'.join(parts)}` is there"


def walk(event: Any) -> Iterator[tuple[str, Any]]:
    """Each leaf of an event with its path, in order, at most `MAX_LEAVES`.

    A leaf is a value that is no object or array, or an empty one. Names that no path can spell
    (with a dot in them, say) are passed over.
    """
    # A stack of iterators: no recursion, so that no nesting is too deep for Python.
    stack: list[Iterator[tuple[str, Any]]] = [iter([("", event)])]
    seen = 0
    while stack and seen < MAX_LEAVES:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
            continue
        path, value = entry
        if isinstance(value, dict | list) and value and len(stack) < MAX_DEPTH:
            stack.append(_children(path, value))
        elif path:
            seen += 1
            yield path, value


def _children(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    prefix = f"{path}." if path else ""
    if isinstance(value, list):
        return ((f"{prefix}{index}", child) for index, child in enumerate(value))
    return ((f"{prefix}{key}", child) for key, child in value.items() if _spelt(key))


def _spelt(key: Any) -> bool:
    """Whether a path can name this key of an object."""
    if not isinstance(key, str) or not key or "." in key or key == "X" or key != key.strip():
        return False
    return key.isascii() or key.encode("utf-8", "replace").decode() == key


def near_misses(path: str, candidates: Iterable[str], most: int = 3) -> list[str]:
    """The candidates that `path` may have been meant to be, best first.

    A candidate is near when it is spelled alike, or ends in the same name.
    """
    wanted = path.replace(".X.", ".0.").casefold()
    known = (name for name in dict.fromkeys(candidates) if name != path)
    ranked = sorted(((_nearness(wanted, name), name) for name in known), key=lambda pair: -pair[0])
    return [candidate for score, candidate in ranked[:most] if score >= _NEAR]


def _nearness(wanted: str, candidate: str) -> float:
    if len(wanted) + len(candidate) > _LONGEST_REMEMBERED:
        return _compared.__wrapped__(wanted, candidate)
    return _compared(wanted, candidate)


# Events of one site have the same names: each pair is compared once.
@lru_cache(maxsize=8_192)
def _compared(wanted: str, candidate: str) -> float:
    """How near two names are, or an upper bound below `_NEAR`."""
    text = candidate.casefold()
    its_name, name = text.rsplit(".", 1)[-1], wanted.rsplit(".", 1)[-1]
    # From the cheapest upper bound to the ratio itself: lengths alone rule most out.
    score = _score(_length_ratio(text, wanted), _length_ratio(its_name, name))
    if score < _NEAR:
        return score
    whole, end = SequenceMatcher(None, text, wanted), SequenceMatcher(None, its_name, name)
    score = _score(whole.quick_ratio(), end.quick_ratio())
    return score if score < _NEAR else _score(whole.ratio(), end.ratio())


def _score(alike: float, ending: float) -> float:
    # The name itself says more than the folders it lies in.
    return max(alike, 0.4 * alike + 0.6 * ending)


def _length_ratio(one: str, other: str) -> float:
    """The most that two texts of these lengths can be alike, as `SequenceMatcher` counts it."""
    both = len(one) + len(other)
    return 2 * min(len(one), len(other)) / both if both else 1.0


#: The types of JSON values, in words that fit "is …".
JSON_TYPES: Final = {
    type(None): "null",
    bool: "a boolean",
    str: "a string",
    int: "an integer",
    float: "a number",
    dict: "an object",
    list: "an array",
    Missing: "missing",
}


def json_type(value: Any) -> str:
    """The JSON type of a value, in words that fit "is …"."""
    return JSON_TYPES.get(type(value)) or f"no JSON value ({type(value).__name__})"


def is_blank(value: Any) -> bool:
    """Whether a value counts as absent: missing, null, blank text, ``[]`` or ``{}``.

    ``0`` and ``false`` are values.
    """
    if value is None or value is MISSING:
        return True
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, dict | list) and not value


def count(number: int, noun: str) -> str:
    """ "1 item", "2 items"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
