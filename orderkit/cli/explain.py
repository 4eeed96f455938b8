"""``orderkit explain``"""

import click
from rich.console import Console
from rich.text import Text

from orderkit.cli.common import (
    coloured,
    console,
    events_argument,
    json_option,
    plain_table,
    print_json,
    print_problems,
    results,
    settings_option,
    status_option,
)
from orderkit.destination.loading import load_settings
from orderkit.errors import EventsError
from orderkit.events.jsontext import show
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import EventResult


@click.command("explain")
@events_argument
@settings_option
@click.option("--index", metavar="N", type=click.IntRange(min=0), help="Only event N, from 0.")
@status_option
@json_option
def command(
    events: str, settings_path: str, index: int | None, status: str | None, as_json: bool
) -> int:
    """Show how each value of a payload came about: where it was found, and each conversion.

    Example: orderkit explain events.ndjson --settings settings.toml --index 3
    """
    mapper = Mapper(load_settings(settings_path))
    out = console()
    if not as_json and (filtered_by := mapper.settings.filter.describe()):
        out.print(Text(f"filter: {filtered_by}", style="bright_black"), soft_wrap=True)
        if formula := mapper.settings.filter.transcribed():
            line = f"the simple filter as a formula: {formula}"
            out.print(Text(line, style="bright_black"), soft_wrap=True)
    seen = 0
    for result in results(events, mapper, status=status, explain=True):
        seen += 1
        if index is not None and result.entry.index != index:
            continue
        if as_json:
            print_json(result.as_json())
        else:
            _print(out, result)
        if index is not None:
            return 0
    if index is not None:
        raise EventsError(f"{events}: no event {index}: it has {seen}, counted from 0")
    return 0


def _print(out: Console, result: EventResult) -> None:
    out.print(Text(f"event {result.entry.index}: ", style="bold") + coloured(result.outcome))
    if result.mapped is None or result.mapped.outcome == "filtered":
        out.print(f"  {result.mapped.reason if result.mapped else result.entry.error}\n")
        return
    for change in result.mapped.changes:
        out.print(Text(f"  transformation: {change}", style="bright_black"), soft_wrap=True)
    rows = plain_table("target", "", "reads", "found", "steps", "value")
    for entry in result.mapped.trace:
        rows.add_row(
            Text(entry.target.removeprefix("order_info.")),
            coloured(entry.state),
            Text(entry.reads or entry.source),
            Text("" if entry.raw is None else show(entry.raw, 40)),
            Text("; ".join(entry.steps)),
            Text("" if entry.value is None else show(entry.value, 40)),
        )
    out.print(rows)
    print_problems(out, result.problems)
    out.print()
