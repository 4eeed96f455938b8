"""``orderkit listen``"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import click

from orderkit.cli.writing import echo
from orderkit.destination.loading import load_settings
from orderkit.events.entries import Reading
from orderkit.events.formats.pixel import pixel_event
from orderkit.events.jsontext import dumps, show
from orderkit.events.paths import count
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.sandbox.collector import Collected, Collector, TooMuch


@click.command("listen")
@click.option("--port", metavar="P", type=click.IntRange(0, 65535), default=8766, show_default=True)
@click.option("-o", "--output", metavar="FILE", help="Where events are kept; appended to.")
@click.option("--settings", "settings_path", metavar="FILE", help="Say what each event lacks.")
@click.option("--key", metavar="KEY", default="", help="What senders must give; made up if not.")
@click.option("--most", metavar="N", type=click.IntRange(1), default=10_000, show_default=True)
def command(port: int, output: str | None, settings_path: str | None, key: str, most: int) -> None:
    """Collect a site's events on this machine, until Ctrl-C.

    It answers as the platform's collector does, writes each event down before it answers, and
    prints a line for each. Paste the line of JavaScript that it prints into the developer tools of
    the client's site and make a test booking: each cact('trigger', …) and each dataLayer.push is
    mirrored, and the site's own tracking goes on as it is.

    Example: orderkit listen -o events.ndjson --settings settings.toml
    """
    mapper = Mapper(load_settings(settings_path, draft=True)) if settings_path else None
    with _opened(output) as file:
        lines = _writer(file, mapper, most)
        with Collector(lines, port=port, key=key) as collector:
            _explain(collector, output)
            try:
                while True:
                    time.sleep(3_600)
            except KeyboardInterrupt:
                echo("stopped", err=True)


def _opened(output: str | None) -> IO[bytes]:
    return Path(output or os.devnull).open("ab")


def _explain(collector: Collector, output: str | None) -> None:
    echo(f"Listening on {collector.url}, stop with Ctrl-C. How to: {collector.url}/")
    echo(f"key          {collector.key}")
    echo(f"events       POST {collector.url}/events?token={collector.key}")
    echo(f"kept in      {output or 'nothing: name a file with -o'}")
    echo("\nPaste into the developer tools of the site:\n")
    echo(f"{collector.mirror}\n")


def _writer(file: IO[bytes], mapper: Mapper | None, most: int) -> Callable[[Collected], None]:
    kept = 0

    def take(collected: Collected) -> None:
        nonlocal kept
        for event in _events(collected):
            if kept >= most:
                raise TooMuch(f"{count(most, 'event')} are kept; start orderkit listen again")
            file.write(dumps(event) + b"\n")
            kept += 1
            echo(_line(kept, event, mapper.map(event) if mapper else None))
        file.flush()
        os.fsync(file.fileno())

    return take


def _events(collected: Collected) -> list[dict[str, Any]]:
    body = collected.body
    if body is None:
        body = pixel_event(f"/events?{collected.query}", Reading())
    batch = body.get("batch")
    events = batch if isinstance(batch, list) else [body]
    return [event | {"_headers": dict(collected.headers)} for event in events]


def _line(number: int, event: dict[str, Any], mapped: Mapped | None) -> str:
    """ "3 purchase MLB-1 CREATE_ORDER: payment_value is missing"."""
    name = show(event.get("event_name", ""), 60)
    parts = [f"{number:>4}", name, show(event.get("id", ""), 60)]
    if mapped is None:
        return "  ".join(parts)
    parts.append(mapped.order_status or mapped.outcome)
    errors = [p.target.removeprefix("order_info.") for p in mapped.problems if p.level == "error"]
    parts.append(f"lacks {', '.join(errors)}" if errors else mapped.outcome)
    return "  ".join(parts)
