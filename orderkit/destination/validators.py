"""What a setting may hold: each check returns the value, or says what to write instead.

They run before pydantic's own checks, so that a user reads our words and not those about types. A
check raises PydanticCustomError of the kind "settings", whose text is the expectation.
"""

import math
import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import InitErrorDetails, PydanticCustomError

from orderkit.destination import codes
from orderkit.destination.fields import field_mappings
from orderkit.destination.urls import check_endpoint
from orderkit.errors import EndpointError, FormulaError
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.calculation import compile_formula
from orderkit.language.filters import OPERATORS
from orderkit.language.references import compile_property, compile_reference, compile_value
from orderkit.language.transformations import path_to_change

_MOST_BITS = 64
_MATCHES = ("all", "any")


def expectation(text: str) -> PydanticCustomError:
    """A validation error that says what to write; braces in it are meant literally."""
    return PydanticCustomError("settings", "{expected}", {"expected": text})


def check_value(value: Any) -> Any:
    """A value under ``[settings]``: text with references in it, a finite number, or a formula."""
    if isinstance(value, dict | BaseModel):
        return _formula(value)
    if type(value) is int and value.bit_length() > _MOST_BITS:
        raise expectation("write a number of so many digits in quotes: JSON carries none")
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number and not isinstance(value, str):
        raise expectation('write text in quotes, such as "{{booking.total}}", or a number')
    return _compiles(compile_value, value)


def check_reference(value: Any) -> Any:
    """What smart mapping reads: a path, text with references in it, or a formula."""
    if isinstance(value, dict | BaseModel):
        return _formula(value)
    if not isinstance(value, str):
        raise expectation(
            'write the path of a property, such as "booking.reference", text with {{path}} in it, '
            "or { formula = '…' }"
        )
    return _compiles(compile_reference, value)


def check_filter_formula(value: Any) -> Any:
    """The advanced filter: a formula, or none."""
    return None if value is None else _formula({"formula": value})["formula"]


def check_text(value: Any) -> Any:
    """A text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise expectation("write a text in quotes")
    return _whole(value)


def check_url(value: Any) -> Any:
    """An address that may be sent secrets; see `check_endpoint`."""
    try:
        check_endpoint(check_text(value), "this")
    except EndpointError as error:
        raise expectation(str(error)) from error
    return value


def check_answer_codes(value: Any) -> Any:
    """Codes or names in the endpoint's answers."""
    listed = value if isinstance(value, list | tuple) else [None]
    if not all(type(code) in (int, str) and str(code).strip() for code in listed):
        raise expectation('write a list of numbers, or of names in quotes: [40100, "too_fast"]')
    for code in listed:
        _whole(code)
    return value


def check_status(value: Any) -> Any:
    """An order status: one word in capitals (assumption; see `codes.STATUS`)."""
    if not isinstance(value, str) or not codes.STATUS.fullmatch(value):
        raise expectation('write one word in capitals, such as "COMPLETE_ORDER"')
    return value


def check_path(value: Any) -> Any:
    """The path of a property."""
    if not isinstance(value, str):
        raise expectation('write the path of a property, such as "booking.reference"')
    return _compiles(compile_property, value)


def check_changed_path(value: Any) -> Any:
    """The path of a property that a transformation reads or writes."""
    return _compiles(path_to_change, check_path(value))


def check_new_name(value: Any) -> Any:
    """The path that a property is renamed to; "" where it is not."""
    return value if value == "" else check_changed_path(value)


def check_operator(value: Any) -> Any:
    """One of the thirteen operators of the simple filter."""
    if not isinstance(value, str) or value not in OPERATORS:
        near = [f'"{name}"' for name in paths.near_misses(str(value), OPERATORS)]
        raise expectation(_did_you_mean(f"write one of: {', '.join(OPERATORS)}", near))
    return value


def check_scalar(value: Any) -> Any:
    """What a condition compares with, as text: a number or a boolean as JSON writes it."""
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, bool | int | float):
        return show(value)
    raise expectation("write a text in quotes, a number, true or false")


def check_scalars(values: Any) -> Any:
    """Several values of a condition."""
    if not isinstance(values, list | tuple):
        raise expectation('write a list: values = ["…", "…"]')
    return tuple(check_scalar(value) for value in values)


