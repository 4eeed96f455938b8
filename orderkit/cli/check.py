"""``orderkit check``"""

from collections import Counter

import click

from orderkit.cli.common import (
    counted,
    events_argument,
    json_option,
    make_mapper,
    platform_option,
    print_json,
    print_problems,
    print_warnings,
    results,
    settings_option,
    status_option,
)
from orderkit.cli.terminal import COLOURS, Line, Terminal
from orderkit.events.paths import count
from orderkit.mapping.across import AcrossEvents
from orderkit.mapping.results import EventResult
from orderkit.reports.unread import UnreadProperties


@click.command("check")
@events_argument
@settings_option
@status_option
@platform_option
@json_option
def command(
    events: str, settings_path: str, status: str | None, platform: bool | None, as_json: bool
) -> int:
    """Check events: for each, what becomes of it, and what is missing or wrong.

    EVENTS is a JSON object or array, NDJSON, or - for standard input. Ends with 0 when nothing was
    rejected or unreadable, with 1 otherwise, with 2 when file or settings cannot be used at all.

    Example: orderkit check events.ndjson --settings settings.toml --status CANCEL_ORDER
    """
    mapper = make_mapper(settings_path, platform)
    outcomes: Counter[str] = Counter()
    unread, across = UnreadProperties(mapper), AcrossEvents(mapper)
    out = Terminal()
    for result in results(events, mapper, status=status):
        outcomes[result.outcome] += 1
        entry = result.entry
        across.add(entry.index, entry.line, result.mapped)
        if entry.event is not None:
            unread.add(entry.event)
        if as_json:
            print_json(result.as_json())
            continue
        out.print(_headline(result))
        print_problems(out, result.problems)
    if not as_json:
        out.print(_summary(outcomes))
    print_warnings([*across.sentences(), *unread.describe()])
    return int(outcomes["rejected"] + outcomes["unreadable"] > 0)


def _headline(result: EventResult) -> Line:
    line = Line(f"{result.entry.index:>4}  ")
    line.append(f"{result.outcome:<10}", style=COLOURS[result.outcome])
    if result.mapped:
        line.append(f"  {result.mapped.order_status or '–':<15} {result.order_id}")
        line.append(result.mapped.reason, style="bright_black")
    return line


def _summary(outcomes: Counter[str]) -> str:
    return f"{count(outcomes.total(), 'event')}: {counted(outcomes) or 'nothing to check'}"
