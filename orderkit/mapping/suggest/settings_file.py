"""Proposals as a settings file to start from."""

from collections.abc import Iterable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from orderkit.destination.fields import FieldMapping, field_mappings, ruled_statuses
from orderkit.destination.loading import PROPOSED
from orderkit.events.jsontext import show
from orderkit.events.paths import count
from orderkit.mapping.suggest.click_ids import CLICK_ID
from orderkit.mapping.suggest.marked_tests import marked_tests
from orderkit.mapping.suggest.order_object import in_platform_shape
from orderkit.mapping.suggest.properties import MOST_EVENTS, Seen, look_at
from orderkit.mapping.suggest.proposal import SHOWING, Proposal, as_formula
from orderkit.mapping.suggest.statuses import (
    EVENT_NAME,
    NO_SHOW,
    ProposedEvent,
    ProposedEvents,
    no_show_formula,
    propose_events,
    suggest_events,
)
from orderkit.mapping.suggest.with_guesses import with_guesses
from orderkit.mapping.suggest.zones import named_zone, shown_zone, zone_of_all


def as_settings_file(
    proposals: Mapping[str, list[Proposal]],
    events: Iterable[Any],
    credentials: str = "",
    zone: tuple[str, str] = ("", ""),
) -> str:
    """A settings file with what is at least likely; other candidates stand in comments.

    credentials: the name under which the secrets are kept, "" to leave it to the reader
    zone:        the time zone, "" for none, and who says so
    """
    events = list(events)
    seen = look_at(events)
    own = set() if in_platform_shape(events) else _own_sources(seen)
    settings = [f"credentials = {_toml(credentials)}"] if credentials else []
    settings = settings or ['# credentials = ""  # a name; secrets never live in this file']
    smart = []
    for row in field_mappings():
        ranked = proposals.get(row.target, [])
        if row.setting:
            settings += _lines(row.setting, row, ranked)
        elif ranked or row.target in own:
            smart += _lines(f'"{row.target}"', row, ranked, row.target in own)
    proposed = propose_events(seen)
    named, why = zone[0] or "UTC", _comment(zone[1] or "an assumption")
    root = [f'timezone = "{named}"  # times without an offset are read in it: {why}']
    if proposed.event_property != EVENT_NAME:
        root.append(f"event_property = {_toml(proposed.event_property)}  # says what happened")
    blocks = [
        PROPOSED + "\n".join(root) + "\n",
        "[settings]\n" + "\n".join(settings) + "\n",
        "# Which event stands for which order status: keep what is to be sent.\n"
        + "\n".join(_pair(event) for event in proposed.events),
        "[smart_mapping]\n" + "\n".join([*smart, *_no_shows(proposed)]) + "\n",
        *_filter(events, seen, proposals.get(CLICK_ID, [])),
        '[connection]\n# endpoint_url = ""  # live sending needs it: TikTok\'s partner reference\n',
    ]
    return "\n".join(blocks)


def proposed_settings(
    events: Iterable[Any], envelope: Mapping[str, Any] = MappingProxyType({})
) -> str:
    """A settings file to start from with what events, and the envelope they came in, speak of.

    The first `MOST_EVENTS` are learnt from.
    """
    events = list(islice(events, MOST_EVENTS))
    found, zone = propose(events, envelope)
    return as_settings_file(found, events, zone=zone)


def propose(
    events: list[Any], envelope: Mapping[str, Any] = MappingProxyType({})
) -> tuple[dict[str, list[Proposal]], tuple[str, str]]:
    """What names and values propose, and the time zone that it is read in, with who says so."""
    statuses = suggest_events(events).statuses(events)

    def proposed(zone: str) -> dict[str, list[Proposal]]:
        return with_guesses(events, ZoneInfo(zone), statuses, envelope)

    zone, path = named_zone(events, envelope)
    found = proposed(zone or "UTC")
    countries = {code for p in found["order_info.order_country"][:1] for code in p.given.values()}
    if not zone:
        zone, path = shown_zone(events, countries)
        found = proposed(zone) if zone else found
    why = path and f"`{path}` says so"
    # One or two bookings do not show that all hotels are in their country.
    shown = len(events) >= SHOWING and _are_written_by_people(found)
    if not zone and shown and (zone := zone_of_all(countries)):
        why, found = "that of the hotels' country, an assumption", proposed(zone)
    return found, (zone, why)


