"""Driving real JupyterLab: ``orderkit lab`` as a user starts it, and one page for all notebooks."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.support import (
    ALL_LOOKS,
    DEJAVU,
    FEW_RULES,
    NOTO,
    check_width,
    keep_picture,
    serious,
    use_fonts,
    variables,
)

#: Made up: the server listens on this machine, for the tests alone.
_TOKEN = "made-up-for-the-tests"
_START_WITHIN = 60.0
_OPEN = """async path => {
  const app = window.jupyterapp;
  const panel = await app.commands.execute("docmanager:open", {path, factory: "Notebook"});
  await panel.context.ready;
  await panel.sessionContext.ready;
  app.shell.activateById(panel.id);
  await panel.revealed;
  window.panel = panel;
  return panel.id;
}"""
_OUTPUTS = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"
_IDLE = "window.panel.sessionContext.session?.kernel?.status === 'idle'"
_RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
_ERRORS = """() => [...window.panel.content.model.cells]
  .flatMap(cell => cell.outputs ? cell.outputs.toJSON() : [])
  .filter(output => output.output_type === "error").map(output => output.evalue)"""
#: How much higher the notebook is than its window, once that is low; the page never scrolls.
_HIDDEN = """() => {
  const node = window.panel.node.querySelector(".jp-WindowedPanel-outer");
  return node.clientHeight < 900 && Math.max(node.scrollHeight - node.clientHeight, 1);
}"""
_THEME = """theme => window.jupyterapp.commands
  .execute("apputils:change-theme", {theme}).then(() => null)"""
_TO_TOP = "() => window.panel.node.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)"
#: Theme, width of the window with the file browser open, and fonts.
_LOOKS: tuple[tuple[str, int, tuple[str, str]], ...] = (
    ("light", 1280, NOTO),
    ("dark", 1440, DEJAVU),
)
#: Of a tall notebook, the picture shows no more.
_TALLEST = 4_000
_CLOSE = """async () => {
  for (const session of [...window.jupyterapp.serviceManager.sessions.running()])
    await window.jupyterapp.serviceManager.sessions.shutdown(session.id);
  for (const widget of [...window.jupyterapp.shell.widgets("main")])
    widget.dispose();
  window.panel = undefined;
}"""


@contextmanager
def lab(folder: Path, home: Path, own: Path, *arguments: str) -> Iterator[str]:
    """``orderkit lab FOLDER --no-browser``; gives the address of its JupyterLab.

    What the server and its kernels write goes below `own`; `home` is their home folder. No news is
    asked for, and none of JupyterLab's questions come up.
    """
    own.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-c", "from orderkit.cli import main; main()"),
        *("lab", str(folder), "--no-browser", *arguments),
    ]
    env = variables(home) | _configured(own, port)
    log = own / "lab.log"
    with (
        log.open("wb") as said,
        subprocess.Popen(command, env=env, stdout=said, stderr=said) as process,
    ):
        try:
            _wait_for(process, port, log)
            yield f"http://127.0.0.1:{port}/lab?token={_TOKEN}"
        finally:
            process.send_signal(signal.SIGTERM)


def _configured(own: Path, port: int) -> dict[str, str]:
    """The variables that point Jupyter at folders of its own, with the configuration in one."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folders = {name: own / name.lower() for name in names}
    settings = own / "app_settings"
    for made in (*folders.values(), settings):
        made.mkdir()
    config = {
        "LabApp": {"expose_app_in_browser": True, "app_settings_dir": str(settings)},
        "ServerApp": {"port": port, "port_retries": 0},
        "IdentityProvider": {"token": _TOKEN},
        # It asks npm, which writes to the home folder.
        "LanguageServerManager": {"autodetect": False},
    }
    overrides = {
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        "@jupyterlab/notebook-extension:tracker": {"autoStartDefaultKernel": True},
    }
    for file, data in (
        (folders["JUPYTER_CONFIG_DIR"] / "jupyter_lab_config.json", config),
        (settings / "overrides.json", overrides),
    ):
        file.write_text(json.dumps(data), encoding="utf-8")
    return {name: str(place) for name, place in folders.items()} | {"TMPDIR": str(own)}


def _wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + _START_WITHIN
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"no JupyterLab after {_START_WITHIN:.0f} s")


class Lab:
    """The page of a JupyterLab, for one notebook at a time."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._name = page, ""
        page.goto(url)
        self._begun()

    def _begun(self) -> None:
        self.page.wait_for_function("window.jupyterapp")
        self.page.evaluate("() => window.jupyterapp.restored.then(() => null)")
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)

    def open(self, name: str) -> Locator:
        """Open a notebook, run nothing; gives the part of the page in which it is."""
        self._name = name
        panel = self.page.evaluate(_OPEN, f"{name}.ipynb")
        self.page.wait_for_function(_IDLE)
        return self.page.locator(f"[id='{panel}'] .jp-Notebook")

    def run_all(self) -> None:
        """Run all cells; none of them fails."""
        self.page.evaluate(_RUN_ALL)
        assert self.page.evaluate(_ERRORS) == []

    def opened(self, name: str, label: str = "Event") -> Locator:
        """Open a notebook and run all of it; `label` is an input of its form."""
        notebook = self.open(name)
        self.run_all()
        expect(notebook.get_by_label(label, exact=True).first).to_be_visible()
        return notebook

    def look(self, state: str, *, check: bool = True, whole: bool = False) -> None:
        """Look at the `whole` of a notebook in light and dark, at two widths, and keep pictures.

        Neither it nor a part of it scrolls sideways. Unless it need not be checked, its outputs
        have no serious violation of an accessibility rule, contrast included. The theme stays as
        it was looked at last: the next look begins with it, and what is no whole ends with it.
        """
        page = self.page
        light = page.locator("body[data-jp-theme-light=true]").count()
        looks = _LOOKS if light else _LOOKS[::-1]
        for theme, width, fonts in looks if whole or ALL_LOOKS else looks[:1]:
            use_fonts(page, fonts)
            self.theme(theme)
            page.set_viewport_size({"width": width, "height": 900})
            hidden = page.wait_for_function(_HIDDEN).json_value()
            page.set_viewport_size({"width": width, "height": min(900 + hidden, _TALLEST)})
            page.evaluate(_TO_TOP)
            name = f"{state}-{theme}-{width}"
            check_width(page, name)
            keep_picture(page, name)
            if check:
                rules = () if whole and theme == "light" else FEW_RULES
                found = serious(page, *rules, within=_OUTPUTS)
                assert not found, "\n".join([f"{name}:", *found[:10]])
        page.set_viewport_size({"width": 1280, "height": 900})

    def theme(self, name: str) -> None:
        """Change to JupyterLab's light or dark theme."""
        self.page.evaluate(_THEME, f"JupyterLab {name.capitalize()}")
        light = "true" if name == "light" else "false"
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", light)

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate("() => window.panel.context.save()")

    def reload(self) -> Locator:
        """Load the page again: JupyterLab opens the notebook by itself, on the kernel it had."""
        self.page.reload()
        self._begun()
        return self.open(self._name)

    def restart(self) -> None:
        """Restart the kernel."""
        self.page.evaluate("() => window.panel.sessionContext.restartKernel()")
        self.page.wait_for_function(_IDLE)

    def close(self) -> None:
        """Close what is open without saving it, and end its kernels: they outlive a page."""
        self.page.evaluate(_CLOSE)
