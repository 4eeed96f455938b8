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
