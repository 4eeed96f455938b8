"""Amounts that may count hundredths of their currency, as payment systems write them.

Read as they are, such amounts would reach TikTok a hundred times too high. So none of an order's
amounts is sure as long as its total is in doubt, and each is offered divided by 100 as well.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.destination.codes import minor_units
from orderkit.events import paths
from orderkit.mapping.names import words
from orderkit.mapping.suggest.agreement import Roles, days_between
from orderkit.mapping.suggest.candidates import proposal_of
from orderkit.mapping.suggest.guessed_amounts import NO_AMOUNTS, is_called
from orderkit.mapping.suggest.properties import Seen
from orderkit.mapping.suggest.proposal import HUNDREDTHS, Proposal, as_formula

#: A night hardly costs so much: whole amounts from there on may count hundredths.
_DEAR_NIGHT: Final = 1_000
#: And these most likely do, in a currency in which a night costs some hundreds.
_TOO_DEAR_NIGHT: Final = 3_000
_HUNDREDS_A_NIGHT: Final = frozenset(["AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "SGD", "USD"])
#: In these, it costs some thousands at most.
_THOUSANDS_A_NIGHT: Final = frozenset(
    [
        *("AED", "BRL", "CNY", "CZK", "DKK", "HKD", "ILS", "MXN", "MYR", "NOK", "PLN", "QAR"),
        *("RON", "SAR", "SEK", "TRY", "ZAR"),
    ]
)
_TOO_DEAR_IN_THOUSANDS: Final = 30_000
#: What a property is called that says how many digits amounts have after the point.
_DIGITS: Final = frozenset(
    [
        "minorunits",
        "minorunit",
        "exp",
        "exponent",
        "decimals",
        "decimalplaces",
        "digits",
        "scale",
        "precision",
    ]
)
#: An amount that has hundredths, and no rate, which seldom is as much.
_FRACTION: Final = re.compile(r"[0-9]{2,}\.[0-9]{1,2}(?<!\.0)(?<!\.00)")
_SEVERAL: Final = 2
_NEARLY_ALL: Final = 0.9
_TOTAL: Final = "order_info.value.total_value"
_PAYABLE: Final = "order_info.value.payment_value"
_CURRENCY: Final = "order_info.value.currency"


def in_whole_units(total: Proposal, roles: Roles, seen: Seen) -> Proposal:
    """The total, in doubt where it is a whole number that is very high for the nights of nearly
    every order whose currency has hundredths, and no amount beside it has a fraction.
    """
    if _has_fractions_beside(total, seen):
        return total
    nights = _nights(roles.get("arrival", []), roles.get("departure", []))
    prices = _prices_of_a_night(total, nights, _codes(roles.get("currency", [])))
    whole = all(isinstance(price, float) for price in prices)
    # A test may have cost next to nothing.
    dear = whole and sum(p >= _DEAR_NIGHT for p in prices) >= max(1, _NEARLY_ALL * len(prices))
    return total.at_most("perhaps", HUNDREDTHS) if dear and not total.formula else total


def _has_fractions_beside(total: Proposal, seen: Seen) -> bool:
    """Whether amounts of the same object have hundredths after the point, in several orders."""
    prop = seen.properties.get(total.reads)
    around = prop.called.rpartition(".")[0] if prop else ""
    for other in seen.properties.values():
        inside = other.path.startswith(f"{around}.") if around else not other.container
        if inside and not other.in_array and not is_called(other, NO_AMOUNTS):
            fractions = sum(bool(_FRACTION.fullmatch(str(v))) for v in other.values.values())
            if fractions >= _SEVERAL:
                return True
    return False


def divide_hundredths(
    found: dict[str, list[Proposal]],
    events: Sequence[Any],
    zone: ZoneInfo,
    envelope: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Offer amounts divided by 100 as well, where the total may count hundredths, or something
    beside an amount says so: first where that most likely is the case.
    """
    prices = [*found.get(_TOTAL, []), *found.get(_PAYABLE, [])]
    total = next((p for p in prices if HUNDREDTHS in p.facts), None)
    currency = found.get(_CURRENCY, [])[:1]
    codes = _codes(currency)
    beside_total = (_says_hundredths(total, events) or _said_once(envelope)) if total else ""
    likely = bool(total and _are_too_dear(total, found, codes))
    for target, proposals in found.items():
        amounts = [p for p in proposals if p.row.type == "amount" and _is_whole(p)]
        said = {p.value: _says_hundredths(p, events) or beside_total for p in amounts}
        whole = [p for p in amounts if total or said[p.value]]
        if not whole:
            continue
        doubted = {p.value: p.at_most("perhaps", HUNDREDTHS) for p in whole}
        parts = [_divided(p, currency, codes, events, zone, said[p.value]) for p in whole]
        same = [doubted.get(p.value, p) for p in proposals]
        first = likely or any(said.values())
        found[target] = [*parts, *same] if first else [*same[:1], *parts, *same[1:]]


