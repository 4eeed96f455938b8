"""The settings form in a browser: from a key to all that follows it, and how soon a page is usable.

The yardstick of a key is a text field beside which a line repeats what is typed, and that of a page
is one with this field alone: what the browser, the server and the wire cost without any form.
"""

import atexit
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import nbformat
from playwright.sync_api import Page, sync_playwright

from orderkit import samples
from orderkit.cli.lab import copy
from tests.bench.measuring import Bound, Contender, Group
from tests.browser.support import FLAGS, chromium, folder_of_notebooks

_MANY = 1_000
_BARE = """
import ipywidgets as w
typed, shown = w.Text(description="Total Value"), w.HTML()
typed.observe(lambda change: setattr(shown, "value", f"<b>{change.new}</b>"), names="value")
w.VBox([typed, shown])
"""
_FORM = """
from orderkit.widgets import SettingsForm
form = SettingsForm(MORE)
form.outcome.preview.head.value = form.outcome.required.head.value = True
form
"""
_LARGE = f"""
from orderkit import samples
from orderkit.events import parse_text
from orderkit.widgets import EventPicker
lines = parse_text(samples.bookings({_MANY}).decode())
picker = EventPicker({{f"{{line.index}}": line.event for line in lines}})
"""
#: Milliseconds from a key in "Total Value" until each of so many places shows the number typed.
_KEY = """([number, places]) => new Promise(done => {
  const input = [...document.querySelectorAll("label")]
    .find(e => e.textContent == "Total Value").parentElement.querySelector("input");
  const shown = () => [...document.querySelectorAll(".ok-live, b, tr")]
    .filter(e => e.textContent.includes(number)).length;
  const start = performance.now();
  new MutationObserver((_, self) => {
    if (shown() < places) return;
    self.disconnect();
    requestAnimationFrame(() => done(performance.now() - start));
  }).observe(document.body, {childList: true, subtree: true, characterData: true});
  input.value = number;
  input.dispatchEvent(new Event("input", {bubbles: true}));
})"""


def group() -> Group:
    """Keys for the samples and for many events, and pages from address to form."""
    title, item = "Forms in a browser", "key or page"
    path = chromium()
    if path is None:
        return Group(title, item, [Contender("no browser", lambda: 1.0)], absent=["a browser"])
    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    home = folder / "home"
    home.mkdir()
    copy(folder)
    for name, code in (
        ("bare", _BARE),
        ("few", _FORM.replace("MORE", "")),
        ("many", _LARGE + _FORM.replace("MORE", "picker=picker")),
    ):
        cells = [nbformat.v4.new_code_cell(code)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    url = stack.enter_context(folder_of_notebooks(folder, home))
    playwright = stack.enter_context(sync_playwright())
    context = playwright.chromium.launch(executable_path=path, args=FLAGS).new_context()
    bare_key = "key: a bare text field"
    bare_page = "page: a bare text field"
    few, many = f"key: {len(samples.SITUATIONS)} events loaded", f"key: {_MANY:,} events loaded"
    page = "page: 01_destination_settings"
    return Group(
        title,
        item,
        [
            Contender(bare_key, _key(_opened(context.new_page(), f"{url}bare.ipynb"), 1)),
            Contender(few, _key(_opened(context.new_page(), f"{url}few.ipynb"), 3)),
            Contender(many, _key(_opened(context.new_page(), f"{url}many.ipynb"), 3)),
            Contender(bare_page, _load(context.new_page(), f"{url}bare.ipynb")),
            Contender(page, _load(context.new_page(), f"{url}01_destination_settings.ipynb")),
        ],
        bounds=[Bound(many, few, 1.5), Bound(page, bare_page, 2)],
    )


def _opened(page: Page, address: str) -> Page:
    page.set_default_timeout(60_000)
    page.goto(address, timeout=60_000)
    page.get_by_label("Total Value", exact=True).wait_for()
    return page


def _key(page: Page, places: int) -> Callable[[], float]:
    """Types a number that was not there before; the seconds until it is in all places."""
    number = 700_000

    def seconds() -> float:
        nonlocal number
        number += 1
        milliseconds: float = page.evaluate(_KEY, [str(number), places])
        return milliseconds / 1000

    return seconds


def _load(page: Page, address: str) -> Callable[[], float]:
    """Opens a page; the seconds until its field can be typed into."""

    def seconds() -> float:
        _opened(page, address)
        return float(page.evaluate("performance.now()")) / 1000

    return seconds
