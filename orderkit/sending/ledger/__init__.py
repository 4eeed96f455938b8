"""The ledger: what was sent where, and what came of it, in an SQLite file of the user's own.

Each delivery is written down before its call and again after it. A process that dies in between
leaves an entry without an end: that order may have arrived, so it counts as ``unknown`` and is sent
again, which does no harm. What was delivered is never sent to the same target again.

The file is private to its user, holds no credentials, and may be read while a sending goes on.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from orderkit.sending.delivery import Code, Delivery, order_keys
from orderkit.sending.ledger.entry import Entry, columns, digest, entry_of
from orderkit.sending.ledger.file import LedgerFile, default_path
from orderkit.sending.request import Request

__all__ = ["Entry", "Ledger", "default_path"]

#: Filtered events are counted in memory, and written down after so many.
_FLUSHED_AFTER: Final = 1000


class Ledger(LedgerFile):
    """What was sent where, and what came of it."""

    def __init__(self, path: Path | str | None = None) -> None:
        self._filtered: Counter[tuple[str, int, str]] = Counter()
        super().__init__(path)

    def close(self) -> None:
        """Write what is still to be written, and let go of the file."""
        with self.told():
            self._flush()
        super().close()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Keep others from sending by this ledger meanwhile. Raises LedgerError when one does."""
        with self.alone(1):
            try:
                yield
            finally:
                with self.told():
                    self._flush()

    # -- writing

    def delivered(self, target: str, payload: bytes) -> Entry | None:
        """The last delivery of exactly this payload to this target, if it was delivered."""
        where = "WHERE target = ? AND digest = ? ORDER BY number DESC LIMIT 1"
        last = next(iter(self._entries(where, (target, digest(payload)))), None)
        return last if last and last.delivery.verdict == "delivered" else None

    def begin(self, target: str, request: Request) -> int:
        """Write down that a request is about to be sent; `end` takes the number."""
        order_id, order_status = order_keys(request.body)
        with self.told():
            self._flush()
            return self.insert(
                "delivery",
                target=target,
                url=request.url,
                order_id=order_id,
                order_status=order_status,
                payload=request.body,
                digest=digest(request.body),
                started_at=time.time(),
            )

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
        self, target: str, order_id: str, order_status: str, kind: str, message: str
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
            )

    def filter(self, target: str, reason: str) -> None:
        """Count an event that is not for this destination."""
        with self.told():
            self._filtered[target, int(time.time() // 60), reason] += 1
            if self._filtered.total() >= _FLUSHED_AFTER:
                self._flush()

    # -- reading

    def entries(
        self, *, order: str = "", verdict: str = "", target: str = "", most: int = -1
    ) -> list[Entry]:
        """The latest entries, newest first, at most `most` of them if that is not negative.

        `order` is an order id or a part of one; an empty text asks for all.
        """
        wanted, values = [], []
        if order:
            wanted.append("instr(lower(order_id), lower(?)) > 0")
            values.append(order)
        for column, value in (("verdict", verdict), ("target", target)):
            if value:
                wanted.append(f"{column} = ?")
                values.append(value)
        where = f"WHERE {' AND '.join(wanted)}" if wanted else ""
        return self._entries(f"{where} ORDER BY number DESC LIMIT ?", (*values, most))

    def unsettled(self, target: str = "") -> list[list[Entry]]:
        """The orders whose latest delivery ended otherwise than delivered, the largest group first.

        A group has one cause and one code, and so one solution; its newest entry comes first.
        """
        found: dict[tuple[str, Code | None], list[Entry]] = {}
        for entry in self._entries(
            "WHERE verdict != 'delivered' AND ? IN ('', target) AND number IN"
            " (SELECT max(number) FROM delivery GROUP BY target, order_id, order_status)"
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
