"""Self-contained HTML pages that can be handed over."""

import re
from collections import Counter
from html import escape

from orderkit.events.acting import escape_acting
from orderkit.events.jsontext import show
from orderkit.mapping.results import outcome_word
from orderkit.reports import deliveries, html
from orderkit.reports.profile import MOST_DISTINCT, Profile, RowProfile
from orderkit.sending.ledger import Ledger

_WRONG = "What goes wrong: errors before warnings, the most frequent first"


def page(title: str, body: str) -> str:
    """A page with our style sheet, in light or dark as the reader's system is; asks no host."""
    return _page(title, f"<h1>{escape(title)}</h1>{body}", title, "")


def document(title: str, body: str, footer: str) -> str:
    """A page that is fit to be printed, with this line at the foot of each sheet."""
    return _page(title, body, footer, "ok-document")


def _page(title: str, body: str, footer: str, name: str) -> str:
    """A page; its sheets on paper are numbered, and have the line at their foot."""
    # A text in CSS, inside an element: neither its end nor the element's may stand in it.
    text = re.sub(r"[^ \w.,·-]", lambda mark: f"\\{ord(mark[0]):x} ", footer)
    feet = (
        f'<style>@page {{ @bottom-left {{ content: "{text}" }} '
        '@bottom-right { content: counter(page) " of " counter(pages) } }</style>'
    )
    return escape_acting(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>{html.page_style()}{feet}</head>"
        f'<body class="ok-page {name}"><main class="ok-root">{body}</main>'
        f"{html.table_script()}</body></html>\n",
        page=True,
    )


def deliveries_page(ledger: Ledger, most: int = 500) -> str:
    """A ledger as a page: over time, causes with their solution, and the latest deliveries."""
    latest = ledger.entries(most=most)
    note = f"<p>The latest {most:,}; orderkit deliveries --json has all.</p>"
    body = deliveries.overview_html(ledger, "h2") + deliveries.entries_html(latest)
    return page("Deliveries", body + (note if len(latest) == most else ""))


def profile_page(profile: Profile, name: str) -> str:
    """A profile as a page."""
    return page(f"Profile of {name}", profile_html(profile))


def profile_html(profile: Profile) -> str:
    """A profile as tables with bars."""
    counts = ", ".join(
        f"{number:,} {outcome_word(outcome)}" for outcome, number in profile.outcomes.most_common()
    )
    rows = (
        [
            html.code(target.removeprefix("order_info.")),
            _share(row),
            *(_share(row, status) for status in profile.statuses),
            _found(row),
        ]
        for target, row in profile.rows.items()
    )
    columns = ["target", "filled", *profile.statuses, "for example"]
    filled = html.html_table(
        columns, rows, caption="How well each row is filled", classes={columns[-1]: "ok-short"}
    )
    failures = (
        [
            html.badge(cause.problem.code),
            html.code(cause.problem.target.removeprefix("order_info.")),
            f"{cause.count:,}",
            str(cause.events[0]),
            html.prose(cause.problem.message),
            html.prose(cause.problem.fix),
        ]
        for cause in profile.worst()
    )
    columns = ["problem", "target", "times", "first event", "for example", "fix"]
    prose = dict.fromkeys(columns[-2:], "ok-prose")
    problems = html.html_table(columns, failures, caption=_WRONG, classes=prose)
    head = f"<p>{profile.outcomes.total():,} events: {escape(counts or 'none')}</p>"
    return head + (problems if profile.causes else "") + filled


def _found(row: RowProfile) -> str:
    """An example of a row's values, and on a click what kinds of them were found."""
    if row.example is None and not row.types:
        return ""

    def counted(kinds: Counter[str]) -> str:
        return escape(", ".join(f"{kind} {n:,}" for kind, n in kinds.most_common()))

    more = "+" if row.distinct >= MOST_DISTINCT else ""
    parts = [
        ("found as", counted(row.types)),
        ("conversions", counted(row.conversions)),
        ("distinct", f"{row.distinct:,}{more}"),
    ]
    example = "no value" if row.example is None else html.code(show(row.example, 40))
    return html.details(example, parts)


def _share(row: RowProfile, status: str | None = None) -> str:
    """How a row is filled: a bar with its numbers, or in grey why it is empty."""
    words, share = row.describe(status), row.share(status)
    if share is None:
        return f'<span class="ok-hint">{words}</span>'
    filled, events = share
    if row.lacks(status):
        return _bar(filled / events, f'<span class="ok-share ok-lacks">⊗ {words}</span>')
    return _bar(filled / events, f'<span class="ok-share">{words}</span>')


def bar(share: float) -> str:
    """A share from 0 to 1 as a bar with its percentage."""
    return _bar(share, f'<span class="ok-share">{share:.0%}</span>')


def _bar(share: float, words: str) -> str:
    return f'<span class="ok-bar"><span style="width:{share:.0%}"></span></span>{words}'
