"""Golden cases: one folder a situation, with event, settings and what has to come out.

The settings are ``settings.json`` beside the folder, unless a case has its own.

``expected.json`` holds outcome, order_status, payload and problems; ``asked`` is the status asked
for. A problem names code, target, level and actor, and whatever else of it matters to the case;
``fix_contains`` is a part of its fix.
"""

import json
from typing import Any

import pytest

from orderkit import Mapper, Settings
from tests.mapping.support import CASES, read_case


def exact(value: Any) -> str:
    """As text, so that 1, 1.0 and true differ."""
    return json.dumps(value, indent=1, sort_keys=True)


@pytest.mark.parametrize("case", sorted(folder.name for folder in CASES.iterdir()))
def test_case(case: str) -> None:
    """The event of this situation gives the outcome, the payload and the problems expected."""
    expected = read_case(case, "expected")
    mapper = Mapper(Settings.model_validate(read_case(case, "settings")))
    result = mapper.map(read_case(case, "event"), status=expected.get("asked")).as_json()

    assert result["outcome"] == expected["outcome"], result["problems"]
    assert result["order_status"] == expected["order_status"]
    assert exact(result["payload"]) == exact(expected["payload"])
    shared = ("code", "target", "level", "actor")
    wanted = [[problem[key] for key in shared] for problem in expected["problems"]]
    assert [[problem[key] for key in shared] for problem in result["problems"]] == wanted
    for found, problem in zip(result["problems"], expected["problems"], strict=True):
        part = problem.pop("fix_contains", "")
        assert part in found["fix"]
        assert {key: found[key] for key in problem} == problem


def test_problems_are_worded() -> None:
    """Every problem of every case says rule, found, expected, message and fix."""
    for folder in CASES.iterdir():
        mapper = Mapper(Settings.model_validate(read_case(folder.name, "settings")))
        for problem in mapper.map(read_case(folder.name, "event")).problems:
            words = (problem.rule, problem.found, problem.expected, problem.message, problem.fix)
            assert all(text.strip() for text in words), (folder.name, problem)
            assert "None" not in problem.message, (folder.name, problem)
