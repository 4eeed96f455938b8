"""A ledger as one run to one target uses it."""

from dataclasses import dataclass, replace
from datetime import datetime

from orderkit.mapping.results import without_values
from orderkit.sending.ledger import Ledger
from orderkit.sending.request import Request
from orderkit.sending.results import SendResult


@dataclass(frozen=True, slots=True)
class TargetLedger:
    """A ledger as one run uses it.

    target: the name that deliveries have there, of `target_name`
    force:  whether to send again what was delivered before
    also_outdated: whether to send an update after a newer one that was delivered
    """

    ledger: Ledger
    target: str
    force: bool = False
    also_outdated: bool = False

    def held_back(self, planned: SendResult, request: Request) -> SendResult | None:
        """The verdict on what is not to be sent: TikTok has it, or a newer one; None otherwise."""
        standing, earlier = self.ledger.standing(self.target, request)
        allowed = {"new": True, "skipped": self.force, "outdated": self.also_outdated}
        if earlier is None or allowed[standing]:
            return None
        moment = datetime.fromtimestamp(earlier.started_at).astimezone().isoformat(" ", "seconds")
        log_id = f", log_id {earlier.delivery.log_id}" if earlier.delivery.log_id else ""
        message, next_step = f"delivered on {moment}{log_id}", ""
        if standing == "outdated":
            status = earlier.delivery.order_status
            message = f"TikTok has a newer update of this order, {status}, {message}"
            next_step = (
                "Nothing to do, unless the settings read its times otherwise since then (another "
                "time zone): --also-outdated sends it all the same."
            )
        return replace(
            planned, verdict=standing, message=message, next_step=next_step, request=None
        )

    def note(self, planned: SendResult) -> None:
        """Write down an event that is not sent, and why."""
        if planned.verdict == "filtered":
            self.ledger.filter(self.target, without_values(planned.message))
            return
        self.ledger.refuse(
            self.target,
            planned.order_id,
            planned.order_status,
            planned.kind,
            f"{planned.message}; to correct it: {planned.next_step}",
            planned.entry.event,
        )
