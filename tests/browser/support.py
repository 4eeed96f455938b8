"""What the browser tests share: finding a browser, starting servers, looking at a page."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TooLate

from orderkit.cli.app import environment, server, wait_for

ROOT = Path(__file__).parents[2]
#: Where the pictures go, for people to look at.
SCREENSHOTS = Path(os.environ.get("ORDERKIT_SCREENSHOTS") or ROOT / "build" / "screenshots")
#: Scheme, width, and the accessibility rules that are tried, all if none is named. Contrast hangs
#: on the scheme and on what a width shows, not on both together: each is looked at once.
LOOKS = (
    ("light", 1280, ()),
    ("light", 390, ("scrollable-region-focusable",)),
    ("dark", 1280, ("scrollable-region-focusable",)),
    ("dark", 390, ("scrollable-region-focusable", "color-contrast")),
)
#: What is typed where a secret belongs, and must be nowhere else.
CANARY = "canary-secret-4711"
#: Parts that one would have to scroll sideways.
_SIDEWAYS = """
[...document.querySelectorAll("body *:not(input, select, textarea, option)")]
.filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth
    && ["auto", "scroll"].includes(getComputedStyle(e).overflowX))
.map(e => `${e.className}: ${e.scrollWidth} > ${e.clientWidth}: ${e.textContent.slice(0, 80)}`)
"""
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


expect.set_options(timeout=15_000)


def chromium() -> str | None:
    """The browser to use: what ORDERKIT_CHROMIUM names, or one that is installed."""
    if named := os.environ.get("ORDERKIT_CHROMIUM"):
        return named
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def variables(home: Path) -> dict[str, str]:
    """An environment with an empty home and nothing of the user's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])])
    keyring = "keyring.backends.fail.Keyring"
    return {**kept, "HOME": str(home), "PYTHONUTF8": "1", "PYTHON_KEYRING_BACKEND": keyring}


@contextmanager
def app(home: Path) -> Iterator[str]:
    """``orderkit app`` as a user starts it; gives the address that it prints."""
    code = "from orderkit.cli import main; main()"
    command = [sys.executable, "-c", code, "app", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=variables(home)
    ) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            assert "http://127.0.0.1:" in told, told
            yield told.split(" at ")[1].split(",")[0]
        finally:
            process.terminate()


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


@dataclass
class Gallery:
    """The pictures that were taken."""

    taken: list[str] = field(default_factory=list)

    def write_index(self) -> None:
        """A page that lists them all."""
        figures = "".join(
            f'<figure><figcaption>{escape(name)}</figcaption><img src="{escape(name)}" width="600">'
            "</figure>"
            for name in self.taken
        )
        page = f"<!doctype html><title>Screenshots</title>{figures}"
        (SCREENSHOTS / "index.html").write_text(page, encoding="utf-8")


GALLERY = Gallery()


def look(page: Page, state: str, *, check: bool = True) -> None:
    """Look at a page in light and dark, wide and narrow, and keep a picture of each.

    Neither it nor a part of it scrolls sideways. Unless it need not be checked, it has no serious
    violation of an accessibility rule, contrast included.
    """
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for scheme, width, rules in LOOKS:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.locator(":root")).to_have_js_property("clientWidth", width)
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
        # Widgets follow a new width a moment later.
        with suppress(TooLate):
            page.wait_for_function(f"({_SIDEWAYS}).length == 0", timeout=5_000)
        sideways = page.evaluate(_SIDEWAYS)
        assert not sideways, "\n".join([f"{state} at {width}:", *sideways])
        name = f"{state}-{scheme}-{width}.png"
        page.screenshot(path=SCREENSHOTS / name, full_page=True, animations="disabled")
        GALLERY.taken.append(name)
        found = serious(page, *rules) if check else []
        assert not found, "\n".join([f"{name}:", *found[:10]])
    page.set_viewport_size({"width": 1280, "height": 900})


def opened(page: Page, address: str, name: str, label: str = "Event") -> Page:
    """A notebook as a page, all of its cells run; `label` is an input of its form."""
    page.goto(f"{address}{name}.ipynb", timeout=60_000)
    expect(page.get_by_label(label, exact=True).first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("There was an error when executing")).to_have_count(0)
    return page


def unfold(page: Page, name: str) -> None:
    """Open a folded part by keyboard."""
    page.get_by_role("button", name=f"▸ {name}").press("Enter")
    expect(page.get_by_role("button", name=f"▾ {name}")).to_be_visible()


def saved_handover(page: Page, folder: Path) -> Path:
    """The handover page, saved by its link; it names no other place and holds no secret."""
    link = page.get_by_role("link", name="Save handover.html")
    link.focus()
    with page.expect_download() as download:
        link.press("Enter")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "handover.html"
    text = file.read_text(encoding="utf-8")
    assert CANARY not in text
    assert not [name for name in ("<script", "<link", "src=", "url(http") if name in text]
    return file


#: What the Tab key must reach; of tabs, one: arrows lead to the others.
_CONTROLS = """
[...document.querySelectorAll("button, input, select, textarea, a[href], summary, [role=tab]")]
.filter(e => e.checkVisibility() && !e.disabled && !(e.role == "tab" && e.tabIndex < 0))
"""


def unreached(page: Page) -> list[str]:
    """The controls of a page that the Tab key does not come by."""
    page.evaluate("window.met = new Set(); addEventListener('focusin', e => met.add(e.target))")
    left = f"{_CONTROLS}.filter(e => !met.has(e)).map(e => e.outerHTML.slice(0, 200))"
    page.locator("body").press("Tab")
    for _ in range(2 * len(page.evaluate(left))):
        page.keyboard.press("Tab")
    found: list[str] = page.evaluate(left)
    return found


def serious(page: Page, *rules: str) -> list[str]:
    """The serious and critical violations that axe-core finds: rule, element, what is wrong.

    All rules are tried if none is named.
    """
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}: {node['failureSummary'][:300]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
