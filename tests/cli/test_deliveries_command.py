"""``orderkit deliveries`` and ``orderkit handover``, run as a user runs them."""

import re
from pathlib import Path

import pytest

from orderkit.events import samples
from orderkit.reports.deliveries import Health
from orderkit.sending.ledger import Ledger
from tests.browser.support import chromium
from tests.cli.test_commands import lines, run
from tests.cli.test_terminal import run_on_terminal

SETTINGS = ["--settings", str(samples.SETTINGS)]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples and the damaged ones sent to a sandbox, of which one call was refused."""
    path = tmp_path_factory.mktemp("ledger") / "deliveries.sqlite"
    for events in (samples.EVENTS, samples.DAMAGED):
        arguments = ("--to", "sandbox", "--ledger", str(path), "--faults", "error_code")
        run("send", str(events), *SETTINGS, *arguments)
    return path


def test_the_overview_groups_what_is_not_delivered(ledger: Path) -> None:
    """Counts over time, and each cause with meaning, orders and solution."""
    done = run("deliveries", "--ledger", str(ledger))
    assert "To sandbox" in done.stdout
    assert "rejected_by_code -3000100" in done.stdout
    assert "missing order_info.initiator" in done.stdout
    assert "→ Correct the order as the message says" in done.stdout


def test_one_order_is_found_with_request_and_answer(ledger: Path) -> None:
    """A part of an order id is enough; the token is masked, and JSON has lines of its own."""
    done = run("deliveries", "--ledger", str(ledger), "--order", "20260007")
    assert '          "order_id": "MLB-20260007",\n' in done.stdout
    assert "HTTP/1.1 200 OK" in done.stdout
    assert "Authorization: Bearer ••••••" in done.stdout
    assert "MLB-20260002" not in done.stdout


def test_on_a_terminal_no_json_and_no_fact_is_torn(ledger: Path) -> None:
    """JSON keeps its lines and their indent, and "code 0" stands on one line."""
    shown = run_on_terminal("deliveries", "--ledger", str(ledger), "--order", "20260007")
    assert '\n          "third_shop_name": "Maison Lune' in shown
    assert re.search(r"HTTP.200 ·\s+code.0 · 1.attempt", shown)
    assert "code\n" not in shown


def test_a_target_that_got_nothing_is_told(ledger: Path, tmp_path: Path) -> None:
    """A hand-over of test orders to a target without any names the one that was meant."""
    page = str(tmp_path / "page.html")
    arguments = ("--ledger", str(ledger), "-o", page, "--target", "sandbx")
    done = run("handover", str(samples.EVENTS), *SETTINGS, *arguments)
    assert done.returncode == 2
    assert "nothing was sent to sandbx; did you mean sandbox?" in done.stderr
    assert not Path(page).exists()


def test_all_deliveries_as_json(ledger: Path) -> None:
    """One object a line, all of them, newest first."""
    found = lines(run("deliveries", "--ledger", str(ledger), "--json").stdout)
    with Ledger(ledger) as opened:
        assert [line["number"] for line in found] == [e.number for e in opened.entries()]
    assert len(found) > 10


def test_curl_is_masked(ledger: Path) -> None:
    """The request as a command, without its token."""
    done = run("deliveries", "--ledger", str(ledger), "--order", "20260007", "--curl")
    assert done.stdout.startswith("curl --request POST http://127.0.0.1:")
    assert "Bearer ••••••" in done.stdout


def test_the_page_is_no_ledger(ledger: Path) -> None:
    """A page is never written over the ledger, and a folder that is not there is told."""
    before = ledger.read_bytes()
    done = run("deliveries", "--ledger", str(ledger), "--html", str(ledger))
    assert done.returncode == 2
    assert "name two files" in done.stderr
    assert ledger.read_bytes() == before
    nowhere = ledger.parent / "nowhere" / "page.html"
    done = run("deliveries", "--ledger", str(ledger), "--html", str(nowhere))
    assert f"make the folder {nowhere.parent} first" in done.stderr


def test_no_ledger_is_told(tmp_path: Path) -> None:
    """Without a ledger nothing is made, and what makes one is named."""
    done = run("deliveries", "--ledger", str(tmp_path / "none.sqlite"))
    assert done.returncode == 2
    assert "there is no such file; orderkit send writes a ledger" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_handover_has_all_its_parts(ledger: Path, tmp_path: Path) -> None:
    """Settings by field, examples, required fields, test orders, assumptions; no other host."""
    page = tmp_path / "handover.html"
    arguments = ("--ledger", str(ledger), "-o", str(page))
    assert run("handover", str(samples.EVENTS), *SETTINGS, *arguments).returncode == 0
    text = page.read_text(encoding="utf-8").replace("<wbr>", "")
    for part in (
        "Payment Value",
        "booking.to_pay",
        "CANCEL_ORDER",
        "MLB-20260007",
        "log_id",
        "the vendor&#x27;s table names no target",
        "TikTok&#x27;s list is not public",
    ):
        assert part in text, part
    assert "src=" not in text
    # The one script is ours, of tables: it stands in the page, and asks nobody.
    assert text.count("<script") == 1
    assert "open.tiktokapis.com" in text, "the host that key and secret go to"
    assert "Real bookings are not sent yet" in text


def test_the_handover_is_of_one_client_alone(ledger: Path, tmp_path: Path) -> None:
    """One ledger may hold several clients' orders: those of another merchant are in no document."""
    page, settings = tmp_path / "handover.html", tmp_path / "settings.toml"
    other = samples.SETTINGS.read_text().replace('third_merchant_id = "', 'third_merchant_id = "x-')
    settings.write_text(other)
    events = tmp_path / "events.ndjson"
    events.write_text(samples.EVENTS.read_text().replace("MLB-", "QXZ-"))
    assert other != samples.SETTINGS.read_text()
    arguments = ("--settings", str(settings), "--ledger", str(ledger), "-o", str(page))
    assert run("handover", str(events), *arguments).returncode == 0
    assert "MLB-" not in page.read_text()
    assert "No test order was sent yet." in page.read_text()


