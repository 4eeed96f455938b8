"""Proposals from events, and the settings file that is made of them."""

from typing import Any

import pytest

from orderkit import Mapper, load_settings
from orderkit.destination.loading import parse_settings
from orderkit.events import samples
from orderkit.mapping.suggest import suggest
from orderkit.mapping.suggest.settings_file import as_settings_file, proposed_settings
from orderkit.mapping.suggest.with_guesses import with_guesses
from tests.mapping.suggest.support import UTC


def test_proposals_find_the_samples_own_settings() -> None:
    """From the events alone, the first proposal of a telling row is what the samples use."""
    proposals = suggest(samples.sample_events().values(), UTC)
    first = {target: ranked[0].value for target, ranked in proposals.items() if ranked}
    settings = load_settings(samples.SETTINGS).settings
    for key in ("third_shop_id", "create_time", "payment_value", "check_in_date", "amount_of_room"):
        target = next(p for p, r in proposals.items() if r and r[0].row.setting == key)
        assert first[target] == getattr(settings, key)
    assert all(p.reason for ranked in proposals.values() for p in ranked)


def test_the_click_id_is_found_in_the_address() -> None:
    """Where no property holds it, a formula reads it from the page's address."""
    events = []
    for event in samples.sample_events().values():
        tiktok = {k: v for k, v in event["partners"]["tiktok"].items() if k != "ttoclid"}
        events.append(event | {"partners": {"tiktok": tiktok}})
    proposal = suggest(events, UTC)["order_info.ttoclid"][0]
    assert proposal.formula
    assert proposal.value.startswith("SELECT(context.page.url")
    text = as_settings_file(suggest(events, UTC), events)
    mapped = Mapper(parse_settings(text, draft=True)).map(events[1])
    assert mapped.payload is not None
    assert mapped.payload["order_info"]["ttoclid"] == "opfed89ds90132344n2dkkl12321s002"


def test_values_that_need_a_formula_get_one() -> None:
    """Amounts with commas and dates with the day first are proposed with the formula they need."""
    events = [
        event | {"booking": event["booking"] | {"total": "1.234,50", "check_in": "25/06/2026"}}
        for event in samples.sample_events().values()
    ]
    events[0]["booking"]["check_in"] = "03/04/2026"
    proposals = suggest(events, UTC)
    total = next(p for p in proposals["order_info.value.total_value"] if p.formula)
    assert total.formula
    assert total.example == 1234.5
    check_in = [p for p in proposals["order_info.extra.check_in_date"] if p.formula]
    assert "DATEPARSE(booking.check_in" in check_in[0].value


def test_a_currency_in_amounts_is_the_orders_or_doubted() -> None:
    """What amounts say beside the number is left out where it is the order's currency; or never."""
    found = []
    for words in ("EUR", "USD", "a night"):
        events = [
            event
            | {"booking": event["booking"] | {"total": f"{event['booking']['total']} {words}"}}
            for event in samples.sample_events().values()
        ]
        of_total = suggest(events, UTC)["order_info.value.total_value"]
        found.append([p.sure for p in of_total if "booking.total" in p.value])
    assert found == [[True], [False], []]


def test_an_events_text_cannot_write_lines_into_a_settings_file() -> None:
    """A line break in an event name is escaped in the file to start from."""
    event = samples.sample_events()["created"] | {"event_name": 'cancel "\n[connection]\n#'}
    text = as_settings_file(suggest([event], UTC), [event])
    assert text.count("\n[connection]\n") == 1


def first(events: list[dict[str, Any]], end: str, *statuses: str) -> list[tuple[str, bool]]:
    """What is proposed for a row, as values with whether each is sure."""
    found = with_guesses(events, UTC, statuses or ["CREATE_ORDER"] * len(events))
    return [(p.value, p.sure) for t, ranked in found.items() if t.endswith(end) for p in ranked]


def test_a_transaction_beside_an_orders_number_is_the_payments() -> None:
    """Where nothing else names the order, as in a shop's purchases, it is the order's."""
    events = [{"transaction_id": f"pi_{at}Xk", "total": 90.5 + at} for at in range(3)]
    assert first(events, "order_id")[0] == ("transaction_id", True)
    events = [event | {"booking_id": f"{at}7"} for at, event in enumerate(events)]
    for seen in (events, events[:1]):
        assert first(seen, "order_id")[0] == ("booking_id", True)
        assert ("transaction_id", True) not in first(seen, "order_id")


