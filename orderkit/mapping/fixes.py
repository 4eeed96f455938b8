"""Fixes that work: formulas are tried on the value at hand before anybody is told to write them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.errors import FormulaError
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.calculation import Calculation, compile_formula
from orderkit.language.references import PropertySource, ValueSource
from orderkit.mapping.amounts import is_currency
from orderkit.mapping.compiled import CompiledField
from orderkit.mapping.conversion import Mending, Unconvertible

#: Formulas that mend values do not look at the clock.
_NO_CLOCK: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST: Final = 10_000


def offers(
    field: CompiledField, raw: Any, mendings: Iterable[Mending], currency: str | None = None
) -> list[str]:
    """What can be written for a field so that it gets the value that each mending promises."""
    return [
        as_setting(field, formula) + (f" ({words})" if words else "")
        for formula, words in mending_formulas(field, raw, mendings, currency)
    ]


def mending_formulas(
    field: CompiledField, raw: Any, mendings: Iterable[Mending], currency: str | None = None
) -> list[tuple[str, str]]:
    """The formulas that give the values that mendings promise, each with the mending's words.

    A formula that gives another value for `raw`, or one that the field does not take, is left out.
    So is one that leaves out of an amount any other word than that of its `currency`; what one
    leaves out of another number is said.
    """
    expression = source_in_formula(field.source)
    if not expression or field.in_settings:
        return []
    found = []
    for mending in mendings:
        if field.currency and not all(is_currency(word, currency) for word in mending.drops):
            continue
        formula = next((f for f in mending.formulas if _gives(f, raw, mending, field)), "")
        if formula:
            dropped = "" if field.currency else " and ".join(map(show, mending.drops))
            words = [mending.words, f"leaves out {dropped}" if dropped else ""]
            found.append((formula.replace("{x}", expression), ", ".join(filter(None, words))))
    return found


def _gives(formula: str, raw: Any, mending: Mending, field: CompiledField) -> bool:
    value = (
        formula_value(formula, {"x": raw}, field.zone)
        if isinstance(raw, str | int | float)
        else None
    )
    try:
        return not paths.is_blank(value) and bool(
            field.type.convert(value, field.zone)[0] == mending.gives
        )
    except Unconvertible:
        return False


def formula_value(formula: str, event: Any, zone: ZoneInfo) -> Any:
    """What a formula gives for an event, ``{x}`` in it being the property ``x``."""
    return _compiled(formula, zone).read(event).raw


# Events of one site have the same faults.
@lru_cache(maxsize=256)
def _compiled(formula: str, zone: ZoneInfo) -> Calculation:
    from orderkit.language.formulas import Context

    return compile_formula(formula.replace("{x}", "x"), lambda: Context(_NO_CLOCK, zone))


def source_in_formula(source: ValueSource) -> str:
    """What a source reads as part of a formula, or "" where it can be no part of one."""
    if isinstance(source, Calculation):
        return source.text
    return property_in_formula(source.text) if isinstance(source, PropertySource) else ""


@lru_cache(maxsize=1_024)
def property_in_formula(path: str) -> str:
    """A property as a formula reads it: by its path, or by ``GET("…")`` where that cannot be."""
    from orderkit.language import formulas

    try:
        plain = ".".join(paths.parse_path(path))
        if formulas.parse(plain).properties == (plain,):
            return plain
    except (FormulaError, ValueError):
        plain = path
    return f"GET({show(plain, _LONGEST)})"


def as_setting(field: CompiledField, formula: str) -> str:
    """How a formula is written for a field in the settings file."""
    written = f"{{ formula = {_toml(formula)} }}"
    if field.row.setting and not field.remapped:
        return f"write {field.row.setting} = {written} under [settings]"
    return f'write "{field.target}" = {written} under [smart_mapping]'


def _toml(text: str) -> str:
    # A literal string where it can be: formulas are full of quotes.
    literal = "'" not in text and text.isprintable()
    return f"'{text}'" if literal else show(text, _LONGEST)
