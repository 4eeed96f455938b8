"""What values show: proposals that are more than guesses, and what keeps them guesses."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.destination.fields import field_mappings
from orderkit.mapping.suggest.proposal import Proposal
from orderkit.mapping.suggest.statuses import suggest_events
from orderkit.mapping.suggest.values import written_amount
from orderkit.mapping.suggest.with_guesses import with_guesses

UTC = ZoneInfo("UTC")
CENTS = st.integers(5_000, 2_000_000).map(lambda cents: Decimal(cents) / 100)


def booking(at: int, **more: Any) -> dict[str, Any]:
    """A booking with an id, a hotel and a stay."""
    return {
        "event_name": "booking_confirmed",
        "booking_id": f"B-{7100 + at}",
        "hotel": {
            "code": f"H{at % 2}",
            "name": ("Quayside", "Hill House")[at % 2],
            "country": "IE",
        },
        "arrival": f"2026-07-{1 + at:02}",
        "departure": f"2026-07-{4 + at:02}",
        **more,
    }


def over(at: int, **more: Any) -> dict[str, Any]:
    """A booking whose stay is over."""
    return {**booking(at, **more), "event_name": "booking_checked_out"}


def proposed(events: list[dict[str, Any]], end: str) -> list[Proposal]:
    """What is proposed for a row, by the end of its target."""
    target = next(row.target for row in field_mappings() if row.target.endswith(end))
    return with_guesses(events, UTC, suggest_events(events).statuses(events)).get(target, [])


def sure(events: list[dict[str, Any]], end: str) -> str:
    """What is written for a row; "" where it is left open."""
    found = proposed(events, end)
    return found[0].value if found and found[0].sure else ""


# -- the currency that amounts are written with


@pytest.mark.parametrize(
    ("amounts", "country", "code"),
    [
        (("450,00 €", "1.250,00 €"), "DE", "EUR"),
        (("€450.00", "€1,250.00"), "", "EUR"),
        (("$450.00", "$1,250.00"), "US", "USD"),
        (("$450.00", "$1,250.00"), "CA", "CAD"),
        (("£450.00", "£90.50"), "GB", "GBP"),
        (("450 kr", "1 250 kr"), "SE", "SEK"),
        (("CHF 450.00", "CHF 90.50"), "CH", "CHF"),
        (("$450.00", "$1,250.00"), "", ""),
        (("450,00 €", "1.250,00 $"), "US", ""),
        (("450,00 €", "1.250,00"), "DE", ""),
    ],
)
def test_the_currency_beside_all_totals_is_the_orders(
    amounts: tuple[str, str], country: str, code: str
) -> None:
    """A sign that several countries have is that of the hotel's; without one, or two, none is."""
    events = [booking(at, order_total=amount) for at, amount in enumerate(amounts)]
    for event in events:
        event["hotel"]["country"] = country
    assert sure(events, "value.currency") == (f'"{code}"' if code else "")


def test_a_property_says_the_currency_before_a_sign_does() -> None:
    """The sign agrees with it, and the amounts are sure."""
    events = [booking(at, total=f"{at}50,00 €", currency="EUR") for at in range(1, 4)]
    assert sure(events, "value.currency") == "currency"
    assert "SUBSTITUTE" in sure(events, "total_value")


def test_thousands_are_read_as_anywhere_in_the_file() -> None:
    """A row whose own amounts are all below a thousand reads "1.250,00" too."""
    events = [booking(at, total=f"{at}50,20", deposit=f"1.0{at}0,00") for at in range(1, 4)]
    formula = proposed(events, "total_value")[0].value
    assert formula == 'NUMBER(SUBSTITUTE(SUBSTITUTE(total, ".", ""), ",", "."))'


@given(CENTS, st.sampled_from(["{}", "{} €", "€ {}", "EUR {}", "-{}", "-{} €", "{} EUR"]))
def test_an_amount_is_the_number_that_people_read(cents: Decimal, look: str) -> None:
    """With a currency, a sign and either mark of decimals."""
    sign = -1 if look.startswith("-") else 1
    english, german = f"{cents:,.2f}", f"{cents:,.2f}".translate(str.maketrans(",.", ".,"))
    assert written_amount(look.format(english)) == sign * cents
    assert written_amount(look.format(german)) == sign * cents


@pytest.mark.parametrize("text", ["12 nights", "2026-03-02", "A-17", "", "½", True, None, "17:30"])
def test_what_is_no_amount_is_none(text: Any) -> None:
    """A number beside another word than a currency's is a number of something."""
    assert written_amount(text) is None


# -- totals, and what comes of them


