"""When an endpoint is taken to be down."""

from typing import Final

from orderkit.sending.delivery import Delivery

#: After so many orders in a row that failed, or got no answer, in the same way, the endpoint is
#: taken to be down.
HOPELESS: Final = 20


class FailureStreak:
    """How many orders in a row came to nothing in the same way."""

    def __init__(self) -> None:
        self._cause, self._times = "", 0

    def add(self, delivery: Delivery) -> None:
        """Count a delivery."""
        lost = delivery.verdict in ("failed", "unknown")
        self._times = self._times + 1 if lost and delivery.cause == self._cause else int(lost)
        self._cause = delivery.cause

    @property
    def hopeless(self) -> bool:
        """Whether the endpoint is taken to be down."""
        return self._times >= HOPELESS
