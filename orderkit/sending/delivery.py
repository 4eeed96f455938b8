"""Deliveries: what each outcome means, and what to do next."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from orderkit.events.paths import count
from orderkit.sending.retry import Wait

VerdictName: TypeAlias = Literal["delivered", "rejected", "unknown", "failed", "invalid", "dry-run"]
Code: TypeAlias = int | float | str

TABLE: Final = Path(__file__).with_name("outcomes.csv")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which a try can end: a row of ``outcomes.csv``.

    cause:     its name, by which deliveries are grouped
    verdict:   what it makes of the delivery
    retried:   whether it is worth another try
    ends_run:  whether each further order would end the same way
    meaning:   for the user
    next_step: for the user
    """

    cause: str
    verdict: VerdictName
    retried: bool
    ends_run: bool
    meaning: str
    next_step: str


def _read_outcomes() -> dict[str, Outcome]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    for row in rows:
        row.update({name: row[name] == "yes" for name in ("retried", "ends_run")})
    return {row["cause"]: Outcome(**row) for row in rows}


#: Verdicts and retries as the delivery rules have them: connection errors, time-outs, 408, 425, 429
#: and 5xx other than 501 are tried again; another 4xx and a rejection in the body are not.
OUTCOMES: Final = _read_outcomes()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer says; `cause` is a key of `OUTCOMES`, and texts are masked."""

    verdict: VerdictName
    cause: str
    code: Code | None = None
    message: str = ""
    log_id: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending of one payload, and its verdict. No secret is in any of its texts.

    cause:        a key of `OUTCOMES`; `meaning` and `next_step` come from there
    code:         TikTok's, from the answer's body; of what the checks refused, what they found
    log_id:       what TikTok's support asks for
    attempts:     tries made
    seconds:      from the first try to the verdict, waits included
    request:      as it went over the wire, the last try's
    answer:       likewise, "" when none came
    """

    verdict: VerdictName
    cause: str
    http_status: int | None
    code: Code | None
    message: str
    log_id: str | None
    attempts: int
    seconds: float
    waits: tuple[Wait, ...]
    order_id: str
    order_status: str
    request: str
    answer: str

    @property
    def meaning(self) -> str:
        """What the outcome means."""
        return OUTCOMES[self.cause].meaning

    @property
    def next_step(self) -> str:
        """What to do about it."""
        return OUTCOMES[self.cause].next_step

    @property
    def facts(self) -> str:
        """HTTP status, TikTok's code and attempts, in short; what the checks found."""
        if self.cause == "invalid":
            return str(self.code)
        if self.cause == "dry_run":
            return "not sent"
        status = f"HTTP {self.http_status}" if self.http_status else "no answer"
        code = [f"code {self.code}"] if self.code is not None else []
        return " · ".join([status, *code, count(self.attempts, "attempt")])

    def as_json(self) -> dict[str, Any]:
        """The delivery as a JSON object, `meaning` and `next_step` included."""
        waits = [
            {"reason": w.reason, "seconds": w.seconds, "attempt": w.attempt, "kind": w.kind}
            for w in self.waits
        ]
        names = [name for name in self.__slots__ if name not in ("waits", "request", "answer")]
        return {
            **{name: getattr(self, name) for name in names},
            "meaning": self.meaning,
            "next_step": self.next_step,
            "waits": waits,
            "request": self.request,
            "answer": self.answer,
        }
