"""What the rows read, for many events: a generated function.

Counting over events needs each row's raw value beside its value (`Mapped.values`), and not the
words of a trace, which take many times as long to make as the mapping itself.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from orderkit.language.calculation import Calculation
from orderkit.language.references import Constant
from orderkit.mapping.compiled import CompiledSettings
from orderkit.mapping.lookups import ODD, Lookups

#: From an event, or from an ``order_info``, to one value a row, in the table's order.
ReadRows: TypeAlias = Callable[[Any], tuple[Any, ...]]


def raw_reader(compiled: CompiledSettings) -> ReadRows:
    """What the source of each row reads of an event as it was given; `MISSING` for nothing."""
    lookups = Lookups(absent="MISSING")
    values = []
    for number, field in enumerate(compiled.fields):
        if isinstance(field.source, Constant):
            lookups.names[f"constant_{number}"] = field.source.value
            values.append(f"constant_{number}")
        elif isinstance(field.source, Calculation):
            reading = lookups.reading(field, str(number))
            values.append(f"(MISSING if (c := {reading}) is None else c)")
        else:
            values.append(lookups.reading(field, str(number)))
    read = _function(lookups, values)
    fields, transform = compiled.fields, compiled.transform
    transformed = bool(compiled.settings.transformation)

    def raws(event: Any) -> tuple[Any, ...]:
        event = transform(event) if transformed else event
        found = read(event)
        if ODD in found:
            return tuple(
                field.source.read(event).raw if raw is ODD else raw
                for field, raw in zip(fields, found, strict=True)
            )
        return found

    return raws


def _function(lookups: Lookups, values: list[str]) -> ReadRows:
    lines = ["def read(event):", *lookups.lines, f"return ({', '.join(values)},)"]
    names = dict(lookups.names)
    source = "\n    ".join(lines) + "\n"
    exec(compile(source, "<written for the settings>", "exec"), names)  # noqa: S102 - see codegen
    function: ReadRows = names["read"]
    return function
