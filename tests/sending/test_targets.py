"""What the settings say of the endpoint reaches it."""

from orderkit.destination.settings import Connection, Settings
from orderkit.sending.targets import live_endpoint


def test_the_endpoint_is_that_of_the_settings() -> None:
    """Addresses, merchant and codes under [connection] are those of the live endpoint."""
    connection = Connection(
        endpoint_url="https://orders.example/sync",
        token_url="https://tokens.example/",
        merchant_id="7",
        merchant_code="7.u1",
        throttle_codes=(-3000109, "TooFast"),
        token_codes=("token_gone",),
    )
    endpoint = live_endpoint(Settings(connection=connection))
    assert (endpoint.order_url, endpoint.token_url) == (
        "https://orders.example/sync",
        "https://tokens.example/",
    )
    assert (endpoint.merchant_id, endpoint.code) == ("7", "7.u1")
    codes = endpoint.codes
    assert [codes.meaning(code) for code in (-3000109, "too_fast", "TokenGone", 40100, 7)] == [
        "throttled",
        "throttled",
        "token",
        "throttled",
        "",
    ]
