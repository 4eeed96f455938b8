"""Characters that act on whoever shows a text: they are written escaped instead."""

import re
from typing import Final

#: Control characters (C0 but tab and newline, DEL, C1), marks of direction, halves of characters.
_ACTING: Final = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb"
    r"\ud800-\udfff"
)
_IN_PAGES: Final = re.compile(f"[{_ACTING}]")
#: On a terminal, marks of no width too.
_ON_TERMINALS: Final = re.compile(
    f"[{_ACTING}" + r"\xad\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff]"
)
_NAMED: Final = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


def escape_acting(text: str, *, page: bool = False) -> str:
    """The text with ``\\x1b`` for ESC and the like; for a `page`, which joins letters by marks."""
    return (_IN_PAGES if page else _ON_TERMINALS).sub(_escaped, text)


def escape_in_json(text: str) -> str:
    """The same in a JSON text, as JSON itself escapes."""
    return _ON_TERMINALS.sub(lambda mark: f"\\u{ord(mark[0]):04x}", text)


def _escaped(match: re.Match[str]) -> str:
    mark = match[0]
    return _NAMED.get(mark) or (f"\\x{ord(mark):02x}" if mark < "\x80" else f"\\u{ord(mark):04x}")
