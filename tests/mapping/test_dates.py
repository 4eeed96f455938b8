"""Which dates are read, which are refused because they could be two, and which are none."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.language.formulas import Context, parse
from orderkit.mapping.conversion import Unconvertible
from orderkit.mapping.dates import parse_date

UTC, PARIS, APIA = ZoneInfo("UTC"), ZoneInfo("Europe/Paris"), ZoneInfo("Pacific/Apia")

READ = [
    "2026-07-10", " 2026-07-10\n", "20260710", 20260710, 20260710.0, "2026/07/10", "2026.07.10",
    "2026 07 10", "2026-7-10", "10 July 2026", "10 jul 2026", "10th July 2026", "10-Jul-2026",
    "10. July 2026", "July 10, 2026", "JUL 10 2026", "Jul. 10th, 2026", "2026-07-10T12:00",
    "2026-07-10 12:00:00", "2026-07-10T12:00:00Z", "2026-07-10T12:00:00.123+02:00",
    "20260710T120000Z", 1783684800, "1783684800", 1783684800123, "1783684800123", 1783684800.9,
    "2026-W28-5",
]  # fmt: skip
NONE: list[Any] = [
    None, True, False, "", " ", "tomorrow", "2026-07", "2026", 2026, "2026-02-30", "20260230",
    "0000-01-01", "2026-13-01", "2026-00-10", "30 February 2026", "July 2026", "10 Juillet 2026",
    "31/04/2026", "00/00/2026", "2026-07/10", "2026-07-10T25:00", "10/07/26", 0, -1, 1.5,
    20260710.5, 999999999999, 10**30, 10**5000, float("nan"), float("inf"), 1e300, "٢٠٢٦-٠٧-١٠",
    "2026-07-10" * 9, b"2026-07-10", [], ["2026-07-10"], {}, "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("raw", READ)
def test_read(raw: Any) -> None:
    """A date that can only be one is read, and the conversion is told unless it was none."""
    value, steps = parse_date(raw, UTC)
    assert value == "2026-07-10"
    assert bool(steps) == (raw != "2026-07-10")


@pytest.mark.parametrize("raw", NONE, ids=range(len(NONE)))
def test_no_date(raw: Any) -> None:
    """What is no date is refused with a reason, and with nothing but `Unconvertible`."""
    with pytest.raises(Unconvertible) as caught:
        parse_date(raw, UTC)
    assert caught.value.reason.strip()


@pytest.mark.parametrize(
    ("raw", "one", "other"),
    [
        ("03/04/2026", "2026-03-04", "2026-04-03"),
        ("3/4/2026", "2026-03-04", "2026-04-03"),
        ("03.04.2026", "2026-03-04", "2026-04-03"),
        ("03-04-2026", "2026-03-04", "2026-04-03"),
        ("03 04 2026", "2026-03-04", "2026-04-03"),
        ("12/11/2026", "2026-12-11", "2026-11-12"),
    ],
)
def test_ambiguous(raw: str, one: str, other: str) -> None:
    """A date that could be two is refused; the reason names both, and a formula settles it."""
    with pytest.raises(Unconvertible) as caught:
        parse_date(raw, UTC)
    assert one in caught.value.reason
    assert other in caught.value.reason
    assert "{x}" in caught.value.formula


@pytest.mark.parametrize(
    ("raw", "pattern"),
    [
        ("2-Oct-26", "d-MMM-yy"),
        ("02 October 26", "dd MMMM yy"),
        ("31.12.26", "dd.MM.yy"),
        ("12/31/26", "MM/dd/yy"),
        ("Oct 2, 26", "MMM d, yy"),
    ],
)
def test_a_year_of_two_digits_is_read_by_a_formula_alone(raw: str, pattern: str) -> None:
    """It is a year of this century that a person has agreed to: nothing is read unasked."""
    with pytest.raises(Unconvertible, match="two digits") as caught:
        parse_date(raw, UTC)
    assert f'"{pattern}"' in caught.value.formula
    formula = parse(caught.value.formula.replace("{x}", "day"))
    read = formula.evaluate({"day": raw}, Context(datetime(2026, 11, 1, tzinfo=UTC), UTC))
    assert read in ("2026-10-02", "2026-12-31")


@pytest.mark.parametrize("raw", ["2-Oct-99", "26.10.02", "1.2.3", "10-11-12-13"])
def test_what_may_be_no_such_year_is_no_date(raw: str) -> None:
    """Numbers with dots are versions and codes as well."""
    with pytest.raises(Unconvertible) as caught:
        parse_date(raw, UTC)
    assert not caught.value.mendings


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("13/04/2026", "2026-04-13"),
        ("04/13/2026", "2026-04-13"),
        ("31.12.2026", "2026-12-31"),
        ("05/05/2026", "2026-05-05"),
        ("29/02/2028", "2028-02-29"),
        ("31. 12. 2026", "2026-12-31"),
        ("2026.12.31.", "2026-12-31"),
        ("2026. 12. 31.", "2026-12-31"),
    ],
)
def test_only_one_order_fits(raw: str, value: str) -> None:
    """Day and month are told apart where one of them cannot be a month, or both are alike."""
    assert parse_date(raw, UTC)[0] == value


@pytest.mark.parametrize(
    ("raw", "zone"),
    [
        ("2026-07-10T23:30:00Z", PARIS),
        ("2026-07-10T00:30:00+02:00", UTC),
        ("2026-07-10T12:00:00Z", APIA),
        (1783724400, PARIS),
        ("9999-12-31T23:30:00Z", PARIS),
        ("0001-01-01T00:30:00+01:00", UTC),
    ],
)
def test_moment_of_two_days(raw: Any, zone: ZoneInfo) -> None:
    """A moment that is another day in the destination's zone is no date that could be guessed."""
    with pytest.raises(Unconvertible):
        parse_date(raw, zone)


def test_local_moment_keeps_its_day() -> None:
    """A moment without an offset is of the day it was written with, in every zone."""
    for zone in (UTC, PARIS, APIA):
        assert parse_date("2026-07-10T23:59:59", zone)[0] == "2026-07-10"


@given(st.dates(min_value=date(1000, 1, 1)))
def test_iso_dates_go_through(day: date) -> None:
    """Every date of the calendar goes through unchanged, and back from its compact form."""
    assert parse_date(day.isoformat(), UTC) == (day.isoformat(), ())
    assert parse_date(f"{day:%Y%m%d}", UTC)[0] == day.isoformat()


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from("/-. "))
def test_year_last_is_never_guessed(day: date, separator: str) -> None:
    """Day first or month first: the result is the right day or a refusal, never another day."""
    for pattern in (f"%d{separator}%m{separator}%Y", f"%m{separator}%d{separator}%Y"):
        try:
            value, _steps = parse_date(day.strftime(pattern), UTC)
        except Unconvertible:
            assert day.day <= 12
            assert day.day != day.month
        else:
            assert value == day.isoformat()
