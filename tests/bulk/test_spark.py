"""The example for Spark users, run where Spark is."""

import inspect
import os
import shutil
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import pytest

from orderkit import bulk
from orderkit.events import samples
from tests.bulk.test_chunks import ODD, expected

SESSION = """
from pyspark.sql import SparkSession
local = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
spark = local.config("spark.driver.host", "127.0.0.1").getOrCreate()
{example}
spark.stop()
"""


def example() -> str:
    """The lines that the module's documentation shows to Spark users."""
    _before, _found, after = (inspect.getdoc(bulk) or "").partition("Spark brings")
    lines = after.splitlines()[1:]
    return textwrap.dedent("\n".join(line for line in lines if line[:4].isspace() or not line))


def test_the_example_is_short() -> None:
    """It is an example of ten lines at most, which Python can read."""
    compile(example(), "example", "exec")
    assert len([line for line in example().splitlines() if line.strip()]) <= 10


@pytest.mark.skipif(not shutil.which("java"), reason="Spark needs Java")
@pytest.mark.skipif(not find_spec("pyspark"), reason="needs pip install pyspark")
def test_the_example_maps_events(tmp_path: Path) -> None:
    """What the example writes are the payload lines that `map` writes."""
    folder = tmp_path / "events"
    folder.mkdir()
    # Spark reads lines as UTF-8 text, and passes over what is not.
    lines = [line for line in ODD if b"\xff" not in line]
    (folder / "one.ndjson").write_bytes(b"\n".join(lines))
    (folder / "two.ndjson").write_bytes(b"\n".join(lines[:3]))
    shutil.copy(samples.SETTINGS, tmp_path / "settings.toml")
    done = subprocess.run(
        [sys.executable, "-c", SESSION.format(example=example())],
        cwd=tmp_path,
        env=os.environ | {"PYSPARK_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    written = [part.read_bytes() for part in sorted((tmp_path / "payloads").glob("part-*"))]
    wanted = [expected(folder / name)[0] for name in ("one.ndjson", "two.ndjson")]
    assert sorted(b"".join(written).splitlines()) == sorted(b"".join(wanted).splitlines())
