"""The property that says what happened, where it is not ``event_name``."""

from pathlib import Path

from orderkit import Mapper, Settings, load_settings
from orderkit.destination.saving import save_settings
from orderkit.events import samples

EVENT = samples.sample_events()["cancelled by guest"]


def _settings() -> Settings:
    data = load_settings(samples.SETTINGS).model_dump(exclude_none=True)
    pairs = [{"order_status": "CANCEL_ORDER", "event_name": "storniert"}]
    said = {"event_property": "booking.state", "event_mapping": pairs}
    return Settings.model_validate(data | said)


def test_the_order_status_is_read_from_another_property() -> None:
    """The event mapping's names are those of `event_property`, in both ways of mapping."""
    event = EVENT | {"booking": EVENT["booking"] | {"state": "storniert"}}
    mapper = Mapper(_settings())
    mapped = mapper.map(event)
    assert mapped.order_status == "CANCEL_ORDER"
    assert mapped.payload == mapper.explain(event).payload
    assert mapper.map(EVENT | {"event_name": "storniert"}).order_status is None


def test_it_is_saved_where_it_is_not_the_usual_one(tmp_path: Path) -> None:
    """A file says `event_property` only where it is another than ``event_name``."""
    file = tmp_path / "settings.toml"
    save_settings(_settings(), file)
    assert load_settings(file).event_property == "booking.state"
    save_settings(load_settings(samples.SETTINGS), tmp_path / "usual.toml")
    assert "event_property" not in (tmp_path / "usual.toml").read_text(encoding="utf-8")
