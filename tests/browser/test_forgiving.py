"""Nothing typed is lost: undo, unsaved changes, faulty JSON, and files of any size."""

from pathlib import Path

from playwright.sync_api import expect

from orderkit.events import samples
from tests.browser.jupyterlab import Lab
from tests.browser.support import unfold


def test_pasted_json_with_an_error_says_where(jupyter: Lab) -> None:
    """Line, column and the text around it are told at once; what was pasted stays."""
    page = jupyter.opened("02_preview_mapping")
    chosen = page.get_by_label("Event", exact=True).input_value()
    unfold(page, "Paste or upload events, or load the samples")
    pasted = page.get_by_label("Paste events")
    text = '{"event_name": "ReservationMade",\n "Voucher": }'
    pasted.fill(text)
    page.get_by_role("button", name="Use pasted events").press("Enter")
    told = page.get_by_role("alert").filter(visible=True)
    expect(told).to_contain_text("line 2, column 13, near")
    expect(told).to_contain_text("nMade")
    expect(pasted).to_have_value(text)
    expect(page.get_by_label("Event", exact=True)).to_have_value(chosen)
    jupyter.look("02-pasted-error")
    pasted.fill(text.replace('"Voucher": ', '"Voucher": "CX-4711"'))
    page.get_by_role("button", name="Use pasted events").press("Enter")
    expect(page.get_by_role("status").filter(has_text="1 event loaded")).to_be_visible()
    expect(page.get_by_text("CX-4711").filter(visible=True).first).to_be_visible()


def test_events_of_any_size_are_every_notebooks(jupyter: Lab, tmp_path: Path) -> None:
    """A file of 50 MB is taken, the first of its events are shown, and so they are elsewhere."""
    small, large = tmp_path / "small.json", tmp_path / "large.ndjson"
    small.write_text('[{"event_name": "booking_created", "id": "S-1"}]', encoding="utf-8")
    large.write_bytes((samples.bookings(1_000) * 60)[: 50 * 2**20])
    page = jupyter.opened("02_preview_mapping")
    unfold(page, "Paste or upload events, or load the samples")
    chosen = page.get_by_label("Event", exact=True)
    file = page.get_by_label("Upload a file")
    file.set_input_files(small)
    expect(page.get_by_role("status").filter(has_text="1 event loaded")).to_be_visible()
    expect(chosen.locator("option")).to_have_count(1)
    file.set_input_files(large)
    told = page.get_by_role("status").filter(has_text="the first 1,000 events of the file")
    expect(told).to_contain_text("notebook 05, orderkit check, map and send read it all")
    expect(chosen.locator("option")).to_have_count(1_000)
    jupyter.look("02-upload-large")
    page = jupyter.opened("03_required_fields")
    expect(page.get_by_label("Event", exact=True).locator("option")).to_have_count(1_000)
