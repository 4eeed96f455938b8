"""A small part of what ``python -m tests.destination.mutations`` tries."""

import pytest

from orderkit.destination.loading import parse_settings, validated
from orderkit.errors import SettingsError
from tests.destination.mutations import mutated, outcome
from tests.mutating import outcomes


def test_mutated_settings() -> None:
    """Whatever a settings file or a form holds, it is read, or refused with reasons, and soon."""
    found = outcomes(mutated(400, seed=4), outcome)
    assert found.keys() <= {"mapped", "filtered", "rejected", "refused"}
    assert found["mapped"] + found["rejected"] > 150


@pytest.mark.parametrize("digits", [30, 400, 4_000])
def test_integers_beyond_what_json_carries(digits: int) -> None:
    """A number of more digits than JSON carries is refused with what to write, of any length."""
    text = f"[settings]\nthird_shop_id = 7{'0' * digits}"
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, draft=True)
    (fault,) = caught.value.faults
    assert fault.key == "settings.third_shop_id"
    assert "in quotes" in fault.expected


@pytest.mark.parametrize(
    "data",
    [
        {"timezone": "\ud800"},
        {"settings": {"order_country": "\udfff"}},
        {"filter": {"formula": 'a = "\ud83d"'}},
        {"smart_mapping": {"order_info.order_url": "a\ud800"}},
    ],
)
def test_half_a_character_is_refused(data: dict[str, object]) -> None:
    """What a form was given and no file could hold is refused, not written."""
    with pytest.raises(SettingsError):
        validated(data, "settings")