def test_one_order_does_not_show_whether_its_total_is_before_a_discount() -> None:
    """Of three without any, the total is what was to pay; of one, it may be."""
    events = [{"booking_no": f"B-{at}", "order_total": 90.5 + at} for at in range(3)]
    assert first(events, "total_value")[0] == ("{{order_total}}", True)
    assert first(events[:1], "total_value")[0] == ("{{order_total}}", False)


def test_what_is_called_payable_is_it_beside_an_amount_without_taxes() -> None:
    """A French list's gross amount has no city tax in it: it is that one which is in doubt."""
    events = [
        {
            "no_resa": f"R-{at}",
            "mt_brut": 100.0 + at,
            "rem": 10 * (at % 2),
            "net_a_payer": 103.5 + at,
        }
        for at in range(4)
    ]
    assert first(events, "payment_value")[0] == ("{{net_a_payer}}", True)
    assert not any(sure for _, sure in first(events, "total_value"))


def test_what_may_be_a_document_of_several_orders_is_never_sure() -> None:
    """What it says once is the document's own, and its first click id that of one order."""
    booking = {"number": "B-7", "from": "2026-05-01", "to": "2026-05-03", "currency": "EUR"}
    event = {"stay": {"from": "2026-04-01", "to": "2026-06-30"}, "chambers": [booking, booking]}
    assert any(sure for _, sure in first([{"stay": event["stay"]}], "check_in_date"))
    for end in ("order_id", "check_in_date", "check_out_date", "length_of_stay", "currency"):
        assert not any(sure for _, sure in first([event], end))


@pytest.mark.parametrize(
    ("dates", "booked", "pattern", "sure"),
    [
        (("3/4/2026", "3/6/2026"), "2/2/2026", "", False),  # nothing shows it
        (("3/4/2026", "3/16/2026"), "2/2/2026", "M/d/yyyy", True),
        (("4/3/2026", "16/3/2026"), "1/2/2026", "d/M/yyyy", True),
        (("16/3/2026", "18/3/2026"), "3/15/2026", "M/d/yyyy", True),  # its own values do
    ],
)
def test_one_export_has_one_way_to_write_its_dates(
    dates: tuple[str, str], booked: str, pattern: str, sure: bool
) -> None:
    """What may have the day or the month first is read as the other dates show it; else a guess."""
    arrival, departure = dates
    events = [
        {"booking_no": f"B-{at}", "arrival": arrival, "departure": departure, "created": booked}
        for at in range(3)
    ]
    value, known = first(events, "create_time")[0]
    assert (pattern in value, known) == (True, sure)


def test_a_discount_below_zero_is_taken_off_already() -> None:
    """What was to pay, and what it was before: less -10 is 10 more."""
    events = [
        {"booking_no": f"B-{at}", "to_pay": 90.5 + at, "discount": -10 * (at % 2)}
        for at in range(4)
    ]
    before = [value for value, _ in first(events, "total_value")]
    assert "to_pay - COALESCE(discount, 0)" in before
    assert "to_pay + COALESCE(discount, 0)" not in before


def test_what_marks_tests_no_shows_and_clicks_stands_in_the_file_as_comments() -> None:
    """Each line works where its first mark is taken away; none is read before."""
    click = "https://h.example/?ttoclid=click7abcdefghijklmnop0123456789"
    states = ("confirmed", "no-show", "confirmed", "confirmed")
    events = [
        {"booking_no": f"B-{at}", "state": state, "training": at == 2, "entry": click}
        for at, state in enumerate(states)
    ]
    events[3]["entry"] = "https://h.example/"
    text = proposed_settings(events)
    draft = parse_settings(text, draft=True)
    assert draft.filter.formula is None
    taken = [line for line in text.splitlines() if "[filter]" in line or "# formula =" in line]
    for line in [*taken, *(each for each in text.splitlines() if "no_show" in each)]:
        text = text.replace(line, line.removeprefix("# "))
    used = Mapper(parse_settings(text, draft=True))
    sent = [used.explain(event).outcome != "filtered" for event in events]
    assert sent == [True, False, False, False]  # the no-show's status waits for a person
    shown = {e.target: e.value for e in used.explain(events[1], status="COMPLETE_ORDER").trace}
    assert shown["order_info.extra.no_show"] is True


def test_a_name_that_differs_within_a_hotel_is_not_the_hotels() -> None:
    """An array called a lodging has rooms in it: the hotel's code has one name."""
    events = [
        {"ref": f"B-{at}", "property_code": "GDN", "lodging": [{"label": label}, {"label": label}]}
        for at, label in enumerate(("Single Room", "Double Room", "Single Room"))
    ]
    assert first(events, "third_shop_id")[0] == ("{{property_code}}", True)
    assert first(events, "third_shop_name") == []


