"""Tables and JSON on pages that are handed over: sorted, searched, filtered, copied, folded."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from orderkit.destination.loading import load_settings
from orderkit.events import samples
from orderkit.events.entries import EventLine
from orderkit.mapping.mapper import Mapper
from orderkit.reports import deliveries, pages
from orderkit.reports.handover import handover_page
from orderkit.sending.ledger import Ledger
from orderkit.sending.run import Run
from tests.browser.support import look


async def _body() -> str:
    """Deliveries of all samples, damaged ones included, and one of them in full."""
    mapper = Mapper(load_settings(samples.SETTINGS))
    events = [*samples.sample_events().values(), *samples.damaged_events().values()]
    results = mapper.results(EventLine(at, None, event) for at, event in enumerate(events))
    with Ledger() as ledger:
        async for _ in Run(results, mapper.settings, "sandbox", ledger).verdicts():
            pass
        entries = ledger.entries(order="MLB-20260007", verdict="delivered")
        latest = deliveries.entries_html(ledger.entries(most=-1))
        return latest + deliveries.entry_html(entries[0])


@pytest.fixture
def sent(page: Page, tmp_path: Path) -> Page:
    """A page of deliveries, opened as a file."""
    # While playwright runs, its thread has an event loop already.
    with ThreadPoolExecutor(1) as pool:
        body = pool.submit(asyncio.run, _body()).result()
    file = tmp_path / "page.html"
    file.write_text(pages.page("Deliveries", body), encoding="utf-8")
    page.goto(file.as_uri())
    return page


def test_a_table_is_sorted_searched_filtered_and_walked(sent: Page) -> None:
    """By mouse and by keys; the same page without the script has every row as plain HTML."""
    table = sent.get_by_role("table", name="The latest deliveries")
    first = table.locator("tbody tr:not([hidden])").first
    sent.get_by_role("button", name="status", exact=True).click()
    expect(table.get_by_role("columnheader", name="status")).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(first).to_contain_text("order_status")  # the event without a status
    sent.get_by_role("button", name="status", exact=True).click()
    expect(first).to_contain_text("CREATE_ORDER")
    chips = sent.get_by_role("group", name="Only")
    chips.get_by_role("button", name="invalid").click()
    expect(sent.locator(".ok-found")).to_have_text("9 of 19")
    sent.get_by_role("searchbox", name="Search The latest deliveries").fill("ttoclid 20260001")
    expect(sent.locator(".ok-found")).to_have_text("1 of 19")
    look(sent, "page-deliveries-found", whole=True)
    sent.get_by_role("searchbox", name="Search The latest deliveries").fill("")
    chips.get_by_role("button", name="All").click()
    first.focus()
    sent.keyboard.press("ArrowDown")
    sent.keyboard.press("n")
    row = sent.locator("tr:focus")
    expect(row).to_contain_text("invalid")
    sent.keyboard.press("Enter")
    expect(row.locator("details")).to_have_attribute("open", "")
    sent.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sent.keyboard.press("c")
    copied = sent.evaluate("navigator.clipboard.readText()")
    assert copied.split("\t")[2] == "invalid"


def test_json_is_coloured_folds_and_is_copied_whole(sent: Page) -> None:
    """Folding hides what stands between brackets; a copy has it all the same."""
    code = sent.locator("pre.ok-code").first
    expect(code.locator(".ok-j-name").first).to_have_text('"event_name"')
    part = code.locator("summary", has_text='"hotel"')
    part.click()
    expect(code.get_by_text('"LUN-')).to_be_hidden()
    sent.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sent.get_by_role("button", name="Copy").nth(1).click()
    copied = sent.evaluate("navigator.clipboard.readText()")
    assert copied.startswith('{\n  "event_name"')
    assert '"LUN-' in copied


def test_the_handover_fits_its_page(page: Page, tmp_path: Path) -> None:
    """A wide logo keeps its shape, no table is wider than the page, a field begins at its edge."""
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100"/>')
    events = {**samples.sample_events(), **samples.damaged_events()}
    file = tmp_path / "page.html"
    made = handover_page(load_settings(samples.SETTINGS), events, logo=str(logo))
    file.write_text(made, encoding="utf-8")
    page.set_viewport_size({"width": 832, "height": 900})
    page.goto(file.as_uri())
    page.get_by_text("What each order status needs").click()
    box = page.locator("img.ok-logo").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (112, 28)
    wider = "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
    assert page.locator(".ok-scroll").evaluate_all(wider) == 0
    page.set_viewport_size({"width": 390, "height": 900})
    search, text = page.get_by_role("searchbox").first, page.locator("section > h2").first
    left = "each => each.getBoundingClientRect().left"
    assert search.evaluate(left) == text.evaluate(left)
