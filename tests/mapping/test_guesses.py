"""Guesses from values: systems whose names say nothing to us."""

import random
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderkit.destination.fields import field_mappings
from orderkit.mapping.suggest import suggest
from orderkit.mapping.suggest.guesses import guess
from orderkit.mapping.suggest.settings_file import as_settings_file
from orderkit.mapping.suggest.values import order_values
from orderkit.mapping.suggest.with_guesses import with_guesses

UTC = ZoneInfo("UTC")
#: What a system calls things → the end of the row that it belongs to.
NESTED = {
    "Qa": "order_id",
    "Qb.Ka": "third_shop_id",
    "Qb.Kb": "third_shop_name",
    "Qb.Kc": "order_country",
    "Qc": "create_time",
    "Qd.Kw": "update_time",
    "Qe.Ka": "check_in_date",
    "Qe.Kb": "check_out_date",
    "Qe.Kc": "length_of_stay",
    "SIZE(Qf)": "amount_of_room",
    "Qf.X.Ka": "third_sku_id",
    "Qf.X.Kb": "third_sku_name",
    "Qg.Ka": "value.currency",
    "Qg.Kb": "total_value",
    "Qg.Kc": "payment_value",
    "Qh": "ttoclid",
    "Qj.Ka": "fulfillment_value",
    "Qj.Kd.Ka": "commission_value.0.currency",
    "Qj.Kd.Kb": "commission_base_amount",
}


