"""``orderkit send``"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator

import click
from rich.console import Console
from rich.text import Text

from orderkit.cli.common import (
    COLOURS,
    console,
    counted,
    events_argument,
    indented,
    json_option,
    print_json,
    print_problems,
    results,
    settings_option,
)
from orderkit.errors import OrderkitError
from orderkit.mapping import Mapped, Mapper
from orderkit.paths import count
from orderkit.sending import TARGETS, Sent, Target, open_target, refuse_unready, send_all
from orderkit.settings import Settings
from orderkit.settings_file import load_settings


@click.command("send")
@events_argument
@settings_option
@click.option(
    "--to",
    "target",
    type=click.Choice(TARGETS),
    default="dry-run",
    show_default=True,
    help="Nobody, the embedded sandbox, or the endpoint of the settings.",
)
@click.option("--yes", is_flag=True, help="Do not ask before sending live, for scripts.")
@json_option
def command(events: str, settings_path: str, target: Target, yes: bool, as_json: bool) -> int:
    """Map, check and send events as orders; what cannot be sent is told with the fix.

    Live sending needs endpoint_url in the settings, and credentials in the keyring or in
    ORDERKIT_CLIENT_KEY and ORDERKIT_CLIENT_SECRET, or ORDERKIT_ACCESS_TOKEN alone. Ends with 0 when
    every order that was meant to be sent was delivered, with 1 otherwise.

    Example: orderkit send events.ndjson --settings settings.toml --to sandbox
    """
    settings = load_settings(settings_path)
    refuse_unready(target, settings)
    if target == "live" and not yes:
        _confirm(events, settings)
    verdicts = asyncio.run(_send(events, settings, target, as_json))
    return int(any(v not in ("delivered", "filtered", "dry-run") for v in verdicts))


def _confirm(events: str, settings: Settings) -> None:
    if events == "-" or not sys.stdin.isatty():
        raise OrderkitError("live sending is confirmed on a terminal; in a script, add --yes")
    click.confirm(f"Send the orders of {events} to {settings.connection.endpoint_url}?", abort=True)


async def _send(events: str, settings: Settings, target: Target, as_json: bool) -> Counter[str]:
    verdicts: Counter[str] = Counter()
    out = console()
    async with open_target(target, settings) as client:
        lines = mapped_lines(events, Mapper(settings))
        async for sent in send_all(lines, client, settings.connection.endpoint_url):
            verdicts[sent.verdict] += 1
            if as_json:
                print_json(sent.as_json())
            else:
                print_sent(out, sent)
    if not as_json:
        out.print(f"{count(verdicts.total(), 'event')}: {counted(verdicts) or 'nothing to send'}")
    return verdicts


def mapped_lines(events: str, mapper: Mapper) -> Iterator[tuple[int, Mapped | None, str]]:
    """Index, result, and why it could not be read, of each event."""
    for result in results(events, mapper):
        yield result.entry.index, result.mapped, result.entry.error


def print_sent(out: Console, sent: Sent) -> None:
    """One verdict, with what to do where there is something to do."""
    line = Text(f"{sent.index:>4}  ")
    line.append(f"{sent.verdict:<10}", style=COLOURS.get(sent.verdict, ""))
    line.append(f"  {sent.order_status or '–':<15} {sent.order_id:<16}")
    if delivery := sent.delivery:
        facts = [delivery.facts, f"{delivery.seconds:.2f} s"]
        facts += [f"log_id {delivery.log_id}"] if delivery.log_id else []
        line.append(" · ".join(facts), style="bright_black")
    out.print(line, soft_wrap=True)
    if sent.problems:
        print_problems(out, sent.problems)
    elif sent.message and not sent.done:
        indented(out, sent.message)
        indented(out, f"→ {sent.next_step}", "bright_black")
    elif sent.verdict == "filtered":
        indented(out, sent.message, "bright_black")
    if sent.request:
        indented(out, sent.request.as_text())
        out.print()
