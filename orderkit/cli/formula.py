"""``orderkit formula``"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import click

from orderkit.cli.common import open_command_events, print_json
from orderkit.cli.terminal import Columns, Line, Terminal
from orderkit.cli.writing import echo
from orderkit.errors import EventsError
from orderkit.events.jsontext import plain, show
from orderkit.events.paths import json_type, near_misses
from orderkit.language import formulas
from orderkit.language.calculation import Calculation, point_at_assumptions
from orderkit.mapping.near_misses import similar


@click.command("formula")
@click.argument("expression")
@click.option("--event", "event_file", metavar="FILE", help="The event to read, - for input.")
@click.option("--trace", is_flag=True, help="Print the value of every part, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--now", metavar="ISO", help="The clock that the formula sees.")
@click.option("--timezone", help="IANA name, UTC if absent.")
def command(
    expression: str,
    event_file: str | None,
    trace: bool,
    as_json: bool,
    now: str | None,
    timezone: str | None,
) -> int:
    """Print the value of a formula and its type.

    With --trace also what was assumed on the way, where the platform's documentation leaves room.
    Headers for GETHEADER stand in the event, as an object under "_headers".

    Ends with 1 when the formula has no value, and with 2 when it cannot be read.

    Example: orderkit formula "UPPER(hotel.country)" --event events.ndjson
    """
    formula = formulas.parse(expression)
    context = formulas.Context(
        now=_moment(now), zone=_zone(timezone or "UTC"), assumed=timezone is None
    )
    event = _event(event_file) if event_file else {}
    explained = formula.explain(event, context) if trace else formulas.Explanation((), ())
    try:
        value, error = formulas.to_json(formula.evaluate(event, context)), ""
    except formulas.EvaluationError as failure:
        value, error = None, str(failure)
    if as_json:
        print_json(plain(_entry(value, error, explained if trace else None)))
        return int(bool(error))
    out = Terminal()
    if trace:
        rows = Columns("part", "value")
        for step in explained.steps:
            shown = step.error or show(formulas.to_json(step.value))
            rows.add_row(Line("  " * step.depth + step.text), Line(shown))
        out.print(rows)
        for note in explained.notes:
            out.print(Line(note, style="bright_black"))
        if listed := point_at_assumptions(explained.notes):
            out.print(Line(listed, style="bright_black"))
    if error:
        out.print(Line(f"no value: {error}", style="red"))
        return 1
    out.print(Line(f"{show(value, 10_000)}  ({json_type(value)})"))
    if value is None and event_file:
        echo(f"note: {_explain_null(formula, event, context)}", err=True)
    return 0


def _explain_null(formula: formulas.Formula, event: Any, context: formulas.Context) -> str:
    """What the formula reads and the event has not, with what may have been meant."""
    source = Calculation(formula, lambda: context)
    near = similar(source.absent(event), event)
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    return source.explain_missing(event) + meant


def _entry(value: Any, error: str, explained: formulas.Explanation | None) -> dict[str, Any]:
    """What is printed as JSON."""
    entry: dict[str, Any] = {"value": value, "type": json_type(value).split(" ")[-1]}
    if error:
        entry["error"] = error
    if explained:
        entry["trace"] = [
            {
                "part": step.text,
                "depth": step.depth,
                "value": formulas.to_json(step.value),
                "error": step.error,
            }
            for step in explained.steps
        ]
        entry["notes"] = list(explained.notes)
    return entry


def _event(name: str) -> Any:
    with open_command_events(name) as entries:
        first = next(iter(entries), None)
    if first is None or first.event is None:
        raise EventsError(f"{name}: {first.error if first else 'no event'}; name a file with one")
    return first.event


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"--now: found {text!r}; write 2026-06-01T12:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        near = near_misses(name, available_timezones())
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise click.BadParameter(f"--timezone: found {name!r}; write Europe/Paris{meant}")
    return ZoneInfo(name)
