"""Envelopes and the formats of others: what is unwrapped and converted, and what is left alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from orderkit.events.reader import load_events, parse_text
from tests.cli.test_commands import SETTINGS, lines, run
from tests.events.support import events

ONE, TWO = {"id": "H-1", "total": 120}, {"id": "H-2", "total": 90}
STAY = {"event_name": "purchase", "id": "H-1", "context": {"event_id": "e1"}}


def read(tmp_path: Path, document: Any, **options: Any) -> tuple[list[Any], list[str]]:
    """The same of a document on one line and of one over several."""
    whole = events(tmp_path / "e.json", json.dumps(document, indent=1), **options)
    assert events(tmp_path / "e.json", json.dumps(document), **options)[:2] == whole[:2]
    return whole[:2]


@pytest.mark.parametrize(
    ("document", "note"),
    [
        ({"batch": [ONE, TWO]}, "batch unwrapped: 2 events"),
        ({"meta": {"page": 1}, "data": [ONE, TWO]}, "data unwrapped: 2 events"),
        ({"Reservations": [ONE, TWO]}, "Reservations unwrapped: 2 events"),
        ({"success": True, "count": 2, "result": [ONE, TWO]}, "result unwrapped: 2 events"),
        ({"response": {"status": 200, "bookings": [ONE, TWO]}}, "response.bookings unwrapped: 2"),
        ({"total": 2, "stays": [ONE, TWO]}, "stays unwrapped: 2 events"),
        ({"stays": [ONE, TWO], "totalResults": 2, "hasMore": False}, "stays unwrapped: 2 events"),
        ({"content": [ONE, TWO], "numberOfElements": 2, "pageable": {}}, "content unwrapped: 2"),
        ({"hotel": {"id": "L"}, "bookings": [ONE, TWO]}, "(beside it, left out: hotel): 2"),
        ({"data": [ONE, TWO], "included": [{"type": "guest"}]}, "left out: included): 2"),
    ],
)
def test_envelopes(tmp_path: Path, document: Any, note: str) -> None:
    """A list of records alone in its document is unwrapped; what stood beside it is named."""
    found, notes = read(tmp_path, document)
    assert found == [ONE, TWO]
    assert [note in each for each in notes] == [True]
    assert [entry.event for entry in parse_text(json.dumps(document))] == [ONE, TWO]


@pytest.mark.parametrize(
    "document",
    [
        {"id": "H-1", "total": 120, "rooms": [{"id": 1}, {"id": 2}]},
        {"booking": {"id": "H-1", "rooms": [{"id": 1}]}},
        {"reservation": {"id": "H-1"}, "rooms": [{"id": 1}], "guests": [{"name": "x"}]},
        {"event_name": "purchase", "items": [{"id": 1}]},
        {"event_name": "purchase", "data": [{"id": 1}]},
        {"context": {"event_id": "e"}, "events": [{"id": 1}]},
        {"data": []},
        {"data": [1, 2]},
    ],
)
def test_events_with_lists(tmp_path: Path, document: Any) -> None:
    """A booking with rooms, or an event with items, is no envelope."""
    assert read(tmp_path, document) == ([document], [])


def test_an_export_in_an_unknown_language(tmp_path: Path) -> None:
    """A list whose every record says more than all beside it may be the events: that is said."""
    stays = [{"cislo": 7, "castka": 1, "mena": "CZK"}, {"cislo": 8, "castka": 2, "mena": "CZK"}]
    document = {"export": {"system": "Hotelovka", "zaznamy": stays}}
    found, (note,) = read(tmp_path, document)
    assert found == [document]
    assert "--at export.zaznamy" in note
    assert read(tmp_path, document, at="export.zaznamy")[0] == stays


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ({"Paging": {"TotalRecords": 171, "TotalPages": 6}}, "Paging.TotalRecords says 171"),
        ({"total": 3}, "total says 3"),
        ({"total": 2, "totalPages": 9}, ""),
    ],
)
def test_one_page_of_many(tmp_path: Path, beside: dict[str, Any], said: str) -> None:
    """What says that there are more records is told: the rest may look otherwise."""
    found, notes = read(tmp_path, {"data": [ONE, TWO], **beside})
    assert found == [ONE, TWO]
    assert (said in " ".join(notes[1:])) if said else len(notes) == 1


def wide(number: int, leaves: int = 12) -> list[dict[str, Any]]:
    """Records that each say as much as a booking does."""
    return [{"@No": str(at), "Rsv": {f"@P{n}": n for n in range(leaves)}} for at in range(number)]


def test_a_list_with_a_header(tmp_path: Path) -> None:
    """Little beside many records that each say much is their header, whatever it is called."""
    header = {"@xmlns": "urn:x", "@From": "2026-04-20", "@To": "2026-07-14"}
    found, (note,) = read(tmp_path, {"RsvMsgLog": {**header, "RsvMsg": wide(9)}})
    assert found == wide(9)
    assert "RsvMsgLog.RsvMsg unwrapped (beside it, left out: @xmlns, @From, @To)" in note


def clicked(number: int) -> list[dict[str, Any]]:
    """Bookings that each began with a click of their own."""
    page = "https://h.example/?ttoclid=click"
    return [{**record, "page": f"{page}{at}"} for at, record in enumerate(wide(number, leaves=30))]


HEADER = {"job": "x", "window": {"from": "2026-10-01", "to": "2026-11-30"}, "unit": {"code": "H"}}


@pytest.mark.parametrize(
    ("document", "records"),
    [
        ({"exportHeader": HEADER, "payload": {"stays": clicked(2)}}, 2),
        ({"of": HEADER, "made": "2026-11-12", "sojourns": clicked(2)}, 2),
        ({"of": HEADER, "hotels": [{"code": "H"}], "sojourns": clicked(2)}, 2),
        ({"exportHeader": HEADER, "stays": wide(8)}, 8),
        ({"of": HEADER, "stays": wide(8)}, 1),  # nothing says that it is a header
        ({"exportHeader": HEADER, "stays": wide(7)}, 1),
        ({"order": "B-1", "touches": [{"url": f"/?ttoclid={at}"} for at in range(3)]}, 1),
        ({"of": HEADER, "sojourns": clicked(1) * 2}, 1),  # two rooms of one click
    ],
)
def test_records_that_began_with_clicks_of_their_own(
    tmp_path: Path, document: Any, records: int
) -> None:
    """They are orders, whatever stands beside them; else an object must be called a header."""
    assert len(read(tmp_path, document)[0]) == records


@pytest.mark.parametrize(
    "document",
    [
        {"number": "H-1", "price": 120, "chambers": wide(3)},  # a booking of three rooms
        {"number": "H-1", "price": 120, "chambers": wide(9, leaves=4)},
        {"number": "H-1", "hotel": {"code": "L"}, "chambers": wide(9)},
        {**{f"p{n}": n for n in range(6)}, "chambers": wide(9)},
        {"number": "H-1", "chambers": wide(9), "guests": wide(9)},
    ],
)
def test_a_booking_of_many_rooms_has_no_header(tmp_path: Path, document: Any) -> None:
    """It has a hotel, or more beside its rooms, or they say little, or are few."""
    assert read(tmp_path, document)[0] == [document]


def test_a_page_of_an_interface_says_nothing_of_its_bookings(tmp_path: Path) -> None:
    """What was asked for, when it was made and how many there are stand beside the `items`."""
    document = {
        "apiVersion": "2026-06",
        "generatedAt": "2026-11-16T06:00:03Z",
        "query": {"propertyId": "prop_3360", "createdFrom": "2026-09-01"},
        "items": [{"id": "r1", "stay": {"arrival": "2026-11-06"}}, {"id": "r2"}],
        "paging": {"page": 1, "pageSize": 100, "totalItems": 2, "next": None},
    }
    found, (note,) = read(tmp_path, document)
    assert found == document["items"]
    assert "items unwrapped: 2 events" in note


def test_an_order_with_a_history(tmp_path: Path) -> None:
    """Where values of an order stand beside the list, it is one event, and the way out is said."""
    document = {"order_id": "H-1", "total": 120, "events": [{"type": "created"}]}
    found, (note,) = read(tmp_path, document)
    assert found == [document]
    assert "--at events" in note


def test_never_the_first_of_many(tmp_path: Path) -> None:
    """Of two lists that may be the events, neither is taken in silence."""
    found, _notes = read(tmp_path, {"bookings": [ONE], "orders": [TWO, TWO]})
    assert found == ["several lists that may be the events: write --at bookings (1) or "
                     "--at orders (2), or --at ."]  # fmt: skip


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("shop.stays", [ONE, TWO]),
        ("shop.stays.1", [TWO]),
        ("shop", [{"stays": [ONE, TWO], "currency": "EUR"}]),
        (".", [{"shop": {"stays": [ONE, TWO], "currency": "EUR"}, "id": 7}]),
        (
            "shop.rooms",
            ["--at shop.rooms: `shop` has no `rooms`; write --at shop.stays (2 events)"],
        ),
    ],
)
def test_at(tmp_path: Path, at: str, found: list[Any]) -> None:
    """The engineer says where the events are; a path that leads nowhere says what is there."""
    document = {"shop": {"stays": [ONE, TWO], "currency": "EUR"}, "id": 7}
    assert read(tmp_path, document, at=at)[0] == found


def test_envelopes_in_lines_and_lists(tmp_path: Path) -> None:
    """Each line of NDJSON, and each entry of a list, may be an envelope."""
    text = "\n".join(map(json.dumps, [{"batch": [STAY, STAY]}, STAY, {"data": [ONE]}]))
    assert events(tmp_path / "e", text)[0] == [STAY, STAY, STAY, ONE]
    assert events(tmp_path / "e", json.dumps([{"batch": [STAY, STAY]}, ONE]))[0] == [
        STAY,
        STAY,
        ONE,
    ]


def test_what_the_sdk_sends(tmp_path: Path) -> None:
    """The second version's names in the context are converted, and kept."""
    event = {
        "event_name": "purchase",
        "id": "H-1",
        "context": {"eventId": "e-7", "created": 1780387200000, "version": 2, "page": {}},
    }
    (found,), (note,) = read(tmp_path, event)
    assert found["context"] == event["context"] | {  # type: ignore[operator]
        "event_id": "e-7",
        "event_timestamp": 1780387200000,
    }
    assert "assumption" in note


