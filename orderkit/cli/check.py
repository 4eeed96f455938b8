"""``orderkit check``"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from orderkit.cli.common import (
    events_argument,
    json_option,
    make_mapper,
    outcomes_counted,
    platform_option,
    print_json,
    print_problems,
    print_warnings,
    results,
    settings_option,
    status_option,
)
from orderkit.cli.terminal import COLOURS, Line, Terminal
from orderkit.events import paths
from orderkit.events.paths import count
from orderkit.language.references import ValueSource
from orderkit.mapping.across import AcrossEvents
from orderkit.mapping.assumed_zone import reads_as_utc
from orderkit.mapping.compiled import CompiledField
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import EventResult, outcome_word
from orderkit.mapping.suggest import Proposal, suggest
from orderkit.mapping.suggest.marked_tests import marked_tests
from orderkit.mapping.suggest.order_object import in_platform_shape
from orderkit.mapping.suggest.properties import MOST_EVENTS
from orderkit.mapping.suggest.with_guesses import with_guesses
from orderkit.reports.causes import Cause, Causes
from orderkit.reports.unread import UnreadProperties

#: Of so many events, each has a line.
_SHORT = 20
_REASONS_SHOWN = 10
_MOST_REASONS = 1_000
#: So many events of those with problems are looked at for properties that no row reads yet.
_LEARNT_FROM = 100


@click.command("check")
@events_argument
@settings_option
@status_option
@click.option("--each", is_flag=True, help="Show the problems event by event, not by cause.")
@platform_option
@json_option
def command(
    events: str,
    settings_path: str,
    status: str | None,
    each: bool,
    platform: bool | None,
    as_json: bool,
) -> int:
    """Check events: what becomes of them, and what is missing or wrong in how many.

    Equal causes are shown once; of a long file, only what has problems. What is missing though
    "orderkit suggest" finds it in the events is said to be there. The settings may be a draft:
    what they leave open is missing in each order, with what it is perhaps. Ends with 0 when
    nothing has problems or is unreadable, with 1 otherwise, with 2 when file or settings cannot
    be used at all.

    Example: orderkit check events.ndjson --settings settings.toml --status CANCEL_ORDER
    """
    mapper = make_mapper(settings_path, platform)
    outcomes: Counter[str] = Counter()
    unread, across = UnreadProperties(mapper), AcrossEvents(mapper)
    out = Terminal()
    causes, reasons = Causes(), Counter[str]()
    first: list[EventResult] = []
    rejected: list[tuple[Any, str]] = []
    sent: list[Any] = []
    for result in results(events, mapper, status=status, payloads=as_json):
        entry, mapped = result.entry, result.mapped
        outcomes[result.outcome] += 1
        across.add(entry.index, entry.line, mapped)
        if entry.event is not None:
            unread.add(entry.event)
            if mapped and mapped.order_status and len(sent) < MOST_EVENTS:
                sent.append(entry.event)
        if as_json:
            print_json(result.as_json())
        elif each:
            if result.problems or entry.index < _SHORT:
                out.print(_headline(result))
                print_problems(out, result.problems)
        else:
            if entry.index <= _SHORT:
                first.append(result)
            if mapped is None or mapped.problems:
                causes.add(entry.index, result.problems)
                if entry.event is not None and len(rejected) < _LEARNT_FROM:
                    status_of = mapped.order_status if mapped else None
                    rejected.append((entry.event, status_of or ""))
            elif mapped.reason:
                reasons[mapped.reason if len(reasons) < _MOST_REASONS else ""] += 1
    if not as_json:
        proposed = _proposed(causes, mapper, rejected)
        listed = first if len(first) <= _SHORT else []
        _print_causes(out, causes, proposed, reasons, listed)
        out.print(_summary(outcomes))
    print_warnings(
        [*_assumed_zone(mapper, first), *_tests(sent), *across.sentences(), *unread.describe()]
    )
    return int(outcomes["rejected"] + outcomes["unreadable"] > 0)


def _assumed_zone(mapper: Mapper, first: Sequence[EventResult]) -> list[str]:
    """That times are read as UTC, where the first orders show it."""
    events = (
        result.entry.event for result in first if result.mapped and result.mapped.order_status
    )
    if any(reads_as_utc(mapper.compiled, mapper.explain(event).trace) for event in events):
        return ["times without an offset are read as UTC, an assumption: name the hotel's timezone"]
    return []


def _tests(sent: Sequence[Any]) -> list[str]:
    """That some of the orders are tests, as they are marked."""
    names = {path for event in sent for path, _value in paths.walk(event)}
    if found := marked_tests(sorted(names), sent):
        marked = count(len(found.tests), "order")
        return [
            f"`{found.path}` marks {marked} as a test: leave them out by the filter {found.formula}"
        ]
    return []


def _proposed(
    causes: Causes, mapper: Mapper, rejected: Sequence[tuple[Any, str]]
) -> dict[str, Proposal]:
    """Target → what is at least likely to fill it, of those that are missing; what may fill it, of
    those that the settings say nothing of.

    rejected: events with their order status
    """
    missing = {cause.problem.target for cause in causes.worst() if cause.problem.code == "missing"}
    if not missing:
        return {}
    compiled = mapper.compiled
    zone, events = compiled.settings.zone, [compiled.transform(event) for event, _ in rejected]
    named = not in_platform_shape(events)
    unsaid = {target for target in missing if _is_open(compiled.by_target[target], named)}
    if unsaid:
        ranked = with_guesses(events, zone, [status for _, status in rejected])
    else:
        ranked = suggest(events, zone, most=1)
    first = {t: best[0] for t, best in ranked.items() if t in missing and best}
    first = {t: best for t, best in first.items() if best.sure or t in unsaid}
    return {t: best for t, best in first.items() if not _reads(compiled.by_target[t].source, best)}


def _is_open(field: CompiledField, named_otherwise: bool) -> bool:
    """Whether settings leave a row open, or to the vendor's own names where events have none."""
    return field.in_settings or (named_otherwise and not (field.remapped or field.row.setting))


