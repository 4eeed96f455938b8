"""``orderkit listen``"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from orderkit.cli.writing import echo
from orderkit.destination.loading import load_settings
from orderkit.errors import EventsError
from orderkit.events.entries import Reading
from orderkit.events.failures import explained_writing
from orderkit.events.files import is_table
from orderkit.events.jsontext import dumps_plain, show
from orderkit.events.overwriting import refuse_overwriting
from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.sandbox.collector import Collected, Collector, TooMuch
from orderkit.sandbox.received import received_events


@click.command("listen")
@click.option("--port", metavar="P", type=click.IntRange(0, 65535), default=8766, show_default=True)
@click.option("-o", "--output", metavar="FILE", help="Where events are kept; appended to.")
@click.option("--settings", "settings_path", metavar="FILE", help="Say what each event lacks.")
@click.option("--key", metavar="KEY", default="", help="What senders must give; made up if not.")
@click.option(
    "--most",
    metavar="N",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    help="Events that are kept; what comes after them is refused.",
)
def command(port: int, output: str | None, settings_path: str | None, key: str, most: int) -> None:
    """Collect a site's events on this machine, until Ctrl-C.

    It answers as the platform's collector does, writes each event down before it answers, and
    prints a line for each. Paste the line of JavaScript that it prints into the developer tools of
    the client's site and make a test booking: each cact('trigger', …) and each dataLayer.push is
    mirrored, and the site's own tracking goes on as it is.

    Example: orderkit listen -o events.ndjson --settings settings.toml
    """
    refuse_overwriting(settings=settings_path, output=output)
    if output and is_table(output):
        raise EventsError(f"{output}: events are kept one a line: name a file like events.ndjson")
    mapper = Mapper(load_settings(settings_path, draft=True)) if settings_path else None
    with _opened(output) as file:
        taken = _Taken(file, mapper, most)
        with Collector(taken.take, port=port, key=key) as collector:
            _explain(collector, output)
            try:
                while True:
                    time.sleep(3_600)
            except KeyboardInterrupt:
                kept = f" in {output}" if output else ""
                echo(f"stopped: {count(taken.number, 'event')}{kept}", err=True)


@contextmanager
def _opened(output: str | None) -> Iterator[IO[bytes]]:
    """The file to which events are added, each on a line of its own."""
    path = output or os.devnull
    with explained_writing(path), Path(path).open("ab+") as file:
        if file.seekable() and file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        yield file


def _explain(collector: Collector, output: str | None) -> None:
    echo(f"Listening on {collector.url}, stop with Ctrl-C. How to: {collector.url}/")
    echo(f"key          {collector.key}")
    echo(f"events       POST {collector.url}/events?token={collector.key}")
    echo(f"kept in      {output or 'nothing: name a file with -o'}")
    echo("\nPaste into the developer tools of the site:\n")
    echo(f"{collector.mirror}\n")


class _Taken:
    """Keeps what comes, and prints a line for each event."""

    def __init__(self, file: IO[bytes], mapper: Mapper | None, most: int) -> None:
        self._file, self._mapper, self._most = file, mapper, most
        self._notes: set[str] = set()
        self.number = 0

    def take(self, collected: Collected) -> None:
        """Write down all events of a request, or none. Raises TooMuch."""
        reading = Reading()
        events = received_events(collected, reading)
        if self.number + len(events) > self._most:
            raise TooMuch(f"{count(self._most, 'event')} are kept; start orderkit listen again")
        self._file.write(b"".join(dumps_plain(event) + b"\n" for event in events))
        self._file.flush()
        if self._file.seekable():
            os.fsync(self._file.fileno())
        for event in events:
            self.number += 1
            mapped = self._mapper.map(event) if self._mapper else None
            echo(_line(self.number, event, mapped))
        for note in reading.notes.keys() - self._notes:
            self._notes.add(note)
            echo(f"      {note}")


def _line(number: int, event: dict[str, Any], mapped: Mapped | None) -> str:
    """ "3  purchase  MLB-1  CREATE_ORDER  missing payment_value"."""
    order_id = event.get("id", "")
    if mapped and mapped.payload:
        order_id = mapped.payload["order_info"].get("order_id", "–")
    parts = [f"{number:>4}", _plain(event.get("event_name", "no name")), _plain(order_id)]
    if mapped is None:
        return "  ".join(parts)
    if mapped.outcome == "filtered":
        return "  ".join([*parts, mapped.reason])
    parts.append(mapped.order_status or "no order status")
    errors = [problem for problem in mapped.problems if problem.level == "error"]
    for code in ("missing", "invalid"):
        names = [p.target.removeprefix("order_info.") for p in errors if p.code == code]
        parts += [f"{code} {', '.join(names)}"] if names else []
    return "  ".join(parts if errors else [*parts, "mapped"])


def _plain(value: Any) -> str:
    text = show(value, 60)
    return text[1:-1] if text[:1] == '"' == text[-1:] else text
