"""What object stores fail with, in a line: their libraries have exceptions of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from orderkit.errors import EventsError

#: The packages that fsspec reaches stores with, and those below them.
_LIBRARIES: Final = frozenset(
    {"botocore", "aiobotocore", "aiohttp", "s3fs", "gcsfs", "google", "adlfs", "azure", "fsspec"}
)
_MOST: Final = 300


@contextmanager
def explained_store() -> Iterator[None]:
    """Say what the store failed with. Raises EventsError in the place of a library's exception."""
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
