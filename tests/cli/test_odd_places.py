"""Outputs that are inputs, names that mean something else, odd terminals and streams."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orderkit.cli.writing import output_width
from orderkit.events import samples
from orderkit.events.acting import escape_acting
from orderkit.sending.ledger import Ledger
from tests.cli.test_commands import SETTINGS, bare_environment, lines, run

EVENTS = str(samples.EVENTS)
TO_SANDBOX = ("send", EVENTS, *SETTINGS, "--to", "sandbox", "--json")


def verdicts(text: str) -> list[object]:
    return [line["verdict"] for line in lines(text)]


@pytest.mark.skipif(sys.platform != "linux", reason="the data folder is Linux's")
def test_the_ledger_that_is_used_unasked_is_no_output_either(tmp_path: Path) -> None:
    """A page or a report would take the place of all that is known of the orders."""
    home = {"HOME": str(tmp_path)}
    assert run(*TO_SANDBOX, **home).returncode == 0
    ledger = tmp_path / ".local/share/orderkit/deliveries.sqlite"
    before = ledger.read_bytes()
    for command in (
        ("handover", EVENTS, *SETTINGS, "-o", str(ledger)),
        (*TO_SANDBOX, "--report", str(ledger)),
    ):
        done = run(*command, **home)
        assert (done.returncode, "name two files" in done.stderr) == (2, True)
    assert ledger.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="no such names on Windows")
@pytest.mark.parametrize("name", ["file:y", ":memory:", "file:x?mode=memory", "a%41"])
def test_a_ledger_is_the_file_of_its_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What SQLite would take for an address or for memory is a file, private and locked."""
    monkeypatch.chdir(tmp_path)
    with Ledger(name) as ledger:
        assert ledger.targets() == []
    assert [path.name for path in tmp_path.iterdir() if "-" not in path.name] == [name]
    assert Path(name).stat().st_mode & 0o077 == 0
    assert Path(name).read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize("kind", ["settings", "events through a folder", "events through a link"])
def test_a_folder_of_outputs_holds_no_input(kind: str, tmp_path: Path) -> None:
    """The manifest would take its place, whatever links lead there."""
    pytest.importorskip("fsspec", reason='needs pip install "orderkit[cluster]"')
    out, other = tmp_path / "out", tmp_path / "a.ndjson"
    out.mkdir()
    other.write_bytes(samples.EVENTS.read_bytes())
    inside = out / "manifest.json"
    events, settings = [str(other), str(other)], str(samples.SETTINGS)
    inside.write_bytes((samples.SETTINGS if kind == "settings" else samples.EVENTS).read_bytes())
    if kind == "settings":
        settings = str(inside)
    elif kind == "events through a folder":
        (tmp_path / "link").symlink_to(out)
        events[0] = str(tmp_path / "link/manifest.json")
    else:
        (tmp_path / "b.ndjson").symlink_to(inside)
        events[0] = str(tmp_path / "b.ndjson")
    before = inside.read_bytes()
    done = run("map", *events, "--settings", settings, "-o", str(out))
    assert (done.returncode, "is read from there" in done.stderr) == (2, True)
    assert inside.read_bytes() == before


def test_standard_output_is_not_the_settings_either(tmp_path: Path) -> None:
    """What a command prints is appended to no file that it reads."""
    settings = tmp_path / "s.toml"
    settings.write_bytes(samples.SETTINGS.read_bytes())
    program = [sys.executable, "-c", "from orderkit.cli import main; main()"]
    with settings.open("ab") as out:
        done = subprocess.run(
            [*program, "check", EVENTS, "--settings", str(settings)],
            stdout=out,
            stderr=subprocess.PIPE,
            env=bare_environment(tmp_path),
            check=False,
        )
    assert (done.returncode, b"name two files" in done.stderr) == (2, True)
    assert settings.read_bytes() == samples.SETTINGS.read_bytes()


@pytest.mark.parametrize("columns", ["1", "5", "19"])
def test_a_narrow_terminal_is_written_to_all_the_same(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables need some columns: the terminal wraps what it has no room for."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", columns)
    assert output_width(Terminal()) == 20