def test_a_draft_is_handed_over_with_what_it_leaves_open(tmp_path: Path) -> None:
    """Before a first meeting not all is settled: the page says what; no settings are an error."""
    page, draft, broken = (tmp_path / name for name in ("h.html", "draft.toml", "broken.toml"))
    made = run("suggest", str(samples.EVENTS), "-o", str(draft))
    assert made.returncode == 0, made.stderr
    given = ("handover", str(samples.EVENTS), "-o", str(page), "--settings")
    done = run(*given, str(draft))
    assert done.returncode == 0, done.stderr
    assert f"note: {draft} is a draft, without third_merchant_id" in done.stderr
    told = re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))
    assert "Still open: Your id at TikTok" in told
    page.unlink()
    broken.write_text("[settings\n", encoding="utf-8")
    for wrong in (broken, tmp_path / "none.toml"):
        done = run(*given, str(wrong))
        assert done.returncode == 2
        assert done.stderr.startswith(f"error: {wrong}")
        assert not page.exists()


def test_the_handover_is_printed_where_a_browser_is(tmp_path: Path) -> None:
    """With a Chromium it is a PDF of numbered sheets; without one, what to do is said at once."""
    pdf = tmp_path / "handover.pdf"
    given = ("handover", str(samples.EVENTS), *SETTINGS, "--pdf", str(pdf))
    without = run(*given, PATH="")
    assert without.returncode == 2
    assert "none is here: install one, name one in ORDERKIT_CHROMIUM" in without.stderr
    assert run(*given, ORDERKIT_CHROMIUM="nowhere").returncode == 2
    assert not pdf.exists()
    assert run("handover", str(samples.EVENTS), *SETTINGS).returncode == 2
    browser = chromium()
    if browser is None:
        pytest.skip("no Chromium is here")
    done = run(*given, ORDERKIT_CHROMIUM=browser)
    assert done.returncode == 0, done.stderr
    assert pdf.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("delivered", "meant", "words"),
    [
        (96, 100, "good, 96 %"),
        (95, 100, "fair, 95 %"),
        (901, 1000, "fair, 90.1 %"),
        (9999, 10_000, "good, 99.9 %"),
        (51, 100, "poor, 51 %"),
        (50, 100, "bad, 50 %"),
        (0, 3, "bad, 0 %"),
    ],
)
def test_health_has_the_steps_of_the_platform(delivered: int, meant: int, words: str) -> None:
    """Above 95, 90 and 50 % have a word each, and a share is never rounded up."""
    assert Health(delivered, meant).describe().startswith(f"Delivery health: {words} of")
