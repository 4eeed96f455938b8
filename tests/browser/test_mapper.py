"""The mapper in JupyterLab: typed into, driven by keys, looked at from narrow to wide."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from orderkit import load_settings
from tests.browser.jupyterlab import Lab
from tests.browser.support import unreached

_CELLS = "window.panel.content.widgets.length"
_CLICK_AND_UNDO = """(leaf, field) => {
  leaf.click();
  if (field.value !== "Voucher") throw Error(`the click did not fill the field: ${field.value}`);
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true }));
}"""


@pytest.fixture
def mapper(jupyter: Lab) -> Locator:
    """The mapper, in notebook 01."""
    return jupyter.opened("01_destination_settings", "Hotel name").get_by_role(
        "region", name="Mapper"
    )


def row(mapper: Locator, label: str) -> Locator:
    """A row of the mapper."""
    return mapper.locator(".om-row", has=mapper.page.get_by_label(label, exact=True))


def test_a_row_is_typed_taken_back_and_saved(jupyter: Lab, mapper: Locator, client: Path) -> None:
    """A mistake is told as it is typed, with what may be meant; the file holds what was taken."""
    assert unreached(jupyter.page, ".ok-root") == []
    cells = jupyter.page.evaluate(_CELLS)
    # A letter after a click on a bare place is none of the notebook's keys: M would end the form.
    for place in (".om-meter", ".om-event .om-foot", ".om-event .om-branch"):
        mapper.locator(place).first.click()
        jupyter.page.wait_for_timeout(300)
        for key in ("m", "x", "d", "d"):
            jupyter.page.keyboard.press(key)
        assert jupyter.page.evaluate(_CELLS) == cells
        expect(mapper).to_be_visible()
    mapper.locator(".om-event .om-branch").first.click()  # it was folded
    keys, name = jupyter.page.keyboard, row(mapper, "Hotel name")
    field = mapper.get_by_label("Hotel name", exact=True)
    # A click takes all that stands in the field, so that what is typed replaces it.
    field.click()
    keys.type("House.La")
    expect(field).to_have_value("House.La")
    expect(name).to_contain_text("missing")
    expect(mapper.get_by_role("option", name="House.Label")).to_be_visible()
    expect(mapper.locator(".om-bar2")).to_contain_text("17 of 18 mandatory")
    jupyter.look("01-typing", check=False)
    keys.press("Escape")
    expect(field).to_have_value("House.Label")
    expect(name).to_be_focused()
    keys.press("Enter")
    keys.type("UPPER(House.La")
    expect(mapper.locator(".om-options [role=option]")).to_have_text([re.compile("House.Label")])
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(field).to_have_value("UPPER(House.Label")
    keys.type(")")
    keys.press("Enter")
    expect(name).to_contain_text("CASA DO CAIS")
    expect(mapper).to_contain_text("Not saved: Hotel name")
    keys.press("ControlOrMeta+z")
    expect(field).to_have_value("House.Label")
    expect(mapper).not_to_contain_text("Not saved")
    keys.press("ControlOrMeta+Shift+z")
    expect(field).to_have_value("UPPER(House.Label)")
    field.fill("= LOWER()")
    field.press("ArrowLeft")
    mapper.locator(".om-leaf[data-p='House.Code']").click()
    expect(field).to_have_value("= LOWER(House.Code)")
    expect(field).to_be_focused()
    field.fill("UPPER(House.Code)")
    keys.press("ControlOrMeta+s")
    expect(mapper.get_by_role("status")).to_contain_text("Saved to settings.toml")
    expect(mapper.locator(".om-bar1")).to_contain_text("Saved")
    saved = load_settings(client / "settings.toml").settings.third_shop_name
    assert getattr(saved, "formula", None) == "UPPER(House.Code)"


def test_the_notebook_leaves_the_mappers_keys_alone(jupyter: Lab, mapper: Locator) -> None:
    """Rows, events and problems are gone through by keys, which do nothing to any cell."""
    page = jupyter.page
    cells = page.evaluate(_CELLS)
    mapper.get_by_label("Order number", exact=True).click()
    page.keyboard.press("Escape")
    expect(row(mapper, "Order number")).to_be_focused()
    # Letters on a row begin its field anew, and do nothing to the notebook's cells.
    for key in "abdmxyz":
        page.keyboard.press(key)
    expect(mapper.get_by_label("Order number", exact=True)).to_have_value("abdmxyz")
    page.keyboard.press("Escape")
    expect(row(mapper, "Order number")).to_be_focused()
    expect(row(mapper, "Order number")).to_contain_text("ok")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(row(mapper, "Merchant")).to_be_focused()
    page.keyboard.press("ControlOrMeta+Enter")
    picker = mapper.locator(".om-picker")
    expect(picker).to_contain_text("1 of 12")
    page.keyboard.press("Alt+ArrowDown")
    expect(picker).to_contain_text("2 of 12")
    page.keyboard.press("/")
    expect(mapper.get_by_label("Find a row")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    field = mapper.get_by_label("Hotel code", exact=True)
    field.fill("House.Kode")
    field.press("Escape")
    expect(row(mapper, "Hotel code")).to_be_focused()
    expect(mapper.get_by_role("status")).to_contain_text("House.Kode")
    field.fill("House.Kode")
    field.press("Enter")
    # The key goes to problems that are known: what was just written is one by its answer.
    expect(row(mapper, "Hotel code")).to_contain_text("missing")
    mapper.get_by_label("Order number", exact=True).press("F8")
    expect(row(mapper, "Hotel code")).to_be_focused()
    expect(row(mapper, "Hotel code").get_by_role("button", name="Only")).to_be_visible()
    jupyter.look("01-problem", whole=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    at = picker.inner_text()
    mapper.locator(".om-rows .om-scroll").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(row(mapper, "Hotel code")).not_to_be_in_viewport()
    mapper.get_by_role("button", name="Next with this problem").click()
    expect(picker).not_to_have_text(at)
    expect(row(mapper, "Hotel code")).to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 900})
    row(mapper, "Hotel code").focus()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(row(mapper, "Hotel code")).to_contain_text("ok")
    # Ctrl+Enter goes on to what is open next, and F8 after it does not pass that by.
    for label, typed in (("Hotel code", ""), ("Hotel name", "House.Labl")):
        mapper.get_by_label(label, exact=True).fill(typed)
        page.keyboard.press("Enter")
    # What is taken is what is seen.
    expect(row(mapper, "Hotel code").locator(".om-accept")).to_be_visible()
    expect(row(mapper, "Hotel name")).to_contain_text("did you mean")
    row(mapper, "Hotel code").focus()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(row(mapper, "Hotel name")).to_be_focused()
    number = re.compile("^" + picker.inner_text().partition(" of")[0] + " of")
    page.keyboard.press("F8")
    expect(picker).to_have_text(number)
    page.keyboard.press("F8")
    expect(picker).not_to_have_text(number)
    # The row above shows its formula while it has the focus: what is pressed below stays in place.
    mapper.get_by_label("Nights", exact=True).fill("")
    page.keyboard.press("Enter")
    row(mapper, "Departure").focus()
    accept = row(mapper, "Nights").get_by_role("button", name="Accept")
    accept.scroll_into_view_if_needed()
    box = accept.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 3)
    page.mouse.down()
    page.wait_for_timeout(300)
    page.mouse.up()
    expect(row(mapper, "Nights")).to_contain_text("ok")
    assert page.evaluate(_CELLS) == cells


def test_drawers_are_typed_and_everything_is_looked_at(jupyter: Lab, mapper: Locator) -> None:
    """A step with a condition is made, and each drawer is fit to be seen, narrow and wide."""
    page = jupyter.page

    def drawer(name: str) -> Locator:
        return mapper.get_by_role("button", name=name).filter(visible=True).first

    drawer("Transformation").click()
    mapper.get_by_role("button", name="Add a step").click()
    page.keyboard.type("Bill.Net")
    page.keyboard.press("Tab")
    page.keyboard.type("Bill.Rooms")
    mapper.get_by_role("button", name="Add a condition").click()
    page.keyboard.type("House.Nation")
    mapper.get_by_label("Value", exact=True).fill("PT")
    expect(mapper).to_contain_text("12 of 12")
    expect(row(mapper, "Room fee").locator(".om-why").first).to_contain_text("Bill.Net")
    jupyter.look("01-transformation")
    drawer("Event mapping").click()
    happened = mapper.get_by_label("Event property", exact=True)
    happened.click()
    expect(mapper.get_by_text("Click to fill Event property")).to_be_visible()
    mapper.get_by_role("treeitem", name="Voucher").click()
    expect(happened).to_have_value("Voucher")
    happened.press("ControlOrMeta+z")
    expect(happened).to_have_value("event_name")
    # Taken back at once, before the answer to what was clicked.
    voucher = mapper.get_by_role("treeitem", name="Voucher")
    voucher.evaluate(_CLICK_AND_UNDO, happened.element_handle())
    expect(happened).to_have_value("event_name")
    happened.fill("House.Nothing")
    mapped = mapper.locator(".om-chip[data-outcome=mapped] b")
    expect(mapped).to_have_text("0")
    happened.press("Escape")
    expect(happened).to_have_value("event_name")
    expect(mapped).to_have_text("12")
    drawer("Event mapping").click()
    for name in ("Event mapping", "Filter", "Connection"):
        drawer(name).click()
        jupyter.look(f"01-{name.lower().replace(' ', '-')}", check=name == "Connection")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1000, "height": 900})
    expect(mapper.get_by_role("tab", name="Rows")).to_be_visible()
    mapper.get_by_role("tab", name="Order").click()
    expect(mapper.get_by_text('"order_id"')).to_be_visible()


def test_accepting_moves_no_button_and_an_order_line_leads_to_its_row(
    jupyter: Lab, mapper: Locator
) -> None:
    """Whoever accepts one row after the other hits the next one, and sees what is missing at it."""
    for label in ("Hotel code", "Hotel name"):
        field = mapper.get_by_label(label, exact=True)
        field.fill("")
        field.press("Enter")
    taken, following = (
        row(mapper, label).locator(".om-accept") for label in ("Hotel code", "Hotel name")
    )
    expect(following).to_be_visible()
    jupyter.page.keyboard.press("Escape")
    row(mapper, "Hotel code").scroll_into_view_if_needed()
    before = following.bounding_box()
    taken.click()
    expect(taken).to_have_count(0)
    assert following.bounding_box() == before
    line = mapper.locator(".om-json[data-t$='.third_shop_name']")
    if not line.is_visible():
        mapper.get_by_role("tab", name="Order").locator("visible=true").first.click()
    line.click()
    expect(row(mapper, "Hotel name")).to_be_focused()
    following.click()
    expect(following).to_have_count(0)
