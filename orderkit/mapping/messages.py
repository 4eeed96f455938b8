"""The wording of problems with single rows: what was found, what was expected, and the fix."""

from typing import TYPE_CHECKING, Any

from orderkit.destination.fields import ALWAYS
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.references import Calculation, Reading
from orderkit.mapping.problems import Problem

if TYPE_CHECKING:
    from orderkit.mapping.compiled import Row


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


def missing(row: "Row", reading: Reading, event: Any) -> Problem:
    """For a mandatory field that is absent or blank, with near misses from the event."""
    found = "nothing" if reading.raw is paths.MISSING else _blank(reading.raw)
    near: tuple[str, ...] = ()
    # What the settings read may have been mistyped there; the vendor's own paths are not.
    mistyped = _typed(row) and reading.raw is paths.MISSING
    calculated = isinstance(row.source, Calculation)
    if calculated:
        message = f"{row.field.source}: {row.source.why_absent(event)}"
        fix = f"see whether the formula {row.reads} reads what events have"
    elif row.in_settings:
        state = "not filled in" if reading.raw is paths.MISSING else "blank"
        message = f"{row.field.source} is {state}"
        fix = f"fill in the setting {row.field.source}"
    else:
        candidates = [p for p, value in paths.walk(event) if not paths.is_blank(value)]
        near = tuple(
            dict.fromkeys(
                n for p in row.source.properties for n in paths.near_misses(p, candidates)
            )
        )
        absent = reading.raw is paths.MISSING
        why = row.source.why_absent(event) if absent else f"`{reading.found_at}` is {found}"
        message = f"{row.reads} gives no value: {why}"
        fix = f"send {_properties(row)} with the event"
        if near:
            message += f"; did you mean {_list(near)}?"
            instead = f"read {_list(near)} instead: {_point_at(row, near[0])}"
            fix = f"{instead}, or {fix}" if mistyped else f"{fix}, or {instead}"
    return Problem(
        code="missing",
        target=row.field.target,
        source=row.field.source,
        rule=mandatory_rule(row.field.mandatory),
        found=found,
        expected=row.type.expected,
        message=message,
        fix=fix,
        actor="settings" if row.in_settings or (mistyped and (near or calculated)) else "event",
        near_misses=near,
    )


def _typed(row: "Row") -> bool:
    """Whether the path that is read stands in the settings."""
    return bool(row.field.setting) or row.remapped


def mandatory_rule(mandatory: str) -> str:
    """In words, when a row is mandatory."""
    return {ALWAYS: "always mandatory", "": "optional"}.get(mandatory, f"mandatory for {mandatory}")


def invalid(row: "Row", reading: Reading, reason: str, formula: str = "") -> Problem:
    """For a value that the row's type does not accept; `formula` has ``{x}`` for the property."""
    found = f"{paths.json_type(reading.raw)} {show(reading.raw)}"
    if formula and len(row.source.properties) == 1:
        written = formula.replace("{x}", formula_path(row.source.properties[0]))
        fix = f"send {row.type.expected}, or {_as_formula(row, written)}"
    elif row.in_settings:
        fix = f"write {row.type.expected} in the setting {row.field.source}"
    else:
        fix = f"send {row.type.expected} in {_properties(row)}"
    return Problem(
        code="invalid",
        target=row.field.target,
        source=row.field.source,
        rule=f"must be {row.type.expected}",
        found=found,
        expected=row.type.expected,
        message=f"{row.reads or row.field.source} is {show(reading.raw)}: {reason}",
        fix=fix,
        actor="settings" if row.in_settings else "event",
    )


def unusual(row: "Row", value: Any, doubt: str) -> Problem:
    """For a value that is accepted with a doubt."""
    return Problem(
        code="unusual",
        target=row.field.target,
        source=row.field.source,
        rule=f"expected is {row.type.expected}",
        found=show(value),
        expected=row.type.expected,
        message=f"{row.field.source} is {show(value)}: {doubt}",
        fix=f"make sure that {row.reads or row.field.source} is {row.type.expected}",
        actor="settings" if row.in_settings else "event",
    )


def left_out(row: "Row", array: paths.Parts, items: int) -> Problem:
    """For the items beyond the first, which no row has a place for."""
    path = ".".join(array)
    return Problem(
        code="left_out",
        target=row.field.target,
        source=path,
        rule="only the first item is sent (assumption: the targets are fixed at index 0)",
        found=paths.count(items, "item"),
        expected="1 item",
        message=f"`{path}` has {items} items: {items - 1} left out",
        fix=f"put the item that stands for the order first in `{path}`, or send one event an item",
        actor="event",
    )


def inconsistent(row: "Row", rule: str, found: str, expected: str, fix: str) -> Problem:
    """For values that break a rule over several fields; `row` is that of the rule's left side."""
    return Problem(
        code="inconsistent",
        target=row.field.target,
        source=row.field.source,
        rule=rule,
        found=found,
        expected=expected,
        message=f"{found}, but expected is {expected}: {rule}",
        fix=fix,
        actor="settings" if row.in_settings else "event",
    )


def formula_path(path: str) -> str:
    """A property as it is written in a formula."""
    return ".".join(paths.parse(path))


def _as_formula(row: "Row", formula: str) -> str:
    if row.field.setting and not row.remapped:
        return f"write {row.field.setting} = {{ formula = '{formula}' }} under [settings]"
    return f"write \"{row.field.target}\" = {{ formula = '{formula}' }} under [smart_mapping]"


def _point_at(row: "Row", path: str) -> str:
    if row.field.setting and not row.remapped:
        return f'{row.field.setting} = "{{{{{path}}}}}" under [settings]'
    return f'"{row.field.target}" = "{path}" under [smart_mapping]'


def _properties(row: "Row") -> str:
    return _list(row.source.properties)


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
