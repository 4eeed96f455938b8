"""Files by name: packed ones, standard input, object stores; written whole or not at all.

What a name ends in says how its content is packed: ``.gz`` is gzip, ``.zst`` is Zstandard. A name
with ``://`` in it is an address, of an object store say, and is reached through fsspec.
"""

import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final
from uuid import uuid4

from orderkit.errors import EventsError

#: A few kilobytes of Zstandard may hold many megabytes: fed in small pieces, memory stays small.
_ZSTANDARD_PIECE: Final = 2**13


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is open for reading.

    name:     for messages
    content:  its bytes, unpacked
    position: gives how many bytes of the file itself, packed as it is, have been read
    size:     how many there are; None where it cannot be told
    """

    name: str
    content: BinaryIO
    position: Callable[[], int]
    size: int | None


def optional(module: str, extra: str, purpose: str) -> Any:
    """A library of one of the package's extras. Raises EventsError with what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise EventsError(
            f'{purpose} needs {library}, which is not installed: pip install "orderkit[{extra}]"'
        ) from error


def is_address(name: str) -> bool:
    """Whether a name is an address for fsspec, and not a path."""
    return "://" in name


def filesystem(name: str) -> tuple[Any, str]:
    """The file system that fsspec has for an address or path, and the path in it.

    Raises EventsError.
    """
    fsspec = optional("fsspec.core", "cluster", name)
    try:
        fs, path = fsspec.url_to_fs(name)
    except (ImportError, ValueError) as error:
        raise EventsError(f"{name}: {error}; name a file, or an address like s3://…") from error
    return fs, str(path)


def unpacked_suffix(name: str) -> str:
    """What a name ends in once packing is taken off: ``.csv`` of ``events.csv.gz``."""
    path = PurePosixPath(name)
    return (path.with_suffix("") if is_packed(name) else path).suffix.lower()


def is_packed(name: str) -> bool:
    """Whether a name says that the file is packed."""
    return bool(_packing(name))


def is_seekable(name: str) -> bool:
    """Whether parts of a file of that name can be read on their own, at little cost."""
    return name != "-" and not is_packed(name) and not is_address(name)


def _packing(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix in (".gz", ".zst") else ""


@contextmanager
def opened(name: str) -> Iterator[Opened]:
    """The file of that name for reading, unpacked; ``-`` is standard input. Raises EventsError."""
    if name == "-":
        yield Opened("standard input", sys.stdin.buffer, lambda: 0, None)
        return
    try:
        file, size = _open(name)
    except OSError as error:
        reason = error.strerror or "no such file"
        raise EventsError(f"{name}: cannot be read: {reason}; name a file of events") from error
    with file:
        yield Opened(name, _unpacked(name, file), file.tell, size)


def _open(name: str) -> tuple[Any, int | None]:
    if is_address(name):
        fs, path = filesystem(name)
        return io.BufferedReader(fs.open(path, "rb"), 2**20), fs.size(path)
    file = Path(name).open("rb")  # noqa: SIM115 - whoever asked closes it
    return file, os.fstat(file.fileno()).st_size if Path(name).is_file() else None


def _unpacked(name: str, file: Any) -> Any:
    match _packing(name):
        case ".gz":
            return io.BufferedReader(_Unpacking(name, gzip.GzipFile(fileobj=file).read1), 2**18)
        case ".zst":
            return io.BufferedReader(_Unpacking(name, _Zstandard(name, file).read), 2**18)
    return file


class _Unpacking(io.RawIOBase):
    """An unpacked stream whose errors say what is the matter with the file."""

    def __init__(self, name: str, read: Callable[[int], bytes]) -> None:
        self._name, self._read, self._given = name, read, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._read(len(buffer))
        except (EOFError, OSError, zlib.error) as error:
            reason = str(error).rstrip(".")
            raise EventsError(
                f"{self._name}: damaged {_packing(self._name)} file: {reason} "
                f"(after {self._given:,} bytes of text); fetch it or write it again"
            ) from error
        self._given += len(data)
        buffer[: len(data)] = data
        return len(data)


class _Zstandard:
    """The text of a Zstandard file; unlike the library's own reader it tells a file cut short."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self._library = optional("zstandard", "files", name)
        self._file, self._text, self._at = file, b"", 0
        self._frame: Any = None

    def read(self, most: int) -> bytes:
        while self._at >= len(self._text):
            if not self._unpack():
                return b""
        text = self._text[self._at : self._at + most]
        self._at += len(text)
        return text

    def _unpack(self) -> bool:
        """Unpack the next piece; False at the end of the file."""
        piece = self._frame.unused_data if self._frame and self._frame.eof else b""
        piece = piece or self._file.read(_ZSTANDARD_PIECE)
        if not piece:
            if self._frame and not self._frame.eof:
                raise EOFError("it ends in the middle")
            return False
        if not self._frame or self._frame.eof:
            self._frame = self._library.ZstdDecompressor().decompressobj()
        try:
            self._text, self._at = self._frame.decompress(piece), 0
        except self._library.ZstdError as error:
            raise EOFError(str(error)) from error
        return True


@contextmanager
def written(name: str) -> Iterator[BinaryIO]:
    """A file to write, packed by its ending, that takes its name only when all went well.

    Raises EventsError where it cannot be written.
    """
    folder, slash, own = name.replace(os.sep, "/").rpartition("/")
    # A name of its own: two workers may come to write the same file.
    partial = f"{folder}{slash}.{own}.{uuid4().hex[:8]}.partial"
    try:
        file = filesystem(partial)[0].open(partial, "wb") if is_address(name) else _create(partial)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise EventsError(f"{name}: cannot be written: {reason}") from error
    try:
        with file, _packed(name, file) as packed:
            yield packed
        _rename(partial, name)
    except BaseException:
        remove(partial)
        raise


def _create(name: str) -> Any:
    return Path(name).open("wb")


def _rename(old: str, new: str) -> None:
    if is_address(new):
        fs, path = filesystem(new)
        fs.mv(filesystem(old)[1], path)
    else:
        Path(old).replace(new)


def remove(name: str) -> None:
    """Delete a file, if it is there."""
    if is_address(name):
        fs, path = filesystem(name)
        if fs.exists(path):
            fs.rm(path)
    else:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _packed(name: str, file: Any) -> Iterator[Any]:
    match _packing(name):
        case ".gz":
            # Without a time in it, so that the same text makes the same file.
            with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
                yield packed
        case ".zst":
            library = optional("zstandard", "files", name)
            with library.ZstdCompressor().stream_writer(file, closefd=False) as packed:
                yield packed
        case _:
            yield file
