"""The wording of problems with single fields: what was found, what was expected, and the fix."""

from collections.abc import Iterable
from typing import Any, Final

from orderkit.destination.fields import ALWAYS
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.calculation import Calculation
from orderkit.language.references import PropertySource, ValueReading
from orderkit.mapping.compiled import STATUS, CompiledField
from orderkit.mapping.conversion import Doubt, Mending, Unconvertible
from orderkit.mapping.fixes import offers, source_in_formula
from orderkit.mapping.near_misses import similar
from orderkit.mapping.problems import Problem

_CLICK_ID: Final = "click id"
#: The types of which a text is none that a sum of texts gave.
_NUMBERS: Final = frozenset({"amount", "integer"})


def not_an_event(event: Any) -> Problem:
    """For what is no JSON object."""
    return Problem(
        code="invalid",
        target="order_info",
        source="",
        rule="an event is a JSON object",
        found=f"{paths.json_type(event)} {show(event)}",
        expected="a JSON object",
        message=f"the event is {paths.json_type(event)}, not an object",
        fix="give one JSON object for each event",
        actor="event",
    )


def missing(field: CompiledField, reading: ValueReading, event: Any) -> Problem:
    """For a mandatory field that is absent or blank, with near misses from the event."""
    found = "nothing" if reading.raw is paths.MISSING else _blank(reading.raw)
    near: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    # What the settings read may have been mistyped there; the vendor's own paths are not.
    mistyped = _typed(field) and reading.raw is paths.MISSING
    calculated = isinstance(field.source, Calculation)
    if isinstance(field.source, Calculation):
        message = f"{field.row.source}: {field.source.explain_missing(event)}"
        near = similar(field.source.absent(event), event)
        fix = "see whether the formula reads what events have"
    elif field.in_settings and field.remapped and reading.raw is paths.MISSING:
        message = f"the smart mapping of {field.row.source} is left empty: the row is not sent"
        fix = f"name a property for {field.target} under [smart_mapping], or delete its line"
    elif field.in_settings:
        state = "not filled in" if reading.raw is paths.MISSING else "blank"
        message = f"{field.row.source} is {state}"
        fix = f"fill in the setting {field.row.source}"
    else:
        near = similar(field.source.properties, event)
        absent = reading.raw is paths.MISSING
        why = field.source.explain_missing(event) if absent else f"`{reading.found_at}` is {found}"
        message = f"{field.reads} gives no value: {why}"
        fix = f"send {_properties(field)} with the event"
        if field.type.name == STATUS:
            fix += ", or name the property that says what happened as event_property"
        if taken := tuple(path for path in near if _takes(field, event, path)):
            instead = f"read {_list(taken)} instead: {_point_at(field, taken[0])}"
            fix = f"{instead}, or {fix}" if mistyped else f"{fix}, or {instead}"
        elif absent and not mistyped and field.type.name != STATUS:
            fix += ", or name the property that has it under [smart_mapping]"
    if field.type.name == _CLICK_ID and (present := source_in_formula(field.source)):
        without = f"formula = '{present} != null'" if "'" not in present else "a formula"
        fix += (
            f"; or leave out what did not begin on TikTok: {without} under [filter], joined with "
            "&& to one that is there"
        )
    if near:
        message += f"; did you mean {_list(near)}?"
    return Problem(
        code="missing",
        target=field.target,
        source=field.row.source,
        rule=mandatory_rule(field.row.mandatory),
        found=found,
        expected=field.type.expected,
        message=message,
        fix=fix,
        actor="settings" if field.in_settings or (mistyped and (taken or calculated)) else "event",
        near_misses=near,
    )


def _takes(field: CompiledField, event: Any, path: str) -> bool:
    """Whether a field takes what stands at a path: another value would be the next fault."""
    if not isinstance(field.source, PropertySource):
        return True  # it is a part of a longer text
    try:
        field.type.convert(paths.get(event, paths.parse_path(path)), field.zone)
    except Unconvertible:
        return False
    return True


def _typed(field: CompiledField) -> bool:
    """Whether the path that is read stands in the settings."""
    return bool(field.row.setting) or field.remapped


def mandatory_rule(mandatory: str) -> str:
    """In words, when a row is mandatory."""
    return {ALWAYS: "always mandatory", "": "optional"}.get(mandatory, f"mandatory for {mandatory}")


