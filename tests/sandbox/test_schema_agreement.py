"""The hand-written schemas and the mapping table say the same, row by row and status by status."""

import ast
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderkit import Mapper, load_settings
from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.events import samples
from orderkit.events.jsontext import dumps, loads
from orderkit.sandbox import acceptance
from orderkit.sandbox.acceptance import RULED, reasons, schema
from tests.mapping.test_codegen import damaged

from .support import complete_order

ROWS = field_mappings()
STATUSES = ("CREATE_ORDER", "CANCEL_ORDER", "COMPLETE_ORDER")

#: Values that a row of that type must not let through.
WRONG: dict[str, list[Any]] = {
    "text": [5, True, None, "", " ", "\u200b", [], {}],
    "id": [5, True, None, "", " ", [], {}, "A 1", "A\n", "\u200b", "\ufeffA", "A\x00", "A\u00a01"],
    "click id": [5, None, "", "E.C.P ", "E\x1b"],
    "status": [5, None, "", "created", "Create", "A B", "CREATE_ORDER\n"],
    "country": [5, None, "", " "],
    "timestamp": ["1767225600", 1.5, -1, 1_767_225_600_000, None, True],
    "MERCHANT or CUSTOMER": ["HOTEL", "merchant", "", None, 1],
    "currency": ["eur", "EURO", "€", "", None, 978, "EUR\n"],
    "amount": ["12.30", -0.01, None, True, [1]],
    "whole number": ["2", 1.5, -1, None, True],
    "date": ["2026-3-1", "01/03/2026", "2026-13-01", 20260301, None, "2026-03-01T00:00:00Z"],
    "boolean": ["true", 1, 0, None],
}


def holder(body: Any, row: FieldMapping) -> tuple[Any, str]:
    """What holds the row's target in an order call's body, and its name in there."""
    *parents, name = row.target.split(".")
    for part in parents:
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body, name


def leaves(part: dict[str, Any], path: str, definitions: dict[str, Any]) -> Iterator[str]:
    """The dotted path of every field that a schema knows, the first entry of arrays taken."""
    if "$ref" in part:
        part = definitions[part["$ref"].removeprefix("#/$defs/")]
    if part.get("type") == "object":
        assert part["additionalProperties"] is False, path
        for key, value in part["properties"].items():
            yield from leaves(value, f"{path}.{key}" if path else key, definitions)
    elif part.get("type") == "array":
        assert part["maxItems"] == 1, path
        yield from leaves(part["items"], f"{path}.0", definitions)
    else:
        yield path


@pytest.mark.parametrize("status", STATUSES)
def test_complete_order_is_accepted(status: str) -> None:
    """An order with every field is accepted in every status."""
    assert reasons(complete_order(status)) == []


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.target)
def test_removed_field_is_refused_when_mandatory(row: FieldMapping, status: str) -> None:
    """Without a row's field an order is refused exactly when the row is mandatory."""
    body = complete_order(status)
    place, name = holder(body, row)
    del place[name]
    told = [f"{row.target}: is missing"] if row.mandatory_for(status) else []
    assert reasons(body) == told


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.target)
def test_wrong_values_are_refused(row: FieldMapping) -> None:
    """A value that the row's type does not allow is refused, and nothing else is said."""
    for wrong in WRONG[row.type]:
        body = complete_order()
        place, name = holder(body, row)
        place[name] = wrong
        told = reasons(body)
        assert told, wrong
        assert all(reason.startswith(f"{row.target}: must be ") for reason in told)


def test_what_is_mapped_is_accepted() -> None:
    """The sandbox accepts each order that mapping lets through, of thousands of odd events."""
    chance = random.Random(20260602)  # noqa: S311 - no secret
    mapper = Mapper(load_settings(samples.SETTINGS))
    good = [*samples.sample_events().values()]
    accepted = 0
    for _number in range(3_000):
        mapped = mapper.map(damaged(chance.choice(good), chance))
        if mapped.outcome == "mapped":
            accepted += 1
            assert reasons(loads(dumps(mapped.payload))) == [], mapped.payload
    assert accepted > 300


def test_schema_knows_the_targets_and_no_other_field() -> None:
    """The fields that the schema knows are the table's targets."""
    written = schema("order_info")
    assert sorted(leaves(written, "", written["$defs"])) == sorted(row.target for row in ROWS)


def test_each_ruled_status_has_a_schema() -> None:
    """The statuses with a schema of their own are those that the table names."""
    named = {row.mandatory for row in ROWS} - {"", "always"}
    assert set(RULED) == named == set(STATUSES) - {"CREATE_ORDER"}


def test_sandbox_knows_nothing_of_the_table() -> None:
    """No module of the sandbox imports the table, what reads it, or an HTTP client."""
    imported: set[str] = set()
    for module in Path(acceptance.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
    assert "starlette.requests" in imported
    assert not [name for name in imported if name.startswith("httpx")]
    rooms = {name.split(".")[1] for name in imported if name.startswith("orderkit.")}
    assert rooms == {"errors", "events", "sandbox"}


def test_unknown_field_is_refused_everywhere() -> None:
    """In every object of an order, a field that the table does not name is refused."""
    for row in ROWS:
        body = complete_order()
        place, _ = holder(body, row)
        place["surprise"] = 1
        parent = row.target.rpartition(".")[0]
        assert reasons(body) == [f"{parent}.surprise: is not known"]