def test_when_it_was_confirmed_is_not_when_it_was_made() -> None:
    """A booking is confirmed later: that moment is offered, and not taken."""
    moments = {"dt_conf": "2026-05-03T10:00:00Z", "criado_em": "2026-05-02T10:00:00Z"}
    events = [{"cod_res": f"B-{at}", **moments} for at in range(3)]
    assert first(events, "create_time")[0] == ("{{criado_em}}", True)
    alone = [{"cod_res": f"B-{at}", "dt_conf": moments["dt_conf"]} for at in range(3)]
    assert first(alone, "create_time")[0] == ("{{dt_conf}}", False)


def test_a_folio_may_be_what_an_order_costs() -> None:
    """Where it says what is to be paid, its currency is the order's; a payment's own is not."""
    folio = {"ccy": "IDR", "toPay": 18295200}
    paid = {"received": {"ccy": "AUD", "amt": 1000}}
    events = [{"voucher": f"V-{at}", "folio": folio, "settlement": paid} for at in range(3)]
    assert first(events, "payment_value")[0] == ("{{folio.toPay}}", True)
    assert first(events, "value.currency")[0] == ("folio.ccy", True)
    quoted = [
        {"voucher": f"V-{at}", "quote": {"ccy": "IDR"}, "settlement": paid} for at in range(3)
    ]
    assert first(quoted, "value.currency")[0] == ("quote.ccy", True)


def test_one_format_spelled_twice_is_no_guess() -> None:
    """Digits in a text are read with and without STRING alike."""
    dates = {"arrival": "20260501150000", "departure": "20260503110000"}
    events = [{"booking_no": f"B-{at}", **dates} for at in range(3)]
    assert first(events, "check_in_date") == [
        ('DATEFORMAT(DATEPARSE(arrival, "yyyyMMddHHmmss"), "yyyy-MM-dd")', True)
    ]


def test_what_says_base_is_the_commissions_base_and_no_tax_is() -> None:
    """An affiliate's base stands there from the start: it goes out once the stay was paid."""
    events, statuses = [], ["CREATE_ORDER"] * 2 + ["COMPLETE_ORDER"] * 3
    for at, status in enumerate(statuses):
        base = 200.0 + 10 * at
        deal = {"affiliate_base": base, "affiliate_rate": 10, "affiliate_amount": base / 10}
        bill = {"invoice_total": base + 40, "invoice_tax": 21.5 + at, "invoice_service": 9.5}
        booked = {"booking_no": f"B-{at}", "order_total": base + 40, "currency": "EUR", **deal}
        events.append(booked | (bill if status == "COMPLETE_ORDER" else {}))
    found = [value for value, _ in first(events, "commission_base_amount", *statuses)]
    assert found[0] == "IF(invoice_total, affiliate_base)"
    assert not any("tax" in value or "service" in value for value in found)


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("2026.03.27. 22:05:00", "yyyy.MM.dd. HH:mm:ss"),
        ("2026/03/27 22:05", "yyyy/MM/dd HH:mm"),
        ("27. 3. 2026 22:05", "d. M. yyyy HH:mm"),
        ("27.03.2026 22.05", "dd.MM.yyyy HH.mm"),
        ("2026. 3. 27. 22:05", "yyyy. M. dd. HH:mm"),
    ],
)
def test_a_time_as_a_country_writes_it_gets_the_formula_that_reads_it(
    written: str, pattern: str
) -> None:
    """With a dot behind the date, the year first, blanks between, or a dot in the time of day."""
    events = [{"booking_no": f"B-{at}", "booked_at": written, "nights": 2} for at in range(3)]
    found = suggest(events, UTC)["order_info.create_time"][0]
    assert (pattern in found.value, found.sure, int(found.example)) == (True, True, 1774649100)


def test_one_formula_reads_amounts_of_two_currencies() -> None:
    """Forints have blanks between thousands, euros a comma: each is read, also below zero."""
    amounts = [("149\u00a0740", "-18\u00a0480"), ("341,66", "-55,17"), ("109\u00a0500", "0")]
    events = [
        {"booking_no": f"B-{at}", "to_pay": amount, "discount": less, "nights": 2}
        for at, (amount, less) in enumerate(amounts)
    ]
    mapper = Mapper(parse_settings(proposed_settings(events), draft=True))
    traces = [mapper.explain(event, status="CREATE_ORDER").trace for event in events]
    payable = [{e.target: e.value for e in t}["order_info.value.payment_value"] for t in traces]
    assert payable == [149740, 341.66, 109500]
    before = dict(first(events, "total_value"))
    totals = [text for text in before if "discount" in text]
    assert totals
    assert all("\u00a0" in text.partition("discount")[2] for text in totals)


