"""Writes the generated parts of the rooms' READMEs: ``python -m tests.write_readme``."""

import dataclasses
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from orderkit.destination.assumptions import assumptions
from orderkit.destination.branding import Branding, Step
from orderkit.destination.fields import field_mappings
from orderkit.destination.settings import (
    Checks,
    Connection,
    EventMapping,
    Filter,
    FilterCondition,
    Settings,
    TransformationStep,
    Values,
)
from orderkit.events.paths import count
from orderkit.language.formulas import DEFAULT, Limits
from orderkit.sandbox import FAULTS
from orderkit.sending.delivery import OUTCOMES
from tests.language.write_functions import language
from tests.sending.fault_cases import FaultCase, fault_cases

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def settings() -> str:
    """The keys under ``[settings]``, in the order of the model."""
    rows = {row.setting: row for row in field_mappings() if row.setting}
    lines = ["| Key | On the platform | Target | Type | What it holds |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for key in Values.model_fields:
        row = rows.get(key)
        if row is None:
            name, note = _NO_ROW[key]
            lines.append(f"| `{key}` | {name} |  |  | {note} |")
        else:
            target = row.target.removeprefix("order_info.")
            note = row.note.partition("assumption:")[0].rstrip("; ")
            lines.append(f"| `{key}` | {row.source} | `{target}` | {row.type} | {note} |")
    return "\n".join(lines)


def tables() -> str:
    """The keys of all other tables of a settings file, with what holds where a key is left out."""
    lines = ["| Table | Key | What it is | If left out |", "| --- | --- | --- | --- |"]
    for header, model in TABLES.items():
        meanings = described_fields(model)
        for key, field in model.model_fields.items():
            inner = f"{header.strip('[]')}.{key}".lstrip(".")
            if any(each.strip("[]") == inner for each in TABLES) or inner == "settings":
                continue
            meaning = _cell(meanings[key].replace("``", "`"))
            default = "" if field.default_factory else field.default
            absent = "required" if field.is_required() else _as_toml(default)
            name, written_key = f"`{header}`" if header else "top of the file", f"`{key}`"
            if key == "smart_mapping":
                name, written_key = "`[smart_mapping]`", "target of a row"
                meaning = meaning.partition("→ ")[2]
            lines.append(f"| {name} | {written_key} | {meaning} | {absent} |")
    return "\n".join(lines)


def _as_toml(value: Any) -> str:
    if value in (None, "", ()):
        return ""
    return f"`{json.dumps(value)}`"


#: Header of a table, "" for what stands above the first → its model.
TABLES: dict[str, type[BaseModel]] = {
    "": Settings,
    "[[event_mapping]]": EventMapping,
    "[[transformation]]": TransformationStep,
    "[[transformation.condition]]": FilterCondition,
    "[filter]": Filter,
    "[[filter.condition]]": FilterCondition,
    "[connection]": Connection,
    "[checks]": Checks,
    "[client]": Branding,
    "[[step]]": Step,
}

#: Key under ``[settings]`` that no row draws on → its name on the platform, and what it holds.
_NO_ROW = {"credentials": ("Credentials", "the name under which credentials are kept; no secret")}


def fields() -> str:
    """The table of field mappings."""
    lines = ["| Source | Target | Mandatory | Type | Note |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| `{row.source}` | `{row.target.removeprefix('order_info.')}` | {row.mandatory} "
        f"| {row.type} | {row.note} |"
        for row in field_mappings()
    ]
    return "\n".join(lines)


def assumed() -> str:
    """What no source states, but for single rows: the table of field mappings has those."""
    return "\n".join(
        f"- {about}: {said}" for about, said in assumptions() if about not in _targets()
    )


def _targets() -> set[str]:
    return {row.target.removeprefix("order_info.") for row in field_mappings()}


def functions() -> str:
    """Operators, functions with documented examples, assumptions and limits of formulas."""
    lines = [
        language(),
        "",
        "What one formula may cost, so that none blocks:",
        "",
        "| Limit | |",
        "| --- | --- |",
    ]
    meanings = described_fields(Limits)
    lines += [f"| {meaning} | {getattr(DEFAULT, name):,} |" for name, meaning in meanings.items()]
    return "\n".join(lines)


def described_fields(kind: type[Any]) -> dict[str, str]:
    """Field of a class → what its docstring says of it (``name:  meaning``, on one line or more).

    Since Python 3.13 the compiler takes a docstring's indentation away; before, it is still there.
    Raises ValueError for a field without such words.
    """
    text = inspect.cleandoc(kind.__doc__ or "")
    found = dict(re.findall(r"(?m)^(\w+): +(.+(?:\n .+)*)$", text))
    known = getattr(kind, "model_fields", None) or [each.name for each in dataclasses.fields(kind)]
    if missing := [name for name in known if name not in found]:
        raise ValueError(f"the docstring of {kind.__name__} has no line for {', '.join(missing)}")
    return {name: " ".join(found[name].split()) for name in known}


def causes() -> str:
    """How a try can end, in the order of ``outcomes.csv``."""
    lines = ["| Cause | Verdict | Tried again | What it means | Next step |"]
    lines.append("| --- | --- | --- | --- | --- |")
    lines += [
        f"| `{cause}` | {outcome.verdict} | {'yes' if outcome.retried else ''} "
        f"| {_cell(outcome.meaning)} | {_cell(outcome.next_step)} |"
        for cause, outcome in OUTCOMES.items()
    ]
    return "\n".join(lines)


def faults() -> str:
    """The faults of the sandbox: on the wire, and what becomes of an order that meets them."""
    lines = ["| Fault | On the wire | If it passes | If it lasts | Next step then |"]
    lines.append("| --- | --- | --- | --- | --- |")
    cases = {(row.fault, row.case): row for row in fault_cases()}
    for name, fault in FAULTS.items():
        passes, lasts = cases[name, "passes"], cases[name, "lasts"]
        lines.append(
            f"| `{name}` | {_cell(fault.meaning)} | {_ending(passes)} | {_ending(lasts)} "
            f"| {OUTCOMES[lasts.cause].next_step} |"
        )
    return "\n".join(lines)


def _ending(row: FaultCase) -> str:
    """What the user sees of one order."""
    message = row.message.format(place="host:port")
    seen = f"`{row.script}`: **{row.verdict}**, {count(row.attempts, 'attempt')}"
    if row.waits:
        seen += f", {' + '.join(f'{seconds:g}' for seconds in row.waits)} s waited"
    if row.stored and row.verdict != "delivered":
        seen += ", though stored"
    return _cell(f"{seen}; “{message}”" if message else seen)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


#: README, below the root → its generated parts.
PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "orderkit/destination/README.md": {
        "settings": settings,
        "tables": tables,
        "fields": fields,
        "assumptions": assumed,
    },
    "orderkit/language/README.md": {"functions": functions},
    "orderkit/sandbox/README.md": {"faults": faults},
    "orderkit/sending/README.md": {"causes": causes},
}


def written(name: str) -> str:
    """The text of a README with every generated part as it should be."""
    text = (ROOT / name).read_text(encoding="utf-8")
    for part, make in PARTS[name].items():
        text = put(text, part, make())
    return text


def put(text: str, name: str, part: str) -> str:
    """A text with one part between its marks.

    Raises ValueError where it has no such marks, and for a part without a line: what a README says
    is never deleted by a generator that found nothing.
    """
    if not part.strip():
        raise ValueError(f"nothing to write for {name}")
    pattern = rf"(<!-- {name}: [^>]*-->\n).*?(<!-- /{name} -->)"
    place = re.search(pattern, text, flags=re.DOTALL)
    if place is None:
        raise ValueError(f"no place for {name}: <!-- {name}: … --> and <!-- /{name} -->")
    return f"{text[: place.end(1)]}{part}\n{text[place.start(2) :]}"


if __name__ == "__main__":
    for readme in PARTS:
        (ROOT / readme).write_text(written(readme), encoding="utf-8")
