"""The collector: it answers as the platform's does, and takes only what carries its key."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from orderkit.sandbox.collector import Collected, Collector, TooMuch, mirror_line

KEY = "made-up-key"


class Taken(list[Collected]):
    """What was taken, and from when on no more is."""

    most = 1_000

    def take(self, collected: Collected) -> None:
        if len(self) >= self.most:
            raise TooMuch("no more")
        self.append(collected)


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
def collector(taken: Taken) -> Iterator[Collector]:
    with Collector(taken.take, key=KEY) as collector:
        yield collector


def ask(
    collector: Collector, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, dict[str, str]]:
    """Status and headers of one request's answer."""
    connection = http.client.HTTPConnection("127.0.0.1", collector.port, timeout=10)
    text = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    try:
        connection.request(method, path, text, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def test_an_event_is_taken_with_the_key_in_query_or_header(
    collector: Collector, taken: Taken
) -> None:
    """One event a call, from the tag's own path too; what carries a secret is not kept."""
    event = {"event_name": "purchase", "id": "R-1"}
    assert ask(collector, "POST", f"/events?tc_s=1&token={KEY}", event)[0] == 200
    bearer = {"Authorization": f"Bearer {KEY}", "Cookie": "a=b", "X_Shop": "7"}
    assert ask(collector, "POST", "/cdp/events", event, **bearer)[0] == 200
    assert [one.body for one in taken] == [event, event]
    assert taken[1].headers["x-shop"] == "7"
    assert not {"authorization", "cookie"} & taken[1].headers.keys()


@pytest.mark.parametrize("path", ["/events", "/events?token=another", "/events/batch?token="])
def test_without_the_key_nothing_is_taken(collector: Collector, taken: Taken, path: str) -> None:
    """A wrong key, an empty one and none are refused."""
    assert ask(collector, "POST", path, {"event_name": "purchase"})[0] == 401
    assert taken == []


def test_a_batch_and_a_pixel_are_taken(collector: Collector, taken: Taken) -> None:
    """A batch comes as it is; a pixel's query stays as it stands in the address."""
    batch = {"batch": [{"event_name": "a"}, {"event_name": "b"}]}
    assert ask(collector, "POST", f"/events/batch?token={KEY}", batch)[0] == 200
    status, headers = ask(collector, "GET", f"/events?token={KEY}&event_name=purchase&user[id]=7")
    assert (status, headers["content-type"]) == (200, "image/gif")
    assert taken[0].body == batch
    assert taken[1].query == f"token={KEY}&event_name=purchase&user[id]=7"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/events", b"{"),
        ("/events", b"[1]"),
        ("/events", b"[" * 20_000),
        ("/events", {"event_name": "x" * 33_000}),
        ("/events/batch", {"events": []}),
        ("/events/batch", {"batch": [1]}),
        ("/events/batch", {"batch": [{"event_name": "x" * 33_000}]}),
        ("/events/batch", {"batch": [{"event_name": "x" * 30_000}] * 20}),
    ],
    ids=["no JSON", "a list", "deep", "large", "no batch", "no events", "one large", "many"],
)
def test_bad_json_and_too_much_are_refused(
    collector: Collector, taken: Taken, path: str, body: Any
) -> None:
    """Each is answered with 400, as the platform does, and nothing of it is taken."""
    assert ask(collector, "POST", f"{path}?token={KEY}", body)[0] == 400
    assert taken == []


def test_no_more_is_taken_than_was_agreed(collector: Collector, taken: Taken) -> None:
    """What comes after the bound is answered with 400, and what was taken stays."""
    taken.most = 1
    event = {"event_name": "purchase"}
    answers = [ask(collector, "POST", f"/events?token={KEY}", event)[0] for _ in range(2)]
    assert answers == [200, 400]
    assert len(taken) == 1


def test_another_hosts_name_is_refused(collector: Collector, taken: Taken) -> None:
    """A page whose name was made to lead to this machine reaches nothing."""
    path = f"/events?token={KEY}"
    assert ask(collector, "POST", path, {"event_name": "a"}, Host="evil.example")[0] == 403
    assert taken == []


def test_other_sites_pages_may_send(collector: Collector) -> None:
    """The browser is told so before it sends, and with the answer."""
    status, headers = ask(collector, "OPTIONS", "/events", Origin="https://hotel.example")
    assert (status, headers["access-control-allow-origin"]) == (204, "*")


def test_the_mirror_is_one_line(collector: Collector) -> None:
    """It holds address and key, no line break, and fits into a bookmark."""
    line = mirror_line(collector.url, "a key/with?signs")
    assert "\n" not in line
    assert "a%20key%2Fwith%3Fsigns" in line
    assert collector.url in line
    assert len(collector.bookmarklet) < 10_000
    status, _ = ask(collector, "GET", "/")
    assert status == 200
