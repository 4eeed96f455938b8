"""The quick check never says yes where jsonschema says no."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from orderkit.sandbox.acceptance import RULED, _quick_yes, _validator
from orderkit.sandbox.quick import checker

from .support import complete_order

SCHEMAS = ("order_info", *RULED.values())

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2 * 10**11)
    | st.floats(-2, 2 * 10**11)
    | st.sampled_from(["", " ", "EUR", "EUR\n", "2026-03-01", "2026-03-01\n", "CUSTOMER", "A_1\n"])
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)


def places(part: Any) -> list[tuple[Any, Any]]:
    """Each object or array in `part` with each key or index of it."""
    keys = list(part) if isinstance(part, dict) else range(len(part))
    inner = [part[key] for key in keys if isinstance(part[key], dict | list)]
    return [(part, key) for key in keys] + [place for one in inner for place in places(one)]


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_quick_yes_is_a_yes(name: str, data: st.DataObject) -> None:
    """Whatever is changed in, taken from or added to an order: a quick yes is jsonschema's, too."""
    body = complete_order()
    for _ in range(data.draw(st.integers(1, 2))):
        holder, key = data.draw(st.sampled_from(places(body)))
        match data.draw(st.sampled_from(["change", "take", "add"])):
            case "change":
                holder[key] = data.draw(JSON)
            case "take":
                del holder[key]
            case _ if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case _:
                holder["surprise"] = 1
        if not body.get("order_info"):
            break
    if _quick_yes(name)(body):
        assert _validator(name).is_valid(body)


@pytest.mark.parametrize("name", SCHEMAS)
def test_complete_order_gets_a_quick_yes(name: str) -> None:
    """The usual order does not need the slow way."""
    assert _quick_yes(name)(complete_order())


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "enum": ["a"]},
        {"type": "string", "format": "date"},
        {"type": ["string", "null"]},
        {"$ref": "#/$defs/text"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {"type": "number", "multipleOf": 2}}},
    ],
)
def test_unknown_keyword_is_an_error(schema: dict[str, Any]) -> None:
    """A schema that says more than is understood is refused rather than half obeyed."""
    Draft202012Validator.check_schema(schema)
    with pytest.raises(ValueError, match="not known here"):
        checker(schema)
