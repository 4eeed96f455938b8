"""A change of the settings, by what it does to events."""

from copy import deepcopy
from typing import Any

import pytest

from orderkit import load_settings
from orderkit.destination.settings import Settings
from orderkit.events import samples
from orderkit.mapping.mapper import Mapper
from orderkit.reports.review import ChangeReview, review_change

_EVENTS = deepcopy(samples.sample_events())
for _name in list(_EVENTS)[:2]:
    _EVENTS[_name]["hotel"]["title"] = _EVENTS[_name]["hotel"].pop("name")


def reviewed(**values: Any) -> ChangeReview:
    """What other values under [settings] do to the samples, of which two lack the hotel's name."""
    before = load_settings(samples.SETTINGS)
    data = before.model_dump(exclude_none=True)
    after = Settings.model_validate(data | {"settings": data["settings"] | values})
    old, new = Mapper(before), Mapper(after)
    return review_change((n, old.map(e), new.map(e)) for n, e in _EVENTS.items())


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Nothing changes for 7 events"),
        ({"third_shop_name": {"formula": "COALESCE(hotel.name, hotel.title)"}}, "2 events more"),
        ({"third_shop_name": "{{hotel.title}}"}, "2 events more, 5 events fewer"),
        ({"order_country": "ES"}, "1 value changed in 7"),
        (
            {
                "third_shop_name": {"formula": "COALESCE(hotel.name, hotel.title)"},
                "order_country": "ES",
            },
            "2 events more, 1 value changed in 5",
        ),
    ],
)
def test_a_change_is_told_by_outcome(values: dict[str, Any], sentence: str) -> None:
    """Events that come or go first, then values, each with the number of events."""
    assert reviewed(**values).sentence == sentence


def test_before_and_after_stand_side_by_side() -> None:
    """An event that comes says why it was not mapped; a value says what it was."""
    formula = {"formula": "COALESCE(hotel.name, hotel.title)"}
    frame = reviewed(third_shop_name=formula, order_country="ES").table.frame
    first, last = frame.iloc[0], frame.iloc[-1]
    assert (first["before"], first["after"]) == (
        "with problems: 1 field missing: `third_shop_name`",
        "mapped: CREATE_ORDER",
    )
    assert (last["field"], last["after"]) == ("Hotel country", '"ES"')
    assert last["before"] in ('"FR"', '"PT"')
