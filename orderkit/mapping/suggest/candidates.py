"""The properties that could fill a row, each judged by its name and by what the row makes of it."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.destination.fields import FieldMapping
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.formulas import Context
from orderkit.language.references import ValueSource, compile_formula, compile_reference
from orderkit.mapping.conversion import Doubt, Unconvertible
from orderkit.mapping.suggest.properties import Property, Seen
from orderkit.mapping.suggest.proposal import Proposal
from orderkit.mapping.types import field_type

HINTS: Final = Path(__file__).with_name("row_hints.csv")
#: What a formula can read as it stands; another name needs GET.
_SPELLED: Final = re.compile(r"[^\W\d][\w$]*(?:\.[\w$]+)*")
_CLICK_ID: Final = re.compile("[?&]ttoclid=([^&#]+)")
#: A value may lack in so many of the orders before its property is no longer likely.
_COVERED: Final = 0.9
_UTC_MOMENT: Final = re.compile(r".*[0-9T ][0-9]{2}:[0-9]{2}.*(?:Z|[+-]00:?00)|[0-9]{9,}")
_YEAR_LAST: Final = re.compile(r"\s*[0-9]{1,2}([-/. ])[0-9]{1,2}\1[0-9]{4}\s*")


@dataclass(frozen=True, slots=True)
class RowHint:
    """What the name of a property for a row says; see ``row_hints.csv``.

    role:    what the row is in a set of proposals that must agree, or ""
    subject: of what the name speaks
    any_of:  what it says, at least one of these
    besides: what it may say besides
    bare:    whether the subject's own name alone will do ("rooms": 2)
    """

    role: str
    subject: str
    any_of: frozenset[str]
    besides: frozenset[str]
    bare: bool


@cache
def row_hints() -> Mapping[str, RowHint]:
    """Target → what its property is called."""
    with HINTS.open(encoding="utf-8", newline="") as file:
        return {
            line["target"]: RowHint(
                line["role"],
                line["subject"],
                frozenset(line["any_of"].split()),
                frozenset(line["besides"].split()),
                bool(line["bare"]),
            )
            for line in csv.DictReader(file)
        }


def spelled(path: str) -> str:
    """A property as a formula reads it: by its path, or by GET where no path can spell it."""
    path = path.replace(".X.", ".0.")
    return path if _SPELLED.fullmatch(path) else f"GET({show(path, 500)})"


def candidates(row: FieldMapping, seen: Seen, orders: set[int], zone: ZoneInfo) -> list[Proposal]:
    """Each property whose name fits the row and whose values it accepts, as it is or by formula.

    orders: the numbers of the events that hold an order
    """
    if row.target.rsplit(".", 1)[-1] == "ttoclid":
        return list(_click_ids(row, seen, orders, zone))
    hint = row_hints().get(row.target)
    if hint is None:
        return []
    found = []
    for prop in seen.properties.values():
        doubts = _doubts(hint, prop)
        if doubts is None:
            continue
        for proposal in _readings(row, prop, seen, orders, zone):
            for doubt in doubts:
                proposal = proposal.at_most(*doubt)
            found.append(proposal)
    return found


def _doubts(hint: RowHint, prop: Property) -> list[tuple[str, str]] | None:
    """What speaks against a name, each with the confidence that is left; None: another thing."""
    name = prop.name
    bare = not name.attributes and name.said == 2 and hint.bare
    if not bare and not name.attributes & hint.any_of:
        return None
    if name.attributes - hint.any_of - hint.besides:
        return None
    if name.against or len(name.unknown) > 1:
        return None
    doubts = [("likely", f"`{prop.path}` may be more than its name says")] if bare else []
    if name.unknown:
        doubts.append(("likely", f"`{name.unknown[0]}` in its name says nothing to us"))
    if name.subject != hint.subject:
        # A country at the order's own level may be the hotel's or the guest's.
        if not (name.subject == "order" and hint.any_of == {"country"}):
            return None
        doubts.append(("perhaps", "whose it is, its name does not say"))
    if prop.in_array and (hint.subject != "room" or hint.role == "rooms"):
        doubts.append(("perhaps", "it stands in an array: of the first item alone"))
    if name.attributes & hint.any_of == {"amount"} and hint.subject == "order":
        doubts.append(("perhaps", "it may be a price for a night or a room"))
    return doubts


def proposal_of(
    row: FieldMapping,
    value: str,
    formula: bool,
    facts: tuple[str, ...],
    events: Mapping[int, Any],
    zone: ZoneInfo,
) -> Proposal | None:
    """The proposal that writes `value`, tried on the events; None where the row takes none of it.

    It is very likely as long as nothing speaks against it: every event that has a value must give
    one that the row accepts without a warning.
    """
    source = compiled(value, formula, zone)
    kind = field_type(row.type)
    given: dict[int, Any] = {}
    tried = 0
    refused = ""
    for number, event in events.items():
        raw = source.read(event).raw
        if paths.is_blank(raw):
            continue
        tried += 1
        try:
            converted, _steps = kind.convert(raw, zone)
        except Unconvertible:
            refused = refused or f"{show(raw, 40)} is no {row.type}"
            continue
        if doubt := kind.unusual(converted):
            refused = refused or (doubt.reason if isinstance(doubt, Doubt) else doubt)
            continue
        given[number] = converted
    if not given:
        return None
    every = f"in {len(given)} of {paths.count(len(events), 'order')}"
    made = Proposal(
        row, value, formula, "very likely", (*facts, every), next(iter(given.values())), given
    )
    if len(events) == 1:
        made = made.at_most("likely", "one order alone shows little")
    if tried > len(given):
        made = made.at_most("perhaps", refused)
    if len(given) < _COVERED * len(events):
        made = made.at_most("perhaps", "many orders do not have it")
    elif len(given) < len(events):
        made = made.at_most("likely", "some orders do not have it")
    return made


def compiled(value: str, formula: bool, zone: ZoneInfo) -> ValueSource:
    """The source for what a proposal writes."""
    # Formulas in proposals do not look at the clock.
    if formula:
        return compile_formula(value, lambda: Context(datetime.now(UTC), zone))
    return compile_reference(value)


def as_reference(row: FieldMapping, path: str) -> str:
    """A property as the row's setting, or smart mapping, names it."""
    return f"{{{{{path}}}}}" if row.setting else path


