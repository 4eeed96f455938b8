"""``orderkit explain``"""

import click

from orderkit.cli.common import (
    events_argument,
    json_option,
    make_mapper,
    print_json,
    print_problems,
    results,
    settings_option,
    status_option,
)
from orderkit.cli.terminal import Columns, Line, Terminal, coloured
from orderkit.errors import EventsError
from orderkit.events.jsontext import show
from orderkit.language.calculation import point_at_assumptions
from orderkit.mapping.results import EventResult, outcome_word

#: Columns of a terminal that has room for what is read.
_WITH_READS = 120


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
    mapper = make_mapper(settings_path)
    out = Terminal()
    if not as_json and (filtered_by := mapper.settings.filter.describe()):
        out.print(Line(f"filter: {filtered_by}", style="bright_black"))
        if formula := mapper.settings.filter.transcribed():
            line = f"the simple filter as a formula: {formula}"
            out.print(Line(line, style="bright_black"))
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


def _print(out: Terminal, result: EventResult) -> None:
    out.print(
        Line(f"event {result.entry.index}: ", style="bold") + coloured(outcome_word(result.outcome))
    )
    if result.mapped is None or result.mapped.outcome == "filtered":
        out.print(Line(f"  {result.mapped.reason if result.mapped else result.entry.error}"), "")
        return
    for change in result.mapped.changes:
        out.print(Line(f"  transformation: {change}", style="bright_black"))
    # Without room what is read stands with the steps: those of a formula have it anyway.
    narrow = out.width < _WITH_READS
    heads = ("found", "value") if narrow else ("reads", "found", "value")
    rows = Columns("target", "", *heads, "steps", prose="steps")
    for entry in result.mapped.trace:
        reads, steps = entry.reads or entry.source, entry.steps
        if narrow and not any(step.startswith((f"{reads} = ", f"{reads} → ")) for step in steps):
            steps = (f"reads {reads}", *steps)
        rows.add_row(
            Line(entry.target.removeprefix("order_info.")),
            coloured(entry.state),
            *([] if narrow else [Line(reads)]),
            Line("" if entry.raw is None else show(entry.raw, 40)),
            Line("" if entry.value is None else show(entry.value, 40)),
            Line("; ".join(steps)),
        )
    out.print(rows)
    every = (step for entry in result.mapped.trace for step in entry.steps)
    if listed := point_at_assumptions(every):
        out.print(Line(listed, style="bright_black"))
    print_problems(out, result.problems)
    out.print()
