"""The ways in which the sandbox can fail, and scripts of them.

A script is what the next order calls meet, one entry a call, separated by commas; after its end
all is well again. ``name(value)`` sets the fault's one parameter, ``name*3`` repeats the entry.
Only calls that bear a good token, within the rate, meet the script.
"""

import random
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from orderkit.errors import OrderkitError
from orderkit.events.paths import near_misses


class FaultError(OrderkitError):
    """A script of faults that cannot be read."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail.

    name:        as it is written in scripts
    description: what happens on the wire
    stored:      whether the order is judged and stored all the same
    parameter:   what the value in parentheses means, or ``""``
    default, low, high: that value where none is written, and its bounds
    """

    name: str
    description: str
    stored: bool = False
    parameter: str = ""
    default: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def written(self) -> str:
        """The fault as scripts and lists write it, its default value included."""
        return f"{self.name}({self.default:.12g})" if self.parameter else self.name

    @property
    def meaning(self) -> str:
        """What happens, to the order too, and what the value means: one line for users."""
        kept = "; the order is stored" if self.stored else ""
        value = f"; the value: {self.parameter}" if self.parameter else ""
        return f"{self.description}{kept}{value}"


OK: Final = Fault("ok", "the call is answered as it should be", stored=True)
REFUSED: Final = Fault(
    "refused",
    "before any call: for a while connections are refused, open ones are dropped",
    False,
    *("seconds", 1, 0.01, 3600),
)

FAULTS: Final = {
    fault.name: fault
    for fault in (
        Fault("slow", "the answer is held back", True, "seconds", 1, 0, 3600),
        Fault("timeout", "no answer, until the client gives up"),
        REFUSED,
        Fault("reset_before", "the connection is reset before the answer"),
        Fault("reset_after", "the connection is reset in the middle of the answer's body", True),
        Fault("throttled_seconds", "429, Retry-After in seconds", False, "seconds", 1, 0, 3600),
        Fault("throttled_date", "429, Retry-After as a date", False, "seconds", 1, 0, 3600),
        Fault("server_error", "an HTTP error status", False, "status", 500, 400, 599),
        Fault("unauthorized", "401 for this token, until the client gets a new one"),
        Fault("error_code", "200 with an error code", False, "code", -3000100, -1e10, 1e10),
        Fault("no_json", "200 with a body that is no JSON"),
        Fault("answer_lost", "the connection is reset instead of an answer", True),
        Fault(
            "rate_limit",
            "from this call on, 429 above a rate; 0 lifts it",
            True,
            "calls a second",
            3,
            0,
            1e5,
        ),
    )
}

_ENTRY: Final = re.compile(
    r"(?P<name>\w+)\s*(?:\(\s*(?P<value>[^()]*?)\s*\))?\s*(?:\*\s*(?P<times>[0-9]{1,6}))?"
)
_MOST_CALLS: Final = 100_000


@dataclass(frozen=True, slots=True)
class FaultStep:
    """What one call meets."""

    fault: Fault
    value: float

    def __str__(self) -> str:
        return replace(self.fault, default=self.value).written


_WELL: Final = FaultStep(OK, 0.0)


def parse_script(script: str) -> list[FaultStep]:
    """The steps of a script, one a call. Raises `FaultError` that says which entry is wrong."""
    steps: list[FaultStep] = []
    for number, text in enumerate(script.split(","), start=1):
        if not text.strip():
            continue
        entry = _ENTRY.fullmatch(text.strip())
        if entry is None:
            raise FaultError(
                f"entry {number} of the script: found {text.strip()!r}; write a fault as name, "
                "name(value), name*times or name(value)*times"
            )
        step = _step(number, entry["name"], entry["value"])
        times = int(entry["times"] or 1)
        if len(steps) + times > _MOST_CALLS:
            raise FaultError(f"a script is for at most {_MOST_CALLS:,} calls")
        steps += [step] * times
    return steps


