"""The notebooks on a client's own settings and events, as a client's CI runs them."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from orderkit.events import samples

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("0*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_on_a_clients_own_files(path: Path, tmp_path: Path) -> None:
    """Settings and events named in the environment are used, and every cell runs on them."""
    settings = samples.SETTINGS.read_text(encoding="utf-8").replace("maison-lune", "other-client")
    (tmp_path / "client.toml").write_text(settings, encoding="utf-8")
    events = list(samples.sample_events().values())[:2]
    lines = [json.dumps({**event, "id": f"OTHER-{at}"}) for at, event in enumerate(events)]
    (tmp_path / "client.ndjson").write_text("\n".join(lines), encoding="utf-8")
    notebook = nbformat.read(path, as_version=4)
    told = "print(getattr(form, 'mapper', form).settings.settings.third_merchant_id)"
    notebook.cells.append(nbformat.v4.new_code_cell(told))
    client = NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(
        env={
            **os.environ,
            "ORDERKIT_SETTINGS": str(tmp_path / "client.toml"),
            "ORDERKIT_EVENTS": str(tmp_path / "client.ndjson"),
            "HOME": str(tmp_path),
        }
    )
    assert notebook.cells[-1].outputs[0]["text"] == "other-client\n"
