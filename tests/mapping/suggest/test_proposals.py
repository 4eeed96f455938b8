"""Proposals from events, and the settings file that is made of them."""

from orderkit import Mapper, load_settings
from orderkit.destination.loading import parse_settings
from orderkit.events import samples
from orderkit.mapping.suggest import suggest
from orderkit.mapping.suggest.settings_file import as_settings_file
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
