"""The drawers of the mapper: event mapping, transformation, filter, connection."""

from typing import Any, Final

from orderkit.destination.fields import ruled_statuses
from orderkit.destination.labels import status_label
from orderkit.destination.urls import TOKEN_URL
from orderkit.language.filters import OPERATORS, WITHOUT_VALUE
from orderkit.language.transformations import EventTransformation
from orderkit.widgets.mapper.session import MapperSession
from orderkit.widgets.mapper.sources import show_source
from orderkit.widgets.mapper.unsent import FIRST_STATUS

#: Events without an order status that are named; more may mean that another property names them.
MOST_OTHERS: Final = 12
#: So many tests are named.
MOST_TESTS: Final = 3


def drawers(session: MapperSession) -> dict[str, Any]:
    """Name → what stands in the drawer, in the shape of a settings file, and its counts."""
    return {
        "event_mapping": _event_mapping(session),
        "transformation": _transformation(session),
        "filter": _filter(session),
        "connection": _connection(session),
    }


def fixed_choices() -> dict[str, Any]:
    """What never changes: operators, those that take no value, and the order statuses there are."""
    statuses = (FIRST_STATUS, *ruled_statuses())
    return {
        "operators": list(OPERATORS),
        "without_value": sorted(WITHOUT_VALUE),
        "statuses": [[status, status_label(status)] for status in statuses],
    }


def _event_mapping(session: MapperSession) -> dict[str, Any]:
    rows, others = session.draft["event_mapping"], session.unmapped()
    return {
        "rows": rows,
        "event_property": session.draft["event_property"],
        "counts": [session.event_names.count(str(row.get("event_name", ""))) for row in rows],
        "others": [
            {
                "name": event.event_name,
                "events": number,
                "status": event.order_status or event.perhaps,
                "reason": event.reason,
            }
            for event, number in others[:MOST_OTHERS]
        ],
        "more": len(others[MOST_OTHERS:]),
        "faults": _faults(session, "event_mapping", "event_property"),
    }


def _transformation(session: MapperSession) -> dict[str, Any]:
    steps = session.draft["transformation"]
    compiled: EventTransformation = session.compiled.transform
    faults = _faults(session, "transformation")

    def count_applied() -> list[int]:
        # With a fault, a step is left out, and the others' places are not the drawer's.
        counts = [0] * (0 if faults else len(compiled.steps))
        for event in session.events.values() if counts else ():
            for at, outcome in enumerate(compiled.outcomes(event)):
                counts[at] += outcome.applied
        return counts

    by = (session.settings.transformation, session.settings.timezone, len(faults))
    counts = session.counted("applied", by, count_applied)
    texts = [show_source(step.get("value"), session.known, setting=True).text for step in steps]
    of = len(session.names)
    return {"rows": steps, "texts": texts, "counts": counts, "of": of, "faults": faults}


def _filter(session: MapperSession) -> dict[str, Any]:
    chosen = session.draft["filter"]
    refuses = session.compiled.filter.explain_refusal
    empty = not any(chosen.get(key) for key in ("condition", "formula", "consent"))

    def count_passed() -> int:
        return sum(empty or not refuses(event) for event in session.events.values())

    by = (session.settings.filter, session.settings.timezone)
    passed = session.counted("passed", by, count_passed)
    number = len(chosen.get("condition", ())) + sum(
        bool(chosen.get(key)) for key in ("formula", "consent")
    )
    return {
        "filter": chosen,
        "number": number,
        "passed": passed,
        "of": len(session.names),
        "tests": _tests(session),
        "faults": _faults(session, "filter"),
    }


def _tests(session: MapperSession) -> dict[str, Any] | None:
    """How many orders are tests by which property, and the filter that leaves them out."""
    found = session.tests()
    if found is None:
        return None
    without = session.filter_with(found.formula)
    named = [session.order_id(at) or session.names[at] for at in found.tests[:MOST_TESTS]]
    return {"number": len(found.tests), "path": found.path, "named": named, "filter": without}


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
