"""``orderkit profile``"""

from pathlib import Path

import click
from rich.text import Text

from orderkit.cli.common import (
    coloured,
    console,
    events_argument,
    json_option,
    make_mapper,
    plain_table,
    platform_option,
    print_json,
    results,
    settings_option,
    status_option,
)
from orderkit.events.files import write_text
from orderkit.events.jsontext import show
from orderkit.events.overwriting import refuse_overwriting
from orderkit.mapping.across import AcrossEvents
from orderkit.reports.profile import MOST_DISTINCT, Profile

_BAR = 20


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
    profile, across = Profile(), AcrossEvents(mapper)
    for result in results(events, mapper, status=status, explain=True):
        entry = result.entry
        profile.add(entry.index, result.mapped)
        across.add(entry.index, entry.line, result.mapped)
    if html:
        from orderkit.reports.pages import profile_page

        write_text(html, profile_page(profile, Path(events).name))
        click.echo(f"{html}: written", err=True)
    if as_json:
        print_json(profile.as_json() | {"warnings": across.sentences()})
    elif not html:
        _print(profile)
    for sentence in across.sentences():
        click.echo(f"warning: {sentence}", err=True)
    return 0


def _print(profile: Profile) -> None:
    out = console()
    told = ", ".join(f"{n:,} {outcome}" for outcome, n in profile.outcomes.most_common())
    out.print(f"{profile.outcomes.total():,} events: {told or 'none'}")
    rows = plain_table(
        "target", "filled", "", *profile.statuses, "distinct", "example", "conversions"
    )
    for target, row in profile.rows.items():
        rate = row.fill_rate()
        rows.add_row(
            Text(target.removeprefix("order_info.")),
            f"{rate:.0%}",
            "█" * round(rate * _BAR),
            *(f"{row.fill_rate(status):.0%}" for status in profile.statuses),
            f"{row.distinct:,}{'+' if row.distinct >= MOST_DISTINCT else ''}",
            Text("" if row.example is None else show(row.example, 30)),
            Text(", ".join(row.conversions)),
        )
    out.print(rows)
    problems = plain_table("problem", "target", "times", "first event", "for example")
    for failure in profile.worst():
        problems.add_row(
            coloured(failure.code),
            Text(failure.target.removeprefix("order_info.")),
            f"{failure.count:,}",
            str(failure.first_event),
            Text(failure.reason),
        )
    if profile.failures:
        out.print("", problems)
