"""How code is recognised."""

from orderkit.events.formats.javascript import begins_as_javascript


def test_a_long_blank_is_looked_at_once() -> None:
    """Were every division of it tried, a file of blank lines would not be read within a minute."""
    blank = b" " * 4_000 + b"\n"
    assert not begins_as_javascript(blank * 250)
    assert begins_as_javascript(blank * 250 + b"// said\n ( " + blank + b"{a: 1})")
