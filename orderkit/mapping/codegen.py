"""A Python function written for the settings: what `Mapper.map` runs for each event.

It looks each property up once, and takes a value over where it is a common one for its row (see
`orderkit.mapping.fast_types`). Any other value goes to the plain evaluation of that row, any doubt
about several fields to the plain rule (see `orderkit.mapping.interpreter`). So rare forms, odd
shapes and the wording of problems have one home, and one of them leaves the other rows as quick as
they were. A sample of what it writes::

    # 'order_info.value.currency': currency from 'currency'
    made_1 = {}
    order_info['value'] = made_1
    v9 = event.get('currency')
    if not (type(v9) is str and v9 in currencies):
        v9 = plain(field_9, event, status, problems)
    if v9 is not None:
        made_1['currency'] = v9

Of the settings' texts only their `repr` is ever written into the source.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final

from orderkit.destination.fields import ALWAYS
from orderkit.events.paths import Parts, is_index
from orderkit.language.references import Calculation, Constant, Property, Reading, Template
from orderkit.mapping import fast_types
from orderkit.mapping.compiled import STATUS, CompiledField, CompiledSettings
from orderkit.mapping.consistency import ConsistencyRule, consistency_rules
from orderkit.mapping.interpreter import evaluate
from orderkit.mapping.messages import left_out

#: A value that is common for no row: only the plain evaluation can tell what becomes of it.
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


def write(compiled: CompiledSettings, plain: Mapping[str, Any]) -> Program:
    """The program for these settings.

    plain: steps of the plain evaluation, by the names used here; `refused` and `transform` only
           where the settings have a filter or a transformation
    """
    writer = _Writer(compiled)
    body = [
        *(
            line
            for number, field in enumerate(compiled.fields)
            for line in writer.row(number, field)
        ),
        *(
            line
            for array, field in compiled.arrays.items()
            for line in writer.left_out(array, field)
        ),
        *(line for rule in consistency_rules() for line in writer.rule(rule)),
        *writer.pruned(),
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
    made:    the payload's objects → their variables, and where each stands
    name:    the lines that look up the event's name
    """

    def __init__(self, compiled: CompiledSettings) -> None:
        self.names: dict[str, Any] = {
            "ODD": _ODD,
            "NOTHING": {},
            "new": object.__new__,
            "statuses": compiled.statuses,
        }
        self.lookups: list[str] = []
        self.made: dict[Parts, tuple[str, str]] = {("order_info",): ("order_info", "")}
        self._held: dict[tuple[int, str], int] = {}
        # Targets about which a rule speaks → the number of their variables.
        self._kept = {
            target: str(number)
            for number, target in enumerate(compiled.by_target)
            if any(target in rule.targets for rule in consistency_rules())
        }
        reading = self._reading(compiled.status, "status")
        # Most events of a site are none of the mapped ones: no more is looked up for those.
        self.name, self.lookups = [*self.lookups, f"name = {reading}"], []
        # The statuses about which there is nothing to say.
        self.names["sound"] = {
            status
            for status in compiled.statuses.values()
            if not evaluate(compiled.status, Reading(status, ""), status, {}).problem
        }

    def row(self, number: int, field: CompiledField) -> Iterator[str]:
        """From the property to the payload."""
        yield f"# {field.target!r}: {field.type.name} from {field.reads!r}"
        self.names[f"field_{number}"] = field
        v = f"v{number}"
        plain = f"plain(field_{number}, event, status, problems"
        *way, key = field.parts
        yield from self._make(tuple(way))
        put = [f"if {v} is not None:", f"    {self.made[tuple(way)][0]}[{key!r}] = {v}"]
        if field.type.name == STATUS:
            yield f"{v} = status if reading is None and status in sound else {plain}, reading)"
            yield from put
        elif self._is_settled(field, f"constant_{number}"):
            yield f"{v} = constant_{number}"
            yield from self._compared(field, fast_types.fast_path(field.type.name, v).number_of_any)
            yield from put
        else:
            yield f"{v} = {self._reading(field, str(number))}"
            lines = [*self._taken(field, v, f"{plain})"), *put]
            if field.row.mandatory != ALWAYS:
                wanted = f" or status == {field.row.mandatory!r}" if field.row.mandatory else ""
                lines = [f"if {v} is not None{wanted}:", *_inside(lines)]
            yield from lines

    def _taken(self, field: CompiledField, v: str, plain: str) -> Iterator[str]:
        """From what the source gave to the value for the payload, both in one variable."""
        kind = fast_types.fast_path(field.type.name, v)
        lines = [f"{v} = {kind.value}"] if kind.value else []
        if lines := [*lines, *self._compared(field, kind.number)]:
            yield f"if {kind.condition}:"
            yield from _inside(lines)
            yield "else:"
        else:
            yield f"if not ({kind.condition}):"
        yield from _inside([f"{v} = {plain}", *self._compared(field, kind.number_of_any)])

    def _compared(self, field: CompiledField, number: str) -> list[str]:
        """Keeps the number that rules over several fields compare, where they do."""
        kept = self._kept.get(field.target)
        return [f"n{kept} = {number}"] if kept and number else []

    def left_out(self, array: Parts, field: CompiledField) -> Iterator[str]:
        """The check of an array of which only the first item is read."""
        number = self._holder(array)
        # The same few numbers of items come again and again.
        self.names[f"left_out_{number}"] = lru_cache(maxsize=64)(partial(left_out, field, array))
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

    def _reading(self, field: CompiledField, number: str) -> str:
        """What the source gives, as an expression; None for nothing."""
        source = field.source
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

    def _make(self, parts: Parts) -> Iterator[str]:
        """Makes the payload's object at a path, and those on the way to it, at their first use."""
        if parts in self.made:
            return
        *way, key = parts
        inside = "{}"
        if key.isdecimal():
            # Of an array the payload has the first item only.
            *way, key = way
            inside = "[{}]"
        yield from self._make(tuple(way))
        name = f"made_{len(self.made)}"
        place = f"{self.made[tuple(way)][0]}[{key!r}]"
        self.made[parts] = name, place
        yield f"{name} = {{}}"
        yield f"{place} = {inside.format(name)}"

    def pruned(self) -> Iterator[str]:
        """Takes away the payload's objects in which nothing was put, the inner ones first."""
        for name, place in reversed(self.made.values()):
            if place:
                yield f"if not {name}:"
                yield f"    del {place}"

    def _is_settled(self, field: CompiledField, name: str) -> bool:
        """Whether a row has the same good value for every event; it goes under `name`."""
        if not isinstance(field.source, Constant):
            return False
        given = evaluate(field, field.source.read({}), None, {})
        self.names[name] = given.value
        return given.state == "ok" and given.problem is None


def _agreement(rule: ConsistencyRule, kept: Mapping[str, str]) -> str:
    """A condition under which the values keep the rule."""
    types = {rule.types[target] for target in rule.targets}
    if len(types) > 1 and "amount" in types:
        return "False"  # hundredths do not compare with other numbers
    terms = {
        t: f"{'n' if fast_types.fast_path(rule.types[t], '').number else 'v'}{kept[t]}"
        for t in kept
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
