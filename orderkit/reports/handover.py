"""The page for the client: what to type into the platform, what becomes of it, what was tested."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any, Final

from orderkit.destination.assumptions import assumptions
from orderkit.destination.fields import field_mappings, ruled_statuses
from orderkit.destination.settings import FormulaValue, Settings
from orderkit.events.jsontext import show
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.reports import deliveries, html
from orderkit.reports.pages import page
from orderkit.sending.ledger import Entry

_OTHER = "any other status"
_EXAMPLES = 2

#: Test orders on a page at most, the latest ones.
MOST: Final = 100


def handover_page(
    settings: Settings, events: Mapping[str, Mapping[str, Any]], entries: Sequence[Entry] = ()
) -> str:
    """A self-contained page; `events` give the examples, `entries` are the test orders.

    No secret is in it: settings have only the name of credentials.
    """
    mapper = Mapper(settings)
    examples = {name: mapper.explain(event) for name, event in events.items()}
    name = settings.settings.third_merchant_id or "the client"
    sections = (
        ("Settings to type into the platform", settings_html(settings)),
        ("What becomes of an event", _mapping(examples)),
        ("What each order status needs", _required(settings)),
        ("Test orders", _tests(entries)),
        ("What no source states, and is assumed", _assumptions()),
    )
    contents = "".join(
        f'<li><a href="#part{number}">{escape(title)}</a></li>'
        for number, (title, _) in enumerate(sections, start=1)
    )
    body = "".join(
        f'<section id="part{number}"><h2>{number} · {escape(title)}</h2>{html}</section>'
        for number, (title, html) in enumerate(sections, start=1)
    )
    lead = (
        f"<p>TikTok Sync Order Information, {date.today():%d %B %Y}. "  # noqa: DTZ011 - the reader's day
        "It holds no secrets: the credentials are named, not shown.</p>"
    )
    return page(f"Handover for {name}", f"{lead}<ol>{contents}</ol>{body}")


def settings_html(settings: Settings) -> str:
    """All settings as they are to be typed, table by table."""
    values = settings.settings
    fields = {field.setting: field for field in field_mappings() if field.setting}
    rows = [
        (
            fields[key].source,
            getattr(values, key),
            fields[key].note.partition("assumption:")[0].rstrip("; "),
        )
        for key in type(values).model_fields
        if key in fields
    ]
    rows.insert(0, ("Credentials", values.credentials, "the name of the stored credentials"))
    connection = settings.connection
    others = [
        ("Time zone", settings.timezone, "for times that have no offset"),
        (
            "Endpoint URL",
            connection.endpoint_url,
            "the client finds it in TikTok's partner reference",
        ),
        ("Token URL", connection.token_url, "where client key and secret go"),
        ("Merchant Id", connection.merchant_id, "the merchant's id at TikTok"),
    ]
    pairs = [(pair.order_status, pair.event_name) for pair in settings.event_mapping]
    pieces = [
        _table(
            ("setting", "write", "as", "note"), [(n, *_written(v), note) for n, v, note in rows]
        ),
        "<h3>Event Mapping</h3>",
        _table(("order status", "event name"), pairs),
    ]
    if settings.smart_mapping:
        pieces.append("<h3>Smart mapping: read from another property</h3>")
        cells = [(target, *_written(v)) for target, v in settings.smart_mapping.items()]
        pieces.append(_table(("target", "read", "as"), cells))
    if settings.transformation:
        pieces.append("<h3>Transformation, before the mapping</h3>")
        steps = [(step.compiled().describe(),) for step in settings.transformation]
        pieces.append(_table(("step",), steps))
    pieces += _filter(settings)
    pieces.append("<h3>Connection</h3>")
    pieces.append(
        _table(("setting", "value", "note"), [(n, _written(v)[0], note) for n, v, note in others])
    )
    return "".join(pieces)


def _filter(settings: Settings) -> list[str]:
    chosen = settings.filter
    rows = [(one.property, one.operator, " or ".join(one.values)) for one in chosen.conditions()]
    if chosen.consent:
        rows.append(("user.consent_categories", "holds", chosen.consent))
    if chosen.formula:
        rows.append(("advanced filter", "is true", chosen.formula))
    if not rows:
        return []
    condition = "any one of the conditions" if chosen.match == "any" else "all of it"
    return [
        "<h3>Filter: which events are sent</h3>",
        f"<p>An event is sent when {condition} holds.</p>",
        _table(("property", "operator", "value"), rows),
        *(
            [f"<p>The conditions as one formula: {html.code(formula)}</p>"]
            if (formula := chosen.transcribed())
            else []
        ),
    ]


def _mapping(examples: Mapping[str, Mapped]) -> str:
    # One event a status: enough to see what comes out, and narrow enough to be read.
    first: dict[str | None, tuple[str, Mapped]] = {}
    for name, result in examples.items():
        if result.trace:
            first.setdefault(result.order_status, (name, result))
    # Those that fill most rows say most.
    chosen = sorted(first.values(), key=lambda example: -_filled(example[1]))[:_EXAMPLES]
    states = [{entry.target: entry for entry in result.trace} for _, result in chosen]
    rows = []
    for field in field_mappings():
        entries = [state[field.target] for state in states]
        reads = next((e.reads for e in entries if e.reads != field.source), "")
        hint = f'<div class="ok-hint">reads {html.code(reads)}</div>' if reads else ""
        rows.append(
            [
                html.code(field.source) + hint,
                html.code(field.target.removeprefix("order_info.")),
                escape(field.mandatory),
                *(html.code("" if e.value is None else show(e.value, 36)) for e in entries),
            ]
        )
    names = [f"{name} ({result.order_status})" for name, result in chosen]
    return html.html_table(["source", "target", "mandatory", *names], rows)


def _filled(mapped: Mapped) -> int:
    return sum(entry.state == "ok" for entry in mapped.trace)


def _required(settings: Settings) -> str:
    statuses = dict.fromkeys([*settings.statuses().values(), *ruled_statuses(), _OTHER])
    rows = [
        [
            html.code(row.target.removeprefix("order_info.")),
            escape(row.source),
            *(html.badge("mandatory" if row.mandatory_for(s) else "") for s in statuses),
        ]
        for row in field_mappings()
        if row.mandatory
    ]
    return html.html_table(["target", "source", *statuses], rows)


def _tests(entries: Sequence[Entry]) -> str:
    if not entries:
        return "<p>No test order was sent yet.</p>"
    return deliveries.entries_html(entries)


def _assumptions() -> str:
    rows = [[html.code(about), html.prose(said)] for about, said in assumptions()]
    return html.html_table(("about", "assumption"), rows)


def _written(value: Any) -> tuple[str, str]:
    """A value as it is typed, and how: as text or as a function."""
    if isinstance(value, FormulaValue):
        return value.formula, "function"
    return ("" if value is None else str(value), "" if value is None else "text")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    code = {"write", "value", "read", "event name", "property"}
    cells = [
        [
            html.code(cell or "") if column in code else escape(cell or "")
            for column, cell in zip(columns, row, strict=True)
        ]
        for row in rows
    ]
    return html.html_table(columns, cells)
