"""Countries that stand at the end of a place: ``"Budapest VII., HU"``."""

import re
from collections.abc import Iterator
from typing import Final

from orderkit.destination.codes import countries
from orderkit.mapping.suggest.proposal import spelled
from orderkit.mapping.suggest.values import OrderValues

_AT_END: Final = re.compile(r".*[,;/(-] ?([A-Z]{2})\)?\s*", re.DOTALL)


def countries_at_end(values: OrderValues) -> Iterator[tuple[str, str]]:
    """Formulas that take the code of a country off the end of a place, each with why."""
    for prop in values.full:
        if values.of_people(prop) or prop.in_array:
            continue
        ends = [_AT_END.fullmatch(str(value)) for value in values.values(prop)]
        if all(end and end[1] in countries() for end in ends):
            pattern = r'"([A-Z][A-Z])[)]?$"'
            yield f"SELECT({spelled(prop.path)}, {pattern}, 1)", "codes of a country end its text"
