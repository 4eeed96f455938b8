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
from orderkit.events.paths import Parts
from orderkit.language.references import Constant, ValueReading
from orderkit.mapping import fast_types
from orderkit.mapping.compiled import STATUS, CompiledField, CompiledSettings
from orderkit.mapping.consistency import ConsistencyRule, consistency_rules
from orderkit.mapping.interpreter import CURRENCY, ITEM_CURRENCIES, evaluate_field
from orderkit.mapping.lookups import Lookups
from orderkit.mapping.messages import left_out
from orderkit.mapping.platform import CATEGORIES, NOTHING_TO_FIND

_RELATIONS: Final = {"=": "=="}


@dataclass(frozen=True, slots=True)
class Program:
    """A generated function: its source, and what the names in it stand for."""

    source: str
    names: Mapping[str, Any]

    def function(self) -> Callable[..., Any]:
        """The function: (event, status asked for, by name) → what became of the event."""
        names = dict(self.names)
        exec(compile(self.source, "<written for the settings>", "exec"), names)  # noqa: S102 - ours
        function: Callable[..., Any] = names["map_event"]
        return function


def write(compiled: CompiledSettings, plain: Mapping[str, Any], *, payloads: bool) -> Program:
    """The program for these settings.

    plain:    steps of the plain evaluation, by the names used here; `refused` and `transform` only
              where the settings have a filter or a transformation
    payloads: whether it makes the payload too, or the values alone
    """
    writer = _Writer(compiled, payloads=payloads)
    payload = "{'order_info': order_info}" if payloads else None
    body = [
        *(
            line
            for number, field in enumerate(compiled.fields)
            for line in writer.row(number, field)
        ),
        *(["problems += find_taken_away(given, event)"] * bool(compiled.touched)),
        *writer.days(transformed="transform" in plain),
        *(
            line
            for array, field in compiled.arrays.items()
            for line in writer.left_out(array, field)
        ),
        *writer.item_currency(),
        *(line for rule in consistency_rules() for line in writer.rule(rule)),
        *writer.pruned(),
        *writer.platform(transformed="transform" in plain),
    ]
    lines = [
        "asked = status",
        "if not isinstance(event, dict):",
        "    return run(event, asked)",
        *(["if reason := refused(event):", "    return filtered(reason)"] * ("refused" in plain)),
        *(["given, event = event, transform(event)"] * ("transform" in plain)),
        *writer.name,
        "status = statuses.get(name) if type(name) is str else None",
        "reading = None",
        "if asked or status is None:",
        "    status, reading, reason = find_status(event, asked)",
        "    if reason:",
        "        return filtered(reason)",
        *writer.lookups.lines,
        "problems = []",
        *(["order_info = {}"] * payloads),
        *body,
        f"values = ({', '.join(f'v{number}' for number in range(len(compiled.fields)))})",
        "if problems:",
        f"    return judged(status, {payload}, problems, values)",
        # What its own making does, without the call.
        "mapped = new(Mapped)",
        "mapped.outcome = 'mapped'",
        "mapped.order_status = status",
        f"mapped.payload = {payload}",
        "mapped.problems = mapped.trace = mapped.changes = ()",
        "mapped.reason = ''",
        "mapped.values = values",
        "return mapped",
    ]
    source = "\n    ".join(["def map_event(event, *, status=None):", *lines]) + "\n"
    return Program(source, {**fast_types.names(), **writer.lookups.names, **writer.names, **plain})


