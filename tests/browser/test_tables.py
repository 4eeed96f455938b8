"""Tables and JSON on pages that are handed over: sorted, searched, filtered, copied, folded."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from orderkit.destination.loading import load_settings
from orderkit.events import samples
from orderkit.events.entries import EventLine
from orderkit.mapping.mapper import Mapper
from orderkit.reports import deliveries, html, pages
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
    # The one row that Tab comes to is one that is seen.
    expect(table.locator("tbody tr[tabindex='0']")).to_be_visible()
    sent.get_by_role("searchbox", name="Search The latest deliveries").fill("")
    chips.get_by_role("button", name="All").click()
    first.focus()
    sent.keyboard.press("ArrowDown")
    sent.keyboard.press("N")
    row = sent.locator("tr:focus")
    expect(row).to_contain_text("invalid")
    sent.keyboard.press("Enter")
    expect(row.locator("details")).to_have_attribute("open", "")
    sent.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sent.keyboard.press("c")
    copied = sent.evaluate("navigator.clipboard.readText()")
    assert copied.split("\t")[2] == "invalid"
    expect(row.get_by_role("status")).to_have_text("copied")


def test_a_table_drawn_anew_hides_only_what_it_says_it_hides(page: Page) -> None:
    """A filter stays in its part of the page, and goes with its word or with the search line."""
    page.set_content(pages.page("Parts", f"{_part('delivered')}{_part('delivered')}"))
    parts = page.locator(".widget-html-content")
    first, second = parts.nth(0), parts.nth(1)
    first.get_by_role("button", name="delivered 7").click()
    rows = first.locator("tbody tr:visible")
    expect(rows).to_have_count(7)
    _draw_anew(first, _table("delivered"))
    expect(first.get_by_role("button", name="delivered 7")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(rows).to_have_count(7)
    _draw_anew(second, _table("delivered"))
    expect(second.get_by_role("button", name="All 8")).to_have_attribute("aria-pressed", "true")
    expect(second.locator("tbody tr:visible")).to_have_count(8)
    _draw_anew(first, _table("skipped"))
    expect(first.get_by_role("button", name="All 8")).to_have_attribute("aria-pressed", "true")
    expect(rows).to_have_count(8)
    first.get_by_role("searchbox").fill("order 7")
    expect(rows).to_have_count(1)
    expect(first.locator("tbody tr[tabindex='0']")).to_have_text("order 7skipped")
    _draw_anew(first, _table("skipped", 3))
    expect(first.locator("table[data-ok]")).to_have_count(1)
    expect(rows).to_have_count(3)


def test_a_group_says_how_many_of_it_are_shown(page: Page) -> None:
    """Where a search hides some rows of a group, its head has their number beside that of all."""
    columns, heads = ("order", "verdict"), {0: "delivered · 7 orders", 7: "failed · 1 order"}
    page.set_content(
        pages.page("Groups", html.html_table(columns, _rows("delivered"), heads=heads))
    )
    head = page.get_by_role("rowheader", name="delivered · 7 orders")
    expect(head).not_to_contain_text("shown")
    page.get_by_role("searchbox").fill("order 3")
    expect(head).to_have_text("delivered · 7 orders1 shown")


def test_a_row_of_so_many_events_counts_as_these(page: Page) -> None:
    """Where rows say how many events they stand for, chips and findings count events."""
    rows = [[html.badge("mapped"), f"case {number}", str(number)] for number in range(1, 6)]
    table = html.html_table(("outcome", "why", "events"), [*rows, [html.badge("failed"), "", "2"]])
    page.set_content(pages.page("Outcomes", table))
    page.get_by_role("button", name="mapped 15").click()
    expect(page.locator(".ok-found")).to_have_text("15 of 17")


def _rows(verdict: str, number: int = 8) -> list[list[str]]:
    """Rows of an order each, all of one verdict but the last one."""
    verdicts = [*[verdict] * (number - 1), "failed"]
    return [[f"order {at}", html.badge(verdict)] for at, verdict in enumerate(verdicts, start=1)]


def _table(verdict: str, number: int = 8) -> str:
    return html.html_table(("order", "verdict"), _rows(verdict, number), caption="Orders")


def _part(verdict: str) -> str:
    """A table in a part of the page that stays when the table is drawn anew, as in a notebook."""
    return f'<div class="widget-html-content">{_table(verdict)}</div>'


def _draw_anew(part: Locator, table: str) -> None:
    part.evaluate("(node, html) => { node.innerHTML = html }", table)
    expect(part.locator("table[data-ok]")).to_have_count(1)


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
