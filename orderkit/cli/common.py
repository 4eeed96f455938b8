"""What several commands share: arguments, the terminal, one event after the other."""

import math
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from orderkit.cli.options import order_status
from orderkit.cli.terminal import COLOURS, Line, Terminal
from orderkit.cli.writing import echo, escape_json, write_bytes
from orderkit.destination.loading import load_settings
from orderkit.destination.settings import Checks, Settings
from orderkit.errors import EventsError
from orderkit.events import paths
from orderkit.events.entries import LIMIT, EventLine, Reading, describe_notes
from orderkit.events.files import written
from orderkit.events.folder import write_events
from orderkit.events.jsontext import dumps_plain
from orderkit.events.overwriting import refuse_overwriting
from orderkit.events.paths import count
from orderkit.events.reader import open_events
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.platform import oversized
from orderkit.mapping.problems import Problem
from orderkit.mapping.results import EventResult, outcome_word

F = TypeVar("F", bound=Callable[..., Any])
_MOST_MIB = 1_000_000


def events_argument(command: F) -> F:
    """EVENTS, a file name or ``-``, and the options on how it is read."""
    return click.argument("events", type=click.Path(allow_dash=True))(reading_options(command))


def reading_options(command: F) -> F:
    """--at PATH and --limit MIB: for `command_reading`, and so for every command alike."""
    for option in (
        click.option(
            "--limit",
            metavar="MIB",
            type=click.FloatRange(min=0, min_open=True),
            expose_value=False,
            callback=_set_limit,
            help=f"What one line, cell or document may have.  [default: {LIMIT // 2**20}]",
        ),
        click.option(
            "--at",
            metavar="PATH",
            expose_value=False,
            callback=_set_at,
            help='Where the events are in a document: data, response.bookings; "." for the '
            "document itself; of a workbook, the sheet.",
        ),
    ):
        command = option(command)
    return command


def _set_at(context: click.Context, _option: click.Parameter, at: str | None) -> None:
    if at is not None and at != ".":
        try:
            paths.parse_path(at)
        except ValueError as error:
            raise click.BadParameter(f"found {at!r}; {error}") from None
    command_reading(context).at = at or ""


def _set_limit(context: click.Context, _option: click.Parameter, limit: float | None) -> None:
    if limit is not None and not 0 < limit <= _MOST_MIB:
        raise click.BadParameter(f"found {limit}; write a number of MiB up to {_MOST_MIB:,}")
    command_reading(context).limit = math.ceil(limit * 2**20) if limit else LIMIT


def command_reading(context: click.Context | None = None) -> Reading:
    """How the command that runs is to read events, and what it finds about them."""
    meta = (context or click.get_current_context()).meta
    reading: Reading = meta.setdefault("orderkit.reading", Reading())
    return reading


@contextmanager
def open_command_events(name: str, reading: Reading | None = None) -> Iterator[Iterator[EventLine]]:
    """The events of a command, read as its options say; at the end, notes on how."""
    reading = reading or command_reading()
    refuse_overwriting(events=name, output="-")
    with open_events(name, reading) as entries:
        yield entries
    print_notes(reading.notes)


@contextmanager
def located_events(events: Path | None) -> Iterator[Path | None]:
    """The file of a command's events, as it is; with --at or --limit, one that needs neither.

    That one is removed at the end. Raises EventsError where no event is in it.
    """
    reading = command_reading()
    if not reading.at and reading.limit == LIMIT:
        yield events
        return
    if events is None:
        raise EventsError("--at and --limit say how --events is read: name a file with it")
    with tempfile.TemporaryDirectory(prefix="orderkit-") as made:
        file = Path(made) / "events.ndjson"
        with open_command_events(str(events)) as entries:
            number, unread = write_events(entries, file, str(events))
        if number:
            left = count(number, "event")
            echo(f"note: left out: {left} that could not be read ({unread})", err=True)
        yield file


def print_notes(notes: Counter[str]) -> None:
    """What is to be said of how events were read."""
    for line in describe_notes(notes):
        echo(f"note: {line}", err=True)


