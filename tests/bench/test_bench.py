"""The benchmark measures what it says, and its code works; no figure is judged here."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from orderkit import Mapper, load_settings
from orderkit.events import samples
from tests.bench import GROUPS, measuring, peers, report
from tests.bench.handwritten import map_event
from tests.write_readme import put

MAPPER = Mapper(load_settings(samples.SETTINGS))
EVENTS: dict[str, Any] = {**samples.sample_events(), **samples.damaged_events()}


@pytest.mark.parametrize("event", [*EVENTS.values(), {}, []], ids=[*EVENTS, "empty", "no event"])
def test_the_yardstick_does_the_same(event: Any) -> None:
    """The function by hand gives `Mapper.map`'s outcome, status, payload, and problems."""
    outcome, status, payload, problems = map_event(event)
    mapped = MAPPER.map(event)
    assert (outcome, status, repr(payload)) == (
        mapped.outcome,
        mapped.order_status,
        repr(mapped.payload),
    )
    assert problems == [(problem.code, problem.target) for problem in mapped.problems]


def test_peers_find_the_values() -> None:
    """Each peer that is installed takes the values of the event to the payload."""
    event = samples.sample_events()["completed"]
    found = peers.mappers(peers.paths_of(MAPPER))
    assert found
    for name, run in found.items():
        text = str(run(event))
        for value in (event["id"], event["items"][0]["id"], event["booking"]["total"]):
            assert str(value) in text, name


def test_the_command(tmp_path: Path) -> None:
    """``python -m tests.bench`` prints each figure and writes a table and a plot."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.bench", "--small", "--rounds", "1"),
            *("--output", str(tmp_path)),
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr  # one round keeps or breaks a promise by chance
    figures = (tmp_path / "figures.md").read_text(encoding="utf-8")
    assert "Mapper.map is at most 1.3 × a function by hand" in figures
    assert figures.count("| 1.00 | 1.00 to 1.00 |") >= len(GROUPS)
    plot = ET.fromstring((tmp_path / "figures.svg").read_text(encoding="utf-8"))  # noqa: S314
    bars = [element for element in plot.iter() if element.tag.endswith("rect")]
    assert len(bars) == 1 + len(re.findall(r"\d to \d", figures))
    assert done.stderr == ""


def test_the_readme_takes_the_figures() -> None:
    """The README has the figures with machine and date, where the benchmark puts them anew."""
    text = report.README.read_text(encoding="utf-8")
    assert "\nMeasured on " in text
    anew = put(text, "figures", "figures of another machine")
    assert "\nfigures of another machine\n" in anew
    assert "\nMeasured on " not in anew


def test_promises_are_judged_by_the_median() -> None:
    """A promise holds for the median of the rounds' ratios, whatever a single round did."""
    times = {"one": iter([0, 1.0, 1.0, 9.0]), "two": iter([0, 1.0, 2.0, 1.0])}
    group = measuring.Group(
        title="T",
        measure="time of one thing",
        contenders=[
            measuring.Contender(name, lambda each=each: next(each))  # type: ignore[misc]
            for name, each in times.items()
        ],
        bounds=[measuring.Bound("one", "two", 1.0), measuring.Bound("one", "two", 0.9)],
    )
    measured = measuring.measure(group, 3)
    assert [measured.kept(bound) for bound in group.bounds] == [True, False]
    text = report.table(measured)
    assert "at most 1 × two: 1.00, kept" in text
    assert "at most 0.9 × two: 1.00, NOT kept" in text
