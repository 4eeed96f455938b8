"""What a command costs before it does anything."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN

from tests.bench.measuring import Bound, Contender, Group, used_by

#: Third-party and standard modules without which no event is mapped.
_NEEDED = (
    "import csv, dataclasses, decimal, difflib, orjson, pydantic, re, tomllib, zoneinfo;"
    "pydantic.create_model('Settings', value=(int, 1))"
)


@contextmanager
def group(*, small: bool) -> Iterator[Group]:  # noqa: ARG001 - a start is small
    """Start-up times, each in a Python of its own."""
    bare, module, script = "bare python -c ''", "python -m orderkit fields", "orderkit fields"
    package, mapper = "import orderkit", "from orderkit import Mapper, load_settings"
    needed = "the imports that mapping needs"
    installed = shutil.which("orderkit", path=str(Path(sys.executable).parent))
    contenders = [_python(bare, "-c", ""), _python(module, "-m", "orderkit", "fields")]
    bounds = [Bound(module, bare, 4), Bound(package, needed, 1.3)]
    if installed:
        contenders.append(_command(script, installed, "fields"))
        bounds.insert(0, Bound(script, bare, 4))
    yield Group(
        title="Start-up",
        measure="time of one start",
        contenders=[
            *contenders,
            _python("orderkit --help", "-m", "orderkit", "--help"),
            _python(needed, "-c", _NEEDED),
            _python(package, "-c", package),
            _python(mapper, "-c", mapper),
        ],
        bounds=bounds,
        absent=[] if installed else [f"{script}: orderkit is not installed beside this Python"],
    )


def _python(name: str, *arguments: str) -> Contender:
    return _command(name, sys.executable, *arguments)


def _command(name: str, *command: str) -> Contender:
    def run() -> float:
        before = used_by(RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return used_by(RUSAGE_CHILDREN) - before

    return Contender(name, run)