@pytest.mark.parametrize("name", ["event", "event_name"])
def test_the_first_version(tmp_path: Path, name: str) -> None:
    """Properties come to the root, page and device into the context; a clash is kept apart."""
    event = {
        name: "purchase",
        "id": "root",
        "properties": {"id": "H-1", "currency": "EUR", "items": [{"id": "R"}]},
        "page": {"url": "https://h.example"},
        "device": {"ip": "192.0.2.1"},
        "eventId": "e-9",
        "version": 1,
    }
    (found,), notes = read(tmp_path, event)
    assert found == {
        "event_name": "purchase",
        "id": "root",
        "currency": "EUR",
        "items": [{"id": "R"}],
        "properties": {"id": "H-1"},
        "context": {
            "event_id": "e-9",
            "page": {"url": "https://h.example"},
            "device": {"ip": "192.0.2.1"},
            "version": 1,
        },
    }
    assert len(notes) == 1


def test_an_event_of_the_platform_is_left_alone(tmp_path: Path) -> None:
    """Whatever else it has."""
    event = STAY | {"properties": {"id": 1}, "event": "other", "data": [{"a": 1}]}
    assert read(tmp_path, event) == ([event], [])


def test_every_command_unwraps_and_says_so(tmp_path: Path) -> None:
    """`check`, `map` (files, folders, parts) and `--at` read the same events."""
    path = tmp_path / "bookings.json"
    path.write_text(json.dumps({"page": 1, "data": [ONE, TWO]}), "utf-8")
    done = run("check", str(path), *SETTINGS, "--json")
    assert len(lines(done.stdout)) == 2
    assert "note: data unwrapped: 2 events" in done.stderr
    rejects = tmp_path / "rejects"
    done = run("map", str(path), *SETTINGS, "--rejects", str(rejects))
    assert "note: data unwrapped: 2 events" in done.stderr
    assert [line["event"] for line in lines(rejects.read_text("utf-8"))] == [ONE, TWO]
    done = run("check", str(path), *SETTINGS, "--json", "--at", "data.1")
    assert len(lines(done.stdout)) == 1
    done = run("check", str(path), *SETTINGS, "--at", "a..b")
    assert (done.returncode, "single dots" in done.stderr) == (2, True)
    assert list(load_events(path).values()) == [ONE, TWO]
