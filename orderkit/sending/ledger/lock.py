"""A lock on a file itself, whatever its name; the system lets go of it however the process ends."""

import os
import sys
import time
from pathlib import Path
from typing import Final

#: Seconds between two tries for a lock that another has.
_PAUSE: Final = 0.05

#: Windows locks bytes, and keeps others from reading them: far beyond what a ledger has.
_FAR: Final = 1 << 62


class FileLock:
    """The lock of a file that SQLite has open too. Raises OSError, now or in any later call.

    On POSIX, closing a file ends all locks that its process has on it, those of SQLite's
    connections included. So files are closed only when the last lock of that file is.
    """

    _open: Final[dict[tuple[int, int], list["FileLock"]]] = {}

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR)
        self._closed = False
        self._key = _key(os.fstat(self._file))
        self._open.setdefault(self._key, []).append(self)

    def take(self, seconds: float) -> bool:
        """Whether the lock was had within so many seconds."""
        end = time.monotonic() + seconds
        while not _taken(self._file):
            if time.monotonic() >= end:
                return False
            time.sleep(_PAUSE)
        return True

    def release(self) -> None:
        """Let go of the lock."""
        _release(self._file)

    def is_at(self, path: Path) -> bool:
        """Whether a name leads to the file."""
        try:
            return _key(path.stat()) == self._key
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        self._closed = True
        locks = self._open.get(self._key, [])
        if all(lock._closed for lock in locks):
            self._open.pop(self._key, None)
            for lock in locks:
                os.close(lock._file)


def _key(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


if sys.platform == "win32":
    import msvcrt

    def _taken(file: int) -> bool:
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _release(file: int) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _taken(file: int) -> bool:
        try:
            # Not `lockf`: SQLite takes locks of that kind on the same file.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
