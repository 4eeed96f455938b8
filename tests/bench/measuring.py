"""What is measured, and how: contenders in turns, each as a ratio to the yardstick of its turn."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True)
class Contender:
    """One figure. `seconds` runs it once and says how long one item took."""

    name: str
    seconds: Callable[[], float]


@dataclass(frozen=True)
class Bound:
    """A promise: `name` takes at most `most` times what `against` takes."""

    name: str
    against: str
    most: float


@dataclass(frozen=True)
class Group:
    """Figures that belong together; the first contender is the yardstick of the others.

    item:   what one figure is of, such as "event"
    absent: contenders that cannot be had here, and what would bring them
    """

    title: str
    item: str
    contenders: Sequence[Contender]
    bounds: Sequence[Bound] = ()
    absent: Sequence[str] = ()


@dataclass(frozen=True)
class Measured:
    """The seconds of each contender in each round."""

    group: Group
    rounds: dict[str, list[float]]

    def ratio(self, name: str, against: str) -> tuple[float, float, float]:
        """Median, lower and upper quartile of the rounds' ratios."""
        pairs = zip(self.rounds[name], self.rounds[against], strict=True)
        ratios = [one / other for one, other in pairs]
        low, middle, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
        return middle, low, high

    def kept(self, bound: Bound) -> bool:
        """Whether a promise is kept."""
        return self.ratio(bound.name, bound.against)[0] <= bound.most

    def typical(self, name: str) -> float:
        """The median seconds of a contender."""
        return median(self.rounds[name])


def measure(group: Group, rounds: int) -> Measured:
    """All contenders in turns, so that what else the machine does weighs on all alike."""
    for contender in group.contenders:
        contender.seconds()  # caches are filled, and code is warm
    seconds: dict[str, list[float]] = {contender.name: [] for contender in group.contenders}
    for _round in range(rounds):
        for contender in group.contenders:
            seconds[contender.name].append(contender.seconds())
    return Measured(group, seconds)


def each(
    name: str, function: Callable[[Any], object], items: Iterable[Any], times: int
) -> Contender:
    """A contender that calls a function with each of the items, `times` over.

    The processor's time counts, not the clock's: other work on the machine weighs less.
    """
    chosen = tuple(items) * times

    def seconds() -> float:
        start = time.process_time()
        for item in chosen:
            function(item)
        return (time.process_time() - start) / len(chosen)

    return Contender(name, seconds)
