"""The mapper's screen as tables and sentences, for where no browser draws it."""

from collections.abc import Mapping
from typing import Any

from orderkit.reports import html, views


def rows_table(screen: Mapping[str, Any]) -> views.Table:
    """Each row that has a value or will: what it reads, and what that gives for the event."""
    cells = (
        (row["group"], row["label"], row["text"], row["value"], row["state"])
        for row in screen["rows"].values()
        if row["state"] != "not needed"
    )
    columns = ("group", "field", "source", "value", "state")
    return views.make_table(cells, columns, "Rows for the chosen event")


def proposals_table(screen: Mapping[str, Any]) -> views.Table:
    """What is proposed for rows that lack a value."""
    cells = (
        (row["label"], offer["text"], offer["value"], offer["confidence"], offer["facts"])
        for row in screen["rows"].values()
        if (offer := row.get("proposal"))
    )
    columns = ("field", "source", "value", "confidence", "why")
    return views.make_table(cells, columns, "Proposals")


def screen_html(screen: Mapping[str, Any]) -> str:
    """The chosen event, the outcome over all, and the rows."""
    outcomes = ", ".join(f"{n:,} {outcome}" for outcome, n in screen["bar"]["outcomes"].items())
    event, meter = screen["bar"]["event"], screen["meter"]
    name = f"{event['id'] or event['name']}, {event['words']}" if event else "no event"
    more = f"; {meter['more']}" if meter["more"] else ""
    words = f"{name}: {meter['words']}{more}. All events: {outcomes}."
    return f"<p>{html.prose(words)}</p>{rows_table(screen).to_html()}"
