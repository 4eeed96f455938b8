"""Captured HTTP calls: what their bodies and queries hold, with the headers beside the event.

Headers are kept beside the event for GETHEADER; keys, tokens and passwords are masked.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from orderkit.events.entries import Reading, Record
from orderkit.events.formats.json_text import explain_no_json
from orderkit.events.formats.pixel import parse_query, pixel_event, url_parts
from orderkit.events.formats.secrets import masked_headers, masked_properties
from orderkit.events.headers import HEADERS
from orderkit.events.jsontext import loads_lenient
from orderkit.events.weight import explain_weight

_PATHS: Final = re.compile(r"(?:^|/)events(?:/batch)?/?$")
_GZIP: Final = b"\x1f\x8b"


class Call(NamedTuple):
    """A captured call.

    body: as it came; None where there is none
    line: of the file, if it is known
    """

    url: str
    headers: dict[str, str]
    body: bytes | None
    line: int | None = None

    @property
    def host(self) -> str:
        """The host that was called."""
        return url_parts(self.url).host

    @property
    def is_tracking(self) -> bool:
        """Whether it is one of the platform's calls, at whatever host: by its path."""
        return bool(_PATHS.search(url_parts(self.url).path))


def read_call(call: Call, reading: Reading) -> Iterator[Record]:
    """The events of a call."""
    if call.body is None or not call.body.strip():
        event = pixel_event(call.url, reading)
        events: list[Any] = [event] if event else []
        if not events:
            yield Record(call.line, None, f"a call to {call.host} without a body or a query")
    else:
        try:
            events = _events_of(_unpacked(call.body, reading), call, reading)
        except ValueError as error:
            yield Record(call.line, None, f"a call to {call.host}: {error}", call.body)
            return
    headers = masked_headers(call.headers)
    for event in map(masked_properties, events):
        kept = isinstance(event, dict) and headers
        yield Record(call.line, {**event, HEADERS: headers} if kept else event)


def _unpacked(body: bytes, reading: Reading) -> bytes:
    if not body.startswith(_GZIP):
        return body
    unpacking = zlib.decompressobj(31)
    try:
        text = unpacking.decompress(body, reading.limit)
    except zlib.error as error:
        raise ValueError(f"a damaged gzip body: {error}") from error
    if unpacking.unconsumed_tail:
        raise ValueError(f"a body of {reading.too_long}")
    return text


def _events_of(body: bytes, call: Call, reading: Reading) -> list[Any]:
    kind = next((v for k, v in call.headers.items() if k.lower() == "content-type"), "")
    if "urlencoded" in kind and not body.lstrip().startswith((b"{", b"[")):
        return [parse_query(body.decode("utf-8", "replace"), reading)]
    if heavy := explain_weight(body, reading.limit):
        raise ValueError(f"a body with {heavy}")
    try:
        value = loads_lenient(body)
    except ValueError:
        raise ValueError(f"no JSON: {explain_no_json(body)}") from None
    if isinstance(value, dict) and "event_name" not in value:
        batch = value.get("batch")
        if isinstance(batch, list):
            reading.note("batch unwrapped", len(batch))
            return batch
    return value if isinstance(value, list) else [value]
