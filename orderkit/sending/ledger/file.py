"""The ledger's file: private, SQLite in WAL mode, held by one sending at a time.

A ledger may be used from any thread: one connection, used by one thread at a time.
"""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

from platformdirs import user_data_path

from orderkit.errors import LedgerError
from orderkit.sending.ledger.lock import FileLock

#: In the file's header: tells a ledger from any other SQLite file ("okLG").
_APPLICATION: Final = 0x6F6B4C47
_VERSION: Final = 3

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
        answer TEXT NOT NULL DEFAULT '',
        run INTEGER NOT NULL DEFAULT 0,
        update_time REAL,
        event BLOB NOT NULL DEFAULT x'',
        test_code TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX latest ON delivery (target, order_id, order_status, number);
    CREATE INDEX searched ON delivery (order_id);
    CREATE TABLE filtered (
        target TEXT, minute INTEGER, reason TEXT, run INTEGER, times INTEGER,
        PRIMARY KEY (target, minute, reason, run)
    );
    PRAGMA application_id = {_APPLICATION};
    PRAGMA user_version = {_VERSION};
"""

#: What a ledger of an earlier version lacks, by that version.
_CHANGES: Final = {
    1: """
        ALTER TABLE delivery ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE delivery ADD COLUMN update_time REAL;
        ALTER TABLE delivery ADD COLUMN event BLOB NOT NULL DEFAULT x'';
        ALTER TABLE delivery ADD COLUMN test_code TEXT NOT NULL DEFAULT '';
        DROP INDEX same;
        UPDATE delivery SET update_time = CASE WHEN json_valid(CAST(payload AS TEXT))
            THEN json_extract(CAST(payload AS TEXT), '$.order_info.update_time') END;
    """,
    2: """
        ALTER TABLE filtered RENAME TO filtered_before;
        CREATE TABLE filtered (
            target TEXT, minute INTEGER, reason TEXT, run INTEGER, times INTEGER,
            PRIMARY KEY (target, minute, reason, run)
        );
        INSERT INTO filtered SELECT target, minute, reason, 0, times FROM filtered_before;
        DROP TABLE filtered_before;
    """,
}


def default_path() -> Path:
    """The ledger in the user's data folder."""
    return user_data_path("orderkit", appauthor=False) / "deliveries.sqlite"


class LedgerFile:
    """A ledger's file, made when it is not there; with ``None`` it lies in memory.

    What is never closed is closed with the object, or with the process. Raises LedgerError, now or
    in any later call, when it cannot be used.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = None if path is None else Path(path)
        self._lock = threading.RLock()
        self._file_lock: FileLock | None = None
        with self._explained(self.path):
            if self.path is not None:
                _make_private(self.path)
                self._file_lock = FileLock(self.path)
            # Autocommit: what is written survives the process from that moment on.
            # An absolute path is never taken for an address ("file:…") or for memory.
            where = ":memory:" if self.path is None else self.path.absolute()
            self.rows = sqlite3.connect(
                where, timeout=10, isolation_level=None, check_same_thread=False
            )
            self.rows.row_factory = sqlite3.Row
        weakref.finalize(self, self.rows.close)
        if self._file_lock:
            weakref.finalize(self, self._file_lock.close)
        try:
            with self.exclusive():
                self._prepare()
        except LedgerError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with self.exclusive():
            self.rows.close()
            if self._file_lock:
                self._file_lock.close()

    def copy_into(self, other: "LedgerFile") -> None:
        """Let another ledger have all that this one has, and nothing else. Raises LedgerError."""
        with self.exclusive(), other.exclusive():
            self.rows.backup(other.rows)

    def insert(self, table: str, **columns: Any) -> int:
        """Add a row; gives its number."""
        places = ", ".join("?" * len(columns))
        done = self.rows.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",  # noqa: S608 - our names
            tuple(columns.values()),
        )
        return done.lastrowid or 0

    @contextmanager
    def alone(self, seconds: float) -> Iterator[None]:
        """Hold the ledger's lock, and wait so long for it. Raises LedgerError."""
        if self._file_lock is None:
            yield  # it lies in memory
            return
        with self._explained(self.path):
            taken = self._file_lock.take(seconds)
        if not taken:
            raise LedgerError(
                f"{self.path}: another sending is using this ledger; wait for its end, or name"
                " another file with --ledger"
            )
        try:
            yield
        finally:
            self._file_lock.release()

    def refuse_lost(self) -> None:
        """Raise LedgerError when the file is no longer where it was."""
        if self.path and self._file_lock and not self._file_lock.is_at(self.path):
            raise LedgerError(
                f"{self.path}: the ledger is gone, or another file was put in its place: what is"
                " sent could not be written down; put it back, and run the same command again"
            )

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Use the connection, no other thread meanwhile. Raises LedgerError."""
        with self._lock, self._explained(self.path):
            yield

    @contextmanager
    def _explained(self, path: Path | None) -> Iterator[None]:
        """What SQLite and the file system refuse, as a message."""
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

    def _prepare(self) -> None:
        # A file of another program is left as it is: nothing is written before it is known.
        if self._version() < _VERSION:
            with self.alone(10):
                # Another process may have done it meanwhile.
                version = self._version()
                if not version:
                    self._make()
                elif version < _VERSION:
                    changes = "".join(_CHANGES[at] for at in range(version, _VERSION))
                    self.rows.executescript(
                        f"BEGIN IMMEDIATE;{changes}PRAGMA user_version = {_VERSION};COMMIT;"
                    )
        # A commit survives the process; of a machine that loses its power the last few are lost.
        self.rows.execute("PRAGMA synchronous = NORMAL")

    def _version(self) -> int:
        """The version of the ledger that is there, 0 for an empty file. Raises LedgerError."""
        # In this order: what another process makes in between is not taken for another program's.
        tables, version, application = (
            self.rows.execute(text).fetchone()[0]
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
        return int(version) if application else 0

    def _make(self) -> None:
        if self.path is not None:
            # Somebody else may have made the empty file. What SQLite writes beside it takes over
            # its mode.
            self.path.chmod(0o600)
        # Readers never wait.
        self.rows.execute("PRAGMA journal_mode = WAL")
        self.rows.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")


def _make_private(path: Path) -> None:
    """See to it that a file is there, for the user alone, and by one name. Raises LedgerError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A file that is there is not opened: closing it would end the locks that SQLite has on it.
    with suppress(FileExistsError):
        os.close(os.open(path.resolve(), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    if path.is_file() and path.stat().st_nlink > 1:
        raise LedgerError(
            f"{path}: this file has another name too (a hard link), and SQLite would keep two"
            " journals for it; make a copy of its own, and name that with --ledger"
        )
