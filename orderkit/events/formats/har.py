"""HAR files, which a browser's developer tools save: the tracking calls in them, one by one."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from orderkit.errors import EventsError
from orderkit.events.entries import Reading, Record
from orderkit.events.formats.calls import Call, read_call
from orderkit.events.packing import optional
from orderkit.events.paths import count
from orderkit.events.weight import most_values, number_of_values

_BEGINS: Final = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{')


def begins_as_har(beginning: bytes) -> bool:
    """Whether a text begins as a HAR file does."""
    return bool(_BEGINS.match(beginning))


class _Bounded:
    """A stream of which no entry may have more bytes than the limit."""

    def __init__(self, content: BinaryIO, name: str, reading: Reading) -> None:
        self._content, self._name, self._reading = content, name, reading
        self.size = self.values = 0

    def read(self, most: int = -1) -> bytes:
        data = self._content.read(most)
        self.size += len(data)
        self.values += number_of_values(data)
        if self.size > self._reading.limit or self.values > most_values(self._reading.limit):
            raise EventsError(
                f"{self._name}: one entry of {self._reading.too_long}; save the HAR again with "
                "the calls to the collector only (filter the list by its host first)"
            )
        return data


def read_har(content: BinaryIO, name: str, reading: Reading) -> Iterator[Record]:
    """The events of the tracking calls, in memory that does not grow. Raises EventsError."""
    json = optional("ijson", "captures", name)
    stream = _Bounded(content, name, reading)
    found = calls = 0
    try:
        for entry in json.items(stream, "log.entries.item", use_float=True):
            stream.size = stream.values = 0
            calls += 1
            call = _call(entry)
            if call is None or not call.is_tracking or _is_preflight(entry):
                if call and not _is_preflight(entry):
                    reading.hosts[call.host] += 1
                continue
            found += 1
            yield from read_call(call, reading)
    except json.JSONError as error:
        reason = " ".join(str(error).split())[:80]
        yield Record(None, None, f"the HAR file ends or breaks after {calls:,} calls: {reason}")
    if reading.hosts:
        others = count(reading.hosts.total(), "other call")
        hosts = count(len(reading.hosts), "host")
        reading.note(f"{others} to {hosts} left out (orderkit events --all-hosts lists them)")
    if not found:
        raise EventsError(
            f"{name}: a HAR file of {count(calls, 'call')}, none of them to /events, /events/batch "
            "or /cdp/events; record the booking again, with Preserve log on"
        )


def _is_preflight(entry: Any) -> bool:
    return bool(entry["request"].get("method") == "OPTIONS")


def _call(entry: Any) -> Call | None:
    """The call of an entry, None where it is none."""
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict) or not isinstance(request.get("url"), str):
        return None
    headers = {
        str(header.get("name")): str(header.get("value"))
        for header in request.get("headers") or ()
        if isinstance(header, dict)
    }
    post = request.get("postData")
    text = post.get("text") if isinstance(post, dict) else None
    return Call(request["url"], headers, _bytes(text) if isinstance(text, str) else None)


def _bytes(text: str) -> bytes:
    """A body as bytes: of a packed one, developer tools write a character for each byte."""
    if text.startswith("\x1f\x8b"):
        return text.encode("latin-1", "replace")
    return text.encode("utf-8", "surrogatepass")
