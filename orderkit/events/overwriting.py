"""No output is an input, by whatever name: links and standard streams are seen through."""

import os
import stat
from pathlib import Path

from orderkit.errors import EventsError
from orderkit.events.files import descriptor, is_address


def refuse_overwriting(**names: str | Path | None) -> None:
    """Raise EventsError where a file to write is also read, or written twice, by whatever name.

    `names` are role → file; ``None`` and ``""`` are no file, ``-`` is standard input for the role
    `events` and standard output for the others.
    """
    used: dict[object, tuple[str, str]] = {}
    for role, name in names.items():
        if name is None or not str(name):
            continue
        identity = _identity(role, str(name))
        if identity is None:
            continue
        before, its_name = used.setdefault(identity, (role, str(name)))
        if before != role and (its_name, str(name)) != ("-", "-"):
            same = "" if its_name == str(name) else f", which is {its_name}"
            raise EventsError(f"{name} is named for {before} and for {role}{same}: name two files")


def _identity(role: str, name: str) -> object:
    """What is the same for all names of one file; None for devices, and for pipes that are open."""
    if is_address(name):
        return name
    try:
        if name == "-":
            about, kinds = os.fstat(0 if role == "events" else 1), {stat.S_IFREG}
        else:
            about = os.stat(name)  # noqa: PTH116 - a name may be no path
            kinds = {stat.S_IFREG, stat.S_IFDIR}
            if descriptor(name) is None:
                kinds.add(stat.S_IFIFO)
    except (OSError, ValueError):
        return None if name == "-" else os.path.realpath(name)
    return (about.st_dev, about.st_ino) if stat.S_IFMT(about.st_mode) in kinds else None
