"""Files by name: packed ones, standard input, object stores; written whole or not at all.

What a name ends in says how its content is packed: ``.gz`` is gzip, ``.zst`` is Zstandard. A name
with ``://`` in it is an address, of an object store say, and is reached through fsspec.

An output replaces the regular file of its name in one step, and only when all of it is written: a
full disk leaves what was there. Through a link, the file that it leads to is replaced; mode and
owner stay. What is no regular file (a device, a pipe) is written to. No output is an input.
"""

import errno
import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final
from uuid import uuid4

from orderkit.errors import EventsError, install_hint
from orderkit.events.digest import Digest, DigestingFile
from orderkit.events.failures import explain_unreadable, explained_store, write_failure
from orderkit.events.packing import optional, packed_into, packing_of, unpacked

_CSV: Final = (".csv", ".tsv")
_PARQUET: Final = ".parquet"
#: Names of this process's own open files; opening them again would empty what they lead to.
_DESCRIPTOR: Final = re.compile(r"/(?:dev|proc/(?:self|thread-self|\d+))/fd/(\d+)")
#: Stores in which an object is there when all of it was uploaded, and renaming is copying.
_STORES: Final = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl"})
_NO_SPACE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


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
        way_out = "name a file, or an address like s3://…"
        way_out = install_hint("s3") if name.startswith("s3") else way_out
        raise EventsError(f"{name}: {error}; {way_out}") from error
    return fs, str(path)


def unpacked_suffix(name: str) -> str:
    """What a name ends in once packing is taken off: ``.csv`` of ``events.csv.gz``."""
    path = PurePosixPath(name)
    return (path.with_suffix("") if is_packed(name) else path).suffix.lower()


def is_packed(name: str) -> bool:
    """Whether a name says that the file is packed."""
    return bool(packing_of(name))


def is_seekable(name: str) -> bool:
    """Whether parts of a file of that name can be read or written on their own, at little cost."""
    return name != "-" and not is_packed(name) and not is_address(name) and not is_special(name)


def is_table(name: str) -> bool:
    """Whether a file of that name has columns."""
    return unpacked_suffix(name) in (*_CSV, _PARQUET)


def is_parquet(name: str) -> bool:
    """Whether a file of that name is Parquet."""
    return unpacked_suffix(name) == _PARQUET


def is_special(name: str | Path) -> bool:
    """Whether a name is that of a device, a pipe or an open file: what is written to as it is."""
    if descriptor(name) is not None:
        return True
    try:
        mode = os.stat(name).st_mode  # noqa: PTH116 - a name may be no path
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def descriptor(name: str | Path) -> int | None:
    """The number of the open file that a name like ``/dev/stdout`` means, links followed."""
    path = Path(name)
    for _ in range(40):  # as many links as Linux follows
        folder = os.path.realpath(path.parent)
        if found := _DESCRIPTOR.fullmatch(f"{folder}/{path.name}"):
            return int(found[1])
        try:
            path = Path(folder, path.readlink())
        except (OSError, ValueError):
            return None
    return None


@contextmanager
def opened(name: str) -> Iterator[Opened]:
    """The file of that name for reading, unpacked; ``-`` is standard input. Raises EventsError."""
    if name == "-":
        yield Opened("standard input", _standard_input(), lambda: 0, None)
        return
    try:
        with explained_store():
            file, size = _open(name)
    except (OSError, ValueError) as error:
        raise EventsError(explain_unreadable(name, error, "name a file of events")) from error
    with file, explained_store():
        yield Opened(name, unpacked(name, file, packing_of(name)), file.tell, size)


def _standard_input() -> Any:
    if sys.stdin is None:
        raise EventsError("standard input is closed: name a file of events")
    # A file object of our own: the interpreter cannot end while a thread waits in `sys.stdin`'s.
    try:
        return io.open(sys.stdin.fileno(), "rb", closefd=False)  # noqa: UP020 - no path
    except OSError:
        return sys.stdin.buffer  # a test's, say, which is no file of the system


