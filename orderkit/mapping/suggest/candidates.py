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
from orderkit.mapping.suggest.names import Name
from orderkit.mapping.suggest.order_object import OrderObject
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
    bare:    "yes" where the subject's own name alone will do ("rooms": 2), and what it may say
             instead, with the subject in its own words ("bookingTime", "roomType")
    """

    role: str
    subject: str
    any_of: frozenset[str]
    besides: frozenset[str]
    bare: str

    def is_bare(self, name: Name) -> bool:
        """Whether a name has the subject in its own words, and says nothing else than it may."""
        allowed = set(self.bare.split())
        said = name.attributes
        return name.said == 2 and (said <= allowed if said else "yes" in allowed)


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
                line["bare"],
            )
            for line in csv.DictReader(file)
        }


def spelled(path: str) -> str:
    """A property as a formula reads it: by its path, or by GET where no path can spell it."""
    path = path.replace(".X.", ".0.")
    return path if _SPELLED.fullmatch(path) else f"GET({show(path, 500)})"


def candidates(
    row: FieldMapping, seen: Seen, order: OrderObject, zone: ZoneInfo
) -> list[Proposal]:
    """Each property whose name fits the row and whose values it accepts, as it is or by formula."""
    if row.target.rsplit(".", 1)[-1] == "ttoclid":
        return list(_click_ids(row, seen, order, zone))
    hint = row_hints().get(row.target)
    if hint is None:
        return []
    found = []
    for prop in seen.properties.values():
        doubts = _doubts(hint, prop, seen, order)
        if doubts is None:
            continue
        doubts += value_doubts(hint, [v for n, v in prop.values.items() if n in order.numbers])
        for proposal in _readings(row, prop, seen, order, zone):
            for doubt in doubts:
                proposal = proposal.at_most(*doubt)
            found.append(proposal)
    return found


#: What is less than likely, and so is offered and never written.
_PERHAPS: Final = "perhaps"
_LIKELY: Final = "likely"


def _doubts(
    hint: RowHint, prop: Property, seen: Seen, order: OrderObject
) -> list[tuple[str, str]] | None:
    """What speaks against a property, each with the confidence that is left; None: another thing."""
    name = prop.name
    bare = hint.is_bare(name)
    if not bare and not name.attributes & hint.any_of:
        return None
    if not bare and name.attributes - hint.any_of - hint.besides:
        return None
    if name.against or len(name.unknown) > 1:
        return None
    doubts = [(_LIKELY, f"`{prop.path}` may be more than its name says")] if bare else []
    if name.unknown:
        left = _PERHAPS if hint.role in ("total", "payable") else _LIKELY
        doubts.append((left, f"`{name.unknown[0]}` in its name says nothing to us"))
    if name.subject != hint.subject:
        if doubt := _other_subject(hint, name.subject):
            doubts.append(doubt)
        else:
            return None
    if prop.in_array and (hint.subject != "room" or hint.role == "rooms"):
        doubts.append(_in_array(hint, prop, seen, order))
    if name.attributes & hint.any_of == {"amount"} and hint.subject == "order":
        doubts.append((_PERHAPS, "it may be a price for a night or a room"))
    if hint.role in ("order id", "created", "updated") and order.outside(prop):
        where = f"in `{order.home}`" if order.home else "in the event itself"
        doubts.append((_PERHAPS, f"it stands beside the order, which is {where}"))
    if hint.role == "item" and (hotel := order.hotel_items.get(prop.path.partition(".X.")[0])):
        doubts.append((_PERHAPS, f"its items may be hotels: one says {show(hotel, 40)}"))
    if hint.role == "item" and {"identifier", "count"} <= name.attributes:
        doubts.append((_PERHAPS, "it may be a number of rooms, or of one room"))
    if hint.role == "item" and "kind" not in name.attributes and _has_kind(seen, prop):
        doubts.append((_PERHAPS, "it may be of one room: a type of rooms stands beside it"))
    if hint.role == "total" and "total" not in name.attributes:
        doubts.append((_LIKELY, "it may be without taxes, as its name does not say total"))
        if not order.named:
            doubts.append((_LIKELY, "no event's name says that it is an order"))
    if len(order.numbers) == 1:
        if hint.subject == "merchant":
            doubts.append((_PERHAPS, "one order alone does not show that it stays the same"))
        doubts.append((_LIKELY, "one order alone shows little"))
    weak = [reason for left, reason in doubts if left == _LIKELY]
    # Dates are checked as a pair.
    if len(weak) > 1 and hint.role not in ("arrival", "departure"):
        doubts.append((_PERHAPS, weak[-1]))
    return doubts


def _has_kind(seen: Seen, prop: Property) -> bool:
    """Whether the same object names a type or category of rooms."""
    return any(
        other.container == prop.container
        and other.name.subject == "room"
        and "kind" in other.name.attributes
        for other in seen.properties.values()
        if other is not prop
    )


def _other_subject(hint: RowHint, subject: str) -> tuple[str, str] | None:
    """The doubt about a property that speaks of something else than the row; None: another thing."""
    if subject == "order" and hint.any_of == {"country"}:
        return _PERHAPS, "whose it is, its name does not say"
    if subject in ("hotel", "room") and hint.role in ("arrival", "departure"):
        return _LIKELY, f"it stands with the {subject}"
    if subject in ("room", "rate") and hint.role == "currency":
        return _LIKELY, f"it stands with the {subject}"
    return None


def _in_array(
    hint: RowHint, prop: Property, seen: Seen, order: OrderObject
) -> tuple[str, str]:
    """The doubt about a property of an array's items, for a row about the whole order."""
    if hint.role in ("arrival", "departure", "currency") or hint.subject == "hotel":
        if all(_agree(seen.events[number], prop.path) for number in order.numbers):
            return _LIKELY, "it stands in an array, whose items agree"
    return _PERHAPS, "it stands in an array: of the first item alone"


