"""One browser and one server of each kind for all browser tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from orderkit.cli.lab import make
from tests.browser import support


# Not for the whole session: while playwright runs, no other test could run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser; without one, the tests are skipped."""
    path = support.chromium()
    if path is None:
        pytest.skip("no Chromium: install Debian's package, or name one in ORDERKIT_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=support.FLAGS)
        yield browser
        browser.close()
    if support.GALLERY.taken:
        support.GALLERY.write_index()


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder in which nothing is, and nothing has been written when all is over."""
    made = tmp_path_factory.mktemp("home")
    yield made
    assert list(made.iterdir()) == []


@pytest.fixture(scope="package")
def app(browser: Browser, home: Path) -> Iterator[str]:  # noqa: ARG001 - without one, no server
    """The address of ``orderkit app``."""
    with support.app(home) as url:
        yield url


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working copy of the notebooks, as ``orderkit lab`` makes it."""
    made = tmp_path_factory.mktemp("notebooks")
    make(made)
    return made


@pytest.fixture(scope="package")
def notebooks(browser: Browser, folder: Path, home: Path) -> Iterator[str]:  # noqa: ARG001
    """The address below which the notebooks are served."""
    with support.folder_of_notebooks(folder, home) as url:
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window of its own for each test. Afterwards, no other host was asked for anything."""
    hosts: set[str | None] = set()
    made = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    made.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    yield made
    made.close()
    # data: and blob: addresses have no host.
    assert hosts - {None} == {"127.0.0.1"}


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page that waits long enough for a kernel to start on a busy machine."""
    made = context.new_page()
    made.set_default_timeout(30_000)
    return made


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say where the pictures are."""
    if support.GALLERY.taken:
        place = support.SCREENSHOTS / "index.html"
        terminalreporter.write_line(f"{len(support.GALLERY.taken)} screenshots: {place}")
