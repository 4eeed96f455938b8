"""``orderkit handover``"""

from pathlib import Path

import click

from orderkit.cli.common import command_reading, events_argument, print_notes, settings_option
from orderkit.cli.writing import echo
from orderkit.destination.loading import load_settings
from orderkit.errors import EventsError
from orderkit.events.files import write_text
from orderkit.events.overwriting import refuse_overwriting
from orderkit.events.reader import load_events
from orderkit.reports.handover import MOST, handover_page
from orderkit.sending.ledger import Ledger, default_path


@click.command("handover")
@events_argument
@settings_option
@click.option(
    "-o", "--output", "out", metavar="PAGE", required=True, help="The HTML file to write."
)
@click.option(
    "--ledger", "ledger_path", metavar="FILE", help="The ledger.  [default: in your data folder]"
)
@click.option("--target", metavar="T", default="", help='Test orders to this URL, or "sandbox".')
def command(
    events: str, settings_path: str, out: str, ledger_path: str | None, target: str
) -> None:
    """Write a page for the client, in one file and without secrets.

    It has the settings to type into the platform, field by field; the mapping with examples from
    EVENTS; required fields by order status; the test orders in the ledger; and what is assumed.

    Example: orderkit handover events.ndjson --settings settings.toml -o handover.html
    """
    refuse_overwriting(events=events, settings=settings_path, output=out, ledger=ledger_path)
    settings = load_settings(settings_path)
    path = Path(ledger_path) if ledger_path else default_path()
    entries = []
    if path.is_file():
        with Ledger(path) as ledger:
            entries = ledger.entries(target=target, most=MOST)
    elif ledger_path:
        raise EventsError(f"{ledger_path}: there is no such file; orderkit send writes a ledger")
    reading = command_reading()
    examples = load_events(events, reading)
    print_notes(reading.notes)
    if not examples:
        echo(f"warning: no event in {events}: the page has no examples", err=True)
    write_text(out, handover_page(settings, examples, entries))
    echo(f"{out}: written", err=True)
