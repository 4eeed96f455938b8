"""What settings leave open, in the client's words: on the first page, as of a first meeting."""

from collections.abc import Collection
from html import escape

from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.destination.settings import Settings
from orderkit.reports.client_words import client_words, listed
from orderkit.reports.readiness_html import lamp


def still_open(settings: Settings, unfound: Collection[str]) -> list[str]:
    """What TikTok asks for of these bookings, and nobody has said yet, each by its word.

    unfound: as `readiness.not_found` has it
    """
    rows = {row.target: row for row in field_mappings()}
    return [
        word.word
        for target, word in client_words().items()
        if _is_open(rows[target], settings, unfound)
    ]


def _is_open(row: FieldMapping, settings: Settings, unfound: Collection[str]) -> bool:
    if row.type == "status":
        return not settings.event_mapping
    asked = row.mandatory == "always" or row.mandatory in settings.statuses().values()
    return asked and row.target in unfound


def still_open_html(settings: Settings, unfound: Collection[str]) -> str:
    """A strip that says what is open, and whether the rest is only proposed; "" for neither."""
    words = still_open(settings, unfound)
    said = [f"<strong>Still open:</strong> {escape(listed(words))}."] if words else []
    if not settings.agreed:
        what = "What else these pages say" if words else "What these pages say of your bookings"
        proposed = f"{what} is proposed, and we confirm it together."
        said.append(proposed if words else f"<strong>{proposed}</strong>")
    return f'<div class="ok-strip">{lamp("unseen")}<p>{" ".join(said)}</p></div>' if said else ""
