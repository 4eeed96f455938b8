"""The readiness: what it says of bookings, in which words, and who does what."""

import re
from collections import Counter
from itertools import permutations

import pytest

from orderkit.destination.fields import field_mappings
from orderkit.destination.loading import PROPOSED, load_settings, parse_settings
from orderkit.destination.settings import Settings
from orderkit.errors import SettingsError
from orderkit.events import samples
from orderkit.mapping.mapper import Mapper
from orderkit.reports.client_words import client_words, count_in_words, kind_of, listed, topics
from orderkit.reports.readiness import Readiness, client_name, readiness
from orderkit.reports.readiness_html import logo_html, readiness_html
from orderkit.reports.tasks import Gap, most_frequent

SAMPLES = list(samples.sample_events().values())
DAMAGED = list(samples.damaged_events().values())
#: Words of ours, which no client's screen has.
OURS = re.compile(
    r"\b(events?|fields?|mapping|payload|propert(y|ies)|status(es)?|order_info)\b", re.I
)


def found_in(events: list[dict[str, object]], more: str = "") -> Readiness:
    """The readiness of events, with the samples' settings and more of them."""
    text = samples.SETTINGS.read_text(encoding="utf-8")
    settings = parse_settings(f"{text}\n{more}")
    mapper = Mapper(settings)
    return readiness(settings, [mapper.explain(event) for event in events])


def test_all_samples_are_ready() -> None:
    """With nothing missing, each light is green, and only the address is open."""
    found = found_in(SAMPLES)
    assert found.sentence() == (
        "New bookings, cancellations and finished stays are ready for TikTok."
    )
    assert [kind.light for kind in found.kinds] == ["ready"] * 3
    assert [task.who for task in found.tasks] == ["The hotel", "Everyone"]


def test_a_kind_with_no_ready_booking_is_red_and_one_without_any_is_not_judged() -> None:
    """Red where nothing can be sent; where there is no example, that is said, and no fault."""
    damaged = samples.damaged_events()
    found = found_in([SAMPLES[0], damaged["initiator misspelled"]])
    assert [kind.light for kind in found.kinds] == ["ready", "closed", "unseen"]
    assert found.sentence() == "New bookings are ready for TikTok. Cancellations need one thing."
    cancelled = found.kinds[1].answers["Who cancelled"]
    assert cancelled == ("missing", 1)
    assert found.kinds[0].answers["Who cancelled"] == ("later", 1)
    assert found.kinds[2].answers["What was paid in the end"] == ("no example", 0)


def test_each_line_says_what_is_reached_with_it() -> None:
    """The counts grow from line to line, up to all bookings of the kind."""
    found = found_in(SAMPLES + DAMAGED)
    booked = [task.then for task in found.tasks if task.then.endswith("bookings ready")]
    numbers = [int(then.split()[0]) for then in booked]
    assert numbers == sorted(numbers)
    assert booked[-1] == "10 of 10 bookings ready"
    gaps = {gap for kind in found.kinds for gap in kind.gaps}
    assert gaps == {gap for task in found.tasks for gap in task.gaps}


def test_the_workspace_says_who_does_what() -> None:
    """A list of steps takes the place of ours, with names and dates as they are there."""
    found = found_in(
        DAMAGED,
        '[[step]]\nwhat = "Keep the click"\nwho = "Jonas"\nuntil = 2026-11-30\n'
        '[[step]]\nwhat = "Watch together"\n[client]\nname = "Riverside"\n',
    )
    assert found.client == "Riverside"
    assert [(task.what, task.who, task.until) for task in found.tasks] == [
        ("Keep the click", "Jonas", "Mon 30 Nov"),
        ("Watch together", "", ""),
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[client]\ncolour = "blue"', 'client.colour: found "blue"; write a colour as "#1565c0"'),
        ('[[step]]\nwhat = "x"\nuntil = "soon"', "write a day as 2026-11-30"),
        ('[client]\nnme = "x"', "did you mean name?"),
    ],
)
def test_what_cannot_be_used_is_told(more: str, said: str) -> None:
    """The new keys are checked as all others are."""
    with pytest.raises(SettingsError) as error:
        found_in([], more)
    assert said in str(error.value)


def test_no_word_of_ours_is_on_the_page() -> None:
    """Whatever is missing, the page is in the client's words."""
    page = readiness_html(found_in([*SAMPLES, *DAMAGED, {"event_name": "newsletter"}]))
    text = re.sub(r"<[^>]+>", " ", page)
    assert not OURS.search(text)
    assert "One more message from your site is not for TikTok" in text


def test_every_field_has_its_words() -> None:
    """Each field has a name of its own, and each that is ever mandatory stands in a line."""
    words = client_words()
    assert set(words) == {row.target for row in field_mappings()}
    assert len({word.word for word in words.values()}) == len(words)
    assert all(words[row.target].topic in topics() for row in field_mappings() if row.mandatory)
    assert not [word for word in words.values() if OURS.search(f"{word.word} {word.topic}")]


def test_lights_differ_in_shape() -> None:
    """A colour alone tells nothing: each light has a shape, and a name that is read out."""
    page = readiness_html(found_in([SAMPLES[0], samples.damaged_events()["initiator misspelled"]]))
    assert {"ok-lamp-ready", "ok-lamp-closed", "ok-lamp-unseen"} <= set(
        re.findall(r"ok-lamp-\w+", page)
    )
    assert 'aria-label="Not ready"' in page


def test_a_logo_that_cannot_be_read_is_a_letter(tmp_path: object) -> None:
    """A letter on the client's colour stands for a picture that is not there, and is escaped."""
    assert '<span class="ok-logo"' in logo_html("<Riverside>", f"{tmp_path}/none.png", "#ffffff")
    assert "color:#000" in logo_html("x", "", "#ffffff")
    assert "&lt;" in logo_html("<Riverside>", "", "")


