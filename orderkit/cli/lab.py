"""``orderkit lab``"""

import filecmp
import os
import signal
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import click

from orderkit.cli.common import located_events, reading_options
from orderkit.cli.notebooks import (
    execute,
    jupyter_program,
    notebooks_folder,
    sign,
    without_outputs,
)
from orderkit.cli.writing import echo
from orderkit.errors import OrderkitError, install_hint
from orderkit.events import samples
from orderkit.events.folder import SETTINGS_NAME, events_files, events_name, first_events
from orderkit.events.paths import count


@click.command("lab")
@click.argument("folder", default="orderkit-lab", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--events",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The events to work on, in any format that the commands read.",
)
@click.option(
    "--settings",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The settings to begin with; without them, they are proposed from the events.",
)
@reading_options
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.option("--copy-only", is_flag=True, help="Make the working copy and end.")
@click.option(
    "--execute",
    "run",
    is_flag=True,
    help="Run all notebooks of the copy and save their outputs, to be committed; then end.",
)
def command(
    folder: Path,
    events: Path | None,
    settings: Path | None,
    no_browser: bool,
    copy_only: bool,
    run: bool,
) -> int:
    """Open JupyterLab on a working copy of the notebooks, and on your events and settings.

    FOLDER (orderkit-lab if none is named) is made where it is not there; a file that is there is
    never overwritten. All notebooks work on settings.toml and the events file in it: what --events
    and --settings name, or the samples. With --events alone, settings are proposed from the events,
    each marked as a proposal.

    Example: orderkit lab my-client --events export.csv
    """
    if not copy_only or run:
        for module, name in (("jupyterlab", "JupyterLab"), ("nbclient", "nbclient")):
            if find_spec(module) is None:
                raise OrderkitError(f"{name} is not installed; {install_hint('lab')}")
    with located_events(events) as located:
        made = make_workspace(folder, located, settings, str(events))
    echo(f"{folder}: {count(len(made), 'new file')}, everything else as it was")
    if SETTINGS_NAME in made and settings is None and events:
        echo(f"{SETTINGS_NAME}: proposed from the events; read it through in notebook 01")
    if SETTINGS_NAME in made and events:
        echo(_describe_start(folder))
    if run:
        _execute(folder)
    return 0 if run or copy_only else _serve(folder, no_browser)


def make_workspace(
    folder: Path, events: Path | None = None, settings: Path | None = None, named: str = ""
) -> list[str]:
    """Make the working copy; gives the names of the files made: those that were not there.

    named: what the events are called in messages, where that is not their file's name

    Raises OrderkitError, before anything is copied, where a file that is named cannot be used, or
    another one is there in its place.
    """
    from orderkit.destination.loading import load_settings

    if settings:
        load_settings(settings, draft=True)
    there = next(iter(events_files(folder)), None)
    if events:
        first_events(events)
        _refuse_another(events, there, events_name(events.name), named)
    if settings and (folder / SETTINGS_NAME).exists():
        _refuse_another(settings, folder / SETTINGS_NAME, SETTINGS_NAME)
    used = events or there or samples.EVENTS
    sampled = filecmp.cmp(used, samples.EVENTS, shallow=False)
    wanted: dict[str, bytes | Path] = {}
    if not there:
        wanted[events_name(used.name)] = used
    if sampled:
        wanted[samples.DAMAGED.name] = samples.DAMAGED
    if not (folder / SETTINGS_NAME).exists():
        given = settings or (samples.SETTINGS if sampled else None)
        wanted[SETTINGS_NAME] = given or _proposed(used)
    own = not sampled or bool(settings) or (folder / SETTINGS_NAME).exists()
    for file in sorted(notebooks_folder().glob("0*.ipynb")):
        # The outputs that come with a notebook are the samples'.
        wanted[file.name] = without_outputs(file) if own else file
    for name in ("nbval.cfg", "conftest.py"):
        wanted[name] = notebooks_folder() / name
    folder.mkdir(parents=True, exist_ok=True)
    made = [name for name in wanted if not (folder / name).exists()]
    for name in made:
        _write(folder / name, wanted[name])
    _sign(folder / name for name in made)
    return made


def _describe_start(folder: Path) -> str:
    """ "9 of 12 events mapped, 3 causes; 14 proposals to read through, 3 settings open"."""
    from orderkit.destination.loading import load_settings
    from orderkit.destination.saving import proposed
    from orderkit.mapping.mapper import Mapper
    from orderkit.reports.causes import describe_outcomes

    settings = load_settings(folder / SETTINGS_NAME, draft=True)
    events = first_events(events_files(folder)[0]).events.values()
    said = [describe_outcomes(Mapper(settings), events)]
    if marks := proposed(folder / SETTINGS_NAME):
        said.append(f"{count(len(marks), 'proposal')} to read through")
    if absent := settings.absent():
        said.append(f"open: {', '.join(absent)}")
    return "; ".join(said)


def _refuse_another(file: Path, there: Path | None, name: str, named: str = "") -> None:
    """Raise OrderkitError where the folder has another file in the place of the named one."""
    if there is None or (there.name == name and filecmp.cmp(file, there, shallow=False)):
        return
    raise OrderkitError(
        f"{there} is there already, and is not {named or file}; nothing was copied: name another "
        f"folder, move {there.name} away, or leave the option out to go on with it"
    )


def _proposed(events: Path) -> bytes:
    """A settings file with what the events speak of, each value marked as a proposal."""
    from orderkit.mapping.suggest.settings_file import proposed_settings

    found = first_events(events)
    return proposed_settings(found.events.values(), found.envelope).encode()


def _write(path: Path, content: bytes | Path) -> None:
    import shutil

    try:
        # A file that came to be there meanwhile is not overwritten either.
        with path.open("xb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                with content.open("rb") as source:
                    shutil.copyfileobj(source, file, 2**20)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            path.unlink(missing_ok=True)
        raise OrderkitError(f"{path}: cannot be written: {error.strerror}") from error


def _sign(paths: Iterable[Path]) -> None:
    if find_spec("nbformat") is None:
        return
    for path in paths:
        if path.suffix == ".ipynb":
            sign(path)


def _execute(folder: Path) -> None:
    """Run the copies of our notebooks, several at once: each waits for its kernel mostly."""
    known = sorted(file.name for file in notebooks_folder().glob("0*.ipynb"))
    paths = [folder / name for name in known if (folder / name).is_file()]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for path, changed in zip(paths, pool.map(execute, paths), strict=True):
            echo(f"{path.name}: {'saved' if changed else 'as it was'}")
    _sign(paths)


def _serve(folder: Path, no_browser: bool) -> int:
    first = sorted(folder.glob("01_*.ipynb"))[0].name
    arguments = [f"--LabApp.default_url=/lab/tree/{first}"]
    if no_browser:
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container everybody is root; the server is for this machine alone, with a token.
        arguments.append("--allow-root")
    lab = [*jupyter_program("jupyterlab"), "--ServerApp.ip=127.0.0.1", *arguments]
    # Whoever ends this program ends the server too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with subprocess.Popen(lab, cwd=folder) as server:  # noqa: S603 - our own command
        try:
            return server.wait()
        finally:
            server.terminate()
