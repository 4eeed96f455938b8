"""``orderkit profile``"""

from pathlib import Path

import click

from orderkit.cli.common import (
    events_argument,
    json_option,
    make_mapper,
    platform_option,
    print_json,
    results,
    settings_option,
    status_option,
)
from orderkit.cli.terminal import Columns, Line, Terminal, coloured
from orderkit.cli.writing import echo
from orderkit.events.files import write_text
from orderkit.events.jsontext import show
from orderkit.events.overwriting import refuse_overwriting
from orderkit.mapping.across import AcrossEvents
from orderkit.mapping.results import outcome_word
from orderkit.reports.profile import MOST_DISTINCT, Profile, RowProfile

_BAR = 20
#: Columns of a terminal that has room for bars.
_WITH_BAR = 120


@click.command("profile")
@events_argument
@settings_option
@status_option
@click.option("--html", metavar="FILE", help="Write a page that can be handed over.")
@platform_option
@json_option
def command(
    events: str,
    settings_path: str,
    status: str | None,
    html: str | None,
    platform: bool | None,
    as_json: bool,
) -> int:
    """Show, over many events, how well each row is filled and what goes wrong how often.

    Events are streamed: memory does not grow with them.

    Example: orderkit profile events.ndjson --settings settings.toml --html profile.html
    """
    refuse_overwriting(events=events, settings=settings_path, page=html)
    mapper = make_mapper(settings_path, platform)
    profile, across = Profile(mapper), AcrossEvents(mapper)
    for result in results(events, mapper, status=status, payloads=False):
        entry = result.entry
        profile.add(entry.index, entry.event, result.mapped)
        across.add(entry.index, entry.line, result.mapped)
    if html:
        from orderkit.reports.pages import profile_page

        write_text(html, profile_page(profile, Path(events).name))
        echo(f"{html}: written", err=True)
    if as_json:
        print_json(profile.as_json() | {"warnings": across.sentences()})
    elif not html:
        _print(profile)
    for sentence in across.sentences():
        echo(f"warning: {sentence}", err=True)
    return 0


def _print(profile: Profile) -> None:
    out = Terminal()
    counts = profile.outcomes.most_common()
    told = ", ".join(f"{n:,} {outcome_word(outcome)}" for outcome, n in counts)
    out.print(f"{profile.outcomes.total():,} events: {told or 'none'}")
    wide = out.width >= _WITH_BAR
    heads = profile.statuses if wide else [_short(status) for status in profile.statuses]
    columns = ("filled", "", *heads, "distinct", "example", "conversions")
    if not wide:
        columns = ("filled", *heads, "conversions")
    rows = Columns("target", *columns, prose="conversions")
    for target, row in profile.rows.items():
        filled, events = row.share() or (0, 0)
        distinct = f"{row.distinct:,}{'+' if row.distinct >= MOST_DISTINCT else ''}"
        example = "" if row.example is None else show(row.example, 30)
        notes = [] if wide or not example else [f"for example {example}"]
        notes += row.conversions
        rows.add_row(
            target.removeprefix("order_info."),
            _share(row),
            *(["█" * round(filled / max(events, 1) * _BAR)] if wide else []),
            *(_share(row, status) for status in profile.statuses),
            *([distinct] if wide else []),
            *([example] if wide else []),
            ", ".join(notes),
        )
    out.print(rows)
    problems = Columns(
        "problem", "target", "times", "first event", "for example", prose="for example"
    )
    for cause in profile.worst():
        problems.add_row(
            coloured(cause.problem.code),
            Line(cause.problem.target.removeprefix("order_info.")),
            f"{cause.count:,}",
            str(cause.events[0]),
            Line(cause.problem.message),
        )
    if profile.causes:
        out.print("", problems)


def _share(row: RowProfile, status: str | None = None) -> Line:
    """How a row is filled: red where events lack it, grey where it is empty and may be."""
    style = "red" if row.lacks(status) else "" if row.share(status) else "bright_black"
    return Line(row.describe(status), style=style)


def _short(status: str) -> str:
    return status.removesuffix("_ORDER").lower()