def _step(number: int, name: str, written: str | None) -> FaultStep:
    place = f"entry {number} of the script"
    fault = OK if name == OK.name else FAULTS.get(name)
    if fault is None:
        near = near_misses(name, FAULTS)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        raise FaultError(
            f"{place}: there is no fault {name!r}; {meant}The faults are {', '.join(FAULTS)}; ok "
            "is none"
        )
    if fault is OK:
        return _WELL
    if written is None:
        return FaultStep(fault, fault.default)
    if not fault.parameter:
        raise FaultError(f"{place}: {name} takes no value; write {name}")
    try:
        value = float(written)
    except ValueError:
        value = float("nan")
    if not fault.low <= value <= fault.high:
        raise FaultError(
            f"{place}: found {name}({written}); write {fault.parameter} from {fault.low:,.12g} to "
            f"{fault.high:,.12g}"
        )
    return FaultStep(fault, value)


class Script:
    """What the coming calls meet, and what the past ones met (`met`, counted by fault)."""

    def __init__(self) -> None:
        self.met: Counter[str] = Counter()
        self._steps: deque[FaultStep] = deque()
        self._drawn: Iterator[FaultStep] = iter(())
        self._source = ""

    def write(self, steps: Sequence[FaultStep]) -> None:
        """Replace what is pending by these steps."""
        self._steps, self._drawn, self._source = deque(steps), iter(()), ""

    def write_random(self, seed: int, share: float, names: Sequence[str] | None) -> None:
        """Replace what is pending: a `share` (0 to 1) of all coming calls meets a fault.

        Which ones, and which of `names` (entries like in a script; None: each fault but
        rate_limit, which would stay), follows from `seed` alone.
        """
        if not 0 <= share <= 1:
            raise FaultError(f"the share of calls that meet a fault: found {share}; write 0 to 1")
        chosen = [name for name in FAULTS if name != "rate_limit"] if names is None else names
        steps = parse_script(", ".join(chosen))
        if not steps:
            raise FaultError("random faults: there are none to choose from; name one at least")
        self._steps, self._drawn = deque(), _random_steps(seed, share, steps)
        self._source = f"random, seed {seed}, share {share:g}"

    def refusal(self) -> float:
        """Seconds for which connections are to be refused, now that it is the next step's turn.

        Takes that step, and those after it that refuse as well; 0 where there is none.
        """
        seconds = 0.0
        while self._head().fault is REFUSED:
            seconds += self.take().value
        return seconds

    def take(self) -> FaultStep:
        """What this call meets."""
        step = self._head()
        self._steps.popleft()
        self.met[step.fault.name] += 1
        return step

    def pending(self) -> list[str]:
        """What is still to come, in the words of a script."""
        # Copied in one go: other threads ask, too.
        runs = [(step, sum(1 for _ in run)) for step, run in groupby(list(self._steps))]
        if runs and runs[-1][0] is _WELL:
            runs.pop()
        coming = [f"{step}*{times}" if times > 1 else str(step) for step, times in runs]
        return [*coming, self._source] if self._source else coming

    def _head(self) -> FaultStep:
        if not self._steps:
            self._steps.append(next(self._drawn, _WELL))
        return self._steps[0]


def _random_steps(seed: int, share: float, steps: Sequence[FaultStep]) -> Iterator[FaultStep]:
    generator = random.Random(seed)  # noqa: S311 - repeatable on purpose
    before = _WELL
    while True:
        step = generator.choice(steps) if generator.random() < share else _WELL
        # A refusal takes no call: one straight after another would never end.
        if step.fault is REFUSED and before.fault is REFUSED:
            step = _WELL
        yield step
        before = step


def describe_faults() -> list[dict[str, Any]]:
    """The faults as JSON objects."""
    return [
        {
            "name": fault.name,
            "description": fault.description,
            "stored": fault.stored,
            "parameter": fault.parameter,
            "default": fault.default if fault.parameter else None,
        }
        for fault in FAULTS.values()
    ]
