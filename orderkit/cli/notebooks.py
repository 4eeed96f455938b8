"""The notebooks as files, executed cleanly and signed as trusted, and Jupyter's programs."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from orderkit.errors import OrderkitError

_WIDGET: Final = "application/vnd.jupyter.widget-view+json"
_METADATA: Final[dict[str, Any]] = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
#: What differs between two runs of an unchanged notebook: addresses, the ids of pandas' styles.
_CHANGING: Final = re.compile(r"0x[0-9a-f]{6,}|T_[0-9a-f]{5}|ipykernel_[0-9]+")

#: A grammar of international addresses takes 2.4 s to load, in every program that reads notebooks.
#: jsonschema checks a format "iri" with it where it is installed; no schema of notebooks has one.
_LEFT_OUT: Final = "rfc3987_syntax"


def _leave_out_grammar() -> None:
    sys.modules.setdefault(_LEFT_OUT, None)  # type: ignore[arg-type]


def jupyter_program(module: str) -> list[str]:
    """The command that starts one of Jupyter's programs, without what it does not need."""
    code = (
        f"import runpy, sys; sys.modules[{_LEFT_OUT!r}] = None; "
        f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    )
    return [sys.executable, "-c", code]


def notebooks_folder() -> Path:
    """The folder of the notebooks: in an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise OrderkitError("the notebooks are not installed; install orderkit again")


def execute(path: Path) -> bool:
    """Run a notebook in its folder and save it; gives whether its file changed.

    Saved are its outputs, without widgets, whose models end with the kernel, and without times. A
    file stays as it is, byte for byte, where only addresses and the like would differ. Raises
    OrderkitError, with nothing saved, when a cell fails.
    """
    _leave_out_grammar()
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute(stderr=subprocess.DEVNULL)  # a kernel warns of what is no matter here
    except CellExecutionError as error:
        raise OrderkitError(
            f"{path}: a cell fails: {error.ename}: {error.evalue}; nothing was saved"
        ) from error
    except DeadKernelError as error:
        raise OrderkitError(f"{path}: its kernel ended; nothing was saved") from error
    _clean(notebook)
    after = nbformat.writes(notebook) + "\n"
    if _comparable(before) == _comparable(after):
        return False
    path.write_text(after, encoding="utf-8")
    return True


def without_outputs(path: Path) -> bytes:
    """The content of a notebook as if it had never been run."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return f"{json.dumps(notebook, indent=1, ensure_ascii=False)}\n".encode()


def sign(path: Path) -> None:
    """Mark a notebook as trusted by this user, so that JupyterLab draws its widgets again.

    The signature is kept in Jupyter's data folder, where the server that shows it looks. Where that
    cannot be written, the notebook stays untrusted.
    """
    _leave_out_grammar()
    import nbformat
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    try:
        notary.sign(nbformat.read(path, as_version=4))
    except OSError:
        return
    finally:
        notary.store.close()


def _clean(notebook: Any) -> None:
    title = {key: notebook.metadata[key] for key in ("title",) if key in notebook.metadata}
    notebook.metadata = {**title, **_METADATA}
    for cell in notebook.cells:
        for key in ("execution", "trusted"):
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(_WIDGET, None)
        if "outputs" in cell:
            # A widget that has no words for itself leaves nothing.
            cell.outputs = [each for each in cell.outputs if each.get("data", True)]


def _comparable(text: str) -> Any:
    """What a notebook says, without what differs at every run."""
    return json.loads(_CHANGING.sub("…", text))
