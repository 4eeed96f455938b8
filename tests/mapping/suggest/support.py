"""Public shapes of bookings, what their rows should hold, and what a proposed file makes of it."""

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orderkit import Mapper
from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.destination.loading import parse_settings
from orderkit.events import paths
from orderkit.events.reader import load_events
from orderkit.mapping.results import Mapped
from orderkit.mapping.suggest.settings_file import proposed_settings
from orderkit.mapping.types import field_type

SHAPES = Path(__file__).with_name("shapes")
UTC = ZoneInfo("UTC")
COMMISSION = "order_info.value.commission_value.0.currency"


def row_name(row: FieldMapping) -> str:
    """What a row is called in truth.toml."""
    return "commission_currency" if row.target == COMMISSION else row.target.rsplit(".", 1)[-1]


@cache
def truths() -> dict[str, dict[str, Any]]:
    """Shape → what its rows should hold."""
    return tomllib.loads((SHAPES / "truth.toml").read_text(encoding="utf-8"))


@cache
def load_shape(shape: str) -> list[dict[str, Any]]:
    """The events of a shape."""
    return list(load_events(SHAPES / f"{shape}.ndjson").values())


@dataclass
class Judged:
    """What became of a shape: by row, how many values are right, wrong or open."""

    events: int = 0
    settings: str = ""
    right: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)


def wanted(
    row: FieldMapping, truth: Any, number: int, event: dict[str, Any], zone: ZoneInfo = UTC
) -> list[Any]:
    """The values that would be right for a row of an event; [] where there is none."""
    if truth is None:
        return []
    if isinstance(truth, dict):
        values = truth["values"]
        raws = values[number : number + 1]
    else:
        sources = [truth] if isinstance(truth, str) else truth
        raws = [paths.get(event, paths.parse_path(s.replace(".X.", ".0."))) for s in sources]
    return [field_type(row.type).convert(raw, zone)[0] for raw in raws if not paths.is_blank(raw)]


def judge(shape: str, learned: slice = slice(None)) -> Judged:
    """Propose settings from some of a shape's events, map all with the file, compare each value.

    A value that is not as labelled is wrong, unless a warning speaks of its row. An order status
    that is not as labelled is wrong.
    """
    truth, events = truths()[shape], load_shape(shape)
    made = Judged(len(events), proposed_settings(events[learned]))
    mapper = Mapper(parse_settings(made.settings, shape, draft=True))
    for number, event in enumerate(events):
        status = mapper.explain(event).order_status
        expected = truth["statuses"][number]
        kind = "right" if status == expected else "open" if not status else "wrong"
        made.statuses[kind if expected or status else "right"] += 1
        if kind == "wrong":
            made.wrong.append(f"event {number} is {status}, not {expected or 'any order'}")
        if expected:
            _judge_rows(made, truth, number, event, mapper.explain(event, status=expected))
    made.open -= {name.partition(" ")[0] for name in made.wrong}
    made.right -= made.open | {name.partition(" ")[0] for name in made.wrong}
    return made


def _judge_rows(
    made: Judged, truth: dict[str, Any], number: int, event: dict[str, Any], mapped: Mapped
) -> None:
    warned = {problem.target for problem in mapped.problems}
    values = {entry.target: entry for entry in mapped.trace}
    zone = parse_settings(made.settings, draft=True).zone
    for row in field_mappings():
        name, entry = row_name(row), values[row.target]
        if row.type == "status":
            continue
        right = wanted(row, truth.get(name), number, event, zone)
        if entry.state == "ok" and entry.value in right:
            made.right.add(name)
        elif entry.state == "ok" and row.target not in warned:
            made.wrong.append(f"{name} of event {number} is {entry.value!r}, not {right}")
        elif right:
            made.open.add(name)
