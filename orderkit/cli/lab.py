"""``orderkit lab``"""

import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from orderkit.errors import OrderkitError
from orderkit.events import samples


def notebooks() -> Path:
    """The folder of the notebooks: in an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise OrderkitError("the notebooks are not installed; install orderkit again")


@click.command("lab")
@click.argument("folder", default="orderkit-lab", type=click.Path(file_okay=False, path_type=Path))
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.option("--copy-only", is_flag=True, help="Make the working copy and end.")
def command(folder: Path, no_browser: bool, copy_only: bool) -> int:
    """Open JupyterLab on a working copy of the notebooks, with sample settings and events.

    FOLDER (orderkit-lab if none is named) is made where it is not there; a file that is there stays
    as it is. The notebooks work on settings.toml and events.ndjson in it.

    Example: orderkit lab my-client
    """
    made = copy(folder)
    click.echo(f"{folder}: {made} new files, everything else as it was")
    if copy_only:
        return 0
    if find_spec("jupyterlab") is None:
        raise OrderkitError('JupyterLab is not installed; run: pip install "orderkit[lab]"')
    first = sorted(folder.glob("01_*.ipynb"))[0].name
    arguments = ["--no-browser"] if no_browser else [f"--LabApp.default_url=/lab/tree/{first}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container everybody is root; the server is for this machine alone, with a token.
        arguments.append("--allow-root")
    lab = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", *arguments]
    # Whoever ends this program ends the server too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with subprocess.Popen(lab, cwd=folder) as server:  # noqa: S603 - our own command
        try:
            return server.wait()
        finally:
            server.terminate()


def copy(folder: Path) -> int:
    """Copy what is not there yet; gives the number of files made."""
    folder.mkdir(parents=True, exist_ok=True)
    # With nbval.cfg, pytest --nbval compares the copies' outputs with those of the last run.
    found = [*notebooks().glob("*.ipynb"), *notebooks().glob("nbval.cfg")]
    wanted = [*found, samples.SETTINGS, samples.EVENTS, samples.DAMAGED]
    absent = [file for file in wanted if not (folder / file.name).exists()]
    for file in absent:
        shutil.copyfile(file, folder / file.name)
    return len(absent)
