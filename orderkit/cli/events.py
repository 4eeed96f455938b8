"""``orderkit events``"""

from collections import Counter
from pathlib import Path
from typing import Any

import click

from orderkit.cli.common import (
    command_reading,
    json_option,
    lines_to,
    print_json,
    print_notes,
    reading_options,
)
from orderkit.cli.terminal import Columns, Line, Terminal
from orderkit.cli.writing import echo
from orderkit.errors import EventsError
from orderkit.events.entries import describe_notes
from orderkit.events.files import is_table
from orderkit.events.jsontext import dumps_plain, show
from orderkit.events.overwriting import refuse_overwriting
from orderkit.events.paths import count
from orderkit.events.reader import open_events

_NAMES_SHOWN = 20
_FAULTS_SHOWN = 10


@click.command("events")
@click.argument("file", type=click.Path(allow_dash=True))
@reading_options
@click.option("-o", "--output", "out", metavar="OUT", help="Write the events, one a line (NDJSON).")
@click.option("--all-hosts", is_flag=True, help="List what else a capture holds, by host.")
@json_option
def command(file: str, out: str | None, all_hosts: bool, as_json: bool) -> int:
    """Show what a file of events was recognised as, and write the events in the platform's shape.

    FILE is anything that events come in: JSON and NDJSON with envelopes or comments, CSV or a
    workbook, a HAR file, cURL or fetch code, pixel URLs, JavaScript with cact or dataLayer calls.
    Every other command reads the same. Code is read, and never run; keys and tokens are masked.
    Ends with 1 when something could not be read.

    Example: orderkit events booking.har -o events.ndjson
    """
    refuse_overwriting(events=file, output=out)
    if out and is_table(out):
        raise EventsError(f"{out}: events are written one a line: name a file like events.ndjson")
    reading = command_reading()
    names: Counter[str] = Counter()
    faults: list[dict[str, Any]] = []
    number = 0
    with lines_to(out) as write, open_events(file, reading) as entries:
        for entry in entries:
            if entry.event is None:
                number += 1
                if len(faults) < _FAULTS_SHOWN:
                    faults.append({"index": entry.index, "line": entry.line, "error": entry.error})
                continue
            name = entry.event.get("event_name")
            names[name if isinstance(name, str) else ""] += 1
            write(dumps_plain(entry.event) + b"\n")
    if as_json:
        print_json(
            {
                "file": file,
                "kind": reading.kind,
                "events": names.total(),
                "unreadable": number,
                "event_names": dict(names.most_common()),
                "notes": describe_notes(reading.notes),
                "faults": faults,
            }
            | ({"other_hosts": dict(reading.hosts.most_common())} if all_hosts else {})
        )
        return int(number > 0)
    # Where the events themselves go to standard output, what is said of them does not.
    screen = Terminal(err=out == "-")
    _print(file, reading.kind, names, screen)
    if all_hosts:
        _print_hosts(reading.hosts, screen)
    print_notes(reading.notes)
    for fault in faults:
        place = f"line {fault['line']}" if fault["line"] else f"entry {fault['index']}"
        echo(f"{place}: {fault['error']}", err=True)
    if number > len(faults):
        echo(f"and {number - len(faults):,} more that could not be read", err=True)
    if out:
        echo(f"{out}: {count(names.total(), 'event')} written", err=True)
    return int(number > 0)


def _print(file: str, kind: str, names: Counter[str], out: Terminal) -> None:
    name = "standard input" if file == "-" else Path(file).name
    out.print(Line(f"{name}: {kind}, {count(names.total(), 'event')}"))
    rows = Columns("event name", "events")
    for event_name, number in names.most_common(_NAMES_SHOWN):
        shown = Line(show(event_name)[1:-1]) if event_name else Line("none", style="bright_black")
        rows.add_row(shown, f"{number:,}")
    if names:
        out.print(rows)
    if len(names) > _NAMES_SHOWN:
        out.print(f"and {len(names) - _NAMES_SHOWN:,} more names")


def _print_hosts(hosts: Counter[str], out: Terminal) -> None:
    rows = Columns("other calls to", "calls")
    for host, number in hosts.most_common():
        rows.add_row(Line(show(host, 80)[1:-1]), f"{number:,}")
    out.print(rows if hosts else "no calls to other hosts")
