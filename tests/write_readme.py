"""Writes the parts of the README that are generated: ``python -m tests.write_readme``."""

import re
from pathlib import Path

from orderkit.destination.assumptions import assumptions
from orderkit.destination.fields import field_mappings
from orderkit.events.paths import count
from orderkit.language.formulas import ASSUMPTIONS, DEFAULT, FUNCTIONS, OPERATORS, Limits
from orderkit.sandbox import FAULTS
from orderkit.sending.delivery import OUTCOMES
from tests.sending.fault_cases import FaultCase, fault_cases

README = Path(__file__).parents[1] / "README.md"


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
    """Operators, functions, assumptions and limits of formulas."""
    lines = ["| Operator | |", "| --- | --- |"]
    lines += [f"| `{_cell(o.usage)}` | {_cell(o.description)} |" for o in OPERATORS.values()]
    lines += ["", "| Function | |", "| --- | --- |"]
    lines += [f"| `{_cell(f.signature)}` | {_cell(f.description)} |" for f in FUNCTIONS.values()]
    lines += ["", "What the platform's documentation leaves open is assumed:", ""]
    lines += [f"- {assumption}" for assumption in ASSUMPTIONS.values()]
    lines += [
        "",
        "What one formula may cost, so that none blocks:",
        "",
        "| Limit | |",
        "| --- | --- |",
    ]
    meanings = re.findall(r"(?m)^ +(\w+): +(.+)$", Limits.__doc__ or "")
    lines += [f"| {meaning} | {getattr(DEFAULT, name):,} |" for name, meaning in meanings]
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
    told = row.message.format(place="host:port")
    seen = f"`{row.script}`: **{row.verdict}**, {count(row.attempts, 'attempt')}"
    if row.waits:
        seen += f", {' + '.join(f'{seconds:g}' for seconds in row.waits)} s waited"
    if row.stored and row.verdict != "delivered":
        seen += ", though stored"
    return _cell(f"{seen}; “{told}”" if told else seen)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


PARTS = {"assumptions": assumed, "faults": faults, "fields": fields, "functions": functions}


def written(text: str) -> str:
    """The README's text with every generated part as it should be."""
    for name, make in PARTS.items():
        text = put(text, name, make())
    return text


def put(text: str, name: str, part: str) -> str:
    """The README's text with one part between its marks. Raises ValueError where it has none."""
    pattern = rf"(<!-- {name}: [^>]*-->\n).*?(<!-- /{name} -->)"
    place = re.search(pattern, text, flags=re.DOTALL)
    if place is None:
        raise ValueError(f"the README has no place for {name}")
    return f"{text[: place.end(1)]}{part}\n{text[place.start(2) :]}"


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
