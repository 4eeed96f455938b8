"""A server on this machine that plays TikTok's side of the wire, for tests.

It may import errors and events.

>>> with Sandbox() as sandbox:
...     sandbox.script("server_error*2, slow(0.5), ok, answer_lost")
...     ...  # send to sandbox.order_url, with a token from sandbox.token_url
...     sandbox.orders

It answers the token call and the order call in TikTok's envelope, accepts an order by a JSON Schema
of its own, keeps what it accepted, and fails in any of the ways of `FAULTS` when it is told to.

What is not public is made up here and must not be taken for TikTok's: the path of the order call
(``/order/sync``), the error codes -3000100 and -3000101, the names in their messages.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from orderkit.sandbox.faults import FAULTS, Fault, FaultError

if TYPE_CHECKING:
    from orderkit.sandbox.orders import Order, Received
    from orderkit.sandbox.server import Sandbox, serve

__all__ = ["FAULTS", "Fault", "FaultError", "Order", "Received", "Sandbox", "serve"]

#: What is loaded on first use: the server takes long to load, and naming faults does not need it.
_LAZY = {"Order": "orders", "Received": "orders", "Sandbox": "server", "serve": "server"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
