"""Endpoints that may be used, and requests as they are shown."""

import shlex
import subprocess
from decimal import Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.destination.urls import check_endpoint, is_loopback
from orderkit.errors import EndpointError
from orderkit.masking import MASK, Secret
from orderkit.sending.request import Endpoint, order_request, token_request


@pytest.mark.parametrize(
    "url",
    [
        "https://open.tiktokapis.com/order/",
        "https://open.tiktokapis.com:8443/a?b=c",
        "HTTPS://EXAMPLE.COM/",
        "http://127.0.0.1:8000/order",
        "http://127.8.9.1/order",
        "http://[::1]:8000/order",
        "http://localhost:8000/order",
        "http://LOCALHOST/",
    ],
)
def test_urls_that_may_be_used(url: str) -> None:
    """https leads anywhere, http to this machine alone."""
    check_endpoint(url)
    assert is_loopback(url) == url.startswith("http:")


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "endpoint_url is not set.*partner reference"),
        ("http://open.tiktokapis.com/", "not encrypted; write https"),
        ("http://127.0.0.1.example.com/", "not encrypted"),
        ("http://127.1/", "not encrypted"),
        ("http://localhost.example.com/", "not encrypted"),
        ("http://0.0.0.0/", "not encrypted"),
        ("ftp://127.0.0.1/", "no web address"),
        ("open.tiktokapis.com/order", "no web address"),
        ("https:///order", "no web address"),
        ("https://user:pass@example.com/", "user name"),
        ("https://example.com\\@evil.example/", "characters that no URL has"),
        ("https://exa mple.com/", "characters that no URL has"),
        ("https://exämple.com/", "characters that no URL has"),
        ("https://example.com:99999/", "no URL"),
        ("https://[::1/", "no URL"),
        ("https://a..b/", "no valid host name"),
        (f"https://{'a' * 64}.com/", "no valid host name"),
        (f"https://example.com/{'a' * 2000}", "more than 2,000"),
    ],
)
def test_urls_that_must_not_be_used(url: str, fault: str) -> None:
    """What is no URL, not encrypted, or could be read in two ways is refused with the reason."""
    with pytest.raises(EndpointError, match=fault):
        Endpoint(url)


@given(st.text("htps:/.[]@1290aeZ-_%?#\\é ", max_size=30))
def test_checked_urls_mean_the_same_host_to_httpx(text: str) -> None:
    """A URL that passes leads httpx to the host and scheme that were checked."""
    for url in (text, f"https://{text}", f"http://{text}"):
        try:
            check_endpoint(url)
        except EndpointError:
            continue
        parsed = httpx.URL(url)
        assert not parsed.userinfo
        assert parsed.scheme == "https" or is_loopback(f"http://{parsed.netloc.decode()}/")


def test_amounts_keep_their_digits() -> None:
    """Decimals go out as JSON numbers with the digits they came with."""
    payload = {"a": Decimal("12.30"), "b": Decimal("0.1") + Decimal("0.2"), "c": Decimal("1E+2")}
    assert order_request("https://x/", payload, None).body == b'{"a":12.30,"b":0.3,"c":100}'


def test_bytes_go_out_as_they_are() -> None:
    """A payload in bytes is not serialised again."""
    assert order_request("https://x/", b'{ "a": 1.0 }', None).body == b'{ "a": 1.0 }'


def test_texts_of_requests_are_masked() -> None:
    """Neither repr, text nor cURL has the token in it; the wire and a revealed cURL do."""
    request = order_request(
        "https://x/", {"note": "has top-secret-token"}, Secret("top-secret-token")
    )
    for text in (repr(request), request.as_text(), request.as_curl()):
        assert "top-secret-token" not in text
    assert f"Authorization: Bearer {MASK}" in request.as_text()
    assert ("Authorization", "Bearer top-secret-token") in request.wire_headers()
    assert "'Authorization: Bearer top-secret-token'" in request.as_curl(reveal=True)


def test_curl_without_a_token_leaves_it_to_the_shell() -> None:
    """A revealed cURL of a dry run takes the token from the environment."""
    curl = order_request("https://x/", {}, None).as_curl(reveal=True)
    assert '"Authorization: Bearer $ORDERKIT_ACCESS_TOKEN"' in curl


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_curl_is_quoted_for_the_shell(text: str) -> None:
    """Read as a shell does, the command has exactly the headers and the body."""
    request = order_request("https://x/?a=b&c=$d", text.encode(), None)
    # shlex, unlike a shell, makes a word of each continued line's end.
    *words, body = shlex.split(request.as_curl())
    words = [*(word for word in words if word != "\n"), body]
    assert words[:4] == ["curl", "--request", "POST", request.url]
    assert words[-2:] == ["--data-raw", text]
    assert words[4:-2:2] == ["--header"] * 4


def test_curl_survives_a_real_shell() -> None:
    """A POSIX shell hands curl what was meant."""
    body = '{"name":"d\'Hôtel $HOME `id` \\\\ !"}\n'
    curl = order_request("https://x/", body.encode(), None).as_curl()
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{curl}\n"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[-2] == body


def test_token_calls_are_forms() -> None:
    """A token call is a form, and its secrets are masked in texts."""
    plain = token_request(Endpoint("https://x/"), {"client_secret": "s p&ce"})
    assert plain.body == b"client_secret=s+p%26ce"
    assert "p%26ce" not in plain.as_text() + plain.as_curl(reveal=True) + repr(plain)
