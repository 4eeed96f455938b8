"""The settings form in a browser: from a key to all that follows it, and how soon a page is usable.

The yardstick is a text field beside which a line repeats what is typed, on a page of its own: what
browser, server and wire cost without any form.
"""

import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import Page, sync_playwright

from orderkit.cli.app import environment, server, wait_for
from orderkit.cli.lab import make_workspace
from orderkit.events import samples
from tests.bench.measuring import Bound, Contender, Group, together
from tests.browser.support import FLAGS, chromium, variables

_TITLE, _MEASURE = "Forms in a browser", "time of one key or page, by the clock"
_MANY = 1_000
_NOTEBOOK = "01_destination_settings"
_BARE = """
import ipywidgets as w
typed, shown = w.Text(description="Before discounts"), w.HTML()
typed.observe(lambda change: setattr(shown, "value", f"<b>{change.new}</b>"), names="value")
w.VBox([typed, shown])
"""
_FORM = """
from orderkit.widgets import SettingsForm
SettingsForm(picker=PICKER)
"""
_PICKER = """
from orderkit.events import samples
from orderkit.events.reader import parse_text
from orderkit.widgets import EventPicker
lines = parse_text(samples.bookings(NUMBER).decode())
PICKER = EventPicker({str(line.index): line.event for line in lines})
"""
_LABEL = "Before discounts"
#: Milliseconds from a key in the field until each of so many places shows the number typed: beside
#: it, and in the order.
_KEY = """([number, places]) => new Promise(done => {
  const input = document.querySelector("[aria-label='Before discounts']")
    || document.querySelector(".widget-text input");
  const shown = () => [...document.querySelectorAll(".om-value, .om-json, .widget-html b")]
    .filter(e => e.textContent.includes(number)).length;
  input.focus();
  const start = performance.now();
  new MutationObserver((_, self) => {
    if (shown() < places) return;
    self.disconnect();
    document.body.offsetHeight; // laid out
    done(performance.now() - start);
  }).observe(document.body, {childList: true, subtree: true, characterData: true});
  input.value = number;
  input.dispatchEvent(new Event("input", {bubbles: true}));
})"""


@contextmanager
def folder_of_notebooks(folder: Path, home: Path) -> Iterator[str]:
    """A server for a working copy of the notebooks; gives the address below which they are."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = folder / "server"
    own.mkdir()
    env = environment(own) | variables(home)
    with (
        (own / "server.log").open("w+b") as log,
        subprocess.Popen(server(port, folder), env=env, stdout=log, stderr=log) as process,
    ):
        try:
            wait_for(process, port, log)
            yield f"http://127.0.0.1:{port}/voila/render/"
        finally:
            process.terminate()


@contextmanager
def group(*, small: bool) -> Iterator[Group]:
    """Keys with few events and with many, and pages from address to form."""
    path = chromium()
    if path is None:
        bare = Contender("no browser", lambda: 1.0)
        yield Group(_TITLE, _MEASURE, [bare], absent=["forms: no Chromium is installed"])
        return
    numbers = (len(samples.SITUATIONS), 20 if small else _MANY)
    codes = {"bare": _BARE} | {
        f"events{number}": _PICKER.replace("NUMBER", str(number)) + _FORM for number in numbers
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as home,
        sync_playwright() as playwright,
    ):
        make_workspace(Path(folder))
        for name, code in codes.items():
            cells = [nbformat.v4.new_code_cell(code)]
            nbformat.write(nbformat.v4.new_notebook(cells=cells), Path(folder) / f"{name}.ipynb")
        with folder_of_notebooks(Path(folder), Path(home)) as url:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            pages = {name: browser.new_page() for name in (*codes, _NOTEBOOK)}
            few, many = (f"a key, {number:,} events loaded" for number in numbers)
            soon, later = "a tenth of a second", "that page, and 2 s"

            def load() -> Sequence[float]:
                bare, form = (
                    _load(pages[name], f"{url}{name}.ipynb") for name in ("bare", _NOTEBOOK)
                )
                return _key(pages["bare"], 1)(), bare, bare + 2, form

            for number in numbers:
                _load(pages[f"events{number}"], f"{url}events{number}.ipynb")
            yield Group(
                _TITLE,
                _MEASURE,
                [
                    *together(
                        ("a key in a bare field", "a page with a bare field", later, _NOTEBOOK),
                        load,
                    ),
                    Contender(few, _key(pages[f"events{numbers[0]}"], 2)),
                    Contender(many, _key(pages[f"events{numbers[1]}"], 2)),
                    Contender(soon, lambda: 0.1),
                ],
                bounds=[Bound(few, soon, 1), Bound(many, soon, 1), Bound(_NOTEBOOK, later, 1)],
                rounds=10,
            )
            browser.close()


def _opened(page: Page, address: str) -> Page:
    page.set_default_timeout(60_000)
    page.goto(address)
    page.get_by_label(_LABEL, exact=True).wait_for()
    return page


def _key(page: Page, places: int) -> Callable[[], float]:
    """Types a number that was not there before; the seconds until it is in all places."""
    number = 700_000

    def seconds() -> float:
        nonlocal number
        number += 1
        page.bring_to_front()  # what lies behind is slowed down by the browser
        milliseconds: float = page.evaluate(_KEY, [str(number), places])
        return milliseconds / 1000

    return seconds


def _load(page: Page, address: str) -> float:
    """Opens a page; the seconds until its field can be typed into."""
    page.bring_to_front()
    _opened(page, address)
    milliseconds: float = page.evaluate("performance.now()")
    return milliseconds / 1000
