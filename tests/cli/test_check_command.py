"""`orderkit check`: equal causes once, one by one when asked, and drafts."""

import json
import re
from copy import deepcopy
from pathlib import Path

import pytest

from orderkit.events import samples
from orderkit.reports.causes import Causes
from tests.cli.test_commands import SETTINGS, run

EVENT = samples.sample_events()["created"]


def write(path: Path, events: list[dict[str, object]]) -> str:
    """Events as a file."""
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return str(path)


def test_fields_that_are_missing_in_the_same_orders_are_one_cause(tmp_path: Path) -> None:
    """A line for each event of a short file, then the cause with its events, said once."""
    without = {name: value for name, value in EVENT.items() if name != "items"}
    other = EVENT | {"id": " "}
    file = write(tmp_path / "e.ndjson", [without, EVENT, without | {"id": "2"}, other])
    done = run("check", file, *SETTINGS)
    assert done.returncode == 1
    assert re.findall(r"^ +(\d)  (\w+(?: \w+)*)", done.stdout, re.M) == [
        ("0", "with problems"),
        ("1", "mapped"),
        ("2", "with problems"),
        ("3", "with problems"),
    ]
    assert "missing 2 fields in 2 orders  always mandatory; events 0, 2\n" in done.stdout
    assert "missing order_id in 1 order  always mandatory; event 3\n" in done.stdout
    assert done.stdout.count("items.X.id gives no value") == 1
    assert done.stdout.endswith("4 events: 1 mapped, 3 with problems\n")


def test_each_shows_problems_event_by_event(tmp_path: Path) -> None:
    """As often as they come; of a long file only what has problems."""
    bad = {name: value for name, value in EVENT.items() if name != "items"}
    file = write(tmp_path / "e.ndjson", [EVENT | {"id": str(n)} for n in range(30)] + [bad, bad])
    said = run("check", file, *SETTINGS, "--each").stdout
    assert said.count("items.X.id gives no value") == 2
    assert len(re.findall(r"^ +\d+  mapped", said, re.M)) == 20
    grouped = run("check", file, *SETTINGS).stdout
    assert "missing 2 fields in 2 orders  always mandatory; events 30, 31\n" in grouped
    assert not re.search(r"^ +\d+  mapped", grouped, re.M)


def test_why_events_of_a_long_file_are_filtered_is_counted(tmp_path: Path) -> None:
    """One line a reason."""
    file = write(tmp_path / "e.ndjson", [{"event_name": "page_view"}] * 25 + [EVENT])
    said = run("check", file, *SETTINGS).stdout
    assert 'filtered 25 events: event "page_view" is in no event mapping entry' in said


@pytest.mark.parametrize("command", ["check", "explain", "profile"])
def test_a_proposed_file_is_used_as_it_is(command: str, tmp_path: Path) -> None:
    """What suggest leaves open is said, and missing in each order: the file is not refused."""
    shape = str(Path(__file__).parents[1] / "mapping/suggest/shapes/apaleo_reservation.ndjson")
    draft = str(tmp_path / "draft.toml")
    assert run("suggest", shape, "-o", draft).returncode == 0
    done = run(command, shape, "--settings", draft)
    assert done.returncode == (1 if command == "check" else 0)
    assert "is a draft, without third_merchant_id, order_country, " in done.stderr
    assert "the smart mapping of id is left empty" in done.stdout


def test_what_suggest_finds_for_a_missing_row_is_said_there(tmp_path: Path) -> None:
    """What is merely not mapped is no fault of the site; what nothing is found for stays one."""
    bookings: list[dict[str, object]] = [
        {"event_name": "booking_created", "ReservationNo": f"PR-{n}"} for n in (1, 2, 3)
    ]
    said = run("check", write(tmp_path / "e.ndjson", bookings), *SETTINGS).stdout
    proposed = '→ read {}, which "orderkit suggest" proposes: {} (settings)\n'
    assert proposed.format("ReservationNo", "very likely") in said
    assert "→ send `currency` with the event, or name the property that has it under " in said


def test_what_a_draft_leaves_open_is_perhaps_something(tmp_path: Path) -> None:
    """What "suggest" writes as a comment is said where it is missing, and not of what is read."""
    bills = ({}, {"invoice_total": "90.50"}, {"invoice_total": "120.00"})
    bookings = [
        {"booking_no": f"B-{at}", "state": state, "order_total": "120.00", **bill}
        for at, (state, bill) in enumerate(
            zip(("confirmed", "checked-out", "checked-out"), bills, strict=True)
        )
    ]
    file, draft = write(tmp_path / "e.ndjson", bookings), str(tmp_path / "draft.toml")
    assert run("suggest", file, "-o", draft).returncode == 0
    said = run("check", file, "--settings", draft).stdout
    assert "→ perhaps invoice_total: `invoice_total` is there only once a stay is over" in said
    read = '[smart_mapping]\n"order_info.value.fulfillment_value" = "invoice_sum"\n'
    text = Path(draft).read_text("utf-8").replace("[smart_mapping]\n", read, 1)
    Path(draft).write_text(text, "utf-8")
    assert "perhaps invoice_total" not in run("check", file, "--settings", draft).stdout