def _agree(event: Any, path: str) -> bool:
    """Whether all items of an event that have the property have the same value there."""
    found = [event]
    for part in path.split("."):
        if part == "X":
            found = [item for node in found if isinstance(node, list) for item in node]
        else:
            found = [node[part] for node in found if isinstance(node, dict) and part in node]
    return all(value == found[0] for value in found)


def value_doubts(hint: RowHint, values: list[Any]) -> list[tuple[str, str]]:
    """What the values say against their property as what the row asks for."""
    if not values:
        return []
    if hint.any_of == {"name"}:
        if not all(isinstance(v, str) and any(map(str.isalpha, v)) for v in values):
            return [(_PERHAPS, f"{show(values[0], 40)} is no name")]
        if any("://" in v or v.lstrip()[:1] in ("[", "{") for v in values):
            return [(_PERHAPS, f"{show(values[0], 40)} is no name")]
        if all(v.isupper() and " " not in v for v in values):
            return [(_PERHAPS, f"{show(values[0], 40)} looks like a code")]
    if "identifier" in hint.any_of:
        if all(str(v).strip("0.") == "" for v in values):
            return [(_PERHAPS, "it is always 0")]
        if hint.role == "item" and all(str(v).isdecimal() and len(str(v)) == 1 for v in values):
            return [(_PERHAPS, "it counts the items")]
        # A merchant has several orders, and a hotel two among three.
        few = {"merchant": 1, "hotel": 2}.get(hint.subject, len(values))
        if len(set(map(str, values))) == len(values) > few:
            return [(_PERHAPS, "it is another one in every order")]
    return []


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
    row: FieldMapping, prop: Property, seen: Seen, order: OrderObject, zone: ZoneInfo
) -> Iterator[Proposal]:
    """The property as it is, or by each formula that reads all of its values."""
    events = {number: seen.events[number] for number in sorted(order.numbers)}
    fact = f"named `{prop.path}`"
    values = [value for number, value in prop.values.items() if number in order.numbers]
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
    row: FieldMapping, seen: Seen, order: OrderObject, zone: ZoneInfo
) -> Iterator[Proposal]:
    """``ttoclid`` as a property, or in the address of a page, where TikTok puts it."""
    events = {number: seen.events[number] for number in sorted(order.numbers)}
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
