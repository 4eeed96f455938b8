"""The demo page, used as a consultant uses it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from orderkit.events import samples
from tests.browser.conftest import EVENTS, SETTINGS, local
from tests.browser.support import app, look, saved_handover, unreached

EVENTS_AS_JSON = json.loads(EVENTS.read_text(encoding="utf-8"))


@pytest.fixture
def opened(page: Page, app: str) -> Page:
    """The demo page, just opened."""
    page.goto(app)
    expect(page.get_by_role("heading", name="A guest books a room")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def shared(browser: Browser, app: str) -> Iterator[Page]:
    """One demo page for all who only look at bookings: each opening starts a kernel."""
    with local(browser) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(app)
        expect(page.get_by_role("heading", name="A guest books a room")).to_be_visible()
        yield page


@pytest.fixture
def demo(shared: Page) -> Page:
    """The demo page with its first booking as it was at first."""
    to(shared, "Booking")
    for sample in (1, 0):
        shared.get_by_label("Sample").select_option(index=sample)
        expect(shared.get_by_label("Booking reference")).to_have_value(f"MLB-2026000{sample + 1}")
    return shared


def to(page: Page, name: str) -> None:
    """Go to a part of the story by mouse."""
    tab = page.get_by_role("tab", name=name)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")


def text(page: Page, words: str) -> Locator:
    """Where these words stand in the part that is shown."""
    return page.get_by_text(words).filter(visible=True)


def row(page: Page, target: str) -> Locator:
    """The row of a table in which a text stands."""
    return page.get_by_role("row").filter(visible=True).filter(has_text=target)


def test_the_booking_is_chosen_and_typed_over(demo: Page) -> None:
    """What is typed goes into the order at once, and stands out in the mapping."""
    look(demo, "app-booking", whole=True)
    demo.get_by_label("Sample").select_option("with a promotion")
    expect(demo.get_by_label("Booking reference")).to_have_value("MLB-20260006")
    demo.get_by_label("Departure").fill("2026-09-08")
    demo.get_by_label("Nights").fill("4")
    expect(text(demo, "ready to send")).to_be_visible()
    expect(demo.locator(".ok-changes")).to_contain_text('"2026-09-07" → "2026-09-08"')
    to(demo, "Mapping")
    expect(row(demo, "extra.length_of_stay")).to_have_class("ok-changed")
    expect(row(demo, "extra.length_of_stay")).to_contain_text("Nights")
    expect(row(demo, "extra.check_in_date")).not_to_have_class("ok-changed")
    demo.get_by_text("The order as it goes over the wire").click()
    expect(text(demo, '"length_of_stay": 4')).to_be_visible()
    look(demo, "app-mapping-changed", whole=True)


def test_a_mistake_is_told_beside_its_field_and_stays(demo: Page) -> None:
    """A text that is no number is told where it stands, in the needs, and when it is sent."""
    demo.get_by_label("Total").fill("450,00")
    expect(demo.get_by_role("alert")).to_contain_text("this text is no number")
    expect(demo.get_by_label("Total")).to_have_value("450,00")
    look(demo, "app-booking-mistake")
    to(demo, "What TikTok needs")
    expect(row(demo, "value.total_value").first).to_contain_text("invalid")
    look(demo, "app-needs-mistake")
    to(demo, "Send")
    demo.get_by_role("button", name="Send this booking").click()
    expect(demo.get_by_role("alert").filter(visible=True)).to_contain_text("Not sent")
    look(demo, "app-send-refused")
    to(demo, "Booking")
    expect(demo.get_by_label("Total")).to_have_value("450,00")
    demo.get_by_role("button", name="As it was").click()
    expect(demo.get_by_label("Total")).to_have_value("450")
    expect(demo.get_by_role("alert")).to_have_count(0)


def test_a_cancelled_booking_needs_to_know_by_whom(demo: Page) -> None:
    """With another kind of event, what is mandatory follows."""
    demo.get_by_label("What happens").select_option("the booking is cancelled")
    to(demo, "What TikTok needs")
    expect(text(demo, "18 of 19 mandatory fields are there")).to_be_visible()
    to(demo, "Booking")
    demo.get_by_label("Cancelled by").fill("CUSTOMER")
    to(demo, "What TikTok needs")
    expect(text(demo, "19 of 19 mandatory fields are there")).to_be_visible()
    look(demo, "app-needs-met", whole=True)


def test_a_sent_booking_appears_in_the_hotels_list(opened: Page, tmp_path: Path) -> None:
    """The order arrives at TikTok's side, and is among the results and in the handover page."""
    to(opened, "Results")
    expect(text(opened, "Nothing was sent yet")).to_be_visible()
    look(opened, "app-results-empty")
    to(opened, "Send")
    opened.get_by_role("button", name="Send this booking").click()
    expect(opened.get_by_role("status").filter(visible=True)).to_contain_text("arrived as")
    kept = opened.get_by_role("table", name="The hotel's list at TikTok's side")
    expect(kept.get_by_role("row", name="MLB-20260001")).to_contain_text("Maison Lune Lyon")
    look(opened, "app-send")
    to(opened, "Results")
    sent = opened.get_by_role("table", name="Sent from this page")
    expect(sent.get_by_role("row", name="MLB-20260001")).to_contain_text("delivered")
    expect(text(opened, "Before going live: endpoint_url is not set")).to_be_visible()
    opened.get_by_role("button", name="Handover page").press("Enter")
    expect(opened.get_by_role("link", name="Save handover.html")).to_be_visible()
    look(opened, "app-results", whole=True)
    opened.goto(saved_handover(opened, tmp_path).as_uri())
    tests = opened.get_by_role("table", name="The latest deliveries")
    expect(tests.get_by_role("row", name="MLB-20260001")).to_contain_text("log_id")


