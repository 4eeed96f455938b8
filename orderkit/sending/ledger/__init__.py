"""The ledger: what was sent where, and what came of it, in an SQLite file of the user's own.

Each delivery is written down before its call and again after it. A process that dies in between
leaves an entry without an end: that order may have arrived, so it counts as ``unknown`` and is sent
again, which does no harm. What TikTok has is not sent to the same target again, and no update of an
order after a newer one that was delivered.

The file is private to its user, holds no credentials, and may be read while a sending goes on.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from orderkit.sending.delivery import Code, Delivery, order_keys
from orderkit.sending.ledger.entry import (
    Entry,
    Event,
    columns,
    columns_of_event,
    digest,
    entry_of,
    has_property,
    update_time,
)
from orderkit.sending.ledger.file import LedgerFile, default_path
from orderkit.sending.ledger.history import Standing, Update, standing
from orderkit.sending.request import Request

__all__ = ["Entry", "Ledger", "default_path"]

#: Seconds for which events are kept beside their deliveries: 48 hours, as the platform's inspector
#: has it. They hold personal data.
EVENTS_KEPT: Final = 48 * 3600.0

#: Filtered events are counted in memory, and written down after so many.
_FLUSHED_AFTER: Final = 1000


class Ledger(LedgerFile):
    """What was sent where, and what came of it."""

    def __init__(self, path: Path | str | None = None) -> None:
        self._filtered: Counter[tuple[str, int, str]] = Counter()
        super().__init__(path)
        self._run = self._next_run()

    def close(self) -> None:
        """Write what is still to be written, and let go of the file."""
        with self.told():
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
                with self.told():
                    self._flush()

    # -- writing

    def standing(self, target: str, payload: bytes) -> tuple[Standing, Entry | None]:
        """Whether a payload is still to be sent to a target, and the delivery that decides it."""
        order_id, _ = order_keys(payload)
        with self.told():
            rows = self.rows.execute(
                "SELECT number, run, verdict, digest, update_time FROM delivery"
                " WHERE target = ? AND order_id = ? AND payload != x'' ORDER BY number",
                (target, order_id),
            )
            history = [Update(*row) for row in rows]
        found, number = standing(history, digest(payload), update_time(payload), self._run)
        return found, next(iter(self._entries("WHERE number = ?", (number,))), None)

    def begin(self, target: str, request: Request, event: Event | None = None) -> int:
        """Write down that a request is about to be sent; `end` takes the number.

        `event` is what the order was made of. Raises LedgerError, also when the file is gone.
        """
        self.refuse_lost()
        with self.told():
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

    def rehearse(self, target: str, request: Request, event: Event | None = None) -> int:
        """Write down what would have been sent: a dry run."""
        with self.told():
            number = self._begin(target, request, event)
            self.rows.execute(
                "UPDATE delivery SET ended_at = started_at, verdict = 'dry-run', cause = 'dry_run'"
                " WHERE number = ?",
                (number,),
            )
        return number

    def _begin(self, target: str, request: Request, event: Event | None) -> int:
        order_id, order_status = order_keys(request.body)
        return self.insert(
            "delivery",
            target=target,
            url=request.url,
            order_id=order_id,
            order_status=order_status,
            payload=request.body,
            digest=digest(request.body),
            started_at=time.time(),
            run=self._run,
            update_time=update_time(request.body),
            **columns_of_event(event),
        )

    def _forget_events(self) -> None:
        """Events are kept for as long as somebody may look into them, and no longer."""
        with self.told():
            self.rows.execute(
                "UPDATE delivery SET event = x'' WHERE started_at < ? AND event != x''",
                (time.time() - EVENTS_KEPT,),
            )

    def _next_run(self) -> int:
        """A number larger than that of any run before."""
        with self.told():
            (latest,) = self.rows.execute("SELECT max(number) FROM delivery").fetchone()
        return (latest or 0) + 1

    def end(self, number: int, delivery: Delivery) -> None:
        """Write down what came of it."""
        values = {"ended_at": time.time(), **columns(delivery)}
        places = ", ".join(f"{name} = ?" for name in values)
        with self.told():
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
        """Write down an event that the checks kept from being sent; `kind` is what they found."""
        now = time.time()
        with self.told():
            self.insert(
                "delivery",
                target=target,
                url="",
                order_id=order_id,
                order_status=order_status,
                payload=b"",
                digest=b"",
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
        """Count an event that is not for this destination."""
        with self.told():
            self._filtered[target, int(time.time() // 60), reason] += 1
            if self._filtered.total() >= _FLUSHED_AFTER:
                self._flush()

    # -- reading

    def entries(
        self,
        *,
        order: str = "",
        verdict: str = "",
        target: str = "",
        tests: bool = False,
        having: str = "",
        most: int = -1,
    ) -> list[Entry]:
        """The latest entries, newest first, at most `most` of them if that is not negative.

        order:  an order id or a part of one; an empty text asks for all
        tests:  only events that a `test_code` marks
        having: "path=value", a property of the event or of its payload; or a text in either
        """
        wanted, values = [], []
        if tests:
            wanted.append("test_code != ''")
        if order:
            wanted.append("instr(lower(order_id), lower(?)) > 0")
            values.append(order)
        for column, value in (("verdict", verdict), ("target", target)):
            if value:
                wanted.append(f"{column} = ?")
                values.append(value)
        where = f"WHERE {' AND '.join(wanted)}" if wanted else ""
        limit = -1 if having else most
        found = self._entries(f"{where} ORDER BY number DESC LIMIT ?", (*values, limit))
        if having:
            fits = (entry for entry in found if has_property(entry, having))
            return list(fits if most < 0 else islice(fits, most))
        return found

    def unsettled(self, target: str = "") -> list[list[Entry]]:
        """The orders whose latest delivery ended otherwise than delivered, the largest group first.

        A group has one cause and one code, and so one solution; its newest entry comes first.
        """
        found: dict[tuple[str, Code | None], list[Entry]] = {}
        for entry in self._entries(
            "AS latest WHERE verdict NOT IN ('delivered', 'dry-run') AND ? IN ('', target)"
            " AND number IN"
            " (SELECT max(number) FROM delivery GROUP BY target, order_id, order_status)"
            # What is outdated by now is no longer to be sent.
            " AND NOT EXISTS (SELECT 1 FROM delivery AS newer WHERE newer.target = latest.target"
            " AND newer.order_id = latest.order_id AND newer.verdict = 'delivered'"
            " AND newer.number > latest.number AND newer.update_time >= latest.update_time)"
            " ORDER BY number DESC",
            (target,),
        ):
            found.setdefault((entry.delivery.cause, entry.delivery.code), []).append(entry)
        return sorted(found.values(), key=len, reverse=True)

    def targets(self) -> list[str]:
        """Where something was sent, or kept from being sent, the latest first."""
        with self.told():
            self._flush()
            rows = self.rows.execute(
                "SELECT target FROM (SELECT target, max(started_at) AS moment FROM delivery"
                " GROUP BY 1 UNION ALL SELECT target, max(minute) * 60.0 FROM filtered GROUP BY 1)"
                " GROUP BY target ORDER BY max(moment) DESC"
            )
            return [row["target"] for row in rows]

    def counts(self, seconds: float = 0, target: str = "") -> dict[float, Counter[str]]:
        """Moment → verdict → number of events, by steps of so many seconds; 0: in one sum.

        A step begins at its moment. Filtered events are counted by the minute.
        """
        step = "0" if not seconds else "CAST({0} / :seconds AS INTEGER) * :seconds"
        found: dict[float, Counter[str]] = {}
        with self.told():
            self._flush()
            for row in self.rows.execute(
                f"""
                SELECT {step.format("started_at")} AS moment, verdict, count(*) AS times
                FROM delivery WHERE :target IN ('', target) GROUP BY 1, 2
                UNION ALL
                SELECT {step.format("minute * 60.0")}, 'filtered', sum(times)
                FROM filtered WHERE :target IN ('', target) GROUP BY 1
                """,  # noqa: S608 - the text is ours
                {"seconds": seconds, "target": target},
            ):
                found.setdefault(float(row["moment"]), Counter())[row["verdict"]] += row["times"]
        return dict(sorted(found.items()))

    def span(self, target: str = "") -> tuple[float, float] | None:
        """The moments of the first and the last event, None when there is none."""
        with self.told():
            self._flush()
            first, last = self.rows.execute(
                """
                SELECT min(moment), max(moment) FROM (
                    SELECT started_at AS moment FROM delivery WHERE :target IN ('', target)
                    UNION ALL SELECT minute * 60.0 FROM filtered WHERE :target IN ('', target)
                )
                """,
                {"target": target},
            ).fetchone()
        return None if first is None else (first, last)

    def reasons(self, target: str = "") -> Counter[str]:
        """Why events were filtered, and how many."""
        with self.told():
            self._flush()
            rows = self.rows.execute(
                "SELECT reason, sum(times) FROM filtered WHERE ? IN ('', target) GROUP BY 1",
                (target,),
            )
            return Counter(dict(rows.fetchall()))

    # -- within

    def _entries(self, where: str, values: tuple[Any, ...]) -> list[Entry]:
        # All of them: what is read row by row would meet what another thread writes meanwhile.
        with self.told():
            rows = self.rows.execute(f"SELECT * FROM delivery {where}", values)  # noqa: S608
            return list(map(entry_of, rows))

    def _flush(self) -> None:
        if not self._filtered:
            return
        self.rows.execute("BEGIN IMMEDIATE")
        self.rows.executemany(
            "INSERT INTO filtered VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET times = times + excluded.times",
            [(*key, times) for key, times in self._filtered.items()],
        )
        self.rows.execute("COMMIT")
        self._filtered.clear()
