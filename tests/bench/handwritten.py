"""The yardstick: the samples' settings as one function written by hand, for these alone.

Straight-line Python with the same conversions, checks and payload as `Mapper.map`. A problem is
only its code and target, without the wording; rare forms of a value go through orderkit's own
conversions: what is timed is the ordinary event.
"""

# ruff: noqa: SIM102 - one condition a line, so that each check can be told from the next

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from orderkit.destination import codes
from orderkit.events.paths import is_blank
from orderkit.mapping import platform
from orderkit.mapping.amounts import check_thousands, unusual_digits
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.texts import NO_VALUES
from orderkit.mapping.types import field_type

#: outcome, order status, payload, (code, target) of each problem
Result: TypeAlias = tuple[str, str | None, dict[str, Any] | None, list[tuple[str, str]]]

_ZONE: Final = ZoneInfo("Europe/Paris")
_STATUSES: Final = {
    "booking_created": "CREATE_ORDER",
    "booking_cancelled": "CANCEL_ORDER",
    "booking_completed": "COMPLETE_ORDER",
    "booking_no_show": "COMPLETE_ORDER",
}
_CURRENCIES: Final = codes.currencies() - codes.NO_MONEY.keys()
_WITH_CENTS: Final = {code for code in _CURRENCIES if (codes.minor_units(code) or 0) >= 2}
_COUNTRIES: Final = codes.countries()
_MOST: Final = 2**53 - 1
_FIRST, _END = 946_684_800, 4_133_980_800  # the years 2000 to 2100
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_ID: Final = re.compile("[!-$&-*,-z|~]+").fullmatch  # without + % { }, which need a closer look
_DAY: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_SKU: Final = "order_info.spu_list.0.sku_list.0"
_CLICK: Final = re.compile(r"[?&]ttoclid=([^&#]+)")