class _Writer:
    """Writes the parts of the function, and keeps what they need.

    names:   what the source calls things that are no text
    lookups: what the function looks up in events
    made:    the payload's objects → their variables, and where each stands
    name:    the lines that look up the event's name
    """

    def __init__(self, compiled: CompiledSettings, *, payloads: bool) -> None:
        self._payloads = payloads
        self.names: dict[str, Any] = {
            "CATEGORIES": CATEGORIES,
            "new": object.__new__,
            "statuses": compiled.statuses,
        }
        self.lookups = Lookups()
        self.made: dict[Parts, tuple[str, str]] = {("order_info",): ("order_info", "")}
        self._checks_platform = compiled.settings.checks.platform
        self._days = compiled.days
        self._number_of = {target: str(number) for number, target in enumerate(compiled.by_target)}
        # Those of targets about which a rule speaks.
        self._kept = {
            target: number
            for target, number in self._number_of.items()
            if any(target in rule.targets for rule in consistency_rules())
        }
        reading = self.lookups.reading(compiled.status, "status")
        # Most events of a site are none of the mapped ones: no more is looked up for those.
        self.name, self.lookups.lines = [*self.lookups.lines, f"name = {reading}"], []
        # The statuses about which there is nothing to say.
        self.names["sound"] = {
            status
            for status in compiled.statuses.values()
            if not evaluate_field(compiled.status, ValueReading(status, ""), status, {}).problem
        }

    def row(self, number: int, field: CompiledField) -> Iterator[str]:
        """From the property to the payload."""
        yield f"# {field.target!r}: {field.type.name} from {field.reads!r}"
        self.names[f"field_{number}"] = field
        v = f"v{number}"
        plain = f"plain(field_{number}, event, status, problems"
        put: list[str] = []
        if self._payloads:
            *way, key = field.parts
            yield from self._make(tuple(way))
            put = [f"if {v} is not None:", f"    {self.made[tuple(way)][0]}[{key!r}] = {v}"]
        if field.currency:
            plain = f"{plain}, currency=v{self._number_of[field.currency]}"
        if field.type.name == STATUS:
            plain = f"{plain}, reading=reading)"
            yield f"{v} = status if reading is None and status in sound else {plain}"
            yield from put
        elif self._is_settled(field, f"constant_{number}"):
            yield f"{v} = constant_{number}"
            yield from self._compared(field, self._fast_path(field, v).number_of_any)
            yield from put
        else:
            yield f"{v} = {self.lookups.reading(field, str(number))}"
            lines = [*self._taken(field, v, f"{plain})"), *put]
            if field.row.mandatory != ALWAYS:
                wanted = f" or status == {field.row.mandatory!r}" if field.row.mandatory else ""
                lines = [f"if {v} is not None{wanted}:", *_inside(lines)]
            yield from lines
        if field.type.name == "currency":
            yield f"has_cents{number} = {v} in currencies_with_cents"

    def _fast_path(self, field: CompiledField, v: str) -> fast_types.FastPath:
        currency = str(self._number_of[field.currency]) if field.currency else ""
        return fast_types.fast_path(field.type.name, v, currency)

    def _taken(self, field: CompiledField, v: str, plain: str) -> Iterator[str]:
        """From what the source gave to the value for the payload, both in one variable."""
        fast = self._fast_path(field, v)
        lines = [f"{v} = {fast.value}"] if fast.value else []
        if lines := [*lines, *self._compared(field, fast.number)]:
            yield f"if {fast.condition}:"
            yield from _inside(lines)
            yield "else:"
        else:
            yield f"if not ({fast.condition}):"
        yield from _inside([f"{v} = {plain}", *self._compared(field, fast.number_of_any)])

    def _compared(self, field: CompiledField, number: str) -> list[str]:
        """Keeps the number that rules over several fields compare, where they do."""
        kept = self._kept.get(field.target)
        return [f"n{kept} = {number}"] if kept and number else []

    def left_out(self, array: Parts, field: CompiledField) -> Iterator[str]:
        """The check of an array of which only the first item is read."""
        number = self.lookups.holder(array)
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

    def item_currency(self) -> Iterator[str]:
        """The check of the item's own currency."""
        order = f"v{self._number_of[CURRENCY]}"
        for parts in ITEM_CURRENCIES:
            yield f"t = {self.lookups.value(parts)}"
            yield f"if t is not None and t != {order}:"
            yield f"    check_item({parts!r}, t, {order}, problems)"

    def platform(self, *, transformed: bool) -> Iterator[str]:
        """The checks of what the platform asks of events, if they are switched on."""
        if not self._checks_platform:
            return
        if transformed:
            yield "problems += platform(given)"
            return
        context, user = (f"object_{self.lookups.holder([name])}" for name in ("context", "user"))
        yield f"if not ({NOTHING_TO_FIND.format(context=context, user=user)}):"
        yield "    problems += platform(event)"

    def days(self, *, transformed: bool) -> Iterator[str]:
        """The check of dates that formulas make."""
        targets = [field.target for field, _properties in self._days]
        if targets:
            values = ", ".join(f"{target!r}: v{self._number_of[target]}" for target in targets)
            given = "given" if transformed else "event"
            yield f"problems += shifted_days({given}, {{{values}}})"

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
        # What has no doubt in a currency without digits has none in any other.
        result = evaluate_field(field, field.source.read({}), None, {}, "JPY")
        self.names[name] = result.value
        return result.state == "ok" and result.problem is None


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
    return f"{terms[rule.left]} {relation} {right.removeprefix('+ ')}"


def _inside(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)
