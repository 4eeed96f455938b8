"""``orderkit app``"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import click

from orderkit.cli.common import located_events, reading_options
from orderkit.cli.notebooks import jupyter_program, notebooks_folder
from orderkit.cli.writing import echo
from orderkit.errors import OrderkitError, install_hint
from orderkit.events.failures import explain_unreadable
from orderkit.events.folder import SETTINGS_NAME, events_files, first_events
from orderkit.sandbox.listener import LOOPBACK, bind

#: Where Voilà finds our template: it makes the page ask no other host for anything.
_TEMPLATES = Path(__file__).parents[1] / "widgets" / "jupyter"
_KERNELS = "orderkit.widgets.kernels.BoundedKernelManager"
_START_WITHIN = 60.0


@click.command("app")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--settings",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The client's settings; without them, they are proposed from the events.",
)
@click.option(
    "--events",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The client's events, in any format that the commands read.",
)
@reading_options
@click.option(
    "--port",
    metavar="P",
    type=click.IntRange(0, 65535),
    default=8866,
    show_default=True,
    help="Where to listen; 0 takes a free port.",
)
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
def command(
    folder: Path | None, settings: Path | None, events: Path | None, port: int, no_browser: bool
) -> int:
    """Serve the page for a meeting with a client, until Ctrl-C.

    With FOLDER (settings.toml and events file, as orderkit lab makes it), --settings or --events it
    shows the client's own bookings: how ready they are, one of them, its journey, the results.
    Without any, one of the samples' bookings on its way to TikTok. A file can be dropped on the
    page, too. The tab "Prepare" is the mapper; Save writes to the settings file.

    Everything stays on this machine, and no network is needed. The page is light or dark as the
    browser's system is; who has not the address that is printed, token included, sees nothing.

    Example: orderkit app my-client
    """
    if find_spec("voila") is None:
        raise OrderkitError(f"Voilà is not installed; {install_hint('lab')}")
    with located_events(events) as located:
        return _serve(_shown(folder, settings, located), port, no_browser)


def _serve(shown: dict[str, str], port: int, no_browser: bool) -> int:
    with bind(port) as free:
        port = free.getsockname()[1]
    token = secrets.token_urlsafe(24)
    url = f"http://{LOOPBACK}:{port}/?token={token}"
    # Whoever ends this program ends the server too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory(prefix="orderkit-", ignore_cleanup_errors=True) as made,
        (Path(made) / "voila.log").open("w+b") as log,
        subprocess.Popen(  # noqa: S603 - our own command
            [*server(port, _served(Path(made))), *_GUARDED],
            # In the environment, and not among the arguments, which every user can list.
            env={**environment(Path(made)), **shown, "JUPYTER_TOKEN": token},
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            wait_for(process, port, log)
            echo(f"The page is at {url}\nStop it with Ctrl-C.")
            if not no_browser:
                webbrowser.open(url)
            return process.wait()
        except KeyboardInterrupt:
            echo("stopped", err=True)
            return 0
        finally:
            process.terminate()


def _shown(folder: Path | None, settings: Path | None, events: Path | None) -> dict[str, str]:
    """What the page is to show, as variables. Raises OrderkitError for what cannot be shown."""
    from orderkit.destination.loading import load_settings

    if folder is not None:
        if not folder.is_dir():
            words = "name the client's folder, or a file with --events"
            missing = (
                FileNotFoundError() if not folder.exists() else NotADirectoryError(0, "a file")
            )
            raise OrderkitError(explain_unreadable(folder, missing, words))
        events = events or next(iter(events_files(folder)), None)
        if events is None:
            raise OrderkitError(f"{folder}: no events file is in it; name one with --events")
    if folder is not None and settings is None:
        settings = folder / SETTINGS_NAME  # where there is none yet, the page writes it there
        if settings.is_file():
            load_settings(settings, draft=True)
    elif settings:
        load_settings(settings, draft=True)
    if events:
        first_events(events)
    named = {"ORDERKIT_SETTINGS": settings, "ORDERKIT_EVENTS": events, "ORDERKIT_FOLDER": Path()}
    # What the shell says of the notebooks' files is none of this page's business.
    return {name: str(path.absolute()) if path else "" for name, path in named.items()}


def _served(folder: Path) -> Path:
    """The notebook in a folder of its own, in which what is dropped may lie for a while."""
    configured = folder / "jupyter_config_dir"
    configured.mkdir()
    # Voilà takes any Host unless its server is told otherwise, after it was set up.
    checked = {"allow_remote_access": False, "local_hostnames": ["localhost"]}
    text = json.dumps({"Voila": {"tornado_settings": checked}})
    (configured / "voila.json").write_text(text, encoding="utf-8")
    page = folder / "page"
    page.mkdir()
    return Path(shutil.copy(notebooks_folder() / "demo.ipynb", page))


_GUARDED = (
    "--Voila.auto_token=True",
    f"--VoilaConfiguration.multi_kernel_manager_class={_KERNELS}",
)


def server(port: int, served: Path) -> list[str]:
    """The command that serves a notebook, or a folder of them."""
    return [
        *(*jupyter_program("voila"), str(served), "--no-browser", f"--port={port}"),
        *(f"--Voila.ip={LOOPBACK}", "--Voila.port_retries=0"),
        "--template=orderkit",
    ]


def environment(folder: Path) -> dict[str, str]:
    """The variables for a server that keeps all it writes in `folder`, and finds our template."""
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    paths = [str(_TEMPLATES), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return {
        **os.environ,
        **{place: str(folder / place.lower()) for place in places},
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
        "JUPYTER_PATH": os.pathsep.join(paths),
    }


def wait_for(process: "subprocess.Popen[bytes]", port: int, log: IO[bytes]) -> None:
    """Wait until the server answers. Raises OrderkitError, with what it said, where it ends."""
    until = time.monotonic() + _START_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            log.seek(0)
            said = log.read().decode(errors="replace").strip()
            raise OrderkitError(f"Voilà ended with code {process.returncode}: {said[-2000:]}")
        with socket.socket() as tried:
            if tried.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.1)
    raise OrderkitError(f"Voilà does not answer after {_START_WITHIN:.0f} s; try again")
