"""Files that commands write."""

from pathlib import Path

from orderkit.errors import EventsError


def refuse_overwriting(**names: str | None) -> None:
    """Raise EventsError where a file to write is also to be read, or written twice."""
    used: dict[Path, str] = {}
    for role, name in names.items():
        if name in (None, "-"):
            continue
        before = used.setdefault(Path(str(name)).resolve(), role)
        if before != role:
            raise EventsError(f"{name} is named for {before} and for {role}: name two files")
