"""Nothing typed is lost: undo, unsaved changes, faulty JSON, and files of any size."""

from pathlib import Path

from playwright.sync_api import Page, expect

from orderkit.events import samples
from tests.browser.support import look, opened, unfold


def test_undo_and_unsaved_changes_by_keyboard(page: Page, notebooks: str, tmp_path: Path) -> None:
    """What is not saved is marked and named; undo takes it back; saving ends the mark."""
    opened(page, notebooks, "01_destination_settings")
    page.get_by_label("Settings file").fill(str(tmp_path / "settings.toml"))
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    country = page.get_by_label("Order Country", exact=True)
    told = page.get_by_role("status").filter(has_text="Not saved")
    expect(told).to_have_count(0)
    marked = page.locator(".ok-unsaved", has=country)
    country.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("PT")
    expect(marked).to_be_visible()
    expect(told).to_contain_text("Not saved: Order Country")
    page.get_by_label("Time zone").fill("Europe/Lisbon")
    expect(told).to_contain_text("Not saved: Order Country, Time zone")
    look(page, "01-settings-unsaved")
    undo = page.get_by_role("button", name="Undo")
    undo.press("Enter")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Paris")
    expect(country).to_have_value("PT")
    undo.press("Space")
    expect(country).to_have_value("{{hotel.country}}")
    expect(told).to_have_count(0)
    expect(marked).to_have_count(0)


def test_preview_and_required_fields_follow_what_is_typed(page: Page, notebooks: str) -> None:
    """Both are unfolded by keyboard, follow a letter at a time, and mark what is not as saved."""
    opened(page, notebooks, "01_destination_settings")
    page.get_by_label("Event", exact=True).select_option("created")
    unfold(page, "Preview")
    unfold(page, "Required fields by order status")
    preview = page.get_by_role("table", name="Source → value → target")
    required = page.get_by_role("table", name="This event against every order status")
    total = page.get_by_label("Total Value", exact=True)
    total.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("{{booking.totl}}")
    line = required.get_by_role("row").filter(has_text="total_value")
    expect(line.get_by_text("missing").first).to_be_visible()
    changed = preview.locator("tr.ok-changed").filter(has_text="total_value")
    expect(changed).to_contain_text("missing")
    look(page, "01-settings-outcome")
    total.fill("4711")
    expect(changed).to_contain_text("4711")
    expect(line.get_by_text("missing")).to_have_count(0)


def test_pasted_json_with_an_error_says_where(page: Page, notebooks: str) -> None:
    """Line, column and the text around it are told at once; what was pasted stays."""
    opened(page, notebooks, "02_preview_mapping")
    chosen = page.get_by_label("Event", exact=True).input_value()
    unfold(page, "Paste or upload events, or load the samples")
    pasted = page.get_by_label("Paste events")
    text = '{"event_name": "booking_created",\n "id": }'
    pasted.fill(text)
    page.get_by_role("button", name="Use pasted events").press("Enter")
    told = page.get_by_role("alert").filter(visible=True)
    expect(told).to_contain_text("line 2, column 8, near")
    expect(told).to_contain_text("ng_created")
    expect(pasted).to_have_value(text)
    expect(page.get_by_label("Event", exact=True)).to_have_value(chosen)
    look(page, "02-pasted-error")
    pasted.fill(text.replace('"id": ', '"id": "MLB-4711"'))
    page.get_by_role("button", name="Use pasted events").press("Enter")
    expect(page.get_by_role("status").filter(has_text="1 event loaded")).to_be_visible()
    expect(page.get_by_text("MLB-4711").filter(visible=True).first).to_be_visible()


def test_files_of_any_size_are_taken(page: Page, notebooks: str, tmp_path: Path) -> None:
    """A small file is read whole; of 50 MB the beginning is, and what reads all of it is told."""
    small, large, one = (tmp_path / name for name in ("small.json", "large.ndjson", "one.json"))
    small.write_text('[{"event_name": "booking_created", "id": "S-1"}]', encoding="utf-8")
    large.write_bytes((samples.bookings(1_000) * 60)[: 50 * 2**20])
    one.write_bytes(b'{"id": "' + b"x" * 50 * 2**20 + b'"}')
    opened(page, notebooks, "02_preview_mapping")
    unfold(page, "Paste or upload events, or load the samples")
    chosen = page.get_by_label("Event", exact=True)
    file = page.get_by_label("Upload a file")
    file.set_input_files(small)
    expect(page.get_by_role("status").filter(has_text="1 event loaded")).to_be_visible()
    expect(chosen.locator("option")).to_have_count(1)
    file.set_input_files(large)
    told = page.get_by_role("status").filter(has_text="from the beginning of large.ndjson")
    expect(told).to_contain_text(
        "it has 50 MB: notebook 05, orderkit check, map and send read it all"
    )
    expect(chosen.locator("option")).to_have_count(1_000)
    look(page, "02-upload-large")
    file.set_input_files(one)
    told = page.get_by_role("alert").filter(visible=True)
    expect(told).to_contain_text("one.json has 50 MB in one document, more than a notebook takes")
    expect(chosen.locator("option")).to_have_count(1_000)