def test_a_journey_with_both_faults_arrives_once(opened: Page) -> None:
    """A throttled call and a lost answer are told as they happen; the order is kept once."""
    to(opened, "Journey")
    look(opened, "app-journey")
    opened.get_by_label("Step by step").check()
    following = opened.get_by_role("button", name="Next →")
    for end, status in (("completed", "COMPLETE_ORDER"), ("cancelled", "CANCEL_ORDER")):
        opened.get_by_role("button", name=f"Created → {end}").click()
        told = opened.get_by_role("status").filter(visible=True)
        expect(told).to_contain_text("sending …")
        following.click()
        expect(told).to_contain_text("Waiting 1 s")
        expect(text(opened, "turns the call away")).to_be_visible()
        for words in ("arrived", "sending …", "Waiting", "arrived", "Arrived once"):
            following.click()
            expect(told).to_contain_text(words)
        expect(told).to_contain_text("4 calls made, 3 of them reached TikTok's list, 1 order")
        expect(told).to_contain_text(status)
        expect(opened.get_by_text("the answer gets lost", exact=True)).to_be_visible()
        expect(text(opened, "has it already: kept once")).to_be_visible()
        kept = opened.get_by_role("table", name="The order at TikTok's side")
        expect(kept.get_by_role("row", name="CREATE_ORDER")).to_contain_text("1 time")
        expect(kept.get_by_role("row", name=status)).to_contain_text("2 times")
        expect(kept.get_by_role("row")).to_have_count(3)
        look(opened, f"app-journey-{end}", whole=True)
    to(opened, "Results")
    sent = opened.get_by_role("table", name="Sent from this page")
    expect(sent.get_by_role("row", name="MLB-20260001-J1")).to_have_count(2)
    expect(sent.get_by_role("row", name="MLB-20260001-J2")).to_have_count(2)


def test_the_page_can_be_used_while_an_order_is_on_its_way(demo: Page) -> None:
    """During a wait another part of the page answers; a second journey cannot begin meanwhile."""
    to(demo, "Journey")
    demo.get_by_role("button", name="Created → completed").click()
    expect(demo.get_by_role("button", name="Created → cancelled")).to_be_disabled()
    to(demo, "Booking")
    demo.get_by_label("Hotel").fill("Maison Lune Paris")
    expect(demo.locator(".ok-changes")).to_contain_text("Maison Lune Paris")
    to(demo, "Journey")
    expect(text(demo, "Arrived once")).to_be_visible()
    expect(demo.get_by_role("button", name="Created → cancelled")).to_be_enabled()