def invalid(
    field: CompiledField,
    reading: ValueReading,
    reason: str,
    mendings: Iterable[Mending] = (),
    currency: str | None = None,
) -> Problem:
    """For a value that the field's type does not accept; of `mendings` those that work are told.

    currency: that of the payload in which the field's amount is, where it is known
    """
    found = f"{paths.json_type(reading.raw)} {show(reading.raw)}"
    joined = _joins_texts(field, reading.raw)
    if joined:
        fix = "write NUMBER(…) around each text that is added: `+` joins texts"
    elif field.in_settings:
        fix = f"write {field.type.expected} in the setting {field.row.source}"
    elif offered := offers(field, reading.raw, mendings, currency):
        fix = f"send {field.type.expected}, or {', or '.join(offered)}"
    else:
        fix = f"send {field.type.expected} in {_properties(field)}"
    return Problem(
        code="invalid",
        target=field.target,
        source=field.row.source,
        rule=f"must be {field.type.expected}",
        found=found,
        expected=field.type.expected,
        message=f"{field.reads or field.row.source} is {show(reading.raw)}: {reason}",
        fix=fix,
        actor="settings" if field.in_settings or joined else "event",
    )


def _joins_texts(field: CompiledField, raw: Any) -> bool:
    """Whether a formula made a text of what were to be numbers."""
    added = isinstance(field.source, Calculation) and "+" in field.source.text
    return added and field.type.name in _NUMBERS and isinstance(raw, str)


def unusual(field: CompiledField, raw: Any, value: Any, doubt: Doubt) -> Problem:
    """For a value that is accepted with a doubt; `raw` is what it was made of."""
    where = field.reads or field.row.source
    calculated = isinstance(field.source, Calculation)
    name = field.target.removeprefix("order_info.") if field.remapped else field.row.source
    fix = doubt.fix or f"make sure that {where} is {field.type.expected}"
    if offered := offers(field, raw, doubt.mendings):
        # What a formula of the settings makes of an event, nobody can send otherwise.
        sent = [] if calculated else [doubt.fix or f"send {field.type.expected}"]
        fix = ", or ".join([*sent, *offered])
    return Problem(
        code="unusual",
        target=field.target,
        source=field.row.source,
        rule=f"expected is {field.type.expected}",
        found=show(value),
        expected=field.type.expected,
        message=f"{name} is {show(value)}: {doubt.reason}",
        fix=fix,
        actor="settings" if field.in_settings or calculated else "event",
    )


def taken_away(field: CompiledField, path: str) -> Problem:
    """For a property that the event had until the properties transformation took it away."""
    return Problem(
        code="unusual",
        target=field.target,
        source=field.row.source,
        rule="the transformation comes before the mapping",
        found=f"no `{path}` after the transformation",
        expected=f"`{path}`, which the event came with",
        message=f"{field.reads} reads `{path}`, which the transformation renames or deletes before",
        fix=f"read the new name of `{path}`, or copy the property instead of renaming it",
        actor="settings",
    )


def other_currency(field: CompiledField, path: str, currency: str, found: Any) -> Problem:
    """For an item that says it is in another currency than the order."""
    return Problem(
        code="inconsistent",
        target=field.target,
        source=path,
        rule="one currency for the order and its item",
        found=f"`{path}` is {show(found)}",
        expected=show(currency),
        message=f"`{path}` is {show(found)}, but the order's amounts are in {currency}",
        fix="send the order's currency, and amounts in it: there is one place for it",
        actor="event",
    )


def left_out(field: CompiledField, array: paths.Parts, items: int) -> Problem:
    """For the items beyond the first, which no row has a place for."""
    path = ".".join(array)
    return Problem(
        code="left_out",
        target=field.target,
        source=path,
        rule="only the first item is sent (assumption: the targets are fixed at index 0)",
        found=paths.count(items, "item"),
        expected="1 item",
        message=f"`{path}` has {items} items: {items - 1} left out",
        fix=f"put the item that stands for the order first in `{path}`, or send one event an item",
        actor="event",
    )


def inconsistent(field: CompiledField, rule: str, found: str, expected: str, fix: str) -> Problem:
    """For values that break a rule over several fields; `field` is that of the rule's left side."""
    return Problem(
        code="inconsistent",
        target=field.target,
        source=field.row.source,
        rule=rule,
        found=found,
        expected=expected,
        message=f"{found}, but expected is {expected}: {rule}",
        fix=fix,
        actor="settings" if field.in_settings else "event",
    )


def _point_at(field: CompiledField, path: str) -> str:
    if field.row.setting and not field.remapped:
        return f'{field.row.setting} = "{{{{{path}}}}}" under [settings]'
    return f'"{field.target}" = "{path}" under [smart_mapping]'


def _properties(field: CompiledField) -> str:
    return _list(field.source.properties)


def _list(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _blank(value: Any) -> str:
    return "null" if value is None else f"blank {show(value)}"


def unreadable(error: str) -> Problem:
    """For a line that is no JSON object."""
    return Problem(
        code="invalid",
        target="",
        source="",
        rule="an event is a JSON object",
        found=error,
        expected="a JSON object",
        message=error,
        fix="mend the line, or leave it out",
        actor="event",
    )
