"""The tables of the language with its documented examples, for `orderkit/language/README.md`."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from orderkit.language.formulas import ASSUMPTIONS, FUNCTIONS, OPERATORS


class Example(NamedTuple):
    """A documented example: what a formula gives for an event, and where that is said."""

    formula: str
    event: str
    value: str
    source: str
    zone: str = "UTC"


_DATA: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("documented.toml").read_text(encoding="utf-8")
)
SOURCES: dict[str, str] = _DATA["sources"]
DOCUMENTED: dict[str, dict[str, list[Example]]] = {
    table: {name: [Example(*row) for row in rows] for name, rows in _DATA[table].items()}
    for table in ("functions", "operators")
}


def language() -> str:
    """Operators and functions with their documented examples, and the assumptions."""
    operators = {symbol: (o.usage, o.description) for symbol, o in OPERATORS.items()}
    functions = {name: (f.signature, f.description) for name, f in FUNCTIONS.items()}
    lines = [*_table("Operator", "operators", operators), ""]
    lines += [*_table("Function", "functions", functions), ""]
    lines += [f"- *{word}*: {said}" for word, said in SOURCES.items()]
    lines += ["", "What the platform's documentation leaves open is assumed:", ""]
    return "\n".join([*lines, *(f"- **{about}**: {said}" for about, said in ASSUMPTIONS.items())])


def _table(title: str, table: str, rows: dict[str, tuple[str, str]]) -> list[str]:
    lines = [f"| {title} | | Documented examples | Source |", "| --- | --- | --- | --- |"]
    for name, (usage, description) in rows.items():
        examples = DOCUMENTED[table][name]
        shown = "<br>".join(_shown(example) for example in examples)
        sources = "<br>".join(f"*{example.source}*" for example in examples)
        lines.append(f"| {_code(usage)} | {_cell(description)} | {shown} | {sources} |")
    return lines


def _shown(example: Example) -> str:
    event = "" if example.event == "{}" else f" with {_code(example.event)}"
    zone = "" if example.zone == "UTC" else f" in {example.zone}"
    return f"{_code(example.formula)}{event}{zone} → {_code(example.value)}"


def _code(text: str) -> str:
    ticks = "``" if "`" in text else "`"
    return f"{ticks}{_cell(text)}{ticks}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "\\n")
