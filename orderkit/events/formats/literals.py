"""Values of JavaScript literals, out of a syntax tree."""

import re
from typing import Any, Final

from orderkit.events.jsontext import show
from orderkit.events.packing import optional

#: What an expression gives that is no value by itself, or ``undefined``.
ABSENT: Final = object()
_DEEPEST: Final = 100
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def parsed(code: bytes, name: str) -> Any:
    """The syntax tree of code. Raises EventsError where the parser is not installed."""
    library = optional("tree_sitter", "captures", name)
    grammar = optional("tree_sitter_javascript", "captures", name)
    return library.Parser(library.Language(grammar.language())).parse(code)


def text_of(node: Any) -> str:
    """The code of a node."""
    text: bytes = node.text
    return text.decode("utf-8", "replace")


def literal_value(node: Any, path: str, opens: list[str], depth: int = 0) -> Any:
    """The value of a literal; what has none is listed in `opens`, and is `ABSENT`."""
    if depth < _DEEPEST:
        match node.type:
            case "object":
                return _object(node, path, opens, depth + 1)
            case "array":
                values = [
                    literal_value(child, _join(path, str(number)), opens, depth + 1)
                    for number, child in enumerate(_children(node))
                ]
                # An item that stays open keeps its place.
                return [None if value is ABSENT else value for value in values]
            case "parenthesized_expression" if node.named_children:
                return literal_value(_children(node)[0], path, opens, depth + 1)
            case "call_expression" if text_of(node).startswith("JSON.stringify("):
                (first, *_rest) = _children(node.child_by_field_name("arguments"))
                return literal_value(first, path, opens, depth + 1)
            case "binary_expression" if node.child_by_field_name("operator").type == "+":
                left, right = (
                    literal_value(node.child_by_field_name(side), path, [], depth + 1)
                    for side in ("left", "right")
                )
                if isinstance(left, str) and isinstance(right, str):
                    return left + right
            case _:
                value = _scalar(node)
                if value is not _OPEN:
                    return value
    opens.append(f"{path or 'the value'} = {show(text_of(node))[1:-1]}")
    return ABSENT


_OPEN: Final = object()


def _scalar(node: Any) -> Any:
    match node.type:
        case "string":
            return _string(node)
        case "template_string" if all(c.type != "template_substitution" for c in node.children):
            return _string(node)
        case "number":
            return _number(text_of(node))
        case "true" | "false":
            return node.type == "true"
        case "null":
            return None
        case "undefined":
            return ABSENT
        case "unary_expression":
            return _unary(text_of(node).replace(" ", ""), node)
    return _OPEN


def _unary(text: str, node: Any) -> Any:
    """Minus, and what minified code writes for true, false and undefined."""
    if text in ("!0", "!1"):
        return text == "!0"
    if text == "void0":
        return ABSENT
    argument = node.child_by_field_name("argument")
    if text.startswith(("-", "+")) and argument.type == "number":
        value = _number(text_of(argument))
        return -value if text.startswith("-") and value is not _OPEN else value
    return _OPEN


def _number(text: str) -> Any:
    digits = text.replace("_", "").removesuffix("n")
    try:
        if re.match("0[xob]", digits, re.IGNORECASE):
            return int(digits, 0)
        return int(digits) if digits.isdecimal() else float(digits)
    except ValueError:
        return _OPEN


def _object(node: Any, path: str, opens: list[str], depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for child in _children(node):
        key = child.child_by_field_name("key") if child.type == "pair" else None
        name = _key(key)
        if name is None:
            opens.append(f"{_join(path, show(text_of(child))[1:-1])}")
            continue
        value = literal_value(child.child_by_field_name("value"), _join(path, name), opens, depth)
        if value is not ABSENT:
            made[name] = value
    return made


def _key(node: Any) -> str | None:
    match node.type if node is not None else "":
        case "property_identifier" | "number":
            return text_of(node)
        case "string":
            return _string(node)
    return None


def _string(node: Any) -> str:
    return joined_surrogates("".join(_fragment(child) for child in node.named_children))


def joined_surrogates(text: str) -> str:
    """A text in which a character beyond 16 bits may have been written as two halves."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _fragment(node: Any) -> str:
    text = text_of(node)
    if node.type != "escape_sequence":
        return text
    if code := re.fullmatch(r"\\(?:x|u\{?)([0-9a-fA-F]+)\}?", text):
        point = int(code[1], 16)
        return chr(point) if point < 0x110000 else "\ufffd"
    return "" if text[1:] in ("\n", "\r\n") else _ESCAPES.get(text[1:], text[1:])


def _children(node: Any) -> list[Any]:
    return [child for child in node.named_children if child.type != "comment"]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