def check_names(names: Any) -> Any:
    """Names of events."""
    if not isinstance(names, list | tuple) or not all(isinstance(n, str) and n for n in names):
        raise expectation('write a list of names in quotes: event_names = ["…", "…"]')
    return tuple(map(_whole, names))


def check_category(value: Any) -> Any:
    """A category of consent, or none."""
    if value == "":
        raise expectation("name a category, or delete the line: without one nothing is filtered")
    return None if value is None else check_scalar(value)


def check_match(value: Any) -> Any:
    """Whether all conditions must hold, or any."""
    if value not in _MATCHES:
        raise expectation('write "all" or "any"')
    return value


def check_colour(value: Any) -> Any:
    """A colour as CSS has it, six digits long."""
    if value is not None and not re.fullmatch("#[0-9a-fA-F]{6}", str(value)):
        raise expectation('write a colour as "#1565c0"')
    return value


def check_day(value: Any) -> Any:
    """A day, as TOML's date or as a text."""
    try:
        return None if value is None else date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise expectation("write a day as 2026-11-30") from None


def check_zone(value: Any) -> Any:
    """The IANA name of a time zone."""
    if not isinstance(value, str) or value not in _zones():
        near = paths.near_misses(str(value), sorted(_zones()))
        raise expectation(_did_you_mean("write an IANA time zone such as Europe/Paris", near))
    return value


def check_target(target: str) -> str:
    """The target of a row."""
    targets = [row.target for row in field_mappings()]
    if target not in targets:
        near = [f'"{name}"' for name in paths.near_misses(target, targets)]
        raise expectation(_did_you_mean("no row has this target", near))
    return target


def check_event_mapping(pairs: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """The pairs, unless one is malformed or an event name has two statuses: all faults at once."""
    faults = _two_statuses(pairs) if isinstance(pairs, list | tuple) else []
    checked = None
    try:
        checked = validate(pairs)
    except ValidationError as error:
        faults += [
            InitErrorDetails(
                type=expectation(entry["msg"]) if entry["type"] == "settings" else entry["type"],
                loc=entry["loc"],
                input=entry["input"],
                ctx=entry.get("ctx", {}),
            )
            for entry in error.errors()
        ]
    if faults:
        raise ValidationError.from_exception_data("Settings", faults)
    return checked


def check_pattern(text: str) -> None:
    """A regular expression of the simple filter."""
    from orderkit.language.formulas.patterns import pattern
    from orderkit.language.formulas.values import RefusedError

    try:
        pattern(text)
    except RefusedError as error:
        raise expectation(str(error)) from error


def _two_statuses(pairs: Iterable[Any]) -> list[InitErrorDetails]:
    faults = []
    statuses: dict[str, str] = {}
    for index, pair in enumerate(pairs):
        entries = dict(pair) if isinstance(pair, dict | BaseModel) else {}
        name, status = entries.get("event_name"), entries.get("order_status")
        if not isinstance(name, str) or not isinstance(status, str):
            continue
        before = statuses.setdefault(name, status)
        if before != status:
            wrong = expectation(f"this event has two statuses, {before} and {status}: keep one")
            faults.append(InitErrorDetails(type=wrong, loc=(index, "event_name"), input=name))
    return faults


def _formula(value: Any) -> dict[str, str]:
    """A formula that can be read, as the table it is written in."""
    table = dict(value)
    text = table.get("formula") if len(table) == 1 else None
    if not isinstance(text, str):
        raise expectation("write a formula as { formula = '…' }, and nothing else in the braces")
    try:
        compile_formula(_whole(text), no_context)
    except FormulaError as error:
        raise expectation(str(error)) from error
    return {"formula": text}


def no_context() -> Any:
    """For formulas that are only checked, or described."""
    raise AssertionError("settings are checked without evaluating a formula")


def _compiles(compiler: Callable[[Any], object], value: Any) -> Any:
    """`value`, if the compiler takes it; what it says otherwise is what to write."""
    try:
        compiler(_whole(value))
    except ValueError as error:
        raise expectation(str(error)) from error
    return value


def _whole(value: Any) -> Any:
    """`value`, if it is no text with half of a character in it, which nothing can write."""
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise expectation("write whole characters: this has half of one (a lone surrogate)")
    return value


@cache
def _zones() -> set[str]:
    return available_timezones()  # which looks through folders


def _did_you_mean(expected: str, near: Iterable[str]) -> str:
    return f"{expected}; did you mean {' or '.join(near)}?" if near else expected
