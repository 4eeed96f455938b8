"""Files that are small to write and large to read."""

import sys
from pathlib import Path

import pytest

from tests import bombs

_MIB = 2**20
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what a process takes")


@pytest.mark.parametrize(
    "name",
    [
        "open cell.csv",
        "list of nothing.ndjson",
        "wide text.ndjson",
        "one line.ndjson.gz",
    ],
)
def test_no_file_takes_a_command_more_memory_than_promised(name: str, tmp_path: Path) -> None:
    """What would is told to be too much; `python -m tests.bombs` tries all commands and kinds."""
    file = tmp_path / name
    with file.open("wb") as target:
        bombs.BOMBS[name](target, 96 * _MIB)
    most, ended, said = bombs.tried(bombs.COMMANDS["check"], file, tmp_path)
    assert 20 < most < bombs.MOST
    assert (ended in (1, 2), "Traceback" in said) == (True, False), said
