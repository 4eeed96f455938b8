"""What the browser tests share: finding a browser, starting servers, looking at a page."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import escape
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLate

from tests import SCREENSHOTS

ROOT = Path(__file__).parents[2]
#: Two sets of fonts that differ in width. Where one is not installed, the machine's fonts serve.
NOTO, DEJAVU = ("Noto Sans", "Noto Sans Mono"), ("DejaVu Sans", "DejaVu Sans Mono")
#: Scheme, width and fonts. Each scheme, each width and each set of fonts is looked at once: what
#: goes wrong hangs on one of them. A state that differs in little from one that is looked at as a
#: `whole` is looked at in the last of them only, unless ORDERKIT_LOOKS is "all".
LOOKS: tuple[tuple[Literal["light", "dark"], int, tuple[str, str]], ...] = (
    ("light", 1280, NOTO),
    ("dark", 390, DEJAVU),
)
ALL_LOOKS = os.environ.get("ORDERKIT_LOOKS") == "all"
#: The accessibility rules that hang on colours and sizes, and so are tried in every look. How a
#: page is built is the same in all of them: there, one look at the `whole` tries all rules.
FEW_RULES = ("scrollable-region-focusable", "color-contrast")
_FONTS = """([text, code]) => {
  const style = document.documentElement.style;
  style.setProperty("--jp-ui-font-family", text);
  style.setProperty("--jp-content-font-family", text);
  style.setProperty("--jp-code-font-family", code);
}"""
#: What is typed where a secret belongs, and must be nowhere else.
CANARY = "canary-secret-4711"
#: Parts that one would have to scroll sideways.
_SIDEWAYS = """
[...document.querySelectorAll("body *:not(input, select, textarea, option)")]
.filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth
    && ["auto", "scroll"].includes(getComputedStyle(e).overflowX))
.map(e => `${e.className}: ${e.scrollWidth} > ${e.clientWidth}: ${e.textContent.slice(0, 80)}`)
"""
_SIZE = "[innerWidth, Math.max(document.documentElement.scrollHeight, innerHeight)]"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


#: Patience for a busy machine; what is judged is what appears, not how soon.
expect.set_options(timeout=30_000)


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
def app(home: Path, *arguments: str) -> Iterator[str]:
    """``orderkit app`` as a user starts it; gives the address that it prints, with its token."""
    code = "from orderkit.cli import main; main()"
    command = [sys.executable, "-c", code, "app", *arguments, "--no-browser", "--port", "0"]
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


def write_index() -> None:
    """A page that lists all pictures, in the order in which they were taken."""
    pictures = sorted(SCREENSHOTS.glob("*.png"), key=lambda picture: picture.stat().st_mtime)
    figures = "".join(
        f'<figure><figcaption>{name}</figcaption><img src="{name}" width="600"></figure>'
        for name in (escape(picture.name) for picture in pictures)
    )
    if figures:
        page = f"<!doctype html><title>Screenshots</title>{figures}"
        (SCREENSHOTS / "index.html").write_text(page, encoding="utf-8")


def look(page: Page, state: str, *, whole: bool = False) -> None:
    """Look at the `whole` of a page in light and dark, wide and narrow, and keep a picture of each.

    Neither it nor a part of it scrolls sideways. It has no serious violation of an accessibility
    rule, contrast included.
    """
    for scheme, width, fonts in LOOKS if whole or ALL_LOOKS else LOOKS[-1:]:
        page.emulate_media(color_scheme=scheme)
        use_fonts(page, fonts)
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.locator(":root")).to_have_js_property("clientWidth", width)
        name = f"{state}-{scheme}-{width}"
        check_width(page, name)
        keep_picture(page, name)
        found = serious(page, *(() if whole and scheme == "light" else FEW_RULES))
        assert not found, "\n".join([f"{name}:", *found[:10]])
    page.set_viewport_size({"width": 1280, "height": 900})


def use_fonts(page: Page, names: tuple[str, str]) -> None:
    """Show texts and code in these fonts."""
    page.evaluate(_FONTS, [f"'{name}'" for name in names])


def check_width(page: Page, name: str) -> None:
    """Neither the page nor a part of it scrolls sideways."""
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    # Widgets follow a new width a moment later.
    with suppress(TooLate):
        page.wait_for_function(f"({_SIDEWAYS}).length == 0", timeout=5_000)
    sideways = page.evaluate(_SIDEWAYS)
    assert not sideways, "\n".join([f"{name}:", *sideways])


def keep_picture(page: Page, name: str) -> None:
    """Put a picture of the page into the gallery, all of it, encoded in a third of the time."""
    width, height = page.evaluate(_SIZE)
    session = page.context.new_cdp_session(page)
    taken = session.send(
        "Page.captureScreenshot",
        {
            "captureBeyondViewport": height > page.evaluate("innerHeight"),
            "optimizeForSpeed": True,
            "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1},
        },
    )
    session.detach()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(taken["data"]))


def to_the_sandbox(part: Locator) -> None:
    """Choose the sandbox."""
    part.get_by_label("To", exact=True).select_option("Embedded sandbox")


def unfold(part: Locator, name: str) -> None:
    """Open a folded part by keyboard."""
    part.get_by_role("button", name=f"▸ {name}").press("Enter")
    expect(part.get_by_role("button", name=f"▾ {name}")).to_be_visible()


def saved_handover(part: Page | Locator, folder: Path) -> Path:
    """The handover page, saved by its link; it names no other place and holds no secret."""
    page = part if isinstance(part, Page) else part.page
    link = part.get_by_role("link", name="Save handover.html")
    link.focus()
    with page.expect_download() as download:
        link.press("Enter")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "handover.html"
    text = file.read_text(encoding="utf-8")
    assert CANARY not in text
    assert not [name for name in ("<link", "src=", "url(http", "script src") if name in text]
    return file


#: What the Tab key must reach; of tabs, one: arrows lead to the others.
_CONTROLS = """
[...document.querySelectorAll("WITHIN")].flatMap(e => [...e.querySelectorAll(
  "button, input, select, textarea, a[href], summary, [role=tab]")])
.filter(e => e.checkVisibility() && !e.disabled && !(e.role == "tab" && e.tabIndex < 0))
"""


def unreached(page: Page, within: str = "body") -> list[str]:
    """The controls of a page, or of a part of it, that the Tab key does not come by."""
    page.evaluate("window.met = new Set(); addEventListener('focusin', e => met.add(e.target))")
    controls = _CONTROLS.replace("WITHIN", within)
    left = f"{controls}.filter(e => !met.has(e)).map(e => e.outerHTML.slice(0, 200))"
    if within == "body":
        page.locator("body").press("Tab")
    else:
        page.evaluate(f"{controls}[0].focus()")
    for _ in range(2 * len(page.evaluate(left))):
        page.keyboard.press("Tab")
    found: list[str] = page.evaluate(left)
    return found


def serious(page: Page, *rules: str, within: str | None = None) -> list[str]:
    """The serious and critical violations that axe-core finds: rule, element, what is wrong.

    All rules are tried if none is named, on the whole page if no part of it is.
    """
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = Axe().run(page, context=within, options=options).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}: {node['failureSummary'][:300]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
