"""``python -m tests.lowest``: tests with the lowest versions that pyproject.toml allows.

Direct dependencies, those of development included, are resolved to their lower bounds; what these
need in turn is as new as it may be. All of it goes into an environment of its own.
"""

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from tests.write_readme import ROOT


def main() -> int:
    """Resolve, install, run; the exit code is pytest's."""
    parser = argparse.ArgumentParser(prog="python -m tests.lowest", description=__doc__)
    parser.add_argument("--folder", type=Path, help="keep the environment here, to use it again")
    parser.add_argument(
        "pytest", nargs="*", metavar="ARGUMENT", help="for pytest; by default tests"
    )
    arguments, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.folder or Path(temporary)).resolve()
        python = install(folder)
        tests = [*arguments.pytest, *more] or ["tests"]
        return subprocess.run([python, "-m", "pytest", *tests], cwd=ROOT, check=False).returncode


def install(folder: Path) -> Path:
    """Make the environment, or bring it up to date; gives its Python."""
    tools = environment(folder / "tools")
    run(tools, "-m", "pip", "install", "--quiet", "uv>=0.5")
    python = environment(folder / "lowest")
    bounds = folder / "lowest.txt"
    run(
        *(tools, "-m", "uv", "pip", "compile", "--quiet", "--all-extras"),
        *("--resolution", "lowest-direct", "--python", python, "pyproject.toml", "-o", bounds),
    )
    run(tools, "-m", "uv", "pip", "install", "--quiet", "--python", python, "-r", bounds)
    run(
        *(tools, "-m", "uv", "pip", "install", "--quiet", "--python", python),
        *("--no-deps", "--editable", "."),
    )
    print(bounds.read_text(encoding="utf-8"))
    return python


def environment(folder: Path) -> Path:
    """A virtual environment, made where there is none; gives its Python."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    return python


def run(*command: str | Path) -> None:
    """Run a command in the project's folder. Raises CalledProcessError."""
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
