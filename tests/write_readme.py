"""Writes the parts of the README that are generated: ``python -m tests.write_readme``."""

import re
from pathlib import Path

from orderkit.fields import field_mappings
from orderkit.formulas import ASSUMPTIONS, DEFAULT, FUNCTIONS, OPERATORS, Limits

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


def functions() -> str:
    """Operators, functions, assumptions and limits of formulas."""
    lines = ["| Operator | |", "| --- | --- |"]
    lines += [f"| `{_cell(o.usage)}` | {_cell(o.description)} |" for o in OPERATORS.values()]
    lines += ["", "| Function | |", "| --- | --- |"]
    lines += [f"| `{_cell(f.signature)}` | {_cell(f.description)} |" for f in FUNCTIONS.values()]
    lines += ["", "What the platform's documentation leaves open is assumed:", ""]
    lines += [f"- {assumption}" for assumption in ASSUMPTIONS]
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


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


PARTS = {"fields": fields, "functions": functions}


def written(text: str) -> str:
    """The README's text with every generated part as it should be."""
    for name, make in PARTS.items():
        pattern = rf"(<!-- {name}: [^>]*-->\n).*?(<!-- /{name} -->)"
        place = re.search(pattern, text, flags=re.DOTALL)
        if place is None:
            raise ValueError(f"the README has no place for {name}")
        text = f"{text[: place.end(1)]}{make()}\n{text[place.start(2) :]}"
    return text


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
