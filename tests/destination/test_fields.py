"""The table as data: the vendor's 36 rows, the assumed one, and what they say."""

from collections import Counter

import pytest

from orderkit import field_mappings
from orderkit.destination.fields import TABLE, ruled_statuses
from orderkit.events.jsontext import dumps, loads
from orderkit.mapping.types import field_type

# The vendor's table, copied from its page: source, target under order_info, mandatory.
VENDOR = """\
id | order_id | always
Third Merchant Id | third_merchant_id | always
Third Shop Id | third_shop_id | always
Third Shop Name | third_shop_name | always
event_name | order_status | always
Order Country | order_country | always
Create Time | create_time | always
context.event_timestamp | update_time | always
partners.tiktok.initiator | initiator | CANCEL_ORDER
currency | value.currency | always
Payment Value | value.payment_value | always
Total Value | value.total_value | always
Length Of Stay | extra.length_of_stay | always
Amount Of Room | extra.amount_of_room | always
Check-In Date | extra.check_in_date | always
Check-Out Date | extra.check_out_date | always
items.X.id | spu_list.0.sku_list.0.third_sku_id | always
items.X.product.name | spu_list.0.sku_list.0.third_sku_name | always
items.X.third_spu_id | spu_list.0.third_spu_id |
items.X.third_spu_name | spu_list.0.third_spu_name |
partners.tiktok.actual_occupancy | extra.actual_occupancy |
partners.tiktok.no_show | extra.no_show |
partners.tiktok.cancel_reason | extra.cancel_reason |
partners.tiktok.fulfillment_value | value.fulfillment_value | COMPLETE_ORDER
partners.tiktok.fulfillment_tax | value.fulfillment_tax | COMPLETE_ORDER
partners.tiktok.fulfillment_service_fee | value.fulfillment_service_fee | COMPLETE_ORDER
partners.tiktok.commission_currency | value.commission_value.0.currency | COMPLETE_ORDER
partners.tiktok.commission_base_amount | value.commission_value.0.commission_base_amount | \
COMPLETE_ORDER
partners.tiktok.total_room_fee | value.total_room_fee |
tax_amount | value.total_tax |
partners.tiktok.total_service_fee | value.total_service_fee |
partners.tiktok.discounts | value.discounts |
context.page.url | order_url |
partners.tiktok.promotion_id | promotion_info.promotion_id |
partners.tiktok.promotion_description | promotion_info.description |
partners.tiktok.promotion_saved_amount | promotion_info.saved_amount |
"""
VENDOR_ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in VENDOR.splitlines()]


def test_the_vendor_s_rows() -> None:
    """The 36 rows are the vendor's, in its order, with source, target and mandatory unchanged."""
    rows = [row for row in field_mappings() if row.vendor]
    assert [(row.source, row.target, row.mandatory) for row in rows] == [
        (source, f"order_info.{target}", mandatory) for source, target, mandatory in VENDOR_ROWS
    ]


def test_the_assumed_row() -> None:
    """One more row, marked as an assumption, carries the organic tracking id."""
    *vendor, assumed = field_mappings()
    assert len(vendor) == 36
    assert not assumed.vendor
    assert assumed.source == "TikTok Organic Tracking Id"
    assert (assumed.target, assumed.mandatory) == ("order_info.ttoclid", "always")
    assert assumed.note == "assumption: the vendor's table names no target"


def test_the_counts() -> None:
    """17 always, 5 for COMPLETE_ORDER, 1 for CANCEL_ORDER, 13 optional, 11 rows from a setting."""
    rows = [row for row in field_mappings() if row.vendor]
    assert Counter(row.mandatory for row in rows) == {
        "always": 17,
        "COMPLETE_ORDER": 5,
        "CANCEL_ORDER": 1,
        "": 13,
    }
    assert sum(bool(row.setting) for row in rows) == 11
    assert len({row.source for row in rows}) == len({row.target for row in rows}) == 36


def test_ruled_statuses() -> None:
    """Only the two statuses that the vendor names carry rules of their own."""
    assert ruled_statuses() == ("CANCEL_ORDER", "COMPLETE_ORDER")


@pytest.mark.parametrize(
    ("status", "number"),
    [("CREATE_ORDER", 18), ("CANCEL_ORDER", 19), ("COMPLETE_ORDER", 23), (None, 18), ("", 18)],
)
def test_mandatory_for(status: str | None, number: int) -> None:
    """A status asks for the 17 rows and ttoclid, and for its own; no status for no other."""
    assert sum(row.mandatory_for(status) for row in field_mappings()) == number


def test_settings_of_rows() -> None:
    """A source with capitals is a setting, named in snake case; any other is a property."""
    keys = {row.source: row.setting for row in field_mappings() if row.setting}
    assert keys["Check-In Date"] == "check_in_date"
    assert keys["TikTok Organic Tracking Id"] == "tiktok_organic_tracking_id"
    assert len(keys) == 12
    assert all(source[0].isupper() and " " in source for source in keys)
    others = [row.source.replace(".X.", ".") for row in field_mappings() if not row.setting]
    assert all(source == source.lower() for source in others)


def test_types_and_notes() -> None:
    """Each row has a known type; what no source states is marked as an assumption in its note."""
    rows = {row.target.removeprefix("order_info."): row for row in field_mappings()}
    assert all(field_type(row.type) for row in rows.values())
    assumed = {target for target, row in rows.items() if "assumption: " in row.note}
    assert assumed >= {
        "order_status",
        "order_country",
        "update_time",
        "extra.check_in_date",
        "extra.check_out_date",
        "spu_list.0.sku_list.0.third_sku_id",
        "ttoclid",
    }
    assert rows["initiator"].type == "MERCHANT or CUSTOMER"


def test_json() -> None:
    """As JSON a row has source, target, mandatory, type, note and vendor, in that order."""
    for row in field_mappings():
        entry = loads(dumps(row.as_json()))
        assert list(entry) == ["source", "target", "mandatory", "type", "note", "vendor"]
        assert entry["target"].startswith("order_info.")
        assert entry["vendor"] is row.vendor
        assert all(isinstance(entry[key], str) for key in list(entry)[:-1])


def test_the_file() -> None:
    """The table is a plain CSV file: five columns, a header, no line left over."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "source,target,mandatory,type,note"
    assert len(lines) == 1 + len(field_mappings())
