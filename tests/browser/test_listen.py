"""The line that `orderkit listen` prints, pasted into a page that is public to Chromium."""

import json
import re
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from orderkit.events.reader import load_events
from orderkit.sandbox.collector import Collected, Collector
from tests.browser import support
from tests.browser.conftest import EVENTS
from tests.browser.jupyterlab import Lab

CERTIFICATE = Path(__file__).parents[1] / "sending" / "localhost.pem"

#: A booking site: the platform's stub with a call that waits, a data layer with a history, and
#: what the SDK does when it is loaded: it puts a function of its own in the stub's place.
SITE = b"""<!doctype html><title>A hotel</title><script>
window.caReady = []; window.cact = function () { caReady.push(arguments); };
cact('trigger', 'page_view', {});
window.dataLayer = [{event: 'gtm.js'}, {event: 'view_item', id: 'room-1'}];
window.arrived = [];
function load() {
  var queued = caReady.slice();
  window.cact = function () { arrived.push(arguments[1]); };
  queued.forEach(function (call) { cact.apply(null, call); });
}
</script><h1>A hotel</h1>"""


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(SITE)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """The port of the site, over https on an address of its own."""
    server = ThreadingHTTPServer(("127.0.0.2", 0), _Site)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def public(browser: Browser, site: int) -> Iterator[Browser]:
    """A Chromium that takes the site for one on the internet, as a client's site is."""
    flag = f"--ip-address-space-overrides=127.0.0.2:{site}=public"
    made = browser.browser_type.launch(
        executable_path=support.chromium(), args=[*support.FLAGS, flag]
    )
    yield made
    made.close()


class Arrived:
    """What a collector took, waited for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.events: list[dict[str, Any]] = []

    def take(self, collected: Collected) -> None:
        with self._changed:
            self.events.append(collected.body)
            self._changed.notify_all()

    def wait_for(self, page: Page, number: int) -> list[str]:
        """The names of the events, as soon as there are so many; no more come after that."""
        for _ in range(100):
            page.wait_for_timeout(50)
            if len(self.events) >= number:
                break
        page.wait_for_timeout(300)
        return [event["event_name"] for event in self.events]


def _pasted(browser: Browser, site: int, line: str, *, permitted: bool) -> Page:
    context = browser.new_context(ignore_https_errors=True)
    if permitted:
        context.grant_permissions(["local-network-access"])
    page = context.new_page()
    page.goto(f"https://127.0.0.2:{site}/")
    page.evaluate(line)
    return page


def test_each_event_is_mirrored_once_and_the_sites_own_tracking_goes_on(
    public: Browser, site: int
) -> None:
    """What was queued before the paste and what comes after, through the SDK's arrival too."""
    arrived = Arrived()
    with Collector(arrived.take) as collector:
        page = _pasted(public, site, collector.mirror, permitted=True)
        page.evaluate(collector.mirror)
        purchase = "{id: 'R-1', currency: 'EUR', node: document.body, n: 10n}"
        page.evaluate(f"cact('trigger', 'purchase', {purchase})")
        page.evaluate("load(); cact('trigger', 'purchase', {id: 'R-1', currency: 'EUR'})")
        page.evaluate("dataLayer.push({event: 'booking', ecommerce: {value: 300}}, {other: 1})")
        page.evaluate("(function () { dataLayer.push(arguments) })('event', 'sign_up', {a: 1})")
        names = arrived.wait_for(page, 6)
        assert sorted(names) == [
            *("booking", "page_view", "purchase", "purchase", "sign_up", "view_item")
        ]
        assert page.evaluate("arrived") == ["page_view", "purchase", "purchase"]
        assert page.evaluate("dataLayer.length") == 5
        # Each is sent at once, so that none is lost where the page is left: in any order.
        purchases = [event for event in arrived.events if event["event_name"] == "purchase"]
        assert [event["id"] for event in purchases] == ["R-1", "R-1"]
        assert {event.get("n") for event in purchases} == {"10", None}
        assert not [event for event in purchases if "node" in event]
        for event in purchases:
            assert event["context"]["page"]["url"].startswith("https://127.0.0.2")
            assert "context.event_id" in event["_captured"]["added"]
        page.context.close()


def test_without_permission_a_window_passes_events_on(public: Browser, site: int) -> None:
    """A page that may not reach this machine by itself sends through the relay, none is lost."""
    arrived = Arrived()
    with Collector(arrived.take) as collector:
        page = _pasted(public, site, collector.mirror, permitted=False)
        page.evaluate("cact('trigger', 'purchase', {id: 'R-1'})")
        assert sorted(arrived.wait_for(page, 3)) == ["page_view", "purchase", "view_item"]
        page.context.close()


def test_an_event_is_on_the_screen_as_it_arrives(jupyter: Lab) -> None:
    """A row shows what is missing, stays where it is while open, is found, and takes the keys."""
    page = jupyter.open("06_live_events")
    jupyter.run_all()
    page.get_by_role("button", name="Listen", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Listening")).to_be_visible()
    shown = page.get_by_label("Line to paste")
    expect(shown).to_have_value(re.compile("http://127"))
    line = shown.input_value()
    address = re.search(r"http://127\.0\.0\.1:\d+", line)
    key = re.search(r"token=([\w-]+)", line)
    assert address
    assert key

    def send(event: dict[str, Any]) -> None:
        url = f"{address[0]}/events?token={key[1]}"
        urlopen(url, json.dumps(event).encode(), timeout=10).close()  # noqa: S310 - our own

    made = next(iter(load_events(EVENTS).values()))
    send({name: value for name, value in made.items() if name != "Made"})
    row = page.get_by_role("row", name=" of 24")
    expect(row).to_contain_text("1 missing")
    row.get_by_role("button").press("Enter")
    expect(page.locator(".ok-live-detail")).to_contain_text("create_time")
    before = row.bounding_box()
    send({"event_name": "newsletter_signup"})
    waiting = page.get_by_role("button", name="1 more arrived: show")
    expect(waiting).to_be_visible()
    after = row.bounding_box()
    assert before
    assert after
    assert after["y"] == before["y"]
    jupyter.look("06-live", whole=True)
    waiting.click()
    expect(page.locator("tr[data-number]").first).to_contain_text("newsletter_signup")
    page.get_by_role("button", name="Not for TikTok 1").click()
    expect(row).to_be_hidden()
    page.get_by_role("button", name="All 2").click()
    cells = page.locator(".jp-Cell")
    number = cells.count()
    row.focus()
    press = page.page.keyboard.press
    for key in ("d", "d", "ArrowUp"):
        press(key)
    rows = page.locator("tr[data-number]")
    expect(rows.first).to_be_focused()
    press("N")
    expect(row).to_be_focused()
    for key in ("ArrowDown", "c"):
        press(key)
    expect(row.get_by_role("status")).to_have_text("copied")
    press("Enter")
    expect(page.locator(".ok-live-detail")).to_be_visible()
    press("Enter")
    press(" ")
    expect(page.get_by_role("status").filter(has_text="Paused")).to_be_visible()
    press(" ")
    expect(page.get_by_role("status").filter(has_text="Listening")).to_be_visible()
    press("k")
    expect(page.get_by_role("status").filter(has_text="2 events kept")).to_be_visible()
    assert cells.count() == number
    row.get_by_role("button").press("/")
    page.page.keyboard.type("Create_Time")
    expect(page.locator("tr[data-number]:visible")).to_have_count(1)
    row.get_by_role("button").press("Enter")
    page.get_by_role("button", name="Open in the mapper").click()
    expect(page.get_by_text("Notebook 01 opens on this event")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Not listening")).to_be_visible()