def map_event(event: Any) -> Result:
    """What becomes of one event of the samples' hotel group."""
    if not isinstance(event, dict):
        return "rejected", None, {"order_info": {}}, [("invalid", "order_info")]
    name = event.get("event_name")
    status = _STATUSES.get(name) if type(name) is str else None
    if status is None and type(name) is str and name.strip():
        return "filtered", None, None, []

    hotel = event.get("hotel")
    if type(hotel) is not dict:
        hotel = {}
    booking = event.get("booking")
    if type(booking) is not dict:
        booking = {}
    context = event.get("context")
    if type(context) is not dict:
        context = {}
    page = context.get("page")
    if type(page) is not dict:
        page = {}
    partners = event.get("partners")
    tiktok = partners.get("tiktok") if type(partners) is dict else None
    if type(tiktok) is not dict:
        tiktok = {}
    items = event.get("items")
    item = items[0] if type(items) is list and items else None
    if type(item) is not dict:
        item = {}
    product = item.get("product")
    if type(product) is not dict:
        product = {}

    problems: list[tuple[str, str]] = []
    info: dict[str, Any] = {}
    value: dict[str, Any] = {}
    extra: dict[str, Any] = {}

    order_id = event.get("id")
    if not (type(order_id) is str and _ID(order_id) and order_id not in NO_VALUES):
        order_id = _rare("id", order_id, "order_info.order_id", True, problems)
    if order_id is not None:
        info["order_id"] = order_id
    info["third_merchant_id"] = "maison-lune"
    shop_id = hotel.get("id")
    if not (type(shop_id) is str and _ID(shop_id) and shop_id not in NO_VALUES):
        shop_id = _rare("id", shop_id, "order_info.third_shop_id", True, problems)
    if shop_id is not None:
        info["third_shop_id"] = shop_id
    shop_name = hotel.get("name")
    if not (
        type(shop_name) is str
        and shop_name
        and shop_name.isprintable()
        and shop_name.strip() == shop_name
        and shop_name not in NO_VALUES
    ):
        shop_name = _rare("text", shop_name, "order_info.third_shop_name", True, problems)
    if shop_name is not None:
        info["third_shop_name"] = shop_name
    if status is not None:
        info["order_status"] = status
    else:
        _rare("status", name, "order_info.order_status", True, problems)
    country = hotel.get("country")
    if not (type(country) is str and country in _COUNTRIES):
        country = _rare("country", country, "order_info.order_country", True, problems)
    if country is not None:
        info["order_country"] = country

    created = booking.get("created_at")
    if type(created) is str and _MOMENT.fullmatch(created):
        created = _moment(created, "order_info.create_time", problems)
    elif type(created) is int and _FIRST <= created < _END:
        pass
    else:
        created = _rare("timestamp", created, "order_info.create_time", True, problems)
    if created is not None:
        info["create_time"] = created
    updated = context.get("event_timestamp")
    if type(updated) is int and 10**12 <= updated < _END * 1000:
        updated //= 1000
    elif type(updated) is str and _MOMENT.fullmatch(updated):
        updated = _moment(updated, "order_info.update_time", problems)
    elif type(updated) is str and len(updated) == 13 and updated.isascii() and updated.isdigit():
        updated = int(updated) // 1000
    else:
        updated = _rare("timestamp", updated, "order_info.update_time", True, problems)
    if updated is not None:
        info["update_time"] = updated
    initiator = tiktok.get("initiator")
    if initiator is not None or status == "CANCEL_ORDER":
        if initiator != "MERCHANT" and initiator != "CUSTOMER":
            name, needed = "MERCHANT or CUSTOMER", status == "CANCEL_ORDER"
            initiator = _rare(name, initiator, "order_info.initiator", needed, problems)
        if initiator is not None:
            info["initiator"] = initiator

    currency = event.get("currency")
    if not (type(currency) is str and currency in _CURRENCIES):
        currency = _rare("currency", currency, "order_info.value.currency", True, problems)
    if currency is not None:
        info["value"] = value
        value["currency"] = currency
    cents = currency in _WITH_CENTS
    payment = booking.get("to_pay")
    if (
        (type(payment) is float and cents and round(payment, 2) == payment) or type(payment) is int
    ) and 0 <= payment <= _MOST:
        payment = payment or 0
    else:
        payment = _rare(
            "amount", payment, "order_info.value.payment_value", True, problems, currency
        )
    if payment is not None:
        info["value"] = value
        value["payment_value"] = payment
    total = booking.get("total")
    if (
        (type(total) is float and cents and round(total, 2) == total) or type(total) is int
    ) and 0 <= total <= _MOST:
        total = total or 0
    else:
        total = _rare("amount", total, "order_info.value.total_value", True, problems, currency)
    if total is not None:
        info["value"] = value
        value["total_value"] = total

    nights = booking.get("nights")
    if not (type(nights) is int and 0 <= nights <= _MOST):
        nights = _rare("whole number", nights, "order_info.extra.length_of_stay", True, problems)
    if nights is not None:
        info["extra"] = extra
        extra["length_of_stay"] = nights
    rooms = booking.get("rooms")
    if not (type(rooms) is int and 0 <= rooms <= _MOST):
        rooms = _rare("whole number", rooms, "order_info.extra.amount_of_room", True, problems)
    if rooms is not None:
        info["extra"] = extra
        extra["amount_of_room"] = rooms
    check_in = booking.get("check_in")
    try:
        arrival = date.fromisoformat(check_in)
    except (TypeError, ValueError):
        arrival = None
    if arrival is None or not _DAY.fullmatch(check_in):
        check_in = _rare("date", check_in, "order_info.extra.check_in_date", True, problems)
        arrival = check_in and date.fromisoformat(check_in)
    if check_in is not None:
        info["extra"] = extra
        extra["check_in_date"] = check_in
    check_out = booking.get("check_out")
    try:
        departure = date.fromisoformat(check_out)
    except (TypeError, ValueError):
        departure = None
    if departure is None or not _DAY.fullmatch(check_out):
        check_out = _rare("date", check_out, "order_info.extra.check_out_date", True, problems)
        departure = check_out and date.fromisoformat(check_out)
    if check_out is not None:
        info["extra"] = extra
        extra["check_out_date"] = check_out

    sku_id = item.get("id")
    if not (type(sku_id) is str and _ID(sku_id) and sku_id not in NO_VALUES):
        sku_id = _rare("id", sku_id, f"{_SKU}.third_sku_id", True, problems)
    sku_name = product.get("name")
    if not (
        type(sku_name) is str
        and sku_name
        and sku_name.isprintable()
        and sku_name.strip() == sku_name
        and sku_name not in NO_VALUES
    ):
        sku_name = _rare("text", sku_name, f"{_SKU}.third_sku_name", True, problems)
    spu_id = item.get("third_spu_id")
    if spu_id is not None and not (type(spu_id) is str and _ID(spu_id) and spu_id not in NO_VALUES):
        spu_id = _rare("id", spu_id, "order_info.spu_list.0.third_spu_id", False, problems)
    spu_name = item.get("third_spu_name")
    if spu_name is not None and not (
        type(spu_name) is str
        and spu_name
        and spu_name.isprintable()
        and spu_name.strip() == spu_name
        and spu_name not in NO_VALUES
    ):
        spu_name = _rare("text", spu_name, "order_info.spu_list.0.third_spu_name", False, problems)
    if sku_id is not None or sku_name is not None or spu_id is not None or spu_name is not None:
        spu: dict[str, Any] = {}
        info["spu_list"] = [spu]
        if sku_id is not None or sku_name is not None:
            sku: dict[str, Any] = {}
            spu["sku_list"] = [sku]
            if sku_id is not None:
                sku["third_sku_id"] = sku_id
            if sku_name is not None:
                sku["third_sku_name"] = sku_name
        if spu_id is not None:
            spu["third_spu_id"] = spu_id
        if spu_name is not None:
            spu["third_spu_name"] = spu_name

    occupancy = tiktok.get("actual_occupancy")
    if occupancy is not None:
        if not (type(occupancy) is int and 0 <= occupancy <= _MOST):
            target = "order_info.extra.actual_occupancy"
            occupancy = _rare("whole number", occupancy, target, False, problems)
        if occupancy is not None:
            info["extra"] = extra
            extra["actual_occupancy"] = occupancy
    no_show = tiktok.get("no_show")
    if no_show is not None:
        if no_show is not True and no_show is not False:
            no_show = _rare("boolean", no_show, "order_info.extra.no_show", False, problems)
        if no_show is not None:
            info["extra"] = extra
            extra["no_show"] = no_show
    cancel = tiktok.get("cancel_reason")
    if cancel is not None:
        if not (
            type(cancel) is str
            and cancel
            and cancel.isprintable()
            and cancel.strip() == cancel
            and cancel not in NO_VALUES
        ):
            cancel = _rare("text", cancel, "order_info.extra.cancel_reason", False, problems)
        if cancel is not None:
            info["extra"] = extra
            extra["cancel_reason"] = cancel

    completed = status == "COMPLETE_ORDER"
    fulfilled = tiktok.get("fulfillment_value")
    if fulfilled is not None or completed:
        if (
            (type(fulfilled) is float and cents and round(fulfilled, 2) == fulfilled)
            or type(fulfilled) is int
        ) and 0 <= fulfilled <= _MOST:
            fulfilled = fulfilled or 0
        else:
            target = "order_info.value.fulfillment_value"
            fulfilled = _rare("amount", fulfilled, target, completed, problems, currency)
        if fulfilled is not None:
            info["value"] = value
            value["fulfillment_value"] = fulfilled
    fulfilled_tax = tiktok.get("fulfillment_tax")
    if fulfilled_tax is not None or completed:
        if not (
            (
                (
                    type(fulfilled_tax) is float
                    and cents
                    and round(fulfilled_tax, 2) == fulfilled_tax
                )
                or type(fulfilled_tax) is int
            )
            and 0 < fulfilled_tax <= _MOST
        ):
            target = "order_info.value.fulfillment_tax"
            fulfilled_tax = _rare("amount", fulfilled_tax, target, completed, problems, currency)
        if fulfilled_tax is not None:
            info["value"] = value
            value["fulfillment_tax"] = fulfilled_tax
    fulfilled_fee = tiktok.get("fulfillment_service_fee")
    if fulfilled_fee is not None or completed:
        if not (
            (
                (
                    type(fulfilled_fee) is float
                    and cents
                    and round(fulfilled_fee, 2) == fulfilled_fee
                )
                or type(fulfilled_fee) is int
            )
            and 0 < fulfilled_fee <= _MOST
        ):
            target = "order_info.value.fulfillment_service_fee"
            fulfilled_fee = _rare("amount", fulfilled_fee, target, completed, problems, currency)
        if fulfilled_fee is not None:
            info["value"] = value
            value["fulfillment_service_fee"] = fulfilled_fee
    commission: dict[str, Any] = {}
    commission_currency = tiktok.get("commission_currency")
    if commission_currency is not None or completed:
        if not (type(commission_currency) is str and commission_currency in _CURRENCIES):
            target = "order_info.value.commission_value.0.currency"
            commission_currency = _rare(
                "currency", commission_currency, target, completed, problems
            )
        if commission_currency is not None:
            info["value"] = value
            value["commission_value"] = [commission]
            commission["currency"] = commission_currency
    base = tiktok.get("commission_base_amount")
    commission_cents = commission_currency in _WITH_CENTS
    if base is not None or completed:
        if (
            (type(base) is float and commission_cents and round(base, 2) == base)
            or type(base) is int
        ) and 0 <= base <= _MOST:
            base = base or 0
        else:
            target = "order_info.value.commission_value.0.commission_base_amount"
            base = _rare("amount", base, target, completed, problems, commission_currency)
        if base is not None:
            info["value"] = value
            value["commission_value"] = [commission]
            commission["commission_base_amount"] = base
    room_fee = tiktok.get("total_room_fee")
    if room_fee is not None:
        if (
            (type(room_fee) is float and cents and round(room_fee, 2) == room_fee)
            or type(room_fee) is int
        ) and 0 <= room_fee <= _MOST:
            room_fee = room_fee or 0
        else:
            target = "order_info.value.total_room_fee"
            room_fee = _rare("amount", room_fee, target, False, problems, currency)
        if room_fee is not None:
            info["value"] = value
            value["total_room_fee"] = room_fee
    tax = event.get("tax_amount")
    if tax is not None:
        if (
            (type(tax) is float and cents and round(tax, 2) == tax) or type(tax) is int
        ) and 0 <= tax <= _MOST:
            tax = tax or 0
        else:
            target = "order_info.value.total_tax"
            tax = _rare("amount", tax, target, False, problems, currency)
        if tax is not None:
            info["value"] = value
            value["total_tax"] = tax
    service_fee = tiktok.get("total_service_fee")
    if service_fee is not None:
        if not (
            (
                (type(service_fee) is float and cents and round(service_fee, 2) == service_fee)
                or type(service_fee) is int
            )
            and 0 < service_fee <= _MOST
        ):
            target = "order_info.value.total_service_fee"
            service_fee = _rare("amount", service_fee, target, False, problems, currency)
        if service_fee is not None:
            info["value"] = value
            value["total_service_fee"] = service_fee
    discounts = tiktok.get("discounts")
    if discounts is not None:
        if (
            (type(discounts) is float and cents and round(discounts, 2) == discounts)
            or type(discounts) is int
        ) and 0 <= discounts <= _MOST:
            discounts = discounts or 0
        else:
            target = "order_info.value.discounts"
            discounts = _rare("amount", discounts, target, False, problems, currency)
        if discounts is not None:
            info["value"] = value
            value["discounts"] = discounts

    url = page.get("url")
    if url is not None:
        order_url = url
        if not (
            type(url) is str
            and url
            and url.isprintable()
            and url.strip() == url
            and url not in NO_VALUES
        ):
            order_url = _rare("text", url, "order_info.order_url", False, problems)
        if order_url is not None:
            info["order_url"] = order_url
    promotion: dict[str, Any] = {}
    promotion_id = tiktok.get("promotion_id")
    if promotion_id is not None:
        if not (type(promotion_id) is str and _ID(promotion_id) and promotion_id not in NO_VALUES):
            target = "order_info.promotion_info.promotion_id"
            promotion_id = _rare("id", promotion_id, target, False, problems)
        if promotion_id is not None:
            info["promotion_info"] = promotion
            promotion["promotion_id"] = promotion_id
    described = tiktok.get("promotion_description")
    if described is not None:
        if not (
            type(described) is str
            and described
            and described.isprintable()
            and described.strip() == described
            and described not in NO_VALUES
        ):
            target = "order_info.promotion_info.description"
            described = _rare("text", described, target, False, problems)
        if described is not None:
            info["promotion_info"] = promotion
            promotion["description"] = described
    saved = tiktok.get("promotion_saved_amount")
    if saved is not None:
        if (
            (type(saved) is float and cents and round(saved, 2) == saved) or type(saved) is int
        ) and 0 <= saved <= _MOST:
            saved = saved or 0
        else:
            target = "order_info.promotion_info.saved_amount"
            saved = _rare("amount", saved, target, False, problems, currency)
        if saved is not None:
            info["promotion_info"] = promotion
            promotion["saved_amount"] = saved

    click = tiktok.get("ttoclid")
    if (click is None or click == "") and type(url) is str and (found := _CLICK.search(url)):
        click = found[1]
    if not (type(click) is str and _ID(click) and click not in NO_VALUES):
        click = _rare("click id", click, "order_info.ttoclid", True, problems)
    if click is not None:
        info["ttoclid"] = click

    if type(items) is list and len(items) > 1:
        problems.append(("left_out", f"{_SKU}.third_sku_id"))
    own = product.get("currency")
    if own is not None and own != currency and currency is not None and not is_blank(own):
        if not (type(own) is str and own.strip().upper() == currency):
            problems.append(("inconsistent", "order_info.value.currency"))
    if payment is not None and total is not None and discounts is not None:
        if not _adds_up(total, payment, discounts):
            problems.append(("inconsistent", "order_info.value.payment_value"))
    if total is not None and room_fee is not None and tax is not None and service_fee is not None:
        if not _adds_up(total, room_fee, tax, service_fee):
            problems.append(("inconsistent", "order_info.value.total_value"))
    if arrival is not None and departure is not None:
        if nights is not None and nights != (departure - arrival).days:
            problems.append(("inconsistent", "order_info.extra.length_of_stay"))
        if departure <= arrival:
            problems.append(("inconsistent", "order_info.extra.check_out_date"))
    if updated is not None and created is not None and updated < created:
        problems.append(("inconsistent", "order_info.update_time"))
    if currency is not None and commission_currency is not None:
        if currency != commission_currency:
            problems.append(("inconsistent", "order_info.value.currency"))
    user = event.get("user")
    stamp = context.get("event_timestamp")
    if not (
        context.get("event_id")
        and type(user) is dict
        and type(user.get("consent_categories")) is list
        and type(stamp) is int
        and stamp >= 10**12
    ):
        problems += [("platform", "") for _finding in platform.findings(event)]
    if any(code in ("missing", "invalid") for code, _target in problems):
        return "rejected", status, {"order_info": info}, problems
    return "mapped", status, {"order_info": info}, problems


