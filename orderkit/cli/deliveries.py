"""``orderkit deliveries``"""

import asyncio
from pathlib import Path

import click

from orderkit.cli.columns import together
from orderkit.cli.common import json_option, print_json
from orderkit.cli.terminal import COLOURS, Line, Terminal
from orderkit.cli.writing import echo, escape
from orderkit.errors import OrderkitError
from orderkit.events.files import write_text
from orderkit.events.overwriting import refuse_overwriting
from orderkit.masking import Secret
from orderkit.reports import charts, deliveries
from orderkit.sending.delivery import OUTCOMES
from orderkit.sending.ledger import Entry, Ledger, default_path

_BAR = 40
_LEVELS = {"good": "green", "fair": "yellow", "poor": "yellow", "bad": "red"}
_SHOWN = 20


@click.command("deliveries")
@click.option(
    "--ledger", "ledger_path", metavar="FILE", help="The ledger.  [default: in your data folder]"
)
@click.option("--order", metavar="ID", default="", help="Only orders whose id has this in it.")
@click.option(
    "--verdict",
    type=click.Choice(sorted({outcome.verdict for outcome in OUTCOMES.values()})),
    help="Only deliveries that ended so.",
)
@click.option(
    "--target", metavar="URL", default="", help='Only this endpoint, "sandbox" or "dry-run".'
)
@click.option(
    "--having",
    metavar="PATH=VALUE",
    default="",
    help="Only those whose event or payload has this property, or this text anywhere.",
)
@click.option("--tests", is_flag=True, help="Only test events: those with a test_code.")
@click.option(
    "--most",
    type=click.IntRange(1),
    help="Show so many of the latest deliveries.  [default: 20, as JSON all]",
)
@click.option("--curl", is_flag=True, help="Print the latest delivery as cURL, its token masked.")
@click.option(
    "--reveal", metavar="SETTINGS", help="With --curl: put a token in, got as these settings say."
)
@click.option("--html", metavar="FILE", help="Write it all as a page.")
@json_option
def command(
    ledger_path: str | None,
    order: str,
    verdict: str | None,
    target: str,
    having: str,
    tests: bool,
    most: int | None,
    curl: bool,
    reveal: str | None,
    html: str | None,
    as_json: bool,
) -> None:
    """Show what became of orders: over time, what is not delivered and how that is solved.

    With --order, --verdict, --target, --having or --tests the deliveries themselves; of a single
    order the event it was made of, the request and the answer too, as they went over the wire,
    masked. Events and dry runs are kept for 48 hours.

    Example: orderkit deliveries --order MLB-20260001
    """
    path = Path(ledger_path) if ledger_path else default_path()
    if not path.is_file():
        raise OrderkitError(
            f"{path}: is a folder; name the file"
            if path.is_dir()
            else f"{path}: there is no such file; orderkit send writes a ledger"
        )
    refuse_overwriting(ledger=path, page=html)
    if reveal and not curl:
        raise click.UsageError("--reveal goes with --curl")
    out = Terminal()
    with Ledger(path) as ledger:
        asked = bool(order or verdict or target or having or tests)
        shown = most or (-1 if as_json else _SHOWN)
        entries = ledger.entries(
            order=order,
            verdict=verdict or "",
            target=target,
            having=having,
            tests=tests,
            most=shown,
        )
        if html:
            from orderkit.reports.pages import deliveries_page

            write_text(html, deliveries_page(ledger))
            echo(f"{html}: written", err=True)
        elif as_json:
            for entry in entries:
                print_json(entry.as_json())
        elif curl:
            _print_curl(entries, reveal)
        elif asked:
            _print_entries(out, entries, whole=bool(order))
        else:
            _print_overview(out, ledger, path)


def _print_overview(out: Terminal, ledger: Ledger, path: Path) -> None:
    out.print(Line(str(path), style="bright_black"))
    targets = ledger.targets()
    if not targets:
        out.print("nothing was sent yet")
    for target in targets:
        out.print("", Line(f"To {target}", style="bold"))
        if found := deliveries.health(ledger, target):
            out.print(Line(f"  {found.describe()}", style=_LEVELS[found.level]))
        _print_over_time(out, ledger, target)
        _print_causes(out, ledger, target)


