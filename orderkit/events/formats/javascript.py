"""JavaScript that triggers events: calls with object literals. The code is read, and never run.

Of a literal, what is no value by itself (``order.id``, ``getPrice()``) stays open: the property is
left out of the event, and the notes list it.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from orderkit.errors import EventsError
from orderkit.events.entries import Reading, Record
from orderkit.events.formats.calls import Call, read_call
from orderkit.events.formats.literals import ABSENT, literal_value, parsed, text_of
from orderkit.events.formats.secrets import masked_properties
from orderkit.events.jsontext import dumps_plain

#: Trees of syntax are some fifty times as large as their text.
_LIMIT: Final = 4 * 2**20
_CALLS: Final = re.compile(
    rb"\b(?:cact|gtag|fetch)\s*\(|\b(?:dataLayer|caReady|_satellite)\.push\s*\("
)
#: Without a way back: two of them would be tried in every division of a long blank.
_BLANK: Final = rb"(?:\s|//[^\n]*\n|/\*[^*]*\*/)*+"
_LITERAL: Final = re.compile(
    _BLANK + rb"(?:(?:var|let|const)\s+[\w$]+\s*=|window\.[\w$.]+\s*="
    rb"|\(?"
    + _BLANK
    + rb"[\[{]"
    + _BLANK
    + rb"\{?"
    + _BLANK
    + rb"(?:[A-Za-z_$][\w$]*|'[^'\n]*')\s*:)"
)
_SCRIPT: Final = re.compile(rb"<script\b[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)


def begins_as_javascript(beginning: bytes) -> bool:
    """Whether a text is code with calls that are known, or begins with an object literal."""
    if _LITERAL.match(beginning):
        return True
    # In JSON, code may stand in a text.
    return beginning.lstrip()[:1] not in (b"{", b"[") and bool(_CALLS.search(beginning))


def read_javascript(data: bytes, name: str, reading: Reading) -> Iterator[Record]:
    """The events of the calls in code, or of its object literals. Raises EventsError."""
    if len(data) > _LIMIT:
        raise EventsError(
            f"{name}: code of more than {_LIMIT // 2**20} MiB; keep only the calls "
            "that trigger events"
        )
    code = _scripts(data)
    tree = parsed(code, name)
    found = 0
    for node in _nodes(tree.root_node, "call_expression"):
        records = _of_call(node, reading)
        if records is not None:
            found += 1
            yield from records
    if not found:
        literals = list(_of_literals(code, name, reading))
        if not literals:
            raise EventsError(
                f"{name}: JavaScript without a call that triggers an event (cact, dataLayer.push, "
                "gtag, fetch) or an object literal; paste the object alone, {…}"
            )
        yield from literals


def _scripts(data: bytes) -> bytes:
    """The code in a page: all that stands outside of its scripts becomes blank."""
    if not re.search(rb"<script\b", data, re.IGNORECASE):
        return data
    made, end = bytearray(), 0
    for match in _SCRIPT.finditer(data):
        made += re.sub(rb"[^\n]", b" ", data[end : match.start(1)]) + match[1] + b";"
        end = match.end(1)
    return bytes(made)


def _nodes(root: Any, kind: str) -> Iterator[Any]:
    """The nodes of a kind, in their order; without recursion, as code nests at will."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == kind:
            yield node
        stack.extend(reversed(node.named_children))


def _of_call(node: Any, reading: Reading) -> Iterator[Record] | None:
    """The events of a call, None where it triggers none."""
    function, arguments = (
        node.child_by_field_name("function"),
        node.child_by_field_name("arguments"),
    )
    if arguments is None or arguments.type != "arguments":
        return None
    name = text_of(function).replace(" ", "").removeprefix("window.")
    given = [child for child in arguments.named_children if child.type != "comment"]
    if name in ("caReady.push", "cact.q.push") and given and given[0].type == "array":
        name, given = (
            "cact",
            [child for child in given[0].named_children if child.type != "comment"],
        )
    if name not in ("cact", "gtag", "dataLayer.push", "fetch") or not given:
        return None
    line = node.start_point[0] + 1
    if node.has_error:
        return iter(
            [Record(line, None, f"{name}(…) that is no JavaScript", text_of(node).encode())]
        )
    opens: list[str] = []
    values = [literal_value(child, f"${n}" if n else "", opens) for n, child in enumerate(given)]
    if name == "fetch":
        return _of_fetch(values, line, reading)
    event = _event(name, values)
    if event is None:
        return None
    for each in opens:
        reading.note(f"open: {each}", 1)
    return iter([Record(line, masked_properties(event))])


def _event(name: str, values: list[Any]) -> dict[str, Any] | None:
    if name == "dataLayer.push":
        pushed = values[0]
        if not isinstance(pushed, dict) or not isinstance(pushed.get("event"), str):
            return None
        rest = {key: value for key, value in pushed.items() if key != "event"}
        return (
            None if pushed["event"].startswith("gtm.") else {"event_name": pushed["event"], **rest}
        )
    if values[0] != ("trigger" if name == "cact" else "event"):
        return None
    data = values[2] if len(values) > 2 and isinstance(values[2], dict) else {}
    named = len(values) > 1 and values[1] is not ABSENT
    return ({"event_name": values[1]} if named else {}) | data


def _of_fetch(values: list[Any], line: int, reading: Reading) -> Iterator[Record] | None:
    options = values[1] if len(values) > 1 and isinstance(values[1], dict) else {}
    body, headers = options.get("body"), options.get("headers")
    if not isinstance(values[0], str):
        return None
    given = {str(k): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {}
    if isinstance(body, str):
        data: bytes | None = body.encode("utf-8", "replace")
    else:
        data = dumps_plain(body) if isinstance(body, dict | list) else None
    call = Call(values[0], given, data, line)
    if data is None and not call.is_tracking:
        reading.hosts[call.host] += 1
        return None
    return read_call(call, reading)


def _of_literals(code: bytes, name: str, reading: Reading) -> Iterator[Record]:
    alone = parsed(b"(" + code.strip().rstrip(b";") + b"\n)", name).root_node
    if not alone.has_error:
        values = [_inside(node) for node in list(_nodes(alone, "parenthesized_expression"))[:1]]
    else:
        root = parsed(code, name).root_node
        kinds = {"variable_declarator": "value", "assignment_expression": "right"}
        values = [
            value
            for kind, field in kinds.items()
            for node in _nodes(root, kind)
            if (value := node.child_by_field_name(field)) is not None and not value.has_error
        ]
    for node in values:
        if node.type not in ("object", "array"):
            continue
        opens: list[str] = []
        value = literal_value(node, "", opens)
        for each in opens:
            reading.note(f"open: {each}", 1)
        yield Record(None, value, document=True)


def _inside(node: Any) -> Any:
    """What parentheses and an assignment are around."""
    while node.type in ("parenthesized_expression", "assignment_expression"):
        inner = [child for child in node.named_children if child.type != "comment"]
        if not inner:
            break
        node = inner[-1]
    return node
