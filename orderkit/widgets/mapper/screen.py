"""What the mapper shows: plain data, section by section, which a browser draws and a test reads."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from orderkit.destination.fields import field_mappings
from orderkit.destination.labels import status_label
from orderkit.events import paths
from orderkit.events.jsontext import dumps, show
from orderkit.events.paths import count
from orderkit.widgets.mapper.draft import part_name, row_key
from orderkit.widgets.mapper.drawers import drawers
from orderkit.widgets.mapper.known import plain_path, tree_lines
from orderkit.widgets.mapper.lines import row_lines
from orderkit.widgets.mapper.notes import notes
from orderkit.widgets.mapper.order import order_lines
from orderkit.widgets.mapper.session import MapperSession
from orderkit.widgets.mapper.written import ROWS

#: So many events are listed at once; a search narrows them.
MOST_LISTED: Final = 200
#: So many letters of a value that was searched for are shown.
_LONGEST: Final = 60
_BAD: Final = ("missing", "invalid")
_MANDATORY: Final = tuple(row for row in field_mappings() if row.mandatory)


def screen(session: MapperSession) -> dict[str, Any]:
    """All that is shown: section → what stands in it; of rows, target → row."""
    unconfirmed = session.open_unconfirmed()
    rows = {target: row_lines(session, row, unconfirmed) for target, row in ROWS.items()}
    return {
        "bar": _bar(session, rows) | {"confirm": len(session.confirmable())},
        "meter": _meter(session),
        "rows": rows,
        "groups": _groups(rows),
        "tree": _tree(session),
        "used": _used(session),
        "order": _order(session),
        "drawers": drawers(session),
        "notes": notes(session),
    }


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The sections that changed; of the rows only those that did."""
    patch = {key: part for key, part in after.items() if before.get(key) != part}
    if "rows" in patch and "rows" in before:
        old = before["rows"]
        patch["rows"] = {t: row for t, row in patch["rows"].items() if old.get(t) != row}
    return patch


def listed_events(session: MapperSession, query: str) -> list[dict[str, Any]]:
    """The events in view whose name, order id or status has the query's words in it, or else a
    property, which is shown then.
    """
    wanted, found = query.casefold().split(), []
    for at in session.in_view:
        line = event_line(session, at)
        said = f"{line['name']} {line['event']} {line['id']} {line['status']}".casefold()
        is_named = all(word in said for word in wanted)
        where = "" if is_named else _where(session.states.seen(at), wanted)
        if where or is_named:
            found.append(line | {"where": where})
            if len(found) == MOST_LISTED:
                break
    return found


def _where(event: Any, wanted: Collection[str]) -> str:
    """The first property that has these words in its name or value, with the value; "" for none."""
    for path, value in paths.walk(event):
        line = f"{path.rpartition('.')[2]}: {show(value, _LONGEST)}"
        if all(word in line.casefold() for word in wanted):
            return line
    return ""


def event_line(session: MapperSession, at: int) -> dict[str, Any]:
    """One event in the picker: its number, name, order id, status, and outcome in words."""
    outcome = session.states.outcome(at)
    words = "" if outcome == "with problems" else outcome
    status = session.states.status(at)
    name = session.compiled.status.source.read(session.states.seen(at)).raw
    return {
        "at": at,
        "name": session.names[at],
        "event": name[:60] if isinstance(name, str) else "",
        "id": session.order_id(at),
        "status": status_label(status) if status else "",
        "outcome": outcome,
        "words": words or _problems(session.states.state(target, at) for target in ROWS),
    }


def _problems(states: Iterable[str]) -> str:
    """How many rows of an event are missing, and how many invalid."""
    number = Counter(states)
    return ", ".join(f"{number[state]} {state}" for state in _BAD if number[state])


def _bar(session: MapperSession, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    total = len(session.names)
    chosen = event_line(session, session.chosen) if total else {}
    if chosen.get("outcome") == "with problems":
        # With what is being typed, and cannot be read yet.
        chosen["words"] = _problems(row["state"] for row in rows.values())
    unsaved = [part_name(key) for key in session.undo_states.unsaved]
    accept = len(session.open_proposals()) + bool(session.proposed_mapping())
    return {
        "total": total,
        "event": chosen,
        "outcomes": session.states.outcomes(),
        "shown": session.shown,
        "accept": accept,
        "undo": session.undo_states.possible,
        "unsaved": unsaved,
        "problem": session.problem_target(),
    }


def _meter(session: MapperSession) -> dict[str, Any]:
    """The mandatory fields of the chosen event: a state for each, and their sum in words."""
    if session.aside:
        ticks = ["not needed" for _ in _MANDATORY]
        return {"ticks": ticks, "words": "not sent", "more": "nothing is asked of it"}
    states = {entry.target: entry.state for entry in session.rows.trace}
    found = [states.get(row.target, "not needed") for row in _MANDATORY]
    order = ("ok", "missing", "invalid", "not yet", "not needed")
    ticks = sorted(found, key=order.index)
    number: Counter[str] = Counter(found)
    asked = number["ok"] + number["missing"] + number["invalid"]
    said = [f"{number[state]} {state}" for state in order[1:-1] if number[state]]
    unreadable = sum(
        session.fault(row_key(row, session.draft)) is not None for row in ROWS.values()
    )
    if unreadable:
        said.append(f"{count(unreadable, 'row')} cannot be read")
    optional = sum(s in _BAD for t, s in states.items() if not ROWS[t].mandatory)
    if optional - unreadable > 0:
        said.append(f"{optional - unreadable} optional not right")
    complete = number["ok"] == asked
    words = f"{asked} mandatory, all there" if complete else f"{number['ok']} of {asked} mandatory"
    return {"ticks": ticks, "words": words, "more": ", ".join(said)}


def _groups(rows: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each group with its rows, and how its mandatory fields stand, in words."""
    groups: dict[str, list[str]] = {}
    for target, row in rows.items():
        groups.setdefault(row["group"], []).append(target)
    found = []
    for name, targets in groups.items():
        states = Counter(rows[t]["state"] for t in targets if rows[t]["mandatory"])
        asked = states["ok"] + states["missing"] + states["invalid"]
        said = [f"{states['ok']} of {asked} mandatory"] if asked else []
        said += [f"{states['not yet']} not yet"] if states["not yet"] else []
        words = ", ".join(said) or "none mandatory"
        bad = _problems(rows[t]["state"] for t in targets)
        found.append({"name": name, "rows": targets, "words": words, "bad": bad})
    return found


def _tree(session: MapperSession) -> list[dict[str, Any]]:
    return list(tree_lines(session.seen))


def _used(session: MapperSession) -> dict[str, list[str]]:
    """The properties that rows read, those that are proposed, and those of the focused row."""
    fields = session.compiled.fields
    used = {plain_path(path) for field in fields for path in field.source.properties}
    proposed = {
        plain_path(best.reads) for best in session.open_proposals().values() if not best.formula
    }
    focused = session.field(session.focus).source.properties if session.focus else ()
    return {
        "used": sorted(used),
        "proposed": sorted(proposed - used),
        "focused": [plain_path(path) for path in focused],
    }


def _order(session: MapperSession) -> dict[str, Any]:
    lines = order_lines(session.compiled.fields, session.mapped, session.saved_mapped)
    changed = sum(line.get("m", "") in ("~", "+", "-") for line in lines if line.get("m"))
    text = dumps(session.mapped.payload, indent=True).decode() if session.mapped.payload else ""
    return {"lines": lines if session.mapped.payload else [], "changed": changed, "text": text}
