"""Size and hash of files, taken while they are written."""

import hashlib
from typing import Any


class Digest:
    """Size and hash of what is written to a file, as it stands there."""

    def __init__(self) -> None:
        self.size, self._hash = 0, hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash of all that was added."""
        return self._hash.hexdigest()

    def add(self, data: Any) -> None:
        """Add the next bytes."""
        self.size += len(data)
        self._hash.update(data)


class DigestingFile:
    """A file that adds what is written to a digest."""

    def __init__(self, file: Any, digest: Digest) -> None:
        self._file, self._digest = file, digest

    def write(self, data: Any) -> int:
        """Write, and add to the digest."""
        self._digest.add(data)
        number: int = self._file.write(data)
        return number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
