"""The notebooks' forms, filled in, sent and read back, as they stand on a page."""

from pathlib import Path

from playwright.sync_api import expect

from orderkit import load_settings
from tests.browser.conftest import SETTINGS
from tests.browser.jupyterlab import Lab
from tests.browser.support import unreached


def test_a_row_is_pointed_at_another_property_and_saved(jupyter: Lab, tmp_path: Path) -> None:
    """The preview marks what changed, and the smart mapping is in the file."""
    page = jupyter.opened("02_preview_mapping")
    assert unreached(jupyter.page, ".ok-root") == []
    # Of the notebook's own keys, none but the one that saves it is meant in a form or a table.
    number = page.locator(".jp-Cell").count()
    for part in (".ok-sort", ".ok-table tbody tr", "select", "button.widget-button"):
        page.locator(part).filter(visible=True).first.focus()
        for key in ("b", "d", "d", "k"):
            jupyter.page.keyboard.press(key)
        assert page.locator(".jp-Cell").count() == number
    page.get_by_label("Event", exact=True).select_option(index=0)
    page.get_by_role("tab", name="Mapping").focus()
    for name in ("Problems", "JSON", "Trace"):
        jupyter.page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name)).to_be_focused()
    jupyter.page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="Trace").filter(visible=True).first).to_be_visible()
    jupyter.look("02-trace")
    page.get_by_role("tab", name="Mapping").click()
    page.get_by_label("Row", exact=True).select_option("order_id")
    page.get_by_label("reads", exact=True).fill("event_name")
    page.get_by_role("button", name="Point the row at it").click()
    changed = page.locator("tr.ok-changed").filter(visible=True)
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text("order_id")
    jupyter.look("02-mapping-changed", whole=True)
    file = tmp_path / "settings.toml"
    file.write_bytes(SETTINGS.read_bytes())
    page.get_by_label("Settings file").fill(str(file))
    page.get_by_role("button", name="Review the change").click()
    expect(page.get_by_text("1 value changed in 12")).to_be_visible()
    expect(page.get_by_role("table", name="Before and after").first).to_be_visible()
    page.get_by_role("button", name="Save smart mapping").click()
    expect(page.get_by_role("status").filter(has_text="Saved to")).to_be_visible()
    assert load_settings(file).smart_mapping["order_info.order_id"] == "event_name"


def test_another_order_status_is_looked_at_and_the_profile_written(
    jupyter: Lab, tmp_path: Path
) -> None:
    """A typed status gets a column of its own, and the profile's page holds every row."""
    page = jupyter.opened("03_required_fields")
    assert unreached(jupyter.page, ".ok-root") == []
    heat = page.locator("table.ok-heat").filter(visible=True)
    heat.locator("td[data-field]").first.click()
    for key in ("ArrowDown", "ArrowRight"):
        jupyter.page.keyboard.press(key)
    jupyter.page.keyboard.press("Enter")
    told = page.get_by_role("status").filter(has_text="Order status: ok")
    expect(told).to_contain_text("CX70468, Booked")
    # It stands below the row that was asked in, and the cell stays marked.
    asked = heat.locator("tr:has(td.ok-opened)")
    expect(asked.locator("+ tr").get_by_role("status")).to_be_in_viewport()
    expect(asked.locator("td.ok-opened")).to_have_css("outline-style", "solid")
    expect(page.get_by_label("Event", exact=True)).to_contain_text("CX70468")
    page.get_by_label("Orders shown").select_option("Cancelled")
    expect(heat.get_by_role("columnheader", name="Booked")).to_have_count(0)
    expect(told).to_have_count(0)
    page.get_by_label("Orders shown").select_option("All")
    page.get_by_label("Another order status").fill("CONFIRM_ORDER")
    page.get_by_role("button", name="Look at it too").click()
    header = page.get_by_role("columnheader", name="CONFIRM_ORDER")
    expect(header.first).to_be_visible()
    file = tmp_path / "profile.html"
    page.get_by_label("Page to write").fill(str(file))
    page.get_by_role("button", name="Profile all loaded events").click()
    expect(page.get_by_text("How well each row is filled").first).to_be_visible()
    jupyter.look("03-required-profile", whole=True)
    page.get_by_role("button", name="Write the page").click()
    expect(page.get_by_role("status").filter(has_text="Written to")).to_be_visible()
    written = file.read_text(encoding="utf-8").replace("<wbr>", "")
    assert "commission_base_amount" in written
