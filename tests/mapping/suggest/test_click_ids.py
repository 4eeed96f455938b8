"""Where the click's id is, when no property is called so."""

from typing import Any

from orderkit.mapping.suggest.statuses import suggest_events
from orderkit.mapping.suggest.with_guesses import with_guesses
from tests.mapping.suggest.support import UTC

_PAID = [f"E.C.P.Cu{at}Bd2x{at}Zk3vQpL9aT" for at in range(6)]


def offered(texts: list[dict[str, Any]]) -> list[tuple[str, dict[int, Any]]]:
    """What is offered for the click's id, with what each order gets, for bookings with these."""
    events = [
        {"booking": f"B-{at}", "status": "confirmed", **text} for at, text in enumerate(texts)
    ]
    found = with_guesses(events, UTC, suggest_events(events).statuses(events))
    return [(p.value, dict(p.given)) for p in found["order_info.ttoclid"] if not p.sure]


def test_ids_of_other_networks_in_the_same_property_are_left_out() -> None:
    """A column of click ids holds Google's as well: those of TikTok are told by how they begin."""
    ids = [*_PAID[:4], "EAIaIQobChMI2x", "Cj0KCQiAx1Cdef0"]
    (value, given), *_ = offered([{"click": id_} for id_ in ids])
    assert value.startswith("SELECT(click,")
    assert given == dict(enumerate(_PAID[:4]))


def test_ids_among_cookies_and_in_addresses_are_read_from_both() -> None:
    """Some orders have it in the one place, some in the other, and some in both."""
    texts = [
        {
            "cookie": f"_ga=1; ttclid={_PAID[0]}; x=2",
            "entry": f"https://a.example/?ttclid={_PAID[0]}",
        },
        {"cookie": f"ttclid={_PAID[1]}", "entry": "https://a.example/"},
        {"cookie": "_ttp=3", "entry": f"https://a.example/?u=1&ttclid={_PAID[2]}#top"},
        {"cookie": "_ttp=4; nottclid=5", "entry": "https://a.example/"},
    ]
    (value, given), *_ = offered(texts)
    assert value.startswith("COALESCE(SELECT(")
    assert given == dict(enumerate(_PAID[:3]))


def test_an_id_that_is_called_another_networks_is_none_of_tiktoks() -> None:
    """However long it is, a gclid is Google's; the paid click's own is offered."""
    events = [{"ttclid": id_, "gclid": "EAIaIQobSxUYyHCzs9bwtZuXi4wX9DO"} for id_ in _PAID]
    assert [value for value, _ in offered(events)] == ["{{ttclid}}"]


def test_an_id_in_an_address_within_an_address_is_read() -> None:
    """A parameter or a cookie may hold the landing page's address, encoded once or twice."""
    ids = [f"click{at}abcdefghijklmnop0123456789" for at in range(5)]
    texts = [
        f"https://a.example/?ttoclid={ids[0]}&x=1",
        f"https://b.example/?back=https%3A%2F%2Fa.example%2F%3Fu%3D1%26ttoclid%3D{ids[1]}%26x%3D1",
        f"https://b.example/?back=https%253A%252F%252Fa.example%252F%253Fttoclid%253D{ids[2]}",
        f"_ga=1; first_url=%2F%3Fttoclid%3D{ids[3]}; x=2",
        # What is cut short is another id.
        f"https://b.example/?back=%2F%3Fttoclid%3D{ids[4]}%2B7",
    ]
    events = [{"booking": f"B-{at}", "entry": text} for at, text in enumerate(texts)]
    found = with_guesses(events, UTC, ["CREATE_ORDER"] * len(events))["order_info.ttoclid"]
    assert dict(found[0].given) == dict(enumerate(ids[:4]))
