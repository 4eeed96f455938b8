"""One delivery as it is written down, and how it becomes a row and is read from one."""

import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias

import orjson

from orderkit.events.jsontext import dumps_plain, show
from orderkit.events.paths import is_index, walk
from orderkit.masking import mask
from orderkit.sending.delivery import OUTCOMES, Delivery
from orderkit.sending.request import OrderKeys, order_request
from orderkit.sending.retry import Wait


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivery as it was written down; moments are Unix seconds.

    target:   ``sandbox``, or the URL of the live endpoint
    url:      where it went in fact; "" for what was not sent
    ended_at: None when no end was written: on its way still, or interrupted
    payload:  the body as it was sent, b"" for what was not
    event:    the event it was made of, as JSON; b"" where that is not kept, or not any more
    test_code: the event's property of that name, which marks it as a test; "" without
    """

    number: int
    target: str
    url: str
    started_at: float
    ended_at: float | None
    payload: bytes
    delivery: Delivery
    event: bytes = b""
    test_code: str = ""

    def as_json(self) -> dict[str, Any]:
        """The entry as a JSON object, its delivery's fields included."""
        own = {name: getattr(self, name) for name in ("number", "target", "started_at", "ended_at")}
        event = orjson.loads(mask(self.event.decode())) if self.event else None
        return own | self.delivery.as_json() | {"test_code": self.test_code, "event": event}


#: An event as it came in.
Event: TypeAlias = dict[str, Any]


def columns_of_event(event: Event | None) -> dict[str, Any]:
    """What the columns of a row hold of the event that it is about."""
    if event is None:
        return {}
    code = event.get("test_code")
    return {
        "event": dumps_plain(event),
        "test_code": "" if code is None or isinstance(code, dict | list) else str(code).strip(),
    }


def has_property(entry: Entry, wanted: str) -> bool:
    """Whether the event of an entry, or its payload, has a property, or a text somewhere.

    "path=value" names a property by its path: ``items.coupon`` or ``items.X.coupon`` is that of any
    item, ``items.0.coupon`` that of the first. Case does not count.
    """
    texts = [text for text in (entry.event, entry.payload) if text]
    path, equals, value = wanted.partition("=")
    if not equals:
        return any(wanted.casefold() in text.decode(errors="replace").casefold() for text in texts)
    parts = path.strip().split(".")
    return any(
        _leads(parts, found.split(".")) and _reads(leaf, value.strip())
        for text in texts
        for found, leaf in walk(orjson.loads(text))
    )


def _leads(wanted: list[str], found: list[str]) -> bool:
    """Whether a path that is wanted leads to one that is there, through any item of an array."""
    at = 0
    for part in found:
        if at < len(wanted) and wanted[at] in ((part, "X") if is_index(part) else (part,)):
            at += 1
        elif not is_index(part):
            return False
    return at == len(wanted)


def _reads(value: Any, text: str) -> bool:
    """Whether a value is meant by a text."""
    if isinstance(value, str):
        return value.casefold() == text.casefold()
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return value == float(text)
        except ValueError:
            return False
    return show(value) == text.casefold()


def digest(payload: bytes) -> bytes:
    """What tells one payload from another."""
    return sha256(payload).digest()


def columns_of_delivery(delivery: Delivery) -> dict[str, Any]:
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
    keys = OrderKeys(row["order_id"], row["order_status"], row["update_time"])
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
        order_id=keys.order_id,
        order_status=keys.order_status,
        request=order_request(url, payload, None, keys).as_text() if payload else "",
        answer=row["answer"],
    )
    moments = row["started_at"], row["ended_at"]
    kept = bytes(row["event"] or b""), row["test_code"]
    return Entry(row["number"], row["target"], url, *moments, payload, delivery, *kept)
