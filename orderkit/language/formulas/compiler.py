"""From the tree to closures: each node becomes one function of the frame, built once.

The same closures serve `evaluate` and `steps`; for the latter each is wrapped so that it
records its value.
"""

from typing import Any, Final

from orderkit.errors import FormulaError
from orderkit.events import paths
from orderkit.events.headers import HEADERS
from orderkit.events.paths import MISSING, Parts
from orderkit.language.formulas.evaluation import (
    Closure,
    Each,
    EvaluationError,
    Frame,
    ListElement,
    look_up,
)
from orderkit.language.formulas.functions import check_call, check_property
from orderkit.language.formulas.grammar import Node, walk_tree
from orderkit.language.formulas.operators import (
    arithmetic,
    compare,
    is_between,
    is_in,
    matches,
    negated,
)
from orderkit.language.formulas.patterns import pattern
from orderkit.language.formulas.registry import FunctionInfo, Prepare
from orderkit.language.formulas.values import RefusedError, as_text, from_float, is_true

# In an expression over an array, the name that leads back to the event.
ROOT: Final = "root"


class Compiler:
    """Compiles one formula.

    properties: the paths it reads from the event
    clock:      whether it reads the clock
    """

    def __init__(self, text: str, recording: bool = False) -> None:
        self.text, self.recording = text, recording
        self.properties: dict[str, None] = {}
        self.clock = False

    def compile(self, node: Node, scoped: bool = False) -> Closure:
        """The closure of a node; `scoped` inside an expression over an array."""
        if node.kind == "literal":
            return _constant(node.value)
        text = self.text[node.start : node.end]
        if node.kind == "path":
            run = self._path(node, scoped)
        elif node.kind == "call":
            run = self._call(node, scoped)
        else:
            run = getattr(self, f"_{node.kind.rstrip('_')}")(node, scoped)
        run = _located(run, text)
        return _recorded(run, text) if self.recording else run

    def _parts(self, node: Node, scoped: bool) -> list[Closure]:
        return [self.compile(part, scoped) for part in node.parts]

    def _path(self, node: Node, scoped: bool) -> Closure:
        check_property(node, self.text)
        parts: tuple[str, ...] = node.value
        from_root = scoped and parts[0] == ROOT
        if from_root:
            parts = parts[1:]
        if parts and (from_root or not scoped):
            self.properties[".".join(parts)] = None

        def read(frame: Frame) -> Any:
            holder = frame.event if from_root else frame.element
            value = MISSING if type(holder) is ListElement else paths.get(holder, parts)
            if value is MISSING:
                value = look_up(holder, parts, frame.tick)
            if type(value) is str:
                if len(value) > frame.limits.text:
                    frame.grow(len(value))
                return value
            if type(value) is float:
                return from_float(value)
            return None if value is MISSING else value

        return read

    def _or(self, node: Node, scoped: bool) -> Closure:
        parts = self._parts(node, scoped)
        return lambda frame: any(is_true(part(frame)) for part in parts)

    def _and(self, node: Node, scoped: bool) -> Closure:
        parts = self._parts(node, scoped)
        return lambda frame: all(is_true(part(frame)) for part in parts)

    def _compare(self, node: Node, scoped: bool) -> Closure:
        operator: str = node.value
        left = self.compile(node.parts[0], scoped)
        if operator in ("~", "!~"):
            wanted = self._prepared(node.parts[1], pattern, scoped)
            return lambda frame: matches(frame, operator, left(frame), wanted(frame))
        right = self.compile(node.parts[1], scoped)
        return lambda frame: compare(frame, operator, left(frame), right(frame))

    def _test(self, node: Node, scoped: bool) -> Closure:
        operator: str = node.value
        value, *others = self._parts(node, scoped)
        if operator in ("IN", "!IN"):
            negative = operator == "!IN"
            return lambda frame: is_in(
                frame, value(frame), [other(frame) for other in others], negative
            )
        if operator == "BETWEEN":
            low, high = others
            return lambda frame: is_between(frame, value(frame), low(frame), high(frame))
        other = others[0]
        return lambda frame: compare(frame, operator, value(frame), other(frame))

    def _sum(self, node: Node, scoped: bool) -> Closure:
        first, *others = self._parts(node, scoped)
        pairs = list(zip(node.value, others, strict=True))

        def run(frame: Frame) -> Any:
            value = first(frame)
            for operator, other in pairs:
                frame.tick()
                value = arithmetic(frame, operator, value, other(frame))
            return value

        return run

    _product = _sum

    def _negative(self, node: Node, scoped: bool) -> Closure:
        part = self.compile(node.parts[0], scoped)
        # A second sign takes the first back, but the operand must be a number still.
        if node.value:
            return lambda frame: negated(part(frame))
        return lambda frame: negated(negated(part(frame)))

    def _array(self, node: Node, scoped: bool) -> Closure:
        parts = self._parts(node, scoped)
        return lambda frame: [part(frame) for part in parts]

    def _object(self, node: Node, scoped: bool) -> Closure:
        pairs = list(zip(node.value, self._parts(node, scoped), strict=True))
        return lambda frame: {key: part(frame) for key, part in pairs}

    def _prepared(self, node: Node, prepare: Prepare, scoped: bool) -> Closure:
        """An argument that is turned into something: now, if it is constant."""
        if node.kind == "literal":
            try:
                return _constant(prepare(node.value))
            except RefusedError as error:
                problem, _, hint = str(error).partition("; ")
                raise FormulaError(self.text, node.start, problem, hint) from None
        argument = self.compile(node, scoped)
        return lambda frame: prepare(argument(frame))

    def _call(self, node: Node, scoped: bool) -> Closure:
        info = check_call(node, self.text)
        self.clock = self.clock or info.clock
        arguments: list[Any] = []
        for index, part in enumerate(node.parts):
            if index in info.prepare:
                arguments.append(self._prepared(part, info.prepare[index], scoped))
            elif info.scoped and index == 1:
                arguments.append(self._each(node, scoped))
            else:
                arguments.append(self.compile(part, scoped))
        self._note_call(node, scoped)
        return _lazy(info, arguments) if info.lazy else _strict(info, arguments)

    def _each(self, node: Node, scoped: bool) -> Each:
        """The expression of a call over an array."""
        array, expression = node.parts
        own = _named(array)
        if scoped and own[:1] == (ROOT,):
            own = own[1:]
        names = dict.fromkeys(map(_named, walk_tree(expression)))
        # The list's own name stands for its element: so it is a flat list, and the other names
        # are lists of the event beside it.
        if own and own in names and not scoped:
            names = {name: None for name in names if name and name[0] != ROOT}
            self.properties |= dict.fromkeys(map(".".join, names))
        return Each(own, self.compile(expression, scoped=True))

    def _note_call(self, node: Node, scoped: bool) -> None:
        if node.value == "GETCOOKIE":
            self.properties["context.device.cookie"] = None
        if node.value == "GETHEADER":
            self.properties[HEADERS] = None
        if not scoped and node.value == "GET" and _named(node):
            self.properties[as_text(node.parts[0].value)] = None


