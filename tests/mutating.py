"""Trying many mutated inputs: what breaks is printed, and what was slow.

``python -m tests.language.mutations NUMBER SEED`` tries formulas, ``tests.mapping.mutations``
events, ``tests.destination.mutations`` settings; the tests beside them try a few thousand.
"""

import gc
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from copy import deepcopy
from typing import Any, Final, TypeVar

Tried = TypeVar("Tried")

#: Seconds of its own that one input may take.
SLOW: Final = 0.5

_DEEP: list[Any] = []
for _ in range(200):
    _DEEP = [_DEEP]
#: What stands where it was not expected.
VALUES: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        3.5,
        -0.0,
        1e308,
        1e-320,
        10**18,
        2**63,
        2**64,
        10**400,
        -(10**30),
    ),
    *(
        "",
        " ",
        "0",
        "-5",
        "1.480",
        "1,480",
        "12,30",
        "450-",
        "NaN",
        "null",
        "undefined",
        "{{",
        "}}",
    ),
    *(
        "{{id}}",
        "{{a.b}}",
        "x" * 300,
        "9" * 5_000,
        "é" * 50,
        "\x00",
        "\x1b[31m",
        "\u202e",
        "\ufeff",
    ),
    *("\ud800", "[object Object]", "true", "2026-02-30", "03/04/2026", "2026-07-10T22:00:00.000Z"),
    *(
        "20260601120000",
        "1780308000123456",
        "9999-12-31T23:59:59+14:00",
        "0001-01-01",
        "booking_created",
    ),
    *("EUR", "eur", "XXX", "JPY", "FR", "CANCEL_ORDER", "https://x.example/?ttoclid=%2F", "(a+)+$"),
    *([], [[]], [None], [1, "2", {}], ["a"] * 50, {}, {"": 1}, {"a": {"b": []}}, {"X": 1, "0": 2}),
    *(_DEEP, {"price": "1"}, [{"id": 1}, {"id": None}, 5]),
)


def replaced(document: Any, chance: random.Random, odd: Callable[[], Any]) -> Any:
    """The document with one value, key or entry in it exchanged, taken out, doubled or added."""
    way: list[tuple[Any, Any]] = []
    part, new = document, deepcopy(odd())
    while isinstance(part, dict | list) and part:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = chance.choice(keys)
        way.append((part, key))
        if chance.random() < 0.25:
            break
        part = part[key]
    if not way:
        return new
    holder, key = way[-1]
    match chance.randrange(5):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[chance.choice((f"{key} ", "X", "0", "a.b", str(key).upper()))] = holder.pop(key)
        case 1 | 2 if isinstance(holder, list):
            holder.insert(key, holder[key])
        case _:
            holder[key] = new
    return document


def cut(text: str, chance: random.Random, pieces: Collection[str]) -> str:
    """The text with a few characters taken out, doubled, turned round or replaced."""
    at, to = sorted(chance.randint(0, len(text)) for _ in range(2))
    to = min(to, at + 8)
    new = chance.choice(("", chance.choice(tuple(pieces)), text[at:to] * 2, text[at:to][::-1]))
    return f"{text[:at]}{new}{text[to:]}"


def outcomes(
    tried: Iterable[Tried],
    outcome: Callable[[Tried], str],
    found: Counter[str] | None = None,
    *,
    show: bool = False,
) -> Counter[str]:
    """What came of each input: what `outcome` says, "slow", or the exception that it raised.

    found: gets the counts as they are made
    """
    found = Counter() if found is None else found
    for each in tried:
        ended, seconds = _tried(each, outcome)
        if seconds > SLOW:
            ended = "slow"
        if show and ended.startswith(("slow", "broken")):
            print(ended[:300], repr(each)[:2_000], file=sys.stderr)
        found[ended.partition(": ")[0]] += 1
    return found


def _tried(each: Tried, outcome: Callable[[Tried], str]) -> tuple[str, float]:
    """What came of an input, and the seconds of processor time that it took.

    Without those of garbage collection, which hang on all else that the process holds.
    """
    gc.disable()
    start = time.thread_time()
    try:
        ended = outcome(each)
    except Exception as error:  # it is what is looked for
        ended = f"broken: {type(error).__name__}: {error}"
    seconds = time.thread_time() - start
    gc.enable()
    return ended, seconds


def main(mutated: Callable[[int, int], Iterable[Tried]], outcome: Callable[[Tried], str]) -> int:
    """The command: NUMBER and SEED; prints what came of them, and ends with 1 if any broke.

    Interrupted, it prints what came of those tried by then.
    """
    number, seed = [*map(int, sys.argv[1:]), 100_000, 1][:2]
    started, found = time.monotonic(), Counter[str]()
    with suppress(KeyboardInterrupt):
        outcomes(mutated(number, seed), outcome, found, show=True)
    print(found.total(), dict(found.most_common()), f"{time.monotonic() - started:.0f} s")
    return int(bool(found["slow"] + found["broken"]))
