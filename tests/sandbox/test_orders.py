"""What the sandbox accepts, says and keeps."""

from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from orderkit.sandbox import Sandbox

from .support import complete_order

Info = dict[str, Any]
JSON = {"content-type": "application/json"}


def test_complete_order_is_accepted(sandbox: Sandbox, client: httpx.Client) -> None:
    """An accepted order is answered with code 0, its id, and one log id in body and header."""
    response = client.post(sandbox.order_url, json=complete_order())
    assert response.status_code == 200
    assert response.json() == {
        "error": {"code": 0, "message": "", "log_id": response.headers["x-tt-logid"]},
        "data": {"order_id": "BK-1001"},
    }


def test_log_ids_are_the_same_each_time(sandbox: Sandbox, client: httpx.Client) -> None:
    """The same calls after a reset get the same log ids, all different."""

    bodies: list[Any] = [complete_order(), {}, []]

    def log_ids() -> list[str]:
        calls = [client.post(sandbox.order_url, json=body) for body in bodies]
        return [call.json()["error"]["log_id"] for call in calls]

    first = log_ids()
    sandbox.reset()
    assert log_ids() == first
    assert len(set(first)) == 3
    assert {len(log_id) for log_id in first} == {34}


REASONS: list[tuple[str, Callable[[Info], object], str]] = [
    ("missing", lambda i: i["value"].pop("payment_value"), "value.payment_value: is missing"),
    (
        "blank",
        lambda i: i.update(ttoclid=" "),
        'ttoclid: must be an id without blanks, found " "',
    ),
    (
        "null",
        lambda i: i.update(ttoclid=None),
        "ttoclid: must be an id without blanks, found null",
    ),
    (
        "a number in a string",
        lambda i: i["value"].update(total_tax="15.50"),
        'value.total_tax: must be a number, not negative, found "15.50"',
    ),
    (
        "negative",
        lambda i: i["value"].update(discounts=-1),
        "value.discounts: must be a number, not negative, found -1",
    ),
    (
        "milliseconds",
        lambda i: i.update(update_time=1_767_229_200_000),
        "update_time: must be a timestamp in whole seconds, found 1767229200000",
    ),
    (
        "not a whole number",
        lambda i: i["extra"].update(length_of_stay=1.5),
        "extra.length_of_stay: must be a whole number, not negative, found 1.5",
    ),
    (
        "another date format",
        lambda i: i["extra"].update(check_in_date="01/03/2026"),
        'extra.check_in_date: must be a date as YYYY-MM-DD, found "01/03/2026"',
    ),
    (
        "a line break after the date",
        lambda i: i["extra"].update(check_in_date="2026-03-01\n"),
        'extra.check_in_date: must be a date as YYYY-MM-DD, found "2026-03-01\\n"',
    ),
    (
        "lower case",
        lambda i: i["value"].update(currency="eur"),
        'value.currency: must be a currency of three capital letters, found "eur"',
    ),
    (
        "nobody",
        lambda i: i.update(initiator="HOTEL"),
        'initiator: must be MERCHANT or CUSTOMER, found "HOTEL"',
    ),
    (
        "a status in words",
        lambda i: i.update(order_status="Create order"),
        'order_status: must be an upper-case word, found "Create order"',
    ),
    (
        "no item",
        lambda i: i.update(spu_list=[]),
        "spu_list: must be an array of one object, found an array",
    ),
    (
        "an item's name",
        lambda i: i["spu_list"][0]["sku_list"][0].pop("third_sku_name"),
        "spu_list.0.sku_list.0.third_sku_name: is missing",
    ),
    (
        "a misspelled field",
        lambda i: i["value"].update(totl_tax=1),
        "value.totl_tax: is not known; did you mean total_tax?",
    ),
]


@pytest.mark.parametrize(
    ("damage", "reason"), [case[1:] for case in REASONS], ids=[case[0] for case in REASONS]
)
def test_refused_order_is_told_why(
    sandbox: Sandbox, client: httpx.Client, damage: Callable[[Info], object], reason: str
) -> None:
    """A refused order gets HTTP 200, a negative code, and its one reason with the dotted path."""
    body = complete_order()
    damage(body["order_info"])
    response = client.post(sandbox.order_url, json=body)
    assert response.status_code == 200
    error = response.json()["error"]
    assert error["code"] == -3000101
    assert error["message"] == f"OrderInfoInvalid: order_info.{reason}"
    assert response.json()["data"] == {}
    assert sandbox.orders == {}