def _open(name: str) -> tuple[Any, int | None]:
    if is_address(name):
        fs, path = filesystem(name)
        return io.BufferedReader(fs.open(path, "rb"), 2**20), fs.size(path)
    file = Path(name).open("rb")  # noqa: SIM115 - whoever asked closes it
    return file, os.fstat(file.fileno()).st_size if Path(name).is_file() else None


@contextmanager
def written(name: str | Path, digest: Digest | None = None) -> Iterator[BinaryIO]:
    """A file to write, packed by its ending, that takes its name only when all went well.

    What is no regular file is written to. Raises EventsError where it cannot be written.

    digest: what is to know size and hash of the file's bytes
    """
    name = str(name)
    try:
        with _output(name) as file:
            target = file if digest is None else DigestingFile(file, digest)
            with packed_into(name, target) as packed:
                yield packed
    except OSError as error:
        if error.errno not in _NO_SPACE or error.filename:
            raise  # of what was done meanwhile
        raise write_failure(name, error) from error


@contextmanager
def _output(name: str) -> Iterator[Any]:
    if name.partition("://")[0] in _STORES:
        with _object(name) as file:
            yield file
        return
    final = name if is_address(name) else os.path.realpath(name)
    folder, slash, own = final.replace(os.sep, "/").rpartition("/")
    # A name of its own: two workers may come to write the same file.
    partial = f"{folder}{slash}.{own}.{uuid4().hex[:8]}.partial"
    before = None
    try:
        if is_address(name):
            file = filesystem(partial)[0].open(partial, "wb")
        elif is_special(name):
            file, partial = _special(name), ""
        else:
            before = _replaceable(final)
            file = Path(partial).open("xb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise write_failure(name, error) from error
    try:
        with file:
            yield file
        if partial:
            _keep_owner(partial, before)
            if is_address(name):
                filesystem(final)[0].mv(filesystem(partial)[1], filesystem(final)[1])
            else:
                Path(partial).replace(final)
    except BaseException:
        if partial:
            remove(partial)
        raise


@contextmanager
def _object(name: str) -> Iterator[Any]:
    """An object of a store, which is there when all of it was written: it is uploaded once."""
    fs, path = filesystem(name)
    with explained_store():
        try:
            file = fs.open(path, "wb", autocommit=False)
        except OSError as error:
            raise write_failure(name, error) from error
        try:
            yield file
        except BaseException:
            for undo in (file.close, file.discard):
                with suppress(Exception):  # why it is discarded is what matters
                    undo()
            raise
        try:
            file.close()
            file.commit()
        except OSError as error:
            raise write_failure(name, error) from error


def _special(name: str) -> Any:
    number = descriptor(name)
    if number is None:
        return Path(name).open("wb")
    sys.stdout.flush()  # what was printed before stands before it
    return os.fdopen(os.dup(number), "wb")


def _replaceable(name: str) -> os.stat_result | None:
    """How the file stands there that is to be replaced, if there is one. Raises OSError."""
    path = Path(name)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder", name)
    if not path.exists():
        return None
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "it is write-protected", name)
    return path.stat()


def _keep_owner(partial: str, before: os.stat_result | None) -> None:
    """Give a file the owner and the mode of the one that it replaces."""
    if before is None:
        return
    if hasattr(os, "chown"):
        with suppress(OSError):  # only the superuser may
            os.chown(partial, before.st_uid, before.st_gid)
    Path(partial).chmod(stat.S_IMODE(before.st_mode))


def write_text(name: str | Path, text: str) -> None:
    """Write a text as UTF-8, with the line ends of the file that is there. Raises EventsError."""
    path = Path(name)
    data = text.encode("utf-8", "replace")
    if path.is_file() and b"\r\n" in path.read_bytes():
        data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    with written(name) as file:
        file.write(data)


def remove(name: str) -> None:
    """Delete a file, if it is there."""
    if is_address(name):
        fs, path = filesystem(name)
        if fs.exists(path):
            fs.rm(path)
    else:
        Path(name).unlink(missing_ok=True)
