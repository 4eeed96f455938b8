"""The notebooks' forms, filled in, sent and read back, as they stand on a page."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from orderkit import load_settings
from orderkit.events import samples
from tests.browser.support import CANARY, look, opened, unreached


def test_settings_are_typed_with_their_live_value_and_saved(
    page: Page, notebooks: str, tmp_path: Path
) -> None:
    """A mistake is told as it is typed, the value follows, and the file holds what was typed."""
    opened(page, notebooks, "01_destination_settings")
    assert unreached(page) == []
    look(page, "01-settings", check=False)
    line = page.locator(".ok-row", has=page.get_by_label("Total Value", exact=True))
    page.get_by_label("Total Value", exact=True).fill("{{booking.totl}}")
    expect(line).to_contain_text("did you mean")
    look(page, "01-settings-mistake")
    page.get_by_label("Total Value", exact=True).fill("{{booking.to_pay}}")
    expect(line).to_contain_text(re.compile("there.*448.3"))
    page.get_by_label("Total Value as").select_option("function")
    page.get_by_label("Total Value", exact=True).fill("booking.to_pay + 1")
    expect(line).to_contain_text("449.3")
    file = tmp_path / "settings.toml"
    page.get_by_label("Settings file").fill(str(file))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved to")).to_be_visible()
    saved = load_settings(file).settings.total_value
    assert getattr(saved, "formula", None) == "booking.to_pay + 1"
    page.get_by_label("Total Value", exact=True).fill("12")
    expect(line).to_contain_text("12")
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_label("Total Value", exact=True)).to_have_value("booking.to_pay + 1")


def test_a_row_is_pointed_at_another_property_and_saved(
    page: Page, notebooks: str, tmp_path: Path
) -> None:
    """The preview marks what changed, and the smart mapping is in the file."""
    opened(page, notebooks, "02_preview_mapping")
    assert unreached(page) == []
    page.get_by_label("Event", exact=True).select_option(index=0)
    look(page, "02-mapping", check=False)
    page.get_by_role("tab", name="Mapping").focus()
    for name in ("Problems", "JSON", "Trace"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="Trace").filter(visible=True).first).to_be_visible()
    look(page, "02-trace")
    page.get_by_role("tab", name="Mapping").click()
    page.get_by_label("Row", exact=True).select_option("order_id")
    page.get_by_label("reads", exact=True).fill("event_name")
    page.get_by_role("button", name="Point the row at it").click()
    changed = page.locator("tr.ok-changed").filter(visible=True)
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text("order_id")
    look(page, "02-mapping-changed")
    file = tmp_path / "settings.toml"
    file.write_bytes(samples.SETTINGS.read_bytes())
    page.get_by_label("Settings file").fill(str(file))
    page.get_by_role("button", name="Review the change").click()
    expect(page.get_by_text("What changes against the settings file").first).to_be_visible()
    page.get_by_role("button", name="Save smart mapping").click()
    expect(page.get_by_role("status").filter(has_text="Saved to")).to_be_visible()
    assert load_settings(file).smart_mapping == {"order_info.order_id": "event_name"}


def test_another_order_status_is_looked_at_and_the_profile_written(
    page: Page, notebooks: str, tmp_path: Path
) -> None:
    """A typed status gets a column of its own, and the profile's page holds every row."""
    opened(page, notebooks, "03_required_fields")
    assert unreached(page) == []
    look(page, "03-required", check=False)
    page.get_by_label("Another order status").fill("CONFIRM_ORDER")
    page.get_by_role("button", name="Look at it too").click()
    header = page.get_by_role("columnheader", name="CONFIRM_ORDER")
    expect(header.first).to_be_visible()
    file = tmp_path / "profile.html"
    page.get_by_label("Page to write").fill(str(file))
    page.get_by_role("button", name="Profile all loaded events").click()
    expect(page.get_by_text("How well each row is filled").first).to_be_visible()
    look(page, "03-required-profile")
    page.get_by_role("button", name="Write the page").click()
    expect(page.get_by_role("status").filter(has_text="Written to")).to_be_visible()
    assert "commission_base_amount" in file.read_text(encoding="utf-8")


def test_orders_are_sent_to_the_sandbox_and_kept_there(page: Page, notebooks: str) -> None:
    """Live is locked, a secret leaves its field, and every order arrives at TikTok's side."""
    opened(page, notebooks, "04_send_test_orders")
    assert unreached(page) == []
    page.get_by_label("To", exact=True).select_option("Live endpoint")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    look(page, "04-send-live-locked")
    secret = page.get_by_label("Client secret")
    secret.fill(CANARY)
    secret.press("Enter")
    expect(secret).to_have_value("")
    expect(secret).to_have_attribute("placeholder", "set (hidden)")
    assert CANARY not in page.content()
    page.get_by_role("button", name="Paste or upload events").click()
    page.get_by_role("button", name="Samples", exact=True).click()
    page.get_by_label("To", exact=True).select_option("Embedded sandbox")
    page.get_by_label("Send", exact=True).select_option("all loaded events")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("7 events, 7 as they should be")).to_be_visible()
    kept = page.get_by_role("table", name="Orders at TikTok's side").first
    expect(kept.get_by_role("row", name="MLB-20260007")).to_be_visible()
    look(page, "04-send-sandbox")
