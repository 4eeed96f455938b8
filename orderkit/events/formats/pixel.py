"""Pixels: events in the query of a URL, whose brackets nest.

``items[0][product][name]=Room`` is the name of the product of the first item, ``[]`` appends, and
each value is a text.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

from orderkit.events.entries import CUT, Reading, Record
from orderkit.events.formats.secrets import masked_properties
from orderkit.events.jsontext import show
from orderkit.events.paths import MAX_DEPTH, is_index
from orderkit.events.weight import most_values

#: Of the call, not of the event: the site and its key.
_OF_THE_CALL: Final = frozenset({"tc_s", "token"})
_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_URL: Final = re.compile(rb"""(?:https?:/)?/[^\s"'<>]*\?[^\s"'<>]*=[^\s"'<>]*""")
_PARTS: Final = re.compile(r"(?:[A-Za-z][\w+.-]*:)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?")
_BEGINS: Final = re.compile(
    rb"""\s*(?:<img\b[^>]*|GET\s+)?["']?(?:https?:/)?/[^\s"'<>]*/events(?:/batch)?\?[^\s"'<>]*="""
    rb"""|\s*https?://[^\s"'<>]*\?[^\s"'<>]*event_name="""
)


class UrlParts(NamedTuple):
    """Of a URL, as it was captured: it may be none that a parser takes."""

    host: str
    path: str
    query: str


def url_parts(url: str) -> UrlParts:
    """The parts of a URL, each "" where it has none."""
    match = _PARTS.match(url)
    host, path, query = match.groups("") if match else ("", url, "")
    return UrlParts(host.rpartition("@")[2], path, query)


def begins_as_pixels(beginning: bytes) -> bool:
    """Whether a text begins with the URL of a pixel."""
    return bool(_BEGINS.match(beginning.removeprefix(b"\xef\xbb\xbf")))


def read_pixels(lines: Iterable[bytes], reading: Reading) -> Iterator[Record]:
    """The event of each line with a URL."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = _URL.search(line)
        if line.strip() == CUT or not found:
            reason = f"a line of {reading.too_long}" if line.strip() == CUT else "no URL of a pixel"
            yield Record(number, None, reason, line)
            continue
        url = found[0].decode("utf-8", "replace")
        event = pixel_event(url.replace("&amp;", "&"), reading)
        yield (
            Record(number, masked_properties(event))
            if event
            else Record(number, None, "no event in it", line)
        )


def pixel_event(url: str, reading: Reading) -> dict[str, Any]:
    """The event in a URL's query."""
    return parse_query(url_parts(url).query, reading)


def parse_query(query: str, reading: Reading) -> dict[str, Any]:
    """The event in a query. What is read otherwise than it may be meant is noted."""
    root: dict[str, Any] = {}
    most = most_values(reading.limit)
    pairs = query.split("&", most)
    if len(pairs) > most:
        reading.note(f"more than {most:,} values in a query: the rest is left out", 1)
    for pair in pairs[:most]:
        name, _, text = pair.partition("=")
        name, value = unquote_plus(name), unquote_plus(text)
        if not name or name in _OF_THE_CALL:
            continue
        if "\ufffd" in name + value and "%EF%BF%BD" not in pair.upper():
            reading.note(f"{show(name)} is not UTF-8: some characters are lost", 1)
        _put(root, name, value, reading)
    listed = _lists(root, "", reading)
    return listed if isinstance(listed, dict) else root


def _put(root: dict[str, Any], name: str, value: str, reading: Reading) -> None:
    match = _NAME.fullmatch(name)
    parts = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])] if match else [name]
    if not match or len(parts) > MAX_DEPTH:
        reading.note(f"{show(name)} has brackets that do not fit: kept as it is", 1)
        parts = [name]
    if "" in parts[1:-1]:
        reading.note(f"{show(name)} appends an item for each of its values; number the items", 1)
    node = root
    for part in parts[:-1]:
        child = node.setdefault(part or _next(node), {})
        if not isinstance(child, dict):
            reading.note(f"{show(name)} is both a value and an object: the value is left out", 1)
            child = node[part] = {}
        node = child
    last = parts[-1] or _next(node)
    if isinstance(node.get(last), dict):
        reading.note(f"{show(name)} is both a value and an object: the value is left out", 1)
        return
    if last in node:
        reading.note(f"{show(name)} is there several times: the last one is read", 1)
    node[last] = value


def _next(node: dict[str, Any]) -> str:
    return str(len(node))


def _lists(node: Any, path: str, reading: Reading) -> Any:
    """Objects whose names are all numbers, the root left out, as lists."""
    if not isinstance(node, dict):
        return node
    made = {key: _lists(child, f"{path}[{key}]", reading) for key, child in node.items()}
    if not path or not all(map(is_index, made)):
        return made
    order = sorted(made, key=int)
    if [int(key) for key in order] != list(range(len(order))):
        reading.note(f"{show(path)}: numbers with gaps, closed up", 1)
    return [made[key] for key in order]
