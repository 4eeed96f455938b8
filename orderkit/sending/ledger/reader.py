"""What a ledger says of the deliveries in it."""

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any, Final

from orderkit.sending.delivery import Code
from orderkit.sending.ledger.entry import Entry, entry_of, has_property
from orderkit.sending.ledger.file import LedgerFile

#: The latest delivery of each order in each status; an event without an order id is one by itself.
_LATEST: Final = (
    "AS latest WHERE ? IN ('', target) AND number IN (SELECT max(number) FROM delivery"
    " WHERE verdict != 'dry-run' GROUP BY target, order_id, order_status,"
    " CASE order_id WHEN '' THEN digest END)"
)
#: Of these, what is still to be sent: neither delivered, nor outdated by now.
_UNSETTLED: Final = (
    "verdict != 'delivered' AND NOT EXISTS (SELECT 1 FROM delivery AS newer"
    " WHERE newer.target = latest.target AND newer.order_id = latest.order_id"
    " AND newer.verdict = 'delivered' AND newer.number > latest.number"
    " AND newer.update_time >= latest.update_time)"
)


class LedgerReader(LedgerFile):
    """The questions that a ledger answers."""

    def __init__(self, path: Path | str | None = None) -> None:
        #: Target, minute, reason and run of events that were filtered, until they are written.
        self._filtered: Counter[tuple[str, int, str, int]] = Counter()
        super().__init__(path)

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
        for entry in self._entries(f"{_LATEST} AND {_UNSETTLED} ORDER BY number DESC", (target,)):
            found.setdefault((entry.delivery.cause, entry.delivery.code), []).append(entry)
        return sorted(found.values(), key=len, reverse=True)

    def settled(self, target: str = "") -> tuple[int, int]:
        """How many orders are delivered, of those that were to be; each counts once."""
        with self.exclusive():
            (delivered, unsettled) = self.rows.execute(
                f"SELECT count(*) FILTER (WHERE verdict = 'delivered'),"  # noqa: S608 - ours
                f" count(*) FILTER (WHERE {_UNSETTLED}) FROM delivery {_LATEST}",
                (target,),
            ).fetchone()
        return delivered, delivered + unsettled

    def targets(self) -> list[str]:
        """Where something was sent, or kept from being sent, the latest first."""
        with self.exclusive():
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
        with self.exclusive():
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
        with self.exclusive():
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
        """Why events were filtered, and how many.

        Which ones they were is not kept. What is sent again is to count once: the number is that of
        the run that had the most.
        """
        with self.exclusive():
            self._flush()
            rows = self.rows.execute(
                "SELECT reason, sum(most) FROM (SELECT target, reason, max(times) AS most FROM"
                " (SELECT target, reason, run, sum(times) AS times FROM filtered"
                " WHERE ? IN ('', target) GROUP BY 1, 2, 3) GROUP BY 1, 2) GROUP BY 1",
                (target,),
            )
            return Counter(dict(rows.fetchall()))

    def _entries(self, where: str, values: tuple[Any, ...]) -> list[Entry]:
        # All of them: what is read row by row would meet what another thread writes meanwhile.
        with self.exclusive():
            rows = self.rows.execute(f"SELECT * FROM delivery {where}", values)  # noqa: S608
            return list(map(entry_of, rows))

    def _flush(self) -> None:
        if not self._filtered:
            return
        self.rows.execute("BEGIN IMMEDIATE")
        self.rows.executemany(
            "INSERT INTO filtered VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET times = times + excluded.times",
            [(*key, times) for key, times in self._filtered.items()],
        )
        self.rows.execute("COMMIT")
        self._filtered.clear()
