"""``orderkit formula``, and what ``check`` and ``explain`` say of filters and transformations."""

import json
import re
from pathlib import Path

import pytest

from orderkit.cli.group import orderkit
from orderkit.events import samples


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit code of a command, and what it printed."""
    code = orderkit(list(arguments), standalone_mode=False)
    printed = capfd.readouterr()
    return code, printed.out, printed.err


def settings(folder: Path, more: str) -> str:
    """The sample settings with more tables."""
    path = folder / "settings.toml"
    path.write_text(f"{samples.SETTINGS.read_text(encoding='utf-8')}\n{more}", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("booking.totl", "did you mean booking.total?"),
        ("Check-in", 'read that property as GET("Check-in")'),
    ],
)
def test_what_gives_null_says_what_may_be_meant(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, expression: str, said: str
) -> None:
    """A name that the event has in another spelling, or that reads as a subtraction, is named."""
    file = tmp_path / "event.json"
    file.write_text('{"booking": {"total": 1}, "Check-in": "2026-07-10"}', encoding="utf-8")
    _code, out, err = run(capfd, "formula", expression, "--event", str(file))
    assert said in out + err


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("99999999999999999999 * 10", 999999999999999999990),
        ("1 / 8", 0.125),
        ('GET("\ud800")', None),
    ],
)
def test_any_value_is_printed_as_json(
    capfd: pytest.CaptureFixture[str], expression: str, value: object
) -> None:
    """An integer beyond 64 bits keeps its digits; half a character is no traceback."""
    code, out, _err = run(capfd, "formula", expression, "--json", "--trace")
    printed = json.loads(out)
    assert (code, printed["value"]) == (0, value)
    assert printed["trace"][-1]["depth"] == 0


def test_the_trace_names_what_is_assumed(capfd: pytest.CaptureFixture[str]) -> None:
    """Each assumption that the value rests on is printed once, below the parts."""
    nights = 'DATEDIFF("2026-03-01", "2026-03-03", "days")'
    _code, out, _err = run(capfd, "formula", nights, "--trace")
    assert out.count("assumption (DATEDIFF)") == out.count("assumption (time zone)") == 1
    (listed,) = re.findall("all assumptions about formulas: (.+)", out)
    assert "- **DATEDIFF**: " in Path(listed).read_text(encoding="utf-8")
    _code, out, _err = run(capfd, "formula", nights, "--trace", "--timezone", "UTC")
    assert "assumption (time zone)" not in out


STEPS = """
[[transformation]]
property = "items.code"
copy_from = "items.id"

[[transformation]]
property = "customer_email"
delete = true

[[filter.condition]]
property = "items.id"
operator = "starts with"
values = ["DLX", "STD", "FAM", "SUI"]
"""


def test_explain_shows_each_step_and_the_transcription(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What a simple filter says as a formula, and what each step of the transformation did."""
    arguments = ("explain", str(samples.EVENTS), "--settings", settings(tmp_path, STEPS))
    _code, out, _err = run(capfd, *arguments, "--index", "0")
    assert '(items.id STARTSWITH "DLX" || items.id STARTSWITH "STD"' in out
    assert 'transformation: copy `items.code` from `items.id`: ["DLX' in out
    assert "transformation: delete `customer_email`: the event has no `customer_email`" in out
    _code, out, _err = run(capfd, *arguments, "--index", "0", "--json")
    assert len(json.loads(out)["transformation"]) == 2


def test_check_names_a_step_that_finds_nothing(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A step that did nothing to any event is a warning; one that did something is none."""
    path = settings(tmp_path, STEPS)
    code, _out, err = run(capfd, "check", str(samples.EVENTS), "--settings", path)
    assert code == 0
    assert "transformation 2 (delete `customer_email`) finds nothing in 7 events" in err
    assert "transformation 1" not in err


def test_a_template_of_any_length_is_mapped(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A text with 1,500 properties in it is a value like any other."""
    text = samples.SETTINGS.read_text(encoding="utf-8")
    path = tmp_path / "settings.toml"
    long = "{{hotel.id}}" * 1_500
    path.write_text(text.replace('"{{hotel.name}}"', f'"{long}"'), encoding="utf-8")
    code, out, err = run(capfd, "map", str(samples.EVENTS), "--settings", str(path))
    assert (code, err.count("Traceback")) == (0, 0)
    name = json.loads(out.splitlines()[0])["order_info"]["third_shop_name"]
    assert len(name) == 1_500 * len("LUN-LYS-01")