def _named(node: Node) -> Parts:
    """The path that a node names, by itself or with GET; () for any other."""
    if node.kind == "path":
        parts: Parts = node.value
        return parts
    literal = bool(node.parts) and node.parts[0].kind == "literal"
    if node.kind == "call" and node.value == "GET" and literal:
        name = node.parts[0].value
        try:
            return paths.parse_path(name) if isinstance(name, str) else ()
        except ValueError:
            return ()
    return ()


def _constant(value: Any) -> Closure:
    return lambda _: value


def _lazy(info: FunctionInfo, arguments: list[Any]) -> Closure:
    run = info.run

    def call(frame: Frame) -> Any:
        frame.tick()
        return run(frame, *arguments)

    return call


def _strict(info: FunctionInfo, arguments: list[Closure]) -> Closure:
    """A call with its arguments evaluated; null in, null out, unless the function says else."""
    run, framed, nulls = info.run, info.framed, info.nulls

    def call(frame: Frame) -> Any:
        frame.tick()
        values = [argument(frame) for argument in arguments]
        if values and not nulls and values[0] is None:
            return None
        value = run(frame, *values) if framed else run(*values)
        if type(value) is str and len(value) > 1_000:
            frame.grow(len(value))
        return value

    return call


def _located(run: Closure, text: str) -> Closure:
    """Names the part that could not be evaluated."""

    def located(frame: Frame) -> Any:
        try:
            return run(frame)
        except RefusedError as error:
            raise EvaluationError(text, str(error)) from None

    return located


def _recorded(run: Closure, text: str) -> Closure:
    def recorded(frame: Frame) -> Any:
        frame.depth += 1
        try:
            value = run(frame)
        except EvaluationError as error:
            frame.depth -= 1
            if not (frame.steps and frame.steps[-1].error):
                frame.record(text, None, error.reason)
            raise
        frame.depth -= 1
        frame.record(text, value)
        return value

    return recorded
