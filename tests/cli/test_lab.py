"""``orderkit lab``: a client's working folder, and the notebooks as its regression test."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.sign import NotebookNotary

from orderkit import load_settings
from orderkit.cli.group import orderkit
from orderkit.destination.saving import proposed
from orderkit.events import samples

ROOT = Path(__file__).parents[2]
#: Twelve events of a booking system that shares no property's name with the samples.
CLIENT = ROOT / "tests" / "widgets" / "booking_system"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("ORDERKIT_SETTINGS", "ORDERKIT_EVENTS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.chdir(tmp_path)
    shutil.copy(CLIENT / "reservations.json", "export.json")
    shutil.copy(CLIENT / "settings.toml", "client.toml")


def lab(*arguments: str) -> tuple[int, str]:
    """Exit code and output of ``orderkit lab``."""
    done = CliRunner().invoke(orderkit, ["lab", *arguments], standalone_mode=False)
    code = done.return_value if done.exception is None else 2
    return code or 0, f"{done.output}{done.exception or ''}"


def recipe() -> str:
    """The commands of the README's section on CI."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text[text.index("## In CI, for a client's settings") :]
    found = re.search(r"```sh\n(.*?)```", section, flags=re.DOTALL)
    assert found is not None
    return found[1]


def run(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run commands in a shell as they stand, with this Python's programs."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # A client has none of those that only our own tests need.
    plugins = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "nbval.plugin"}
    return subprocess.run(
        ["sh", "-ec", commands],  # noqa: S607 - the shell is found by its name everywhere
        cwd=folder,
        env={
            **os.environ,
            **plugins,
            "PATH": programs,
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_readmes_recipe_runs_as_it_stands_twice_in_a_row(tmp_path: Path) -> None:
    """On a client's own files all is as committed; the second time, no byte of it changes."""
    done = run(recipe(), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    files = [path for path in (tmp_path / "my-client").iterdir() if path.is_file()]
    first = {path.name: path.read_bytes() for path in files}
    text = first["04_send_test_orders.ipynb"].decode()
    assert "CX70431" in text
    assert "MLB-" not in text
    done = run(recipe(), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name: path.read_bytes() for path in files} == first


def test_the_recipe_refuses_what_differs_and_what_has_no_outputs(tmp_path: Path) -> None:
    """Another value fails the last line; so does a notebook without outputs, which is named."""
    lab("my-client", "--copy-only")
    check = recipe().splitlines()[-1].partition("#")[0].replace("0*.ipynb", "03*.ipynb")
    settings = tmp_path / "my-client" / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("maison-lune", "other-client"), encoding="utf-8")
    done = run(check, tmp_path)
    assert done.returncode == 1
    assert "other-client" in done.stdout
    path = tmp_path / "my-client" / "03_required_fields.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    done = run(check, tmp_path)
    assert done.returncode not in (0, 1)
    assert "03_required_fields.ipynb holds no outputs" in done.stdout + done.stderr
    assert "orderkit lab my-client --execute" in done.stdout + done.stderr


def test_the_working_folder_has_what_was_named(tmp_path: Path) -> None:
    """Events keep their format, notebooks lose the samples' outputs, and are trusted."""
    assert (
        lab("mine", "--events", "export.json", "--settings", "client.toml", "--copy-only")[0] == 0
    )
    mine = tmp_path / "mine"
    assert (mine / "events.json").read_bytes() == (CLIENT / "reservations.json").read_bytes()
    assert (mine / "settings.toml").read_bytes() == (CLIENT / "settings.toml").read_bytes()
    assert not (mine / "damaged.ndjson").exists()
    notebook = nbformat.read(mine / "02_preview_mapping.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    notary = NotebookNotary(data_dir=str(tmp_path / "jupyter"))
    assert notary.check_signature(notebook)
    notary.store.close()


def test_the_events_are_taken_from_where_they_are(tmp_path: Path) -> None:
    """With --at, the folder holds what stands there, one a line, as its notebooks read it."""
    stays = json.loads((CLIENT / "reservations.json").read_text(encoding="utf-8"))
    Path("export.json").write_text(json.dumps({"a": {"b": stays}, "c": [{}]}), encoding="utf-8")
    assert lab("mine", "--events", "export.json", "--at", "a.x", "--copy-only")[0] == 2
    assert not (tmp_path / "mine").exists()
    code, said = lab("mine", "--events", "export.json", "--at", "a.b", "--copy-only")
    assert (code, "12 events" in said or "of 12 events" in said) == (0, True), said
    lines = (tmp_path / "mine" / "events.ndjson").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == stays
    assert lab("mine", "--at", "a.b", "--copy-only")[0] == 2
    code, said = lab("mine", "--events", "export.json", "--at", "c", "--copy-only")
    assert (code, "is not export.json; nothing was copied" in said) == (2, True), said


def test_without_files_the_samples_are_there_with_their_outputs(tmp_path: Path) -> None:
    """A copy on the samples can be read before it is run."""
    assert lab("mine", "--copy-only")[0] == 0
    assert (tmp_path / "mine" / "events.ndjson").read_bytes() == samples.EVENTS.read_bytes()
    text = (tmp_path / "mine" / "01_destination_settings.ipynb").read_text(encoding="utf-8")
    assert "Maison Lune" in text


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """What is there stays; where it is not the named file, nothing at all is copied."""
    lab("mine", "--events", "export.json", "--settings", "client.toml", "--copy-only")
    settings = tmp_path / "mine" / "settings.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    (tmp_path / "mine" / "nbval.cfg").unlink()
    code, said = lab("mine", "--settings", "client.toml", "--copy-only")
    assert code == 2
    assert "settings.toml is there already, and is not client.toml" in said
    assert not (tmp_path / "mine" / "nbval.cfg").exists()
    shutil.copy(samples.EVENTS, "other.ndjson")
    code, said = lab("mine", "--events", "other.ndjson", "--copy-only")
    assert code == 2
    assert "events.json is there already" in said
    assert lab("mine", "--events", "export.json", "--copy-only")[0] == 0
    assert settings.read_text(encoding="utf-8").endswith("# mine\n")
    assert (tmp_path / "mine" / "nbval.cfg").exists()


def test_settings_are_proposed_from_the_events_and_marked(tmp_path: Path) -> None:
    """Each value, property and order status that nobody wrote is marked as a proposal."""
    event = {"event_name": "booking_cancelled", "booking": {"nights": 2}, "hotel": {"id": "H7"}}
    Path("some.ndjson").write_text(json.dumps(event), encoding="utf-8")
    code, said = lab("mine", "--events", "some.ndjson", "--copy-only")
    assert code == 0
    assert "proposed from the events" in said
    assert "0 of 1 event mapped, 1 cause; " in said
    assert " to read through; open: third_merchant_id, " in said
    file = tmp_path / "mine" / "settings.toml"
    settings, marks = load_settings(file, draft=True), proposed(file)
    assert settings.settings.length_of_stay is not None
    assert settings.statuses() == {"booking_cancelled": "CANCEL_ORDER"}
    assert {"settings.length_of_stay", "event_mapping.booking_cancelled"} <= marks.keys()


@pytest.mark.parametrize("options", [[], ["--execute"], ["--no-browser"]])
def test_without_jupyterlab_nothing_is_copied(
    options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused with the command to type, before a folder is made."""
    monkeypatch.setattr("orderkit.cli.lab.find_spec", lambda _name: None)
    code, said = lab("mine", *options)
    assert code == 2
    assert 'pip install ".[lab]"' in said
    assert not Path("mine").exists()


def test_it_opens_the_first_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server begins in the folder, at notebook 01, also where no browser is opened."""
    started = []

    class Server(SimpleNamespace):
        def __enter__(self) -> "Server":
            return self

        def __exit__(self, *_error: object) -> None:
            pass

    def start(command: list[str], cwd: Path) -> Server:
        started.append((command, cwd))
        return Server(wait=lambda: 0, terminate=lambda: None)

    monkeypatch.setattr("orderkit.cli.lab.subprocess.Popen", start)
    assert lab("mine", "--no-browser")[0] == 0
    ((command, cwd),) = started
    assert "--LabApp.default_url=/lab/tree/01_destination_settings.ipynb" in command
    assert "--no-browser" in command
    assert cwd == Path("mine")


def test_a_file_without_events_is_refused_before_anything_is_copied() -> None:
    """What cannot be read is told with its place."""
    Path("broken.json").write_text('[{"event_name": }]', encoding="utf-8")
    code, said = lab("mine", "--events", "broken.json", "--copy-only")
    assert code == 2
    assert "broken.json: no event: line 1: no JSON" in said
    assert not Path("mine").exists()
