"""``orderkit demo``"""

import asyncio

import click

from orderkit.cli.common import print_problems
from orderkit.cli.sent import print_sent
from orderkit.cli.terminal import Columns, Line, Terminal, coloured
from orderkit.destination.fields import field_mappings, ruled_statuses
from orderkit.destination.loading import load_settings
from orderkit.events import samples
from orderkit.events.jsontext import show
from orderkit.events.reader import EventLine
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.sandbox import Sandbox
from orderkit.sending.results import SendResult
from orderkit.sending.run import Run


@click.command("demo")
def command() -> int:
    """Show the whole way with a hotel group's sample bookings; nothing leaves this machine.

    Example: orderkit demo
    """
    out = Terminal()
    settings = load_settings(samples.SETTINGS)
    mapper = Mapper(settings)
    mapped = {name: mapper.explain(event) for name, event in samples.sample_events().items()}
    out.rule("1  A booking becomes TikTok's order_info", align="left")
    _print_mapping(out, "cancelled by guest", mapped["cancelled by guest"])
    out.rule("2  What each order status needs, and what this booking has", align="left")
    _print_required(out, mapper, samples.sample_events()["cancelled by guest"])
    out.rule("3  What is wrong is told with the fix", align="left")
    name, damaged = next(iter(samples.damaged_events().items()))
    out.print(Line(name, "bold"))
    print_problems(out, mapper.map(damaged).problems)
    out.print()
    out.rule("4  All sample bookings, sent to the embedded sandbox", align="left")
    sent, kept = asyncio.run(_send(mapper))
    for line in sent:
        print_sent(out, line)
    out.print(f"\nTikTok's side now keeps {kept} orders. Go on in the notebooks: orderkit lab")
    return int(any(line.verdict != "delivered" for line in sent))


def _print_mapping(out: Terminal, name: str, mapped: Mapped) -> None:
    rows = Columns("source", "found", "", "target", "value", title=f"{name}: {mapped.order_status}")
    for entry in mapped.trace:
        if entry.matters:
            rows.add_row(
                Line(entry.reads),
                Line(show(entry.raw, 34)),
                "→",
                Line(entry.target.removeprefix("order_info.")),
                Line(show(entry.value, 34)),
            )
    out.print(rows, "")


def _print_required(out: Terminal, mapper: Mapper, event: dict[str, object]) -> None:
    statuses = tuple(dict.fromkeys([*mapper.settings.statuses().values(), *ruled_statuses()]))
    states = {
        status: {entry.target: entry for entry in mapper.explain(event, status=status).trace}
        for status in statuses
    }
    rows = Columns("target", *statuses)
    for field in field_mappings():
        entries = [states[status][field.target] for status in statuses]
        if any(entry.mandatory for entry in entries):
            cells = [coloured(entry.state) if entry.mandatory else Line("") for entry in entries]
            rows.add_row(Line(field.target.removeprefix("order_info.")), *cells)
    out.print(rows, "")


async def _send(mapper: Mapper) -> tuple[list[SendResult], int]:
    events = enumerate(samples.sample_events().values())
    results = mapper.results(EventLine(index, None, event) for index, event in events)
    with Sandbox() as sandbox:
        run = Run(results, mapper.settings, "sandbox", sandbox=sandbox)
        return [sent async for sent in run.verdicts()], len(sandbox.orders)