@given(st.lists(st.tuples(CENTS, st.integers(1, 90)), min_size=3, max_size=6))
def test_a_total_is_shown_by_its_discount(orders: list[tuple[Decimal, int]]) -> None:
    """Whatever it is called: less the discount it is what is to be paid, in every order."""
    events = [
        booking(at, pricing={"p1": float(t), "discount": float(t * d / 100), "to_pay": 0.0})
        for at, (t, d) in enumerate(orders)
    ]
    for event, (total, _) in zip(events, orders, strict=True):
        price = event["pricing"]
        price["discount"] = round(price["discount"], 2)
        price["to_pay"] = float(total - Decimal(str(price["discount"])))
    shown = len({event["pricing"]["to_pay"] for event in events if event["pricing"]["discount"]})
    assert (sure(events, "total_value") == "{{pricing.p1}}") == (shown > 1)


@pytest.mark.parametrize(
    ("billed", "likely"),
    [
        ((310.0, 420.0, 530.0), True),
        ((310.0, 420.0, 165.0), True),  # a stay that was cut short
        ((310.0, 420.0, 595.0), False),  # a guest's bill, with what was eaten
        ((310.0, 120.0, 130.0), False),
    ],
)
def test_a_final_amount_is_shown_by_what_was_to_be_paid(
    billed: tuple[float, ...], likely: bool
) -> None:
    """With it go its tax and fee; what is more in any order may hold other things."""
    due = (310.0, 420.0, 530.0)
    folio = [{"sum": b, "tax": 20.5 + at, "fee": 5.25} for at, b in enumerate(billed)]
    events = [booking(at, amount_payable=d) for at, d in enumerate(due, 3)]
    events += [over(at, amount_payable=d, folio=folio[at]) for at, d in enumerate(due)]
    found = [sure(events, f"fulfillment_{end}") for end in ("value", "tax", "service_fee")]
    assert found == (["folio.sum", "folio.tax", "folio.fee"] if likely else ["", "", ""])


@pytest.mark.parametrize("rate", ["{:.0f}", "{:.1f} %", "0.{:02.0f}", "{:.0f}\u00a0%"])
def test_a_commissions_base_is_shown_by_its_rate(rate: str) -> None:
    """The rate of the base is the commission, whether it is a percentage or a part."""
    events = [booking(at, amount_payable=900.0) for at in range(3, 6)]
    for at, base in enumerate((400.0, 512.4, 250.0)):
        owed = {"w1": base, "w2": rate.format(12), "w3": round(base * 0.12, 2), "currency": "EUR"}
        events.append(over(at, amount_payable=900.0, commission=owed))
    assert sure(events, "commission_base_amount") == "commission.w1"
    assert sure(events, "commission_value.0.currency") == "commission.currency"


def test_one_commission_shows_no_base() -> None:
    """That a rate of one amount is another one may be an accident."""
    owed = {"w1": 400.0, "w2": 12, "w3": 48.0, "currency": "EUR"}
    events = [booking(1, amount_payable=900.0), over(2, amount_payable=900.0, commission=owed)]
    assert sure(events, "commission_base_amount") == ""


# -- who cancelled


@pytest.mark.parametrize(
    ("key", "words", "written"),
    [
        ("cancelled_by", ("guest", "hotel"), True),
        ("origin", ("Gast", "Haus"), True),
        ("fee_borne", ("guest", "hotel"), False),
        ("cancelled_by", ("guest", "system"), False),
        ("cancelled_by", ("guest", "hotel", "travel agent"), False),
    ],
)
def test_who_cancelled_is_written_where_name_and_words_say_it(
    key: str, words: tuple[str, ...], written: bool
) -> None:
    """Both words are known, and the name asks for whoever did it, not for who pays."""
    events = [booking(at) for at in range(3)]
    events += [
        {**booking(at), "event_name": "booking_cancelled", "cancellation": {key: word}}
        for at, word in enumerate(words)
    ]
    assert bool(sure(events, "initiator")) == written


def test_a_word_of_somebody_else_stands_for_nobody() -> None:
    """Beside the hotel, an agent is not read as the hotel: the order lacks a value, and says so."""
    events = [booking(at) for at in range(3)]
    events += [
        {**booking(at), "event_name": "booking_cancelled", "cancelled_by": word}
        for at, word in enumerate(("guest", "hotel", "agent"))
    ]
    (offered, *_others) = proposed(events, "initiator")
    assert "agent" not in offered.value
    assert "`agent` and any other word give nothing" in offered.reason