def _readings(
    row: FieldMapping, prop: Property, seen: Seen, orders: set[int], zone: ZoneInfo
) -> Iterator[Proposal]:
    """The property as it is, or by each formula that reads all of its values."""
    events = {number: seen.events[number] for number in sorted(orders)}
    fact = f"named `{prop.path}`"
    values = [value for number, value in prop.values.items() if number in orders]
    mended = {formula for value in values for formula in _mendings(row, value, zone)}
    cents = "cents" in prop.name.attributes
    if not mended and not cents:
        found = proposal_of(row, as_reference(row, prop.path), False, (fact,), events, zone)
        if found and row.type == "date" and any(map(_is_utc, values)):
            doubt = "its day is UTC's: in the hotel's time zone it may be another one"
            found = found.at_most("perhaps", doubt)
        if found:
            yield found
        return
    if cents:
        mended = {"{x} / 100"}
    formulas = sorted({other for formula in mended for other in _alternatives(formula, values)})
    read = [
        made
        for formula in formulas
        if (text := formula.replace("{x}", spelled(prop.path)))
        and (made := proposal_of(row, text, True, (fact,), events, zone))
    ]
    most = max((len(made.given) for made in read), default=0)
    best = [made for made in read if len(made.given) == most]
    for made in best:
        if cents:
            yield made.at_most("likely", "its name says that it counts hundredths")
        elif most < len(values):
            yield made.at_most("perhaps", f"it reads {most} of {len(values)} values")
        elif len(best) > 1:
            yield made.at_most("perhaps", "two formats read all values: this one is a guess")
        else:
            yield made.because(f"the formula reads all {paths.count(most, 'value')}")


def _is_utc(value: Any) -> bool:
    """Whether a value is a moment in UTC: on which day it lies hangs on the time zone."""
    return not isinstance(value, str) or bool(_UTC_MOMENT.fullmatch(value.strip()))


def _mendings(row: FieldMapping, value: Any, zone: ZoneInfo) -> tuple[str, ...]:
    """The formulas, with ``{x}`` for the value, that may make a value acceptable."""
    try:
        field_type(row.type).convert(value, zone)
    except Unconvertible as error:
        return tuple(formula for mending in error.mendings for formula in mending.formulas)
    return ()


def _alternatives(formula: str, values: list[Any]) -> tuple[str, ...]:
    """The formula, and for a date with its year last also the one with day and month swapped."""
    if not all(isinstance(value, str) and _YEAR_LAST.fullmatch(value) for value in values):
        return (formula,)
    swapped = re.sub(
        r"(d{1,2})([-/. ])(M{1,2})(?=\2yyyy)|(M{1,2})([-/. ])(d{1,2})(?=\5yyyy)",
        lambda m: f"{m[3]}{m[2]}{m[1]}" if m[1] else f"{m[6]}{m[5]}{m[4]}",
        formula,
    )
    return (formula, swapped)


def _click_ids(
    row: FieldMapping, seen: Seen, orders: set[int], zone: ZoneInfo
) -> Iterator[Proposal]:
    """``ttoclid`` as a property, or in the address of a page, where TikTok puts it."""
    events = {number: seen.events[number] for number in sorted(orders)}
    for prop in seen.properties.values():
        if "click" in prop.name.attributes:
            fact = f"named `{prop.path}`"
            found = proposal_of(row, as_reference(row, prop.path), False, (fact,), events, zone)
            if found:
                yield found
        held = (value for value in prop.values.values() if isinstance(value, str))
        if any(map(_CLICK_ID.search, held)):
            formula = f'SELECT({spelled(prop.path)}, "{_CLICK_ID.pattern}", 1)'
            fact = f"TikTok appends `ttoclid` to the landing page's address: it is in {prop.path}"
            if found := proposal_of(row, formula, True, (fact,), events, zone):
                yield found.at_most("likely", "not every address need have it")
