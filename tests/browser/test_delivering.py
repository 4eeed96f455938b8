"""Orders under way, faults at TikTok's side, and what became of it all."""

import json
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, expect

from orderkit.sandbox import FAULTS
from tests.browser.conftest import EVENTS
from tests.browser.jupyterlab import Lab
from tests.browser.support import CANARY, look, saved_handover, to_the_sandbox, unfold, unreached

#: So many orders that one has time to press Stop.
_NUMBER = 300


def test_a_backfill_is_stopped_and_goes_on(jupyter: Lab, tmp_path: Path) -> None:
    """Stop ends a run in its middle, Start goes on, and no order is delivered twice."""
    file = tmp_path / "bookings.ndjson"
    file.write_text("".join(reservations(_NUMBER)), encoding="utf-8")
    page = jupyter.opened("05_backfill_orders", "File of events")
    assert unreached(jupyter.page, ".ok-root") == []
    jupyter.look("05-backfill")
    page.get_by_label("File of events").fill(str(tmp_path / "absent.ndjson"))
    start = page.get_by_role("button", name="Start", exact=True)
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_disabled()
    start.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="absent.ndjson")).to_be_visible()
    jupyter.look("05-backfill-no-file")
    page.get_by_label("File of events").fill(str(file))
    page.get_by_label("Requests a second").fill("5")
    start.press("Enter")
    status = page.get_by_role("status").filter(has_text="a second")
    expect(status).to_contain_text(f"of {_NUMBER} ·")
    expect(start).to_be_disabled()
    jupyter.look("05-backfill-running")
    stop.press("Enter")
    told = page.get_by_role("status").filter(has_text="Start goes on where it was")
    expect(told).to_contain_text("stopped by hand")
    expect(status).not_to_contain_text(f"{_NUMBER} of {_NUMBER}")
    jupyter.look("05-backfill-stopped")
    before = delivered(status.inner_text())
    assert 0 < before < _NUMBER
    page.get_by_label("Requests a second").fill("")
    start.press("Enter")
    expect(page.get_by_text("Every order is where it should be")).to_be_visible()
    expect(status).to_contain_text(f"skipped {before}")
    assert delivered(status.inner_text()) == _NUMBER - before
    start.press("Enter")
    expect(status).to_contain_text(f"skipped {_NUMBER}")
    order = page.get_by_label("Order id").filter(visible=True)
    order.fill("C-000000")
    sent = page.get_by_role("table", name="The latest deliveries").filter(visible=True)
    expect(sent.get_by_role("row").filter(has_text="C-000000")).to_have_count(1)
    expect(sent.get_by_role("row").filter(has_text="C-000001")).to_have_count(0)
    expect(page.get_by_role("heading", name="Request", exact=True)).to_be_visible()
    wire = page.locator("pre.ok-code").filter(visible=True)
    expect(wire.filter(has_text='"order_id":"C-000000"').first).to_be_visible()
    expect(wire.filter(has_text="log_id").first).to_be_visible()
    jupyter.look("05-backfill-order", whole=True)
    order.fill("nowhere")
    expect(page.get_by_text("No such delivery")).to_be_visible()


def reservations(number: int) -> Iterator[str]:
    """So many reservations of the booking system, one a line."""
    first = json.loads(EVENTS.read_text(encoding="utf-8"))[0]
    for n in range(number):
        yield json.dumps(first | {"Voucher": f"C-{n:06}"}) + "\n"


def delivered(told: str) -> int:
    """The number behind "delivered"."""
    words = told.split()
    return int(words[words.index("delivered") + 1])


