"""The shapes that events come in: envelopes are opened, and other formats converted.

Which list of a document holds its events is read off its names; where that is not plain, the
document is left as it is, and the notes say how to name the list.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from orderkit.events import paths
from orderkit.events.conversion import converted, is_platform_event
from orderkit.events.entries import Reading, Record
from orderkit.events.jsontext import show
from orderkit.events.paths import count, json_type

#: Names of lists that hold records, not parts of one, in lower case without "_" and "-".
_RECORDS: Final = frozenset(
    re.findall(
        r"\w+",
        "batch bookings data events hits orders records reservations result results rows "
        "bestellungen buchungen reservierungen commandes réservations donnees données "
        "datos ordenes órdenes pedidos registros reservas dati ordini prenotazioni dados",
    )
)
#: Words of the names that stand beside such a list, and say nothing of a record ("totalResults").
_BESIDE: Final = frozenset(
    re.findall(
        r"\w+",
        "after api apiversion at before code count current cursor date details elements empty "
        "error errors etag export exported first generated has hasmore id info items kind last "
        "limit link links message messages meta metadata more next nextpage number object of "
        "offset ok out page pageable pages pagination paging per perpage prev previous query "
        "records request requestid result results sent sentat shards size sort status success "
        "time timed timedout timestamp token took total totalcount totalpages type url version "
        "warnings",
    )
)
#: One word each of those, that may be of a record where it stands alone.
_OF_RECORDS: Final = frozenset({"id", "items", "number", "current", "out", "at", "of"})
#: What an object that tells of an export is called.
_HEADERS: Final = frozenset(
    re.findall(r"\w+", "header envelope export dump extract report kopf entête cabecera testata")
)
#: A click id that has a value.
_CLICK: Final = re.compile(r"tt(?:o)?clid[=:].", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_DEEPEST: Final = 3
#: What a list's header may hold at most, and the list at least: more than the rooms of a booking.
_LITTLE: Final = 5
_MANY: Final = 8
_SAYS_MUCH: Final = 12
_TIMES_MORE: Final = 4
#: A larger number beside a list is no number of records.
_MOST_RECORDS: Final = 10**9


class _Found(NamedTuple):
    """A list of objects in a document: its path, itself, and the other names on the way to it."""

    path: str
    records: list[Any]
    beside: dict[str, Any]


def shaped(
    record: Record, reading: Reading, has_paths: bool = True
) -> Iterator[tuple[dict[str, Any] | None, str]]:
    """The events in what was read, each as (event, ""), or (None, why there is none).

    has_paths: whether `reading.at` is a path in it
    """
    value, at = record.value, reading.at if has_paths else ""
    if at and at != ".":
        try:
            value = _located(value, at)
        except ValueError as error:
            yield None, str(error)
            return
    if isinstance(value, list) and (record.document or at):
        for part in value:
            yield from _events(part, reading, at)
    else:
        yield from _events(value, reading, at)


def _located(value: Any, at: str) -> Any:
    parts = paths.parse_path(at)
    found = paths.get(value, parts)
    if found is not paths.MISSING:
        return found
    lists = [f"--at {each.path} ({count(len(each.records), 'event')})" for each in _lists(value)]
    named = f"; write {' or '.join(lists[:5])}" if lists else ""
    return _raise(f"--at {at}: {paths.how_far(value, parts)}{named}")


def _raise(text: str) -> Any:
    raise ValueError(text)


def _events(value: Any, reading: Reading, at: str) -> Iterator[tuple[dict[str, Any] | None, str]]:
    if not isinstance(value, dict):
        yield None, f"{json_type(value)} {show(value)}, not a JSON object"
        return
    if at or "event_name" in value or is_platform_event(value):
        yield converted(value, reading), ""
        return
    try:
        found = _envelope(value, reading)
    except ValueError as error:
        yield None, str(error)
        return
    if found is None:
        yield converted(value, reading), ""
        return
    left = [name for name in found.beside if not _says_nothing(name)]
    beside = f" (beside it, left out: {', '.join(left)})" if left else ""
    reading.note(f"{found.path} unwrapped{beside}", len(found.records))
    reading.open(found.beside)
    for name, number in _all_records(found):
        reading.note(f"{name} says {number:,}: this document has only a part of them")
    for part in found.records:
        yield converted(part, reading), ""


def _envelope(document: dict[str, Any], reading: Reading) -> _Found | None:
    """The list of records that a document is an envelope of. Raises ValueError for several."""
    found = list(_lists(document))
    envelopes = [each for each in found if _holds_records(each, len(found) == 1)]
    if len(envelopes) > 1:
        names = " or ".join(f"--at {each.path} ({len(each.records):,})" for each in envelopes)
        raise ValueError(f"several lists that may be the events: write {names}, or --at .")
    if envelopes:
        return envelopes[0]
    for each in found:
        if _is_called_records(each) or _say_more(each):
            number = count(len(each.records), "object")
            reading.note(
                f"one event; if its `{each.path}` ({number}) are the events: --at {each.path}"
            )
    return None


def lists_of_orders(event: dict[str, Any]) -> list[str]:
    """Paths of the lists in what was read as one event that may be the events: each of several
    records says more than all that stands beside them.
    """
    if "event_name" in event or is_platform_event(event):
        return []
    return [each.path for each in _lists(event) if len(each.records) > 1 and _say_more(each)]


def _is_called_records(found: _Found) -> bool:
    return _plain(found.path.rpartition(".")[2]) in _RECORDS


def _holds_records(found: _Found, alone: bool) -> bool:
    own = [name for name in found.beside if not _says_nothing(name)]
    if len(found.records) > 1 and _say_more(found) and _own_clicks(found):
        return True
    if _is_called_records(found):
        # An object beside it may be whom the records are of; a value speaks of a record itself, but
        # where there is little beside many that each say more.
        objects = all(isinstance(found.beside[name], dict | list) for name in own)
        return objects or (len(found.records) > 1 and _say_more(found))
    return alone and (not own or _is_header(found) or _is_called_header(found, own))


def _own_clicks(found: _Found) -> bool:
    """Whether records began with clicks of their own: a room has none, and an order has one."""
    clicks = [
        {
            text
            for path, value in paths.walk(record)
            if isinstance(value, str) and _CLICK.search(text := f"{path}={value}")
        }
        for record in found.records
    ]
    said = [texts for texts in clicks if texts]
    return len(said) > 1 and not set.intersection(*said)


def _is_called_header(found: _Found, own: list[str]) -> bool:
    """Whether nothing but objects stands beside many records that say more, one called a header."""
    words = {word.casefold() for name in own for word in _WORD.findall(name)}
    return (
        len(found.records) >= _MANY
        and all(isinstance(found.beside[name], dict) for name in own)
        and not words.isdisjoint(_HEADERS)
        and _say_more(found)
    )


def _say_more(found: _Found) -> bool:
    """Whether each record of a list says more than all that stands beside it: a booking says more
    than its export, a room less than its booking.
    """
    beside = sum(1 for _ in paths.walk(found.beside))
    return all(sum(1 for _ in paths.walk(record)) > beside for record in found.records)


def _all_records(found: _Found) -> Iterator[tuple[str, int]]:
    """What says that there are more records than the list holds, as on one of many pages."""
    for path, value in paths.walk(found.beside):
        said = [word.casefold() for word in _WORD.findall(path.rpartition(".")[2])]
        of_records = not set(said) & {"page", "pages", "size", "limit", "amount", "value"}
        number = type(value) is int and value > len(found.records)
        if "total" in said and of_records and number and value < _MOST_RECORDS:
            yield path, value


def _is_header(found: _Found) -> bool:
    """Whether what stands beside a list is little, and each of many records says much more.

    An order with its rooms has a hotel, dates and a total beside them.
    """
    own = {name: value for name, value in found.beside.items() if not _says_nothing(name)}
    beside = list(paths.walk(own))
    least = max(_SAYS_MUCH, _TIMES_MORE * len(beside))
    return (
        len(found.records) >= _MANY
        and len(beside) <= _LITTLE
        and not any(isinstance(value, dict | list) for value in own.values())
        and all(sum(1 for _ in paths.walk(record)) >= least for record in found.records)
    )


def _lists(value: Any, path: str = "", beside: dict[str, Any] | None = None) -> Iterator[_Found]:
    """The lists of objects in the objects of a document, down to a few levels."""
    if not isinstance(value, dict) or (path.count(".") >= _DEEPEST - 1 and path):
        return
    for name, child in value.items():
        others = {**(beside or {}), **{key: value[key] for key in value if key != name}}
        inner = f"{path}.{name}" if path else str(name)
        if isinstance(child, list) and child and all(isinstance(part, dict) for part in child):
            yield _Found(inner, child, others)
        elif isinstance(child, dict):
            yield from _lists(child, inner, others)


def _says_nothing(name: str) -> bool:
    """Whether a name beside a list of records says nothing of a record."""
    parts = [word.casefold() for word in _WORD.findall(name)]
    known = bool(parts) and _BESIDE.issuperset(parts)
    return known and not (len(parts) == 1 and parts[0] in _OF_RECORDS)


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")
