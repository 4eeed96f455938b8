"""Smart mapping left empty: the row is not sent."""

from typing import Any

from orderkit import Mapper, Settings, load_settings
from orderkit.events import samples

CREATED = samples.sample_events()["created"]


def mapper(**smart_mapping: str) -> Mapper:
    data = load_settings(samples.SETTINGS).model_dump(exclude_none=True)
    targets = {f"order_info.{target}": "" for target in smart_mapping}
    return Mapper(Settings.model_validate(data | {"smart_mapping": targets}))


def test_an_optional_row_left_empty_is_not_sent() -> None:
    """No value, no problem; the other rows stay as they are."""
    plain = load_settings(samples.SETTINGS)
    event: dict[str, Any] = CREATED
    before, after = Mapper(plain).map(event), mapper(order_url="").map(event)
    assert before.payload is not None
    assert after.payload is not None
    assert before.payload["order_info"].pop("order_url")
    assert after.payload == before.payload
    assert after.problems == before.problems


def test_a_mandatory_row_left_empty_is_missing() -> None:
    """An order that lacks it is rejected, and the message says where the row was left empty."""
    for mapped in (mapper(order_id="").map(CREATED), mapper(order_id="").explain(CREATED)):
        assert mapped.outcome == "rejected"
        (problem,) = mapped.problems
        assert "is left empty: the row is not sent" in problem.message
        assert problem.actor == "settings"