def test_two_names_of_one_kind_are_offered_together() -> None:
    """Of an id and a code of the hotel, either may be meant: the other stands beside the first."""
    events = [booking(at) for at in range(4)]
    for at, event in enumerate(events):
        event["hotel"]["id"] = (881, 882)[at % 2]
    found = [proposal.value for proposal in proposed(events, "third_shop_id")]
    assert set(found[:2]) == {"{{hotel.code}}", "{{hotel.id}}"}


def test_a_name_is_offered_first_where_its_code_stands() -> None:
    """Not that of the class around it, though both look like names of rooms."""
    kinds = (("QN", "Queen Room", "QR", "Queen Rooms"), ("KS", "King Suite", "KR", "King Suites"))
    events = [
        booking(
            at,
            units=[
                {
                    "room_type": {
                        "class": {"code": kinds[at % 2][2], "label": kinds[at % 2][3]},
                        "code": kinds[at % 2][0],
                        "descr": kinds[at % 2][1],
                    }
                }
            ],
        )
        for at in range(6)
    ]
    assert sure(events, "third_sku_id") == "units.X.room_type.code"
    assert proposed(events, "third_sku_name")[0].value == "units.X.room_type.descr"


@pytest.mark.parametrize(
    ("other", "written"),
    [
        ("{:08x}-c17f-49eb-9a3c-1b2c3d4e5f60", "reservation_no"),
        ("{}", ""),
    ],
)
def test_an_id_for_machines_is_no_rival_of_the_orders_number(other: str, written: str) -> None:
    """Nobody at the hotel ever sees a UUID; any other plain id may be the one that is meant."""
    events = [{**booking(at), "id": other.format(88_120 + at)} for at in range(4)]
    for at, event in enumerate(events):
        event["reservation_no"] = event.pop("booking_id") + f"-{at}"
    assert sure(events, "order_id") == written


def test_when_a_message_was_delivered_is_offered_last() -> None:
    """It is later than what it tells of, and moves with each attempt."""
    events = [
        booking(
            at, occurred_at=f"2026-06-0{1 + at}T10:00:00Z", sent_at=f"2026-06-0{1 + at}T10:05:00Z"
        )
        for at in range(4)
    ]
    found = [p.value for p in proposed(events, "update_time")]
    assert found[:2] == ["occurred_at", "sent_at"]


def test_times_beside_the_orders_own_number_are_the_orders() -> None:
    """A record's own times stand beside its number, while its stay stands in an object."""
    events = [
        {
            "reservation_no": f"R-{at}",
            "created_at": f"2026-05-0{1 + at}T10:00:00Z",
            "stay": {
                "arrival": f"2026-07-0{1 + at}",
                "departure": f"2026-07-0{3 + at}",
                "nights": 2,
            },
            "status": "confirmed",
        }
        for at in range(4)
    ]
    assert sure(events, "create_time") == "{{created_at}}"


def test_a_status_may_say_who_cancelled() -> None:
    """The words of the two statuses differ in whom they name."""
    events = [{**booking(at), "event_name": "Bestätigt"} for at in range(3)]
    events += [
        {**booking(at), "event_name": name}
        for at, name in ((3, "Storno Gast"), (4, "Storno Hotel"))
    ]
    formula = sure(events, "initiator")
    assert '"Storno Gast", "CUSTOMER"' in formula
    assert '"Storno Hotel", "MERCHANT"' in formula


# -- click ids


@pytest.mark.parametrize(
    ("more", "value"),
    [
        (
            {"cookies": "_ga=GA1.1.2; ttoclid=opfed89ds90132344n2dkkl1232; _ttp=9zuIaMobBB0"},
            'SELECT(cookies, "(?:^|[;|,&] ?)ttoclid=([^;|,&]+)", 1)',
        ),
        (
            {"page": "https://www.example.com/?a=1&ttoclid=opfed89ds90132344n2dkkl1232"},
            'SELECT(page, "[?&]ttoclid=([^&#]+)", 1)',
        ),
        ({"ttoclid": "opfed89ds90132344n2dkkl1232"}, "{{ttoclid}}"),
    ],
)
def test_a_click_id_that_few_orders_have_is_written(more: dict[str, Any], value: str) -> None:
    """The others did not begin with a click: that speaks against no source of it."""
    events = [booking(0, **more), booking(1), booking(2)]
    assert sure(events, "ttoclid") == value


def test_a_source_of_more_click_ids_is_offered_first() -> None:
    """What gives no other click id is left out."""
    text = "ttoclid=opfed89ds90132344n2dkkl123{}"
    events = [booking(at, cookies=text.format(at)) for at in range(3)]
    events[0]["page"] = "https://www.example.com/?ttoclid=opfed89ds90132344n2dkkl1230"
    assert [p.value for p in proposed(events, "ttoclid")] == [
        'SELECT(cookies, "(?:^|[;|,&] ?)ttoclid=([^;|,&]+)", 1)'
    ]


