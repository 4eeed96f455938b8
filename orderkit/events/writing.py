"""Files that are written for the user: never over one that is read, and told when it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orderkit.errors import EventsError


def refuse_overwriting(**names: str | Path | None) -> None:
    """Raise EventsError where a file to write is also to be read, or written twice.

    `names` are role → file; ``None``, ``""`` and ``-`` are no file.
    """
    used: dict[Path, str] = {}
    for role, name in names.items():
        if name is None or str(name) in ("", "-"):
            continue
        before = used.setdefault(Path(name).resolve(), role)
        if before != role:
            raise EventsError(f"{name} is named for {before} and for {role}: name two files")


@contextmanager
def told(name: str | Path) -> Iterator[None]:
    """Say which file it is that cannot be written, and what to do. Raises EventsError."""
    try:
        yield
    except FileNotFoundError as error:
        folder = Path(name).parent
        raise EventsError(f"{name}: cannot be written: make the folder {folder} first") from error
    except OSError as error:
        raise EventsError(
            f"{name}: cannot be written: {error.strerror}; name another file"
        ) from error


def write_page(name: str | Path, page: str) -> None:
    """Write a page. Raises EventsError."""
    with told(name):
        Path(name).write_text(page, encoding="utf-8")
