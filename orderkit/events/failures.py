"""What files and object stores fail with, each in one line, with what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from orderkit.errors import EventsError

#: The packages that fsspec reaches stores with, and those below them.
_LIBRARIES: Final = frozenset(
    {"botocore", "aiobotocore", "aiohttp", "s3fs", "gcsfs", "google", "adlfs", "azure", "fsspec"}
)
_MOST: Final = 300


def explain_unreadable(name: str | Path, error: Exception, way_out: str) -> str:
    """Why a file cannot be read, in the one wording for all files."""
    if not str(name):  # to the operating system that is the folder at hand
        return f'"": there is no such file; {way_out}'
    if isinstance(error, FileNotFoundError):
        return f"{name}: there is no such file; {way_out}"
    if isinstance(error, ValueError) and "://" not in str(name):
        return f"{name}: cannot be read: this is no name of a file; {way_out}"
    return f"{name}: cannot be read: {reason_of(error)}; {way_out}"


def write_failure(name: str, error: OSError) -> EventsError:
    """What to raise where a file cannot be written: which one, why, and what to do."""
    if isinstance(error, FileNotFoundError) and "://" not in name:
        return EventsError(f"{name}: cannot be written: make the folder {Path(name).parent} first")
    return EventsError(f"{name}: cannot be written: {reason_of(error)}; name another file")


@contextmanager
def explained_writing(name: str | Path) -> Iterator[None]:
    """Say which file it is that cannot be written, and what to do. Raises EventsError."""
    try:
        yield
    except OSError as error:
        raise write_failure(str(name), error) from error


@contextmanager
def explained_store() -> Iterator[None]:
    """Say what a store failed with, whose library has exceptions of its own. Raises EventsError."""
    try:
        yield
    except (EventsError, OSError):
        raise
    except Exception as error:
        if not _is_of_store(error):
            raise
        raise EventsError(
            f"the object store cannot be used: {reason_of(error)}; see that its credentials and "
            "its endpoint are those that you mean (of S3: AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL)"
        ) from error


def reason_of(error: BaseException) -> str:
    """Why, in one line; an operating system's own words where it has some."""
    said = getattr(error, "strerror", None) or " ".join(str(error).split())
    return str(said or type(error).__name__)[:_MOST].rstrip(".")


def _is_of_store(error: Exception) -> bool:
    return any(each.__module__.partition(".")[0] in _LIBRARIES for each in type(error).__mro__)
