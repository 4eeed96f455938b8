"""Days that formulas make of moments in UTC: doubted where the hotel has another day."""

import re
import tomllib
from typing import Any

import pytest

from orderkit import Mapped, Mapper, Problem, Settings
from tests.mapping import golden

#: In Paris it is midnight of the 10th.
LATE = "2026-07-09T22:00:00Z"
TARGET = "order_info.extra.check_in_date"


def doubts(mapped: Mapped) -> list[Problem]:
    return [p for p in mapped.problems if p.target == TARGET]


def map_arrival(formula: Any, arrival: Any, zone: str = "Europe/Paris", **more: Any) -> Mapped:
    """The good event, its check-in made by a formula of a moment; `map` and `explain` agree."""
    settings = golden.read("created", "settings") | {"timezone": zone} | more
    settings["settings"] = settings["settings"] | {"check_in_date": formula}
    event = golden.read("created", "event") | {
        "arrival": arrival,
        "arrival-time": arrival,
        "stays": [{"from": arrival}],
    }
    mapper = Mapper(Settings.model_validate(settings))
    mapped = mapper.map(event)
    assert mapper.explain(event).problems == mapped.problems
    return mapped


@pytest.mark.parametrize(
    "formula",
    [
        'DATEFORMAT(arrival, "yyyy-MM-dd")',
        "LEFT(arrival, 10)",
        'EXTRACT(arrival, "T", 0)',
        'DATEFORMAT(DATEADD(arrival, 0, "days"), "yyyy-MM-dd")',
        "DATEFORMAT(COALESCE(arrival, other), 'yyyy-MM-dd')",
        'DATEFORMAT(GET("arrival-time"), "yyyy-MM-dd")',
        'DATEFORMAT(stays.0.from, "yyyy-MM-dd")',
    ],
)
@pytest.mark.parametrize("arrival", [LATE, "2026-07-09T23:59:59.999+00:00"])
def test_another_day_at_the_hotel(formula: str, arrival: str) -> None:
    """A formula's day in UTC is doubted with both days, and its fix gives the hotel's."""
    (doubt,) = doubts(map_arrival({"formula": formula}, arrival))
    assert (doubt.code, doubt.expected) == ("unusual", "2026-07-10")
    assert "2026-07-09" in doubt.found
    (line,) = re.findall(r"write (.+ }) under \[settings\]", doubt.fix)
    mended = map_arrival(tomllib.loads(line)["check_in_date"], arrival)
    assert mended.payload
    assert mended.payload["order_info"]["extra"]["check_in_date"] == "2026-07-10"
    assert not doubts(mended)


@pytest.mark.parametrize(
    ("formula", "arrival", "zone"),
    [
        ('DATEFORMAT(arrival, "yyyy-MM-dd")', "2026-07-09T12:00:00Z", "Europe/Paris"),
        ('DATEFORMAT(arrival, "yyyy-MM-dd")', "2026-07-10T00:00:00+02:00", "Europe/Paris"),
        ('DATEFORMAT(arrival, "yyyy-MM-dd")', "2026-07-09", "Europe/Paris"),
        ('DATEFORMAT(arrival, "yyyy-MM-dd")', 1783634400000, "Europe/Paris"),
        ('DATEFORMAT(arrival, "yyyy-MM-dd")', LATE, "UTC"),
        ('DATEFORMAT(DATEFORMAT(arrival, "x"), "yyyy-MM-dd")', LATE, "Europe/Paris"),
        ('LEFT(DATEADD(arrival, 2, "hours"), 10)', LATE, "Europe/Paris"),
        ('LEFT(DATEADD(arrival, 2, "hours"), 10)', "2026-12-09T21:30:00Z", "Europe/Paris"),
        ('IF(LENGTH(arrival) > 9, "2026-07-10", "")', LATE, "Europe/Paris"),
    ],
)
def test_the_same_day(formula: str, arrival: Any, zone: str) -> None:
    """Where the hotel has the day that the formula gives, there is no doubt."""
    assert not doubts(map_arrival({"formula": formula}, arrival, zone))


def test_a_day_that_the_transformation_makes() -> None:
    """A day that a transformation's formula makes is doubted as the row's own is."""
    step = {"property": "day", "value": {"formula": "LEFT(arrival, 10)"}}
    (doubt,) = doubts(map_arrival("{{day}}", LATE, transformation=[step]))
    assert doubt.expected == "2026-07-10"
    step = {"property": "arrival", "new_name": "moved"}
    (doubt,) = doubts(map_arrival({"formula": "LEFT(moved, 10)"}, LATE, transformation=[step]))
    assert "formula = " in doubt.fix
