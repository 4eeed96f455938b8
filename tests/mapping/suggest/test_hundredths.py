"""Amounts that count hundredths, as payment systems write them."""

from typing import Any

import pytest

from orderkit.mapping.suggest import Proposal
from orderkit.mapping.suggest.with_guesses import with_guesses
from tests.mapping.suggest.support import UTC

_AMOUNTS = ("total_value", "payment_value", "fulfillment_value")


def _proposals(currency: str, *prices: int) -> dict[str, list[Proposal]]:
    """What is proposed for reservations of two nights, the last of which are over."""
    currencies = currency.split()
    events: list[dict[str, Any]] = []
    for at, price in enumerate(prices):
        over = at % 2 == 1
        events.append(
            {
                "type": "reservation.completed" if over else "reservation.confirmed",
                "reservation": {
                    "id": f"rsv_{at}07",
                    "currency": currencies[at % len(currencies)],
                    "amount_total": price,
                    "arrival": f"2026-05-{10 + at}",
                    "departure": f"2026-05-{12 + at}",
                    "invoice": {"amount_total": price} if over else None,
                },
            }
        )
    statuses = ["COMPLETE_ORDER" if at % 2 else "CREATE_ORDER" for at in range(len(events))]
    found = with_guesses(events, UTC, statuses)
    return {name: found[f"order_info.value.{name}"] for name in _AMOUNTS}


def test_whole_amounts_too_high_for_a_night_are_divided_first() -> None:
    """No amount of 639.38 EUR that is written as 63938 is proposed as 63938 first, or surely."""
    for name, ranked in _proposals("eur", 63938, 43350, 37134, 112671).items():
        assert "/ 100" in ranked[0].value, name
        assert not any(proposal.sure for proposal in ranked), name
        assert ranked[0].example in (639.38, 433.5), name


def test_what_says_how_many_digits_amounts_have_is_believed_first() -> None:
    """3,100 EUR may be whole; beside "minor_units": 2 it is 31.00, and offered so."""
    events = [
        {
            "id": f"B-{at}",
            "arrival": f"2026-05-{10 + at}",
            "departure": f"2026-05-{12 + at}",
            "money": {"currency": "EUR", "minor_units": 2, "total": price},
        }
        for at, price in enumerate((2900, 3100, 2800, 4000))
    ]
    ranked = with_guesses(events, UTC, ["CREATE_ORDER"] * 4)["order_info.value.total_value"]
    assert (ranked[0].value, ranked[0].sure) == ("money.total / 100", False)
    assert "`money.minor_units` says 2" in ranked[0].reason


def test_one_order_that_cost_next_to_nothing_changes_nothing() -> None:
    """A test of 1.20 EUR among twelve orders does not make the others whole amounts."""
    prices = [63938 + 717 * at for at in range(11)]
    for name, ranked in _proposals("eur", *prices, 120).items():
        assert "/ 100" in ranked[0].value, name
        assert not any(proposal.sure for proposal in ranked), name


def test_a_currency_without_hundredths_stays_as_it_is_beside_one_that_has_them() -> None:
    """In a file of euros and yen, the euros alone are divided."""
    for name, ranked in _proposals("eur jpy", 63938, 63999, 37134, 145625).items():
        first = ranked[0]
        assert {float(v) for v in first.given.values()} <= {639.38, 63999, 371.34, 145625}, name


@pytest.mark.parametrize(
    ("currency", "prices"),
    [("czk", (6400, 7200, 5900, 8100)), ("eur", (2900, 3100, 2800, 4000))],
    ids=["thousands-are-usual", "a-dear-hotel"],
)
def test_amounts_that_may_as_well_be_whole_are_offered_so_first(
    currency: str, prices: tuple[int, ...]
) -> None:
    """Where a night may cost so much, the amount as it is comes first, and none is sure."""
    for name, ranked in _proposals(currency, *prices).items():
        assert not ranked[0].formula, name
        assert not any(proposal.sure for proposal in ranked), name
        assert any("/ 100" in proposal.value for proposal in ranked), name


def test_amounts_of_usual_nights_are_not_doubted() -> None:
    """Whole amounts of some hundreds are what they are."""
    for name, ranked in _proposals("eur", 310, 264, 198, 420).items():
        assert not any("/ 100" in proposal.value for proposal in ranked), name