def settings_option(command: F) -> F:
    """--settings FILE, required."""
    return click.option(
        "--settings",
        "settings_path",
        required=True,
        metavar="FILE",
        type=click.Path(),
        help="The destination's settings, a TOML file.",
    )(command)


def status_option(command: F) -> F:
    """--status STATUS."""
    return click.option(
        "--status",
        metavar="STATUS",
        callback=order_status,
        help='Ask "and if it were that order status?".',
    )(command)


def json_option(command: F) -> F:
    """--json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")(
        command
    )


def platform_option(command: F) -> F:
    """--platform and --no-platform."""
    return click.option(
        "--platform/--no-platform",
        default=None,
        help="Check what the platform asks of events; as the settings say, if neither is given.",
    )(command)


def load_draft(settings_path: str) -> Settings:
    """The settings in a file, which may be a draft: what it leaves open is said."""
    settings = load_settings(settings_path, draft=True)
    if absent := settings.absent():
        echo(f"note: {settings_path} is a draft, without {', '.join(absent)}", err=True)
    return settings


def make_mapper(settings_path: str, platform: bool | None = None) -> Mapper:
    """The mapper for a settings file, with the checks of the platform as they were asked for.

    The file may be a draft: what it leaves open is said, and reported missing in each order.
    """
    refuse_overwriting(settings=settings_path, output="-")
    settings = load_draft(settings_path)
    if platform is not None:
        settings = settings.model_copy(update={"checks": Checks(platform=platform)})
    return Mapper(settings)


def results(
    events: str,
    mapper: Mapper,
    *,
    status: str | None = None,
    explain: bool = False,
    payloads: bool = True,
) -> Iterator[EventResult]:
    """The result of each event, as it is read, in whatever thread that is; see `Mapper.results`."""
    how = partial(mapper.results, status=status, explain=explain, payloads=payloads)
    return _results(events, mapper, command_reading(), how)


def _results(
    events: str,
    mapper: Mapper,
    reading: Reading,
    how: Callable[[Iterator[EventLine]], Iterator[EventResult]],
) -> Iterator[EventResult]:
    sized = mapper.settings.checks.platform
    with open_command_events(events, reading) as entries:
        for result in how(entries):
            mapped = result.mapped
            if sized and mapped and mapped.outcome != "filtered":
                entry = result.entry
                if too_big := oversized(entry.event, entry.size):
                    mapped.problems += tuple(too_big)
            yield result


@contextmanager
def lines_to(name: str | None) -> Iterator[Callable[[bytes], object]]:
    """What writes lines to a file, to standard output for ``-``, and nowhere without a name."""
    if name is None:
        yield len  # nobody asked for them
    elif name == "-":
        yield write_bytes
    else:
        with written(name) as file:
            yield file.write


def counted(counts: Counter[str]) -> str:
    """ "3 delivered, 9 failed"; nothing where nothing was counted."""
    return ", ".join(f"{number:,} {word}" for word, number in sorted(counts.items()))


def outcomes_counted(outcomes: Counter[str]) -> str:
    """ "3 mapped, 9 with problems"; nothing where nothing was counted."""
    return counted(Counter({outcome_word(name): number for name, number in outcomes.items()}))


def print_json(value: Any, *, flush: bool = False) -> None:
    """One JSON object on one line; with `flush`, whoever reads a pipe sees it as it comes."""
    write_bytes(escape_json(dumps_plain(value)) + b"\n", flush=flush)


def print_warnings(sentences: Iterable[str]) -> None:
    """What may be wrong, a line each on standard error."""
    for sentence in sentences:
        echo(f"warning: {sentence}", err=True)


def print_problems(out: Terminal, problems: tuple[Problem, ...]) -> None:
    """Each problem with its fix, below the line it belongs to."""
    for problem in problems:
        head = Line("  ")
        head.append(problem.code, style=COLOURS[problem.level])
        head.append(f" {problem.target}" if problem.target else "", style="bold")
        head.append(f"  {problem.rule}", style="bright_black")
        out.print(head)
        out.paragraph(problem.message)
        out.paragraph(f"→ {problem.fix} ({problem.actor})", "bright_black")
