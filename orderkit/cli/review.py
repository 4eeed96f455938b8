"""``orderkit diff`` and ``orderkit verify``"""

from collections.abc import Iterator
from pathlib import Path

import click

from orderkit.cli.common import (
    events_argument,
    json_option,
    print_json,
    results,
    settings_option,
)
from orderkit.cli.terminal import Line, Terminal
from orderkit.cli.writing import echo
from orderkit.destination.loading import load_settings
from orderkit.events.overwriting import refuse_overwriting
from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import EventResult, Mapped
from orderkit.reports.compare import Change, Pack, approved, changes


@click.command("diff")
@events_argument
@settings_option
@click.option("--against", "new", required=True, metavar="NEW", help="The changed settings.")
@json_option
def diff(events: str, settings_path: str, new: str, as_json: bool) -> int:
    """Show what changed settings would change: values, outcomes and problems, event by event.

    Ends with 0 when nothing changes, and with 1 otherwise; of a line that cannot be read nobody
    knows, so it counts as changed.

    Example: orderkit diff events.ndjson --settings old.toml --against new.toml
    """
    old_mapper, new_mapper = Mapper(load_settings(settings_path)), Mapper(load_settings(new))
    changed = seen = 0
    for old in results(events, old_mapper):
        seen += 1
        if old.mapped is None:
            found = [_unreadable(old)]
        else:
            found = changes(approved(old.mapped), approved(new_mapper.map(old.entry.event)))
        changed += bool(found)
        if found:
            _tell(_place(old), {"index": old.entry.index}, found, as_json)
    if not as_json:
        echo(f"{count(seen, 'event')}, {changed} of them changed")
    return int(changed > 0)


@click.command("verify")
@events_argument
@settings_option
@click.option("--pack", required=True, metavar="FOLDER", help="The approved results, kept in git.")
@click.option("--update", is_flag=True, help="Approve what is now.")
@json_option
def verify(events: str, settings_path: str, pack: str, update: bool, as_json: bool) -> int:
    """Compare with the approved results of a regression pack; --update approves.

    Ends with 0 when all is as approved, and with 1 otherwise; a line that cannot be read is never
    as approved.

    Example: orderkit verify events.ndjson --settings settings.toml --pack approved
    """
    mapper = Mapper(load_settings(settings_path))
    for file in Path(pack).glob("*.json"):
        refuse_overwriting(events=events, settings=settings_path, pack=file)
    unreadable: dict[str, list[Change]] = {}

    def readable() -> Iterator[Mapped]:
        for result in results(events, mapper):
            if result.mapped:
                yield result.mapped
                continue
            unreadable[_place(result)] = [_unreadable(result)]

    mapped = readable()
    if update:
        written, removed = Pack(pack).update(mapped)
        for place, (change,) in unreadable.items():
            echo(f"{place}: not approved: {change.after}", err=True)
        echo(f"{pack}: {count(written, 'result')} approved, {removed} removed")
        return int(bool(unreadable))
    found = Pack(pack).compare(mapped) | unreadable
    for name, difference in found.items():
        _tell(name, {"file": name}, difference, as_json)
    if not as_json:
        echo(f"{pack}: {count(len(found), 'event')} changed" if found else f"{pack}: as approved")
    return int(bool(found))


def _place(result: EventResult) -> str:
    entry = result.entry
    return f"event {entry.index}" + (f", line {entry.line}" if entry.line else "")


def _unreadable(result: EventResult) -> Change:
    return Change("event", "", "", f"unreadable: {result.entry.error}")


def _tell(name: str, key: dict[str, object], found: list[Change], as_json: bool) -> None:
    if as_json:
        print_json({**key, "changes": [change.as_json() for change in found]})
        return
    out = Terminal()
    out.print(Line(name, style="bold"))
    for change in found:
        out.paragraph(str(change))
