"""One field for path, text and formula: what is typed is told apart, and shown so that it stays."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.widgets.mapper.known import KnownPaths
from orderkit.widgets.mapper.sources import read_source, show_source

KNOWN = KnownPaths(
    [{"id": "A-1", "stay": {"to-day": 1, "nights": 2}, "rooms": [{"code": "D"}], "Check in": "x"}]
)


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("id", "path", "{{id}}"),
        ("stay.nights", "path", "{{stay.nights}}"),
        ("rooms.X.code", "path", "{{rooms.X.code}}"),
        ("Check in", "path", "{{Check in}}"),
        ("stay.nihgts", "path", "{{stay.nihgts}}"),
        ("www.example.com", "path", "{{www.example.com}}"),
        ("{{ stay.nights }}", "path", "{{stay.nights}}"),
        ("CH", "text", "CH"),
        ("riverside-hotels", "text", "riverside-hotels"),
        ('"id"', "text", "id"),
        ("'stay.nights'", "text", "stay.nights"),
        ("{{id}}-{{stay.nights}}", "text", "{{id}}-{{stay.nights}}"),
        ("COALESCE(id, stay.to)", "formula", {"formula": "COALESCE(id, stay.to)"}),
        ("UPPER(", "formula", {"formula": "UPPER("}),
        ("stay.nights + 1", "formula", {"formula": "stay.nights + 1"}),
        ("= 1 + 1", "formula", {"formula": "1 + 1"}),
        ("  ", "", None),
    ],
)
def test_what_is_typed_is_told_apart(typed: str, kind: str, value: Any) -> None:
    """A path that no event has is one all the same; a name alone that no event has is a text."""
    read = read_source(typed, KNOWN, setting=True)
    assert (read.kind, read.value, read.text) == (kind, value, typed)


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("booking", "path", "booking"),
        ('"CHF"', "text", {"formula": '"CHF"'}),
        ("", "", ""),
        ("{{id}} x", "text", "{{id}} x"),
    ],
)
def test_a_row_of_smart_mapping_takes_paths_as_they_are(typed: str, kind: str, value: Any) -> None:
    """Names are paths there, and a constant is written as a formula."""
    read = read_source(typed, KNOWN, setting=False)
    assert (read.kind, read.value) == (kind, value)


words = st.text("abcX.-_ '\"{}=(){}+1é", max_size=12)
values = st.one_of(
    st.none(),
    words.filter(str.strip).map(str.strip),
    st.integers(0, 999),
    words.map(lambda text: {"formula": text.strip() or "1"}),
    st.sampled_from(["{{id}}", "{{stay.nights}}", "{{no.such}}", "id", "stay.nights", "CH"]),
)


@given(values)
def test_what_is_shown_of_a_setting_reads_as_the_same(value: Any) -> None:
    """Whatever a file holds that can be spelt is shown so that it stays what it is."""
    shown = show_source(value, KNOWN, setting=True)
    again = read_source(shown.text, KNOWN, setting=True)
    if isinstance(value, str) and ("{{" in value or "}}" in value) and again.value != value:
        assert shown.text == value  # what cannot be read at all is shown as it stands
    else:
        assert again.value == (str(value) if isinstance(value, int) else value)
