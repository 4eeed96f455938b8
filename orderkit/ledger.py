"""The ledger: what was sent where, and what came of it, in an SQLite file of the user's own.

Each delivery is written down before its call and again after it. A process that dies in between
leaves an entry without an end: that order may have arrived, so it counts as ``unknown`` and is sent
again, which does no harm. What was delivered is never sent to the same target again.

The file is private to its user, holds no credentials, and may be read while a sending goes on.
"""

import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

import orjson
from platformdirs import user_data_path

from orderkit.delivery import OUTCOMES, Code, Delivery, order_keys
from orderkit.endpoint import Request, order_request
from orderkit.errors import LedgerError
from orderkit.retry import Wait

#: In the file's header: tells a ledger from any other SQLite file ("okLG").
_APPLICATION: Final = 0x6F6B4C47
_VERSION: Final = 1

#: Events that were filtered are only counted: most of a site's events are not for TikTok.
_SCHEMA: Final = f"""
    CREATE TABLE delivery (
        number INTEGER PRIMARY KEY,
        target TEXT NOT NULL,
        url TEXT NOT NULL,
        order_id TEXT NOT NULL,
        order_status TEXT NOT NULL,
        payload BLOB NOT NULL,
        digest BLOB NOT NULL,
        started_at REAL NOT NULL,
        ended_at REAL,
        verdict TEXT NOT NULL DEFAULT 'unknown',
        cause TEXT NOT NULL DEFAULT 'interrupted',
        http_status INTEGER,
        code TEXT NOT NULL DEFAULT 'null',
        message TEXT NOT NULL DEFAULT '',
        log_id TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        seconds REAL NOT NULL DEFAULT 0,
        waits TEXT NOT NULL DEFAULT '[]',
        answer TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX same ON delivery (target, digest);
    CREATE INDEX latest ON delivery (target, order_id, order_status, number);
    CREATE INDEX searched ON delivery (order_id);
    CREATE TABLE filtered (
        target TEXT, minute INTEGER, reason TEXT, times INTEGER,
        PRIMARY KEY (target, minute, reason)
    );
    PRAGMA application_id = {_APPLICATION};
    PRAGMA user_version = {_VERSION};
"""
_FLUSHED_AFTER: Final = 1000


def default_path() -> Path:
    """The ledger in the user's data folder."""
    return user_data_path("orderkit", appauthor=False) / "deliveries.sqlite"


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


