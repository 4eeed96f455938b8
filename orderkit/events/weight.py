"""How much memory a JSON text takes once it is read: far more than its bytes, where made so."""

import re
from typing import Final

#: Bytes of the limit that one value of an event counts for, and one of a document of many events.
OF_EVENT: Final = 128
OF_DOCUMENT: Final = 64
#: So many values are read within any limit.
_FEW: Final = 10_000
#: Texts from here on are looked at for characters that take more bytes in memory than in a file.
_LONG: Final = re.compile(rb'"[^"]{1048576,}')
_FOUR_BYTES: Final = re.compile(rb"[\xf0-\xff]|\\u[dD][89abAB]")
_TWO_BYTES: Final = re.compile(rb"[\xc4-\xef]|\\u(?!00)")


def most_values(limit: int, each: int = OF_EVENT) -> int:
    """How many values are read within a limit of so many bytes, `each` counting for so many."""
    return max(limit // each, _FEW)


def number_of_values(text: bytes) -> int:
    """About how many values a part of a JSON text has, never fewer than it has."""
    return text.count(b",") + text.count(b"[") + text.count(b"{")


def explain_weight(text: bytes, limit: int, each: int = OF_EVENT) -> str:
    """Why a text would take too much memory, within a limit of so many bytes; "" if it would not.

    each: bytes that one of its values counts for
    """
    most = most_values(limit, each)
    if len(text) <= most:
        return ""
    if number_of_values(text) > most:
        return f"more than {most:,} values"
    # Looked at where they stand: a copy of each would be what is to be kept from.
    spans = (found.span() for found in _LONG.finditer(text))
    wide = sum((end - start) * _width(text, start, end) for start, end in spans)
    return f"a text of more than {limit / 2**20:g} MiB in memory" if wide > limit else ""


def _width(text: bytes, start: int, end: int) -> int:
    if _FOUR_BYTES.search(text, start, end):
        return 4
    return 2 if _TWO_BYTES.search(text, start, end) else 1
