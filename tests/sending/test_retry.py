"""Retry-After, back-off and pace."""

import math
from email.utils import formatdate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderkit.sending.retry import Pacer, Policy, retry_after

NOON = 1_800_000_000.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("nan", None),
        ("0", 0.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        (formatdate(NOON + 30, usegmt=True), 30.0),
        (formatdate(NOON - 30, usegmt=True), 0.0),
        ("Fri, 15 Jan 2027 08:00:30 -0000", 30.0),
        ("Friday, 15-Jan-27 08:00:30 GMT", 30.0),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    """Both forms of the header are read, and anything else is as if it were absent."""
    assert retry_after(value, NOON) == seconds


@given(st.text(max_size=40))
@example("9" * 400)
@example("Mon, 99 Jan 99999 99:99:99 GMT")
@example("Fri, 31 Dec 9999 23:59:59 -9999")
@example(".")
def test_retry_after_reads_any_text(value: str) -> None:
    """No header's text raises an exception or asks for a negative wait."""
    seconds = retry_after(value, NOON)
    assert seconds is None or seconds >= 0


@given(st.integers(1, 5000), st.floats(0, 1))
def test_backoff_is_within_its_bounds(tries: int, chance: float) -> None:
    """The wait lies between 0 and the bound that doubles with each try up to the greatest."""
    policy = Policy(backoff_initial=0.5, backoff_max=20)
    bound = min(20, 0.5 * 2 ** (tries - 1)) if tries < 100 else 20
    assert policy.backoff(tries, chance) == pytest.approx(chance * bound)


@pytest.mark.parametrize("bad", [{"attempts": 0}, {"rate": 0}, {"timeout": math.nan}])
def test_policies_that_cannot_be_kept_are_refused(bad: dict[str, float]) -> None:
    """A bound of zero or no number names itself in the error."""
    with pytest.raises(ValueError, match=next(iter(bad))):
        Policy(**bad)  # type: ignore[arg-type]


def test_pace_is_exact_over_a_long_run() -> None:
    """Of 100,000 requests at 3 a second, the last goes at its second: late sleepers add nothing."""
    pacer, now = Pacer(3.0), 5.0
    moment = now
    for _ in range(100_001):
        moment = pacer.reserve(now) or 0.0
        now = moment + 0.004
    assert moment == pytest.approx(5.0 + 100_000 / 3, abs=1e-6)


def test_pace_makes_up_for_no_pause() -> None:
    """After a pause, requests go at the pace again, not in a burst."""
    pacer = Pacer(2.0)
    assert [pacer.reserve(0.0), pacer.reserve(0.0)] == [0.0, 0.5]
    assert [pacer.reserve(9.0), pacer.reserve(9.0), pacer.reserve(9.1)] == [9.0, 9.5, 10.0]


def test_pace_is_kept_by_who_comes_a_little_late() -> None:
    """A request that is late by a moment moves the next one, too."""
    pacer = Pacer(10.0)
    assert [pacer.reserve(0.0), pacer.reserve(0.105)] == [0.0, 0.105]
    assert pacer.reserve(0.11) == pytest.approx(0.205)


def test_pace_gives_no_moment_after_the_deadline() -> None:
    """A moment beyond the deadline is not taken, and stays free for others."""
    pacer = Pacer(1.0)
    pacer.reserve(0.0)
    assert pacer.reserve(0.0, until=0.9) is None
    assert pacer.reserve(0.0, until=1.0) == 1.0


@given(st.floats(0.01, 1000), st.lists(st.floats(0, 10), max_size=60))
def test_pace_is_never_exceeded(rate: float, pauses: list[float]) -> None:
    """Whatever the demand, two moments are never closer than the rate allows, nor in the past."""
    pacer, now, before = Pacer(rate), 0.0, -math.inf
    for pause in pauses:
        now += pause
        moment = pacer.reserve(now)
        assert moment is not None
        assert moment >= now
        assert moment - before >= 1 / rate - 1e-9
        before = moment
        now = moment if pause < 5 else now


def test_what_is_held_back_goes_at_the_pace_afterwards() -> None:
    """After a hold, requests go one after the other, not in a burst."""
    pacer = Pacer(2.0)
    pacer.reserve(0.0)
    pacer.hold(30.0)
    pacer.hold(20.0)
    assert [pacer.reserve(1.0), pacer.reserve(1.0), pacer.reserve(31.0)] == [30.0, 30.5, 31.0]
    assert pacer.reserve(0.0, until=29.0) is None


def test_no_pace_is_no_wait() -> None:
    """An infinite rate gives each request its own present moment."""
    pacer = Pacer(math.inf)
    assert [pacer.reserve(now) for now in (1.0, 1.0, 2.0)] == [1.0, 1.0, 2.0]
