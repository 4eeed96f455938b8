"""Whether the sandbox accepts an order: JSON Schemas, one for all orders and one a ruled status.

The schemas are written by hand from the vendor's page and know nothing of ``field_mappings.csv``,
so that a mistake in the table is not repeated here.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from orderkit.events.paths import count, json_type, near_misses

SCHEMAS: Final = Path(__file__).with_name("schemas")
RULED: Final = {"CANCEL_ORDER": "cancel_order", "COMPLETE_ORDER": "complete_order"}
_REASONS_TOLD: Final = 5
_SHOWN: Final = 40


def reasons(body: Any) -> list[str]:
    """Why the order call's JSON body is refused, one short sentence a reason; none: accepted.

    Each begins with the dotted path, from ``order_info`` on.
    """
    names = ["order_info"]
    info = body.get("order_info") if isinstance(body, dict) else None
    status = info.get("order_status") if isinstance(info, dict) else None
    if isinstance(status, str) and status in RULED:
        names.append(RULED[status])
    try:
        found = [
            sentence
            for name in names
            for error in _validator(name).iter_errors(body)
            for sentence in _sentences(error, _rules(name, error.schema_path))
        ]
    except ValueError as error:
        return [f"body: cannot be checked: {error}"]  # as when it is nested 255 deep
    # A value that breaks two rules of one description is one reason.
    return list(dict.fromkeys(found))


def in_one_line(found: list[str]) -> str:
    """The first few reasons, and how many more there are."""
    reasons = "; ".join(found[:_REASONS_TOLD])
    more = len(found) - _REASONS_TOLD
    return f"{reasons}; and {count(more, 'more reason')}" if more > 0 else reasons


@cache
def schema(name: str) -> dict[str, Any]:
    """The schema ``schemas/<name>.json`` as it stands in the file."""
    parsed: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return parsed


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name))


def _rules(name: str, path: list[str | int]) -> dict[str, Any]:
    """The part of a schema whose keyword stands at the end of the path."""
    part: Any = schema(name)
    for key in path[:-1]:
        part = part[key]
    found: dict[str, Any] = part
    return found


def _sentences(error: ValidationError, rules: dict[str, Any]) -> Iterator[str]:
    path = [str(part) for part in error.instance_path]
    match error.kind:
        case ValidationErrorKind.Required(property=absent):
            yield f"{_dotted([*path, absent])}: is missing"
        case ValidationErrorKind.AdditionalProperties(unexpected=keys):
            for key in keys:
                near = near_misses(key, list(rules["properties"]), most=1)
                meant = f"; did you mean {near[0]}?" if near else ""
                yield f"{_dotted([*path, key])}: is not known{meant}"
        case _:
            yield f"{_dotted(path)}: must be {rules['description']}, found {_found(error.instance)}"


def _dotted(path: list[str]) -> str:
    return ".".join(path) or "body"


def _found(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return json_type(value)
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