def test_a_click_id_in_two_places_is_read_from_both() -> None:
    """As long as no order has different ones there."""
    one, two = "opfed89ds90132344n2dkkl1230", "opfed89ds90132344n2dkkl1231"
    events = [booking(0, ttoclid=one), booking(1, page={"ttoclid": two}), booking(2)]
    assert sure(events, "ttoclid") == "COALESCE(ttoclid, page.ttoclid)"
    events[0]["page"] = {"ttoclid": two}
    assert "COALESCE" not in sure(events, "ttoclid")


def test_a_paid_clicks_id_is_offered_last_and_said_to_be_one() -> None:
    """Organic ones are asked for."""
    events = [
        booking(at, x1=f"E.C.P.mWLaM2soKvWh4PUm{at}", x2=f"opfed89ds90132344n2dkkl12321s321v{at}")
        for at in range(3)
    ]
    found = proposed(events, "ttoclid")
    assert [p.value for p in found] == ["{{x2}}", "{{x1}}"]
    assert "paid clicks" in found[1].reason


# -- statuses


def test_a_status_that_some_events_lack_is_not_what_happened() -> None:
    """They would be faulty: the name that every event has says of them that they are no orders."""
    confirmed = [{"event": "booking.confirmed", "data": {"state": "confirmed"}} for _ in range(3)]
    modified = [{"event": "booking.modified", "data": {"state": "confirmed"}}]
    others = [{"event": "payment.captured", "data": None}]
    assert suggest_events(confirmed + modified + others).event_property == "event"


@pytest.mark.parametrize(
    ("others", "status"),
    [
        (("Stay Completed", "Order Cancelled"), "CREATE_ORDER"),
        (("Order Placed", "Stay Completed"), "COMPLETE_ORDER"),
        (("Order Cancelled",), ""),
    ],
)
def test_an_order_completed_is_one_that_is_made_where_stays_end(
    others: tuple[str, ...], status: str
) -> None:
    """As in the vocabulary of customer data platforms; alone it may be the end of a stay."""
    names = ("Order Completed", *others)
    found = suggest_events([{"event_name": name} for name in names]).events
    assert {e.event_name: e.order_status for e in found}["Order Completed"] == status


def test_codes_that_say_nothing_are_what_happened_all_the_same() -> None:
    """The property is proposed, and no order status for its codes."""
    events = [{**booking(at), "event_name": None, "StsCd": code} for at, code in enumerate("RRXD")]
    found = suggest_events(events)
    assert found.event_property == "StsCd"
    assert {event.order_status for event in found.events} == {""}


def test_the_room_alone_is_not_what_a_stay_came_to() -> None:
    """Beside a total that is more, the amount that was to be paid is a part of the bill."""
    events = []
    for at in range(8):
        total = Decimal(f"{200 + 13 * at}.50")
        price = {"currency": "GBP", "total": str(total)}
        folio = {"room_revenue": str(total), "extras": "38.00", "grand_total": str(total + 38)}
        made = over(at, price=price, folio=folio) if at % 2 else booking(at, price=price)
        events.append(made)
    first, *_others = proposed(events, ".fulfillment_value")
    assert (first.value, first.sure) == ("folio.grand_total", False)


def test_a_total_before_the_discount_is_no_discount() -> None:
    """Its name speaks of the discount, too; what it is taken off is not offered as it."""
    events = []
    for at in range(8):
        off = Decimal(at % 3) * 15
        price = {
            "total": str(Decimal(f"{200 + 13 * at}.50") - off),
            "total_before_discount": f"{200 + 13 * at}.50",
            "discount": str(off),
        }
        events.append(booking(at, price=price))
    assert [p.value for p in proposed(events, "value.discounts")] == ["price.discount"]


def test_totals_that_few_events_have_go_together_all_the_same() -> None:
    """Where later messages say nothing of money, list price less discount is what is to be paid."""
    events = []
    for at in range(8):
        off = Decimal(at % 3) * 15
        money = {"list_total": f"{200 + 13 * at}.50", "discount": str(off)}
        money["grand_total"] = str(Decimal(money["list_total"]) - off)
        events += [booking(at, money=money), over(at), over(at)]
    assert proposed(events, "payment_value")[0].value == "{{money.grand_total}}"
    assert proposed(events, "total_value")[0].value == "{{money.list_total}}"
