"""What the sandbox keeps: orders by id, and what it received for each of their statuses."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Body:
    """One ``order_info`` as received, and how often exactly that one came for a status."""

    order_info: dict[str, Any]
    count: int


@dataclass(frozen=True, slots=True)
class StatusReceipt:
    """What came for one order and status: how often, with which bodies, `log_id` of the last."""

    order_status: str
    count: int
    bodies: tuple[Body, ...]
    log_id: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it now stands; `history` has its statuses in the order they first came."""

    order_id: str
    order_status: str
    order_info: dict[str, Any]
    history: tuple[StatusReceipt, ...]


class Received(NamedTuple):
    """One order call that reached storing; `at` is a Unix timestamp with its fraction."""

    order_id: str
    order_status: str
    log_id: str
    at: float


class Orders:
    """Orders by id. Storing is an upsert by order and status, as TikTok's call is."""

    def __init__(self) -> None:
        self.by_id: dict[str, Order] = {}
        self.received: list[Received] = []

    def store(self, order_info: dict[str, Any], log_id: str, at: float) -> None:
        order_id, status = order_info["order_id"], order_info["order_status"]
        self.received.append(Received(order_id, status, log_id, at))
        before = self.by_id.get(order_id)
        receipts = {receipt.order_status: receipt for receipt in before.history} if before else {}
        receipts[status] = _receive(receipts.get(status), order_info, log_id)
        # Records are replaced, never changed: a snapshot taken earlier stays what it was.
        self.by_id[order_id] = Order(order_id, status, order_info, tuple(receipts.values()))


def _receive(
    before: StatusReceipt | None, order_info: dict[str, Any], log_id: str
) -> StatusReceipt:
    if before is None:
        return StatusReceipt(order_info["order_status"], 1, (Body(order_info, 1),), log_id)
    bodies = list(before.bodies)
    for at, body in enumerate(bodies):
        if body.order_info == order_info:
            bodies[at] = replace(body, count=body.count + 1)
            break
    else:
        bodies.append(Body(order_info, 1))
    return StatusReceipt(before.order_status, before.count + 1, tuple(bodies), log_id)