def _are_written_by_people(found: Mapping[str, list[Proposal]]) -> bool:
    """Whether a formula reads the moments of orders: a report for people has the hotel's time."""
    moments = (ranked[0] for ranked in found.values() if ranked)
    return any(p.row.type == "timestamp" and "DATEPARSE(" in p.value for p in moments)


def _own_sources(seen: Seen) -> set[str]:
    """The mandatory rows whose source in the table some event has: it would be read unasked."""
    return {
        row.target
        for row in field_mappings()
        if row.mandatory
        and not row.setting
        and row.type != "status"
        and row.source in seen.properties
    }


def _lines(
    key: str, row: FieldMapping, ranked: list[Proposal], read_unasked: bool = False
) -> list[str]:
    """The row's best proposal if it is sure, and the candidates as comments if not.

    Where the row would then read its source in the table, it is left empty.
    """
    if ranked and ranked[0].sure:
        best = ranked[0]
        line = f"{key} = {_value(best)}  # proposal: {best.confidence}: {_comment(best.reason)}"
        # Orders without the organic click's id may have a paid one's.
        others = [p for p in ranked[1:] if row.target == CLICK_ID and not p.sure]
        return [line, *(_candidate(key, other) for other in others)]
    lines = [_candidate(key, proposal) for proposal in ranked]
    if read_unasked:
        why = f"`{row.source}` may be something else: write it here if it is not"
        return [*lines, f'{key} = ""  # left open: {why}']
    return lines or [f'# {key} = ""  # nothing found: {_comment(row.note or row.source)}']


def _candidate(key: str, proposal: Proposal) -> str:
    return f"# {key} = {_value(proposal)}  # perhaps: {_comment(proposal.reason)}"


def _value(proposal: Proposal) -> str:
    text = _toml(proposal.value)
    return f"{{ formula = {text} }}" if proposal.formula else text


def _pair(event: ProposedEvent) -> str:
    status = event.order_status or event.perhaps
    mark = "" if event.order_status else "# "
    named = not status or status in ruled_statuses()
    said = [] if named else ["a placeholder, as TikTok's list of statuses is not public"]
    said += [_comment(event.reason)] if event.reason else []
    said.append(f"in {event.times:,} of the events")
    # Without a status, nothing is proposed: a person says what it is.
    sure = "perhaps" if event.perhaps else "proposal" if status else "open"
    name = f"event_name = {_toml(event.event_name)}  # {sure}: {'; '.join(said)}"
    lines = ("[[event_mapping]]", f'order_status = "{status}"', name)
    return "".join(f"{mark}{line}\n" for line in lines)


def _no_shows(proposed: ProposedEvents) -> list[str]:
    """That guests never came, by the event's name, as a comment: so is its order status."""
    names = [event.event_name for event in proposed.events if event.no_show]
    if not names:
        return []
    formula = _toml(no_show_formula(proposed.event_property, names))
    why = "perhaps: goes with the order status of guests who never came"
    return [f'# "{NO_SHOW}" = {{ formula = {formula} }}  # {why}']


def _filter(events: list[Any], seen: Seen, clicks: list[Proposal]) -> list[str]:
    """A filter that leaves out what is marked as a test, and what has no click id, as a comment."""
    names = [path for path in seen.properties if ".X" not in path]
    formulas, why = [], []
    if found := marked_tests(names, events):
        formulas.append(found.formula)
        why.append(f"`{_comment(found.path)}` marks {count(len(found.tests), 'event')} as a test")
    if clicks and clicks[0].sure and len(clicks[0].given) < len(events):
        formulas.append(f"{as_formula(clicks[0])} != null")
        why.append(f"{len(clicks[0].given):,} of {len(events):,} events have a click id of TikTok")
    if not formulas:
        return []
    formula = _toml(" && ".join(formulas))
    return [f"# [filter]\n# formula = {formula}  # perhaps: {'; '.join(why)}\n"]


def _toml(text: str) -> str:
    # A literal string where it can be: formulas are full of quotes.
    # And only of what is printed: an event's line breaks must not become the file's.
    literal = '"' in text and "'" not in text and text.isprintable()
    return f"'{text}'" if literal else show(text, 10_000)


def _comment(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
