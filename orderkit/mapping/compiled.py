"""The settings compiled: each row of the table with its source, and what stands around the rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.destination.settings import FormulaValue, Settings
from orderkit.events.paths import Parts, is_index, parse_path
from orderkit.language.calculation import Calculation, compile_formula
from orderkit.language.filters import EventFilter
from orderkit.language.references import (
    ValueSource,
    compile_property,
    compile_reference,
    compile_value,
)
from orderkit.language.transformations import EventTransformation
from orderkit.mapping.types import FieldType, field_type

if TYPE_CHECKING:
    from orderkit.language.formulas import Context

#: The type of the row that event mapping fills.
STATUS: Final = "status"
#: The type of the rows that hold a day.
DATE: Final = "date"


@dataclass(frozen=True, slots=True)
class CompiledField:
    """A row of the table, compiled for the settings.

    row:      the field mapping as the table has it
    type:     what its values must be
    source:   where its values come from
    parts:    the target's path
    remapped: whether smart mapping points it at another source than the table's
    array:    path of the array of which only one item is read, or ()
    currency: target of the currency that an amount is in, or ""
    zone:     the settings' time zone
    """

    row: FieldMapping
    type: FieldType
    source: ValueSource
    parts: Parts
    remapped: bool
    array: Parts
    currency: str
    zone: ZoneInfo

    @property
    def target(self) -> str:
        """Where the value goes, from ``order_info.`` on."""
        return self.row.target

    @property
    def reads(self) -> str:
        """What is read, as an engineer would write it."""
        return self.source.text

    @property
    def in_settings(self) -> bool:
        """Whether the value itself stands in the settings."""
        return not self.source.properties


@dataclass(frozen=True, slots=True)
class CompiledSettings:
    """Settings, ready to map events.

    settings:   what they were compiled from
    fields:     one for each row of the table, in its order
    by_target:  target → field
    status:     the field that event mapping fills
    arrays:     path of an array of which one item is read → the field that stands for it
    touched:    fields that read what the transformation touches, with the property
    days:       dates that a formula makes, with the properties that it may be made of
    statuses:   event name → order status
    transform:  an event → the event as the rows see it
    filter:     which events are sent
    """

    settings: Settings
    fields: tuple[CompiledField, ...]
    by_target: Mapping[str, CompiledField]
    status: CompiledField
    arrays: Mapping[Parts, CompiledField]
    touched: tuple[tuple[CompiledField, Parts], ...]
    days: tuple[tuple[CompiledField, tuple[Parts, ...]], ...]
    statuses: Mapping[str, str]
    transform: EventTransformation
    filter: EventFilter


def compile_settings(settings: Settings, now: datetime | None = None) -> CompiledSettings:
    """The settings compiled; `now` is the clock that formulas see, the time of day if absent."""
    assumed = "timezone" not in settings.model_fields_set
    context = partial(_context, now, settings.zone, assumed)
    fields = tuple(_compile(row, settings, context) for row in field_mappings())
    # The first field of each array stands for it.
    arrays = {field.array: field for field in reversed(fields) if field.array}
    transformation = EventTransformation([s.compiled(context) for s in settings.transformation])
    return CompiledSettings(
        settings=settings,
        fields=fields,
        by_target={field.target: field for field in fields},
        status=next(field for field in fields if field.type.name == STATUS),
        arrays=dict(reversed(arrays.items())),
        touched=tuple(_touched(transformation, fields)),
        days=tuple(_days(transformation, fields)),
        statuses=settings.statuses(),
        transform=transformation,
        filter=settings.filter.compiled(context),
    )


def _touched(
    transformation: EventTransformation, fields: Iterable[CompiledField]
) -> Iterator[tuple[CompiledField, Parts]]:
    roots = {path[0] for path in transformation.taken()}
    for field in fields:
        for parts in map(parse_path, field.source.properties):
            if parts[0] in roots:
                yield field, parts


def _days(
    transformation: EventTransformation, fields: Iterable[CompiledField]
) -> Iterator[tuple[CompiledField, tuple[Parts, ...]]]:
    made = [step.value for step in transformation.steps if isinstance(step.value, Calculation)]
    moved = [p for step in transformation.steps for p in (step.path, step.other) if p]
    for field in fields:
        if field.type.name != DATE or not (made or isinstance(field.source, Calculation)):
            continue
        read = [path for source in (field.source, *made) for path in source.properties]
        yield field, tuple(dict.fromkeys([*map(parse_path, read), *moved]))


def _context(now: datetime | None, zone: ZoneInfo, assumed: bool) -> "Context":
    from orderkit.language.formulas import Context

    return Context(now=now or datetime.now(UTC), zone=zone, assumed=assumed)


def _compile(
    row: FieldMapping, settings: Settings, context: Callable[[], "Context"]
) -> CompiledField:
    other = settings.smart_mapping.get(row.target)
    value = getattr(settings.settings, row.setting) if row.setting else None
    written = value if other is None else other
    if isinstance(written, FormulaValue):
        source: ValueSource = compile_formula(written.formula, context)
    elif other is not None:
        source = compile_reference(str(other))
    elif row.setting:
        source = compile_value(value)
    else:
        events = row.type == STATUS
        source = compile_property(settings.event_property if events else row.source)
    return CompiledField(
        row=row,
        type=field_type(row.type),
        source=source,
        parts=tuple(row.target.split(".")),
        remapped=other is not None,
        array=_array(row, source),
        currency=_currency(row),
        zone=settings.zone,
    )


def _array(row: FieldMapping, source: ValueSource) -> Parts:
    """The array of which a source reads one item only, or ().

    ``X`` always stands for the item. A number does where the target has one place for many, and
    the source reads no other item of that array.
    """
    arrays: dict[Parts, set[str]] = {}
    has_one_place = any(part.isdecimal() for part in row.target.split("."))
    for path in source.properties:
        parts = path.split(".")
        at = next((i for i, p in enumerate(parts) if i and _is_item(p, has_one_place)), 0)
        if at:
            arrays.setdefault(tuple(parts[:at]), set()).add(parts[at])
    return next((array for array, items in arrays.items() if len(items) == 1), ())


def _is_item(part: str, numbers_too: bool) -> bool:
    return part == "X" or (numbers_too and is_index(part))


def _currency(row: FieldMapping) -> str:
    """The currency that stands next to an amount in the payload; the order's, of two as near."""
    if row.type != "amount":
        return ""
    own = row.target.split(".")
    currencies = [each.target for each in field_mappings() if each.type == "currency"]
    return max(currencies, key=lambda target: len(_shared(own, target.split("."))))


def _shared(one: list[str], other: list[str]) -> list[str]:
    return [
        a for a, _b in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    ]
