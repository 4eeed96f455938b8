"""Proposals: which property, or formula, could fill a setting or a mandatory row, and why."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.destination.fields import FieldMapping, field_mappings, ruled_statuses
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.formulas import Context
from orderkit.language.references import compile_formula
from orderkit.language.transformations import compile_steps
from orderkit.mapping.types import Unconvertible, field_type

#: How many events are looked at; more would not change what is proposed first.
MOST_EVENTS: Final = 500
_HINTS: Final = Path(__file__).with_name("name_hints.csv")
_CLICK_ID: Final = re.compile("[?&]ttoclid=([^&#]+)")
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_LEAST: Final = 0.6


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to fill a row.

    row:     the row to fill
    value:   what to write: ``{{path}}`` for a setting, a path for another row, or a formula
    formula: whether `value` is a formula
    score:   from 0 to 1; proposals of one row are ranked by it
    reason:  name, type and values, in words
    example: what it gives for the first event that has it
    """

    row: FieldMapping
    value: str
    formula: bool
    score: float
    reason: str
    example: Any

    def as_json(self) -> dict[str, Any]:
        """The proposal as a JSON object."""
        return {
            "target": self.row.target,
            "setting": self.row.setting,
            "value": {"formula": self.value} if self.formula else self.value,
            "score": round(self.score, 3),
            "reason": self.reason,
            "example": self.example,
        }


@cache
def name_hints() -> Mapping[str, tuple[str, ...]]:
    """Target → names under which clients send the value; see ``name_hints.csv``."""
    with _HINTS.open(encoding="utf-8", newline="") as file:
        return {row["target"]: tuple(row["names"].split()) for row in csv.DictReader(file)}


def suggest(events: Iterable[Any], zone: ZoneInfo, most: int = 3) -> dict[str, list[Proposal]]:
    """Target → ranked proposals, for each setting and each mandatory row not filled as it is."""
    seen = _seen(events)
    found: dict[str, list[Proposal]] = {}
    for row in field_mappings():
        if row.type == "status" or not (row.setting or row.mandatory):
            continue
        if not row.setting and ".".join(paths.parse(row.source)) in seen:
            continue
        proposals = [
            proposal
            for path, values in seen.items()
            for weigh in (_weigh, _weigh_formula)
            if (proposal := weigh(row, path, values, zone))
        ]
        if hint := _click_id(row, seen):
            proposals.append(hint)
        proposals.sort(key=lambda proposal: (-proposal.score, proposal.value))
        found[row.target] = proposals[:most]
    return found


def _seen(events: Iterable[Any]) -> dict[str, list[Any]]:
    """Path → values of the leaves of the first events; only first items of arrays."""
    seen: dict[str, list[Any]] = {}
    for number, event in enumerate(events):
        if number >= MOST_EVENTS:
            break
        for path, value in paths.walk(event):
            first = all(part == "0" for part in path.split(".") if part.isdecimal())
            if first and not paths.is_blank(value):
                seen.setdefault(path, []).append(value)
    return seen


def _weigh(row: FieldMapping, path: str, values: list[Any], zone: ZoneInfo) -> Proposal | None:
    kind = field_type(row.type)
    fitting = 0
    example = None
    for value in values:
        try:
            converted, _steps = kind.convert(value, zone)
        except (Unconvertible, ValueError):
            continue
        if not kind.unusual(converted):
            fitting += 1
            example = converted if example is None else example
    if not fitting:
        return None
    likeness, alike = _likeness(row, path)
    fit = fitting / len(values)
    # A type that hardly any value has by chance says more than "text".
    telling = 0.0 if row.type in ("text", "amount", "whole number") else 0.15
    telling += 0.1 if likeness > 0.97 else 0.0
    score = likeness * 0.85 * fit + telling * fit
    if score < _LEAST:
        return None
    written = f"{{{{{path}}}}}" if row.setting else path
    reason = (
        f"the name is like {alike}; {fitting} of {paths.count(len(values), 'value')} can be "
        f"{kind.expected}; for example {show(values[0], 40)}"
    )
    return Proposal(row, written, False, min(score, 1.0), reason, example)


def _weigh_formula(
    row: FieldMapping, path: str, values: list[Any], zone: ZoneInfo
) -> Proposal | None:
    """A formula for values that the row's type does not accept as they are."""
    likeness, alike = _likeness(row, path)
    if likeness * 0.85 < _LEAST:
        return None
    mended = Counter(formula for value in values if (formula := _mending(row, value, zone)))
    if not mended:
        return None
    written, _times = mended.most_common(1)[0]
    formula = written.replace("{x}", path)
    given = [_outcome(row, formula, path, value, zone) for value in values]
    good = [value for value in given if value is not None]
    if not good:
        return None
    fit = len(good) / len(values)
    reason = (
        f"the name is like {alike}; {show(values[0], 40)} needs a formula, which reads {len(good)} "
        f"of {paths.count(len(values), 'value')}"
    )
    return Proposal(row, formula, True, min(likeness * fit, 1.0), reason, good[0])


