"""Settings as they are to be typed into the platform, table by table."""

from collections.abc import Sequence
from html import escape
from typing import Any

from orderkit.destination.fields import field_mappings
from orderkit.destination.settings import FormulaValue, Settings
from orderkit.reports import html


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
            "stands in TikTok's partner reference",
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


def _written(value: Any) -> tuple[str | None, str]:
    """A value as it is typed, and how: as text or as a function; None for what is open."""
    if isinstance(value, FormulaValue):
        return value.formula, "function"
    return (None, "") if value is None else (str(value), "text")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    code = {"write", "value", "read", "event name", "property"}

    def shown(column: str, cell: str | None) -> str:
        if cell is None:
            return html.OPEN
        return html.code(cell) if column in code else escape(cell)

    cells = [list(map(shown, columns, row)) for row in rows]
    return html.html_table(columns, cells)