def _are_too_dear(
    total: Proposal, found: Mapping[str, Sequence[Proposal]], codes: Mapping[int, str]
) -> bool:
    """Whether half of the nights cost more than any would, in currencies of which that is known."""
    stay = (found.get(f"order_info.extra.check_{end}_date", []) for end in ("in", "out"))
    prices = _prices_of_a_night(total, _nights(*stay), codes)
    said = set(codes.values()) - set(_undivided(codes))
    known = said <= _HUNDREDS_A_NIGHT | _THOUSANDS_A_NIGHT
    dear = _TOO_DEAR_NIGHT if said <= _HUNDREDS_A_NIGHT else _TOO_DEAR_IN_THOUSANDS
    return known and median(prices) >= dear


def _divided(
    whole: Proposal,
    currency: Sequence[Proposal],
    codes: Mapping[int, str],
    events: Sequence[Any],
    zone: ZoneInfo,
    said: str,
) -> Proposal:
    """The amount divided by 100, but in currencies that have no hundredths."""
    amount = as_formula(whole)
    text = f"({amount}) / 100" if " " in amount else f"{amount} / 100"
    if undivided := _undivided(codes):
        listed = ", ".join(f'"{code}"' for code in undivided)
        text = f"IF(UPPER({as_formula(currency[0])}) IN [{listed}], {amount}, {text})"
    tried = {number: events[number] for number in whole.given}
    why = f"`{said}` says 2" if said else "high for a night"
    fact = f"whole amounts, {why}: read as hundredths"
    made = proposal_of(whole.row, text, True, (), tried, zone)
    divided = made or replace(whole, value=text, formula=True)
    return replace(divided, confidence="perhaps", facts=(fact, *whole.facts))


def _says_hundredths(total: Proposal, events: Sequence[Any]) -> str:
    """The property beside the total that says that its amounts have two digits, or ""."""
    holder = total.reads.rpartition(".")[0]
    for event in (events[number] for number in total.given):
        beside = paths.get(event, paths.parse_path(holder)) if holder else event
        for name, value in beside.items() if isinstance(beside, dict) else ():
            if _says_two_digits(name, value):
                return f"{holder}.{name}".removeprefix(".")
    return ""


def _said_once(envelope: Mapping[str, Any]) -> str:
    """The property beside all events that says the same, or ""."""
    every = paths.walk(envelope)
    return next((p for p, value in every if _says_two_digits(p.rpartition(".")[2], value)), "")


def _says_two_digits(name: str, value: Any) -> bool:
    return str(value) == "2" and "".join(words(name)) in _DIGITS


def _is_whole(proposal: Proposal) -> bool:
    return all(amount == int(amount) for amount in proposal.given.values())


def _undivided(codes: Mapping[int, str]) -> list[str]:
    """The currencies that have no hundredths."""
    return sorted({code for code in codes.values() if minor_units(code) == 0})


def _codes(currency: Sequence[Proposal]) -> Mapping[int, str]:
    return currency[0].given if currency else {}


def _nights(arrival: Sequence[Proposal], departure: Sequence[Proposal]) -> Mapping[int, int]:
    """Number of the order → its nights; empty where they are not known."""
    both = [*arrival[:1], *departure[:1]]
    return days_between(*both) if len(both) == 2 and all(p.sure for p in both) else {}


def _prices_of_a_night(
    total: Proposal, nights: Mapping[int, int], codes: Mapping[int, str]
) -> list[Any]:
    """What a night costs in each order whose currency has hundredths; None where not whole."""
    return [
        amount / max(nights.get(number, 1), 1) if isinstance(amount, int) else None
        for number, amount in total.given.items()
        if amount and _has_hundredths(codes.get(number))
    ]


def _has_hundredths(code: str | None) -> bool:
    """Whether a currency may have hundredths, which some have by ISO 4217 though nobody pays with
    them, by CLDR: rupiah.
    """
    from babel.core import get_global

    units = minor_units(code)
    digits, *_ = get_global("currency_fractions").get(code or "", (2,))
    return units != 0 and not (units == 2 and digits == 0)
