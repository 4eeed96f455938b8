"""The plain evaluation: what becomes of one event, step by step, beside the vendor's page.

Filters first, then the properties transformation, then event mapping, then each row of the field
mapping table, then the checks over several of its fields. `Mapper.explain` runs this; `Mapper.map`
runs a function generated for the settings, which gives the same (see `orderkit.mapping.codegen`).
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NamedTuple

from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.references import ValueReading
from orderkit.mapping import platform
from orderkit.mapping.amounts import check_currency, check_thousands, unusual_digits
from orderkit.mapping.compiled import STATUS, CompiledField, CompiledSettings
from orderkit.mapping.consistency import ConsistencyRule, consistency_rules
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.event_names import UnmappedName, meant_name
from orderkit.mapping.hotel_days import shifted_days
from orderkit.mapping.messages import (
    inconsistent,
    invalid,
    left_out,
    missing,
    not_an_event,
    other_currency,
    taken_away,
    unusual,
)
from orderkit.mapping.problems import Problem
from orderkit.mapping.results import Mapped, State, TraceEntry, filtered, judged

ASKED: Final = "the status asked for"

#: The order's currency, and where the item may have one of its own: in its product (source: events
#: reference), or beside it.
CURRENCY: Final = "order_info.value.currency"
ITEM_CURRENCIES: Final = (("items", "0", "product", "currency"), ("items", "0", "currency"))

#: Characters of the longest event name that is worth keeping in memory.
_LONGEST_REMEMBERED: Final = 200


class Evaluated(NamedTuple):
    """What one row gives for one event.

    value:   for the payload, None where there is none
    steps:   each conversion, in words
    state:   see `TraceEntry`
    problem: what is wrong with it, or None
    """

    value: Any
    steps: tuple[str, ...]
    state: State
    problem: Problem | None = None


def map_event(
    compiled: CompiledSettings,
    event: Any,
    asked: str | None = None,
    trace: list[TraceEntry] | None = None,
) -> Mapped:
    """What becomes of an event, or of it as an order of the status `asked` for.

    `trace` gets one entry a row.
    """
    if not isinstance(event, dict):
        return Mapped("rejected", None, {"order_info": {}}, (not_an_event(event),))
    if refusal := compiled.filter.explain_refusal(event):
        return filtered(refusal)
    given, event = event, compiled.transform(event)
    status, status_reading, reason = find_status(compiled, event, asked)
    if reason:
        return filtered(reason)
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in compiled.fields:
        reading = status_reading if field is compiled.status else None
        reading = reading or field.source.read(event)
        result = evaluate_field(field, reading, status, event, values.get(field.currency))
        if result.problem:
            problems.append(result.problem)
        if result.state == "ok":
            values[field.target] = result.value
        if trace is not None:
            trace.append(_entry(field, reading, result, status, event))
    problems += find_taken_away(compiled, given, event)
    problems += shifted_days(compiled, given, values)
    for array, field in compiled.arrays.items():
        items = paths.get(event, array)
        if isinstance(items, list) and len(items) > 1:
            problems.append(left_out(field, array, len(items)))
    for parts in ITEM_CURRENCIES:
        check_item(compiled, parts, paths.get(event, parts), values.get(CURRENCY), problems)
    for rule in consistency_rules():
        check(compiled, rule, values, problems)
    if compiled.settings.checks.platform:
        problems += platform.findings(given)
    changes = compiled.transform.explain(given) if trace is not None else ()
    by_row = tuple(values.get(target) for target in compiled.by_target)
    return judged(status, payload(compiled.fields, values), problems, by_row, trace or (), changes)


def find_status(
    compiled: CompiledSettings, event: Any, asked: str | None
) -> tuple[str | None, ValueReading | None, str]:
    """The order status by event mapping, the reading of its row, and why the event is filtered."""
    if asked:
        return asked, ValueReading(asked, ASKED), ""
    reading = compiled.status.source.read(event)
    name = str(reading.raw) if type(reading.raw) is int else reading.raw
    if paths.is_blank(name) or not isinstance(name, str):
        return None, reading, ""
    status = compiled.statuses.get(name)
    if status is None:
        explain = _unmapped if len(name) < _LONGEST_REMEMBERED else _unmapped.__wrapped__
        return None, None, explain(name, tuple(compiled.statuses))
    return status, reading, ""


# Most events of a site are of a few other names.
@lru_cache(maxsize=1_024)
def _unmapped(name: str, mapped: tuple[str, ...]) -> str:
    """Why an event of that name is filtered."""
    near = meant_name(name, mapped)
    meant = f"; did you mean {show(near)}?" if near else ""
    return UnmappedName(f"event {show(name)} is in no event mapping entry{meant}", name)


def evaluate_field(
    field: CompiledField,
    reading: ValueReading,
    status: str | None,
    event: Any,
    currency: str | None = None,
    *,
    describe: bool = True,
) -> Evaluated:
    """One row: from what its source gave to the value for the payload, or to a problem.

    currency: that of the payload in which the field's amount is, where it is known
    describe: whether a problem is put into words; without, `problem` is None, several times as fast
    """
    if reading.refused:
        problem = invalid(field, reading, reading.refused) if describe else None
        return Evaluated(None, (), "invalid", problem)
    raw = reading.raw
    if paths.is_blank(raw):
        if field.row.mandatory_for(status):
            problem = missing(field, reading, event) if describe else None
            return Evaluated(None, (), "missing", problem)
        later = field.row.awaits_later(status)
        return Evaluated(None, (), "not yet" if later else "not needed")
    try:
        if field.currency:
            check_currency(raw, currency)
        if field.type.name == STATUS and status and status != raw:
            value = status
            steps: tuple[str, ...] = (f"event mapping: {show(raw)} → {status}",)
        else:
            value, steps = field.type.convert(raw, field.zone)
        if field.currency:
            check_thousands(raw, currency)
    except Unconvertible as error:
        reason, mendings = error.reason, error.mendings
        problem = invalid(field, reading, reason, mendings, currency) if describe else None
        return Evaluated(None, (), "invalid", problem)
    if not describe:
        return Evaluated(value, steps, "ok")
    doubt = unusual_digits(value, currency) if field.currency else field.type.unusual(value)
    return Evaluated(value, steps, "ok", unusual(field, raw, value, doubt) if doubt else None)


def evaluate_one(
    field: CompiledField,
    event: Any,
    status: str | None,
    problems: list[Problem],
    *,
    reading: ValueReading | None = None,
    currency: str | None = None,
) -> Any:
    """The value of one row, None where there is none; a problem joins the others."""
    reading = reading or field.source.read(event)
    result = evaluate_field(field, reading, status, event, currency)
    if result.problem:
        problems.append(result.problem)
    return result.value


def find_taken_away(compiled: CompiledSettings, given: Any, event: Any) -> list[Problem]:
    """Fields that read what the event had when it was given, and has no more when it is mapped."""
    return [
        taken_away(field, ".".join(parts))
        for field, parts in compiled.touched
        if paths.get(event, parts) is paths.MISSING and paths.get(given, parts) is not paths.MISSING
    ]


def check_item(
    compiled: CompiledSettings,
    parts: paths.Parts,
    found: Any,
    currency: str | None,
    problems: list[Problem],
) -> None:
    """The check of the item's own currency, `found` in it at `parts`, against the order's."""
    if currency is None or paths.is_blank(found):
        return
    if not isinstance(found, str) or found.strip().upper() != currency:
        field = compiled.by_target[CURRENCY]
        problems.append(other_currency(field, ".".join(parts), currency, found))


def check(
    compiled: CompiledSettings,
    rule: ConsistencyRule,
    values: Mapping[str, Any],
    problems: list[Problem],
) -> None:
    """One check over several fields; `values`: target → value."""
    if broken := rule.broken(values):
        problems.append(inconsistent(compiled.by_target[rule.left], rule.rule, *broken, rule.fix))


def payload(fields: Iterable[CompiledField], values: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with these values (target → value), each at its target, in the table's order."""
    made: dict[str, Any] = {"order_info": {}}
    for field in fields:
        holder: Any = made
        for part, following in pairwise(field.parts):
            empty: Any = [] if following.isdecimal() else {}
            if isinstance(holder, list):
                if not holder:
                    holder.append(empty)
                holder = holder[0]
            else:
                holder = holder.setdefault(part, empty)
        if field.target in values:
            holder[field.parts[-1]] = values[field.target]
    return {"order_info": _without_empty(made["order_info"]) or {}}


def _without_empty(value: Any) -> Any:
    """The value without objects and arrays that hold nothing; None where nothing is left."""
    if isinstance(value, dict):
        kept = {key: _without_empty(part) for key, part in value.items()}
        return {key: part for key, part in kept.items() if part is not None} or None
    if isinstance(value, list):
        return [part for part in map(_without_empty, value) if part is not None] or None
    return value


def _entry(
    field: CompiledField, reading: ValueReading, result: Evaluated, status: str | None, event: Any
) -> TraceEntry:
    found = reading.raw is not paths.MISSING
    # A status that was asked for did not come from the row's source.
    steps = field.source.describe(event) if reading.found_at != ASKED else ()
    steps = (*steps, *result.steps)
    if not found:
        steps = (*steps, field.source.explain_missing(event))
    elif result.state not in ("ok", "invalid"):
        steps = (*steps, "blank: counts as absent")
    return TraceEntry(
        target=field.target,
        source=field.row.source,
        reads=field.reads,
        type=field.row.type,
        mandatory=field.row.mandatory_for(status),
        found_at=reading.found_at,
        raw=reading.raw if found else None,
        json_type=paths.json_type(reading.raw),
        steps=tuple(steps),
        value=result.value,
        state=result.state,
    )
