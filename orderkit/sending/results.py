"""What came of one event in a run, and what would come of it: the plan of a dry run."""

from dataclasses import dataclass, replace
from typing import Any, Final

from orderkit.events.reader import EventLine
from orderkit.mapping.problems import Problem
from orderkit.mapping.results import EventResult
from orderkit.sending.delivery import Delivery
from orderkit.sending.request import Request, order_request

#: Stands where the URL goes as long as there is none.
NO_URL: Final = "<endpoint_url is not set yet>"


@dataclass(frozen=True, slots=True)
class SendResult:
    """One event with its verdict.

    entry:    the event as it was read
    verdict:  the delivery's, or ``dry-run``, or why nothing was sent: ``filtered``, ``invalid``,
              ``skipped`` (delivered before), ``outdated`` (a newer one was)
    message:  the endpoint's, or why nothing was sent
    request:  what would go over the wire, in a dry run only
    problems: the errors that kept an event from being sent
    """

    entry: EventLine
    order_id: str
    order_status: str
    verdict: str
    message: str = ""
    next_step: str = ""
    delivery: Delivery | None = None
    request: Request | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def index(self) -> int:
        """The event's number, counted from 0."""
        return self.entry.index

    @property
    def done(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.verdict in ("delivered", "skipped", "outdated", "filtered", "dry-run")

    @property
    def begun(self) -> bool:
        """Whether it got as far as a verdict, or a stop came first."""
        return not (
            self.delivery and self.delivery.cause == "stopped" and not self.delivery.attempts
        )

    @property
    def cause(self) -> str:
        """A key of `OUTCOMES` where it was sent, and the verdict where it was not."""
        return self.delivery.cause if self.delivery else self.verdict

    @property
    def kind(self) -> str:
        """The first of the errors in short, as events with it are mended together."""
        return next((f"{p.code} {p.target}" for p in self.problems), "unreadable")

    def as_json(self) -> dict[str, Any]:
        """The verdict as a JSON object."""
        delivery = self.delivery
        entry: dict[str, Any] = {
            "index": self.index,
            "order_id": self.order_id,
            "order_status": self.order_status,
            "verdict": self.verdict,
            "http_status": delivery.http_status if delivery else None,
            "code": delivery.code if delivery else None,
            "message": self.message,
            "log_id": delivery.log_id if delivery else None,
            "attempts": delivery.attempts if delivery else 0,
            "seconds": round(delivery.seconds, 3) if delivery else 0.0,
            "next_step": self.next_step,
        }
        if self.problems:
            entry["problems"] = [problem.as_json() for problem in self.problems]
        if self.request:
            entry["request"] = self.request.as_text()
        return entry


def plan_sending(result: EventResult, url: str | None) -> SendResult:
    """What sending would do, as of a dry run: the request, or why there is none."""
    entry, mapped = result.entry, result.mapped
    if mapped is None:
        return SendResult(
            entry, "", "", "invalid", entry.error, "correct the line, or leave it out"
        )
    planned = SendResult(entry, result.order_id, mapped.order_status or "", mapped.outcome)
    if mapped.outcome == "filtered":
        return replace(planned, message=mapped.reason)
    if mapped.outcome == "rejected":
        errors = tuple(problem for problem in mapped.problems if problem.level == "error")
        return replace(
            planned,
            verdict="invalid",
            message="; ".join(f"{p.code} {p.target}: {p.message}" for p in errors),
            next_step="; ".join(dict.fromkeys(p.fix for p in errors)),
            problems=errors,
        )
    request = order_request(url or NO_URL, mapped.payload or {}, None)
    return replace(planned, verdict="dry-run", message="not sent", request=request)