def test_what_is_read_already_is_not_proposed(tmp_path: Path) -> None:
    """Where one booking lacks what the settings read of all others, the site is to send it."""
    bookings = [*samples.sample_events().values()]
    hotel = {k: v for k, v in bookings[0]["hotel"].items() if k != "name"}
    lacks = {**bookings[0], "hotel": hotel}
    said = run("check", write(tmp_path / "e.ndjson", [*bookings, lacks]), *SETTINGS).stdout
    assert "hotel.name" in said
    assert "orderkit suggest" not in said


def test_what_is_a_part_of_what_is_read_is_not_proposed(tmp_path: Path) -> None:
    """A click id is read in one place or another: that the address has it is no news."""
    site = "https://www.maisonlune.example/booking?"
    bookings = [
        {**event, "currency": None, "partners": None, "context": {"page": {"url": site + click}}}
        for event in samples.sample_events().values()
        for click in ("ttoclid=opfed89ds90132344n2dkkl12321s001", "a=b")
    ]
    said = run("check", write(tmp_path / "e.ndjson", bookings), *SETTINGS).stdout
    assert "missing ttoclid in 7 orders" in said
    assert (
        "SELECT(context.page.url" not in said.partition("missing ttoclid")[2].partition("→ read")[2]
    )


def test_causes_of_other_events_are_not_one() -> None:
    """Two fields are one cause only if the very same events lack them, however many they are."""
    from orderkit import Mapper, load_settings

    mapper = Mapper(load_settings(samples.SETTINGS))
    causes = Causes()
    for index, lacks in enumerate(["id", "currency", "currency", "id"]):
        event = {name: value for name, value in EVENT.items() if name != lacks}
        problems = mapper.map(event).problems
        causes.add(index, [p for p in problems if p.code == "missing"])
    assert [[cause.events for cause in group] for group in causes.grouped()] == [[[0, 3]], [[1, 2]]]


def test_lines_that_are_no_events_are_grouped_by_what_is_wrong_with_them() -> None:
    """A list, a cut line and bytes of another encoding are three causes, the like are one."""
    text = '{"a": 1}\n[1]\n[2, 3]\n{"a":\n{"b":\n'
    found = run("check", "-", *SETTINGS, stdin=text).stdout
    assert found.count("invalid in 2 events  an event is a JSON object") == 2
    assert "an array [1], not a JSON object" in found
    assert "unexpected end of data" in found


def test_the_filter_for_orders_that_began_elsewhere_does_what_is_said(tmp_path: Path) -> None:
    """Of an order without a click id, check says the filter that leaves it out; it does so."""
    settings = Path(SETTINGS[1]).read_text(encoding="utf-8")
    read = re.sub(
        r"tiktok_organic_tracking_id = .*", 'tiktok_organic_tracking_id = "{{click}}"', settings
    )
    given = deepcopy([*samples.sample_events().values()])
    bookings = [{**event, "click": "a1b2"} for event in given]
    for booking in bookings:
        # Nothing else has the id: what is proposed would come first.
        booking["context"] = {"event_timestamp": booking["context"]["event_timestamp"]}
        booking["partners"]["tiktok"].pop("ttoclid", None)
    bookings.append({k: v for k, v in bookings[0].items() if k != "click"})
    events = write(tmp_path / "e.ndjson", bookings)
    file = tmp_path / "s.toml"
    file.write_text(read, encoding="utf-8")
    said = " ".join(run("check", events, "--settings", str(file)).stdout.split())
    formula = re.search(r"leave out what did not begin on TikTok: (formula = '[^']+')", said)
    assert formula, said
    file.write_text(f"{read}\n[filter]\n{formula[1]}\n", encoding="utf-8")
    done = run("check", events, "--settings", str(file))
    assert (done.returncode, "1 filtered" in done.stdout) == (0, True)


def test_orders_that_are_marked_as_tests_are_told_with_the_filter(tmp_path: Path) -> None:
    """They would be sent; where none is, or the filter leaves them out, nothing is said."""
    events = [EVENT | {"id": str(at), "isTest": at == 1} for at in range(3)]
    told = "warning: `isTest` marks 1 order as a test: leave them out by the filter isTest != true"
    assert told in run("check", write(tmp_path / "e.ndjson", events), *SETTINGS).stderr
    sent = write(tmp_path / "s.ndjson", [events[0], events[2]])
    assert "as a test" not in run("check", sent, *SETTINGS).stderr
