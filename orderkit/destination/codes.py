"""The code lists that values are checked against."""

import re
from functools import cache
from typing import Final

#: Assumption: any word in capitals is an order status; the vendor names two and no list.
STATUS: Final = re.compile(r"[A-Z][A-Z0-9_]*")

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


@cache
def countries() -> frozenset[str]:
    """The 249 alpha-2 codes of ISO 3166-1, as Unicode's CLDR (through Babel) has them."""
    from babel.core import Locale

    areas = map(str, Locale("en").territories)
    codes = (area for area in areas if len(area) == 2 and area.isalpha())
    return frozenset(code for code in codes if not _NO_COUNTRIES.fullmatch(code))
