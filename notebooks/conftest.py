"""Refuses a notebook that was not run: nbval has nothing to compare in it, and would pass it."""

import json
from pathlib import Path

import pytest


def pytest_collect_file(file_path: Path) -> None:
    """Look at each notebook before nbval does. Raises UsageError."""
    if file_path.suffix != ".ipynb":
        return
    cells = json.loads(file_path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    if not any(cell["outputs"] for cell in code) or not all(c["execution_count"] for c in code):
        raise pytest.UsageError(
            f"{file_path.name} holds no outputs to compare with: run "
            f"`orderkit lab {file_path.parent.name} --execute` beside its folder, and commit it"
        )
