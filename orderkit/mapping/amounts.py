"""Numbers: amounts with their own digits, whole numbers, and numbers as people write them."""

import math
import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.destination import codes
from orderkit.events.jsontext import plain_number, show
from orderkit.events.paths import count
from orderkit.mapping.conversion import Converted, Doubt, Mending, Steps, Unconvertible

#: The largest integer that every JSON reader keeps exactly (RFC 7493, section 2.2).
MAX_INTEGER: Final = 2**53 - 1
#: A number in a text, as JSON would have it but for a sign and zeros in front.
NUMBER: Final = re.compile(r"\s*[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?\s*")
#: Assumption: three digits after one point may be thousands, where no currency has three digits.
_THOUSANDS_OR_NOT: Final = re.compile(r"\s*\+?[1-9][0-9]{0,2}\.[0-9]{3}\s*")
_CURRENCY_WITH_THREE_DIGITS: Final = 3
_WRITTEN: Final = re.compile(r"([^0-9]*?)\+?([0-9](?:[0-9.,' \u00a0\u202f]*[0-9])?)([^0-9]*)")
#: The decimal point → how a number with it is written, its thousands apart or not.
_POINTS: Final = {
    point: re.compile(
        rf"(?:[0-9]{{1,3}}(?:([{other}' \u00a0\u202f])[0-9]{{3}})(?:\1[0-9]{{3}})*|[0-9]+)"
        rf"(?:[{point}][0-9]+)?"
    )
    for point, other in (".,", ",.")
}
#: A minus or brackets, on whatever side they stand; CR is a credit.
_NEGATIVE: Final = re.compile(r"[-−–(]|\bCR\b")
#: Characters that mean something in patterns.
_IN_PATTERNS: Final = re.compile(r"[$()*+.?\[\\\]^{|}]")
_LONGEST: Final = 40
_PLENTY: Final = Context(prec=100)


def decimal(raw: Any) -> tuple[Decimal, Steps]:
    """A number, or the number in a string, exactly."""
    if isinstance(raw, bool):
        raise Unconvertible("a boolean is no number")
    if isinstance(raw, int):
        return Decimal(raw), ()
    if isinstance(raw, float) and math.isfinite(raw):
        return Decimal(repr(raw)), ()
    if isinstance(raw, Decimal) and raw.is_finite():
        return raw, ()
    if isinstance(raw, str):
        if NUMBER.fullmatch(raw):
            return Decimal(raw.strip()), (f"number in a string {show(raw)} → number",)
        negative = _NEGATIVE.search(raw) and any(map(str.isdigit, raw))
        reason = "it looks like a negative number" if negative else "this text is no number"
        raise Unconvertible(reason, *written_numbers(raw))
    raise Unconvertible("this is no number")


def convert_amount(raw: Any, _zone: ZoneInfo) -> Converted:
    """An amount of money, with the digits it came with."""
    number, steps = decimal(raw)
    _not_negative(number)
    if not number:
        return 0, steps  # there is no amount of minus zero
    return (plain_number(number) if steps else raw), steps


def convert_whole(raw: Any, _zone: ZoneInfo) -> Converted:
    """A whole number."""
    number, steps = decimal(raw)
    _not_negative(number)
    value = int(number)
    if value != number:
        raise Unconvertible("it is not whole")
    if not isinstance(raw, int) and "." in str(number):
        steps += (f"{number} → {value}",)
    return value, steps


def _not_negative(number: Decimal) -> None:
    if number < 0:
        raise Unconvertible("it is negative")
    if number > MAX_INTEGER:
        raise Unconvertible(f"it is larger than {MAX_INTEGER}, which JSON does not carry exactly")


def check_thousands(raw: Any, currency: str | None) -> None:
    """Raises Unconvertible for a text such as ``"1.480"``, unless the currency has three digits."""
    if not isinstance(raw, str) or not _THOUSANDS_OR_NOT.fullmatch(raw):
        return
    if (codes.minor_units(currency) or 0) < _CURRENCY_WITH_THREE_DIGITS:
        readings = written_numbers(raw)
        could_be = " or ".join(show(mending.gives) for mending in readings)
        raise Unconvertible(f"it could be {could_be}", *readings)


