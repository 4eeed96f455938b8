"""What is measured, and how: contenders in turns, each as a ratio to the yardstick of its turn."""

import os
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True)
class Contender:
    """One figure. `run` takes it once: how long one item took, as a rule."""

    name: str
    run: Callable[[], float]


@dataclass(frozen=True)
class Bound:
    """A promise: `name` takes at most `most` times what `against` takes."""

    name: str
    against: str
    most: float


def in_words(seconds: float) -> str:
    """A duration with three digits and its unit."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs"), (1e9, "ns")):
        if seconds * factor >= 1 or unit == "ns":
            break
    return f"{seconds * factor:.3g} {unit}"


@dataclass(frozen=True)
class Group:
    """Figures that belong together; the first contender is the yardstick of the others.

    measure: what one figure is, such as "time of one event"
    shown:   how a figure is written
    absent:  contenders that cannot be had here, and what would bring them
    rounds:  at most so many, and nothing is warmed up: for figures that take seconds each
    """

    title: str
    measure: str
    contenders: Sequence[Contender]
    bounds: Sequence[Bound] = ()
    absent: Sequence[str] = ()
    shown: Callable[[float], str] = in_words
    rounds: int | None = None


@dataclass(frozen=True)
class Measured:
    """The figure of each contender in each round."""

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
        """The median figure of a contender."""
        return median(self.rounds[name])


def measure(group: Group, rounds: int) -> Measured:
    """All contenders in turns, so that what else the machine does weighs on all alike."""
    if group.rounds is None:
        for contender in group.contenders:
            contender.run()  # caches are filled, and code is warm
    figures: dict[str, list[float]] = {contender.name: [] for contender in group.contenders}
    for _round in range(min(rounds, group.rounds or rounds)):
        for contender in group.contenders:
            figures[contender.name].append(contender.run())
    return Measured(group, figures)


def each(
    name: str, function: Callable[[Any], object], items: Iterable[Any], times: int
) -> Contender:
    """A contender that calls a function with each of the items, `times` over.

    The processor's time counts, not the clock's: other work on the machine weighs less.
    """
    chosen = tuple(items) * times

    def run() -> float:
        start = time.process_time()
        for item in chosen:
            function(item)
        return (time.process_time() - start) / len(chosen)

    return Contender(name, run)


def together(names: Sequence[str], run: Callable[[], Sequence[float]]) -> list[Contender]:
    """Contenders whose figures come of one run, which the first of them makes."""
    last: list[float] = []

    def figure(place: int) -> float:
        if not place:
            last[:] = run()
        return last[place]

    return [Contender(name, partial(figure, place)) for place, name in enumerate(names)]


def timed(
    name: str, run: Callable[[], object], items: int, outputs: Iterable[Path] = ()
) -> list[Contender]:
    """Two contenders, the second `by_clock` of the first: what a run takes for one of its items.

    Processes that it starts and ends count too. That the `outputs` of those before it are removed
    does not: each finds the same memory free.
    """

    def spent() -> tuple[float, float]:
        for output in outputs:
            output.unlink(missing_ok=True)
        os.sync()  # what others wrote is not to be put on the disk meanwhile
        clock, processor = time.perf_counter(), processor_time()
        run()
        return (processor_time() - processor) / items, (time.perf_counter() - clock) / items

    return together((name, by_clock(name)), spent)


def by_clock(name: str) -> str:
    """The name of the contender with the clock's time, where `name` has the processor's."""
    return f"{name}, by the clock"


def processor_time() -> float:
    """Seconds of processor that this process and those it started and that ended have used."""
    return used_by(resource.RUSAGE_SELF) + used_by(resource.RUSAGE_CHILDREN)


def used_by(who: int) -> float:
    """Seconds of processor, of RUSAGE_SELF or RUSAGE_CHILDREN."""
    # os.times() counts hundredths of a second only.
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime
