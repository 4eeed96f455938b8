"""Which URLs secrets may be sent to: https, or this machine itself."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from orderkit.errors import EndpointError
from orderkit.masking import mask

#: TikTok's token call for merchants; the order call's URL stands in its partner-only reference.
TOKEN_URL: Final = "https://open.tiktokapis.com/merchant/oauth/token/"  # noqa: S105 - a URL

_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_LONGEST: Final = 2_000  # characters; httpx has a bound of its own, far beyond


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