class Ledger:
    """A ledger in a file, made when it is not there, or with ``None`` in memory.

    Raises LedgerError, now or in any later call, when the file cannot be used.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = None if path is None else Path(path)
        self._filtered: Counter[tuple[str, int, str]] = Counter()
        with self._told():
            if self.path is not None:
                _make_private(self.path)
            # Autocommit: what `begin` and `end` wrote survives the process from that moment on.
            self._rows = sqlite3.connect(self.path or ":memory:", timeout=10, isolation_level=None)
            self._rows.row_factory = sqlite3.Row
        try:
            with self._told():
                self._prepare()
        except LedgerError:
            self._rows.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what is still to be written, and let go of the file."""
        with self._told():
            self._flush()
            self._rows.close()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Keep others from sending by this ledger meanwhile. Raises LedgerError when one does."""
        with self._alone(1):
            try:
                yield
            finally:
                with self._told():
                    self._flush()

    # -- writing

    def delivered(self, target: str, payload: bytes) -> Entry | None:
        """The delivery of exactly this payload to this target, None if there was none."""
        return next(
            self._entries(
                "WHERE target = ? AND digest = ? AND verdict = 'delivered' LIMIT 1",
                (target, _digest(payload)),
            ),
            None,
        )

    def begin(self, target: str, request: Request) -> int:
        """Write down that a request is about to be sent; `end` takes the number."""
        order_id, order_status = order_keys(request.body)
        with self._told():
            self._flush()
            return self._insert(
                target=target,
                url=request.url,
                order_id=order_id,
                order_status=order_status,
                payload=request.body,
                digest=_digest(request.body),
                started_at=time.time(),
            )

    def end(self, number: int, delivery: Delivery) -> None:
        """Write down what came of it."""
        self._update(number, ended_at=time.time(), **_columns(delivery))

    def refuse(
        self, target: str, order_id: str, order_status: str, kind: str, message: str
    ) -> None:
        """Write down an event that the checks kept from being sent; `kind` is what they found."""
        now = time.time()
        with self._told():
            self._insert(
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
        self._filtered[target, int(time.time() // 60), reason] += 1
        if self._filtered.total() >= _FLUSHED_AFTER:
            with self._told():
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
        return list(self._entries(f"{where} ORDER BY number DESC LIMIT ?", (*values, most)))

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

    def counts(self, seconds: float = 0, target: str = "") -> dict[float, Counter[str]]:
        """Moment → verdict → number of events, by steps of so many seconds; 0: in one sum.

        A step begins at its moment. Filtered events are counted by the minute.
        """
        step = "0" if not seconds else "CAST({0} / :seconds AS INTEGER) * :seconds"
        found: dict[float, Counter[str]] = {}
        with self._told():
            self._flush()
            for row in self._rows.execute(
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
        with self._told():
            self._flush()
            first, last = self._rows.execute(
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
        with self._told():
            self._flush()
            rows = self._rows.execute(
                "SELECT reason, sum(times) FROM filtered WHERE ? IN ('', target) GROUP BY 1",
                (target,),
            )
            return Counter(dict(rows.fetchall()))

    # -- the file

    def _prepare(self) -> None:
        # A file of another program is left as it is: nothing is written before it is known.
        if not self._made():
            with self._alone(10):
                # Another process may have made it meanwhile.
                if not self._made():
                    self._make()
        # A commit survives the process; of a machine that loses its power the last few are lost,
        # and those orders are sent again.
        self._rows.execute("PRAGMA synchronous = NORMAL")

    def _made(self) -> bool:
        """Whether this is a ledger already, and not an empty file. Raises LedgerError."""
        # In this order: what another process makes in between is not taken for another program's.
        tables, version, application = (
            self._rows.execute(text).fetchone()[0]
            for text in (
                "SELECT count(*) FROM sqlite_master",
                "PRAGMA user_version",
                "PRAGMA application_id",
            )
        )
        if application != _APPLICATION and (application or version or tables):
            raise LedgerError(f"{self.path}: is a file of another program; name another --ledger")
        if version > _VERSION:
            raise LedgerError(f"{self.path}: was written by a newer orderkit; update this one")
        return bool(application)

    def _make(self) -> None:
        if self.path is not None:
            # Somebody else may have made the empty file. What SQLite writes beside it takes over
            # its mode.
            self.path.chmod(0o600)
        # Readers never wait.
        self._rows.execute("PRAGMA journal_mode = WAL")
        self._rows.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")

    @contextmanager
    def _alone(self, seconds: float) -> Iterator[None]:
        """Hold the ledger's lock, and wait so long for it. Raises LedgerError."""
        if self.path is None:
            yield
            return
        beside = self.path.with_name(f"{self.path.name}-lock")
        with self._told(beside):
            _make_private(beside)
            # The operating system lets go of it however the process ends.
            lock = sqlite3.connect(beside, timeout=seconds, isolation_level=None)
        with closing(lock):
            with self._told(beside):
                try:
                    lock.execute("BEGIN EXCLUSIVE")
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                        raise
                    raise LedgerError(
                        f"{self.path}: another sending is using this ledger; wait for its end, or"
                        " name another file with --ledger"
                    ) from None
            yield

    def _entries(self, where: str, values: tuple[Any, ...]) -> Iterator[Entry]:
        with self._told():
            yield from map(_entry, self._rows.execute(f"SELECT * FROM delivery {where}", values))  # noqa: S608

    def _insert(self, **columns: Any) -> int:
        places = ", ".join("?" * len(columns))
        done = self._rows.execute(
            f"INSERT INTO delivery ({', '.join(columns)}) VALUES ({places})",  # noqa: S608
            tuple(columns.values()),
        )
        return done.lastrowid or 0

    def _update(self, number: int, **columns: Any) -> None:
        places = ", ".join(f"{name} = ?" for name in columns)
        with self._told():
            self._rows.execute(
                f"UPDATE delivery SET {places} WHERE number = ?",  # noqa: S608
                (*columns.values(), number),
            )

    def _flush(self) -> None:
        if not self._filtered:
            return
        self._rows.execute("BEGIN IMMEDIATE")
        self._rows.executemany(
            "INSERT INTO filtered VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET times = times + excluded.times",
            [(*key, times) for key, times in self._filtered.items()],
        )
        self._rows.execute("COMMIT")
        self._filtered.clear()

    @contextmanager
    def _told(self, path: Path | None = None) -> Iterator[None]:
        """What SQLite and the file system refuse, as a message."""
        path = path or self.path
        try:
            yield
        except OSError as error:
            raise LedgerError(f"{path}: cannot be used: {error.strerror}") from error
        except sqlite3.Error as error:
            if "not a database" in str(error):
                raise LedgerError(
                    f"{path}: is no ledger, but another kind of file; name another --ledger"
                ) from error
            raise LedgerError(f"{path}: cannot be used: {error}") from error


def _make_private(path: Path) -> None:
    """See to it that a file is there, for the user alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _digest(payload: bytes) -> bytes:
    return sha256(payload).digest()


def _columns(delivery: Delivery) -> dict[str, Any]:
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


def _entry(row: sqlite3.Row) -> Entry:
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
