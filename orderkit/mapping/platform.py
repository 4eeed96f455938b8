"""What the platform's public documentation asks of events, beside what this destination reads.

Source: the platform's HTTP tracking API and events reference. Each finding is a warning of the code
``platform``; the settings key ``[checks] platform`` switches them off. A record without `context`
and `user` never was an event of the platform: it is a booking system's, and the tag or the import
that will send it adds both. There is nothing to check in it yet (assumption).
"""

from typing import Any, Final

from orderkit.events import paths
from orderkit.events.headers import HEADERS
from orderkit.events.jsontext import dumps_plain, show
from orderkit.mapping.moments import seconds_in_milliseconds
from orderkit.mapping.near_misses import similar
from orderkit.mapping.problems import Problem

#: Bytes that an event may have as JSON.
MOST_BYTES: Final = 32 * 1024
#: A number grows fivefold at most when it is written again ("1e15").
_SURELY_SMALL: Final = MOST_BYTES // 5

#: Types of the elements of consent_categories.
CATEGORIES: Final = frozenset({str, int})

#: Holds for most events, as an expression for generated functions; `findings` looks at the others.
#: Variables: {context} and {user}, the two objects or {{}}.
NOTHING_TO_FIND: Final = (
    "type(t := {context}.get('event_id')) is str and t.strip()"
    " and type(t := {user}.get('consent_categories')) is list and {{*map(type, t)}} <= CATEGORIES"
    " and (type(t := {context}.get('event_timestamp')) is int and t >= 10**12 or type(t) is str"
    " and (t[10:11] == 'T' or len(t) == 13 and t[0] != '0' and t.isascii() and t.isdecimal()))"
)


def findings(event: Any) -> list[Problem]:
    """What an event lacks of what the platform documents, its size aside."""
    if not isinstance(event, dict) or not event.keys() & {"context", "user"}:
        return []
    found = []
    if paths.is_blank(paths.get(event, ("context", "event_id"))):
        expected = "an id of its own for each event"
        found.append(_lacks(event, "context.event_id", "context.event_id is required", expected))
    if not isinstance(paths.get(event, ("user",)), dict):
        expected = "an object with consent_categories"
        found.append(_lacks(event, "user", "user is required", expected))
    elif not _are_categories(paths.get(event, ("user", "consent_categories"))):
        rule, expected = "user has consent_categories", "an array of texts or integers"
        found.append(_lacks(event, "user.consent_categories", rule, expected))
    raw = paths.get(event, ("context", "event_timestamp"))
    if why := seconds_in_milliseconds(raw):
        found.append(
            _problem(
                source="context.event_timestamp",
                rule="context.event_timestamp is in milliseconds",
                found=show(raw),
                expected="milliseconds, or ISO 8601",
                message=f"context.event_timestamp {why}: it is read as such here",
                fix="send the time in milliseconds: the platform documents no seconds",
            )
        )
    return found


def _are_categories(value: Any) -> bool:
    return isinstance(value, list) and set(map(type, value)) <= CATEGORIES


def oversized(event: Any, size: int = 0) -> list[Problem]:
    """The finding about an event of more than 32 KB as JSON, which the platform refuses.

    size: bytes that the event was read from, 0 where that is not known: it tells of most that they
          are small. Apart from `findings`: writing an event takes a tenth of the time of mapping.
    """
    if 0 < size <= _SURELY_SMALL:
        return []
    has_headers = isinstance(event, dict) and HEADERS in event
    body = {k: v for k, v in event.items() if k != HEADERS} if has_headers else event
    size = len(dumps_plain(body))
    if size <= MOST_BYTES:
        return []
    problem = _problem(
        source="",
        rule="an event has at most 32 KB",
        found=f"{size:,} bytes",
        expected=f"at most {MOST_BYTES:,} bytes",
        message=f"the event has {size:,} bytes as JSON, and the platform takes {MOST_BYTES:,}",
        fix="leave out what no destination reads",
    )
    return [problem]


def _lacks(event: Any, path: str, rule: str, expected: str) -> Problem:
    value = paths.get(event, paths.parse_path(path))
    found = "nothing" if value is paths.MISSING else f"{paths.json_type(value)} {show(value)}"
    near = similar((path,), event)
    meant = f"; did you mean `{near[0]}`?" if near else ""
    return _problem(
        source=path,
        rule=rule,
        found=found,
        expected=expected,
        message=f"{rule}, and {'there is none' if found == 'nothing' else f'it is {found}'}{meant}",
        fix=f"send {path} with the event: {expected}",
        near_misses=near,
    )


def _problem(**words: Any) -> Problem:
    return Problem(code="platform", target="", actor="event", **words)
