"""``orderkit suggest``"""

from itertools import islice
from pathlib import Path

import click

from orderkit.cli.common import (
    command_reading,
    events_argument,
    json_option,
    open_command_events,
    print_json,
)
from orderkit.cli.terminal import Columns, Line, Terminal
from orderkit.cli.writing import echo
from orderkit.errors import EventsError
from orderkit.events.files import is_special, write_text
from orderkit.events.jsontext import show
from orderkit.events.paths import count
from orderkit.mapping.suggest import MOST_EVENTS
from orderkit.mapping.suggest.settings_file import propose, proposed_settings
from orderkit.mapping.suggest.statuses import suggest_events


@click.command("suggest")
@events_argument
@click.option("-o", "--output", metavar="FILE", help="Write a settings file to start from.")
@json_option
def command(events: str, output: str | None, as_json: bool) -> int:
    """Propose a reference or a formula for each setting and each unmapped mandatory row.

    Each proposal says how sure it is, and the facts behind it; what only its values speak for is
    never more than "perhaps". FILE gets what is at least likely, and the other candidates as
    comments. Nothing is applied; a file that is there is not overwritten.

    Example: orderkit suggest events.ndjson -o settings.toml
    """
    with open_command_events(events) as entries:
        loaded = [e.event for e in islice(entries, MOST_EVENTS) if e.event is not None]
    if not loaded:
        raise EventsError(f"{events}: no event to learn from")
    envelope = command_reading().envelope or {}
    if output:
        if Path(output).exists() and not is_special(output):
            raise EventsError(f"{output} is there already: name another file, or delete it")
        write_text(output, proposed_settings(loaded, envelope))
        echo(f"{output}: written from {count(len(loaded), 'event')}; read it through", err=True)
        return 0
    proposed = suggest_events(loaded)
    proposals, _zone = propose(loaded, envelope)
    if as_json:
        for ranked in proposals.values():
            for proposal in ranked:
                print_json(proposal.as_json())
        return 0
    rows = Columns("for", "write", "gives", "confidence", "because", prose="because")
    for target, ranked in proposals.items():
        if not ranked:
            rows.add_row(
                Line(target.removeprefix("order_info.")), Line("nothing found"), "", "", ""
            )
        for number, proposal in enumerate(ranked):
            name = proposal.row.setting or target.removeprefix("order_info.")
            rows.add_row(
                Line(name if number == 0 else ""),
                Line(proposal.value, style="bold" if number == 0 else ""),
                Line(show(proposal.example, 34)),
                Line(proposal.confidence, style="" if proposal.sure else "yellow"),
                Line(proposal.reason, style="bright_black"),
            )
    out = Terminal()
    out.print(rows)
    out.print()
    names = Columns(
        *(proposed.event_property, "events", "order status", "because"),
        title="Event mapping",
        prose="because",
    )
    for event in proposed.events:
        status = event.order_status or (event.perhaps and f"perhaps {event.perhaps}")
        why = Line(event.reason, style="bright_black")
        names.add_row(Line(show(event.event_name, 60)), f"{event.times:,}", status, why)
    out.print(names)
    return 0