def _rare(
    type_name: str,
    raw: Any,
    target: str,
    mandatory: bool,
    problems: list[tuple[str, str]],
    currency: str | None = None,
) -> Any:
    """What becomes of a value that is not as most are; None for nothing."""
    if is_blank(raw):
        if mandatory:
            problems.append(("missing", target))
        return None
    kind = field_type(type_name)
    try:
        value, _steps = kind.convert(raw, _ZONE)
        if type_name == "amount":
            check_thousands(raw, currency)
    except Unconvertible:
        problems.append(("invalid", target))
        return None
    if unusual_digits(value, currency) if type_name == "amount" else kind.unusual(value):
        problems.append(("unusual", target))
    return value


def _moment(text: str, target: str, problems: list[tuple[str, str]]) -> Any:
    try:
        seconds = int(datetime.fromisoformat(text).timestamp())
    except ValueError:
        seconds = 0
    if _FIRST <= seconds < _END:
        return seconds
    return _rare("timestamp", text, target, True, problems)


def _adds_up(total: Any, *parts: Any) -> bool:
    """Whether amounts add up to a total, exactly; most are of whole cents."""
    cents = 0
    for amount in parts:
        hundredths = round(amount * 100)
        if hundredths / 100 != amount or hundredths >= 10**15:
            break
        cents += hundredths
    else:
        if cents / 100 == total and cents < 10**15:
            return True
    return sum(Decimal(str(amount)) for amount in parts) == Decimal(str(total))
