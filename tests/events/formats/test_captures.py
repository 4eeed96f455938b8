"""What is captured in a browser: pixels, HAR files, copied commands, and code that triggers."""

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from orderkit.errors import EventsError
from orderkit.events.reader import parse_text
from tests.cli.test_commands import lines, run
from tests.events.support import events

STAY = {"event_name": "purchase", "id": "H-1", "context": {"event_id": "e1"}}
COLLECTOR = "https://collect.hotel.example/events?tc_s=77&token=TOP-SECRET"


@pytest.mark.parametrize(
    ("query", "event"),
    [
        (
            "event_name=purchase&user[id]=7&user[consent_categories][]=1"
            "&user[consent_categories][]=3&items[0][product][name]=Deluxe+Room&value=",
            {
                "event_name": "purchase",
                "user": {"id": "7", "consent_categories": ["1", "3"]},
                "items": [{"product": {"name": "Deluxe Room"}}],
                "value": "",
            },
        ),
        ("event_name=x&items%5B0%5D%5Bid%5D=%C3%A9", {"event_name": "x", "items": [{"id": "é"}]}),
        (
            "event_name=x&" + "&".join(f"items[{n}][id]={n}" for n in range(1_500)),
            {"event_name": "x", "items": [{"id": str(n)} for n in range(1_500)]},
        ),
        ("event_name=x&a[b][c][d][e][f][g]=1", {"event_name": "x", "a": {"b": {"c": {"d": {"e": {"f": {"g": "1"}}}}}}}),  # noqa: E501
    ],
)  # fmt: skip
def test_pixels(tmp_path: Path, query: str, event: dict[str, Any]) -> None:
    """Brackets nest, empty ones append, each value is a text; site and key are no properties."""
    url = f"{COLLECTOR}&{query}"
    log = f'GET /events?tc_s=1&{query} HTTP/1.1\n<img src="{url.replace("&", "&amp;")}">\n'
    found, notes, kind = events(tmp_path / "e.txt", f"{url}\n\n{log}no address\n")
    assert found == [event, event, event, "no URL of a pixel"]
    assert (notes, kind) == ([], "pixels")
    assert [entry.event for entry in parse_text(url)] == [event]


@pytest.mark.parametrize(
    ("query", "note", "event"),
    [
        ("a=1&a=2", "several times", {"a": "2"}),
        ("user=7&user[id]=8", "the value is left out", {"user": {"id": "8"}}),
        ("user[id]=8&user=7", "the value is left out", {"user": {"id": "8"}}),
        ("i[][a]=1&i[][b]=2", "appends an item", {"i": [{"a": "1"}, {"b": "2"}]}),
        ("i[0]=a&i[7]=b", "gaps, closed up", {"i": ["a", "b"]}),
        ("a=%F4", "not UTF-8", {"a": "\ufffd"}),
        ("a[b=1", "brackets", {"a[b": "1"}),
        ("a[b]c=1", "brackets", {"a[b]c": "1"}),
        ("a" + "[b]" * 5_000 + "=1", "brackets", {"a" + "[b]" * 5_000: "1"}),
    ],
)
def test_pixels_that_may_mean_something_else(
    tmp_path: Path, query: str, note: str, event: dict[str, Any]
) -> None:
    """What can be read in two ways is read in one, and that is said."""
    found, notes, _kind = events(tmp_path / "e", f"{COLLECTOR}&event_name=x&{query}")
    assert found == [{"event_name": "x", **event}]
    assert notes
    assert all(note in each for each in notes)


def entry(url: str, text: str | None = None, method: str = "POST", **headers: str) -> Any:
    """An entry of a HAR file."""
    named = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
    request = {"method": method, "url": url, "headers": named}
    body = {} if text is None else {"postData": {"mimeType": "text/plain", "text": text}}
    return {"request": request | body, "response": {"content": {"text": "x" * 100}}}


def har(*entries: Any, indent: int | None = None) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": entries}}, indent=indent)


