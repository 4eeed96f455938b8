"""What a command does not use, it does not load."""

import subprocess
import sys
from pathlib import Path

import pytest

from orderkit.events import samples

HEAVY = {"pandas", "IPython", "ipywidgets", "jupyterlab", "httpx", "starlette", "uvicorn"}
GIVEN = [str(samples.EVENTS), "--settings", str(samples.SETTINGS)]


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        (["--help"], {"pydantic", "orjson", "rich", "lark"}),
        (["fields"], {"click", "pydantic", "orjson", "rich", "lark"}),
        (["fields", "--json"], {"pydantic", "orjson", "rich", "lark"}),
        (["check", *GIVEN], set()),
        (["explain", *GIVEN], set()),
        (["map", *GIVEN], set()),
        (["profile", *GIVEN], set()),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_commands_load_what_they_use(arguments: list[str], more: set[str], tmp_path: Path) -> None:
    """Commands that neither draw, send nor serve load no notebook, client or server library."""
    code = (
        "import atexit, sys; from orderkit.cli import main;"
        "atexit.register(lambda: print(*sys.modules, sep='\\n', file=sys.stderr)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    loaded = {name.split(".")[0] for name in done.stderr.splitlines()}
    assert "orderkit" in loaded
    assert not loaded & (HEAVY | more)
    assert not any(name.startswith("orderkit.sandbox") for name in done.stderr.splitlines())