def unusual_digits(value: Any, currency: str | None) -> Doubt | None:
    """The doubt about an amount with more digits than its currency has (ISO 4217)."""
    units = codes.minor_units(currency)
    if units is None or isinstance(value, int):
        return None
    number = Decimal(str(value))
    rounded = number.quantize(Decimal(1).scaleb(-units), ROUND_HALF_UP, context=_PLENTY)
    if rounded == number:
        return None
    shown = show(plain_number(rounded))
    digits = count(units, "digit") if units else "no digits"
    # No function of the platform's rounds: half a unit more, and the rest of the digits cut off.
    half = plain_number(Decimal(5).scaleb(-units - 1))
    kept = f"([.][0-9]{{1,{units}}})?" if units else ""
    rounding = f'SELECT(STRING(({{x}}) + {half}), "^[0-9]+{kept}")'
    return Doubt(
        f"{currency} has {digits} after the point; rounded it is {shown}",
        (Mending(plain_number(rounded), (rounding,)),),
        fix=f"send it rounded: {shown}",
    )


def check_currency(raw: Any, currency: str | None) -> None:
    """Raises Unconvertible for a text such as ``"450 USD"``, if the amount's currency is another.

    currency: that of the payload in which the amount is, None where it is not known
    """
    for word in words_beside_number(raw):
        if codes.names_a_currency(word) and not is_currency(word, currency):
            known = f"is {currency}" if currency else "is not known"
            raise Unconvertible(f"it says {show(word)}, and the currency of the payload {known}")


def is_currency(word: str, currency: str | None) -> bool:
    """Whether a word beside an amount says nothing but the amount's currency."""
    return currency is not None and word.casefold() in codes.currency_names(currency)


def words_beside_number(raw: Any) -> tuple[str, ...]:
    """What stands before and after the one number of a text, such as "€" in "450,00 €"."""
    match = _WRITTEN.fullmatch(raw) if isinstance(raw, str) and len(raw) <= _LONGEST else None
    return tuple(word for part in (match[1], match[3]) if (word := part.strip())) if match else ()


def written_numbers(text: str) -> tuple[Mending, ...]:
    """The numbers that a text may be to people, each with a formula that reads it."""
    match = _WRITTEN.fullmatch(text) if len(text) <= _LONGEST else None
    if not match or _NEGATIVE.search(text):
        return ()
    words = words_beside_number(text)
    if any('"' in word or "\\" in word for word in words):
        return ()
    found: dict[Decimal, tuple[str, ...]] = {}
    for point, pattern in _POINTS.items():
        if pattern.fullmatch(match[2]):
            digits = re.sub(f"[^0-9{point}]", "", match[2]).replace(",", ".")
            found.setdefault(Decimal(digits), _reading(text.strip(), words, point))
    numbers = {plain_number(number): formulas for number, formulas in found.items()}
    several = len(numbers) > 1
    return tuple(
        Mending(number, formulas, f"reads {show(number)}" if several else "", words)
        for number, formulas in numbers.items()
    )


def number_formulas(texts: Iterable[Any]) -> tuple[str, ...]:
    """Formulas that read all texts as numbers, also below zero: one for each decimal point that all
    may have. In a table "341,66" stands beside "149 740", and one formula is to read both.
    """
    plain = [text.strip().removeprefix("-") for text in texts if isinstance(text, str)]
    found = (_WRITTEN.fullmatch(text) for text in plain if len(text) <= _LONGEST)
    matches = [match for match in found if match]
    words = tuple(dict.fromkeys(word for text in plain for word in words_beside_number(text)))
    written = "".join(match[2] for match in matches)
    if not matches or len(matches) < len(plain) or any(map(_NEGATIVE.search, plain)):
        return ()
    return tuple(
        formula
        for point, pattern in _POINTS.items()
        if all(pattern.fullmatch(match[2]) for match in matches)
        for formula in _reading(written, words, point)
    )


def _reading(text: str, words: tuple[str, ...], point: str) -> tuple[str, ...]:
    """Formulas that read a number with that decimal point, the shortest that may do first.

    text: the number, or several of them, one after the other

    What they leave out is spelt: of a text with another word beside the number they make nothing.
    """
    for word in words:
        text = text.replace(word, "")
    separators = "".join(sorted(set(re.sub("[0-9]", "", text.strip())) - {point}))
    kept = "{x}"
    if len(words) + len(separators) == 1:
        kept = f'SUBSTITUTE({{x}}, {show((*words, separators)[0])}, "")'
    elif words or separators:
        spelt = [_IN_PATTERNS.sub(r"\\\g<0>", word) for word in words]
        pattern = "|".join([*spelt, *([f"[{separators}]"] if separators else [])])
        kept = f'REPLACE({{x}}, "{pattern}", "")'
    if point == "," and point in text:
        kept = f'SUBSTITUTE({kept}, ",", ".")'
    return (f"NUMBER({kept})",)
