"""Formats of others, and former ones of the platform, become the platform's."""

from typing import Any, Final

from orderkit.events.entries import Reading

_SDK: Final = "converted from the shape that the SDK sends (an assumption)"
_OLD: Final = "converted from the 1.0 format"


def is_platform_event(event: dict[str, Any]) -> bool:
    """Whether an event has the platform's shape already; quick, as it is asked of each event."""
    context = event.get("context")
    return type(context) is dict and "event_id" in context


def converted(event: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """An event in the platform's shape; one that is in it already is given as it is."""
    if is_platform_event(event):
        return event
    context = event.get("context")
    if isinstance(context, dict) and "eventId" in context:
        reading.note(_SDK, 1)
        return event | {"context": _sdk_context(context)}
    properties = event.get("properties")
    if isinstance(properties, dict) and isinstance(
        event.get("event") or event.get("event_name"), str
    ):
        reading.note(_SDK if "event" in event else _OLD, 1)
        return _from_first_version(event, properties)
    return event


def _sdk_context(context: dict[str, Any]) -> dict[str, Any]:
    made = {"event_id": context["eventId"], **context}
    if "created" in context:
        made.setdefault("event_timestamp", context["created"])
    return made


def _from_first_version(event: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """Properties at the root; what clashes there stays in `properties`."""
    rest = {key: value for key, value in event.items() if key not in ("event", "properties")}
    made: dict[str, Any] = {"event_name": event.get("event", event.get("event_name"))} | rest
    given = made.pop("context", None)
    context: dict[str, Any] = dict(given) if isinstance(given, dict) else {}
    for old, new in _CONTEXT.items():
        if old in made:
            context.setdefault(new, made.pop(old))
    clashing = {key: value for key, value in properties.items() if key in made}
    made = {**made, **{key: value for key, value in properties.items() if key not in made}}
    if clashing:
        made["properties"] = clashing
    if context:
        made["context"] = context
    return made


#: Name at the root of the first version → name in the context.
_CONTEXT: Final = {
    "event_id": "event_id",
    "eventId": "event_id",
    "event_timestamp": "event_timestamp",
    "created": "event_timestamp",
    "page": "page",
    "device": "device",
    "version": "version",
}
