"""``orderkit map``"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from orderkit.cli.common import counted, events_argument, results, settings_option
from orderkit.cli.outputs import refuse_overwriting
from orderkit.errors import EventsError
from orderkit.jsontext import dumps
from orderkit.mapping import Mapper
from orderkit.settings_file import load_settings


@click.command("map")
@events_argument
@settings_option
@click.option("-o", "--output", "out", metavar="OUT", help="Payload lines; standard output if not.")
@click.option("--rejects", metavar="FILE", help="Reject lines: problems and the event, to mend.")
def command(events: str, settings_path: str, out: str | None, rejects: str | None) -> int:
    """Write one payload a line for each event that can be sent, in constant memory.

    What is rejected or unreadable goes to --rejects, one JSON object a line: index, outcome,
    problems and the event; once it is mended, jq -c .event gives the events to map again. A file
    appears under its name only when it is complete. Ends with 1 when
    there were rejects.

    Example: orderkit map events.ndjson --settings settings.toml -o payloads.ndjson
    --rejects rejects.ndjson
    """
    refuse_overwriting(events=events, settings=settings_path, output=out, rejects=rejects)
    mapper = Mapper(load_settings(settings_path))
    outcomes: Counter[str] = Counter()
    with _output(out) as payload_file, _output(rejects, default=None) as reject_file:
        for result in results(events, mapper):
            outcomes[result.outcome] += 1
            if result.mapped and result.outcome == "mapped" and payload_file:
                payload_file.write(dumps(result.mapped.payload) + b"\n")
            elif result.refused and reject_file:
                entry = result.as_json() | {"event": result.entry.event}
                reject_file.write(dumps(entry) + b"\n")
    click.echo(counted(outcomes) or "no events", err=True)
    return int(outcomes["rejected"] + outcomes["unreadable"] > 0)


@contextmanager
def _output(
    name: str | None, default: BinaryIO | None = sys.stdout.buffer
) -> Iterator[BinaryIO | None]:
    """A file that takes its name only when all went well, or the default."""
    if name is None or name == "-":
        yield default if name is None else sys.stdout.buffer
        return
    path = Path(name)
    partial = path.with_name(f".{path.name}.partial")
    try:
        file = partial.open("wb")
    except OSError as error:
        raise EventsError(f"{name}: cannot be written: {error.strerror}") from error
    try:
        with file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