def _reads(source: ValueSource, proposal: Proposal) -> bool:
    """Whether the settings read already what is proposed, be it beside something else."""
    return set(proposal.properties) <= set(source.properties)


def _print_causes(
    out: Terminal,
    causes: Causes,
    proposed: dict[str, Proposal],
    reasons: Counter[str],
    listed: list[EventResult],
) -> None:
    """A line for each event of a short file, then each cause with the events that have it."""
    for result in listed:
        out.print(_headline(result))
    if listed and causes:
        out.print()
    for group in causes.grouped():
        _print_group(out, group, proposed)
    if not listed:
        for reason, number in reasons.most_common(_REASONS_SHOWN):
            line = Line("filtered", style=COLOURS["filtered"])
            out.print(line.append(f" {count(number, 'event')}: {reason or 'other reasons'}"))
        if len(reasons) > _REASONS_SHOWN:
            out.print(f"and {len(reasons) - _REASONS_SHOWN:,} more reasons")


def _print_group(out: Terminal, group: list[Cause], proposed: dict[str, Proposal]) -> None:
    """ "missing 5 fields in 3 orders", what was found in the first, and what to do."""
    worst = group[0]
    problem = worst.problem
    names = [cause.problem.target.removeprefix("order_info.") for cause in group]
    head = Line(problem.code, style=COLOURS[problem.level])
    if len(group) > 1:
        head.append(f" {len(group)} fields", style="bold")
    elif names[0]:
        head.append(f" {names[0]}", style="bold")
    head.append(f" in {count(worst.count, 'order' if problem.target else 'event')}")
    shown = ", ".join(map(str, worst.events))
    more = ", …" if worst.count > len(worst.events) else ""
    noun = "event" if worst.count == 1 else "events"
    head.append(f"  {problem.rule}; {noun} {shown}{more}", style="bright_black")
    out.print(head)
    for cause in group:
        problem = cause.problem
        called = problem.target.removeprefix("order_info.")
        out.paragraph(f"{called}: {problem.message}" if len(group) > 1 else problem.message)
        best = proposed.get(problem.target) if problem.code == "missing" else None
        if best:
            sure = f'read {best.reads}, which "orderkit suggest" proposes: {best.confidence}'
            said = sure if best.sure else f"perhaps {best.reads}: {best.reason}"
            out.paragraph(f"→ {said} (settings)", "bright_black")
        else:
            out.paragraph(f"→ {problem.fix} ({problem.actor})", "bright_black")


def _headline(result: EventResult) -> Line:
    line = Line(f"{result.entry.index:>4}  ")
    line.append(f"{outcome_word(result.outcome):<13}", style=COLOURS[result.outcome])
    if result.mapped:
        line.append(f"  {result.mapped.order_status or '–':<15} {result.order_id}")
        line.append(result.mapped.reason, style="bright_black")
    return line


def _summary(outcomes: Counter[str]) -> str:
    return f"{count(outcomes.total(), 'event')}: {outcomes_counted(outcomes) or 'nothing to check'}"
