"""`orderkit listen` as a process of its own: what it takes, prints and keeps."""

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orderkit.events import samples
from orderkit.events.reader import load_events

KEY = "key-of-this-test"
PURCHASE = samples.sample_events()["created"]
NAME = PURCHASE["event_name"]
SDK = {"event_name": NAME, "id": "R-2", "context": {"eventId": "e1", "created": 1750000000000}}
OLD = {"event": NAME, "properties": {"id": "R-3", "currency": "EUR"}, "version": 1}


@dataclass
class Listening:
    """The process, and the port that it said."""

    process: subprocess.Popen[str]
    port: int

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout
        return self.process.stdout.readline().rstrip("\n")

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> int:
        """Ask it; gives the status of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        text = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, path, text, headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def interrupt(self) -> tuple[int, str, str]:
        """Press Ctrl-C; gives the exit code, and what it printed meanwhile."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    """A collector that keeps four events, beside a line without an end that was there."""
    kept = tmp_path / "events.ndjson"
    kept.write_text(json.dumps(PURCHASE), encoding="utf-8")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "orderkit", "listen", "--port", "0", "-o", str(kept)),
            *("--settings", str(samples.SETTINGS), "--key", KEY, "--most", "4"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    started = Listening(process, 0)
    found = re.search(r"127\.0\.0\.1:(\d+)", started.line())
    assert found
    started.port = int(found[1])
    while not started.line().startswith("(function"):
        pass
    started.line()
    yield started
    process.kill()
    process.communicate()


def test_events_of_every_shape_are_converted_shown_and_kept(
    listening: Listening, tmp_path: Path
) -> None:
    """An event, a batch of the SDK's and of 1.0, and a pixel; readers of the file find the same."""
    token = f"token={KEY}"
    secret = "secret-of-a-session"
    headers = {"Cookie": f"sid={secret}", "Referer": f"http://a.example/?{token}"}
    assert listening.ask("POST", f"/events?tc_s=1&{token}", PURCHASE, **headers) == 200
    assert re.match(r" +1  \S+  MLB-\d+  CREATE_ORDER  mapped", listening.line())
    bearer = {"Authorization": f"Bearer {KEY}"}
    assert listening.ask("POST", "/events/batch", {"batch": [SDK, OLD]}, **bearer) == 200
    lines = [listening.line() for _ in range(4)]
    assert lines[0].startswith(f"   2  {NAME}  R-2  CREATE_ORDER  missing third_shop_id, ")
    assert lines[1].startswith(f"   3  {NAME}  R-3  CREATE_ORDER  missing third_shop_id, ")
    assert sorted(map(str.strip, lines[2:])) == [
        "batch unwrapped",
        "converted from the shape that the SDK sends (an assumption)",
    ]
    pixel = f"/events?{token}&event_name={NAME}&id=R-4&user[id]=7"
    assert listening.ask("GET", pixel) == 200
    assert listening.line().startswith(f"   4  {NAME}  R-4  CREATE_ORDER  missing third_shop_id, ")
    code, out, err = listening.interrupt()
    assert (code, err.strip()) == (0, f"stopped: 4 events in {tmp_path / 'events.ndjson'}")
    text = (tmp_path / "events.ndjson").read_text(encoding="utf-8")
    assert secret not in text + out
    assert KEY not in text
    kept = list(load_events(tmp_path / "events.ndjson").values())
    assert [event["id"] for event in kept] == [PURCHASE["id"]] * 2 + ["R-2", "R-3", "R-4"]
    assert kept[2]["context"]["event_id"] == "e1"
    assert kept[3]["event_name"] == NAME
    assert kept[4]["user"] == {"id": "7"}


def test_what_is_refused_is_neither_shown_nor_kept(listening: Listening, tmp_path: Path) -> None:
    """Without the key, bad JSON, too big, and more than was agreed: the file stays as it was."""
    before = (tmp_path / "events.ndjson").read_bytes()
    assert listening.ask("POST", "/events", PURCHASE) == 401
    assert listening.ask("GET", "/events?token=another&event_name=a") == 401
    path = f"/events?token={KEY}"
    assert listening.ask("POST", path, b"{") == 400
    assert listening.ask("POST", path, {"event_name": "x" * 33_000}) == 400
    many = {"batch": [PURCHASE] * 5}
    assert listening.ask("POST", f"/events/batch?token={KEY}", many) == 400
    code, out, _err = listening.interrupt()
    assert (code, out) == (0, "")
    assert (tmp_path / "events.ndjson").read_bytes().rstrip(b"\n") == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-o", "{}/events.csv"], "one a line"),
        (["-o", "{}/none/events.ndjson"], "none/events.ndjson"),
        (["--settings", "{}/none.toml"], "none.toml"),
        (["--port", "70000"], "70000"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_listened_to(
    options: list[str], said: str, tmp_path: Path
) -> None:
    """A table, a folder that is not there, settings that are not, a port that is none: code 2."""
    given = [option.format(tmp_path) for option in options]
    done = subprocess.run(
        [sys.executable, "-m", "orderkit", "listen", *given],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
