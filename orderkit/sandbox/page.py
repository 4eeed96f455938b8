"""The page that ``GET /orders`` shows to a browser: self-contained, in light and dark."""

from collections.abc import Sequence
from html import escape
from typing import Any, Final

import orjson
from starlette.responses import HTMLResponse, Response

from orderkit.events.paths import count
from orderkit.sandbox.orders import Order

_MOST_SHOWN: Final = 500

_STYLE: Final = """
:root { color-scheme: light dark; --line: #d9dce1; --soft: #5b6472; --card: #fff; --back: #f6f7f9;
  --text: #1c2128; --badge: #e4edfb; --badge-text: #174a8b; }
@media (prefers-color-scheme: dark) { :root { --line: #343b46; --soft: #9aa5b4; --card: #1b2027;
  --back: #12161b; --text: #e6e9ee; --badge: #1f3556; --badge-text: #bcd6ff; } }
body { margin: 0; padding: 2rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 88rem; margin: auto; }
h1 { font-size: 1.4rem; margin: 0; }
p { color: var(--soft); margin: .25rem 0 1.5rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .6rem .9rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); white-space: nowrap; }
.order td, tr:last-child td { border-bottom: 0; }
.body td { padding-top: 0; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; padding: 0 .5rem; border-radius: 1rem; background: var(--badge);
  color: var(--badge-text); font-size: .85rem; }
pre { margin: .5rem 0 0; font-size: .8rem; max-height: 24rem; overflow: auto; }
summary { cursor: pointer; color: var(--soft); }
"""


def orders(kept: Sequence[Order], received: int) -> Response:
    """The orders as a page, the newest first."""
    heading = f"{count(len(kept), 'order')} kept, from {count(received, 'order call')}"
    if len(kept) > _MOST_SHOWN:
        heading += f"; the newest {_MOST_SHOWN} are shown, and JSON has them all"
    rows = "".join(_row(order) for order in reversed(kept[-_MOST_SHOWN:]))
    table = (
        '<div class="scroll"><table><thead><tr><th>Order</th><th>Status</th><th>Received</th>'
        '<th>Hotel</th><th>Stay</th><th class="number">Payment value</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>orderkit sandbox: orders</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>Orders in the sandbox</h1><p>{heading}.</p>"
        f"{table if kept else ''}</main></body></html>"
    )
    # No script, nothing from elsewhere: what an order holds cannot become part of the page.
    policy = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(page, headers=policy)


def _row(order: Order) -> str:
    info = order.order_info
    value, extra = info["value"], info["extra"]
    received = "<br>".join(
        f"{_text(receipt.order_status)} × {receipt.count}" for receipt in order.history
    )
    body = orjson.dumps(info, option=orjson.OPT_INDENT_2).decode()
    return (
        f'<tr class="order"><td>{_text(order.order_id)}</td>'
        f'<td><span class="badge">{_text(order.order_status)}</span></td><td>{received}</td>'
        f"<td>{_text(info['third_shop_name'])}</td>"
        f"<td>{_text(extra['check_in_date'])} to {_text(extra['check_out_date'])}</td>"
        f'<td class="number">{_text(value["payment_value"])} {_text(value["currency"])}</td></tr>'
        f'<tr class="body"><td colspan="6"><details><summary>order_info</summary>'
        f"<pre>{_text(body)}</pre></details></td></tr>"
    )


def _text(value: Any) -> str:
    return escape(str(value))
