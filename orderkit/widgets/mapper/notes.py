"""What is to be said of the chosen event as a whole, above the rows, and what can be done."""

from typing import Any, Final

from orderkit.mapping.assumed_zone import reads_as_utc
from orderkit.mapping.fixes import source_in_formula
from orderkit.mapping.suggest.click_ids import CLICK_ID
from orderkit.mapping.suggest.zones import shown_zone, zone_of_all
from orderkit.widgets.mapper.session import MapperSession
from orderkit.widgets.mapper.written import ROWS

_COUNTRY: Final = "order_info.order_country"
#: So many letters of a filter's formula are shown.
_LONGEST: Final = 200
#: So many orders are asked for the hotel's country.
_MOST_ASKED: Final = 50


def notes(session: MapperSession) -> list[dict[str, Any]]:
    """Why the event is not sent, what is assumed of its times, and problems that no row has.

    Each a `text`, with what can be done as its `label` says: open a `drawer`, or `do` an intent
    `with` what its message holds.
    """
    mapped = session.mapped
    if session.is_for_others:
        said = "none of those loaded is named in their event mapping"
        begin = {"label": "Begin anew with these", "do": "start_anew", "with": {}}
        return [{"text": f"These settings are made for other events: {said}"} | begin]
    found: list[dict[str, Any]] = []
    if mapped.reason:
        found.append({"text": f"This event is not sent: {_why(session, mapped.reason)}"})
        if "in no event mapping entry" in mapped.reason:
            found[0] |= {"label": "Say what it stands for", "drawer": "event_mapping"}
    tests = session.tests()
    if tests and session.chosen in tests.tests:
        marked = f"`{tests.path}` marks this event as a test, and it is sent all the same"
        found.append({"text": marked, "label": "Leave out the tests", "do": "tests", "with": {}})
    if reads_as_utc(session.compiled, session.rows.trace):
        found += _zones(session)
    others = (p for p in mapped.problems if p.target not in ROWS)
    return found + [{"text": f"{p.message}; {p.fix}"} for p in others]


def _why(session: MapperSession, reason: str) -> str:
    """Why an event is not sent, without a filter's formula where a few words say the same."""
    formula = session.settings.filter.formula or ""
    click = source_in_formula(session.field(CLICK_ID).source)
    if "formula" in reason and click and f"{click} != null" in formula:
        lacks = next((e for e in session.rows.trace if e.target == CLICK_ID), None)
        if lacks and lacks.state == "missing":
            return "the filter leaves it out, as it has no click id"
    return reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]}…"


def _zones(session: MapperSession) -> list[dict[str, Any]]:
    """That times are read as UTC; where all hotels are in a country of one time zone, or moments in
    UTC beside local ones show it, that one.
    """
    text = "Times without an offset are read as UTC, an assumption"
    countries = {str(code).upper() for code in session.first_orders(_COUNTRY, _MOST_ASKED)}
    seen = (session.states.seen(at) for at in range(min(len(session.names), _MOST_ASKED)))
    zone = zone_of_all(countries) or session.counted(
        "zone", countries, lambda: shown_zone(seen, countries)[0]
    )
    if zone:
        change = {"part": "timezone", "value": zone}
        return [
            {"text": text, "label": f"Read them as {zone}", "do": "change_part", "with": change}
        ]
    named = "name the hotel's time zone under Connection"
    return [{"text": f"{text}: {named}", "label": "Name it", "drawer": "connection"}]
