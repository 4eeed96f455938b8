"""Formulas in settings and smart mapping, and the fixes that the checks propose."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orderkit import Mapper, Settings, SettingsError, load_settings
from orderkit.destination.loading import parse_settings
from orderkit.destination.saving import save_settings
from orderkit.events import samples

TEXT = samples.SETTINGS.read_text(encoding="utf-8")
CREATED = samples.sample_events()["created"]


def with_value(key: str, written: str) -> Settings:
    """The sample settings with one value written differently."""
    return parse_settings(re.sub(rf"(?m)^{key} = .*$", lambda _: f"{key} = {written}", TEXT))


def test_a_formula_fills_a_setting_and_its_steps_are_told() -> None:
    """The value of every part is in the trace."""
    settings = with_value("third_shop_name", "{ formula = 'UPPER(LEFT(hotel.name, 6))' }")
    mapped = Mapper(settings).explain(CREATED)
    entry = next(e for e in mapped.trace if e.source == "Third Shop Name")
    assert entry.value == "MAISON"
    assert 'LEFT(hotel.name, 6) = "Maison"' in entry.steps


def test_a_part_that_cannot_be_evaluated_makes_the_value_missing() -> None:
    """The reason is in the problem and in the trace."""
    mapped = Mapper(with_value("total_value", "{ formula = 'value / 0' }")).explain(CREATED)
    problem = next(p for p in mapped.problems if p.source == "Total Value")
    assert problem.code == "missing"
    assert "division by zero" in problem.message


def test_a_wrong_formula_is_told_with_line_and_caret() -> None:
    """Place, caret and near miss are there when the settings are loaded."""
    with pytest.raises(SettingsError) as caught:
        with_value("total_value", "{ formula = 'UPER(value)' }")
    said = str(caught.value)
    assert "settings:14: settings.total_value" in said
    assert "did you mean `UPPER`" in said
    assert "\n  UPER(value)\n  ^" in said


def test_smart_mapping_takes_paths_texts_and_formulas() -> None:
    """Each of the three forms fills its row."""
    data = load_settings(samples.SETTINGS).model_dump(exclude_none=True)
    data["smart_mapping"] = {
        "order_info.order_id": "context.event_id",
        "order_info.extra.cancel_reason": "{{hotel.name}}, {{hotel.country}}",
        "order_info.order_url": {"formula": "EXTRACT(url, '/', 2)"},
    }
    mapped = Mapper(Settings.model_validate(data)).map(CREATED)
    assert mapped.payload is not None
    info = mapped.payload["order_info"]
    assert info["order_id"] == "evt-0001-booking_created"
    assert info["extra"]["cancel_reason"] == "Maison Lune Lyon, FR"
    assert info["order_url"] == "www.maisonlune.example"


def test_the_clock_is_a_parameter() -> None:
    """A mapping that uses the time of day can be repeated."""
    settings = with_value("create_time", "{ formula = 'TIMESTAMP()' }")
    mapped = Mapper(settings, now=datetime(2026, 6, 1, tzinfo=UTC)).map(CREATED)
    assert mapped.payload is not None
    assert mapped.payload["order_info"]["create_time"] == 1780272000


def test_formulas_filters_and_transformations_survive_saving(tmp_path: Path) -> None:
    """What is saved is loaded as it was, comments included."""
    extra = (
        '\n[[transformation]]\nproperty = "a"\nnew_name = "b"\n[filter]\nconsent = "ads" # asked\n'
        '[[filter.condition]]\nproperty = "currency"\noperator = "is"\nvalue = "EUR"\n'
    )
    settings = with_value("create_time", "{ formula = \"DATEFORMAT(booking.created_at, 'X')\" }")
    path = tmp_path / "settings.toml"
    path.write_text(TEXT + extra, encoding="utf-8")
    stored = load_settings(path)
    changed = stored.model_copy(update={"settings": settings.settings})
    save_settings(changed, path)
    assert load_settings(path) == changed
    assert "# asked" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("key", "path", "raw", "expected"),
    [
        ("payment_value", "to_pay", "450,00", 450),
        ("payment_value", "to_pay", "1.450,50", 1450.5),
        ("payment_value", "to_pay", "1,450.50", 1450.5),
        ("payment_value", "to_pay", "1 450.50", 1450.5),
        ("payment_value", "to_pay", "€ 450.50", 450.5),
        ("payment_value", "to_pay", "450,50 EUR", 450.5),
        ("check_in_date", "check_in", "10/07/2026", "2026-07-10"),
        ("check_in_date", "check_in", "10.7.2026", "2026-07-10"),
    ],
)
def test_the_formula_that_a_fix_names_does_fix_it(
    key: str, path: str, raw: str, expected: Any
) -> None:
    """Pasted into the settings as it stands, the proposed formula gives the value."""
    event = CREATED | {"booking": CREATED["booking"] | {path: raw}}
    mapped = Mapper(load_settings(samples.SETTINGS)).map(event)
    problem = next(p for p in mapped.problems if p.code == "invalid")
    written = re.search(rf"write ({key} = .*?) under \[settings\]", problem.fix)
    assert written is not None, problem.fix
    assert tomllib.loads(written[1])
    again = Mapper(with_value(key, written[1].split(" = ", 1)[1])).explain(event)
    assert [e.value for e in again.trace if e.target == problem.target] == [expected]
