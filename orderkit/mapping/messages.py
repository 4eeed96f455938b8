"""The wording of problems with single rows: what was found, what was expected, and the fix."""

from typing import Any

from orderkit.destination.fields import ALWAYS
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.references import Calculation, Reading
from orderkit.mapping.compiled import CompiledField
from orderkit.mapping.problems import Problem


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


def missing(field: CompiledField, reading: Reading, event: Any) -> Problem:
    """For a mandatory field that is absent or blank, with near misses from the event."""
    found = "nothing" if reading.raw is paths.MISSING else _blank(reading.raw)
    near: tuple[str, ...] = ()
    # What the settings read may have been mistyped there; the vendor's own paths are not.
    mistyped = _typed(field) and reading.raw is paths.MISSING
    calculated = isinstance(field.source, Calculation)
    if calculated:
        message = f"{field.row.source}: {field.source.why_absent(event)}"
        fix = f"see whether the formula {field.reads} reads what events have"
    elif field.in_settings:
        state = "not filled in" if reading.raw is paths.MISSING else "blank"
        message = f"{field.row.source} is {state}"
        fix = f"fill in the setting {field.row.source}"
    else:
        candidates = [p for p, value in paths.walk(event) if not paths.is_blank(value)]
        near = tuple(
            dict.fromkeys(
                n for p in field.source.properties for n in paths.near_misses(p, candidates)
            )
        )
        absent = reading.raw is paths.MISSING
        why = field.source.why_absent(event) if absent else f"`{reading.found_at}` is {found}"
        message = f"{field.reads} gives no value: {why}"
        fix = f"send {_properties(field)} with the event"
        if near:
            message += f"; did you mean {_list(near)}?"
            instead = f"read {_list(near)} instead: {_point_at(field, near[0])}"
            fix = f"{instead}, or {fix}" if mistyped else f"{fix}, or {instead}"
    return Problem(
        code="missing",
        target=field.row.target,
        source=field.row.source,
        rule=mandatory_rule(field.row.mandatory),
        found=found,
        expected=field.type.expected,
        message=message,
        fix=fix,
        actor="settings" if field.in_settings or (mistyped and (near or calculated)) else "event",
        near_misses=near,
    )


def _typed(field: CompiledField) -> bool:
    """Whether the path that is read stands in the settings."""
    return bool(field.row.setting) or field.remapped


def mandatory_rule(mandatory: str) -> str:
    """In words, when a row is mandatory."""
    return {ALWAYS: "always mandatory", "": "optional"}.get(mandatory, f"mandatory for {mandatory}")


def invalid(field: CompiledField, reading: Reading, reason: str, formula: str = "") -> Problem:
    """For a value that the row's type does not accept; `formula` has ``{x}`` for the property."""
    found = f"{paths.json_type(reading.raw)} {show(reading.raw)}"
    if formula and len(field.source.properties) == 1:
        written = formula.replace("{x}", formula_path(field.source.properties[0]))
        fix = f"send {field.type.expected}, or {_as_formula(field, written)}"
    elif field.in_settings:
        fix = f"write {field.type.expected} in the setting {field.row.source}"
    else:
        fix = f"send {field.type.expected} in {_properties(field)}"
    return Problem(
        code="invalid",
        target=field.row.target,
        source=field.row.source,
        rule=f"must be {field.type.expected}",
        found=found,
        expected=field.type.expected,
        message=f"{field.reads or field.row.source} is {show(reading.raw)}: {reason}",
        fix=fix,
        actor="settings" if field.in_settings else "event",
    )


def unusual(field: CompiledField, value: Any, doubt: str) -> Problem:
    """For a value that is accepted with a doubt."""
    return Problem(
        code="unusual",
        target=field.row.target,
        source=field.row.source,
        rule=f"expected is {field.type.expected}",
        found=show(value),
        expected=field.type.expected,
        message=f"{field.row.source} is {show(value)}: {doubt}",
        fix=f"make sure that {field.reads or field.row.source} is {field.type.expected}",
        actor="settings" if field.in_settings else "event",
    )


def left_out(field: CompiledField, array: paths.Parts, items: int) -> Problem:
    """For the items beyond the first, which no row has a place for."""
    path = ".".join(array)
    return Problem(
        code="left_out",
        target=field.row.target,
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
        target=field.row.target,
        source=field.row.source,
        rule=rule,
        found=found,
        expected=expected,
        message=f"{found}, but expected is {expected}: {rule}",
        fix=fix,
        actor="settings" if field.in_settings else "event",
    )


def formula_path(path: str) -> str:
    """A property as it is written in a formula."""
    return ".".join(paths.parse(path))


def _as_formula(field: CompiledField, formula: str) -> str:
    if field.row.setting and not field.remapped:
        return f"write {field.row.setting} = {{ formula = '{formula}' }} under [settings]"
    return f"write \"{field.row.target}\" = {{ formula = '{formula}' }} under [smart_mapping]"


def _point_at(field: CompiledField, path: str) -> str:
    if field.row.setting and not field.remapped:
        return f'{field.row.setting} = "{{{{{path}}}}}" under [settings]'
    return f'"{field.row.target}" = "{path}" under [smart_mapping]'


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