def _print_over_time(out: Terminal, ledger: Ledger, target: str) -> None:
    counts, step = deliveries.over_time(ledger, target)
    highest = max((counter.total() for counter in counts.values()), default=1)
    for moment, counter in counts.items():
        line = Line(f"{charts.format_moment(moment, step):>10}  ")
        for name in charts.VERDICTS:
            width = -(-counter[name] * _BAR // highest)
            line.append("█" * width, style=COLOURS.get(name, ""))
        line.append(f"  {charts.format_counts(counter)}", style="bright_black")
        out.print(line)


def _print_causes(out: Terminal, ledger: Ledger, target: str) -> None:
    groups = ledger.unsettled(target)
    if groups:
        out.print("\n  What is not delivered")
    for entries in groups:
        delivery = entries[0].delivery
        head = Line("  ")
        head.append(delivery.verdict, style=COLOURS.get(delivery.verdict, ""))
        head.append(f"  {len(entries):,} × {deliveries.kind(entries[0])}", style="bold")
        head.append(f"  {deliveries.orders_named(entries)}", style="bright_black")
        out.print(head)
        out.paragraph(delivery.meaning)
        if delivery.message:
            out.paragraph(f"the last one: {escape(delivery.message)}")
        out.paragraph(f"→ {delivery.next_step}", "bright_black")
    for reason, times in deliveries.filtered_reasons(ledger, target):
        out.paragraph(f"{times:,} filtered: {escape(reason)}", "bright_black")


def _print_entries(out: Terminal, entries: list[Entry], *, whole: bool) -> None:
    if not entries:
        out.print("no such delivery")
        return
    one_order = len({entry.delivery.order_id for entry in entries}) == 1
    for entry in entries:
        delivery = entry.delivery
        line = Line(f"{deliveries.moment(entry.started_at)}  ")
        line.append(f"{delivery.verdict:<10}", style=COLOURS.get(delivery.verdict, ""))
        line.append(f"  {delivery.order_status:<15} {delivery.order_id}")
        if entry.test_code:
            line.append(f"  test {entry.test_code}", style="magenta")
        log_id = f" · log_id {delivery.log_id}" if delivery.log_id else ""
        facts = f"{together(delivery.facts + log_id)}  → {entry.target}" if entry.payload else ""
        line.append(f"  {facts}", style="bright_black")
        out.print(line)
        if delivery.verdict not in ("delivered", "dry-run"):
            out.paragraph(escape(delivery.message) or delivery.meaning)
            out.paragraph(f"→ {delivery.next_step}")
        if whole and one_order:
            for wait in delivery.waits:
                seconds = f"waited {wait.seconds:.3g} s before try {wait.attempt}"
                out.paragraph(f"{seconds}: {wait.reason}", "bright_black")
            wire = map(deliveries.wire_text, (delivery.request, delivery.answer))
            texts = (deliveries.event_text(entry), *wire)
            out.indented("\n\n".join(text for text in texts if text))
    if not (whole and one_order):
        told = "newest first; --most shows more, --order the request and the answer"
        out.print(Line(told, "bright_black"))


def _print_curl(entries: list[Entry], reveal: str | None) -> None:
    entry = next((entry for entry in entries if entry.payload), None)
    if entry is None:
        raise OrderkitError("no delivery was sent that this could be printed of")
    echo(deliveries.curl(entry, _token(entry, reveal) if reveal else None))


def _token(entry: Entry, settings_path: str) -> Secret:
    from orderkit.destination.loading import load_settings
    from orderkit.sending.client import Client
    from orderkit.sending.targets import live_credentials, live_endpoint

    settings = load_settings(settings_path)
    if settings.connection.endpoint_url != entry.url:
        raise OrderkitError(
            f"{settings_path}: endpoint_url is another address than {entry.url}, where the order"
            " went; a token is only put in for the same one"
        )

    async def get() -> Secret:
        async with Client(live_endpoint(settings), live_credentials(settings)) as client:
            return await client.token()

    return asyncio.run(get())
