"""The table of functions, whole, and the checks of a call that need no event."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from orderkit.errors import FormulaError
from orderkit.events.paths import near_misses
from orderkit.language.formulas import date_functions, operators, text_functions, value_functions
from orderkit.language.formulas.grammar import Node
from orderkit.language.formulas.registry import TABLE, FunctionInfo

# Importing a module of functions is what declares them.
_MODULES: Final = (text_functions, value_functions, date_functions, operators)

FUNCTIONS: Final[Mapping[str, FunctionInfo]] = MappingProxyType(dict(sorted(TABLE.items())))


def check_call(node: Node, text: str) -> FunctionInfo:
    """The function that a call names; raises FormulaError for what cannot be called so."""
    name = node.value
    info = FUNCTIONS.get(name)
    if info is None:
        raise _unknown(text, node)
    given = len(node.parts)
    if given < info.minimum or (info.maximum is not None and given > info.maximum):
        problem = f"`{name}` takes {info.takes()}, not {given}"
        raise FormulaError(text, node.start, problem, f"write {info.signature}")
    if name == "EXISTS" and node.parts[0].kind == "literal":
        hint = "write the property without quotes: EXISTS(user.email)"
        raise FormulaError(text, node.parts[0].start, "EXISTS takes a property", hint)
    return info


def _unknown(text: str, node: Node) -> FormulaError:
    name: str = node.value
    upper = name.upper()
    if upper in FUNCTIONS:
        problem = f"`{name}` is no function"
        return FormulaError(
            text, node.start, problem, f"names of functions are written in capitals: `{upper}`"
        )
    near = near_misses(upper, FUNCTIONS)
    hint = f"did you mean `{near[0]}`?" if near else "the functions are: " + ", ".join(FUNCTIONS)
    return FormulaError(text, node.start, f"`{name}` is no function", hint)


def check_property(node: Node, text: str) -> None:
    """Refuses a function's name without its brackets, which would read as a property."""
    name = node.value[0]
    if len(node.value) == 1 and name in FUNCTIONS:
        info = FUNCTIONS[name]
        raise FormulaError(
            text,
            node.start,
            f"`{name}` is a function",
            f'write {info.signature}; a property of that name is GET("{name}")',
        )
