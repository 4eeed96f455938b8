"""One row as it is shown: its source, its value here and in all events, and what is offered."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from orderkit.destination.fields import ALWAYS, FieldMapping
from orderkit.destination.labels import field_labels
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.events.paths import count
from orderkit.mapping.near_misses import similar
from orderkit.mapping.results import TraceEntry
from orderkit.mapping.suggest import Proposal
from orderkit.mapping.suggest.click_ids import CLICK_ID
from orderkit.mapping.types import field_type
from orderkit.reports.client_words import capital
from orderkit.widgets.mapper.draft import row_key
from orderkit.widgets.mapper.offers import describe_pairs
from orderkit.widgets.mapper.proposed_rows import source_value
from orderkit.widgets.mapper.session import MapperSession
from orderkit.widgets.mapper.sources import Kind

_ORDER_ID: Final = "order_info.order_id"
#: So many orders are read, and so few tell nothing.
_MOST_READ: Final = 50
_LEAST_TOLD: Final = 4
#: How ids begin that are none of TikTok's for organic clicks, and what they are.
_OTHER_IDS: Final = {
    "E.C.P.": "these are of paid clicks, `ttclid`, where TikTok asks for the organic `ttoclid`: "
    "they are sent, and TikTok can say whether it takes them",
    "Cj0K": "these look like Google's",
    "EAIaIQ": "these look like Google's",
    "IwAR": "these look like Facebook's",
    "IwY2": "these look like Facebook's",
}
#: The vendor's example of a click id has 36 characters. Assumption: none is much shorter.
_SHORTEST: Final = 15


def row_lines(
    session: MapperSession, row: FieldMapping, unconfirmed: Mapping[str, str]
) -> dict[str, Any]:
    """One row: what stands in it, what it gives here and in all events, what is offered.

    unconfirmed: as `MapperSession.open_unconfirmed` has it, for all rows
    """
    target, label, key = row.target, field_labels()[row.target], row_key(row, session.draft)
    entry = next(e for e in session.rows.trace if e.target == target)
    written = session.source(row)
    ok, of = session.states.counts(target)
    fault = session.fault(key)
    state = "invalid" if fault else "not needed" if session.aside else entry.state
    unsent = row.type == "status" and not session.mapped.trace  # its status is only supposed
    state = "not yet" if unsent and not (fault or session.aside) else state
    shown: dict[str, Any] = {
        "label": label.label,
        "group": label.group,
        "name": target.rsplit(".", 1)[-1],
        "mandatory": bool(row.mandatory),
        "text": written.text,
        "kind": _kind(row, written.kind),
        "value": "" if unsent else _value(session, row, entry, fault is not None),
        "state": state,
        "ok": ok,
        "of": of,
        "about": _about(row, entry),
        "unsaved": key in session.undo_states.unsaved,
    }
    if reason := _unconfirmed(session, row, key, unconfirmed):
        shown["unconfirmed"] = reason
    proposal = _proposal(session, row)
    if proposal:
        shown["proposal"] = proposal
    elif fault:
        shown["problem"] = {"text": fault.expected, "more": "", "ask": False}
    elif not session.aside:
        shown |= _problem(session, row, state)
    found = (p for p in session.mapped.problems if p.target == target and p.level == "warning")
    warnings = [f"{p.message}; {p.fix}" for p in found if p.code != "left_out"]
    warnings += _left_out(session, row)
    if target == CLICK_ID and written.kind == "text" and of > 1:
        warnings.append("Every order gets this one id: that is right for a test alone")
    if target == CLICK_ID and target != session.typing:
        warnings += _other_ids(session)
    if target == _ORDER_ID and target != session.typing:
        warnings += _one_number(session) or _repeated(session)
    if entry.state in ("not needed", "not yet") and key in session.draft:
        warnings += _found_nowhere(session, row)
    if warnings:
        shown["warnings"] = warnings
    return shown


def _problem(session: MapperSession, row: FieldMapping, state: str) -> dict[str, Any]:
    """What is wrong in a row of an event that is sent, and what mends it."""
    target, written = row.target, session.source(row)
    ok, of = session.states.counts(target)
    if written.text and (problem := session.problem(target)):
        more = f"{of - ok:,} of {count(of, 'order')} {_verb(of - ok, state)}" if of else ""
        said = {"text": problem.message, "more": more, "ask": problem.actor == "event"}
        return {"problem": said, "fixes": _fixes(session, target)}
    if row.type == "country" and written.kind == "text":
        return {"fixes": _fixes(session, target)}
    if state == "missing" and not written.text:
        note = capital(row.note.partition("assumption")[0].rstrip("; "))
        more = note or f"Asked for: {field_type(row.type).expected}"
        said = {"text": "Nothing stands here yet", "more": more, "ask": False}
        return {"problem": said, "fixes": _fixes(session, target)}
    return {}


def _one_number(session: MapperSession) -> list[str]:
    """That most orders have one order number: then it is none."""
    values = session.first_orders(_ORDER_ID, _MOST_READ)
    most = Counter(map(str, values)).most_common(1)
    if not most or len(values) < _LEAST_TOLD or most[0][1] * 2 <= len(values):
        return []
    return [f"{most[0][1]} of {count(len(values), 'order')} have the number {most[0][0][:40]}"]


def _repeated(session: MapperSession) -> list[str]:
    """That several events are of one order and status: TikTok keeps the last of them alone."""
    states, source = session.states, session.field(_ORDER_ID).source

    def count_them() -> list[str]:
        sent = (at for at in range(len(states)) if states.outcome(at) != "not for TikTok")
        ids = ((source.read(states.seen(at)).raw, states.status(at)) for at in sent)
        found = Counter((str(id_), status) for id_, status in ids if not paths.is_blank(id_))
        return [id_ for (id_, _), times in found.items() if times > 1]

    chosen = session.settings
    by = source.text, chosen.event_mapping, chosen.event_property, chosen.filter
    several = session.counted("repeated", (*by, chosen.transformation), count_them)
    if not several:
        return []
    stand = "stands" if len(several) == 1 else "stand"
    return [
        f"{count(len(several), 'order')} {stand} in several events of one status, as "
        f"{several[0][:40]}: TikTok keeps the last one alone; a line for each room is no order"
    ]


def _other_ids(session: MapperSession) -> list[str]:
    """That what the click id's row gets looks like other ids than TikTok's."""
    values = [str(value) for value in session.first_orders(CLICK_ID, _MOST_READ)]
    for begin, kind in _OTHER_IDS.items():
        if number := sum(value.startswith(begin) for value in values):
            begins = "begins" if number == 1 else "begin"
            return [f"{number} of {count(len(values), 'id')} {begins} with {begin}: {kind}"]
    short = [value for value in values if len(value) < _SHORTEST]
    if not short:
        return []
    are = "is" if len(short) == 1 else "are"
    return [
        f"{len(short)} of {count(len(values), 'id')} {are} short, as {short[0]}: TikTok's are not, "
        "by the vendor's example (an assumption)"
    ]


def _left_out(session: MapperSession, row: FieldMapping) -> list[str]:
    """That orders hold more items than the one that is sent, and how many of all do."""
    arrays = session.compiled.arrays.items()
    array = next((array for array, field in arrays if field.target == row.target), None)
    several, of = session.states.with_several(array) if array else (0, 0)
    if not array or not several:
        return []
    have = f"{several:,} of {count(of, 'order')} {'has' if several == 1 else 'have'}"
    return [
        f"{have} several items in `{'.'.join(array)}`, and the first one alone is sent: the "
        "targets are fixed at index 0 (an assumption). Which of them stands for the order?"
    ]


def _found_nowhere(session: MapperSession, row: FieldMapping) -> list[str]:
    """That no event has what a row reads which nothing asks for now: it may be mistyped."""
    read = session.field(row.target).source.properties
    if row.target == session.typing or not session.names or any(p in session.known for p in read):
        return []
    near = similar(read, session.seen)
    meant = f"; did you mean {' or '.join(f'`{path}`' for path in near)}?" if near else ""
    return [f"No loaded event has `{path}`{meant}" for path in read]


def _unconfirmed(
    session: MapperSession, row: FieldMapping, key: str, unconfirmed: Mapping[str, str]
) -> str:
    """Why what stands in a row was proposed, as long as nobody has confirmed or changed it."""
    if row.type != "status":
        return unconfirmed.get(key, "")
    proposed = {key.removeprefix("event_mapping.") for key in unconfirmed}
    pairs = session.draft["event_mapping"]
    said = [pair for pair in pairs if pair.get("event_name") in proposed and all(pair.values())]
    return describe_pairs(said) if said else ""


def _verb(number: int, state: str) -> str:
    verbs = ("lacks it", "lack it") if state == "missing" else ("is not right", "are not right")
    return verbs[number != 1]


def _kind(row: FieldMapping, kind: Kind) -> str:
    return "event mapping" if row.type == "status" and kind == "path" else kind


def _value(session: MapperSession, row: FieldMapping, entry: TraceEntry, fault: bool) -> str:
    if entry.state == "ok" and not fault:
        return _shown(session, row, entry.value, 300)
    return show(entry.raw, 300) if entry.state == "invalid" else ""


def _shown(session: MapperSession, row: FieldMapping, value: Any, most: int) -> str:
    """A value as people read it: a moment in the settings' time zone, beside its seconds."""
    if row.type != "timestamp" or not isinstance(value, int):
        return show(value, most)
    local = datetime.fromtimestamp(value, session.settings.zone)
    return f"{local:%Y-%m-%d %H:%M %Z}, {value}"