def test_first_reasons_are_told_and_the_rest_counted(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    """An empty order is refused with five reasons and the number of the others."""
    message = client.post(sandbox.order_url, json={"order_info": {}}).json()["error"]["message"]
    assert message.count(": is missing") == 5
    assert message.endswith("; and 7 more reasons")


@pytest.mark.parametrize(
    "body", [[], {}, {"order_info": []}, {"order_info": None}, "text", 5, None]
)
def test_any_json_is_answered(sandbox: Sandbox, client: httpx.Client, body: Any) -> None:
    """A body of whatever shape is refused with a reason."""
    response = client.post(sandbox.order_url, content=orjson.dumps(body), headers=JSON)
    assert response.json()["error"]["code"] == -3000101


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"NaN"])
def test_no_json_is_a_bad_request(sandbox: Sandbox, client: httpx.Client, body: bytes) -> None:
    """A body that is no JSON gets HTTP 400 and an error that says so."""
    response = client.post(sandbox.order_url, content=body, headers=JSON)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("The body is no JSON")


def test_orders_are_kept_by_id_and_status(sandbox: Sandbox, client: httpx.Client) -> None:
    """Each order holds its current state, and how often each status came with which body."""
    created, cancelled = complete_order("CREATE_ORDER"), complete_order("CANCEL_ORDER")
    changed = complete_order("CREATE_ORDER")
    changed["order_info"]["value"]["discounts"] = 11
    for body in (created, created, changed, cancelled, complete_order(order_id="BK-2")):
        client.post(sandbox.order_url, json=body)
    assert list(sandbox.orders) == ["BK-1001", "BK-2"]
    order = sandbox.orders["BK-1001"]
    assert order.order_status == "CANCEL_ORDER"
    assert order.order_info == cancelled["order_info"]
    assert [(receipt.order_status, receipt.count) for receipt in order.history] == [
        ("CREATE_ORDER", 3),
        ("CANCEL_ORDER", 1),
    ]
    bodies = [(body.order_info, body.count) for body in order.history[0].bodies]
    assert bodies == [(created["order_info"], 2), (changed["order_info"], 1)]
    assert [call.order_id for call in sandbox.received] == ["BK-1001"] * 4 + ["BK-2"]


def test_snapshot_stays_what_it_was(sandbox: Sandbox, client: httpx.Client) -> None:
    """Orders that were read earlier do not change when more comes in."""
    client.post(sandbox.order_url, json=complete_order())
    before = sandbox.orders
    client.post(sandbox.order_url, json=complete_order("CANCEL_ORDER"))
    assert before["BK-1001"].order_status == "CREATE_ORDER"
    assert len(before["BK-1001"].history) == 1


def test_orders_as_json(sandbox: Sandbox, client: httpx.Client) -> None:
    """GET /orders gives the same records as the Python attribute."""
    client.post(sandbox.order_url, json=complete_order())
    shown = client.get(f"{sandbox.url}/orders").json()
    assert shown["received"] == 1
    assert shown["orders"]["BK-1001"]["order_info"] == complete_order()["order_info"]
    assert shown["orders"]["BK-1001"]["history"][0]["count"] == 1


def test_orders_as_page(sandbox: Sandbox, client: httpx.Client) -> None:
    """A browser gets a page that is safe whatever an order holds, and loads nothing else."""
    body = complete_order(order_id="<script>alert(1)</script>")
    client.post(sandbox.order_url, json=body)
    page = client.get(f"{sandbox.url}/orders", headers={"accept": "text/html,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script" not in page.text
    assert "prefers-color-scheme: dark" in page.text
    assert not [mark for mark in ("src=", "href=", "url(", "@import") if mark in page.text]


def test_page_without_orders(sandbox: Sandbox, client: httpx.Client) -> None:
    """Before the first order the page says that there are none."""
    page = client.get(f"{sandbox.url}/orders", headers={"accept": "text/html"}).text
    assert "0 orders kept, from 0 order calls" in page
    assert "<table" not in page


def test_an_order_nested_too_deep_is_refused(sandbox: Sandbox, client: httpx.Client) -> None:
    """What the checker cannot follow is refused like any other order."""
    body = b'{"order_info":' + b"[" * 500 + b"]" * 500 + b"}"
    error = client.post(sandbox.order_url, content=body, headers=JSON).json()["error"]
    assert error["message"].startswith("OrderInfoInvalid: body: cannot be checked")
