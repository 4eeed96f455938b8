"""``orderkit fields``"""

import json

import click

from orderkit.cli.listing import print_fields
from orderkit.cli.options import order_status
from orderkit.cli.writing import echo
from orderkit.destination.fields import field_mappings, ruled_statuses
from orderkit.events.paths import near_misses


@click.command("fields")
@click.option(
    "--status",
    metavar="STATUS",
    callback=order_status,
    help="Only what is mandatory for that order status.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of objects.")
def command(status: str | None, as_json: bool) -> None:
    """Print the destination's field mappings: the vendor's 36 rows and the assumed one.

    Example: orderkit fields --status CANCEL_ORDER
    """
    known = ruled_statuses()
    if status and status not in known and (near := near_misses(status, known, most=1)):
        raise click.BadParameter(
            f"found {status!r}; did you mean {near[0]}?", param_hint="--status"
        )
    rows = [row for row in field_mappings() if not status or row.mandatory_for(status)]
    if as_json:
        echo(json.dumps([row.as_json() for row in rows], indent=2, ensure_ascii=False))
        return
    print_fields(rows)
