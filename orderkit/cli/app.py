"""``orderkit app``"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import click

from orderkit.cli.notebooks import notebooks_folder
from orderkit.cli.writing import echo
from orderkit.errors import OrderkitError, install_hint
from orderkit.sandbox.listener import LOOPBACK, bind

#: Where Voilà finds our template: it makes the page ask no other host for anything.
_TEMPLATES = Path(__file__).parents[1] / "widgets" / "jupyter"
_START_WITHIN = 60.0


@click.command("app")
@click.option(
    "--port",
    metavar="P",
    type=click.IntRange(0, 65535),
    default=8866,
    show_default=True,
    help="Where to listen; 0 takes a free port.",
)
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
def command(port: int, no_browser: bool) -> int:
    """Serve the demo page: one booking's way to TikTok, to be shown to a client; until Ctrl-C.

    Everything stays on this machine, and no network is needed. The page is light or dark as the
    browser's system is.

    Example: orderkit app --port 8866
    """
    if find_spec("voila") is None:
        raise OrderkitError(f"Voilà is not installed; {install_hint('lab')}")
    notebook = notebooks_folder() / "demo.ipynb"
    with bind(port) as free:
        port = free.getsockname()[1]
    url = f"http://{LOOPBACK}:{port}/"
    # Whoever ends this program ends the server too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory(prefix="orderkit-", ignore_cleanup_errors=True) as folder,
        (Path(folder) / "voila.log").open("w+b") as log,
        subprocess.Popen(  # noqa: S603 - our own command
            # A kernel that waits: the page is there at once.
            [*server(port, notebook), "--preheat_kernel=True"],
            env=environment(Path(folder)),
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            wait_for(process, port, log)
            echo(f"The demo page is at {url}, stop it with Ctrl-C.")
            if not no_browser:
                webbrowser.open(url)
            return process.wait()
        except KeyboardInterrupt:
            echo("stopped", err=True)
            return 0
        finally:
            process.terminate()


def server(port: int, served: Path) -> list[str]:
    """The command that serves a notebook, or a folder of them."""
    return [
        *(sys.executable, "-m", "voila", str(served), "--no-browser", f"--port={port}"),
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
