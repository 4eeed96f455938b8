"""The table's rows compiled for the settings, and what one of them gives for one event."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.destination.settings import FormulaValue, Settings
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.events.paths import is_blank
from orderkit.language.references import (
    Reading,
    Source,
    compile_formula,
    compile_property,
    compile_reference,
    compile_value,
)
from orderkit.mapping.messages import invalid, missing, unusual
from orderkit.mapping.problems import Problem
from orderkit.mapping.types import RowType, Unconvertible, row_type

if TYPE_CHECKING:
    from orderkit.language.formulas import Context

State: TypeAlias = Literal["there", "absent", "missing", "invalid"]

#: The type of the row that event mapping fills.
STATUS: Final = "status"


@dataclass(frozen=True, slots=True)
class Row:
    """A field mapping compiled for the settings.

    parts:    the target's
    remapped: whether smart mapping points it at another source than the table's
    array:    path of the array whose first item is read, or ()
    zone:     the settings' time zone
    """

    field: FieldMapping
    type: RowType
    source: Source
    parts: paths.Parts
    remapped: bool
    array: paths.Parts
    zone: ZoneInfo

    @property
    def reads(self) -> str:
        """What is read, as an engineer would write it."""
        return self.source.text

    @property
    def in_settings(self) -> bool:
        """Whether the value itself stands in the settings."""
        return not self.source.properties

    def evaluate(
        self, reading: Reading, status: str | None, event: Any
    ) -> tuple[Any, tuple[str, ...], State, Problem | None]:
        """The value for the payload, the steps to it in words, its state, and what is wrong."""
        if reading.refused:
            return None, (), "invalid", invalid(self, reading, reading.refused)
        if is_blank(reading.raw):
            if self.field.mandatory_for(status):
                return None, (), "missing", missing(self, reading, event)
            return None, (), "absent", None
        try:
            if self.type.name == STATUS and status and status != reading.raw:
                value = status
                steps: tuple[str, ...] = (f"event mapping: {show(reading.raw)} → {status}",)
            else:
                value, steps = self.type.convert(reading.raw, self.zone)
        except Unconvertible as error:
            return None, (), "invalid", invalid(self, reading, error.reason, error.formula)
        doubt = self.type.unusual(value)
        return value, steps, "there", unusual(self, value, doubt) if doubt else None


def compile_rows(settings: Settings, context: Callable[[], "Context"]) -> tuple[Row, ...]:
    """A row for each field mapping; `context` is what formulas see at the moment they are read."""
    return tuple(_compile(field, settings, context) for field in field_mappings())


def _compile(field: FieldMapping, settings: Settings, context: Callable[[], "Context"]) -> Row:
    other = settings.smart_mapping.get(field.target)
    value = getattr(settings.settings, field.setting) if field.setting else None
    written = value if other is None else other
    if isinstance(written, FormulaValue):
        source: Source = compile_formula(written.formula, context)
    elif other is not None:
        source = compile_reference(str(other))
    elif field.setting:
        source = compile_value(value)
    else:
        source = compile_property(field.source)
    # "items.X" in a path stands for the first item, and the others are left out.
    arrays = (p.split(".") for p in source.properties)
    array = next((tuple(p[: p.index("X")]) for p in arrays if "X" in p), ())
    return Row(
        field=field,
        type=row_type(field.type),
        source=source,
        parts=tuple(field.target.split(".")),
        remapped=other is not None,
        array=array,
        zone=settings.zone,
    )