def test_a_proxy_without_a_possible_port_is_named_before_any_call(tmp_path: Path) -> None:
    """It would end the sending in its middle, with an order that may or may not have arrived."""
    text = samples.SETTINGS.read_text(encoding="utf-8")
    settings = tmp_path / "s.toml"
    settings.write_text(f'{text}endpoint_url = "https://192.0.2.1:9/order"\n', encoding="utf-8")
    command = ("send", EVENTS, "--settings", str(settings), "--to", "live", "--yes")
    odd = {"HTTPS_PROXY": "http://127.0.0.1:99999", "ORDERKIT_ACCESS_TOKEN": "made-up-access-1"}
    done = run(*command, "--ledger", str(tmp_path / "l.sqlite"), **odd)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "Port out of range" in done.stderr
    assert "HTTPS_PROXY=http://127.0.0.1:99999" in done.stderr


def test_why_events_were_filtered_is_kept_without_what_is_a_persons(tmp_path: Path) -> None:
    """Event names may hold an address or a number; the reason is kept for good."""
    names = ["signup jane@example.com", "call +33612345678", "page_view"]
    file = tmp_path / "e.ndjson"
    file.write_text("".join(json.dumps({"event_name": n}) + "\n" for n in names), encoding="utf-8")
    ledger = tmp_path / "l.sqlite"
    run("send", str(file), *SETTINGS, "--to", "sandbox", "--ledger", str(ledger))
    with Ledger(ledger) as kept:
        reasons = kept.reasons("sandbox")
    assert reasons == {
        'event "…" is in no event mapping entry': 2,
        'event "page_view" is in no event mapping entry': 1,
    }


def test_nothing_in_a_page_acts_on_its_reader(tmp_path: Path) -> None:
    """Control characters and marks of direction are shown escaped; marks that join letters stay."""
    event = samples.sample_events()["created"]
    hostile = "\x1b[31m\u202e\u2066\x07\x9b1m\r\nINJ\tx\x00"
    event = event | {"hotel": event["hotel"] | {"name": hostile}}
    file = tmp_path / "e.ndjson"
    file.write_text(json.dumps(event) + "\n", encoding="utf-8")
    for command in (
        ("handover", str(file), *SETTINGS, "-o", str(tmp_path / "p.html")),
        ("profile", str(file), *SETTINGS, "--html", str(tmp_path / "p.html")),
    ):
        assert run(*command).returncode == 0
        page = (tmp_path / "p.html").read_bytes().decode()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
        assert "\\u202e" in page
    assert escape_acting("👩\u200d👧", page=True) == "👩\u200d👧"


@pytest.mark.parametrize("name", ["a}}", "{{a", "{{a}}", "a{{b}}c"])
def test_a_name_with_braces_is_no_reference(name: str, tmp_path: Path) -> None:
    """No reference can say it: it is read past, in proposals and in what check advises."""
    event = {"event_name": "booking_created", name: "v", "total": 2}
    file = tmp_path / "e.ndjson"
    file.write_text(json.dumps(event) + "\n", encoding="utf-8")
    for command in (("suggest", str(file)), ("check", str(file), *SETTINGS)):
        done = run(*command)
        assert "Traceback" not in done.stderr
        assert done.returncode == (command[0] == "check")


def test_a_zero_before_a_line_makes_it_no_table(tmp_path: Path) -> None:
    """A damaged first line is one reject; what follows is read."""
    line = samples.EVENTS.read_bytes().splitlines()[0]
    file = tmp_path / "e.ndjson"
    file.write_bytes(b"\0" + line + b"\n" + line + b"\n")
    assert "2 events: 1 mapped, 1 unreadable" in run("check", str(file), *SETTINGS).stdout


@pytest.mark.parametrize("limit", ["inf", "nan", "1e99"])
def test_a_limit_is_a_number_of_mebibytes(limit: str) -> None:
    """What none can be is told in a line."""
    done = run("check", EVENTS, *SETTINGS, "--limit", limit)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "write a number of MiB" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="descriptors are another thing on Windows")
def test_closed_standard_input_is_told(tmp_path: Path) -> None:
    """A shell's `<&-` leaves no descriptor to read."""
    done = subprocess.run(
        [
            "/bin/sh",
            "-c",
            f"{sys.executable} -c 'from orderkit.cli import main; main()' "
            f"check - --settings '{samples.SETTINGS}' <&-",
        ],
        env=bare_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        2,
        "error: standard input is closed: name a file of events\n",
    )
