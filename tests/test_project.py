"""What holds the project together: README, notebooks, environment, package."""

import re
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

from tests.write_readme import README, written

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DRIVING = sorted((ROOT / "tests" / "notebooks").glob("*.ipynb"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_readme_is_in_step_with_the_code() -> None:
    """The README's generated parts are what the code says today."""
    text = README.read_text(encoding="utf-8")
    assert written(text) == text


def test_the_readme_begins_with_two_commands() -> None:
    """Right under the purpose, two one-line commands: one to try it and one to test it."""
    text = README.read_text(encoding="utf-8")
    start = text.index("## Quick start")
    assert text[:start].count("## ") == 0
    commands = re.findall(r"```sh\n(.*?)\n```", text[start:], flags=re.DOTALL)[:2]
    assert all("\n" not in command for command in commands)
    assert commands[0].endswith("orderkit demo")
    assert commands[1].endswith("pytest")


def test_every_command_is_in_the_readme() -> None:
    """No command is left out of the README."""
    from orderkit.cli.commands import COMMANDS

    text = README.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`orderkit {name}" not in text] == []


@pytest.mark.parametrize("path", [*NOTEBOOKS, *DRIVING], ids=lambda path: path.stem)
def test_notebooks_are_compared_cell_by_cell(path: Path) -> None:
    """Each code cell is committed executed, and no widget state is saved."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.execution_count for cell in code)
    assert "widgets" not in notebook.metadata
    assert not any(o.output_type == "error" for cell in code for o in cell.outputs)


def test_the_notebooks_are_those_of_the_readme() -> None:
    """The notebooks are those that the README names."""
    assert [path.stem for path in NOTEBOOKS] == [
        "01_destination_settings",
        "02_preview_mapping",
        "03_required_fields",
        "04_send_test_orders",
        "05_backfill_orders",
        "demo",
    ]


def test_environment_is_in_step() -> None:
    """environment.yml pins a Python that the project supports and an extra that it has."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    python = next(d for d in environment["dependencies"] if str(d).startswith("python="))
    assert PROJECT["requires-python"] == ">=3.11"
    assert tuple(map(int, python.removeprefix("python=").split("."))) >= (3, 11)
    pip = next(d for d in environment["dependencies"] if isinstance(d, dict))["pip"]
    extra = re.fullmatch(r"-e \.\[(\w+)\]", pip[0])
    assert extra is not None
    assert extra[1] in PROJECT["optional-dependencies"]


def test_the_top_level_is_what_the_user_fixed() -> None:
    """Nothing but the agreed names stands at the top level."""
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - git is found by its name everywhere
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {name.split("/")[0] for name in listed.stdout.splitlines() if not name.startswith(".")}
    assert top <= {
        *("notebooks", "orderkit", "tests", "environment.yml", "pyproject.toml"),
        *("README.md", "LICENSE"),
    }
