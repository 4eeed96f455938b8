"""Looking at many events: `orderkit check` and `profile` beside reading and writing each line."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from orderkit.events import samples
from tests.bench.events import ORDERKIT, write_events
from tests.bench.measuring import Bound, Group, timed

_LINES = "each line read and written with orjson"
_CHECK = "orderkit check, start-up included"
_PROFILE = "orderkit profile, start-up included"


@contextmanager
def group(*, small: bool) -> Iterator[Group]:
    """A file of the samples over and over, all of which are mapped, some with a warning."""
    number = 2_000 if small else 150_000
    with TemporaryDirectory() as folder:
        source = write_events(Path(folder, "events.ndjson"), number)
        copy = Path(folder, "copy.ndjson")
        yield Group(
            title=f"Looking at a file of {number:,} events",
            measure="processor time of one event",
            contenders=[
                timed(_LINES, partial(read_and_write, source, copy), number, [copy])[0],
                timed(_CHECK, partial(looked_at, "check", source), number)[0],
                timed(_PROFILE, partial(looked_at, "profile", source), number)[0],
            ],
            bounds=[Bound(_CHECK, _LINES, 3), Bound(_PROFILE, _LINES, 6)],
            rounds=5,
        )


def read_and_write(source: Path, copy: Path) -> None:
    """What the least takes that can be done with each event."""
    with source.open("rb") as lines, copy.open("wb") as out:
        for line in lines:
            out.write(orjson.dumps(orjson.loads(line)) + b"\n")


def looked_at(command: str, source: Path) -> None:
    """What a command prints of the file is not shown."""
    arguments = (str(source), "--settings", str(samples.SETTINGS))
    subprocess.run([*ORDERKIT, command, *arguments], stdout=subprocess.DEVNULL, check=True)
