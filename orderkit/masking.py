"""The one masking layer: secrets that do not show themselves, and texts without them.

Whatever leaves the process as text (preview, cURL, log, error, ledger, report, notebook) has gone
through `mask`. It hides each value that was ever put into a `Secret`, in every form such a value
takes on its way into a text, and the places where a secret stands by convention, for values that
nobody registered (a token in an answer, say).
"""

import base64
import html
import json
import logging
import re
import threading
from collections.abc import Iterator
from hmac import compare_digest
from typing import Any, Final, NoReturn, Self
from urllib.parse import quote, quote_plus

MASK: Final = "••••••"

#: Shorter values are not searched for: masking each "a1" would spoil every text, and the gaps would
#: give the value away. `sending.credentials` therefore accepts no secret shorter than this.
SHORTEST: Final = 4

# An aligned base64 piece of a short secret has so few characters that it turns up by chance.
_SHORTEST_PIECE: Final = 8

_NAMES = "client_key|client_secret|access_token|refresh_token"

#: Places where a secret stands, each with words of which a text that has one has at least one: most
#: texts have none, and finding that out is quick.
_PATTERNS: Final = tuple(
    (words, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for words, pattern in (
        # "access_token": "…", also with the quotes escaped, as JSON inside JSON has them.
        (
            ("client_", "s_token", "h_token"),
            rf"(?:{_NAMES})(?:\\*[\"'])?\s*[:=]\s*(\\*[\"'])(?P<value>.{{1,4096}}?)(?<!\\)\1",
        ),
        (
            ("client_", "s_token", "h_token"),
            rf"(?:{_NAMES})(?:\\*[\"'])?\s*[:=]\s*(?:\\*[\"'])?(?P<value>[^\s&\"'\\,;)}}\]]+)",
        ),
        (
            ("authorization",),
            r"authorization(?:[\"']?\s*[:=]\s*[\"']?|[\"'],\s*b?[\"'])(?:(?:bearer|basic)\s+)?"
            r"(?P<value>[^\s\"',;]+)",
        ),
        # Without the header's name a digit tells a token from a word after "bearer".
        (("bearer",), r"\bbearer\s+(?P<value>(?=[^\s]*\d)[\w.~+/=-]{8,})"),
        # A password in an address.
        (("://",), r"://(?P<value>[^\s/@\"'<>]+)@"),
        (("cookie:",), r"\bcookie:[ \t]*(?P<value>[^\r\n]+)"),
        # As httpcore logs headers: (b'Set-Cookie', b'…').
        (("cookie",), r"\bcookie[\"'],\s*b?[\"'](?P<value>[^\"']+)"),
    )
)

_lock = threading.Lock()
_forms: frozenset[str] = frozenset()


class Secret:
    """A text that shows as ``••••••`` and is masked in every text from now on.

    `reveal` is the only way to the value. Secrets are equal by value, can be copied, and raise
    TypeError when something tries to pickle them; JSON encoders do not know them.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        _register(value)

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret cannot be pickled: keep it in the operating system's keyring")


def mask(text: str) -> str:
    """`text` with ``••••••`` in place of every secret that it knows or recognises.

    Safe from any thread.
    """
    spans = sorted(_spans(text))
    if not spans:
        return text
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
        # Spans that overlap or touch are one: no part of a secret is left between two masks.
        if start > end or not pieces:
            pieces += [text[end:start], MASK]
        end = max(end, stop)
    return "".join([*pieces, text[end:]])


class MaskingFilter(logging.Filter):
    """Masks what a handler is about to write, tracebacks included: ``handler.addFilter(…)``."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            # A formatter of another kind must not write it anew.
            record.exc_text, record.exc_info = mask(record.exc_text), None
        return True


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for form in _forms:
        start = text.find(form)
        while start >= 0:
            yield start, start + len(form)
            start = text.find(form, start + 1)
    lowered = text.lower()
    for words, pattern in _PATTERNS:
        if any(word in lowered for word in words):
            for match in pattern.finditer(text):
                yield match.span("value")


def _register(value: str) -> None:
    global _forms
    if len(value) < SHORTEST:
        return
    with _lock:
        # A new set each time: `mask` may be running in another thread.
        _forms |= forms(value)


def forms(value: str) -> frozenset[str]:
    """The ways a value is written in texts: as it is, and in URL, base64, JSON, Python and HTML."""
    escaped = {quote(value), quote(value, safe=""), quote_plus(value)}
    lowered = {re.sub("%[0-9A-F]{2}", lambda m: m[0].lower(), text) for text in escaped}
    as_json = json.dumps(value)[1:-1]
    once = {
        value,
        *escaped,
        *lowered,
        as_json,
        json.dumps(value, ensure_ascii=False)[1:-1],
        as_json.replace("/", "\\/"),  # as PHP has it
        re.sub("[<>&]", lambda m: f"\\u{ord(m[0]):04x}", as_json),  # as Go has it
        repr(value)[1:-1],
        html.escape(value),
        *_base64_pieces(value.encode()),
    }
    # A text that quotes a text, in JSON once more.
    return frozenset(once | {json.dumps(text, ensure_ascii=False)[1:-1] for text in once})


def _base64_pieces(value: bytes) -> Iterator[str]:
    """What base64 makes of the value alone, and of the value inside a longer text ("key:value").

    Three bytes become four characters, so inside a text there are three alignments; of each, only
    the characters that hold nothing of the neighbouring bytes.
    """
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(value).decode().rstrip("=")
        for before, skipped in enumerate((0, 2, 3)):
            whole = (before + len(value)) * 8 // 6
            piece = encode(bytes(before) + value).decode()[skipped:whole]
            if len(piece) >= _SHORTEST_PIECE:
                yield piece
