"""What the environment says of proxies and certificates."""

import os
from typing import Final
from urllib.parse import urlsplit

from orderkit.masking import mask

_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_VARIABLES: Final = (
    *_PROXIES,
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)


def look_at_proxies() -> None:
    """Raise ValueError where a proxy is named that has no port there can be."""
    for name in _PROXIES:
        for given in (name, name.lower()):
            _ = urlsplit(os.environ.get(given, "")).port


def explain_environment(error: Exception) -> str:
    """What to say where the environment names a proxy or certificates that cannot be used."""
    names = [name for upper in _VARIABLES for name in (upper, upper.lower())]
    present = [f"{name}={os.environ[name]}" for name in names if os.environ.get(name)]
    hint = "; install socksio for SOCKS" if isinstance(error, ImportError) else ""
    return mask(
        f"the proxy or the certificates named in the environment cannot be used: {error}{hint};"
        f" correct or unset what is wrong of {', '.join(present) or 'it'}"
    )
