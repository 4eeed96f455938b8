"""The properties that the loaded events have, and the chosen event as a tree."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from orderkit.events import paths
from orderkit.events.jsontext import show


class KnownPaths:
    """The paths at which events have values, and how many have one; also of arrays and objects.

    Of the first item of an array there are two: with its number, and with ``X``.
    """

    def __init__(self, events: Iterable[Any]) -> None:
        self.counts: Counter[str] = Counter()
        self._holders: set[str] = set()
        self.events = 0
        for event in events:
            self.events += 1
            self.counts.update(path for path, v in paths.walk(event) if not paths.is_blank(v))
        for path in list(self.counts):
            names = path.split(".")
            self._holders.update(".".join(names[:end]) for end in range(1, len(names)))
            if "0" in names[1:]:
                general = ".".join([names[0], *("X" if n == "0" else n for n in names[1:])])
                self.counts[general] = self.counts[path]

    def __contains__(self, path: object) -> bool:
        return path in self.counts or path in self._holders

    def matching(self, token: str, most: int) -> list[str]:
        """Paths that a token may be the beginning of, those that begin with it first."""
        wanted = token.casefold()

        def rank(path: str) -> tuple[int, str] | None:
            text = path.casefold()
            if text.startswith(wanted):
                return 0, text
            if text.rsplit(".", 1)[-1].startswith(wanted):
                return 1, text
            return (2, text) if wanted in text else None

        # Of an array, every item at once: not the second one by its number.
        plain = (p for p in self.counts if not any(map(str.isdecimal, p.split(".")[1:])))
        ranked = sorted((found, path) for path in plain if (found := rank(path)))
        return [path for _rank, path in ranked[:most]]


def plain_path(path: str) -> str:
    """A path with the number of the first item for ``X``, as events have it."""
    return ".".join("0" if part == "X" else part.strip() for part in path.split("."))


def tree_lines(event: Any) -> Iterator[dict[str, Any]]:
    """Each leaf of an event, and before it the objects and arrays that hold it, once each.

    path, name, depth, and of a leaf its value as text.
    """
    open_holders: list[str] = []
    for path, value in paths.walk(event):
        *holders, name = path.split(".")
        shared = 0
        while shared < min(len(holders), len(open_holders)) and (
            holders[shared] == open_holders[shared]
        ):
            shared += 1
        for depth in range(shared, len(holders)):
            yield {"p": ".".join(holders[: depth + 1]), "n": holders[depth], "d": depth}
        open_holders = holders
        yield {"p": path, "n": name, "d": len(holders), "v": show(value, 200)}
