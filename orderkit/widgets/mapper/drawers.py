"""The drawers of the mapper: event mapping, transformation, filter, connection."""

from collections import Counter
from typing import Any

from orderkit.destination.urls import TOKEN_URL
from orderkit.events import paths
from orderkit.language.transformations import EventTransformation
from orderkit.widgets.mapper.session import MapperSession
from orderkit.widgets.mapper.sources import show_source


def drawers(session: MapperSession) -> dict[str, Any]:
    """Name → what stands in the drawer, in the shape of a settings file, and its counts."""
    return {
        "event_mapping": _event_mapping(session),
        "transformation": _transformation(session),
        "filter": _filter(session),
        "connection": _connection(session),
    }


def _event_mapping(session: MapperSession) -> dict[str, Any]:
    source = session.compiled.status.source
    every = range(len(session.names))
    found = (source.read(session.states.seen(at)).raw for at in every)
    names = Counter(str(name) for name in found if not paths.is_blank(name))
    rows = session.draft["event_mapping"]
    mapped = {str(row.get("event_name", "")) for row in rows}
    return {
        "rows": rows,
        "event_property": session.draft["event_property"],
        "counts": [names[str(row.get("event_name", ""))] for row in rows],
        "others": [[name, n] for name, n in names.most_common(20) if name not in mapped],
        "faults": _faults(session, "event_mapping", "event_property"),
    }


def _transformation(session: MapperSession) -> dict[str, Any]:
    steps = session.draft["transformation"]
    compiled: EventTransformation = session.compiled.transform
    faults = _faults(session, "transformation")
    # With a fault, a step is left out, and the others' places are not the drawer's.
    counts = [0] * (0 if faults else len(compiled.steps))
    for event in session.events.values() if counts else ():
        for at, outcome in enumerate(compiled.outcomes(event)):
            counts[at] += outcome.applied
    texts = [show_source(step.get("value"), session.known, setting=True).text for step in steps]
    of = len(session.names)
    return {"rows": steps, "texts": texts, "counts": counts, "of": of, "faults": faults}


def _filter(session: MapperSession) -> dict[str, Any]:
    chosen = session.draft["filter"]
    refuses = session.compiled.filter.explain_refusal
    empty = not any(chosen.get(key) for key in ("condition", "formula", "consent"))
    passed = len(session.names)
    if not empty:
        passed = sum(not refuses(event) for event in session.events.values())
    number = len(chosen.get("condition", ())) + sum(
        bool(chosen.get(key)) for key in ("formula", "consent")
    )
    return {
        "filter": chosen,
        "number": number,
        "passed": passed,
        "of": len(session.names),
        "faults": _faults(session, "filter"),
    }


def _connection(session: MapperSession) -> dict[str, Any]:
    """Addresses and names; secrets are no part of settings."""
    return {
        "connection": session.draft["connection"],
        "credentials": session.draft.get("settings.credentials") or "",
        "timezone": session.draft["timezone"],
        "checks": session.draft["checks"],
        "token_url": TOKEN_URL,
        "faults": _faults(session, "connection", "timezone", "settings.credentials", "checks"),
    }


def _faults(session: MapperSession, *parts: str) -> list[dict[str, str]]:
    """What is wrong in a drawer, with the key of the place."""
    return [
        {"key": fault.key, "text": fault.expected}
        for fault in session.faults
        if any(fault.key == part or fault.key.startswith(f"{part}.") for part in parts)
    ]
