"""``orderkit map``"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from orderkit.bulk.chunks import Chunk, cut
from orderkit.bulk.mapped import MappedChunk, map_chunk, packed
from orderkit.bulk.outputs import Write, payload_file, write_chunks
from orderkit.bulk.pool import in_order, placed, usable_cores
from orderkit.cli.common import (
    command_reading,
    lines_to,
    outcomes_counted,
    print_notes,
    print_warnings,
    reading_options,
    settings_option,
)
from orderkit.cli.map_progress import Progress, progress
from orderkit.cli.writing import echo, write_bytes
from orderkit.destination.loading import load_settings
from orderkit.destination.settings import Settings
from orderkit.errors import EventsError
from orderkit.events.files import (
    Opened,
    is_packed,
    is_seekable,
    is_table,
    opened,
    written,
)
from orderkit.events.overwriting import refuse_overwriting
from orderkit.events.paths import count
from orderkit.mapping.event_names import name_warnings

#: Bytes of text from which on more processes gain more than their start takes.
_WORTH_MORE_PROCESSES = 64 * 2**20
#: About how many bytes of text a byte of a packed file makes.
_UNPACKED = 8


#: What looks like a table or another format, and would be NDJSON.
_NOT_WRITTEN = frozenset({".avro", ".feather", ".orc", ".xls", ".xlsx"})


@click.command("map")
@click.argument("events", nargs=-1, required=True, type=click.Path(allow_dash=True))
@reading_options
@settings_option
@click.option("-o", "--output", "out", metavar="OUT", help="Payload lines; standard output if not.")
@click.option("--rejects", metavar="FILE", help="Reject lines: problems and the event, to mend.")
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    help="Processes that map; for large files as many as there are cores, if not said.",
)
@click.option("--scheduler", metavar="ADDRESS", help="A Dask cluster to map on: tcp://host:8786.")
@click.option(
    "--format",
    "ending",
    metavar="ENDING",
    help="What the payload files in the folder OUT are: ndjson if not said, ndjson.gz, "
    "ndjson.zst, csv, csv.gz, parquet.",
)
def command(
    events: tuple[str, ...],
    settings_path: str,
    out: str | None,
    rejects: str | None,
    jobs: int | None,
    scheduler: str | None,
    ending: str | None,
) -> int:
    """Write one payload a line for each event that can be sent, in constant memory.

    What is rejected or unreadable goes to --rejects, one JSON object a line: index, outcome,
    problems and the event; once it is mended, jq -c .event gives the events to map again. A file
    appears under its name only when it is complete. Ends with 1 when there were rejects.

    Names that end in .gz or .zst are packed files; .csv and .parquet are tables with dotted column
    names.

    Several EVENTS, a pattern in quotes, or --scheduler: OUT is a folder, in which each file, or
    part of a large one, gets payloads, rejects and a receipt of its own; run again, what is
    finished is not done again.

    Example: orderkit map events.ndjson --settings settings.toml -o payloads.ndjson
    --rejects rejects.ndjson
    """
    if scheduler or len(events) > 1 or _is_pattern(events[0]):
        if out is None or rejects is not None:
            raise EventsError(
                "several files go to a folder, rejects beside payloads: name it with -o, "
                "without --rejects"
            )
        return _many(events, settings_path, out, f".{ending or 'ndjson'}", jobs, scheduler)
    if ending:
        raise EventsError("--format is for folders: a file is what its name ends in")
    return _one(events[0], settings_path, out, rejects, jobs)


def _is_pattern(name: str) -> bool:
    return any(mark in name for mark in "*?[") and not Path(name).exists()


def _one(
    events: str, settings_path: str, out: str | None, rejects: str | None, jobs: int | None
) -> int:
    refuse_overwriting(events=events, settings=settings_path, output=out or "-", rejects=rejects)
    for name in (out, rejects):
        if name and Path(name).is_dir():
            raise EventsError(f"{name}: is a folder; name a file in it")
        if name and Path(name).suffix.lower() in _NOT_WRITTEN:
            raise EventsError(
                f"{name}: no such kind of file is written; end it in .ndjson, .csv or .parquet"
            )
    if rejects and is_table(rejects):
        raise EventsError(f"{rejects}: reject lines are JSON: name a file such as rejects.ndjson")
    settings = load_settings(settings_path)
    reading = command_reading()
    unmapped: Counter[str] = Counter()
    with opened(events) as file:
        jobs = jobs or _jobs(file)
        with (
            progress(file.size) as told,
            _payloads(out, jobs) as (payloads, path),
            lines_to(rejects) as refused,
        ):
            pieces = enumerate(cut(file, reading))
            work = in_order(partial(_map, packed(settings), reading.limit, path), pieces, jobs)
            shown = _shown(work, told, reading.notes, unmapped)
            outcomes = write_chunks(shown, payloads, refused)
    print_notes(reading.notes)
    return _ended(outcomes, unmapped, settings)


def _ended(outcomes: Counter[str], unmapped: Counter[str], settings: Settings) -> int:
    echo(outcomes_counted(outcomes) or "no events", err=True)
    print_warnings(name_warnings(unmapped, outcomes.total(), settings.statuses()))
    return int(outcomes["rejected"] + outcomes["unreadable"] > 0)


def _many(
    events: tuple[str, ...],
    settings_path: str,
    folder: str,
    ending: str,
    jobs: int | None,
    scheduler: str | None,
) -> int:
    from orderkit.bulk import map_files

    if Path(settings_path).resolve().parent == Path(folder).resolve():
        raise EventsError(f"{folder}: {settings_path} is read from there: name another folder")
    settings, reading = load_settings(settings_path), command_reading()
    with progress(1) as told:
        done = map_files(
            events,
            settings,
            folder,
            scheduler=scheduler,
            ending=ending,
            jobs=jobs,
            at=reading.at,
            limit=reading.limit,
            on_progress=lambda done, every, events: told(done / every, events),
        )
    print_notes(done.notes)
    for receipt in done.failed:
        echo(f"error: {receipt.error}", err=True)
    finished = count(len(done.receipts) - len(done.failed), "partition")
    echo(f"{folder}: {finished}, {done.reused:,} of them finished before", err=True)
    code = _ended(done.outcomes, done.unmapped, settings)
    return 2 if done.failed else code


def _jobs(file: Opened) -> int:
    text = (file.size or 0) * (_UNPACKED if is_packed(file.name) else 1)
    return usable_cores() if text >= _WORTH_MORE_PROCESSES else 1


def _map(
    settings: str, limit: int, path: str | None, piece: tuple[int, tuple[Chunk, int]]
) -> tuple[int, MappedChunk]:
    """Map a chunk, and write its payloads to the file at `path`, if there is one."""
    number, (chunk, position) = piece
    if path is None:
        return position, map_chunk(settings, chunk, limit)
    with placed(path, number) as put:
        mapped = map_chunk(settings, chunk, limit)
        put(mapped.payloads)
    return position, replace(mapped, payloads=b"")


def _shown(
    work: Iterator[tuple[int, MappedChunk]],
    told: Progress,
    notes: Counter[str],
    unmapped: Counter[str],
) -> Iterator[MappedChunk]:
    for position, chunk in work:
        notes.update(chunk.notes)
        told(position, chunk.outcomes.total())
        unmapped.update(chunk.unmapped)
        yield chunk


@contextmanager
def _payloads(name: str | None, jobs: int) -> Iterator[tuple[Write, str | None]]:
    """What writes payloads; and the path of the file, if the processes that map are to write."""
    if name is None or name == "-":
        yield write_bytes, None
    elif jobs > 1 and is_seekable(name) and not is_table(name):
        with written(name) as file:
            yield file.write, file.name
    else:
        with payload_file(name) as write:
            yield write, None