def bookings(seed: int, number: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Bookings, some of which are cancelled or over later, and the order status of each."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    hotels = [("H-17", "Haus am Fluss", "AT"), ("H-18", "Haus am See", "CH")]
    rooms = [("EZ", "Süd am Hof"), ("DZ", "Mit Balkon"), ("ST", "Im Turm")]
    made: list[dict[str, Any]] = []
    statuses = []
    for at in range(number):
        hotel, room = hotels[at % 2], rooms[chance.randrange(3)]
        booked = datetime(2026, 5, 2, 8, 14, tzinfo=UTC) + timedelta(
            days=at, minutes=chance.randrange(600)
        )
        arrival, nights = date(2026, 7, 1) + timedelta(days=at), 1 + chance.randrange(6)
        total = 90.5 * nights + chance.randrange(40)
        booking = {
            "Qa": f"F{881200 + 13 * at}",
            "Qb": dict(zip(("Ka", "Kb", "Kc"), hotel, strict=True)),
            "Qc": f"{booked.isoformat()}",
            "Qd": {"Kv": "a", "Kw": f"{booked.isoformat()}"},
            "Qe": {
                "Ka": arrival.isoformat(),
                "Kb": (arrival + timedelta(days=nights)).isoformat(),
                "Kc": nights,
            },
            "Qf": [{"Ka": room[0], "Kb": room[1]}],
            "Qg": {"Ka": "EUR", "Kb": total, "Kc": total - 20},
            "Qh": f"E.C.P.{at:03}Zk3vQpL9aT{at}",
            "Qi": {"Vor": chance.choice(["Anna", "Jo"]), "Tel": f"+43 1 {at}"},
        }
        made.append(booking)
        statuses.append("CREATE_ORDER")
        later = {"Kw": f"{(booked + timedelta(days=80)).isoformat()}"}
        if at % 4 == 1:
            cancelled = {"Qk": chance.choice(["GAST", "HAUS"]) if at > 8 else "GAST"}
            made.append({**booking, "Qd": {"Kv": "b", **later}, **cancelled})
            statuses.append("CANCEL_ORDER")
        if at % 4 == 2:
            paid = {"Ka": total + 11, "Kd": {"Ka": "EUR", "Kb": total - 30}}
            made.append({**booking, "Qd": {"Kv": "c", **later}, "Qj": paid})
            statuses.append("COMPLETE_ORDER")
    return made, statuses


@settings(max_examples=20)
@given(st.integers(), st.integers(8, 25))
def test_names_that_say_nothing_leave_the_values(seed: int, number: int) -> None:
    """Nearly every mandatory row is guessed right, and no guess is more than perhaps."""
    events, statuses = bookings(seed, number)
    found = guess(order_values(events, UTC, statuses))
    assert all(p.confidence == "perhaps" for ranked in found.values() for p in ranked)
    wrong = {
        end: [p.value for p in ranked]
        for path, end in NESTED.items()
        for target, ranked in found.items()
        if target.endswith(f".{end}") and ranked[0].value.strip("{}") != path
    }
    assert not wrong
    named = [end for end in NESTED.values() if any(t.endswith(end) for t in found)]
    assert len(named) == len(NESTED)


def test_nothing_is_written_for_what_was_only_guessed() -> None:
    """What is proposed for a settings file comes from names alone."""
    events, _statuses = bookings(1, 12)
    assert not [p for ranked in suggest(events, UTC).values() for p in ranked if p.sure]


def test_who_cancelled_is_read_from_words_for_a_guest() -> None:
    """Each word that was seen is read, and a booking that nobody cancelled gets none."""
    events, statuses = bookings(3, 24)
    (first,) = guess(order_values(events, UTC, statuses))["order_info.initiator"]
    assert first.value == 'IF(Qk == "GAST", "CUSTOMER", IF(Qk == "HAUS", "MERCHANT"))'
    assert {statuses[n] for n in first.given} == {"CANCEL_ORDER"}
    assert set(first.given.values()) == {"CUSTOMER", "MERCHANT"}


def test_who_cancelled_is_read_from_letters_that_are_left_of_a_word() -> None:
    """GST is the guest beside HTL, the hotel; whoever else cancelled is said by a person."""
    by = ("GST", "HTL", "AGT", "")
    events = [{"no": f"B-{at}", **({"Cxd By": word} if word else {})} for at, word in enumerate(by)]
    statuses = ["CANCEL_ORDER"] * 3 + ["CREATE_ORDER"]
    first, *others = guess(order_values(events, UTC, statuses))["order_info.initiator"]
    assert first.given == {0: "CUSTOMER", 1: "MERCHANT"}
    assert [proposal.given[2] for proposal in others] == ["MERCHANT", "CUSTOMER"]
    assert "`GST`, `AGT` are read as the guest" in others[1].reason


def test_events_in_which_nothing_looks_like_an_order_give_no_guess() -> None:
    """Texts and yes or no are no one's amounts, dates or codes."""
    events = [{"a": "some words", "b": at % 2 == 0} for at in range(8)]
    found = guess(order_values(events, UTC, [""] * 8))
    assert {*found} <= {row.target for row in field_mappings()}
    assert not {t for t in found if "value" in t or "date" in t or "time" in t}
    assert guess(order_values([], UTC, [])) == {}


def test_a_settings_file_holds_guesses_as_comments_alone() -> None:
    """What is guessed stands beside its row as a candidate; nothing of it is read."""
    events, statuses = bookings(3, 12)
    found = with_guesses(events, UTC, statuses)
    text = as_settings_file(found, events)
    lines = [line for line in text.splitlines() if "a guess from its values" in line]
    assert any('payment_value = "{{Qg.Kc}}"' in line for line in lines)
    assert all(line.startswith("# ") and "# perhaps: " in line for line in lines)


def test_a_guessed_amount_names_what_it_reads() -> None:
    """Each guess of an amount begins with its property, so that one is told from the others."""
    events, statuses = bookings(3, 12)
    found = guess(order_values(events, UTC, statuses))
    for target in ("order_info.value.total_value", "order_info.value.payment_value"):
        for proposal in found[target]:
            assert proposal.facts[0].startswith(f"`{proposal.reads}` is ")


def test_what_all_events_have_alike_is_no_click_id() -> None:
    """A version of a schema is as long as an id, and says nothing of a click."""
    events = [
        {"booking_no": f"B-{at}", "schema": "lodgewire.booking/2026-03", "nights": 2}
        for at in range(6)
    ]
    assert not with_guesses(events, UTC, ["CREATE_ORDER"] * 6).get("order_info.ttoclid")
    for at, event in enumerate(events):
        event["schema"] = f"E.C.x.qnFm8ld8fn5FcV4QS2f{at}"
    assert with_guesses(events, UTC, ["CREATE_ORDER"] * 6)["order_info.ttoclid"]


@pytest.mark.parametrize("owed", ["tax", "saving"])
def test_what_a_tax_or_a_promotion_is_taken_of_is_no_commissions_base(owed: str) -> None:
    """They have rates and bases as well, there only once a stay is over."""
    events: list[dict[str, Any]] = [
        {"booking_no": f"B-{at}", "state": "confirmed", "nights": 2} for at in range(4)
    ]
    for at, event in enumerate(events[:2]):
        share = {"base": 100 + 10 * at, "rate": 10, "amount": 10 + at}
        event |= {"state": "departed", "bill": {owed: share, "total": 120 + at}}
    statuses = ["COMPLETE_ORDER"] * 2 + ["CREATE_ORDER"] * 2
    found = with_guesses(events, UTC, statuses)
    target = next(t for t in found if t.endswith("commission_base_amount"))
    assert not any(proposal.sure for proposal in found[target])
