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
    loaded = modules(arguments, tmp_path)
    packages = {name.split(".")[0] for name in loaded}
    assert "orderkit" in packages
    assert not packages & (HEAVY | more)
    assert not any(name.startswith("orderkit.sandbox") for name in loaded)


@pytest.mark.parametrize("target", ["dry-run", "live"])
def test_only_sending_to_the_sandbox_loads_it(target: str, tmp_path: Path) -> None:
    """Sending to nobody, or live, loads no server: the faults are named, and that is all."""
    settings = tmp_path / "settings.toml"
    text = samples.SETTINGS.read_text(encoding="utf-8")
    settings.write_text(f'{text}endpoint_url = "http://127.0.0.1:9/"\n', encoding="utf-8")
    given = [str(samples.EVENTS), "--settings", str(settings), "--ledger", str(tmp_path / "l")]
    loaded = modules(["send", *given, "--to", target, "--yes", "--attempts", "1"], tmp_path)
    assert "orderkit.sending.run" in loaded
    assert not {name.split(".")[0] for name in loaded} & (HEAVY - {"httpx"} | {"jsonschema"})
    assert "orderkit.sandbox.server" not in loaded


def modules(arguments: list[str], folder: Path) -> set[str]:
    """The modules that a command has loaded when it ends."""
    code = (
        "import atexit, sys; from orderkit.cli import main;"
        "atexit.register(lambda: print(*sys.modules, sep='\\n', file=sys.stderr)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "HOME": str(folder),
            "ORDERKIT_ACCESS_TOKEN": "of-the-tests",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return set(done.stderr.splitlines())
