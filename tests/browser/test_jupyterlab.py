"""A client's own events in JupyterLab: from an empty folder to orders that are taken, and on."""

import re

import pytest
from playwright.sync_api import Locator, expect
from playwright.sync_api import TimeoutError as TooLate

from tests.browser.jupyterlab import Lab
from tests.browser.support import to_the_sandbox, unfold

NOTEBOOKS = {
    "01_destination_settings": "Hotel name",
    "02_preview_mapping": "Event",
    "03_required_fields": "Event",
    "04_send_test_orders": "Event",
    "05_backfill_orders": "File of events",
}
#: What a form says when something went wrong that is not the user's doing.
_BROKEN = re.compile(r"This did not work|Traceback|SQLite objects|different loop")


def test_the_first_order_takes_three_actions_and_the_next_ones_work_too(jupyter: Lab) -> None:
    """Run All, the sandbox, Send: accepted. So it is again, after a reload and after a restart."""
    notebook = jupyter.open("04_send_test_orders")
    jupyter.look("lab-1-opened", check=False)
    jupyter.run_all()
    expect(notebook.get_by_label("Event", exact=True)).to_be_in_viewport()
    expect(notebook.get_by_label("Event", exact=True)).to_contain_text("CX70431")
    jupyter.look("lab-2-run-all")
    to_the_sandbox(notebook)
    press(notebook, "Send")
    expect(verdicts(notebook, "CX70431")).to_contain_text("delivered")
    expect(notebook.get_by_role("status").filter(has_text="1 event, 1 as")).to_be_visible()
    jupyter.look("lab-3-accepted", whole=True)
    press(notebook, "Send")
    expect(verdicts(notebook, "CX70431")).to_contain_text("skipped")
    jupyter.look("lab-4-second-send")
    notebook.get_by_label("Send again what was delivered before").check()
    press(notebook, "Send")
    expect(verdicts(notebook, "CX70431")).to_contain_text("delivered")
    jupyter.save()
    notebook = jupyter.reload()
    expect(verdicts(notebook, "CX70431")).to_contain_text("delivered")
    jupyter.look("lab-5-reloaded")
    send_all(notebook)
    jupyter.look("lab-6-all-sent")
    jupyter.restart()
    jupyter.run_all()
    to_the_sandbox(notebook)
    send_all(notebook)
    jupyter.look("lab-7-restarted")


def press(part: Locator, name: str) -> None:
    """Press a button by mouse."""
    part.get_by_role("button", name=name, exact=True).click()


def verdicts(notebook: Locator, order: str) -> Locator:
    """The line of an order among those just sent."""
    table = notebook.get_by_role("table", name="What became of each order")
    return table.get_by_role("row").filter(has_text=order)


def send_all(notebook: Locator) -> None:
    """Send all loaded events, and look one of them up."""
    notebook.get_by_label("Send", exact=True).select_option("all loaded events")
    press(notebook, "Send")
    expect(notebook.get_by_text("12 events, 12 as they should be")).to_be_visible()
    search = notebook.get_by_label("Order id")
    search.fill("CX70764")
    found = notebook.get_by_role("table", name="The latest deliveries").get_by_role("row")
    expect(found.filter(has_text="CX70764").first).to_be_visible()
    expect(found.filter(has_text="CX70431")).to_have_count(0)
    search.fill("")


@pytest.mark.parametrize(("name", "label"), NOTEBOOKS.items())
def test_every_button_can_be_clicked(jupyter: Lab, name: str, label: str) -> None:
    """Each button does something sensible, or says in words why it does not; so it does again."""
    notebook = jupyter.opened(name, label)
    unfold_all(notebook)
    jupyter.look(f"lab-{name[:2]}-unfolded", whole=True)
    buttons = notebook.locator(".ok-root button.widget-button:visible")
    names = buttons.all_inner_texts()
    assert names
    for said in names * 2:
        button = buttons.filter(has_text=re.compile(f"^{re.escape(said)}$"))
        # A button before it may have hidden or locked it: Stop, when all is sent, also at this
        # moment.
        if button.count() and button.first.is_enabled():
            try:
                button.first.click(timeout=5_000)
            except TooLate:
                expect(button.first).to_be_disabled()
            expect(notebook.locator(".ok-notice").filter(has_text=_BROKEN)).to_have_count(0)
    jupyter.run_all()
    expect(notebook.get_by_label(label, exact=True).first).to_be_visible()


def unfold_all(notebook: Locator) -> None:
    """Open the folded parts of a form, the outer ones first."""
    folded = notebook.get_by_role("button", name="▸ ").filter(visible=True)
    while folded.count():
        unfold(notebook, folded.first.inner_text().removeprefix("▸ "))