def test_the_keyboard_alone_is_enough(demo: Page) -> None:
    """Tabs, fields, switches and buttons are reached and worked without a mouse."""
    for name in ("Mapping", "What TikTok needs", "Send", "Journey", "Results", "Booking"):
        to(demo, name)
        assert unreached(demo) == [], name
    keys = demo.keyboard
    demo.get_by_role("tab", name="Booking").focus()
    keys.press("Tab")
    expect(demo.get_by_label("Sample")).to_be_focused()
    keys.press("ArrowDown")
    expect(demo.get_by_label("Booking reference")).to_have_value("MLB-20260002")
    for _ in range(3):
        keys.press("Tab")
    expect(demo.get_by_label("Hotel")).to_be_focused()
    keys.press("ControlOrMeta+a")
    keys.type("Maison Lune Paris")
    expect(demo.locator(".ok-changes")).to_contain_text("Maison Lune Paris")
    demo.get_by_role("tab", name="Booking").focus()
    for name in ("Mapping", "What TikTok needs", "Send", "Journey"):
        keys.press("ArrowRight")
        expect(demo.get_by_role("tab", name=name)).to_be_focused()
    keys.press("Enter")
    expect(demo.get_by_role("heading", name="One booking, all the way")).to_be_visible()
    keys.press("Tab")
    expect(demo.get_by_label("TikTok is busy")).to_be_focused()
    keys.press("Space")
    expect(demo.get_by_label("TikTok is busy")).not_to_be_checked()
    keys.press("Tab")
    keys.press("Space")
    keys.press("Tab")
    expect(demo.get_by_label("Step by step")).to_be_focused()
    keys.press("Tab")
    expect(demo.get_by_role("button", name="Created → completed")).to_be_focused()
    keys.press("Enter")
    expect(text(demo, "2 calls made, 2 of them reached")).to_be_visible()


def test_a_meeting_on_the_clients_own_bookings(
    context: BrowserContext, home: Path, tmp_path: Path
) -> None:
    """Readiness first; a reload keeps what is typed; keys lead on; a file may be dropped."""
    events = [*EVENTS_AS_JSON, {"event_name": "Newsletter"}]
    events[0] = {**events[0], "House": {"Code": "PX-PORTO", "Nation": "PT"}}
    (tmp_path / "events.json").write_text(json.dumps(events), encoding="utf-8")
    settings = SETTINGS.read_text(encoding="utf-8")
    brand = '[client]\nname = "Casa Hotels"\ncolour = "#0b6e4f"\n'
    (tmp_path / "settings.toml").write_text(f"{settings}\n{brand}", encoding="utf-8")
    with app(home, str(tmp_path)) as url:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(url)
        expect(page.get_by_role("heading", name="Casa Hotels")).to_be_visible()
        headline = page.get_by_role("heading", name="Cancellations and finished stays are ready")
        expect(headline).to_contain_text("New bookings need one thing")
        look(page, "meeting-readiness", whole=True)
        assert unreached(page) == []
        to(page, "A booking")
        expect(page.get_by_role("status").filter(visible=True)).to_contain_text("1 open")
        look(page, "meeting-booking", whole=True)
        page.get_by_label("Hotel name").fill("Casa Nova")
        expect(page.get_by_role("status").filter(visible=True)).to_contain_text("Ready for TikTok")
        page.set_viewport_size({"width": 390, "height": 800})
        page.get_by_label("Room name").scroll_into_view_if_needed()
        expect(page.get_by_text("What TikTok receives", exact=True)).to_be_in_viewport()
        page.set_viewport_size({"width": 1280, "height": 900})
        page.reload()
        expect(page.get_by_label("Hotel name")).to_have_value("Casa Nova")
        page.locator("h1").click()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="The journey")).to_have_attribute(
            "aria-selected", "true"
        )
        page.get_by_label("Step by step: a button below begins").check()
        # Not begun yet, the key leads on as everywhere, also from the box that was just ticked.
        for key, name in (("ArrowRight", "Results"), ("ArrowLeft", "The journey")):
            page.keyboard.press(key)
            tab = page.get_by_role("tab", name=name)
            expect(tab).to_have_attribute("aria-selected", "true")
        page.get_by_role("button", name="Guest cancels").click()
        expect(text(page, "A guest books: sending …")).to_be_visible()
        expect(page.get_by_label("Step by step: the arrow key → goes on")).to_be_visible()
        for words in ("Waiting", "arrived", "sending …", "Waiting", "arrived", "Arrived once"):
            page.keyboard.press("ArrowRight")
            expect(page.get_by_role("status").filter(visible=True)).to_contain_text(words)
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Try all").click()
        expect(text(page, "Each booking that is ready was sent.")).to_be_visible()
        look(page, "meeting-results", whole=True)
        page.reload()
        expect(text(page, "This was sent before the page was loaded again.")).to_be_visible()
        expect(text(page, "11 kept")).to_be_visible()
        page.get_by_role("button", name="Present").click()
        expect(page.locator("body")).to_have_class(re.compile("ok-presenting"))
        page.get_by_role("button", name="End").click()
        files = page.evaluate_handle(
            """text => { const moved = new DataTransfer();
            moved.items.add(new File([text], "other.ndjson")); return moved; }""",
            samples.EVENTS.read_text(encoding="utf-8"),
        )
        page.locator("h1").dispatch_event("drop", {"dataTransfer": files})
        # Another system's bookings: this client's settings know none of them.
        expect(text(page, "Seven more messages from your site are not for TikTok")).to_be_visible()
