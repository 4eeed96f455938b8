"""The code lists that values are checked against."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

#: Assumption: any word in capitals is an order status; the vendor names two and no list.
STATUS: Final = re.compile(r"[A-Z][A-Z0-9_]*")

#: Codes of ISO 4217 in which nobody pays → what they stand for.
NO_MONEY: Final = {
    "XXX": "no currency",
    "XTS": "testing",
    "XAG": "silver",
    "XAU": "gold",
    "XPD": "palladium",
    "XPT": "platinum",
    **dict.fromkeys(("XBA", "XBB", "XBC", "XBD"), "a unit of European bond markets"),
    **dict.fromkeys(("XDR", "XSU", "XUA"), "a unit of account between banks"),
    **dict.fromkeys(
        ("BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"), "a unit of funds"
    ),
}
# Digits after the point that are not two, as ISO 4217 has them (CLDR's are those in use).
_WITHOUT_DIGITS: Final = re.compile(
    "BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|VND|VUV|XAF|XOF|XPF"
)
_WITH_THREE_DIGITS: Final = re.compile("BHD|IQD|JOD|KWD|LYD|OMR|TND")

# What CLDR holds beside the official codes: reserved and user-assigned areas, one currency.
_NO_COUNTRIES: Final = re.compile("AC|C[PQ]|DG|E[AUZ]|IC|QO|TA|UN|X[ABK]|ZZ")
_NO_CURRENCIES: Final = frozenset({"CNH"})


@cache
def currencies() -> frozenset[str]:
    """The codes of ISO 4217 in use today, as Unicode's CLDR (through Babel) has them."""
    from babel.core import get_global

    today = {
        code
        for uses in get_global("territory_currencies").values()
        for code, _start, end, _tender in uses
        if end is None
    }
    return frozenset(today) - _NO_CURRENCIES


def minor_units(currency: str | None) -> int | None:
    """How many digits amounts of that currency have after the point; None if that is not known."""
    if currency is None or currency in NO_MONEY or currency not in currencies():
        return None
    if _WITHOUT_DIGITS.fullmatch(currency):
        return 0
    return 3 if _WITH_THREE_DIGITS.fullmatch(currency) else 2


#: Signs that are letters, as CLDR has them where people pay so.
_LETTERS: Final = frozenset({"kr", "zł", "kč", "ft", "lei", "лв.", "kn"})


def names_a_currency(word: str) -> bool:
    """Whether a word beside an amount says a currency: a code of ISO 4217, or a sign such as €."""
    if word.upper() in currencies() or word.casefold() in _LETTERS:
        return True
    return any(unicodedata.category(c) == "Sc" for c in word)


@cache
def currency_names(code: str) -> frozenset[str]:
    """What a currency is called where people pay in it, and in English; in small letters.

    Its code, signs and names, as CLDR has them: "eur", "€", "euro", "euros" of EUR. Signs that
    several currencies have, such as "$", are among the names of each.
    """
    return frozenset(name.casefold() for name in _currency_names(code)) | {code.casefold()}


def currencies_of(country: str) -> frozenset[str]:
    """The codes of the currencies in use in a country (ISO 3166-1 alpha-2); none for no country."""
    from babel.core import get_global

    uses = get_global("territory_currencies").get(country, [])
    return frozenset(code for code, _start, end, tender in uses if end is None and tender)


def zones_of(country: str) -> tuple[str, ...]:
    """The time zones of a country (ISO 3166-1 alpha-2), those first that systems name, then those
    of Europe, before others with the same time; none for what is no country.
    """
    from babel.core import get_global

    known = set(get_global("windows_zone_mapping").values())
    zones = map(str, get_global("territory_zones").get(country, []))
    return tuple(sorted(zones, key=lambda z: (z not in known, not z.startswith("Europe/"))))


def same_clock(zones: Iterable[str]) -> bool:
    """Whether time zones have the same time, in winter and in summer."""
    seasons = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 7)]
    return len({tuple(m.astimezone(ZoneInfo(z)).utcoffset() for m in seasons) for z in zones}) <= 1


@cache
def time_zone_of(country: str) -> str:
    """The time zone that all of a country (ISO 3166-1 alpha-2) has, in winter and in summer; ""
    where there are several, as in Spain with its islands, and for no country.
    """
    zones = zones_of(country)
    return zones[0] if zones and same_clock(zones) else ""


def _currency_names(code: str) -> Iterator[str]:
    from babel.core import Locale, UnknownLocaleError, get_global
    from babel.numbers import get_currency_name

    uses = get_global("territory_currencies").items()
    areas = [area for area, of in uses if any(c == code and not end for c, _, end, _ in of)]
    for name in ("en", *(f"und_{area}" for area in areas)):
        with suppress(UnknownLocaleError):
            locale = Locale.parse(name)
            sign = locale.currency_symbols.get(code, code)
            # As in US$ and A$.
            yield from (sign, f"{code[0]}{sign}", f"{code[:2]}{sign}")
            # "Swedish kronor" are "kronor" where all know which.
            for words in (get_currency_name(code, n, locale) for n in (1, 2)):
                yield from (words, words.split()[-1])


#: The languages in which a country's name is known; in more, some words are of two countries.
_LANGUAGES: Final = ("en", "fr", "de", "es", "it", "pt", "nl")


#: Countries by the letters of their vehicles (Convention on Road Traffic, Vienna 1968), where they
#: are others than those of ISO 3166-1: hotel systems of German-speaking countries have them.
_VEHICLES: Final = {
    "A": "AT",
    "B": "BE",
    "D": "DE",
    "E": "ES",
    "F": "FR",
    "H": "HU",
    "I": "IT",
    "L": "LU",
    "N": "NO",
    "P": "PT",
    "S": "SE",
    "FL": "LI",
    "SLO": "SI",
}


def country_code(word: str) -> str | None:
    """The alpha-2 code of a country that is called by another code of ISO 3166-1, or by its name.

    Names are those of CLDR in `_LANGUAGES`; None for what is none, or that of two countries.
    """
    from babel.core import get_global

    plain = word.strip()
    if plain in _VEHICLES:
        return _VEHICLES[plain]
    if len(plain) == len("USA") and plain.isupper():
        named: list[str] = get_global("territory_aliases").get(plain, [])
        return named[0] if len(named) == 1 and named[0] in countries() else None
    return _country_names().get(plain.casefold())


@cache
def _country_names() -> dict[str, str]:
    from babel.core import Locale

    found: dict[str, set[str]] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in countries():
                found.setdefault(name.casefold(), set()).add(code)
    return {name: next(iter(of)) for name, of in found.items() if len(of) == 1}


@cache
def countries() -> frozenset[str]:
    """The 249 alpha-2 codes of ISO 3166-1, as Unicode's CLDR (through Babel) has them."""
    from babel.core import Locale

    areas = map(str, Locale("en").territories)
    codes = (area for area in areas if len(area) == 2 and area.isalpha())
    return frozenset(code for code in codes if not _NO_COUNTRIES.fullmatch(code))
