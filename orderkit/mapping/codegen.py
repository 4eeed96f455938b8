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

from orderkit.destination.fields import ALWAYS
from orderkit.events.paths import Parts, is_index
from orderkit.language.references import Calculation, Constant, Property, Reading, Template
from orderkit.mapping import fast_types
from orderkit.mapping.compiled import STATUS, Row
from orderkit.mapping.consistency import ConsistencyRule, consistency_rules
from orderkit.mapping.messages import left_out

#: A value that is ordinary for no row: only the plain evaluation can tell what becomes of it.
_ODD: Final = object()
_RELATIONS: Final = {"=": "=="}


@dataclass(frozen=True, slots=True)
class Program:
    """A generated function: its source, and what the names in it stand for."""

    source: str
    names: Mapping[str, Any]

    def function(self) -> Callable[..., Any]:
        """The function: (event, status asked for, by name) → what became of the event."""
        names = dict(self.names)
        code = compile(self.source, "<written for the settings>", "exec")
        exec(code, names)  # noqa: S102 - the source is ours: see above
        function: Callable[..., Any] = names["map_event"]
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
        "asked = status",
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
        # What its own making does, without the call.
        "mapped = new(Mapped)",
        "mapped.outcome = 'mapped'",
        "mapped.order_status = status",
        "mapped.payload = {'order_info': order_info}",
        "mapped.problems = mapped.trace = ()",
        "mapped.reason = ''",
        "return mapped",
    ]
    source = "\n    ".join(["def map_event(event, *, status=None):", *lines]) + "\n"
    return Program(source, {**fast_types.names(), **writer.names, **plain})


class _Writer:
    """Writes the parts of the function, and keeps what they need.

    names:   what the source calls things that are no text
    lookups: the lines that look up the objects and arrays in which properties stand
    made:    the payload's objects → their variables
    name:    the lines that look up the event's name
    """

    def __init__(self, rows: Sequence[Row], statuses: Mapping[str, str]) -> None:
        self.names: dict[str, Any] = {
            "ODD": _ODD,
            "NOTHING": {},
            "new": object.__new__,
            "statuses": statuses,
        }
        self.lookups: list[str] = []
        self.made: dict[Parts, str] = {}
        self._held: dict[tuple[int, str], int] = {}
        # Targets about which a rule speaks → the number of their variables.
        self._kept = {
            target: str(number)
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
        v = f"v{number}"
        plain = f"plain(row_{number}, event, status, problems"
        put = [f"if {v} is not None:", *_inside(self._put(row.parts, v))]
        if row.type.name == STATUS:
            yield f"{v} = status if reading is None and status in sound else {plain}, reading)"
            yield from put
        elif self._is_settled(row, f"constant_{number}"):
            yield f"{v} = constant_{number}"
            yield from self._compared(row, fast_types.kind(row.type.name, v).number_of_any)
            yield from put
        else:
            yield f"{v} = {self._reading(row, str(number))}"
            lines = [*self._taken(row, v, f"{plain})"), *put]
            if row.field.mandatory != ALWAYS:
                wanted = f" or status == {row.field.mandatory!r}" if row.field.mandatory else ""
                lines = [f"if {v} is not None{wanted}:", *_inside(lines)]
            yield from lines

    def _taken(self, row: Row, v: str, plain: str) -> Iterator[str]:
        """From what the source gave to the value for the payload, both in one variable."""
        kind = fast_types.kind(row.type.name, v)
        lines = [f"{v} = {kind.value}"] if kind.value else []
        if lines := [*lines, *self._compared(row, kind.number)]:
            yield f"if {kind.condition}:"
            yield from _inside(lines)
            yield "else:"
        else:
            yield f"if not ({kind.condition}):"
        yield from _inside([f"{v} = {plain}", *self._compared(row, kind.number_of_any)])

    def _compared(self, row: Row, number: str) -> list[str]:
        """Keeps the number that rules over several fields compare, where they do."""
        kept = self._kept.get(row.field.target)
        return [f"n{kept} = {number}"] if kept and number else []

    def left_out(self, array: Parts, row: Row) -> Iterator[str]:
        """The check of an array of which only the first item is read."""
        number = self._holder(array)
        # The same few numbers of items come again and again.
        self.names[f"left_out_{number}"] = lru_cache(maxsize=64)(partial(left_out, row, array))
        yield f"if isinstance(at_{number}, list) and len(at_{number}) > 1:"
        yield f"    problems.append(left_out_{number}(len(at_{number})))"

    def rule(self, rule: ConsistencyRule) -> Iterator[str]:
        """A check over several fields."""
        kept = {target: self._kept[target] for target in rule.targets}
        name = f"rule_{'_'.join(kept.values())}_{len(self.names)}"
        self.names[name] = rule
        there = " and ".join(f"v{number} is not None" for number in kept.values())
        values = ", ".join(f"{target!r}: v{number}" for target, number in kept.items())
        yield f"# {rule.rule!r}"
        yield f"if {there} and not ({_agreement(rule, kept)}):"
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

    def _put(self, parts: Parts, value: str) -> Iterator[str]:
        """Sets a value in the payload, making the objects and arrays on the way."""
        *way, key = parts
        holder = tuple(way)
        if key.isdecimal():
            # Of an array the payload has the first item only.
            yield from self._put(holder, f"[{value}]")
        elif len(holder) == 1:
            yield f"{holder[0]}[{key!r}] = {value}"
        else:
            is_first = holder not in self.made
            name = self.made.setdefault(holder, f"made_{len(self.made)}")
            make = [f"{name} = {{{key!r}: {value}}}", *self._put(holder, name)]
            if is_first:
                yield from make
                return
            yield f"if {name} is None:"
            yield from _inside(make)
            yield "else:"
            yield f"    {name}[{key!r}] = {value}"

    def _is_settled(self, row: Row, name: str) -> bool:
        """Whether a row has the same good value for every event; it goes under `name`."""
        if not isinstance(row.source, Constant):
            return False
        value, _steps, state, problem = row.evaluate(row.source.read({}), None, {})
        self.names[name] = value
        return state == "there" and problem is None


def _agreement(rule: ConsistencyRule, kept: Mapping[str, str]) -> str:
    """A condition under which the values keep the rule."""
    types = {rule.types[target] for target in rule.targets}
    if len(types) > 1 and "amount" in types:
        return "False"  # hundredths do not compare with other numbers
    terms = {
        t: f"{'n' if fast_types.kind(rule.types[t], '').number else 'v'}{kept[t]}" for t in kept
    }
    right = " ".join(f"{'-' if sign < 0 else '+'} {terms[target]}" for sign, target in rule.right)
    relation = _RELATIONS.get(rule.relation, rule.relation)
    holds = f"{terms[rule.left]} {relation} {right.removeprefix('+ ')}"
    if types == {"amount"}:
        # Whole hundredths, that is: else their sum is not the sum of the amounts.
        holds += "".join(f" and n{number} / 100 == v{number}" for number in kept.values())
    return holds


def _inside(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)