@pytest.mark.parametrize("indent", [None, 2])
def test_har(tmp_path: Path, indent: int | None) -> None:
    """The calls to the collector, at any host, become events; all others are counted by host."""
    pytest.importorskip("ijson", reason='needs pip install "orderkit[captures]"')
    packed = gzip.compress(json.dumps(STAY | {"id": "H-5"}).encode()).decode("latin-1")
    text = har(
        entry("https://ads.example/events.js", method="GET"),
        entry(COLLECTOR, json.dumps(STAY), Authorization="Bearer KEY-1", User_Agent="Firefox"),
        entry(COLLECTOR, method="OPTIONS"),
        entry("https://own.example/cdp/events?tc_s=1", json.dumps(STAY | {"id": "H-2"})),
        entry("https://x.example/events/batch", json.dumps({"batch": [STAY, STAY]})),
        entry(f"{COLLECTOR}&event_name=purchase&id=H-4", method="GET", Cookie="sid=SECRET"),
        entry(COLLECTOR, packed),
        entry(COLLECTOR, "{broken"),
        entry("https://ads.example/collect", "{}"),
        indent=indent,
    )
    found, notes, kind = events(tmp_path / "booking.har", text)
    masked = {"authorization": "***", "user-agent": "Firefox"}
    assert found[:-1] == [
        STAY | {"_headers": masked},
        STAY | {"id": "H-2"},
        STAY,
        STAY,
        {"event_name": "purchase", "id": "H-4", "_headers": {"cookie": "***"}},
        STAY | {"id": "H-5"},
    ]
    assert "collect.hotel.example: no JSON" in found[-1]
    assert kind == "HAR"
    assert notes == [
        "batch unwrapped: 2 events",
        "2 other calls to 1 host left out (orderkit events --all-hosts lists them)",
    ]


def test_har_without_a_call(tmp_path: Path) -> None:
    """Where none of the calls is to a collector, the error says what to do."""
    pytest.importorskip("ijson")
    with pytest.raises(EventsError, match=r"HAR file of 1 call, .*Preserve log"):
        events(tmp_path / "e.har", har(entry("https://ads.example/a")))


def test_har_that_is_cut_short(tmp_path: Path) -> None:
    """What came before the cut is read, and the cut is reported."""
    pytest.importorskip("ijson")
    text = har(entry(COLLECTOR, json.dumps(STAY)), entry("https://b.example/", "x" * 500))
    found, *_ = events(tmp_path / "e.har", text[:-300])
    assert found[0] == STAY
    assert "ends or breaks after 1 call" in found[1]


def test_har_of_any_size_in_constant_memory(tmp_path: Path) -> None:
    """Neither many entries nor a large one take memory; the latter is an error over the limit."""
    pytest.importorskip("ijson")
    path = tmp_path / "large.har"
    other = json.dumps(entry("https://ads.example/", "x" * 20_000)).encode() + b","
    mine = json.dumps(entry(COLLECTOR, json.dumps(STAY))).encode()
    path.write_bytes(b'{"log":{"entries":[' + other * 500 + mine + b"]}}")
    tracemalloc.start()
    try:
        from orderkit.events.reader import open_events

        with open_events(path) as entries:
            assert [each.event for each in entries] == [STAY]
        assert tracemalloc.get_traced_memory()[1] < 6_000_000
    finally:
        tracemalloc.stop()
    with pytest.raises(EventsError, match=r"one entry of more than 0\.5 MiB"):
        events(path, har(entry("https://a.example/", "x" * 2_000_000)), limit=2**19)


BASH = r"""curl 'https://collect.hotel.example/events?tc_s=1&token=SECRET' \
  -H 'authorization: Bearer KEY-1' \
  -H $'x-hotel: Maison l\'\u00e9t\u00e9 \ud83d\ude00' \
  --data-raw $'{"event_name":"purchase","id":"H-1","note":"l\'\u00e9t\u00e9 \\"x\\"","context":{"event_id":"e1"}}' \
  --compressed
"""  # noqa: E501


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (
            BASH,
            STAY
            | {"note": "l'été \"x\""}
            | {"_headers": {"authorization": "***", "x-hotel": "Maison l'été 😀"}},
        ),
        (f"curl --url '{COLLECTOR}' --json '{json.dumps(STAY)}'", STAY),
        (f'curl -X POST "{COLLECTOR}" -d "{{\\"event_name\\": \\"purchase\\"}}"', {"event_name": "purchase"}),  # noqa: E501
        (f"$ curl -s --data='{json.dumps(STAY)}' {COLLECTOR}", STAY),
        (f"curl '{COLLECTOR}&event_name=purchase&items[0][id]=R'", {"event_name": "purchase", "items": [{"id": "R"}]}),  # noqa: E501
        ("curl 'https://hooks.example/x' --data-raw '{\"id\": \"H-1\"}'", {"id": "H-1"}),
    ],
)  # fmt: skip
def test_curl(tmp_path: Path, text: str, event: dict[str, Any]) -> None:
    """A command is read with its shell's quoting; nothing is run, and no key is kept."""
    assert events(tmp_path / "e.txt", text) == ([event], [], "cURL")
    assert [entry.event for entry in parse_text(text)] == [event]


