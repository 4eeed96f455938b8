"""Paths over arrays: a name after an array means every item of it, as on the platform.

``items.coupon`` is the list of what the items have there, without what is empty; where no item has
the property, it is missing. ``items.0.coupon`` is the first item's alone. Source: the platform's
filters and transformations; that formulas read such a path alike is an assumption.
"""

from collections.abc import Callable
from typing import Any

from orderkit.events.paths import MISSING, Parts, get, is_index


def get_every(event: Any, parts: Parts, tick: Callable[[], object] | None = None) -> Any:
    """The value at `parts`, or `MISSING`; a list where a name is read of every item.

    `tick` is called for each item.
    """
    value = get(event, parts)
    if value is not MISSING or len(parts) == 1:
        return value
    value = event
    for depth, part in enumerate(parts):
        if isinstance(value, list) and not is_index(part):
            return _of_every_item(value, parts[depth:], tick)
        value = get(value, (part,))
    return MISSING


def _of_every_item(items: list[Any], parts: Parts, tick: Callable[[], object] | None) -> Any:
    found: list[Any] = [items]
    for part in parts:
        holders, found = found, []
        for holder in holders:
            inside = holder if isinstance(holder, list) and not is_index(part) else [holder]
            for item in inside:
                if tick:
                    tick()
                value = get(item, (part,))
                if value is not None and value is not MISSING:
                    found.append(value)
    if not found:
        return MISSING
    flat: list[Any] = []
    for value in found:
        flat += value if isinstance(value, list) else [value]
    return [value for value in flat if value is not None and value not in ("", [], {})]