@pytest.mark.parametrize(
    "parts", [("discount",), ("discount", "room", "tax", "fee"), ("room", "tax")]
)
def test_that_amounts_add_up_does_not_say_what_they_count(parts: tuple[str, ...]) -> None:
    """A total less its discount, and parts of a total, add up in hundredths as well: no price that
    may be a hundred times too high is taken unasked.
    """
    events, statuses = [], []
    for at in range(8):
        room, tax, fee, off = 40000 + 1300 * at, 8000 + 260 * at, 450, (at % 3) * 1500
        total = room + tax + (fee if "fee" in parts else 0)
        said = {"room": room, "tax": tax, "service_fee": fee, "discount": off}
        price = {"currency": "GBP", "subtotal": total, "grand_total": total - off}
        price |= {
            key: value for key, value in said.items() if key.removeprefix("service_") in parts
        }
        if "discount" not in parts:
            price["grand_total"] = total
        event = {"type": "reservation.placed", "booking": {"ref": f"HQ-{at}7X", "price": price}}
        event["booking"] |= {"arrival": f"2026-07-{10 + at}", "departure": f"2026-07-{12 + at}"}
        events.append(event)
        statuses.append("CREATE_ORDER")
    found = with_guesses(events, UTC, statuses)
    amounts = [p for ranked in found.values() for p in ranked if p.row.type == "amount"]
    assert {p.row.target.rpartition(".")[2] for p in amounts} >= {"total_value", "payment_value"}
    assert [p.value for p in amounts if p.sure and not p.value.endswith("/ 100")] == []


def test_an_amount_with_a_fraction_beside_it_shows_whole_units() -> None:
    """A night for 12,600 baht is no night for 126 where a tax of 1,648.60 stands beside it."""
    events = [
        {
            "id": f"B-{at}",
            "currency": "THB",
            "arrival": "2026-05-01",
            "departure": "2026-05-03",
            "pricing": {"grandTotal": 25200 + 100 * at, **tax},
        }
        for at, tax in enumerate(({"vat": 1648.6}, {"vat": 1655.14}, {"vat": 1661.68}))
    ]
    for seen, whole in (
        (events, True),
        ([{**e, "pricing": {"grandTotal": 25200}} for e in events], False),
    ):
        found = with_guesses(seen, UTC, ["CREATE_ORDER"] * 3)["order_info.value.total_value"]
        assert (found[0].value, found[0].sure) == ("{{pricing.grandTotal}}", whole)


@pytest.mark.parametrize(
    ("price", "currency", "divided"),
    [(144144, "PLN", True), (14414, "PLN", False), (1441, "PLN", False), (144144, "EUR", True)],
)
def test_what_is_to_be_paid_is_in_doubt_as_well_as_a_total(
    price: int, currency: str, divided: bool
) -> None:
    """Though no property is called a total: 144144 for three nights is no price in zloty."""
    events = [
        {
            "id": f"B-{at}",
            "from": "2026-05-01",
            "until": "2026-05-04",
            "price": {"ccy": currency, "to_pay": price + at},
        }
        for at in range(3)
    ]
    found = with_guesses(events, UTC, ["CREATE_ORDER"] * 3)["order_info.value.payment_value"]
    assert (found[0].value == "price.to_pay / 100") == divided
    assert found[0].sure == (price == 1441)


def test_an_envelope_says_it_for_all_events() -> None:
    """What has two digits stands once in the document."""
    events = [
        {
            "id": f"B-{at}",
            "from": "2026-05-01",
            "until": "2026-05-02",
            "ccy": "PLN",
            "to_pay": 144100,
        }
        for at in range(3)
    ]
    envelope = {"money": {"unit": "minor", "digits": 2}}
    found = with_guesses(events, UTC, ["CREATE_ORDER"] * 3, envelope)
    first = found["order_info.value.payment_value"][0]
    assert (first.value, "`money.digits` says 2" in first.reason) == ("to_pay / 100", True)


def test_a_currency_whose_hundredths_nobody_uses_is_in_no_doubt() -> None:
    """Two million rupiah are a usual price of a night, though ISO 4217 gives them hundredths."""
    for name, ranked in _proposals("idr", 4200000, 3900000, 5100000, 4600000).items():
        assert not any("/ 100" in proposal.value for proposal in ranked), name