def test_several_curl_commands(tmp_path: Path) -> None:
    """Of many, as "copy all as cURL" has them, only the calls to a collector are read."""
    text = f"curl 'https://ads.example/a' ;\n{BASH.strip()} ;\ncurl 'https://cdn.example/b'\n"
    found, notes, _kind = events(tmp_path / "e", text)
    assert [event["id"] for event in found] == ["H-1"]
    assert notes == ["2 other calls left out (orderkit events --all-hosts lists them)"]


@pytest.mark.parametrize(
    "text",
    [
        'curl ^"https://a.example/events^" ^\n  --data-raw ^"^{^\\^"id^\\^":1^}^"',
        "Invoke-WebRequest -UseBasicParsing -Uri \"https://a.example\" `\n-Method \"POST\"",
    ],
)  # fmt: skip
def test_commands_of_windows(tmp_path: Path, text: str) -> None:
    """What loses characters when it is copied is not read; the error says what to copy."""
    with pytest.raises(EventsError, match=r"copy it .* as cURL \(bash\) or as fetch"):
        events(tmp_path / "e", text)


@pytest.fixture
def parser() -> None:
    """The parser of JavaScript is there."""
    pytest.importorskip("tree_sitter", reason='needs pip install "orderkit[captures]"')


ORDER = """{
  id: '1234', // the order's
  "currency": "EUR", value: 450.50, paid: !0, n: -2, hex: 0x10, big: 12345678901234567890n,
  note: 'l\\'\\u00e9t\\u00e9 \\ud83d\\ude00' + ' now', page: `thanks`, nothing: null,
  gone: undefined,
  url: "https://x.example/?a=1", items: [{id: 'R1', quantity: 1,}, {id: 'R2'}],
}"""
READ = {
    "id": "1234", "currency": "EUR", "value": 450.5, "paid": True, "n": -2, "hex": 16,
    "big": 12345678901234567890, "note": "l'été 😀 now", "page": "thanks", "nothing": None,
    "url": "https://x.example/?a=1", "items": [{"id": "R1", "quantity": 1}, {"id": "R2"}],
}  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        f"cact('trigger', 'purchase', {ORDER}, {{collectionDomain: 'c.example', sourceKey: 'K'}});",
        f"window.cact( 'trigger', \"purchase\", {ORDER} )",
        f"caReady.push(['trigger', 'purchase', {ORDER}])",
        f"window.dataLayer = window.dataLayer || [];\n"
        "dataLayer.push({event: 'purchase', ...rest});\n"
        f"gtag('event', 'purchase', {ORDER});",
        f"<html><script async>cact('trigger','purchase',{ORDER})</script><p>it's</p></html>",
        f"// cact('trigger', 'commented', {{}})\nconst s = \"cact('trigger','text',{{}})\";\n"
        f"if (ok) {{ cact('consent', 'x'); cact('trigger', 'purchase', {ORDER}) }}",
    ],
)
@pytest.mark.usefixtures("parser")
def test_code_that_triggers_events(tmp_path: Path, code: str) -> None:
    """Calls are found wherever they stand in code or in a page, comments and texts left alone."""
    found, _notes, kind = events(tmp_path / "tag.js", code)
    assert found[-1] == {"event_name": "purchase", **READ}
    assert len(found) == 1 + code.count("...rest")
    assert kind == "JavaScript"
    assert [entry.event for entry in parse_text(code)] == found


@pytest.mark.usefixtures("parser")
def test_pushes_to_a_data_layer(tmp_path: Path) -> None:
    """An event of the data layer keeps its other keys; the tag manager's own are left out."""
    code = "dataLayer.push({event: 'booked', ecommerce: {value: 5}}); dataLayer.push({event: 'gtm.js'})"  # noqa: E501
    found, *_ = events(tmp_path / "e", code)
    assert found == [{"event_name": "booked", "ecommerce": {"value": 5}}]


@pytest.mark.usefixtures("parser")
def test_what_stays_open(tmp_path: Path) -> None:
    """What is no value by itself is left out and listed; it is never run, and never a text."""
    code = (
        "cact('trigger', 'purchase', {id: order.id, value: getPrice(), at: new Date(), ...more,\n"
        "name: `a ${b}`, items: [{id: x}, 'y'], short, ok: 1, total: 1 + 2})"
    )
    found, notes, _kind = events(tmp_path / "e", code)
    assert found == [{"event_name": "purchase", "items": [{}, "y"], "ok": 1}]
    assert [note.removesuffix(": 1 event") for note in notes] == [
        "open: $2.id = order.id",
        "open: $2.value = getPrice()",
        "open: $2.at = new Date()",
        "open: $2....more",
        "open: $2.name = `a ${b}`",
        "open: $2.items.0.id = x",
        "open: $2.short",
        "open: $2.total = 1 + 2",
    ]


