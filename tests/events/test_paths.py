"""Dotted paths: reading them, saying how far they got, and what may have been meant."""

import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.events import paths
from orderkit.events.paths import MISSING

EVENT = {
    "id": 0,
    "items": [{"id": "A", "product": {"name": "King"}}, {"id": "B"}],
    "context": {"page": None, "tags": [], "page.url": "flat"},
    "list": ["x", ["y"]],
}


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("id", ("id",)),
        ("items.X.product.name", ("items", "0", "product", "name")),
        ("items.3.id", ("items", "3", "id")),
        (" user . email ", ("user", "email")),
        ("X", ("0",)),
        ("axX.Xa", ("axX", "Xa")),
    ],
)
def test_parse(path: str, parts: tuple[str, ...]) -> None:
    """A path is its names; X is the first item."""
    assert paths.parse_path(path) == parts


@pytest.mark.parametrize("path", ["", " ", ".", "a.", ".a", "a..b", "a. .b"])
def test_parse_refuses(path: str) -> None:
    """An empty path or part is refused with what to write."""
    with pytest.raises(ValueError, match="names joined by single dots"):
        paths.parse_path(path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", 0),
        ("items.X.id", "A"),
        ("items.1.id", "B"),
        ("items.X.product.name", "King"),
        ("list.1.0", "y"),
        ("context.page", None),
        ("context.tags", []),
        ("items.2.id", MISSING),
        ("items.-1.id", MISSING),
        ("items.id", MISSING),
        ("items.99999999999999999999.id", MISSING),
        ("items.X.product.price", MISSING),
        ("id.x", MISSING),
        ("context.page.url", MISSING),
        ("list.0.0", MISSING),
        ("ID", MISSING),
    ],
)
def test_get(path: str, value: Any) -> None:
    """A path gives the value that is there, 0, null and empty included, or `MISSING`."""
    assert paths.get(EVENT, paths.parse_path(path)) is value or (
        paths.get(EVENT, paths.parse_path(path)) == value
    )


@pytest.mark.parametrize("event", [None, 3, "items", [], True, MISSING])
def test_get_from_what_is_no_object(event: Any) -> None:
    """Reading a property of what is no object is `MISSING`."""
    assert paths.get(event, ("items", "0")) is MISSING


def test_get_at_an_endless_index() -> None:
    """An index of thousands of digits is `MISSING`: no list is that long."""
    assert paths.get([1], ("9" * 5000,)) is MISSING


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("user.email", "the event has no `user`"),
        ("items.X.price", "`items.0` has no `price`"),
        ("items.2.id", "`items` has 2 items"),
        ("items.id", "`items` is an array"),
        ("context.tags.0", "`context.tags` has 0 items"),
        ("context.page.url", "`context.page` is null"),
        ("id.x", "`id` is an integer"),
        ("list.0.x", "`list.0` is a string"),
        ("items.X.id", "`items.0.id` is there"),
    ],
)
def test_how_far(path: str, words: str) -> None:
    """A missing path is told with the part up to which it went, and what was there."""
    assert paths.how_far(EVENT, paths.parse_path(path)) == words


def test_walk() -> None:
    """A walk gives each leaf once, in order, with a path; names that no path can spell are left."""
    assert list(paths.walk(EVENT)) == [
        ("id", 0),
        ("items.0.id", "A"),
        ("items.0.product.name", "King"),
        ("items.1.id", "B"),
        ("context.page", None),
        ("context.tags", []),
        ("list.0", "x"),
        ("list.1.0", "y"),
    ]
    odd = {"": 1, " a": 1, "X": 1, "a.b": 1, "\ud800": 1, 7: 1, "é": 2}
    assert list(paths.walk(odd)) == [("é", 2)]


@pytest.mark.parametrize("event", [{}, [], None, 3, "text"])
def test_walk_of_what_has_no_leaves(event: Any) -> None:
    """What has no properties has no leaves."""
    assert list(paths.walk(event)) == []


def test_walk_is_bounded() -> None:
    """An event of any width and depth is walked within bounds."""
    deep: Any = 1
    for _level in range(50_000):
        deep = {"a": deep}
    (path, _rest), *others = paths.walk(deep)
    assert path.count(".") < paths.MAX_DEPTH
    assert others == []
    assert len(list(paths.walk(dict.fromkeys(map(str, range(10_000)), 1)))) == paths.MAX_LEAVES


@pytest.mark.parametrize(
    ("path", "candidates", "near"),
    [
        ("partners.tiktok.initiator", ["partners.tiktok.initator"], ["partners.tiktok.initator"]),
        ("partners.tiktok.initiator", ["initiator"], ["initiator"]),
        ("partners.tiktok.initiator", ["Partners.TikTok.Initiator"], ["Partners.TikTok.Initiator"]),
        ("items.X.product.name", ["items.0.product.nme"], ["items.0.product.nme"]),
        ("currency", ["Currency", "curency", "user.email"], ["Currency", "curency"]),
        ("currency", ["currency"], []),
        ("id", ["user.email", "context.page.url"], []),
        ("id", [], []),
    ],
)
def test_near_misses(path: str, candidates: list[str], near: list[str]) -> None:
    """What is spelt alike or ends alike is near, best first; the path itself never is."""
    assert paths.near_misses(path, candidates) == near


def test_near_misses_are_few() -> None:
    """At most three are given, each once, and ties keep the order of the event."""
    candidates = ["aaaab", "aaaac", "aaaad", "aaaae", "aaaab"]
    assert paths.near_misses("aaaaa", candidates) == ["aaaab", "aaaac", "aaaad"]


def test_near_misses_of_long_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of a million characters are passed over without being compared."""

    def compare(*_texts: object) -> object:
        raise AssertionError("compared")

    monkeypatch.setattr(difflib.SequenceMatcher, "find_longest_match", compare)
    assert paths.near_misses("booking.total", ["x" * 10**6, "booking." + "t" * 10**6]) == []


@pytest.mark.parametrize("value", [None, MISSING, "", " ", "\n\t\u00a0", [], {}])
def test_blank(value: Any) -> None:
    """Missing, null, blank text and what is empty count as absent."""
    assert paths.is_blank(value)


@pytest.mark.parametrize("value", [0, 0.0, False, "0", "x", [None], {"a": None}, [[]]])
def test_not_blank(value: Any) -> None:
    """0, false and whatever holds something are values."""
    assert not paths.is_blank(value)


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "null"), (True, "a boolean"), ("", "a string"), (1, "an integer"), (1.0, "a number"),
     ({}, "an object"), ([], "an array"), (MISSING, "missing"), (b"", "no JSON value (bytes)")],
)  # fmt: skip
def test_json_type(value: Any, words: str) -> None:
    """Each JSON type has its own words; a boolean is no integer."""
    assert paths.json_type(value) == words


TEXT = st.text("ab.X 0", max_size=3)
JSON = st.recursive(
    st.none() | st.integers(0, 3) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_walked_paths_can_be_read(event: Any) -> None:
    """Each path that a walk gives leads back to the value it gave."""
    for path, value in paths.walk(event):
        assert paths.get(event, paths.parse_path(path)) is value


@given(JSON, st.lists(st.text("abX0", min_size=1, max_size=2), min_size=1, max_size=4))
def test_how_far_tells_presence(event: Any, parts: list[str]) -> None:
    """A path is told to be there exactly when it is."""
    there = paths.get(event, tuple(parts)) is not MISSING
    assert paths.how_far(event, tuple(parts)).endswith(" is there") == there
