"""``orderkit handover``"""

from pathlib import Path

import click

from orderkit.cli.common import (
    command_reading,
    events_argument,
    load_draft,
    print_notes,
    settings_option,
)
from orderkit.cli.printing import find_chromium, print_pdf
from orderkit.cli.writing import echo
from orderkit.errors import EventsError
from orderkit.events.files import write_text
from orderkit.events.overwriting import refuse_overwriting
from orderkit.events.paths import near_misses
from orderkit.events.reader import load_events
from orderkit.reports.handover import MOST, handover_page
from orderkit.sending.ledger import Ledger, default_path


@click.command("handover")
@events_argument
@settings_option
@click.option("-o", "--output", "out", metavar="PAGE", help="The HTML file to write.")
@click.option("--pdf", metavar="FILE", help="Print it to a PDF file, with a Chromium.")
@click.option(
    "--ledger", "ledger_path", metavar="FILE", help="The ledger.  [default: in your data folder]"
)
@click.option("--target", metavar="T", default="", help='Test orders to this URL, or "sandbox".')
def command(
    events: str,
    settings_path: str,
    out: str | None,
    pdf: str | None,
    ledger_path: str | None,
    target: str,
) -> None:
    """Write the document for the client, in one file and without secrets.

    On its first page: how ready all is, the way of a booking, and who does what until when. Then
    the settings to type into the platform; what TikTok receives, with one of EVENTS a kind as an
    example; the test orders in the ledger; what each order status needs; and what is assumed.

    The settings may be a draft, as before a first meeting: what is still open stands on the first
    page.

    Example: orderkit handover events.ndjson --settings settings.toml -o handover.html
    """
    if not (out or pdf):
        raise click.UsageError("name what to write: -o PAGE, --pdf FILE, or both")
    if pdf:
        find_chromium()
    path = Path(ledger_path) if ledger_path else default_path()
    refuse_overwriting(events=events, settings=settings_path, output=out, pdf=pdf, ledger=path)
    settings = load_draft(settings_path)
    entries = []
    if path.is_file():
        with Ledger(path) as ledger:
            if target and target not in (known := ledger.targets()):
                near = near_misses(target, known, most=1)
                meant = f"did you mean {near[0]}?" if near else f"there is {', '.join(known)}"
                raise EventsError(f"{path}: nothing was sent to {target}; {meant}")
            entries = ledger.entries(target=target, most=MOST)
    elif ledger_path or target:
        raise EventsError(f"{path}: there is no such file; orderkit send writes a ledger")
    reading = command_reading()
    examples = load_events(events, reading)
    print_notes(reading.notes)
    if not examples:
        echo(f"warning: no event in {events}: the page has no examples", err=True)
    logo = settings.client.logo or ""
    at = str(Path(settings_path).parent / logo) if logo else ""
    page = handover_page(settings, examples, entries, at)
    if out:
        write_text(out, page)
        echo(f"{out}: written", err=True)
    if pdf:
        print_pdf(page, pdf)
        echo(f"{pdf}: written", err=True)