@pytest.mark.usefixtures("parser")
def test_code_that_is_damaged(tmp_path: Path) -> None:
    """A template's placeholders, or code cut short, are reported, never read as an empty event."""
    found, *_ = events(tmp_path / "e", "cact('trigger', 'purchase', {id: {{ order.id }} });")
    assert "that is no JavaScript" in found[0]
    with pytest.raises(EventsError, match="without a call"):
        events(tmp_path / "e", "cact('trigger', 'purchase', {id: 1,")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (ORDER, [READ]),
        (f"({ORDER});", [READ]),
        (f"[{ORDER}, {ORDER}]", [READ, READ]),
        (f"/* the order */\nvar order = {ORDER};", [READ]),
        (f"window.tc_vars = {ORDER}", [READ]),
        ("{bookings: [{id: 1}, {id: 2}]}", [{"id": 1}, {"id": 2}]),
    ],
)
@pytest.mark.usefixtures("parser")
def test_object_literals(tmp_path: Path, code: str, found: list[Any]) -> None:
    """An object that is no JSON, but JavaScript, is read as it stands; envelopes are unwrapped."""
    assert events(tmp_path / "e.js", code)[0] == found


@pytest.mark.usefixtures("parser")
def test_fetch(tmp_path: Path) -> None:
    """Copied fetch code is read, its body as a text or made by JSON.stringify."""
    code = f"""fetch("{COLLECTOR}", {{
      "headers": {{"authorization": "Bearer KEY-1", "accept-language": "fr"}},
      "body": {json.dumps(json.dumps(STAY))}, "method": "POST"
    }});
    await fetch("https://c.example/cdp/events", {{method: "POST", body: JSON.stringify({{id: 'H-2', event_name: 'purchase'}})}});
    fetch("https://ads.example/x");"""  # noqa: E501
    found, _notes, _kind = events(tmp_path / "e", code)
    assert found == [
        STAY | {"_headers": {"authorization": "***", "accept-language": "fr"}},
        {"event_name": "purchase", "id": "H-2"},
    ]


@pytest.mark.usefixtures("parser")
def test_code_nested_without_end(tmp_path: Path) -> None:
    """However deep code nests, it is read or reported."""
    found, notes, _kind = events(
        tmp_path / "e", "cact('trigger','x',{a:" + "[" * 3_000 + "]" * 3_000 + "})"
    )
    assert found[0]["event_name"] == "x"
    assert len(notes) == 1


def test_the_command(tmp_path: Path) -> None:
    """`orderkit events` says what a capture is, lists other hosts, and writes events one a line."""
    pytest.importorskip("ijson")
    path, out = tmp_path / "booking.har", tmp_path / "events.ndjson"
    path.write_text(
        har(entry(COLLECTOR, json.dumps(STAY)), entry("https://ads.example/a")), "utf-8"
    )
    done = run("events", str(path), "-o", str(out), "--all-hosts", "--json")
    (told,) = lines(done.stdout)
    assert (told["kind"], told["events"], told["event_names"]) == ("HAR", 1, {"purchase": 1})
    assert told["other_hosts"] == {"ads.example": 1}
    assert lines(out.read_text("utf-8")) == [STAY]
    shown = run("events", str(path), "--all-hosts")
    assert "booking.har: HAR, 1 event" in shown.stdout
    assert "ads.example" in shown.stdout
    assert "SECRET" not in done.stdout + done.stderr + shown.stdout + shown.stderr
    piped = run("events", "-", "-o", "-", stdin=path.read_text("utf-8"))
    assert lines(piped.stdout) == [STAY]
    (tmp_path / "bad").write_text('{"id": 1}\n{broken\n', "utf-8")
    done = run("events", str(tmp_path / "bad"))
    assert (done.returncode, "line 2: no JSON" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "text",
    [
        'curl https://c.example/cdp/events -d \'{"event_name": "a", "room_key": "kept", '
        '"user": {"Password": "canary", "api_key": "canary", "tokens": [{"token": "canary"}]}}\'',
        "https://c.example/events?event_name=a&room_key=kept&client_secret=canary&user[pwd]=canary",
        "cact('trigger', 'a', {room_key: 'kept', accessToken: 'canary', user: {sig: 'canary'}})",
    ],
    ids=["cURL", "pixel", "JavaScript"],
)
def test_secrets_among_properties_are_masked(text: str) -> None:
    """What a property's whole name calls a secret is masked, however deep; nothing else is."""
    done = run("events", "-", "-o", "-", stdin=text)
    assert "canary" not in done.stdout + done.stderr
    assert '"room_key":"kept"' in done.stdout
    assert '"***"' in done.stdout
