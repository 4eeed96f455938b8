"""Executes the notebooks and saves them as committed: ``python -m tests.run_notebooks``."""

import sys
from pathlib import Path

from orderkit.cli.notebooks import execute

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT / "notebooks", ROOT / "tests" / "notebooks")

if __name__ == "__main__":
    found = sorted(path for folder in FOLDERS for path in folder.glob("*.ipynb"))
    for path in [Path(name) for name in sys.argv[1:]] or found:
        print(f"{path.name}: {'changed' if execute(path) else 'as it was'}")