def test_faults_are_said_met_and_told(jupyter: Lab) -> None:
    """What the panel says is met by the next orders, told there, and in the delivery view."""
    page = jupyter.opened("04_send_test_orders")
    unfold(page, "Let the sandbox fail")
    panel = page.locator(".ok-root").filter(has=jupyter.page.get_by_label("Fault", exact=True)).last
    # Quicker than the kernel: each press acts on what was chosen before it.
    for name in ("slow", "timeout") * 5:
        choose_fault(panel, name)
        panel.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(panel.get_by_label("Entries")).to_have_value(", ".join(("slow", "timeout") * 5))
    panel.get_by_role("button", name="Clear", exact=True).press("Enter")
    expect(panel.get_by_label("Entries")).to_have_value("")
    choose_fault(panel, "throttled_seconds")
    panel.get_by_label("Its value").fill("soon")
    panel.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text("write seconds from 0")
    jupyter.look("04-faults-mistake")
    panel.get_by_label("Its value").fill("0")
    panel.get_by_role("button", name="Add", exact=True).press("Enter")
    choose_fault(panel, "error_code")
    panel.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(panel.get_by_label("Entries")).to_have_value("throttled_seconds(0), error_code")
    panel.get_by_role("button", name="Let it fail").press("Enter")
    coming = panel.get_by_role("table", name="What the coming order calls meet")
    expect(coming.get_by_role("row").filter(has_text="error_code")).to_be_visible()
    send(page)
    expect(page.get_by_role("status").filter(has_text="12 events, 11 as they")).to_be_visible()
    became = page.get_by_role("table", name="What became of each order").filter(visible=True).first
    expect(became.get_by_role("cell", name="rejected", exact=True)).to_have_count(1)
    expect(became.get_by_role("rowheader", name="rejected · 1 order")).to_be_visible()
    panel.get_by_role("button", name="Look again").press("Enter")
    met = panel.get_by_role("table", name="What order calls met so far")
    expect(met.get_by_role("row").filter(has_text="throttled_seconds")).to_contain_text("1")
    view = page.locator(".ok-root").filter(has=jupyter.page.get_by_label("Order id")).last
    expect(view.get_by_role("table", name="What is not delivered")).to_contain_text("rejected")
    view.get_by_label("Verdict").select_option("rejected by TikTok")
    found = view.get_by_role("table", name="The latest deliveries").get_by_role("row")
    expect(found.filter(has_text="rejected")).not_to_have_count(0)
    expect(found.filter(has_text="delivered")).to_have_count(0)
    jupyter.look("04-faults-met", whole=True)


def test_the_handover_page_is_saved_and_stands_alone(
    jupyter: Lab, context: BrowserContext, tmp_path: Path
) -> None:
    """Live is locked; the saved page has the test orders with their log ids, and no secret."""
    page = jupyter.opened("04_send_test_orders")
    assert unreached(jupyter.page, ".ok-root") == []
    page.get_by_label("To", exact=True).select_option("Live endpoint")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    jupyter.look("04-send-live-locked")
    for label in ("Client key", "Client secret", "or access token"):
        page.get_by_label(label, exact=True).fill(CANARY)
        page.get_by_label(label, exact=True).press("Enter")
        expect(page.get_by_label(label, exact=True)).to_have_value("")
    secret = page.get_by_label("Client secret", exact=True)
    expect(secret).to_have_attribute("placeholder", "set (hidden)")
    assert CANARY not in jupyter.page.content()
    send(page)
    expect(page.get_by_text("12 events, 12 as they should be")).to_be_visible()
    kept = page.get_by_role("table", name="Orders at TikTok's side").first
    expect(kept.get_by_role("row", name="CX70431")).to_be_visible()
    page.get_by_role("button", name="Handover page").press("Enter")
    file = saved_handover(page, tmp_path)
    saved = context.new_page()
    saved.goto(file.as_uri())
    tests = saved.get_by_role("table", name="The latest deliveries")
    expect(tests.get_by_role("row").filter(has_text="log_id")).not_to_have_count(0)
    for title in ("Settings to type into the platform", "What no source states, and is assumed"):
        expect(saved.get_by_role("heading", name=title)).to_be_visible()
    look(saved, "04-handover", whole=True)


def choose_fault(panel: Locator, name: str) -> None:
    """Choose a fault by its name."""
    label = f"{name}: {FAULTS[name].meaning}"
    panel.get_by_label("Fault", exact=True).select_option(label=label)


def send(page: Locator) -> None:
    """Send the twelve reservations to the embedded sandbox."""
    to_the_sandbox(page)
    page.get_by_label("Send", exact=True).select_option("all loaded events")
    page.get_by_role("button", name="Send", exact=True).click()
