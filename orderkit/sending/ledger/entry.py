"""One delivery as it is written down, and how it becomes a row and is read from one."""

import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from orderkit.sending.delivery import OUTCOMES, Delivery
from orderkit.sending.request import order_request
from orderkit.sending.retry import Wait


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivery as it was written down; moments are Unix seconds.

    target:   ``sandbox``, or the URL of the live endpoint
    url:      where it went in fact; "" for what was not sent
    ended_at: None when no end was written: on its way still, or interrupted
    payload:  the body as it was sent, b"" for what was not
    """

    number: int
    target: str
    url: str
    started_at: float
    ended_at: float | None
    payload: bytes
    delivery: Delivery

    def as_json(self) -> dict[str, Any]:
        """The entry as a JSON object, its delivery's fields included."""
        own = {name: getattr(self, name) for name in ("number", "target", "started_at", "ended_at")}
        return own | self.delivery.as_json()


def digest(payload: bytes) -> bytes:
    """What tells one payload from another."""
    return sha256(payload).digest()


def columns(delivery: Delivery) -> dict[str, Any]:
    """What the columns of a delivery's row hold when it has ended."""
    waits = [(w.reason, w.seconds, w.attempt, w.kind) for w in delivery.waits]
    return {
        "verdict": delivery.verdict,
        "cause": delivery.cause,
        "http_status": delivery.http_status,
        "code": orjson.dumps(delivery.code).decode(),
        "message": delivery.message,
        "log_id": delivery.log_id,
        "attempts": delivery.attempts,
        "seconds": delivery.seconds,
        "waits": orjson.dumps(waits).decode(),
        "answer": delivery.answer,
    }


def entry_of(row: sqlite3.Row) -> Entry:
    """The entry that a row holds."""
    url, payload = row["url"], row["payload"]
    # A cause that a newer orderkit wrote is told as the verdict it stands for.
    cause = row["cause"] if row["cause"] in OUTCOMES else "interrupted"
    delivery = Delivery(
        verdict=row["verdict"],
        cause=cause,
        http_status=row["http_status"],
        code=orjson.loads(row["code"]),
        message=row["message"],
        log_id=row["log_id"],
        attempts=row["attempts"],
        seconds=row["seconds"],
        waits=tuple(Wait(*wait) for wait in orjson.loads(row["waits"])),
        order_id=row["order_id"],
        order_status=row["order_status"],
        request=order_request(url, payload, None).as_text() if payload else "",
        answer=row["answer"],
    )
    moments = row["started_at"], row["ended_at"]
    return Entry(row["number"], row["target"], url, *moments, payload, delivery)
