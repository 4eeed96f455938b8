"""Which endpoint orders go to, and the requests that go there."""

import shlex
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from orderkit.destination.urls import TOKEN_URL, check_endpoint
from orderkit.events.jsontext import dumps
from orderkit.masking import MASK, Secret, mask
from orderkit.sending.verdicts import KNOWN_CODES, AnswerCodes

_AGENT: Final = ("User-Agent", "orderkit")
_ACCEPT: Final = ("Accept", "application/json")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where orders are sent. Raises EndpointError for a URL that must not be used.

    order_url:   the order call; no default for live sending
    token_url:   the token call
    merchant_id: the merchant a token is asked for
    code:        form field ``code`` of the token call, which merchants in the U.S. send
                 (``<merchant_id>.u1``); left out when blank
    codes:       what the codes in its answers mean
    """

    order_url: str
    token_url: str = TOKEN_URL
    merchant_id: str = ""
    code: str = ""
    codes: AnswerCodes = KNOWN_CODES

    def __post_init__(self) -> None:
        check_endpoint(self.order_url, "endpoint_url")
        check_endpoint(self.token_url, "token_url")


@dataclass(frozen=True, slots=True)
class OrderKeys:
    """What tells an order, and an update of it, from others; "" and None for what is not there."""

    order_id: str = ""
    order_status: str = ""
    update_time: float | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request: what a preview shows is what is sent. No secret is in its repr or its texts.

    headers: names and values; where a bearer token goes, its mask stands
    body:    as it goes over the wire
    keys:    of the order in the body
    token:   the bearer token, None as long as there is none
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    token: Secret | None = None
    keys: OrderKeys = OrderKeys()

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


def order_keys(payload: dict[str, Any] | bytes) -> OrderKeys:
    """The keys of the order in a payload; what cannot be read has none."""
    try:
        info = (orjson.loads(payload) if isinstance(payload, bytes) else payload)["order_info"]
        moment = info.get("update_time")
        number = isinstance(moment, int | float) and not isinstance(moment, bool)
        return OrderKeys(
            str(info.get("order_id", "")),
            str(info.get("order_status", "")),
            float(moment) if number else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError):
        return OrderKeys()


def order_request(
    url: str,
    payload: dict[str, Any] | bytes,
    token: Secret | None,
    keys: OrderKeys | None = None,
) -> Request:
    """The order call. Payloads in bytes are JSON already, and are sent as they are.

    `keys` are those of the order, where they are known without reading the payload.
    """
    headers = (
        ("Authorization", f"Bearer {MASK}"),
        ("Content-Type", "application/json"),
        _ACCEPT,
        _AGENT,
    )
    body = payload if isinstance(payload, bytes) else dumps(payload)
    return Request("POST", url, headers, body, token, keys or order_keys(payload))


def token_request(endpoint: Endpoint, form: dict[str, str]) -> Request:
    """The token call with the fields of its form."""
    headers = (("Content-Type", "application/x-www-form-urlencoded"), _ACCEPT, _AGENT)
    return Request("POST", endpoint.token_url, headers, urlencode(form).encode())


def _quoted(text: str) -> str:
    # Masked before it is quoted: quoting could tear a secret apart.
    return shlex.quote(mask(text))
