"""The properties that could fill a row, each judged by its name and by what the row makes of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.destination.codes import countries, country_code, names_a_currency
from orderkit.destination.fields import FieldMapping
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.language.calculation import compile_formula
from orderkit.language.formulas import Context
from orderkit.language.references import ValueSource, compile_reference
from orderkit.mapping.amounts import is_currency, number_formulas
from orderkit.mapping.conversion import Doubt, Mending, Unconvertible
from orderkit.mapping.dates import year_last_formulas
from orderkit.mapping.suggest.doubts import doubts_of, doubts_of_values
from orderkit.mapping.suggest.order_object import OrderObject
from orderkit.mapping.suggest.properties import Property, Seen
from orderkit.mapping.suggest.proposal import Proposal, spelled
from orderkit.mapping.suggest.row_hints import row_hints
from orderkit.mapping.suggest.written_currency import written_currency
from orderkit.mapping.suggest.zones import says_utc, without_offset
from orderkit.mapping.types import field_type
from orderkit.mapping.written_moments import day_order, order_of

#: A value may lack in so many of the orders before its property is no longer likely.
_COVERED: Final = 0.9
#: Countries that one formula tells apart.
_MOST_COUNTRIES: Final = 20
_PARSED: Final = re.compile(r'DATEPARSE\([^"]*(?:GET\("[^"]*"\))?[^"]*, "([^"]+)"')
_PARSED_DAY: Final = re.compile(r"(?<=\")(d{1,2}|M{1,2})([./-] ?)(d{1,2}|M{1,2})(?=[./-] ?y)")
_UTC_MOMENT: Final = re.compile(r".*[0-9T ][0-9]{2}:[0-9]{2}.*(?:Z|[+-]00:?00)|[0-9]{9,}")


def candidates(row: FieldMapping, seen: Seen, order: OrderObject, zone: ZoneInfo) -> list[Proposal]:
    """Each property whose name fits the row and whose values it accepts, as it is or by formula."""
    hint = row_hints().get(row.target)
    if hint is None:
        return []
    found = []
    for prop in seen.properties.values():
        doubts = doubts_of(hint, prop, seen, order)
        if doubts is None:
            continue
        values = [value for number, value in prop.values.items() if number in order.numbers]
        if (against := doubts_of_values(hint, values)) is None:
            continue
        doubts += against
        for proposal in readings(row, prop, seen, order, zone):
            for doubt in doubts:
                proposal = proposal.at_most(*doubt)
            found.append(proposal)
    return found


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


def readings(
    row: FieldMapping, prop: Property, seen: Seen, order: OrderObject, zone: ZoneInfo
) -> Iterator[Proposal]:
    """The property as it is, or by each formula that reads all of its values."""
    events = order.events(seen)
    fact = f"named `{prop.path}`"
    values = [value for number, value in prop.values.items() if number in order.numbers]
    mended = {formula for value in values for formula in _mendings(row, value, zone)}
    # What is taken off may be written below zero: read as no amount, it is a number all the same.
    off = any(isinstance(value, str) and value.lstrip().startswith("-") for value in values)
    if row.type == "amount" and (off or len(mended) > 1):
        mended = {*number_formulas(values)} or mended
    cents = "cents" in prop.name.attributes
    if row.type == "country" and (text := _country_formula(values, spelled(prop.path))):
        if found := proposal_of(row, text, True, (fact,), events, zone):
            doubt = "its words are read as countries; any other word stays as it is"
            yield found.at_most("likely", doubt)
        return
    if row.type == "timestamp" and says_utc(prop.path) and all(map(without_offset, values)):
        # As it is, it would be read in whatever time zone the settings name.
        found = proposal_of(row, f'CONCAT({spelled(prop.path)}, "Z")', True, (fact,), events, zone)
        if found:
            yield found.because("its name says that it is in UTC")
        return
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

    def tried(formulas: set[str]) -> list[Proposal]:
        texts = [formula.replace("{x}", spelled(prop.path)) for formula in sorted(formulas)]
        made = (proposal_of(row, text, True, (fact,), events, zone) for text in texts)
        return [proposal for proposal in made if proposal]

    # On the second of February, nothing tells the day from the month.
    read = tried(mended | {_PARSED_DAY.sub(r"\3\2\1", formula) for formula in mended})
    most = max((len(made.given) for made in read), default=0)
    shown = set(map(day_order, values)) - {""} or seen.orders
    order_shown = next(iter(shown)) if len(shown) == 1 else ""
    best = _told_apart([made for made in read if len(made.given) == most], order_shown)
    if best and row.type == "amount":
        # What is below a thousand in these orders need not be in the next one.
        wide = {formula for text in seen.grouped.values() for formula in _mendings(row, text, zone)}
        also = tried(wide - mended)
        best = [next((w for w in also if w.given == made.given), made) for made in best]
    for made in best:
        if cents:
            yield made.at_most("likely", "its name says that it counts hundredths")
        elif most < len(values):
            yield made.at_most("perhaps", f"it reads {most} of {len(values)} values")
        elif not _keeps_currency(row, values, seen, zone):
            doubt = "it leaves out a currency that may not be the order's"
            yield made.at_most("perhaps", doubt)
        elif len(best) > 1 or (_day_order(made) and not order_shown):
            yield made.at_most("perhaps", "two formats read all values: this one is a guess")
        else:
            yield made.because(f"the formula reads all {paths.count(most, 'value')}")


def _told_apart(best: list[Proposal], order_shown: str) -> list[Proposal]:
    """The formulas that read as many values, without those that the dates of an export, which are
    all written in one order, speak against.
    """
    # Where values are texts already, "STRING(x)" is another spelling of the same.
    plain = {made.value for made in best}
    best = [made for made in best if _without_string(made.value) not in plain - {made.value}]
    if not order_shown or len(best) == 1:
        return best
    return [made for made in best if _day_order(made) == order_shown] or best


def _day_order(made: Proposal) -> str:
    """What a formula reads first of a date that it parses, as `order_of` has it."""
    pattern = _PARSED.search(made.value)
    return order_of(pattern[1]) if pattern else ""


def _without_string(formula: str) -> str:
    return re.sub(r"STRING\(([^()]+|GET\([^()]+\))\)", r"\1", formula)


def _country_formula(values: Iterable[Any], expression: str) -> str:
    """The formula that gives the codes of countries that are called otherwise; "" for others."""
    words = sorted({value for value in values if isinstance(value, str)} - countries())
    codes = [country_code(word) for word in words[: _MOST_COUNTRIES + 1]]
    if not words or len(words) > _MOST_COUNTRIES or None in codes:
        return ""
    text = expression
    for word, code in zip(reversed(words), reversed(codes), strict=True):
        text = f'IF({expression} == {show(word, 80)}, "{code}", {text})'
    return text


def _is_utc(value: Any) -> bool:
    """Whether a value is a moment in UTC: on which day it lies hangs on the time zone."""
    return not isinstance(value, str) or bool(_UTC_MOMENT.fullmatch(value.strip()))


def _mendings(row: FieldMapping, value: Any, zone: ZoneInfo) -> tuple[str, ...]:
    """The formulas, with ``{x}`` for the value, that may make a value acceptable."""
    # A date that can be read as it is may stand beside one that could be two.
    if row.type == "date" and (both := year_last_formulas(value)):
        return both
    return tuple(
        formula
        for mending in _mended(row, value, zone)
        if row.type != "amount" or all(map(names_a_currency, mending.drops))
        for formula in mending.formulas
    )


def _mended(row: FieldMapping, value: Any, zone: ZoneInfo) -> tuple[Mending, ...]:
    try:
        field_type(row.type).convert(value, zone)
    except Unconvertible as error:
        return error.mendings
    return ()


def _keeps_currency(row: FieldMapping, values: Iterable[Any], seen: Seen, zone: ZoneInfo) -> bool:
    """Whether the words that amounts are freed of say what the events' currency says."""
    words = {word for v in values for mending in _mended(row, v, zone) for word in mending.drops}
    named = (p for p in seen.properties.values() if "currency" in p.name.attributes)
    codes = {c for p in named if p.name.subject != "guest" for c in p.values.values()}
    if not codes:
        return not words or bool(written_currency(words, seen))
    return all(isinstance(c, str) and is_currency(word, c) for c in codes for word in words)
