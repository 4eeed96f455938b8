"""A Python function written for the settings: what `Mapper.map` runs for each event.

It looks each property up once, and takes a value over where it is ordinary for its row (see
`orderkit.ordinary`). Any other value goes to the plain evaluation of that row (`orderkit.rows`),
any doubt about several fields to the plain rule (`orderkit.checks`). So rare forms, odd shapes and
the wording of problems have one home, and one of them leaves the other rows as quick as they were.

Of the settings' texts only their `repr` is ever written into the source.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final

from orderkit import ordinary
from orderkit.checks import ConsistencyRule, consistency_rules
from orderkit.fields import ALWAYS
from orderkit.findings import left_out
from orderkit.paths import Parts, is_index
from orderkit.rows import STATUS, Row
from orderkit.sources import Calculation, Constant, Property, Reading, Template

#: A value that is ordinary for no row: only the plain evaluation can tell what becomes of it.
_ODD: Final = object()
_RELATIONS: Final = {"=": "=="}


@dataclass(frozen=True, slots=True)
class Program:
    """A generated function: its source, and what the names in it stand for."""

    source: str
    names: Mapping[str, Any]

    def function(self) -> Callable[[Any, str | None], Any]:
        """The function: (event, status asked for) → what became of the event."""
        names = dict(self.names)
        code = compile(self.source, "<written for the settings>", "exec")
        exec(code, names)  # noqa: S102 - the source is ours: see above
        function: Callable[[Any, str | None], Any] = names["map_event"]
        return function


def write(
    rows: Sequence[Row],
    arrays: Mapping[Parts, Row],
    statuses: Mapping[str, str],
    plain: Mapping[str, Any],
) -> Program:
    """The program for these rows.

    arrays:   path of an array whose first item is read → the row that stands for it
    statuses: event name → order status
    plain:    steps of the plain evaluation, by the names used here; `refused` and `transform` only
              where the settings have a filter or a transformation
    """
    writer = _Writer(rows, statuses)
    body = [
        *(line for number, row in enumerate(rows) for line in writer.row(number, row)),
        *(line for array, row in arrays.items() for line in writer.left_out(array, row)),
        *(line for rule in consistency_rules() for line in writer.rule(rule)),
    ]
    lines = [
        "if not isinstance(event, dict):",
        "    return run(event, asked)",
        *(["if reason := refused(event):", "    return filtered(reason)"] * ("refused" in plain)),
        *(["event = transform(event)"] * ("transform" in plain)),
        *writer.name,
        "status = statuses.get(name) if type(name) is str else None",
        "reading = None",
        "if asked or status is None:",
        "    status, reading, reason = find_status(event, asked)",
        "    if reason:",
        "        return filtered(reason)",
        *writer.lookups,
        "problems = []",
        "order_info = {}",
        *(f"{name} = None" for name in writer.made.values()),
        *body,
        "if problems:",
        "    return judged(status, {'order_info': order_info}, problems)",
        "return Mapped('mapped', status, {'order_info': order_info})",
    ]
    source = "\n    ".join(["def map_event(event, asked):", *lines]) + "\n"
    return Program(source, {**ordinary.names(), **writer.names, **plain})


class _Writer:
    """Writes the parts of the function, and keeps what they need.

    names:   what the source calls things that are no text
    lookups: the lines that look up the objects and arrays in which properties stand
    made:    the payload's objects and arrays → their variables
    name:    the lines that look up the event's name
    """

    def __init__(self, rows: Sequence[Row], statuses: Mapping[str, str]) -> None:
        self.names: dict[str, Any] = {"ODD": _ODD, "NOTHING": {}, "statuses": statuses}
        self.lookups: list[str] = []
        self.made: dict[Parts, str] = {}
        self._held: dict[tuple[int, str], int] = {}
        self._variables = {
            target: f"v{number}"
            for number, target in enumerate(row.field.target for row in rows)
            if any(target in rule.targets for rule in consistency_rules())
        }
        row = next(row for row in rows if row.type.name == STATUS)
        reading = self._reading(row, "status")
        # Most events of a site are none of the mapped ones: no more is looked up for those.
        self.name, self.lookups = [*self.lookups, f"name = {reading}"], []
        # The statuses about which there is nothing to say.
        self.names["sound"] = {
            status
            for status in statuses.values()
            if not row.evaluate(Reading(status, ""), status, {})[-1]
        }

    def row(self, number: int, row: Row) -> Iterator[str]:
        """From the property to the payload."""
        yield f"# {row.field.target!r}: {row.type.name} from {row.reads!r}"
        self.names[f"row_{number}"] = row
        plain = f"plain(row_{number}, event, status, problems"
        lines = ["if v is not None:", *(f"    {line}" for line in self._put(row.parts))]
        if row.type.name == STATUS:
            yield f"v = status if reading is None and status in sound else {plain}, reading)"
        elif self._is_settled(row, f"constant_{number}"):
            yield f"v = constant_{number}"
        else:
            yield f"v = {self._reading(row, str(number))}"
            condition, value = ordinary.value(row.type.name)
            lines = [f"v = {value} if {condition} else {plain})", *lines]
            if row.field.mandatory != ALWAYS:
                wanted = f" or status == {row.field.mandatory!r}" if row.field.mandatory else ""
                lines = [f"if v is not None{wanted}:", *(f"    {line}" for line in lines)]
        yield from lines
        if row.field.target in self._variables:
            yield f"{self._variables[row.field.target]} = v"

    def left_out(self, array: Parts, row: Row) -> Iterator[str]:
        """The check of an array of which only the first item is read."""
        number = self._holder(array)
        # The same few numbers of items come again and again.
        self.names[f"left_out_{number}"] = lru_cache(maxsize=64)(partial(left_out, row, array))
        yield f"if isinstance(at_{number}, list) and len(at_{number}) > 1:"
        yield f"    problems.append(left_out_{number}(len(at_{number})))"

    def rule(self, rule: ConsistencyRule) -> Iterator[str]:
        """A check over several fields."""
        variables = {target: self._variables[target] for target in rule.targets}
        name = f"rule_{'_'.join(variables.values())}_{len(self.names)}"
        self.names[name] = rule
        there = " and ".join(f"{v} is not None" for v in variables.values())
        values = ", ".join(f"{target!r}: {v}" for target, v in variables.items())
        yield f"# {rule.rule!r}"
        yield f"if {there} and not {_agreement(rule, variables)}:"
        yield f"    check({name}, {{{values}}}, problems)"

    def _reading(self, row: Row, number: str) -> str:
        """What the source gives, as an expression; None for nothing."""
        source = row.source
        if isinstance(source, Property):
            return self._value(source.parts)
        if isinstance(source, Template):
            return self._filled(source)
        if isinstance(source, Calculation):
            self.names[f"formula_{number}"] = source.reader()
            formula = f"formula_{number}(event)"
            if not (first := source.formula.first):
                return formula
            # The commonest formula is a property, or else something: the first needs no evaluation.
            return (
                f"t if type(t := {self._value(first)}) is str and 0 < len(t) < 1_000 else {formula}"
            )
        return "ODD"

    def _filled(self, source: Template) -> str:
        """A template of texts; what is made of other values, the plain evaluation knows."""
        texts, tests = [], []
        for number, piece in enumerate(source.pieces):
            if isinstance(piece, str):
                texts.append(repr(piece))
            else:
                texts.append(f"t{number}")
                tests.append(f"type(t{number} := {self._value(piece)}) is str")
        return f"{' + '.join(texts)} if {' and '.join(tests)} else ODD"

    def _value(self, parts: Parts) -> str:
        """What stands at a path of the event, as an expression; None for nothing."""
        *way, last = parts
        return self._part(self._holder(way), last)

    def _part(self, holder: int, part: str) -> str:
        named = f"object_{holder}.get({part!r})" if holder else f"event.get({part!r})"
        if not holder or not is_index(part):
            return named
        index = int(part)
        there = f"isinstance(at_{holder}, list) and len(at_{holder}) > {index}"
        return f"(at_{holder}[{index}] if {there} else {named})"

    def _holder(self, parts: Iterable[str]) -> int:
        """The number of the variables for what stands at a path, and it as an object; 0: event."""
        holder = 0
        for part in parts:
            if (holder, part) not in self._held:
                number = self._held[holder, part] = len(self._held) + 1
                self.lookups += [
                    f"object_{number} = at_{number} = {self._part(holder, part)}",
                    f"if not isinstance(at_{number}, dict):",
                    f"    object_{number} = NOTHING",
                ]
            holder = self._held[holder, part]
        return holder

    def _put(self, parts: Parts) -> Iterator[str]:
        """Sets ``v`` in the payload, making the objects and arrays on the way."""
        yield from self._make(parts, len(parts) - 1)
        yield f"{self._made(parts[:-1])}[{parts[-1]!r}] = v"

    def _make(self, parts: Parts, length: int) -> Iterator[str]:
        """Makes what the payload holds at the first parts of a target, if it is not there."""
        if length == 1:
            return
        name, holder = self._made(parts[:length]), self._made(parts[: length - 1])
        empty = "[]" if parts[length].isdecimal() else "{}"
        yield f"if {name} is None:"
        yield from (f"    {line}" for line in self._make(parts, length - 1))
        if parts[length - 1].isdecimal():
            yield f"    {holder}.append({name} := {empty})"
        else:
            yield f"    {holder}[{parts[length - 1]!r}] = {name} = {empty}"

    def _made(self, parts: Parts) -> str:
        """The variable of what the payload holds at the first parts of a target."""
        if len(parts) == 1:
            return parts[0]
        return self.made.setdefault(parts, f"made_{len(self.made)}")

    def _is_settled(self, row: Row, name: str) -> bool:
        """Whether a row has the same good value for every event; it goes under `name`."""
        if not isinstance(row.source, Constant):
            return False
        value, _steps, state, problem = row.evaluate(row.source.read({}), None, {})
        self.names[name] = value
        return state == "there" and problem is None


def _agreement(rule: ConsistencyRule, variables: Mapping[str, str]) -> str:
    """A condition under which the values keep the rule."""
    types = {rule.types[target] for target in rule.targets}
    if len(types) > 1 and "amount" in types:
        return "False"  # hundredths do not compare with other numbers
    terms = dict(variables)
    if len(variables) > 2 or types != {"date"}:  # two dates compare as their texts do
        terms = {t: ordinary.compared(rule.types[t], v) for t, v in variables.items()}
    right = " ".join(f"{'-' if sign < 0 else '+'} {terms[target]}" for sign, target in rule.right)
    relation = _RELATIONS.get(rule.relation, rule.relation)
    return f"{terms[rule.left]} {relation} {right.removeprefix('+ ')}"
