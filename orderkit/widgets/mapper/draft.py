"""What stands on the screen, part by part, in the shapes of a settings file: also half typed."""

from collections.abc import Mapping
from typing import Any, Final

from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.destination.labels import field_labels
from orderkit.destination.settings import Settings

#: The parts that are no row's: each stands in the file under its own name.
PARTS: Final = tuple(
    part for part in Settings.model_fields if part not in ("settings", "smart_mapping")
)
#: Where a draft has the keys whose proposed values somebody has confirmed; no part of a file.
CONFIRMED: Final = "confirmed"
#: What messages call the parts.
PART_NAMES: Final = {
    "event_mapping": "Event mapping",
    "event_property": "Event property",
    "transformation": "Transformation",
    "filter": "Filter",
    "connection": "Connection",
    "checks": "Checks",
    "timezone": "Time zone",
    "settings.credentials": "Credentials",
    CONFIRMED: "Confirmed proposals",
}


def draft_of(settings: Settings) -> dict[str, Any]:
    """Dotted key → what stands there: a value each, and each part as a whole."""
    data = settings.model_dump(mode="json", exclude_none=True)
    draft: dict[str, Any] = {f"settings.{key}": value for key, value in data["settings"].items()}
    draft |= {f"smart_mapping.{key}": value for key, value in data["smart_mapping"].items()}
    for part in PARTS:
        draft[part] = data[part]
    draft["transformation"] = [
        step.model_dump(mode="json", exclude_defaults=True) for step in settings.transformation
    ]
    draft["filter"] = settings.filter.model_dump(mode="json", exclude_defaults=True)
    usual = type(settings.connection)().model_dump(mode="json")
    draft["connection"] = {k: v for k, v in data["connection"].items() if v != usual[k]}
    return draft


def file_data(draft: Mapping[str, Any]) -> dict[str, Any]:
    """A draft in the shape of a settings file; parts in which nothing stands are left out."""
    data: dict[str, Any] = {"settings": {}, "smart_mapping": {}}
    for key, value in draft.items():
        table, _, name = key.partition(".")
        if key == CONFIRMED:
            continue
        if not name:
            data[key] = value
        elif value is not None:
            data[table][name] = value
    for part in ("event_mapping", "transformation"):
        data[part] = _without_empty_end(data[part])
    if "condition" in data["filter"]:
        data["filter"] = {
            **data["filter"],
            "condition": _without_empty_end(data["filter"]["condition"]),
        }
    return data


def _without_empty_end(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows less those at the end in which nothing is typed yet, but what they begin with."""
    kept = list(rows)
    while kept and not any(v for k, v in kept[-1].items() if k not in ("operator", "delete")):
        kept.pop()
    return kept


def row_key(row: FieldMapping, draft: Mapping[str, Any]) -> str:
    """Where a row's source stands: smart mapping comes before a setting."""
    smart = f"smart_mapping.{row.target}"
    return smart if smart in draft or not row.setting else f"settings.{row.setting}"


def with_source(row: FieldMapping, draft: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """The draft with another source of a row; the vendor's own is not written."""
    key, changed = row_key(row, draft), dict(draft)
    if key.startswith("smart_mapping.") and not row.setting and value == row.source:
        changed.pop(key, None)
    else:
        changed[key] = value
    return changed


def part_name(key: str) -> str:
    """What a message calls the part of a draft under that key, or a place within it."""
    table, _, name = key.partition(".")
    if key in PART_NAMES:
        return PART_NAMES[key]
    if table in PART_NAMES:
        entry, _, inside = name.partition(".")
        place = f" {int(entry) + 1}: {inside}" if entry.isdecimal() else f": {name}"
        return PART_NAMES[table] + place.removesuffix(": ")
    if table == "smart_mapping" and name in field_labels():
        return field_labels()[name].label
    labels = (field_labels()[row.target].label for row in field_mappings() if row.setting == name)
    return next(labels, name)
