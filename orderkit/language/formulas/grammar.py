"""The grammar of formulas: from text to a tree of nodes."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

import regex
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from orderkit.errors import FormulaError
from orderkit.events import paths
from orderkit.language.formulas import wording
from orderkit.language.formulas.limits import DEFAULT, MAX_BRACKETS, MAX_FORMULA

# Operators of one level stand side by side, not inside each other: a long sum nests no deeper
# than a short one.
GRAMMAR: Final = r"""
    ?or_: and_ (_OR and_)*
    ?and_: comparison (_AND comparison)*
    ?comparison: sum
        | sum COMPARE sum                    -> compare
        | sum IN "(" _values ")"             -> test
        | sum IN plain                       -> test
        | sum BETWEEN "(" or_ "," or_ ")"    -> test
        | sum BETWEEN sum "," sum            -> test
        | sum INFIX sum                      -> test
    ?sum: product ((PLUS | MINUS) product)*
    ?product: factor ((STAR | SLASH) factor)*
    ?factor: atom
        | MINUS+ atom                        -> negative
    ?atom: plain
        | "(" or_ ")"
    ?plain: NUMBER                           -> number
        | TEXT                               -> text
        | PATH                               -> path
        | (CALL | IN | BETWEEN | INFIX) "(" [_values] ")" -> call
        | "[" [_values] "]"                  -> array
        | "{" [pair ("," pair)*] "}"         -> object
    pair: (PATH | TEXT) ":" or_
    _values: or_ ("," or_)*

    _OR.3: /OR(?![\w$.])|\|\|/
    _AND.3: /AND(?![\w$.])|&&/
    IN.3: /(?:!\s*)?IN(?![\w$.])/
    BETWEEN.3: /BETWEEN(?![\w$.])/
    INFIX.3: /(?:STARTSWITH|ENDSWITH|CONTAINS)(?![\w$.])/
    CALL.2: /[^\W\d][\w$]*(?=\s*\()/
    PATH: /[^\W\d][\w$]*(?:\.[\w$]+)*/
    COMPARE: "==" | "=" | "!=" | "<>" | "<=" | ">=" | "<" | ">" | "!~" | "~"
    PLUS: "+"
    MINUS: "-"
    STAR: "*"
    SLASH: "/"
    NUMBER: /[0-9]+(?:\.[0-9]+)?/
    TEXT: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/s
    %ignore /\s+/
"""

_PAIRS: Final = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_ESCAPE: Final = regex.compile(r"""\\(["'\\nrt])""")
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a formula, from `start` up to `end` in its text.

    kind:   literal, path, call, test, compare, or_, and_, sum, product, negative, array, object
    value:  the literal's value, the path's parts, the name called, the operator or operators,
            the keys of an object
    parts:  what it is made of
    """

    kind: str
    start: int
    end: int
    value: Any = None
    parts: tuple["Node", ...] = ()


@cache
def _parser() -> Lark:
    return Lark(
        GRAMMAR,
        parser="lalr",
        lexer="basic",
        start="or_",
        propagate_positions=True,
        maybe_placeholders=False,
    )


def parse_tree(text: str, *, typed: bool = True) -> Node:
    """The tree of a formula; raises FormulaError with the place and what was expected there."""
    if typed and len(text) > MAX_FORMULA:
        problem = f"the formula has more than {MAX_FORMULA:,} characters"
        raise FormulaError(text, MAX_FORMULA, problem, "split it, or shorten it")
    if not text.strip():
        raise FormulaError(text, 0, "the formula is empty", wording.WRITE_VALUE)
    steps = _parser().parse_interactive(text)
    tokens: list[Token] = []
    open_brackets: list[Token] = []
    try:
        for token in steps.lexer_thread.lex(steps.parser_state):  # type: ignore[no-untyped-call]
            _nest(text, token, open_brackets)
            steps.feed_token(token)
            tokens.append(token)
        tree: Tree[Token] = steps.feed_eof(tokens[-1])  # type: ignore[no-untyped-call]
    except UnexpectedCharacters as error:
        raise wording.unknown_character(text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        expected = set(error.expected)
        raise wording.unexpected(text, error.token, expected, tokens, open_brackets) from None
    return _node(tree, text)


def _nest(text: str, token: Token, open_brackets: list[Token]) -> None:
    if token.type in _PAIRS:
        open_brackets.append(token)
        if len(open_brackets) > MAX_BRACKETS:
            problem = f"more than {MAX_BRACKETS} brackets inside each other"
            raise FormulaError(text, token.start_pos or 0, problem, "split the formula")
    elif open_brackets and token.type == _PAIRS[open_brackets[-1].type]:
        open_brackets.pop()


def _node(tree: Tree[Token], text: str) -> Node:
    kind = str(tree.data)
    start, end = tree.meta.start_pos, tree.meta.end_pos
    children = tree.children
    tokens = [str(child) for child in children if isinstance(child, Token)]
    trees = [child for child in children if not isinstance(child, Token)]
    if kind == "object":
        keys = tuple(_key(pair.children[0]) for pair in trees)
        parts = tuple(_node(pair.children[1], text) for pair in trees)  # type: ignore[arg-type]
        return Node(kind, start, end, keys, parts)
    parts = tuple(_node(child, text) for child in trees)
    match kind:
        case "number":
            return Node("literal", start, end, _number(text, start, tokens[0]))
        case "text":
            return Node("literal", start, end, unquoted(tokens[0]))
        case "path":
            return _path(text, start, end, tokens[0])
        case "negative":
            return _negative(start, end, len(tokens), parts[0])
        case "sum" | "product":
            return Node(kind, start, end, tuple(tokens), parts)
        case "test":
            return Node(kind, start, end, "".join(tokens[0].split()), parts)
        case "call" | "compare":
            return Node(kind, start, end, tokens[0], parts)
    return Node(kind, start, end, None, parts)


def _key(token: Any) -> str:
    return unquoted(token) if token.type == "TEXT" else str(token)


def unquoted(text: str) -> str:
    r"""What a text literal stands for.

    ``\"``, ``\'``, ``\\``, ``\n``, ``\r``, ``\t`` are escapes; any other backslash stays, so that
    the pattern ``"\d+"`` needs no doubling.
    """
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), inner)


def _number(text: str, start: int, digits: str) -> int | Decimal:
    if len(digits) > DEFAULT.digits:
        raise FormulaError(text, start, f"the number has more than {DEFAULT.digits} digits")
    return Decimal(digits) if "." in digits else int(digits)


def _path(text: str, start: int, end: int, path: str) -> Node:
    if path in _CONSTANTS:
        return Node("literal", start, end, _CONSTANTS[path])
    if path.lower() in _CONSTANTS:
        raise FormulaError(
            text, start, f"`{path}` is neither a property nor a constant", f"write `{path.lower()}`"
        )
    return Node("path", start, end, paths.parse_path(path))


def _negative(start: int, end: int, signs: int, part: Node) -> Node:
    negative = signs % 2 == 1
    if part.kind == "literal" and type(part.value) is int:
        return Node("literal", start, end, -part.value if negative else part.value)
    if part.kind == "literal" and isinstance(part.value, Decimal):
        # Its own minus would round it.
        value = part.value.copy_negate() if negative else part.value
        return Node("literal", start, end, value)
    return Node("negative", start, end, negative, (part,))


def walk_tree(node: Node) -> Iterator[Node]:
    """The node and everything in it."""
    yield node
    for part in node.parts:
        yield from walk_tree(part)
