"""One browser and one server of each kind for all browser tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import SCREENSHOTS
from tests.browser import support
from tests.browser.jupyterlab import Lab, lab

_BOOKING_SYSTEM = Path(__file__).parents[1] / "widgets" / "booking_system"
EVENTS, SETTINGS = _BOOKING_SYSTEM / "reservations.json", _BOOKING_SYSTEM / "settings.toml"


# Not for the whole session: while playwright runs, no other test could run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser; without one, the tests are skipped."""
    path = support.chromium()
    if path is None:
        pytest.skip("no Chromium: install Debian's package, or name one in ORDERKIT_CHROMIUM")
    for old in SCREENSHOTS.glob("*.png"):
        old.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=support.FLAGS)
        yield browser
        browser.close()
    support.write_index()


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
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client's folder, which ``orderkit lab`` makes."""
    return tmp_path_factory.mktemp("lab") / "client"


@pytest.fixture(scope="package")
def lab_page(browser: Browser, client: Path, home: Path) -> Iterator[Lab]:
    """The page of a JupyterLab that ``orderkit lab`` has started; it asks no other host.

    Its events are twelve of a booking system, with the settings that map them.
    """
    files = ("--events", str(EVENTS), "--settings", str(SETTINGS))
    with lab(client, home, client.parent / "server", *files) as url, local(browser) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        yield Lab(page, url)


@pytest.fixture
def jupyter(lab_page: Lab, client: Path) -> Iterator[Lab]:
    """JupyterLab on the client's folder as it was at first, with nothing open and no kernel."""
    made = {file: file.read_bytes() for file in client.iterdir() if file.is_file()}
    yield lab_page
    lab_page.close()
    for file in client.iterdir():
        if file.is_file() and file not in made:
            file.unlink()
    for file, content in made.items():
        file.write_bytes(content)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window of its own for each test."""
    with local(browser) as made:
        yield made


@contextmanager
def local(browser: Browser) -> Iterator[BrowserContext]:
    """A window. Afterwards, no other host was asked for anything."""
    hosts: set[str | None] = set()
    made = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    made.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    yield made
    made.close()
    # data: and blob: addresses have no host.
    assert hosts - {None} <= {"127.0.0.1"}


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page that waits long enough for a kernel to start on a busy machine."""
    made = context.new_page()
    made.set_default_timeout(30_000)
    return made