def test_small_words() -> None:
    """Numbers and lists as people write them."""
    assert count_in_words(1, "booking", "bookings") == "one booking"
    assert count_in_words(14, "booking", "bookings") == "14 bookings"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert kind_of("PAY_ORDER").title == "Pay"


def test_settings_without_a_name_have_one() -> None:
    """The merchant's id stands for a client without a name, and "Your bookings" for neither."""
    assert readiness(load_settings(samples.SETTINGS), []).client == "maison-lune"
    assert readiness(Settings(), []).client == "Your bookings"


def test_a_reference_is_no_name() -> None:
    """Where the merchant's id is read from bookings, no braces stand on the client's screen."""
    settings = parse_settings('[settings]\nthird_merchant_id = "{{chain.id}}"\n', draft=True)
    assert readiness(settings, []).client == "Your bookings"


#: A booking of a system of its own, and settings that say of some of it where it stands.
FOREIGN = {"kind": "made", "ref": "A-1", "house": {"code": "H1"}, "src": "?ttoclid=abc"}
SOME = (
    'event_property = "kind"\n[[event_mapping]]\norder_status = "CREATE_ORDER"\n'
    'event_name = "made"\n[settings]\ntiktok_organic_tracking_id = "{{click}}"\n'
    '[smart_mapping]\n"order_info.order_id" = "ref"\n'
)


def found_of_foreign(*events: dict[str, object], agreed: bool = True) -> Readiness:
    """The readiness of such bookings, as long as most is still to be mapped."""
    settings = parse_settings(SOME if agreed else PROPOSED + SOME, draft=True)
    mapper = Mapper(settings)
    return readiness(settings, [mapper.explain(event) for event in events])


def test_what_nobody_assigned_is_no_fault_of_the_site() -> None:
    """A value that bookings have, and nobody has mapped yet, is found by whoever maps."""
    found = found_of_foreign(FOREIGN)
    who = {task.what: task.who for task in found.tasks}
    assert who["Find the hotel in these bookings"] == "Commanders Act"
    assert who["Say under which id TikTok knows you"] == "The hotel"
    assert not any(what.startswith("Send ") for what in who)
    page = readiness_html(found)
    assert "the hotel is not found yet" in page
    assert "Everything else TikTok asks for is there" not in page


def test_bookings_that_began_elsewhere_lost_no_click() -> None:
    """Where some have a click and others none, it is asked whether these began on TikTok."""
    some = found_of_foreign(FOREIGN | {"click": "abc"}, FOREIGN)
    none = found_of_foreign(FOREIGN, FOREIGN)
    assert "Say whether these bookings began on TikTok" in {task.what for task in some.tasks}
    assert "Keep the click on TikTok until the booking is made" in {t.what for t in none.tasks}


def test_what_a_message_means_is_open_until_settings_are_agreed() -> None:
    """With proposed settings, a message that none of them names is not said to be for nobody."""
    other = FOREIGN | {"kind": "IN_HOUSE"}
    proposed, agreed = (found_of_foreign(FOREIGN, other, agreed=known) for known in (False, True))
    assert (proposed.others, proposed.unsaid) == (0, 1)
    assert (agreed.others, agreed.unsaid) == (1, 0)
    assert "what it means is still open" in readiness_html(proposed)


def test_lines_stand_in_the_same_order_whatever_was_found_first() -> None:
    """Gaps that are as frequent as each other are told apart by their topic."""
    gaps = [
        Gap("Price", True),
        Gap("Hotel", True),
        Gap("Hotel", False),
        Gap("Rooms: how many, and which", True),
    ]
    expected = [(gap, 1) for gap in (gaps[2], gaps[1], gaps[0], gaps[3])]
    for order in permutations(gaps):
        assert most_frequent(Counter(order)) == expected


def test_orders_that_the_test_system_keeps_are_those_of_these_bookings() -> None:
    """A later message of an order replaces an earlier one; an order of a show counts for none."""
    booked = SAMPLES[0]
    number = str(booked["id"])
    settings = load_settings(samples.SETTINGS)
    results = [Mapper(settings).explain(event) for event in (booked, booked)]
    kept = {(number, "CREATE_ORDER"), (f"{number}-J1", "CREATE_ORDER")}
    (kind, *_) = readiness(settings, results, kept).kinds
    assert (kind.ready, len(kind.orders), kind.kept) == (2, 1, 1)
    page = readiness_html(readiness(settings, results, kept))
    assert "All that are ready reached the test system, as one order" in page


def test_what_some_bookings_have_where_the_table_looks_for_it_is_found() -> None:
    """A value that others have is missing in this booking: nobody has to look for its place."""
    found = found_of_foreign(FOREIGN | {"currency": "EUR"}, FOREIGN)
    assert Gap("Price", True, found=True) in found.kinds[0].gaps


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ('[client]\nname = "Quay Group"\n[settings]\nthird_shop_name = "Quay House"', "Quay Group"),
        ('[settings]\nthird_shop_name = "Quay House"\nthird_merchant_id = "m-7"', "Quay House"),
        ('[settings]\nthird_shop_name = "{{hotel.name}}"\nthird_merchant_id = "m-7"', "m-7"),
        ('[settings]\nthird_shop_name = "{{hotel.name}}"', "Your bookings"),
        ('[settings]\nthird_merchant_id = "7301552846719"', "Your bookings"),
    ],
)
def test_a_client_is_called_by_the_best_name_that_settings_have(settings: str, name: str) -> None:
    """Its own name, else its one hotel's, else what TikTok knows it by."""
    assert client_name(parse_settings(settings, draft=True)) == name
