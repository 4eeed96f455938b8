"""How properties and values are written in a formula, so that it reads what is meant."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from orderkit.errors import FormulaError
from orderkit.events import paths
from orderkit.language.formulas.compiler import Compiler
from orderkit.language.formulas.grammar import parse_tree
from orderkit.language.formulas.limits import DEFAULT

# A backslash is taken for itself, but before these.
_ESCAPED: Final = re.compile(r"""\\(?=["'\\nrt]|$)|\"""", re.DOTALL)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?", re.ASCII)


@lru_cache(maxsize=512)
def write_property(path: str) -> str:
    """A property as a formula reads it: its path, or ``GET("…")`` where no path can spell it.

    Raises ValueError for what is no path.
    """
    parts = paths.parse_path(path)
    spelt = ".".join(parts)
    try:
        node = parse_tree(spelt)
        if node.kind == "path" and node.value == parts:
            Compiler(spelt).compile(node)
            return spelt
    except FormulaError:
        pass
    return f"GET({quote(spelt)})"


def quote(text: str) -> str:
    """A text between quotes."""
    return f'"{_ESCAPED.sub(lambda found: chr(92) + found[0], text)}"'


def write_alike(text: str) -> list[str]:
    """The values whose text this is: the text, and the number or boolean that is written so."""
    alike = [quote(text)]
    number = _NUMBER.fullmatch(text) and len(text) < DEFAULT.digits and Decimal(text) != 0
    if number or text in ("0", "true", "false"):
        alike.append(text)
    return alike
