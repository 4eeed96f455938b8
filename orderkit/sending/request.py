"""Which endpoint orders go to, and the requests that go there."""

import re
import shlex
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from orderkit.errors import EndpointError
from orderkit.jsontext import dumps
from orderkit.masking import MASK, Secret, mask

#: TikTok's token call for merchants; the order call's URL stands in its partner-only reference.
TOKEN_URL: Final = "https://open.tiktokapis.com/merchant/oauth/token/"  # noqa: S105 - a URL

_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_LONGEST: Final = 2_000  # characters; httpx has a bound of its own, far beyond
_AGENT: Final = ("User-Agent", "orderkit")
_ACCEPT: Final = ("Accept", "application/json")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where orders are sent. Raises EndpointError for a URL that must not be used.

    order_url:   the order call; no default for live sending
    token_url:   the token call
    merchant_id: the merchant a token is asked for
    target_idc:  header ``x-tt-target-idc`` of the token call, which TikTok's older text asks for
                 (``alisg``); left out when blank
    code:        form field ``code`` of the token call, which merchants in the U.S. send
                 (``<merchant_id>.u1``); left out when blank
    """

    order_url: str
    token_url: str = TOKEN_URL
    merchant_id: str = ""
    target_idc: str = ""
    code: str = ""

    def __post_init__(self) -> None:
        check_endpoint(self.order_url, "endpoint_url")
        check_endpoint(self.token_url, "token_url")


def check_endpoint(url: str, name: str = "endpoint_url") -> None:
    """Raise EndpointError unless `url` may be sent secrets: https, or this machine itself."""
    if not url.strip():
        raise EndpointError(
            f"{name} is not set; TikTok's partner reference, linked from the vendor's page of the"
            f" destination, names it; write it under [connection] in the settings"
        )
    if len(url) > _LONGEST:
        raise EndpointError(f"{name} has more than {_LONGEST:,} characters; copy it again")
    # Strict on purpose: what two readers of URLs could read differently is refused.
    if not (url.isascii() and url.isprintable()) or set(url) & set(' \\"<>^`{|}'):
        raise EndpointError(f"{name} has characters that no URL has; copy it again")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise EndpointError(f"{name} is no URL; write https://host/path") from None
    shown = f"{name} {mask(url)!r}"
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise EndpointError(f"{shown} is no web address; write https://host/path")
    if "@" in parts.netloc:
        raise EndpointError(f"{name} has a user name or password in it; write it without")
    if not _HOST.fullmatch(host) and not _is_address(host):
        raise EndpointError(f"{shown} has no valid host name; write https://host/path")
    if parts.scheme == "http" and not is_loopback(url):
        raise EndpointError(f"{shown} is not encrypted; write https:// instead of http://")


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine: localhost, 127.0.0.0/8 or ::1."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Request:
    """One request: what a preview shows is what is sent. No secret is in its repr or its texts.

    headers: names and values; where a bearer token goes, its mask stands
    body:    as it goes over the wire
    token:   the bearer token, None as long as there is none
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    token: Secret | None = None

    def wire_headers(self) -> list[tuple[str, str]]:
        """The headers as they are sent, token and all: for the wire alone."""
        if self.token is None:
            return list(self.headers)
        bearer = f"Bearer {self.token.reveal()}"
        return [(name, bearer if name == "Authorization" else text) for name, text in self.headers]

    def as_text(self) -> str:
        """The request as it goes over the wire, masked."""
        head = [f"{self.method} {self.url}", *(f"{name}: {text}" for name, text in self.headers)]
        return mask("\n".join([*head, "", self.body.decode(errors="replace")]))

    def as_curl(self, *, reveal: bool = False) -> str:
        """The request as a command for a POSIX shell, masked.

        With `reveal` the bearer token is in it, or the shell's own variable when there is none yet;
        whatever else is secret stays masked.
        """
        lines = [f"curl --request {self.method} {_quoted(self.url)}"]
        for name, text in self.headers:
            if name == "Authorization" and reveal and self.token is None:
                lines.append('--header "Authorization: Bearer $ORDERKIT_ACCESS_TOKEN"')
            elif name == "Authorization" and reveal and self.token:
                lines.append(f"--header {shlex.quote(f'{name}: Bearer {self.token.reveal()}')}")
            else:
                lines.append(f"--header {_quoted(f'{name}: {text}')}")
        # --data-raw: a body that begins with @ names no file.
        lines.append(f"--data-raw {_quoted(self.body.decode(errors='replace'))}")
        return " \\\n  ".join(lines)


def order_request(url: str, payload: dict[str, Any] | bytes, token: Secret | None) -> Request:
    """The order call. Payloads in bytes are JSON already, and are sent as they are."""
    headers = (
        ("Authorization", f"Bearer {MASK}"),
        ("Content-Type", "application/json"),
        _ACCEPT,
        _AGENT,
    )
    body = payload if isinstance(payload, bytes) else dumps(payload)
    return Request("POST", url, headers, body, token)


def token_request(endpoint: Endpoint, form: dict[str, str]) -> Request:
    """The token call with the fields of its form."""
    headers = [("Content-Type", "application/x-www-form-urlencoded"), _ACCEPT, _AGENT]
    if endpoint.target_idc:
        headers.append(("x-tt-target-idc", endpoint.target_idc))
    return Request("POST", endpoint.token_url, tuple(headers), urlencode(form).encode())


def _quoted(text: str) -> str:
    # Masked before it is quoted: quoting could tear a secret apart.
    return shlex.quote(mask(text))
