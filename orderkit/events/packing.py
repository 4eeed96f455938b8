"""Packed streams: gzip and Zstandard, told by what a name ends in."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final

from orderkit.errors import EventsError, install_hint

#: A few kilobytes of Zstandard may hold many megabytes: fed in small pieces, memory stays small.
_ZSTANDARD_PIECE: Final = 2**13
#: The first bytes of packed content → the ending of its kind.
MAGIC: Final = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}


def optional(module: str, extra: str, purpose: str) -> Any:
    """A library of one of the package's extras. Raises EventsError with what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise EventsError(
            f"{purpose} needs {library}, which is not installed; {install_hint(extra)}"
        ) from error


def packing_of(name: str) -> str:
    """The ending that says how a file of that name is packed, or ""."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix in MAGIC.values() else ""


def unpacked(name: str, file: Any, packing: str) -> Any:
    """A stream of what is packed in an open file."""
    match packing:
        case ".gz":
            stream = _Unpacking(name, packing, gzip.GzipFile(fileobj=file).read1)
        case ".zst":
            stream = _Unpacking(name, packing, _Zstandard(name, file).read)
        case _:
            return file
    return io.BufferedReader(stream, 2**18)


class _Unpacking(io.RawIOBase):
    """An unpacked stream whose errors say what is the matter with the file."""

    def __init__(self, name: str, packing: str, read: Callable[[int], bytes]) -> None:
        self._name, self._packing, self._read, self._given = name, packing, read, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._read(len(buffer))
        except (EOFError, OSError, zlib.error) as error:
            reason = str(error).rstrip(".")
            raise EventsError(
                f"{self._name}: damaged {self._packing} file: {reason} "
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
def packed_into(name: str, file: Any) -> Iterator[Any]:
    """What packs into an open file, as its name ends; the file itself where that says nothing."""
    match packing_of(name):
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
