"""Whether a payload is still to be sent, by what the ledger has of its order. Pure functions.

Statuses of one order are one history. What counts is what TikTok has now, not what it once had; and
an update never follows a newer one that was delivered. Updates are ordered by ``update_time``, and
those of one moment by their place in the input.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

#: ``new``: to be sent; ``skipped``: TikTok has exactly this now; ``outdated``: it has a newer one.
Standing: TypeAlias = Literal["new", "skipped", "outdated"]

#: Verdicts after which TikTok may have another state of the order than before.
_ARRIVED: Final = ("delivered", "unknown")


@dataclass(frozen=True, slots=True)
class Update:
    """One delivery of an order, as far as the order of updates goes.

    run:         the sending that made it; later ones have larger numbers
    digest:      what tells its payload from others
    update_time: Unix seconds, None where the payload has none
    """

    number: int
    run: int
    verdict: str
    digest: bytes
    update_time: float | None = None


def standing(
    history: Sequence[Update], digest: bytes, update_time: float | None, run: int
) -> tuple[Standing, int]:
    """What a payload is after these deliveries of its order, oldest first.

    `run` is the sending that asks. The number is that of the delivery that decides; 0 for ``new``.
    """
    if number := _held_now(history, digest):
        return "skipped", number
    delivered = [update for update in history if update.verdict == "delivered"]
    dated = [(u.update_time, u.number, u) for u in delivered if u.update_time is not None]
    if update_time is None or not dated:
        return "new", 0
    _, _, newest = max(dated)
    if newest.update_time is not None and update_time < newest.update_time:
        return "outdated", newest.number
    if update_time == newest.update_time and _stood_before(history, digest, newest, run):
        return "outdated", newest.number
    return "new", 0


def _held_now(history: Sequence[Update], digest: bytes) -> int:
    """The delivery by which TikTok has exactly this payload now, 0 where that is not certain."""
    for update in reversed(history):
        if update.verdict in _ARRIVED:
            if update.digest != digest:
                return 0
            if update.verdict == "delivered":
                return update.number
    return 0


def _stood_before(history: Sequence[Update], digest: bytes, newest: Update, run: int) -> bool:
    """Whether a payload came before the newest one in the input that brought that one.

    Payloads of one order are sent in the order of their input. What this run delivered stands
    before whatever it sends now.
    """
    return newest.run != run and any(
        update.run == newest.run and update.number < newest.number and update.digest == digest
        for update in history
    )
