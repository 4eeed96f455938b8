"""The ledger: what was sent where, and what came of it, in an SQLite file of the user's own.

Each delivery is written down before its call and again after it. A process that dies in between
leaves an entry without an end: that order may have arrived, so it counts as ``unknown`` and is sent
again, which does no harm. What TikTok has is not sent to the same target again, and no update of an
order after a newer one that was delivered.

The file is private to its user, holds no credentials, and may be read while a sending goes on.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from orderkit.events.jsontext import dumps_plain
from orderkit.sending.delivery import Delivery
from orderkit.sending.ledger.entry import (
    Entry,
    Event,
    columns_of_delivery,
    columns_of_event,
    digest,
)
from orderkit.sending.ledger.file import default_path
from orderkit.sending.ledger.history import Standing, Update, standing
from orderkit.sending.ledger.reader import LedgerReader
from orderkit.sending.request import Request

__all__ = ["Entry", "Ledger", "default_path"]

#: Seconds for which dry runs, and events beside their deliveries, are kept: 48 hours, as the
#: platform's inspector has it. Events hold personal data.
KEPT: Final = 48 * 3600.0

#: Filtered events are counted in memory, and written down after so many.
_FLUSHED_AFTER: Final = 1000
#: A value in the reason why an event was filtered: an address, or a number of somebody.
_OF_A_PERSON: Final = re.compile(r'"[^"]*(?:@|[0-9]{4})[^"]*"')


class Ledger(LedgerReader):
    """What was sent where, and what came of it."""

    def __init__(self, path: Path | str | None = None) -> None:
        super().__init__(path)
        self._run = self._next_run()

    def close(self) -> None:
        """Write what is still to be written, and let go of the file."""
        with self.exclusive():
            self._flush()
        super().close()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Keep others from sending by this ledger meanwhile. Raises LedgerError when one does.

        What is sent within it is one run: of one moment, what comes later in it is newer.
        """
        with self.alone(1):
            self._run = self._next_run()
            self._forget_events()
            try:
                yield
                self.refuse_lost()
            finally:
                with self.exclusive():
                    self._flush()

    @contextmanager
    def rehearsing(self) -> Iterator[None]:
        """Write dry runs down, while others may send. Raises LedgerError."""
        self._forget_events()
        try:
            yield
        finally:
            with self.exclusive():
                self._flush()

    def standing(self, target: str, request: Request) -> tuple[Standing, Entry | None]:
        """Whether a request is still to be sent to a target, and the delivery that decides it."""
        keys = request.keys
        with self.exclusive():
            rows = self.rows.execute(
                "SELECT number, run, verdict, digest, update_time FROM delivery"
                " WHERE target = ? AND order_id = ? AND payload != x'' ORDER BY number",
                (target, keys.order_id),
            )
            history = [Update(*row) for row in rows]
        found, number = standing(history, digest(request.body), keys.update_time, self._run)
        return found, next(iter(self._entries("WHERE number = ?", (number,))), None)

    def begin(self, target: str, request: Request, event: Event | None = None) -> int:
        """Write down that a request is about to be sent; `end` takes the number.

        `event` is what the order was made of. Raises LedgerError, also when the file is gone.
        """
        self.refuse_lost()
        with self.exclusive():
            self._flush()
            # A loss of power must not forget that a live call was begun. That of what came of it
            # leaves it unknown, so that it is sent again.
            live = target.startswith("http")
            if live:
                self.rows.execute("PRAGMA synchronous = FULL")
            number = self._begin(target, request, event)
            if live:
                self.rows.execute("PRAGMA synchronous = NORMAL")
            return number

    def rehearse(self, target: str, request: Request, event: Event | None = None) -> None:
        """Write down what would have been sent: a dry run."""
        with self.exclusive():
            self._begin(target, request, event, verdict="dry-run", cause="dry_run")

    def _begin(self, target: str, request: Request, event: Event | None, **more: Any) -> int:
        return self.insert(
            "delivery",
            target=target,
            url=request.url,
            order_id=request.keys.order_id,
            order_status=request.keys.order_status,
            payload=request.body,
            digest=digest(request.body),
            started_at=time.time(),
            run=self._run,
            update_time=request.keys.update_time,
            **columns_of_event(event),
            **more,
        )

    def _forget_events(self) -> None:
        """Events and dry runs are kept as long as somebody may look into them, and no longer."""
        before = (time.time() - KEPT,)
        with self.exclusive():
            self.rows.execute(
                "DELETE FROM delivery WHERE verdict = 'dry-run' AND started_at < ?", before
            )
            self.rows.execute(
                "UPDATE delivery SET event = x'' WHERE started_at < ? AND event != x''", before
            )

    def _next_run(self) -> int:
        """A number larger than that of any run before."""
        with self.exclusive():
            self._flush()
            (latest,) = self.rows.execute(
                "SELECT max(coalesce((SELECT max(number) FROM delivery), 0),"
                " coalesce((SELECT max(run) FROM filtered), 0))"
            ).fetchone()
        return int(latest) + 1

    def end(self, number: int, delivery: Delivery) -> None:
        """Write down what came of it."""
        values = {"ended_at": time.time(), **columns_of_delivery(delivery)}
        places = ", ".join(f"{name} = ?" for name in values)
        with self.exclusive():
            self.rows.execute(
                f"UPDATE delivery SET {places} WHERE number = ?",  # noqa: S608 - our names
                (*values.values(), number),
            )

    def refuse(
        self,
        target: str,
        order_id: str,
        order_status: str,
        kind: str,
        message: str,
        event: Event | None = None,
    ) -> None:
        """Write down an event that the checks kept from being sent; `kind` is what they found.

        One without an order id is known again by its content.
        """
        now = time.time()
        content = b"" if order_id or event is None else digest(dumps_plain(event))
        with self.exclusive():
            self.insert(
                "delivery",
                target=target,
                url="",
                order_id=order_id,
                order_status=order_status,
                payload=b"",
                digest=content,
                started_at=now,
                ended_at=now,
                verdict="invalid",
                cause="invalid",
                code=orjson.dumps(kind).decode(),
                message=message,
                run=self._run,
                **columns_of_event(event),
            )

    def filter(self, target: str, reason: str) -> None:
        """Count an event that is not for this destination, without what may be of a person."""
        reason = _OF_A_PERSON.sub('"…"', reason)
        with self.exclusive():
            self._filtered[target, int(time.time() // 60), reason, self._run] += 1
            if self._filtered.total() >= _FLUSHED_AFTER:
                self._flush()
