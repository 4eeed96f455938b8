"""What the sandbox's tests share: a complete order written out by hand, a token, a clock."""

import copy
from typing import Any

TOKEN = "static-token"


class Clock:
    """A clock that stands still unless a test moves it."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.25

    def __call__(self) -> float:
        return self.now


_COMPLETE: dict[str, Any] = {
    "order_id": "BK-1001",
    "third_merchant_id": "merchant-7",
    "third_shop_id": "hotel-12",
    "third_shop_name": "Hôtel du Lac",
    "order_country": "FR",
    "order_url": "https://hotel.example/book?ttoclid=abc",
    "create_time": 1_767_225_600,
    "update_time": 1_767_229_200,
    "ttoclid": "abc",
    "initiator": "CUSTOMER",
    "value": {
        "currency": "EUR",
        "payment_value": 190.5,
        "total_value": 200.5,
        "total_room_fee": 180,
        "total_tax": 15.5,
        "total_service_fee": 5,
        "discounts": 10,
        "fulfillment_value": 190.5,
        "fulfillment_tax": 15.5,
        "fulfillment_service_fee": 5,
        "commission_value": [{"currency": "EUR", "commission_base_amount": 170}],
    },
    "extra": {
        "length_of_stay": 2,
        "amount_of_room": 1,
        "check_in_date": "2026-03-01",
        "check_out_date": "2026-03-03",
        "actual_occupancy": 2,
        "no_show": False,
        "cancel_reason": "changed plans",
    },
    "spu_list": [
        {
            "third_spu_id": "spu-1",
            "third_spu_name": "Rooms",
            "sku_list": [{"third_sku_id": "sku-1", "third_sku_name": "Double room"}],
        }
    ],
    "promotion_info": {"promotion_id": "P1", "description": "Winter", "saved_amount": 10},
}


def complete_order(status: str = "CREATE_ORDER", order_id: str = "BK-1001") -> dict[str, Any]:
    """The body of an order call with every field there is."""
    info = copy.deepcopy(_COMPLETE)
    return {"order_info": {**info, "order_status": status, "order_id": order_id}}