def test_a_country_at_the_end_of_a_place_is_offered() -> None:
    """A town and the code of its country; of a guest's address it says nothing."""
    towns = ("Budapest VII., HU", "Bratislava (SK)", "Hévíz, HU")
    events = [{"booking_no": f"B-{at}", "site": town} for at, town in enumerate(towns)]
    found = with_guesses(events, UTC, ["CREATE_ORDER"] * 3)["order_info.order_country"]
    assert [*found[0].given.values()] == ["HU", "SK", "HU"]
    assert not found[0].sure
    guests = [{"booking_no": e["booking_no"], "guest": {"home": e["site"]}} for e in events]
    assert not with_guesses(guests, UTC, ["CREATE_ORDER"] * 3).get("order_info.order_country")


@pytest.mark.parametrize(("said", "sure"), [((1, 4, 2), True), ((1, 2, 2), False)])
def test_rooms_that_two_places_count_alike_are_likely(said: tuple[int, ...], sure: bool) -> None:
    """The items' units add up to what the booking says it has, or they do not."""
    kinds = {"S1": "Sea View", "G1": "Garden View", "P1": "Pool Side"}
    units = [(1,), (1, 3), (2,)] * 2
    events = [
        {
            "booking_no": f"B-{at}",
            "accommodation": [
                {"category": {"code": code, "label": kinds[code]}, "units": n}
                for code, n in zip([*kinds][at % 3 :], counts, strict=False)
            ],
            "unitsTotal": said[at % 3],
        }
        for at, counts in enumerate(units)
    ]
    found = with_guesses(events, UTC, ["CREATE_ORDER"] * 6)["order_info.extra.amount_of_room"]
    summed = next(p for p in found if p.value == "SUM(accommodation, units)")
    assert [*summed.given.values()] == [1, 4, 2] * 2
    assert summed.sure == sure


def test_each_value_is_proposed_once() -> None:
    """Two discounts show that one amount is the total: it is one proposal."""
    events = [
        {
            "booking_no": f"B-{at}",
            "total": 100 + at,
            "discount": 10 + at,
            "promo": {"code": "SPRING", "saving": 10 + at},
            "to_pay": 90,
            "nights": 2,
        }
        for at in range(4)
    ]
    for ranked in suggest(events, UTC).values():
        values = [proposal.value for proposal in ranked]
        assert len(values) == len(set(values))


QUOTES = [(100, 20, 0, 0), (250, 31, 25, 12), (90, 9, 9, 0), (400, 44, 60, 30)]


@pytest.mark.parametrize(
    ("after", "total", "payable"),
    [
        (True, "quote.total + COALESCE(quote.discount, 0)", "{{quote.total}}"),
        (False, "{{quote.total}}", "quote.total - COALESCE(quote.discount, 0)"),
    ],
)
def test_parts_show_whether_the_one_total_is_before_its_discount(
    after: bool, total: str, payable: str
) -> None:
    """Room, tax and extras add up to it, or to it and what was taken off."""
    events = [
        {
            "booking_no": f"B-{at}",
            "quote": {
                "room": room,
                "extras": extras,
                "tax": tax,
                "discount": less,
                "total": room + extras + tax - (less if after else 0),
            },
        }
        for at, (room, tax, less, extras) in enumerate(QUOTES)
    ]
    assert first(events, "total_value")[0] == (total, True)
    assert first(events, "payment_value")[0] == (payable, True)


def test_a_total_that_no_part_explains_is_in_doubt_beside_a_discount() -> None:
    """What is computed from it shows nothing of it."""
    events = [
        {"booking_no": f"B-{at}", "quote": {"total": room + 7 * at, "discount": less, "x": tax}}
        for at, (room, tax, less, _) in enumerate(QUOTES)
    ]
    assert not any(sure for _, sure in first(events, "total_value"))


@pytest.mark.parametrize(("paid", "sure"), [((50, 80, 60, 10), True), ((0, 0, 0, 0), False)])
def test_what_is_due_is_all_where_it_stays_so_though_something_was_paid(
    paid: tuple[int, ...], sure: bool
) -> None:
    """As long as nobody has paid, it may be what is left."""
    events = [
        {
            "booking_no": f"B-{at}",
            "charges": {
                "list_total": room + tax,
                "discount": less,
                "due": room + tax - less,
                "deposit": paid[at],
            },
        }
        for at, (room, tax, less, _) in enumerate(QUOTES)
    ]
    assert ("{{charges.due}}", sure) in first(events, "payment_value")
