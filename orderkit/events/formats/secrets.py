"""Secrets in captured calls and code: headers and properties whose names say that they are one."""

import re
from typing import Any, Final

MASK: Final = "***"
_HEADER: Final = re.compile("auth|cookie|key|token|secret|password|credential", re.IGNORECASE)
#: Whole names, compared without case, "_" and "-": an event's ``room_key`` is none.
_PROPERTIES: Final = re.compile(
    "(access|api|auth|id|refresh|session)?token|(api|private|secret)key|(client)?secret|"
    "authorization|bearer|passwd|password|pwd|sig|signature"
)


def masked_headers(headers: dict[str, str]) -> dict[str, str]:
    """Headers by lower-case name, without the values of those that are secrets."""
    return {
        name.lower(): MASK if _HEADER.search(name) else value
        for name, value in headers.items()
        if not name.startswith(":")
    }


def masked_properties(value: Any) -> Any:
    """The same for properties, wherever in an event they are; a URL's query is left as it is."""
    if isinstance(value, list):
        return [masked_properties(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: MASK if _is_secret(name) and isinstance(each, str | int) else masked_properties(each)
        for name, each in value.items()
    }


def _is_secret(name: str) -> bool:
    return bool(_PROPERTIES.fullmatch(name.lower().replace("_", "").replace("-", "")))
