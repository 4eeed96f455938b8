"""Whether the sandbox accepts an order: JSON Schemas, one for all orders and one a ruled status.

The schemas are written by hand from the vendor's page and know nothing of ``field_mappings.csv``,
so that a mistake in the table is not repeated here.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from orderkit.events.paths import count, json_type, near_misses
from orderkit.sandbox.quick import Check, checker

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

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
    return [
        sentence
        for name in names
        if not _quick_yes(name)(body)
        for error in _validator(name).iter_errors(body)
        for sentence in _sentences(error)
    ]


def in_one_line(found: list[str]) -> str:
    """The first few reasons, and how many more there are."""
    told = "; ".join(found[:_REASONS_TOLD])
    more = len(found) - _REASONS_TOLD
    return f"{told}; and {count(more, 'more reason')}" if more > 0 else told


def schema(name: str) -> dict[str, Any]:
    """The schema ``schemas/<name>.json`` as it stands in the file."""
    parsed: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return parsed


@cache
def _quick_yes(name: str) -> Check:
    return checker(_resolved(name))


@cache
def _validator(name: str) -> "Draft202012Validator":
    # Where JupyterLab is installed, jsonschema takes a second to load: only a doubtful order pays.
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema(name))
    return Draft202012Validator(_resolved(name))


def _resolved(name: str) -> Any:
    written = schema(name)
    return _without_references(written, written.pop("$defs", {}))


def _without_references(part: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_without_references(entry, definitions) for entry in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return definitions[part["$ref"].removeprefix("#/$defs/")]
    return {key: _without_references(value, definitions) for key, value in part.items()}


def _sentences(error: "ValidationError") -> Iterator[str]:
    path = [str(part) for part in error.absolute_path]
    rules: Any = error.schema
    wanted: Any = error.validator_value
    match error.validator:
        case "required":
            # One error names one key, but only in its message.
            absent = next(key for key in wanted if f"'{key}'" in error.message)
            yield f"{_dotted([*path, absent])}: is missing"
        case "additionalProperties":
            known: list[str] = list(rules["properties"])
            found: Any = error.instance
            for key in (key for key in found if key not in known):
                near = near_misses(key, known, most=1)
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