def _mending(row: FieldMapping, value: Any, zone: ZoneInfo) -> str:
    """The formula, with ``{x}`` for the value, that makes a value acceptable, or ""."""
    try:
        field_type(row.type).convert(value, zone)
    except Unconvertible as error:
        return error.formula
    return ""


def _outcome(row: FieldMapping, formula: str, path: str, value: Any, zone: ZoneInfo) -> Any:
    """What a row gets from a formula over one value; None where it gets nothing."""
    # Formulas in proposals do not look at the clock.
    source = compile_formula(formula, lambda: Context(datetime.now(UTC), zone))
    raw = source.read(compile_steps([("value", path)])({"value": value})).raw
    try:
        return None if paths.is_blank(raw) else field_type(row.type).convert(raw, zone)[0]
    except Unconvertible:
        return None


def _likeness(row: FieldMapping, path: str) -> tuple[float, str]:
    """How much a path's name is like the row's, from 0 to 1, and like which of its names."""
    parts = path.split(".")
    whole, ends = _words(path), {_words(parts[-1]), _words(" ".join(parts[-2:]))}
    last = row.target.rsplit(".", 1)[-1]
    names = [(name, ends) for name in (last, row.setting, *name_hints().get(row.target, ()))]
    # The vendor's own path is as specific as all of it: any `….id` would be like `id`.
    names.insert(1, ("" if row.setting else row.source, {whole}))
    best = (0.0, "")
    for rank, (name, candidates) in enumerate(names):
        wanted = _words(name.replace(".", " "))
        for words in candidates:
            common = len(wanted & words)
            share = 2 * common / (len(wanted) + len(words)) if common else 0.0
            # Earlier names are the row's own, or more usual.
            best = max(best, (share - 0.004 * rank, f"`{name}`"))
    return best


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORDS.findall(text))


def _click_id(row: FieldMapping, seen: dict[str, list[Any]]) -> Proposal | None:
    """``ttoclid`` in the address of a page, where TikTok puts it."""
    if row.target.rsplit(".", 1)[-1] != "ttoclid":
        return None
    for path, values in seen.items():
        for value in values:
            found = _CLICK_ID.search(value) if isinstance(value, str) else None
            if found:
                formula = f'SELECT({path}, "{_CLICK_ID.pattern}", 1)'
                reason = f"TikTok appends `ttoclid` to the landing page's address: it is in {path}"
                return Proposal(row, formula, True, 0.9, reason, found[1])
    return None


def as_settings_file(proposals: Mapping[str, list[Proposal]], events: Iterable[Any]) -> str:
    """A settings file with the first proposal of each row, and the rest to be filled in."""
    settings = ['# credentials = ""  # a name; secrets never live in this file']
    smart = []
    for row in field_mappings():
        best = next(iter(proposals.get(row.target, [])), None)
        value = "" if best is None else best.value
        written = f"{{ formula = {_toml(value)} }}" if best and best.formula else _toml(value)
        because = f"nothing found: {row.note or row.source}"
        if best:
            because = f"proposal: {best.reason}"
        if row.setting:
            settings.append(f"{row.setting} = {written}  # {_comment(because)}")
        elif best:
            smart.append(f'"{row.target}" = {written}  # {_comment(because)}')
    names = dict.fromkeys(str(e["event_name"]) for e in events if e.get("event_name"))
    pairs = [_pair(name, likely_status(name)) for name in names]
    blocks = [
        'timezone = "UTC"\n',
        "[settings]\n" + "\n".join(settings) + "\n",
        "# Which event stands for which order status: keep what is to be sent.\n"
        + "\n".join(pairs),
        "[smart_mapping]\n" + "\n".join(smart) + "\n",
        "[connection]\n",
    ]
    return "\n".join(blocks)


def likely_status(event_name: str) -> str:
    """The ruled order status whose verb is in an event's name, or ""."""
    words = _words(event_name)
    verbs = {status.split("_")[0].lower(): status for status in ruled_statuses()}
    return next((s for verb, s in verbs.items() if any(w.startswith(verb) for w in words)), "")


def _pair(event_name: str, status: str) -> str:
    mark = "" if status else "# "
    because = f"  # proposal: its name has a word of {status}" if status else ""
    name = f"event_name = {_toml(event_name)}{because}"
    lines = ("[[event_mapping]]", f'order_status = "{status}"', name)
    return "".join(f"{mark}{line}\n" for line in lines)


def _toml(text: str) -> str:
    # A literal string where it can be: formulas are full of quotes.
    # And only of what is printed: an event's line breaks must not become the file's.
    literal = '"' in text and "'" not in text and text.isprintable()
    return f"'{text}'" if literal else show(text, 10_000)


def _comment(text: str) -> str:
    return " ".join(text.split())
