"""cURL commands, which developer tools copy: the shell's quoting is read, nothing is run."""

import re
from collections.abc import Iterator
from typing import Final

from orderkit.errors import EventsError
from orderkit.events.entries import Reading, Record
from orderkit.events.formats.calls import Call, read_call
from orderkit.events.formats.literals import joined_surrogates
from orderkit.events.paths import count

_TOKEN: Final = re.compile(
    r"""\$'(?P<ansi>[^'\\]*(?:\\.[^'\\]*)*)'|'(?P<single>[^']*)'|"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)\"
    |\\(?P<escaped>.)|(?P<end>[\n;&|]+)|(?P<blank>[ \t\r]+)|(?P<plain>[^\s'"\\;&|$]+|\$)""",
    re.VERBOSE | re.DOTALL,
)
_ANSI: Final = re.compile(
    r"\\(u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL
)
_SIMPLE: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_BODY: Final = {"-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json"}
#: Options that take a value, which is neither a URL nor a body.
_OTHERS: Final = {
    "-X", "--request", "-o", "--output", "-u", "--user", "-A", "--user-agent", "-e", "--referer",
    "-b", "--cookie", "-m", "--max-time", "-x", "--proxy", "--connect-timeout", "--retry", "-w",
}  # fmt: skip
_WAY_OUT: Final = "copy it in the developer tools as cURL (bash) or as fetch"


def begins_as_curl(beginning: bytes) -> bool:
    """Whether a text begins with a command that makes a call."""
    return bool(
        re.match(rb"\s*(?:\$ )?(?:curl(?:\.exe)?\s|Invoke-WebRequest|\$session\b)", beginning)
    )


def read_curl(data: bytes, name: str, reading: Reading) -> Iterator[Record]:
    """The events of the commands' calls. Raises EventsError."""
    text = data.decode("utf-8", "replace")
    if "Invoke-WebRequest" in text:
        raise EventsError(f"{name}: a PowerShell command, which is not read: {_WAY_OUT}")
    if re.search(r'\^"|\^\r?\n', text):
        # Copied for cmd, accents are gone already.
        raise EventsError(f"{name}: a cURL command for cmd, which loses characters: {_WAY_OUT}")
    calls = [_call(words, line) for line, words in _commands(text) if _is_curl(words)]
    several = len(calls) > 1
    for call in calls:
        if not call.url:
            yield Record(call.line, None, "a cURL command without a URL")
        elif several and not call.is_tracking:
            reading.hosts[call.host] += 1
        else:
            yield from read_call(call, reading)
    if reading.hosts:
        others = count(reading.hosts.total(), "other call")
        reading.note(f"{others} left out (orderkit events --all-hosts lists them)")


def _is_curl(words: list[str]) -> bool:
    return words[0] in ("curl", "curl.exe") or words[:2] == ["$", "curl"]


def _commands(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each command: the line it begins on, and its words."""
    words: list[str] = []
    word: str | None = None
    line = first = 1
    for match in _TOKEN.finditer(text):
        kind, value = match.lastgroup, match[match.lastgroup or 0]
        if kind in ("blank", "end"):
            words += [] if word is None else [word]
            word = None
        elif kind == "escaped" and value in "\r\n":
            pass
        else:
            if not words and word is None:
                first = line
            word = (word or "") + _value(kind, value)
        if kind == "end" and words:
            yield first, words
            words = []
        line += match[0].count("\n")
    words += [] if word is None else [word]
    if words:
        yield first, words


def _value(kind: str | None, text: str) -> str:
    if kind == "ansi":
        return joined_surrogates(_ANSI.sub(_ansi, text))
    if kind == "double":
        return re.sub(r"\\(\r?\n)|\\([\"\\$`])", lambda m: m[2] or "", text)
    return text


def _ansi(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "uUx" and len(code) > 1:
        point = int(code[1:], 16)
        return chr(point) if point < 0x110000 else "\ufffd"
    octal = code[0] in "01234567"
    return chr(int(code, 8)) if octal else _SIMPLE.get(code, code)


def _call(words: list[str], line: int) -> Call:
    url, headers = "", {}
    bodies: list[str] = []
    left = iter(words[words.index("curl") + 1 if "curl" in words else 1 :])
    for word in left:
        option, equals, given = word.partition("=") if word.startswith("--") else (word, "", "")
        value = given if equals else None
        if option in ("-H", "--header"):
            name, _, text = (value or next(left, "")).partition(":")
            headers[name.strip()] = text.strip()
        elif option in _BODY:
            bodies.append(value if value is not None else next(left, ""))
        elif option == "--url":
            url = value or next(left, "")
        elif option in _OTHERS:
            _ = value or next(left, "")
        elif not word.startswith("-") and not url:
            url = word
    body = "&".join(bodies).encode("utf-8", "surrogatepass") if bodies else None
    return Call(url, headers, body, line)