def _about(row: FieldMapping, entry: TraceEntry) -> str:
    """What the row wants and how its value came about, for whoever points at it."""
    asked = {"": "optional", ALWAYS: "mandatory"}.get(row.mandatory, f"mandatory: {row.mandatory}")
    said = [row.target.removeprefix("order_info."), asked, field_type(row.type).expected]
    return "\n".join([*said, *filter(None, [row.note]), *entry.steps])


def _proposal(session: MapperSession, row: FieldMapping) -> dict[str, Any] | None:
    if row.type == "status" and (pairs := session.proposed_mapping()):
        words, events = describe_pairs(pairs), session.proposed_events
        return {
            "text": events.event_property,
            "kind": "event mapping",
            "value": "",
            "confidence": "likely",
            "facts": words,
        }
    best = session.proposal(row)
    if best is None:
        return None
    return {
        "text": best.reads,
        "kind": "formula" if best.formula else "text" if best.constant else "path",
        "value": _given(session, best, 300),
        "confidence": best.confidence,
        "facts": best.reason,
        "others": [
            {
                "text": other.reads,
                "label": _told_apart(other, best),
                "shown": _given(session, other, 60),
                "value": source_value(other),
            }
            for other in session.other_proposals(row, best)
        ],
    }


def _told_apart(other: Proposal, best: Proposal) -> str:
    """What another proposal reads; where that is the same, what it makes of it."""
    if other.formula and other.properties == best.properties:
        return other.facts[0].partition(";")[0].replace("`", "")
    return ", ".join(other.properties) or other.value


def _given(session: MapperSession, proposal: Proposal, most: int) -> str:
    """What a proposal gives here, or elsewhere, where the event has nothing there."""
    if session.chosen in proposal.given:
        return _shown(session, proposal.row, proposal.given[session.chosen], most)
    return f"e.g. {_shown(session, proposal.row, proposal.example, most)}"


def _fixes(session: MapperSession, target: str) -> list[dict[str, Any]]:
    return [
        {
            "words": offered.words,
            "code": offered.code,
            "value": offered.value,
            "said": offered.said,
            "gives": effect.gives,
            "before": effect.before,
            "after": effect.after,
            "of": effect.of,
            "mapped": [effect.mapped_before, effect.mapped_after],
        }
        for offered, effect in session.fixes(target)
    ]
