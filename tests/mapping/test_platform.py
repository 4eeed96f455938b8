"""What the platform's documentation asks of events: warnings that can be switched off."""

from typing import Any

import pytest

from orderkit import Mapper, Settings, load_settings
from orderkit.events import samples
from orderkit.mapping.platform import MOST_BYTES, findings, oversized
from tests.mapping import golden

GOOD: dict[str, Any] = {
    "context": {"event_id": "e-1", "event_timestamp": 1780308000123},
    "user": {"id": "u", "consent_categories": ["advertising", 3]},
}


@pytest.mark.parametrize(
    ("event", "sources"),
    [
        (GOOD, []),
        (GOOD | {"user": {"consent_categories": []}}, []),
        (GOOD | {"user": None}, ["user"]),
        (GOOD | {"user": {"id": "u"}}, ["user.consent_categories"]),
        (GOOD | {"user": {"consent_categories": "3"}}, ["user.consent_categories"]),
        (GOOD | {"user": {"consent_categories": [{"id": 3}]}}, ["user.consent_categories"]),
        (GOOD | {"user": {"consent_categories": ["3", True]}}, ["user.consent_categories"]),
        (GOOD | {"context": {"event_timestamp": "1780308000123"}}, ["context.event_id"]),
        (GOOD | {"context": {"event_id": " "}}, ["context.event_id"]),
        (
            GOOD | {"context": {"event_id": "e", "event_timestamp": 1780308000}},
            ["context.event_timestamp"],
        ),
        (
            GOOD | {"context": {"event_id": "e", "event_timestamp": "1780308000"}},
            ["context.event_timestamp"],
        ),
        (GOOD | {"context": {"event_id": "e", "event_timestamp": "2026-06-01T12:00:00Z"}}, []),
        ({"context": {}}, ["context.event_id", "user"]),
        ({"id": "a booking system's record"}, []),
        ([], []),
    ],
)
def test_findings(event: Any, sources: list[str]) -> None:
    """Each requirement that an event does not meet is one warning; records are none of events."""
    found = findings(event)
    assert [problem.source for problem in found] == sources
    assert {(problem.code, problem.level) for problem in found} <= {("platform", "warning")}


@pytest.mark.parametrize("event_id", ["", " \t", None, 0, 7, [], ["e"], "e"])
@pytest.mark.parametrize("categories", [[], ["3", 4], [True], [["3"]], "3"])
def test_both_ways_find_the_same(event_id: Any, categories: Any) -> None:
    """The generated function looks closer at every event of which the plain one says something."""
    data = golden.read("created", "settings") | {"checks": {"platform": True}}
    mapper = Mapper(Settings.model_validate(data))
    event = golden.read("created", "event") | {
        "user": {"consent_categories": categories},
        "context": {"event_id": event_id, "event_timestamp": 1780308000123},
    }
    assert mapper.map(event).problems == mapper.explain(event).problems


def test_near_misses() -> None:
    """A name that the tag spells otherwise is named."""
    (problem,) = findings(GOOD | {"context": {"eventId": "e", "event_timestamp": 1780308000123}})
    assert problem.near_misses == ("context.eventId",)


def test_size() -> None:
    """An event of more than 32 KB as JSON is a warning, whatever is in it."""
    empty = len(b'{"a":""}')
    assert oversized({"a": "x" * (MOST_BYTES - empty)}) == []
    (problem,) = oversized({"a": "x" * (MOST_BYTES - empty + 1)})
    assert "32,769 bytes" in problem.message
    assert oversized({"a": float("nan"), "b": "\ud800"}) == []


def test_headers_are_no_part_of_the_size() -> None:
    """Headers kept beside an event do not make it larger: the platform never gets them."""
    assert oversized({"a": "x", "_headers": {"Cookie": "c" * MOST_BYTES}}) == []


def test_on_unless_switched_off() -> None:
    """The checks are made unless the settings say otherwise; the samples meet them all."""
    event = golden.read("created", "event")
    settings = golden.read("created", "settings") | {"checks": {}}
    codes = [p.code for p in Mapper(Settings.model_validate(settings)).map(event).problems]
    assert codes == ["platform"] * 2
    settings["checks"] = {"platform": False}
    assert Mapper(Settings.model_validate(settings)).map(event).problems == ()
    mapper = Mapper(load_settings(samples.SETTINGS))
    for sample in samples.sample_events().values():
        assert "platform" not in [problem.code for problem in mapper.map(sample).problems]
